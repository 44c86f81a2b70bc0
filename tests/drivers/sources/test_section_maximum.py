"""A section's maximum: no number is none, nothing above is staged, and another hand's limit is found."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers import OutOfLimits, ReadbackError

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
