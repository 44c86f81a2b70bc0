"""A traffic log replays as a strict fake instrument, in process and on a socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import ConnectionLost, ReadTimeout, ReplayMismatch
from calibrator_drivers.clock import RealClock
from calibrator_drivers.keysight import Keysight34401A
from calibrator_drivers.replay import load_traffic, names_in, replayed, serve_replay
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import open_session


def _meter(line: bytes, connection: socket.socket) -> None:
    replies = {
        b"*IDN?": b"HEWLETT-PACKARD,34401A,0,11-5-2\n",
        b"READ?": b"+1.00000120E+01\n",
        b"SYST:ERR?": b'+0,"No error"\n',
        b"CURV?": b"#14\x00\n\xff1\n",
    }
    if line.endswith(b"?") and line != b"SLOW?":
        connection.sendall(replies[line])


def _use(session: Any) -> list[str]:
    """A failing run at a site: a time-out, and what came after it."""
    meter = Keysight34401A(session, RealClock())
    meter.configure_voltage_dc(10.0, nplc=10.0, high_impedance=True)
    told = [meter.read().raw]
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.1)
    told.append(session.query("*IDN?"))
    told.append(str(session.query_block("CURV?")))
    return told


@pytest.fixture
def log(tmp_path: Path, serve: Callable[..., Any]) -> Path:
    path = tmp_path / "traffic.jsonl"
    traffic = TrafficLog(path, RealClock())
    session = open_session(serve(_meter).resource, timeout_s=30.0, traffic=traffic, name="meter")
    _use(session)
    session.close()
    other = open_session(serve(_meter).resource, timeout_s=30.0, traffic=traffic, name="other")
    other.query("READ?")
    other.close()
    traffic.close()
    assert traffic.counts["read-timeout"] == traffic.counts["resynchronise"] == 1
    return path


def test_a_failure_at_a_site_becomes_a_test_by_copying_one_file(log: Path) -> None:
    with replayed(log, "meter") as session:
        told = _use(session)
    assert told == ["+1.00000120E+01", "HEWLETT-PACKARD,34401A,0,11-5-2", str(b"\x00\n\xff1")]
    assert names_in(log) == ("meter", "other")


def test_what_is_not_in_the_log_is_refused(log: Path) -> None:
    with (
        pytest.raises(
            ReplayMismatch, match=r"sends b'\*RST.n', the log has out b'CONF:VOLT:DC 10.n' in line 1"
        ),
        replayed(log, "meter") as session,
    ):
        session.write("*RST")
    with pytest.raises(ReplayMismatch, match="ended before line"), replayed(log, "other"):
        pass
    with pytest.raises(ReplayMismatch, match="messages of meter, other"):
        load_traffic(log, "source")
    with replayed(log, "other") as session:
        session.query("READ?")
        with pytest.raises(ReplayMismatch, match="the log ends"):
            session.write("MORE")


def test_a_torn_line_is_left_out(log: Path) -> None:
    whole = load_traffic(log)
    log.write_bytes(log.read_bytes() + b'{"utc": "2026-11-23T08:00:00Z", "na')
    assert load_traffic(log) == whole


def test_a_lost_connection_is_lost_again(tmp_path: Path, serve: Callable[..., Any]) -> None:
    traffic = TrafficLog(tmp_path / "lost.jsonl", RealClock())
    server = serve(lambda _, connection: connection.shutdown(socket.SHUT_RDWR))
    session = open_session(server.resource, timeout_s=30.0, traffic=traffic, name="source")
    with pytest.raises(ConnectionLost):
        session.query("OPER?")
    session.close()
    traffic.close()
    with replayed(tmp_path / "lost.jsonl", "source") as again, pytest.raises(ConnectionLost, match="line 2"):
        again.query("OPER?")


def test_a_log_is_served_on_a_socket(log: Path) -> None:
    faults: list[BaseException] = []

    def play(server: socket.socket) -> None:
        try:
            serve_replay(log, "other", server)
        except ReplayMismatch as error:
            faults.append(error)

    for question, mismatched in (("READ?", False), ("*RST;*CLS", True)):
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=play, args=(server,))
            thread.start()
            with socket.create_connection(server.getsockname()) as client:
                client.sendall(question.encode() + b"\n")
                with suppress(ConnectionResetError):
                    assert (client.recv(100) == b"") is mismatched
            thread.join()
    assert len(faults) == 1


@given(
    st.lists(st.tuples(st.binary(min_size=1, max_size=20), st.binary(max_size=20)), min_size=1, max_size=8)
)
def test_any_bytes_come_back_as_they_were(
    tmp_path_factory: Any, exchanges: list[tuple[bytes, bytes]]
) -> None:
    path = tmp_path_factory.mktemp("log") / "any.jsonl"
    traffic = TrafficLog(path, RealClock())
    for sent, received in exchanges:
        traffic.sent("unit", sent)
        traffic.received("unit", received)
    traffic.close()
    loaded = load_traffic(path, "unit")
    assert [message.data for message in loaded] == [part for pair in exchanges for part in pair]


def _broken(line: bytes, connection: socket.socket) -> None:
    replies = {
        b"HALF?": b"+1.000",
        b"BLOCK?": b"#210abc",
        b"TWO?": b"one\nLATE EXTRA\n",
        b"GONE?": b"part",
    }
    connection.sendall(replies.get(line, line[:-1] + b"\n"))
    if line == b"GONE?":
        connection.shutdown(socket.SHUT_RDWR)


def _use_broken(session: Any, waited: Callable[[], object], *, tidy: bool = True) -> list[str]:
    told = []
    for line in ("A?", "HALF?", "B?", "TWO?", "C?", "BLOCK?", "D?", "GONE?"):
        ask = session.query_block if line == "BLOCK?" else session.query
        try:
            told.append(repr(ask(line, timeout_s=0.3 if line in ("HALF?", "BLOCK?") else 30.0)))
        except (ReadTimeout, ConnectionLost) as error:
            told.append(
                f"{error.code} {str(error).partition('(')[0] if error.code == 'read-timeout' else ''}"
            )
        if line == "TWO?":
            waited()
        if line == "D?" and tidy:
            session.clear()
    session.reopen()
    return [*told, session.query("E?"), str(session.resynchronisations)]


def test_every_byte_of_what_broke_off_is_in_the_log_and_met_again(
    tmp_path: Path, serve: Callable[..., Any]
) -> None:
    path = tmp_path / "traffic.jsonl"
    traffic = TrafficLog(path, RealClock())
    session = open_session(serve(_broken).resource, traffic=traffic, name="unit", timeout_s=30.0)
    told = _use_broken(session, lambda: cast("Any", session)._link.waiting(30.0))
    session.close()
    traffic.close()
    strays = [message.data for message in load_traffic(path) if message.direction == "stray"]
    assert strays == [b"+1.000", b"LATE EXTRA\n", b"#210abc", b"part"]
    with replayed(path, "unit") as again:
        assert _use_broken(again, lambda: None) == told
    with pytest.raises(ReplayMismatch, match="clear"), replayed(path, "unit") as again:
        _use_broken(again, lambda: None, tidy=False)


def test_lines_that_no_log_writes_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    path.write_text(
        '{"name": "x", "dir": "out", "text": 5}\n{"name": "x", "dir": "note", "text": null}\n[1, 2]\n'
        '{"name": "x", "dir": "sideways", "text": "q"}\n{"name": "x", "dir": "out", "text": "A"}\n',
        encoding="utf-8",
    )
    assert [message.data for message in load_traffic(path)] == [b"A"]
