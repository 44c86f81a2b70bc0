"""The exact exchange with a 6270A pressure controller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, ReadbackError, WrongIdentity
from calibrator_drivers.fluke import Fluke6270A
from calibrator_drivers.roles import MeasurePressure, SourcePressure

Protocol = Callable[..., Any]
NONE = ("SYST:ERR?", '0,"No error"')
OFF = [("OUTP:PRES:MODE MEAS", None), ("OUTP:PRES:MODE?", "MEAS")]
STAGE = [*OFF, ("UNIT:PRES KPA", None), ("SOUR:PRES 500", None), NONE]
BACK = [
    ("UNIT:PRES?", "KPA"),
    ("SOUR:PRES?", "500.000"),
    ("SENS:PRES:MODE?", "GAUG"),
    ("SENS:PRES:MOD1:NAME?", "PM200-BG700K"),
]


def test_identity_and_roles(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("*IDN?", "FLUKE,6270A,1234567,1.05")]) as session:
        controller = Fluke6270A(session, step_clock)
        assert controller.identify().serial == "1234567"
        assert isinstance(controller, SourcePressure)
        assert isinstance(controller, MeasurePressure)
        controller.close()
    with expected_protocol([("*IDN?", "FLUKE,5522A,1,1")]) as session, pytest.raises(WrongIdentity):
        Fluke6270A(session, step_clock).identify()


def test_a_pressure_is_staged_read_back_and_controlled(expected_protocol: Protocol, step_clock: Any) -> None:
    control = [("OUTP:PRES:MODE CONT", None), NONE, ("OUTP:PRES:MODE?", "CONT")]
    ready = [("STAT:OPER:COND?", "0"), ("STAT:OPER:COND?", "16")]
    with expected_protocol([*STAGE, *BACK, *control, *ready]) as session:
        controller = Fluke6270A(session, step_clock)
        controller.stage_pressure(500e3)
        controller.operate()
        controller.wait_settled(60.0)
    assert step_clock.slept_s == 0.5


@pytest.mark.parametrize(
    ("tail", "quantity"),
    [
        ([("UNIT:PRES?", "PSI")], "unit"),
        ([BACK[0], ("SOUR:PRES?", "500.02")], "set-point"),
        ([*BACK[:2], ("SENS:PRES:MODE?", "ABS")], "reference"),
        ([*BACK[:3], ("SENS:PRES:MOD1:NAME?", "PM600-BG15K")], "range"),
        (
            [*BACK, ("OUTP:PRES:MODE CONT", None), NONE, ("OUTP:PRES:MODE?", "MEAS"), *OFF],
            "controller",
        ),
    ],
)
def test_what_differs_is_not_controlled(
    expected_protocol: Protocol, step_clock: Any, tail: list[Any], quantity: str
) -> None:
    with expected_protocol([*STAGE, *tail]) as session:
        controller = Fluke6270A(session, step_clock)
        controller.stage_pressure(500e3)
        with pytest.raises(ReadbackError) as caught:
            controller.operate()
    assert caught.value.quantity == quantity


def test_settings_readings_and_state(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("*CLS", None),
        ("OUTP:PRES:MODE MEAS", None),
        ("SENS:PRES:MOD AUTO", None),
        ("SENS:PRES:MODE GAUG", None),
        ("UNIT:PRES KPA", None),
        NONE,
        ("UNIT:PRES KPA", None),
        ("SOUR:PRES:SLEW 20", None),
        NONE,
        ("MEAS:PRES?", "499.998"),
        ("MEAS:PRES:UNC?", "0.051"),
        ("SOUR:PRES?", "500.000"),
        ("SENS:PRES:MOD1:NAME?", "PM200-A7M"),
        ("OUTP:PRES:MODE?", "CONT"),
        ("STAT:OPER:COND?", "16"),
        ("SENS:PRES:MODE ABS", None),
        ("UNIT:PRES KPA", None),
        ("SYST:ERR?", '-221,"Settings conflict"'),
        NONE,
    ]
    with expected_protocol(exchanges) as session:
        controller = Fluke6270A(session, step_clock)
        controller.reset()
        controller.set_slew(20e3)
        assert controller.read().value == pytest.approx(499998.0)
        assert controller.reading_uncertainty_pa() == pytest.approx(51.0)
        state = controller.state()
        assert (state.value, state.operating, state.settled) == (500e3, True, True)
        assert state.range_high == 7e6
        with pytest.raises(InstrumentReportedError, match="-221"):
            controller.configure_pressure(700e3, absolute=True)


def test_a_line_is_vented_and_looked_at(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("OUTP:PRES:MODE MEAS", None),
        ("SENS:PRES:MODE GAUG", None),
        ("UNIT:PRES KPA", None),
        ("MEAS:PRES?", "500.0"),
        ("SOUR:PRES:SLEW?", "20"),
        ("UNIT:PRES KPA", None),
        ("SOUR:PRES 0", None),
        ("OUTP:PRES:MODE CONT", None),
        ("MEAS:PRES?", "300.0"),
        ("MEAS:PRES?", "199.0"),
        OFF[0],
        ("OUTP:PRES:MODE VENT", None),
        NONE,
        ("UNIT:PRES?", "KPA"),
        ("SENS:PRES:MODE?", "GAUG"),
        ("OUTP:PRES:MODE?", "VENT"),
        ("MEAS:PRES?", "40.0"),
        ("OUTP:PRES:MODE?", "VENT"),
        ("MEAS:PRES?", "0.01"),
        ("OUTP:PRES:MODE?", "VENT"),
        ("MEAS:PRES?", "0.00"),  # twice in a row
        ("OUTP:PRES:MODE?", "VENT"),
    ]
    with expected_protocol(exchanges) as session:
        Fluke6270A(session, step_clock).make_safe()


def test_above_the_sections_limit_nothing_is_sent(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        controller = Fluke6270A(session, step_clock)
        controller.set_limits(pressure_pa=400e3)
        with pytest.raises(OutOfLimits):
            controller.stage_pressure(500e3)
