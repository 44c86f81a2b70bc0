"""The exact exchange with a CPC6050 pressure controller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, ReadbackError, UnexpectedReply
from calibrator_drivers.mensor import MensorCPC6050
from calibrator_drivers.roles import MeasurePressure, SourcePressure

Protocol = Callable[..., Any]
NONE = ("ERR?", " No Errors")
OFF = [("Mode Measure", None), ("Mode?", " Measure")]
STAGE = [*OFF, ("Units 22", None), ("Setpt 500", None), NONE]
BACK = [("Units?", " 22"), ("Setpt?", " 500.000"), ("Ptype?", " G"), ("RANGEMAX?", " 1000.000")]


def test_identity_and_roles(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("*IDN?", " MENSOR,CPC6050,123456,1.02.07")]) as session:
        controller = MensorCPC6050(session, step_clock)
        assert controller.identify().serial == "123456"
        assert isinstance(controller, SourcePressure)
        assert isinstance(controller, MeasurePressure)
        controller.close()
    assert (MensorCPC6050.LINE.baud, MensorCPC6050.LINE.terminator) == (57600, "\r")


def test_a_pressure_is_staged_read_back_and_controlled(expected_protocol: Protocol, step_clock: Any) -> None:
    control = [("Mode Control", None), NONE, ("Mode?", " Control")]
    stable = [("Stable?", " NO"), ("Stable?", " YES")]
    with expected_protocol([*STAGE, *BACK, *control, *stable]) as session:
        controller = MensorCPC6050(session, step_clock)
        controller.stage_pressure(500e3)
        controller.operate()
        controller.wait_settled(60.0)


@pytest.mark.parametrize(
    ("tail", "quantity"),
    [
        ([("Units?", " 1")], "unit"),
        ([BACK[0], ("Setpt?", " 501.0")], "set-point"),
        ([*BACK[:2], ("Ptype?", " A")], "reference"),
        ([*BACK[:3], ("RANGEMAX?", " 400.0")], "range"),
    ],
)
def test_what_differs_is_not_controlled(
    expected_protocol: Protocol, step_clock: Any, tail: list[Any], quantity: str
) -> None:
    with expected_protocol([*STAGE, *tail]) as session:
        controller = MensorCPC6050(session, step_clock)
        controller.stage_pressure(500e3)
        with pytest.raises(ReadbackError) as caught:
            controller.operate()
    assert caught.value.quantity == quantity


def test_the_letter_of_an_error_is_taken_off_and_the_error_asked_for(
    expected_protocol: Protocol, step_clock: Any
) -> None:
    exchanges = [
        ("A?", "E  14.5033"),
        ("A?", "  14.5033"),
        ("A?", " what"),
        ("Stable?", " MAYBE"),
        ("ERR?", "E 05 - Numeric value out of range"),
        NONE,
    ]
    with expected_protocol(exchanges) as session:
        controller = MensorCPC6050(session, step_clock)
        assert controller.read().value == pytest.approx(14503.3)
        assert controller.self_test() == (True, "  14.5033")
        with pytest.raises(UnexpectedReply):
            controller.read()
        with pytest.raises(UnexpectedReply):
            controller.is_settled()
        with pytest.raises(InstrumentReportedError, match="5 Numeric value out of range"):
            controller.check_errors()


LIMITED: list[Any] = [("Units 22", None), ("LowerLimit -100", None), ("UpperLimit 600", None), NONE]


def test_its_own_limit_is_the_sections(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        *LIMITED,
        ("UpperLimit?", " 600"),
        ("LowerLimit?", " -100"),
        ("Units 22", None),
        ("RSETPT 20", None),
        NONE,
        ("Ptype A", None),
        ("Units 22", None),
        NONE,
        ("Setpt?", " 500"),
        ("RANGEMAX?", " 1000"),
        ("Mode?", " Standby"),
        ("Stable?", " YES"),
    ]
    with expected_protocol(exchanges) as session:
        controller = MensorCPC6050(session, step_clock)
        controller.set_limits(pressure_pa=600e3)
        controller.set_slew(20e3)
        controller.configure_pressure(1e6, absolute=True)
        state = controller.state()
    assert (state.value, state.range_high, state.operating) == (500e3, 1e6, False)


@pytest.mark.parametrize("reply", [" 600", "E600.0000", " +6.000000E+02", " 600.0 kPa"])
def test_its_limit_is_taken_in_every_form_of_a_number_that_the_manual_allows(
    expected_protocol: Protocol, step_clock: Any, reply: str
) -> None:
    exchanges = [
        *LIMITED,
        ("UpperLimit?", reply),
        ("LowerLimit?", reply.replace("600", "-100").replace("+", "").replace("6.0", "-1.0")),
    ]
    with expected_protocol(exchanges) as session:
        MensorCPC6050(session, step_clock).set_limits(pressure_pa=600e3)


@pytest.mark.parametrize("reply", [" 600 psi", " YES", " nan", "", " 600, 22"])
def test_a_limit_in_another_form_is_refused_by_name(
    expected_protocol: Protocol, step_clock: Any, reply: str
) -> None:
    exchanges = [*LIMITED, ("UpperLimit?", reply)]
    with (
        expected_protocol(exchanges) as session,
        pytest.raises(ReadbackError, match=f"nothing that is understood in '{reply}'"),
    ):
        MensorCPC6050(session, step_clock).set_limits(pressure_pa=600e3)


def test_a_line_is_vented_and_looked_at(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("Mode Measure", None),
        ("Ptype G", None),
        ("Units 22", None),
        ("A?", " 150.0"),
        ("RSETPT?", " 20"),
        OFF[0],
        ("Mode Vent", None),
        NONE,
        ("Units?", " 22"),
        ("Ptype?", " G"),
        ("Mode?", " Vent"),
        ("A?", " 80.0"),
        ("Mode?", " Vent"),
        ("A?", " 0.02"),
        ("Mode?", " Vent"),
        ("A?", " 0.01"),  # twice in a row
        ("Mode?", " Vent"),
    ]
    with expected_protocol(exchanges) as session:
        MensorCPC6050(session, step_clock).make_safe()


def test_its_limits_are_put_back_as_they_were_found(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("Units 22", None),
        ("LowerLimit?", " -20"),
        ("UpperLimit?", " 850.5"),
        ("Units 22", None),
        ("LowerLimit -50", None),
        ("UpperLimit 50", None),
        NONE,
        ("UpperLimit?", " 50"),
        ("LowerLimit?", " -50"),
        ("Units 22", None),
        ("LowerLimit -20", None),
        ("UpperLimit 850.5", None),
        NONE,
        ("UpperLimit?", " 850.5"),
        ("LowerLimit?", " -20"),
    ]
    with expected_protocol(exchanges) as session:
        controller = MensorCPC6050(session, step_clock)
        found = controller.limits()
        assert found is not None
        assert found.pressure_pa == (-20e3, 850.5e3)
        controller.set_limits(pressure_pa=50e3)
        controller.restore_limits(found)


def test_limits_that_it_does_not_tell_are_none(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [("Units 22", None), ("LowerLimit?", " ?"), ("UpperLimit?", " 850")]
    with expected_protocol(exchanges) as session:
        assert MensorCPC6050(session, step_clock).limits() is None
