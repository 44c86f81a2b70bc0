"""A Prologix gateway: addresses, escapes, reads that are asked for, and no reply to the wrong instrument."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import pytest

from calibrator_drivers import ConnectFailed, ConnectionLost, ReadTimeout
from calibrator_drivers.transport import open_session

from ._servers import Held, PrologixServer, echo

PLAIN = pytest.param(
    "plain",
    marks=pytest.mark.xfail(version("pyvisa-py") == "0.8.1", reason="pyvisa-py 0.8.1", strict=True),
)
Started = Callable[[Any], Any]


def _resource(server: Any, unit: str) -> str:
    return f"PRLGX-TCPIP0::127.0.0.1::{server.port}::{unit}::INSTR"


def test_messages_reach_their_address_and_replies_come_back(started: Started) -> None:
    heard: list[tuple[str, str]] = []

    def instrument(name: str) -> Callable[[str], bytes | None]:
        def answer(text: str) -> bytes | None:
            heard.append((name, text))
            return name.encode() + b" " + text.encode() + b"\n" if text.endswith("?") else None

        return answer

    server = started(PrologixServer({"4": instrument("four"), "22 96": instrument("sub")}))
    four = open_session(_resource(server, "4"), timeout_s=30.0)
    sub = open_session(_resource(server, "22,96"), timeout_s=30.0)
    four.write("OUT +1 V")  # a plus sign is the gateway's own mark, unless escaped
    assert four.query("A+?") == "four A+?"
    assert sub.query("B?") == "sub B?"
    assert heard == [("four", "OUT +1 V"), ("four", "A+?"), ("sub", "B?")]
    assert len(server.connections) == 1
    assert four.status_byte() == 80
    assert four.wait_for_service() == 80
    four.trigger()
    four.close()
    assert sub.query("C?") == "sub C?"
    assert "trg" in server.told
    sub.close()


def test_the_resource_pair_of_pyvisa_goes_the_same_way(started: Started) -> None:
    server = started(PrologixServer({"9": echo}))
    bus = f"PRLGX-TCPIP0::127.0.0.1::{server.port}::INTFC"
    session = open_session("GPIB0::9::INSTR", bus=bus, timeout_s=30.0)
    assert session.query("A?") == "A"
    session.close()


def test_a_slow_reply_is_asked_for_again_until_it_is_there(started: Started) -> None:
    held = Held()
    server = started(PrologixServer({"9": held}))
    session = started(open_session(_resource(server, "9"), timeout_s=30.0))
    threading.Timer(0.9, held.go.set).start()
    assert session.query("SLOW?") == "LATE"


@pytest.fixture
def two_on_plain() -> Iterator[Callable[[int], tuple[Any, Any]]]:
    import pyvisa

    opened: list[Any] = []

    def open_two(port: int) -> tuple[Any, Any]:
        manager = pyvisa.ResourceManager("@py")
        opened.append(manager.open_resource(f"PRLGX-TCPIP7::127.0.0.1::{port}::INTFC"))
        for unit in (1, 2):
            opened.append(
                manager.open_resource(f"GPIB7::{unit}::INSTR", read_termination="\n", write_termination="\n")
            )
        return opened[1], opened[2]

    yield open_two
    for session in reversed(opened):
        session.close()


class _ReadTwice:
    """A gateway whose read of a slow instrument goes on after its client has given up."""

    def __init__(self) -> None:
        self.held: socket.socket | None = None
        self.server = PrologixServer({"1": lambda text: None, "2": echo})
        plain = self.server._command

        def command(text: str, unit: str, connection: socket.socket) -> str:
            if text == "read eoi" and unit == "1":
                self.held = connection
                return unit
            if text == "addr 2" and self.held is not None:
                with suppress(OSError):  # a client that has left
                    self.held.sendall(b"LATE\n")
                self.held = None
            return plain(text, unit, connection)

        self.server._command = command  # type: ignore[method-assign]


@pytest.mark.parametrize("how", [PLAIN, "ours"])
def test_a_late_reply_of_one_instrument_never_answers_another(
    started: Started, two_on_plain: Callable[[int], tuple[Any, Any]], how: str
) -> None:
    server = started(_ReadTwice().server)
    if how == "plain":
        first, second = two_on_plain(server.port)
        second.query("WARM?")
        first.timeout = 300.0
    else:
        first = started(open_session(_resource(server, "1"), timeout_s=0.3))
        second = started(open_session(_resource(server, "2"), timeout_s=30.0))
        second.query("WARM?")
    with pytest.raises(Exception, match=r"[Tt]imeout|No complete"):
        first.query("SLOW?")
    assert second.query("NEXT?").strip() == "NEXT"


def test_an_instrument_that_missed_its_time_is_cleared_itself(started: Started) -> None:
    held = Held()
    held.go.set()
    server = started(PrologixServer({"1": lambda text: None, "2": held}))
    first = started(open_session(_resource(server, "1"), timeout_s=0.2))
    second = started(open_session(_resource(server, "2"), timeout_s=30.0))
    with pytest.raises(ReadTimeout):
        first.query("A?")
    assert second.query("B?") == "B"
    assert server.cleared == ["2"]  # whoever speaks next brings the shared stream into step
    first.write("C")
    second.query("B?")
    assert server.cleared == ["2", "1"]


def test_two_threads_on_one_gateway_get_their_own_replies(started: Started) -> None:
    server = started(PrologixServer({"1": echo, "2": echo}))
    wrong: list[str] = []

    def ask(unit: str) -> None:
        session = open_session(_resource(server, unit), timeout_s=30.0)
        for index in range(300):
            if session.query(f"U{unit}N{index}?") != f"U{unit}N{index}":
                wrong.append(f"{unit} {index}")
        session.close()

    threads = [threading.Thread(target=ask, args=(unit,)) for unit in "12"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_gateway_that_is_not_there_or_leaves(started: Started) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectFailed):
            open_session(f"PRLGX-TCPIP::127.0.0.1::{reserved.getsockname()[1]}::4::INSTR")
    server = started(PrologixServer({"4": lambda text: None}))
    session = started(open_session(_resource(server, "4"), timeout_s=60.0))
    threading.Timer(0.2, server.drop).start()
    with pytest.raises(ConnectionLost):
        session.query("A?")


def test_one_string_says_gateway_and_address(started: Started) -> None:
    from calibrator_drivers.transport import parse_address, self_contained

    bus = "PRLGX-TCPIP0::127.0.0.1::1234::INTFC"
    one = self_contained("GPIB0::22::96::INSTR", bus)
    assert one == "PRLGX-TCPIP0::127.0.0.1::1234::22,96::INSTR"
    both, alone = parse_address("GPIB0::22::96::INSTR", bus=bus), parse_address(one)
    assert (both.device, both.port, both.unit) == (alone.device, alone.port, alone.unit)
