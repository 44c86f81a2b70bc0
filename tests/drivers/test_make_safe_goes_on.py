"""No answer keeps a command of making safe from the wire: all is sent, all is looked at, all is told."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from calibrator_drivers import InstrumentError, ReadbackError, ReadTimeout, UnexpectedReply
from calibrator_drivers.druck import DruckPACE5000, DruckPACE6000
from calibrator_drivers.fluke import Fluke5522A, Fluke6270A, Fluke7341, Fluke9142
from calibrator_drivers.keithley import Keithley2450
from calibrator_drivers.keysight import Keysight33500B
from calibrator_drivers.mensor import MensorCPC6050
from calibrator_drivers.transport import open_session

Serve = Callable[..., Any]
Answer = Callable[[str, list[str]], str | None]
NO_ERROR = '0,"No error"'


@pytest.fixture
def opened(serve: Serve, step_clock: Any) -> Iterator[Callable[..., tuple[Any, list[str]]]]:
    """Return a driver on a socket whose far end answers by a function of the query and all it was sent."""
    sessions: list[Any] = []

    def start(driver: type, answer: Answer) -> tuple[Any, list[str]]:
        received: list[str] = []

        def handler(line: bytes, connection: socket.socket) -> None:
            text = line.decode().strip()
            received.append(text)
            reply = answer(text, received)
            if reply is not None:
                connection.sendall(reply.encode() + b"\n")

        session = open_session(serve(handler).resource, timeout_s=30.0)
        sessions.append(session)
        return driver(session, step_clock), received

    yield start
    for session in sessions:
        session.close()


def pace(controlling: str) -> Answer:
    """Return a PACE at 6.5 bar that says this of its controller; its line falls once it is vented."""

    def answer(text: str, received: list[str]) -> str | None:
        if "?" not in text:
            return None
        header = text.rstrip("?")
        vented = any("VENT 1" in sent for sent in received)
        says = {
            "STAT": controlling,
            "RANG": '"7.00barg"',
            "ERR": NO_ERROR,
            "UNIT:PRES": "HPA",
            "SLEW": "100000.0",
            "PRES": "0.0" if vented else "6500.0",
        }
        last = "UNIT:PRES" if "UNIT" in header else header.rsplit(":", 1)[-1]
        return f"{header} {says.get(last, '0')}"

    return answer


@pytest.mark.parametrize("controlling", ["1", "GARBAGE"])
def test_a_pace_that_does_not_say_that_it_is_off_is_vented_and_told(opened: Any, controlling: str) -> None:
    driver, received = opened(DruckPACE5000, pace(controlling))
    with pytest.raises((ReadbackError, UnexpectedReply)) as raised:
        driver.make_safe()
    assert ":SOUR:PRES:LEV:IMM:AMPL:VENT 1" in received
    assert "standby" not in str(raised.value)
    if controlling == "1":
        assert "may still be on" in str(raised.value)


def test_both_lines_of_a_pace6000_are_vented_whatever_the_first_says(opened: Any) -> None:
    driver, received = opened(DruckPACE6000, pace("1"))
    with pytest.raises(ReadbackError):
        driver.make_safe()
    assert {":SOUR:PRES:LEV:IMM:AMPL:VENT 1", ":SOUR2:PRES:LEV:IMM:AMPL:VENT 1"} <= set(received)


@pytest.mark.parametrize("driver", [Fluke6270A, MensorCPC6050])
def test_a_controller_that_never_leaves_control_is_sent_to_vent(opened: Any, driver: type) -> None:
    lead = " " if driver is MensorCPC6050 else ""

    def answer(text: str, received: list[str]) -> str | None:
        if "?" not in text:
            return None
        if text in ("OUTP:PRES:MODE?", "Mode?"):
            return f"{lead}CONTROL"
        if "ERR" in text.upper():
            return "E 0 - no error" if lead else NO_ERROR
        return f"{lead}0.01" if text in ("MEAS:PRES?", "A?") else f"{lead}100"

    source, received = opened(driver, answer)
    with pytest.raises(ReadbackError, match="the output may still be on"):
        source.make_safe()
    assert {"OUTP:PRES:MODE VENT", "Mode Vent"} & set(received)


class Unprepared(DruckPACE5000):
    def _prepare_vent(self) -> None:
        raise UnexpectedReply("no unit is told", reply="")


def test_a_preparation_that_fails_is_told_and_does_not_keep_the_vent_from_the_wire(opened: Any) -> None:
    driver, received = opened(Unprepared, pace("0"))
    with pytest.raises(UnexpectedReply, match="no unit is told"):
        driver.make_safe()
    assert ":SOUR:PRES:LEV:IMM:AMPL:VENT 1" in received


def fluke(**replies: str | None) -> Answer:
    table = {"OPER?": "0", "ERR?": NO_ERROR, "OUT?": "0.0E+00,V,0E+00,0,0.00E+00", **replies}
    return lambda text, _: table.get(text)


class SilentQueue:
    """A session whose instrument never answers `ERR?`; no test waits for that by the clock."""

    name, resource, dirty = "unit", "MEMORY::unit::INSTR", False
    resynchronisations, last_offset = 0, None

    def __init__(self) -> None:
        self.sent: list[str] = []

    def write(self, text: str) -> None:
        self.sent.append(text)

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        self.sent.append(text)
        if text == "ERR?":
            raise ReadTimeout("No reply", timeout_s=timeout_s or 1.0)
        return fluke()(text, self.sent) or ""

    def reopen(self) -> None:
        self.sent.append("reopened")


def test_a_silent_error_queue_does_not_hide_what_the_output_says(step_clock: Any) -> None:
    session: Any = SilentQueue()
    Fluke5522A(session, step_clock).make_safe()  # standby and 0 V were read: that is what counts
    once = ["STBY", "OUT 0 V, 0 HZ", "ERR?", "OPER?", "OUT?"]
    assert session.sent == [*once, "reopened", *once]


def test_an_unreadable_output_switch_does_not_hide_the_volts_that_stay(opened: Any) -> None:
    replies = {"OPER?": "xyz", "OUT?": "1.0E+03,V,0E+00,0,0.00E+00"}
    driver, received = opened(Fluke5522A, fluke(**replies))
    with pytest.raises(InstrumentError) as raised:
        driver.make_safe()
    assert received == ["STBY", "OUT 0 V, 0 HZ", "ERR?", "OPER?", "OUT?"]
    assert "xyz" in str(raised.value)
    assert "1000 V" in str(raised.value)


def test_an_output_that_reads_as_on_is_never_said_to_be_in_standby(opened: Any) -> None:
    driver, _ = opened(Fluke5522A, fluke(**{"OPER?": "1", "OUT?": "1.0E+03,V,0E+00,0,0.00E+00"}))
    with pytest.raises(ReadbackError) as raised:
        driver.make_safe()
    assert "stays in standby" not in str(raised.value)
    assert "may still be on" in str(raised.value)
    assert "switch it off at the instrument" in str(raised.value)


@pytest.mark.parametrize(
    ("driver", "asked", "sent"),
    [
        (Keithley2450, "SOUR:VOLT?", ["OUTP OFF", "SOUR:FUNC VOLT", "SOUR:VOLT 0"]),
        (Fluke9142, "OUTP:STAT?", ["OUTP:STAT 0"]),
        (Fluke7341, "po", ["s=20"]),
    ],
)
def test_every_source_asks_all_of_it_behind_a_reply_that_is_no_reply(
    opened: Any, driver: type, asked: str, sent: list[str]
) -> None:
    def answer(text: str, received: list[str]) -> str | None:
        # Only a query is answered: the next query might read what a command is answered with.
        asks = "=" not in text if driver is Fluke7341 else "?" in text
        return "#?" if asks else None

    source, received = opened(driver, answer)
    with pytest.raises(UnexpectedReply):
        source.make_safe()
    assert [text for text in received if text in sent] == sent
    assert asked in received


def test_both_outputs_of_a_generator_are_switched_off(opened: Any) -> None:
    def answer(text: str, received: list[str]) -> str | None:
        if text == "*IDN?":
            return "Agilent Technologies,33522B,MY1,1"
        if text == "OUTP2?":
            return "1"
        return {"OUTP?": "0", "SYST:ERR?": NO_ERROR}.get(text)

    driver, received = opened(Keysight33500B, answer)
    with pytest.raises(ReadbackError, match=r"second output .* may still be on"):
        driver.make_safe()
    assert received[:2] == ["OUTP OFF", "OUTP2 OFF"]
