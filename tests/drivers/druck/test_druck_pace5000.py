"""The exact exchange with a PACE5000: replies with headers, staging, control, venting."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, cast

import pytest

from calibrator_drivers import (
    InstrumentError,
    InstrumentReportedError,
    OutOfLimits,
    ReadbackError,
    SettlingTimeout,
    UnexpectedReply,
    WrongIdentity,
)
from calibrator_drivers.clock import RealClock
from calibrator_drivers.druck import DruckPACE5000, DruckPACE6000
from calibrator_drivers.druck._headers import numbered
from calibrator_drivers.roles import MeasurePressure, SourcePressure
from calibrator_drivers.transport import Session, open_session

Protocol = Callable[..., Any]
NONE = (":SYST:ERR?", ':SYST:ERR 0,"No error"')
OFF = [(":OUTP:STAT 0", None), (":OUTP:STAT?", ":OUTP:STAT 0")]
STAGE_5_BAR = [*OFF, (":UNIT:PRES HPA", None), (":SOUR:PRES 5000", None), NONE]
READ_BACK = [
    (":UNIT:PRES?", ":UNIT:PRES HPA"),
    (":SOUR:PRES?", ":SOUR:PRES 5000.0000"),
    (":SOUR:PRES:SLEW:MODE?", ":SOUR:PRES:SLEW:MODE LIN"),
    (":SENS:PRES:RANG?", ':SENS:PRES:RANG "7.00barg"'),
]
IDLE = (":SOUR:PRES:LEV:IMM:AMPL:VENT?", ":SOUR:PRES:LEV:IMM:AMPL:VENT 0")
CONTROL = [(":OUTP:MODE ACT", None), (":OUTP:STAT 1", None), NONE, (":OUTP:STAT?", ":OUTP:STAT 1")]
UNIT = READ_BACK[0]
VENTING = [
    (":UNIT:PRES HPA", None),
    (":SENS:PRES:RANG?", ':SENS:PRES:RANG "7.00barg"'),
    (":SOUR:PRES:SLEW:MODE LIN", None),
    (":SOUR:PRES:SLEW:OVER 0", None),
    (":OUTP:ISOL:STAT 1", None),
]


def line(hpa: float) -> tuple[str, str]:
    return (":SENS:PRES?", f":SENS:PRES {hpa}")


def vent_is(status: int) -> tuple[str, str]:
    return (":SOUR:PRES:LEV:IMM:AMPL:VENT?", f":SOUR:PRES:LEV:IMM:AMPL:VENT {status}")


def test_fills_its_roles(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        pace = DruckPACE5000(session, step_clock)
        assert isinstance(pace, SourcePressure)
        assert isinstance(pace, MeasurePressure)
        pace.close()
        assert session.closed


def test_the_identity_stands_behind_a_header(expected_protocol: Protocol, step_clock: Any) -> None:
    reply = "*IDN GE Druck,PACE5000 User Interface,3168180,02.00.06"
    with expected_protocol([("*IDN?", reply)]) as session:
        identity = DruckPACE5000(session, step_clock).identify()
    assert (identity.model, identity.serial, identity.firmware) == (
        "PACE5000 User Interface",
        "3168180",
        "02.00.06",
    )


def test_another_instrument_is_refused(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("*IDN?", "FLUKE,6270A,1234567,1.05")]) as session, pytest.raises(WrongIdentity):
        DruckPACE5000(session, step_clock).identify()


def test_a_pressure_is_staged_read_back_and_only_then_controlled(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    with expected_protocol([*STAGE_5_BAR, *READ_BACK, IDLE, *CONTROL]) as session:
        pace = DruckPACE5000(session, step_clock)
        pace.stage_pressure(500e3)
        pace.operate()


@pytest.mark.parametrize(
    ("index", "reply", "quantity"),
    [
        (0, ":UNIT:PRES PSI", "unit"),
        (1, ":SOUR:PRES 4999.0", "set-point"),
        (2, ":SOUR:PRES:SLEW:MODE MAX", "slew mode"),
        (3, ':SENS:PRES:RANG "2.00barg"', "range"),
    ],
)
def test_what_differs_is_not_controlled(
    expected_protocol: Protocol, step_clock: Any, index: int, reply: str, quantity: str
) -> None:
    exchanges = [*READ_BACK[:index], (READ_BACK[index][0], reply)]
    with expected_protocol([*STAGE_5_BAR, *exchanges]) as session:
        pace = DruckPACE5000(session, step_clock)
        pace.stage_pressure(500e3)
        with pytest.raises(ReadbackError) as caught:
            pace.operate()
    assert caught.value.quantity == quantity


def test_a_range_whose_name_tells_nothing_is_no_reason_to_stop(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    exchanges = [*READ_BACK[:3], (":SENS:PRES:RANG?", ':SENS:PRES:RANG "special"')]
    with expected_protocol([*STAGE_5_BAR, *exchanges, IDLE, *CONTROL]) as session:
        pace = DruckPACE5000(session, step_clock)
        pace.stage_pressure(500e3)
        pace.operate()


def test_a_vent_under_way_is_aborted_before_control(expected_protocol: Protocol, step_clock: Any) -> None:
    abort = [vent_is(1), (":SOUR:PRES:LEV:IMM:AMPL:VENT 0", None)]
    with expected_protocol([*STAGE_5_BAR, *READ_BACK, *abort, *CONTROL]) as session:
        pace = DruckPACE5000(session, step_clock)
        pace.stage_pressure(500e3)
        pace.operate()


def test_nothing_is_controlled_that_was_not_staged(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session, pytest.raises(InstrumentError, match="Nothing is staged"):
        DruckPACE5000(session, step_clock).operate()


def test_above_the_sections_limit_nothing_is_sent(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        pace = DruckPACE5000(session, step_clock)
        pace.set_limits(pressure_pa=400e3)
        with pytest.raises(OutOfLimits, match="section's limit"):
            pace.stage_pressure(500e3)


def test_an_error_after_the_set_point_is_reported(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [*STAGE_5_BAR[:-1], (":SYST:ERR?", ':SYST:ERR -222,"Data out of range"'), NONE]
    with expected_protocol(exchanges) as session, pytest.raises(InstrumentReportedError, match="-222"):
        DruckPACE5000(session, step_clock).stage_pressure(500e3)


def test_it_waits_for_the_in_limits_flag(expected_protocol: Protocol, step_clock: Any) -> None:
    polls = [(":SENS:PRES:INL?", f":SENS:PRES:INL 5000.0{i}, {int(i > 3)}") for i in range(5)]
    with expected_protocol(polls) as session:
        DruckPACE5000(session, step_clock).wait_settled(60.0)
    assert step_clock.slept_s == pytest.approx(2.0)


def test_a_pressure_that_never_settles_is_named(expected_protocol: Protocol, step_clock: Any) -> None:
    polls = [(":SENS:PRES:INL?", ":SENS:PRES:INL 4000.0, 0")] * 4
    with expected_protocol(polls) as session, pytest.raises(SettlingTimeout, match="leak"):
        DruckPACE5000(session, step_clock).wait_settled(1.5)


def test_a_low_line_is_vented_at_once(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        *VENTING,
        line(1500.0),
        (":SOUR:PRES:SLEW?", ":SOUR:PRES:SLEW 100.0"),
        OFF[0],
        (":SOUR:PRES:LEV:IMM:AMPL:VENT 1", None),
        (":SYST:ERR?", ':SYST:ERR -113,"Undefined header"'),
        NONE,
        UNIT,
        vent_is(1),
        line(900.0),
        vent_is(2),
        line(40.0),
        *[vent_is(2), line(0.3)] * 2,  # twice in a row
        OFF[1],
    ]
    with expected_protocol(exchanges) as session:
        DruckPACE5000(session, step_clock).make_safe()


def test_a_high_line_goes_down_at_the_slew_rate_first(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        *VENTING,
        line(6900.0),
        (":SOUR:PRES:SLEW?", ":SOUR:PRES:SLEW 100.0"),
        (":UNIT:PRES HPA", None),
        (":SOUR:PRES 0", None),
        (":OUTP:MODE ACT", None),
        (":OUTP:STAT 1", None),
        line(3000.0),
        line(1990.0),
        OFF[0],
        (":SOUR:PRES:LEV:IMM:AMPL:VENT 1", None),
        NONE,
        UNIT,
        *[vent_is(2), line(0.1)] * 2,
        OFF[1],
    ]
    with expected_protocol(exchanges) as session:
        DruckPACE5000(session, step_clock).make_safe()


def test_trapped_pressure_is_not_safe(expected_protocol: Protocol, step_clock: Any) -> None:
    head = [*VENTING, line(1000.0), (":SOUR:PRES:SLEW?", ":SOUR:PRES:SLEW 1000.0"), OFF[0]]
    tail = [(":SOUR:PRES:LEV:IMM:AMPL:VENT 1", None), NONE, UNIT]
    polls = [vent_is(3), line(800.0)] * 123  # 61 s at 0.5 s
    exchanges = [*head, *tail, *polls, OFF[1]]
    with expected_protocol(exchanges) as session, pytest.raises(ReadbackError, match="vent status 3"):
        DruckPACE5000(session, step_clock).make_safe()


def test_readings_and_ranges(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        (':SENS:PRES:RANG "7barg"', None),
        (":UNIT:PRES HPA", None),
        NONE,
        line(1013.2501),
        (":SENS:PRES:BAR?", ":SENS:PRES:BAR 1009.12"),
        (":UNIT:PRES HPA", None),
        (":SOUR:PRES:SLEW:MODE LIN", None),
        (":SOUR:PRES:SLEW 50", None),
        (":SOUR:PRES:SLEW:OVER 0", None),
        NONE,
        (":SOUR:PRES:INL 0.01", None),
        (":SOUR:PRES:INL:TIME 5", None),
        NONE,
        (":SOUR:PRES?", ":SOUR:PRES 10.0"),
        (":SENS:PRES:RANG?", '"100 kPag"'),
        (":OUTP:STAT?", "1"),
        (":SENS:PRES:INL?", "10.0, 1"),
    ]
    with expected_protocol(exchanges) as session:
        pace = DruckPACE5000(session, step_clock)
        pace.configure_pressure(700e3, absolute=False)
        indication = pace.read()
        assert indication.value == pytest.approx(101325.01)
        assert (indication.unit, indication.traffic_offset) == ("Pa", 200)
        assert pace.barometric_pressure_pa() == pytest.approx(100912.0)
        pace.set_slew(5000.0)
        pace.set_in_limits(0.01, 5.0)
        state = pace.state()
    assert (state.value, state.unit, state.range_high) == (1000.0, "Pa", 100e3)
    assert state.operating
    assert state.settled


def test_a_reply_that_is_no_pressure_is_refused(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([(":SENS:PRES?", ":SENS:PRES ?")]) as session, pytest.raises(UnexpectedReply):
        DruckPACE5000(session, step_clock).line_pressure_pa()
    with expected_protocol([(":SENS:PRES?", ":SENS:PRES ?")]) as session, pytest.raises(UnexpectedReply):
        DruckPACE5000(session, step_clock).read()


def test_an_echo_before_the_reply_is_passed_over(serve: Callable[..., Any]) -> None:
    def handler(message: bytes, connection: socket.socket) -> None:
        replies = {b":SENS:PRES?": b":SENS:PRES 12.5\r\n", b":OUTP:STAT?": b":OUTP:STAT 1\r\n"}
        connection.sendall(message + b"\r\n" + replies[message.strip()])

    pace = DruckPACE5000(open_session(serve(handler).resource), RealClock())
    assert pace.line_pressure_pa() == pytest.approx(1250.0)
    assert pace.controlling()
    pace.close()


@pytest.mark.parametrize(
    ("told", "left"),
    [("998.5", 999.0), ("5000.0", 1013.0), ("-0", 1013.0)],  # a slip is no air: the standard atmosphere
)
def test_a_line_on_an_absolute_range_is_safe_at_the_pressure_of_the_air(
    expected_protocol: Protocol, step_clock: Any, told: str, left: float
) -> None:
    prepared = [
        VENTING[0],
        (":SENS:PRES:RANG?", ':SENS:PRES:RANG "7.00bara"'),
        (":SENS:PRES:BAR?", f":SENS:PRES:BAR {told}"),
        *VENTING[2:],
    ]
    exchanges = [
        *prepared,
        line(2013.0),
        (":SOUR:PRES:SLEW?", ":SOUR:PRES:SLEW 100.0"),
        OFF[0],
        (":SOUR:PRES:LEV:IMM:AMPL:VENT 1", None),
        NONE,
        UNIT,
        vent_is(1),
        line(1100.0),
        *[vent_is(2), line(left)] * 2,
        OFF[1],
    ]
    with expected_protocol(exchanges) as session:
        DruckPACE5000(session, step_clock).make_safe()


def test_the_second_channel_of_a_pace6000_has_its_number(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    exchanges = [
        (":UNIT2:PRES HPA", None),
        (":SOUR2:PRES:SLEW:MODE LIN", None),
        (":SOUR2:PRES:SLEW 200", None),
        (":SOUR2:PRES:SLEW:OVER 0", None),
        NONE,
        (":SENS2:PRES?", ":SENS2:PRES 1000.5"),
        (":SENS:PRES?", ":SENS:PRES 13.25"),
    ]
    with expected_protocol(exchanges) as session:
        pace = DruckPACE6000(session, step_clock)
        pace.channel(2).set_slew(20e3)
        assert pace.channel(2).read().value == pytest.approx(100050.0)
        assert pace.read().value == pytest.approx(1325.0)


def test_what_a_channel_is_set_to_is_kept_under_its_own_number() -> None:
    kept: list[tuple[str, str]] = []

    class Kept:
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(name)

        def remember(self, key: str, text: str) -> None:
            kept.append((key, text))

    session = numbered(cast("Session", Kept()), 2)
    session.remember(":SOUR:PRES:SLEW", ":SOUR:PRES:SLEW 200")
    session.remember("*SRE", "*SRE 0")
    assert kept == [(":SOUR2:PRES:SLEW", ":SOUR2:PRES:SLEW 200"), ("*SRE", "*SRE 0")]
