"""What answers without being read, and a message that would be two, never shift a session."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from calibrator_drivers import OutOfLimits
from calibrator_drivers.transport import Session, open_session


def _answer(connection: socket.socket, go: threading.Event) -> None:
    """Answer each line that asks; the first one only when told to, as an instrument that is slow."""
    with suppress(OSError), connection, connection.makefile("rb") as lines:
        for line in lines:
            text = line.decode().strip()
            if text == "SLOW?":
                go.wait(30.0)
            if "?" in text:
                connection.sendall(f"{text}=ok\n".encode())


@pytest.fixture
def opened() -> Iterator[tuple[Session, threading.Event]]:
    go = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threading.Thread(target=_answer, args=(connection, go), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    session = open_session(f"TCPIP::127.0.0.1::{server.getsockname()[1]}::SOCKET", timeout_s=30.0)
    yield session, go
    go.set()
    session.close()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(30.0)


def test_a_reply_that_nobody_read_answers_no_other_question(
    opened: tuple[Session, threading.Event],
) -> None:
    session, go = opened
    session.write("SLOW?")
    timer = threading.Timer(0.3, go.set)  # the reply comes after the next question has gone out
    timer.start()
    assert [session.query(text) for text in ("A?", "B?", "C?")] == ["A?=ok", "B?=ok", "C?=ok"]
    assert session.resynchronisations == 1
    timer.join()


def test_what_is_written_and_read_is_no_reason_to_begin_anew(
    opened: tuple[Session, threading.Event],
) -> None:
    session, _ = opened
    session.write("X?")
    assert session.read() == "X?=ok"
    session.write('DISP "what?"')
    session.write("DISP 'what?'")
    assert session.resynchronisations == 0


@pytest.mark.parametrize("text", ["A?\nB?", "A?\r\n", "\u00b5V?", "A 1\nB 2"])
def test_a_message_that_is_not_one_in_ascii_is_refused_and_nothing_is_sent(
    opened: tuple[Session, threading.Event], text: str
) -> None:
    session, _ = opened
    for send in (session.query, session.write, session.query_block):
        with pytest.raises(OutOfLimits, match="not one message"):
            send(text)
    assert session.query("N?") == "N?=ok"
    assert session.resynchronisations == 0
