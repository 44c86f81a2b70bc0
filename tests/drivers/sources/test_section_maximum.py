"""A section's maximum: no number is none, nothing above is staged, and another hand's limit is found."""

from __future__ import annotations

import math
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, ReadbackError
from calibrator_drivers.registry import driver_classes

from ._faulty import Rig, rig

FLUKE = ("fluke_5522a", "fluke_5520a", "fluke_5730a")
RAISED = "LIMIT 1020 V, -1020 V"


def _limited(found: Rig, source: Any) -> None:
    source.reset()
    source.set_limits(voltage_v=10.0)
    source.stage_voltage_dc(9.0)


@pytest.mark.parametrize("model", FLUKE)
def test_nothing_above_the_section_is_staged_whatever_the_instrument_would_take(model: str) -> None:
    with rig(model) as found, found.driver() as source:
        _limited(found, source)
        source.session.write(RAISED)
        with pytest.raises(OutOfLimits, match="500 V is outside -10 to 10 V"):
            source.stage_voltage_dc(500.0)
        assert not found.on


@pytest.mark.parametrize("model", FLUKE)
def test_a_limit_that_another_hand_raised_is_found_before_operate(model: str) -> None:
    with rig(model) as found, found.driver() as source:
        _limited(found, source)
        source.session.write(RAISED)
        with pytest.raises(ReadbackError, match="limit in V"):
            source.operate()
        assert not found.on


@pytest.mark.parametrize(
    "stage",
    [
        lambda s: s.stage_voltage_ac(11.0, frequency_hz=1e3),
        lambda s: s.stage_frequency(1e3, amplitude_v=9.9),
        lambda s: s.stage_current_dc(0.2),
        lambda s: s.stage_current_ac(0.2, frequency_hz=50.0),
        lambda s: s.stage_power_ac(11.0, 0.05, frequency_hz=50.0, power_factor=1.0, leading=False),
        lambda s: s.stage_power_ac(5.0, 0.2, frequency_hz=50.0, power_factor=1.0, leading=False),
    ],
)
def test_a_5522a_holds_each_of_its_functions_below_it(stage: Any) -> None:
    with rig("fluke_5522a") as found, found.driver() as source:
        source.set_limits(voltage_v=9.0, current_a=0.1)
        with pytest.raises(OutOfLimits, match="the section's limit"):
            stage(source)


def test_a_limit_that_cannot_be_read_back_is_not_connected_on() -> None:
    with rig("fluke_5522a") as found, found.driver() as source:
        _limited(found, source)
        found.trouble.arm("no reply", 4)  # behind OUT?, FUNC?, RANGELCK? and RANGE?
        with pytest.raises(
            ReadbackError, match="limit in V was staged as -10 to 10 and is read back as nothing"
        ):
            source.operate()
        assert found.trouble.struck
        assert not found.on


@pytest.mark.parametrize("by_hand", ["VOLT:LIM:HIGH 10", "VOLT:LIM:LOW -10", "VOLT:LIM:STAT OFF"])
def test_a_33500b_that_another_hand_let_go_is_not_switched_on(by_hand: str) -> None:
    with rig("keysight_33500b") as found, found.driver() as source:
        source.reset()
        source.set_limits(voltage_v=3.0)
        source.stage_voltage_ac(3.0, frequency_hz=1e3)
        source.set_limits(voltage_v=1.0)  # below what is programmed
        source.stage_voltage_ac(1.0, frequency_hz=1e3)
        source.operate()
        source.standby()
        source.session.write(by_hand)
        with pytest.raises(ReadbackError, match="does not hold the section's maximum"):
            source.operate()
        assert not found.on


def test_a_33500b_refuses_more_than_its_limit_itself() -> None:
    with rig("keysight_33500b") as found, found.driver() as source:
        source.reset()
        source.set_limits(voltage_v=1.0)
        source.session.write("VOLT 2")
        with pytest.raises(InstrumentReportedError, match="-222"):
            source.check_errors()
        source.session.write("VOLT:OFFS 1.5")
        with pytest.raises(InstrumentReportedError, match="-222"):
            source.check_errors()
        source.session.write("VOLT:LIM:STAT OFF;:VOLT 2;:VOLT:LIM:STAT ON")
        with pytest.raises(InstrumentReportedError, match="-221"):
            source.check_errors()


