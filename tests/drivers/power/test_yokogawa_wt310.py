"""The exact exchange with a WT310."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, UnexpectedReply, WrongIdentity
from calibrator_drivers.roles import MeasureEnergy, MeasurePowerAC
from calibrator_drivers.yokogawa import YokogawaWT310

Protocol = Callable[..., Any]
NONE = (":STAT:ERR?", '0,"No error"')
ASK = ":NUM:NORM:VAL?"
VALUES = "230.12E+00,4.0010E+00,460.37E+00,920.71E+00,797.36E+00,0.5000E+00,50.001E+00,NAN"


def test_fills_its_roles(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        meter = YokogawaWT310(session, step_clock)
        assert isinstance(meter, MeasurePowerAC)
        assert isinstance(meter, MeasureEnergy)
        meter.close()


def test_identity(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("*IDN?", "YOKOGAWA,WT310,C2QA01234V,F1.01")]) as session:
        assert YokogawaWT310(session, step_clock).identify().serial == "C2QA01234V"
    with expected_protocol([("*IDN?", "YOKOGAWA,WT1804E,1,F1")]) as session, pytest.raises(WrongIdentity):
        YokogawaWT310(session, step_clock).identify()


def test_reset_and_ranges(expected_protocol: Protocol, step_clock: Any) -> None:
    items = ("U", "I", "P", "S", "Q", "LAMBDA", "FU", "WH")
    exchanges = [
        ("*CLS", None),
        ("*RST", None),
        (":COMM:HEAD OFF", None),
        (":COMM:VERB OFF", None),
        (":NUM:FORM ASCII", None),
        (":NUM:NORM:NUM 8", None),
        *[(f":NUM:NORM:ITEM{place} {name},1", None) for place, name in enumerate(items, 1)],
        NONE,
        (":INP:MODE RMS", None),
        (":INP:CFAC 3", None),
        (":INP:SYNC VOLT", None),
        (":INP:VOLT:AUTO OFF", None),
        (":INP:VOLT:RANG 300V", None),
        (":INP:CURR:AUTO OFF", None),
        (":INP:CURR:RANG 500MA", None),
        (":RATE 500MS", None),
        NONE,
    ]
    with expected_protocol(exchanges) as session:
        meter = YokogawaWT310(session, step_clock)
        meter.reset()
        meter.configure_power_ac(230.0, 0.5, update_s=0.5)
        assert meter.reading_time_s() == 0.5
        with pytest.raises(OutOfLimits, match="clamp"):
            meter.configure_power_ac(230.0, 25.0, update_s=0.5)


def test_a_refused_setting_is_reported(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [(":INTEG:STOP", None), (":STAT:ERR?", '813,"Invalid operation"'), NONE]
    with expected_protocol(exchanges) as session, pytest.raises(InstrumentReportedError, match="813"):
        YokogawaWT310(session, step_clock).stop_energy()


def test_an_update_is_read_once_and_then_waited_for(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([(ASK, VALUES), (ASK, VALUES)]) as session:
        meter = YokogawaWT310(session, step_clock)
        found = meter.read_power()
        assert (found.voltage_v, found.current_a, found.active_w) == (230.12, 4.001, 460.37)
        assert (found.power_factor, found.frequency_hz, found.overload) == (0.5, 50.001, False)
        assert step_clock.slept_s == 0.0
        assert meter.read().value == 460.37
        assert step_clock.slept_s == 0.25


def test_beyond_a_range_is_an_overload(expected_protocol: Protocol, step_clock: Any) -> None:
    reply = "230.12E+00,INF,INF,NAN,NAN,NAN,50.001E+00,1.0E+00"
    with expected_protocol([(ASK, reply), (ASK, reply)]) as session:
        meter = YokogawaWT310(session, step_clock)
        found = meter.read_power()
        assert (found.overload, found.current_a, found.apparent_va) == (True, None, None)
        assert math.isnan(meter.read().value)


@pytest.mark.parametrize("reply", ["1,2,3", "230,4,soon,1,1,1,50,1"])
def test_what_is_no_update_is_refused(expected_protocol: Protocol, step_clock: Any, reply: str) -> None:
    with expected_protocol([(ASK, reply)]) as session, pytest.raises(UnexpectedReply):
        YokogawaWT310(session, step_clock).read_power()


def test_energy_from_start_to_stop(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        (":INTEG:RES", None),
        (":INTEG:MODE NORM", None),
        NONE,
        (":INTEG:STAR", None),
        NONE,
        (":INTEG:STOP", None),
        NONE,
        (ASK, VALUES.replace("NAN", "0.12345E+03")),
        (ASK, VALUES),
    ]
    with expected_protocol(exchanges) as session:
        meter = YokogawaWT310(session, step_clock)
        meter.start_energy()
        meter.stop_energy()
        found = meter.read_energy()
        assert (found.value, found.unit) == (123.45, "Wh")
        assert meter.read_energy().overload


def test_a_prepared_start_is_one_message_as_a_stop_is(expected_protocol: Protocol, step_clock: Any) -> None:
    prepared = [(":INTEG:RES", None), (":INTEG:MODE NORM", None), NONE]
    start, stop = [(":INTEG:STAR", None), NONE], [(":INTEG:STOP", None), NONE]
    with expected_protocol([*prepared, *start, *stop, *prepared, *start]) as session:
        meter = YokogawaWT310(session, step_clock)
        meter.prepare_energy()
        meter.start_energy()
        meter.stop_energy()
        meter.start_energy()  # not prepared again: it must not go on from what the last one left
