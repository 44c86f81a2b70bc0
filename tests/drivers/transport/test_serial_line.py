"""Serial lines: late replies, shared ports, lines that hang up; each against plain pyvisa-py as well."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from calibrator_drivers import BadResource, ConnectFailed, ConnectionLost, ReadTimeout
from calibrator_drivers.clock import RealClock
from calibrator_drivers.replay import load_traffic
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import Line, open_session

from ._servers import Held, SerialServer, echo

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
PLAIN = pytest.param(
    "plain",
    marks=pytest.mark.xfail(version("pyvisa-py") == "0.8.1", reason="pyvisa-py 0.8.1", strict=True),
)
Started = Callable[[Any], Any]


class PlainSession:
    """What a program gets that uses pyvisa and pyvisa-py as they come."""

    def __init__(self, resource: str) -> None:
        import pyvisa

        self.resource: Any = pyvisa.ResourceManager("@py").open_resource(
            resource, read_termination="\n", write_termination="\n"
        )

    def query(self, text: str, *, timeout_s: float = 5.0) -> str:
        self.resource.timeout = timeout_s * 1000.0
        return str(self.resource.query(text))

    def close(self) -> None:
        self.resource.close()


@pytest.mark.parametrize("how", [PLAIN, "marker", "silence"])
def test_a_late_reply_never_answers_the_next_query(started: Started, how: str) -> None:
    held = Held()
    server = started(SerialServer(held))
    line = Line(marker="*IDN?" if how == "marker" else "")
    opened: Any = PlainSession(server.resource) if how == "plain" else None
    session = started(opened or open_session(server.resource, timeout_s=30.0, line=line))
    assert session.query("*IDN?") == "MAKER,MODEL,1,2"
    with pytest.raises(Exception, match=r"[Tt]imeout|No complete"):
        session.query("SLOW?", timeout_s=0.2)
    held.go.set()
    assert session.query("NEXT?") == "NEXT"


def test_a_late_reply_that_comes_while_the_line_is_brought_into_step(
    started: Started, tmp_path: Path
) -> None:
    """The marker is sent while the instrument still works on the late reply; order tells them apart."""
    held = Held()
    server = started(SerialServer(held))
    traffic = TrafficLog(tmp_path / "traffic.jsonl", RealClock())
    session = open_session(
        server.resource, timeout_s=30.0, line=Line(marker="*IDN?"), traffic=traffic, name="unit"
    )
    session.query("*IDN?")
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.1)
    timer = threading.Timer(0.5, held.go.set)
    timer.start()
    assert session.query("NEXT?") == "NEXT"
    assert (session.resynchronisations, session.dirty) == (1, False)
    timer.join()
    session.close()
    traffic.close()
    told = [(message.direction, message.data) for message in load_traffic(traffic.path)]
    assert ("own", b"*IDN?\n") in told
    strays = b"".join(data for direction, data in told if direction == "stray")
    assert strays.endswith(b"\nMAKER,MODEL,1,2\n")  # the late reply, then the marker's


def test_a_late_reply_to_the_marker_itself(started: Started) -> None:
    go = threading.Event()

    def answer(text: str) -> bytes | None:
        if text == "*IDN?" and not go.is_set():
            go.wait(30.0)
        return b"MAKER,MODEL,1,2\n" if text == "*IDN?" else echo(text)

    server = started(SerialServer(answer))
    session = open_session(server.resource, timeout_s=30.0, line=Line(marker="*IDN?"))
    with pytest.raises(ReadTimeout):
        session.query("*IDN?", timeout_s=0.2)
    go.set()
    assert session.query("NEXT?") == "NEXT"
    assert session.query("OTHER?") == "OTHER"
    session.close()


def test_an_instrument_that_stays_silent_is_not_asked_anything_else(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calibrator_drivers.transport import _serial

    monkeypatch.setattr(_serial, "_PATIENCE_S", 0.2)
    held = Held()
    session = open_session(started(SerialServer(held)).resource, line=Line(marker="*IDN?"))
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.1)
    with pytest.raises(ReadTimeout):
        session.query("NEXT?")
    assert session.dirty
    held.go.set()
    assert session.query("THEN?") == "THEN"
    assert "NEXT?" not in held.heard
    session.close()


def test_two_instruments_on_one_line_never_get_each_other_s_replies(started: Started) -> None:
    server = started(SerialServer(echo))
    wrong: list[str] = []

    def ask(name: str) -> None:
        session = open_session(f"{server.resource}?unit={name}", timeout_s=30.0)
        for index in range(400):
            question = f"{name}{index}"
            if session.query(f"{question}?") != question:
                wrong.append(question)
        session.close()

    threads = [threading.Thread(target=ask, args=(name,)) for name in "AB"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_time_out_of_one_instrument_does_not_reach_the_other_on_its_line(started: Started) -> None:
    held = Held()
    server = started(SerialServer(held))
    first = open_session(f"{server.resource}?unit=1", name="first", line=Line(marker="*IDN?"))
    second = open_session(f"{server.resource}?unit=2", name="second", line=Line(marker="*IDN?"))
    with pytest.raises(ReadTimeout):
        first.query("SLOW?", timeout_s=0.1)
    held.go.set()
    assert second.query("NEXT?") == "NEXT"
    assert first.query("OTHER?") == "OTHER"
    assert (first.resynchronisations, second.resynchronisations) == (1, 1)
    first.close()
    assert second.query("STILL?") == "STILL"  # the last one closes the port
    second.close()


def test_a_shared_line_has_one_speed(started: Started) -> None:
    server = started(SerialServer(echo))
    first = open_session(server.resource)
    with pytest.raises(ConnectFailed, match="speak at one speed"):
        open_session(f"{server.resource}?baud=1200")
    first.close()


def test_another_process_s_port_is_a_named_error(started: Started) -> None:
    import serial

    server = started(SerialServer(echo))
    with serial.Serial(server.device, exclusive=True), pytest.raises(ConnectFailed):
        open_session(server.resource)


def test_a_line_that_hangs_up_is_lost_and_not_late(started: Started) -> None:
    held = Held()
    server = started(SerialServer(held))
    session = open_session(server.resource, timeout_s=60.0, name="balance")
    session.query("*IDN?")
    server.hang_up()
    held.go.set()
    with pytest.raises(ConnectionLost):
        session.query("A?")
    with pytest.raises(ConnectionLost, match="stays closed"):
        session.query("A?")
    session.close()


def test_blocks_and_the_own_end_of_a_line(started: Started) -> None:
    def answer(text: str) -> bytes | None:
        return b"#15a\nb\rc\r\n" if text == "CURV?\r" else text[:-2].encode() + b"\r\n"

    session = open_session(started(SerialServer(answer)).resource + "?terminator=crlf&reply=crlf")
    assert session.query_block("CURV?") == b"a\nb\rc"
    assert session.query("A?") == "A"
    session.close()


def test_options_that_are_none_are_named() -> None:
    for option in ("bauds=9600", "parity=X", "baud=fast", "baud"):
        with pytest.raises(BadResource, match=r"option"):
            open_session(f"ASRL/dev/null::INSTR?{option}")
    with pytest.raises(BadResource, match="registers or command frames"):
        open_session("MODBUS::127.0.0.1::1")


def test_a_pyserial_url_is_a_line_too(serve: Callable[..., Any]) -> None:
    server = serve(lambda line, connection: connection.sendall(line[:-1] + b"\n"))
    session = open_session(f"ASRLsocket://127.0.0.1:{server.port}::INSTR", timeout_s=30.0)
    assert session.query("A?") == "A"
    assert session.query("B?") == "B"
    session.close()


def test_an_abort_goes_before_the_marker(started: Started) -> None:
    """Ctrl-C is a device clear on the serial line of the 34401A and the 55xx."""
    heard: list[str] = []

    def answer(text: str) -> bytes | None:
        heard.append(text)
        clean = text.removeprefix("\x03")
        return b"ID\n" if clean == "*IDN?" else None if clean == "SLOW?" else echo(clean)

    line = Line(marker="*IDN?", abort=b"\x03")
    session = started(open_session(started(SerialServer(answer)).resource, timeout_s=30.0, line=line))
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.1)
    assert session.query("A?") == "A"
    assert heard == ["SLOW?", "\x03*IDN?", "A?"]


def test_without_a_marker_a_reply_that_comes_after_a_long_silence_is_not_taken_for_another(
    started: Started,
) -> None:
    held = Held()
    session = open_session(started(SerialServer(held)).resource, timeout_s=30.0)
    with pytest.raises(ReadTimeout):
        session.query("SLOW?", timeout_s=0.1)
    timer = threading.Timer(2.0, held.go.set)  # longer than any silence that was once enough
    timer.start()
    assert [session.query("NEXT?"), session.query("THEN?")] == ["NEXT", "THEN"]
    timer.join()
    session.close()


def test_without_a_marker_a_reply_that_never_comes_is_told_once(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    from calibrator_drivers.transport import _serial

    monkeypatch.setattr(_serial, "_PATIENCE_S", 0.2)
    server = started(SerialServer(lambda text: None if text == "LOST?" else echo(text)))
    session = open_session(server.resource, timeout_s=30.0)
    with pytest.raises(ReadTimeout):
        session.query("LOST?", timeout_s=0.1)
    with pytest.raises(ReadTimeout):
        session.query("NEXT?")
    assert session.query("THEN?") == "THEN"
    session.close()


REPLIES = {  # the marker's reply, and a reading that is late
    "fluke_7341": ("ver.7341,1.30", "t: 25.000 C"),
    "mensor_cpc6050": ("EMENSOR,CPC6050,610189,1.0", " 14.5033"),
    "additel_681": ("255:F:OTYPE:ADT681", "255:F:MRMD:1.0:kPa"),
    "vaisala_ptu300": ("PTU300 / 2.01", "T= 23.0 'C"),
    "mettler_xs205du": ('I2 A "XS205DU Excellence 220.0000 g"', "S S     100.00 g"),
    "sartorius_quintix224": ("Quintix224-1S", "N     +   1.0000 g  "),
}


@pytest.mark.parametrize("model", list(REPLIES))
def test_every_line_has_a_question_whose_reply_is_recognised(started: Started, model: str) -> None:
    from dataclasses import replace

    from calibrator_drivers.registry import driver_class

    line: Line = driver_class(model).LINE  # type: ignore[attr-defined] # these drivers have one
    marked, late = REPLIES[model]
    go = threading.Event()
    first = True

    def answer(text: str) -> bytes:
        nonlocal first
        if text == line.marker:
            return f"{marked}\n".encode()
        if first:
            first = False
            go.wait(30.0)
            return f"{late}\n".encode()
        return echo(text)

    server = started(SerialServer(answer))
    plain = replace(line, terminator="\n", reply_terminator="\n", bits=8, parity="N", flow="none")
    session = open_session(server.resource, timeout_s=30.0, line=plain)
    if not line.marker_reply:
        session.query(line.marker)
    with pytest.raises(ReadTimeout):
        session.query("SLOW", timeout_s=0.1)
    timer = threading.Timer(1.5, go.set)
    timer.start()
    assert [session.query("NEXT?"), session.query("THEN?")] == ["NEXT", "THEN"]
    timer.join()
    session.close()