LIMITS = (
    *[(model, "voltage_v") for model in (*FLUKE, "keithley_2450", "keysight_33220a", "keysight_33500b")],
    *[(model, "current_a") for model in (*FLUKE, "keithley_2450")],
    *[(f"druck_pace{n}000", "pressure_pa") for n in (5, 6)],
    *[(model, "pressure_pa") for model in ("fluke_6270a", "mensor_cpc6050")],
    *[(f"fluke_{n}", "temperature_c") for n in (9142, 9143, 9144, 7341)],
)


def test_every_source_s_limit_is_swept() -> None:
    sources = {name for name, driver in driver_classes().items() if hasattr(driver, "make_safe")}
    assert {model for model, _ in LIMITS} == sources


@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("model", "name"), LIMITS)
def test_what_limits_nothing_is_refused_and_nothing_is_sent(model: str, name: str, limit: float) -> None:
    with rig(model) as found, found.driver() as source:
        seen = found.trouble.seen
        with pytest.raises(ValueError, match="limits nothing"):
            source.set_limits(**{name: limit})
        assert found.trouble.seen == seen


def test_a_controller_that_does_not_tell_its_limit_controls_nothing() -> None:
    with rig("mensor_cpc6050") as found, found.driver() as source:
        source.reset()
        source.set_limits(pressure_pa=200e3)
        source.stage_pressure(100e3)
        source.session.write("UpperLimit 700")
        with pytest.raises(ReadbackError, match="upper limit was staged as 200 kPa"):
            source.operate()
        source.set_limits(pressure_pa=200e3)
        source.stage_pressure(100e3)
        found.trouble.arm("garbage", 4)  # behind Units?, Setpt?, Ptype? and RANGEMAX?
        with pytest.raises(ReadbackError, match="200 kPa and is read back as nothing"):
            source.operate()
        assert not found.on


def test_a_controller_s_own_limits_hold_both_sides_and_another_hand_s_is_found() -> None:
    with rig("mensor_cpc6050") as found, found.driver() as source:
        source.reset()
        before = source.limits()
        source.set_limits(pressure_pa=50e3)
        source.session.write("Setpt -80")
        with pytest.raises(InstrumentReportedError, match="out of range"):
            source.check_errors()
        source.stage_pressure(-40e3)
        source.session.write("LowerLimit -90")
        with pytest.raises(ReadbackError, match="lower limit was staged as -50 kPa"):
            source.operate()
        assert not found.on
        source.restore_limits(before)
        assert source.limits() == before


@pytest.mark.parametrize("before", [("-101.3", "600"), ("60", "600")])
def test_a_controller_s_limits_of_any_kind_are_put_back(before: tuple[str, str]) -> None:
    with rig("mensor_cpc6050") as found, found.driver() as source:
        source.reset()
        source.session.write(f"UpperLimit {before[1]}")
        source.session.write(f"LowerLimit {before[0]}")
        source.check_errors()
        found_limits = source.limits()
        source.set_limits(pressure_pa=50e3)
        source.restore_limits(found_limits)
        assert source.limits() == found_limits


VARIED = ("BURS", "SWE", "AM", "FM", "PM", "FSK", "PWM")


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        *[(model, kind) for model in ("keysight_33220a", "keysight_33500b") for kind in VARIED],
        ("keysight_33500b", "BPSK"),
        ("keysight_33500b", "SUM"),
    ],
)
def test_a_sine_that_another_hand_varies_is_not_switched_on(model: str, kind: str) -> None:
    with rig(model) as found, found.driver() as source:
        source.reset()
        source.set_limits(voltage_v=3.0)
        source.stage_voltage_ac(3.0, frequency_hz=1e3)
        source.session.write(f"{kind}:STAT ON")
        source.check_errors()
        with pytest.raises(ReadbackError, match="was staged as off and is read back as on"):
            source.operate()
        assert not found.on


@pytest.mark.parametrize("changed", ["FREQ:MODE LIST", "FREQ:MODE SWE", "COMB:FEED CH2"])
def test_a_sine_of_a_list_or_with_the_other_output_added_is_not_switched_on(changed: str) -> None:
    with rig("keysight_33500b") as found, found.driver() as source:
        source.reset()
        source.set_limits(voltage_v=3.0)
        source.stage_voltage_ac(3.0, frequency_hz=1e3)
        source.session.write(changed)
        source.check_errors()
        with pytest.raises(ReadbackError, match=f"is read back as {changed.split()[1]}"):
            source.operate()
        assert not found.on
