"""TAR divides by the figure that realises the value, in the unit of the result, or is not given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator.engine import Job, plan
from calibrator.procedure import load as load_procedure


def ratios(procedure: str, uut: str, laboratory: Any) -> dict[str, float | None]:
    planned = plan(Job(procedure, uut, sim=True, seed=3), laboratory.home)
    return {point.id: point.tar for point in planned.points}


@pytest.mark.parametrize("procedure", ["dmm", "multimeter_ac"])
def test_a_source_in_the_unit_of_the_result_has_a_ratio(procedure: str, laboratory: Any) -> None:
    told = [ratio for ratio in ratios(procedure, "34401A", laboratory).values() if ratio is not None]
    assert len(told) > 10
    assert all(0.5 < ratio < 500.0 for ratio in told)


def test_a_standard_in_another_unit_has_none(laboratory: Any) -> None:
    """The tolerance of a loop in A was divided by the controller's half-width in Pa: 2.8e-7."""
    told = ratios("pressure", "transmitter_4_20ma", laboratory)
    loop = [ratio for name, ratio in told.items() if name.startswith("loop:")]
    assert loop
    assert set(loop) == {None}


def test_the_figure_is_that_of_the_point_and_not_the_first_of_its_section(laboratory: Any) -> None:
    """At 10 V the meter's half-width at another point of the section had made 0.6 a ratio of 40."""
    told = ratios("calibrator_dc", "fluke_5730a", laboratory)
    assert told["dcv:11V:+10V"] == pytest.approx(0.596, abs=0.001)


@pytest.mark.parametrize(
    ("procedure", "uut", "point", "expected"),
    [
        ("calibrator_dc", "5522A", "dcv:3.299999V:+1V", 7.9e-6),
        ("frequency", "53131A", "freq:10000000Hz", 1.13e-4),
        ("energy_meter", "SDM630", "high:error", 0.27),
    ],
)
def test_a_plan_states_the_u_to_be_expected(
    procedure: str, uut: str, point: str, expected: float, laboratory: Any
) -> None:
    planned = plan(Job(procedure, uut, sim=True, seed=3), laboratory.home)
    by_name = {item.id: item for item in planned.points}
    assert by_name[point].expected_U == pytest.approx(expected, rel=0.02)
    assert by_name[point].tur == pytest.approx(float(by_name[point].limit or 0) / expected, rel=0.02)


def test_a_reference_frequency_is_a_share_of_the_value(laboratory: Any) -> None:
    """5e-6 of 10 MHz against an oscillator within 1e-11 of it for means over seconds."""
    assert ratios("frequency", "53131A", laboratory)["freq:10000000Hz"] == pytest.approx(5e-6 / 1e-11)


@pytest.mark.parametrize(
    ("averaging", "said"),
    [("averaging_s = 86400", "over 86400 s and longer"), ("", "does not say"), ("averaging_s = 300", "")],
)
def test_a_reference_of_longer_means_than_are_measured_is_refused(
    averaging: str, said: str, laboratory: Any, tmp_path: Path
) -> None:
    text = load_procedure("frequency").info.simulated_bench
    assert "averaging_s = 1, " in text
    file = tmp_path / "bench.toml"
    file.write_text(text.replace("averaging_s = 1, ", averaging and f"{averaging}, "), encoding="utf-8")
    refused = plan(Job("frequency", "53131A", bench=file, seed=3), laboratory.home).refused
    if not said:  # thirty gates of 10 s are means over 300 s
        assert refused == ()
        return
    assert {item.code for item in refused} == {"figure-missing"}
    assert said in refused[0].reason
    assert "averaging_s" in refused[0].place


def test_a_reference_meter_is_held_against_the_power_that_is_expected(laboratory: Any) -> None:
    """0.1 % of 1334 W or 667 W, and 1.5 W of the range, are 0.2124 % and 0.3249 %; the limit is 1 %."""
    told = ratios("energy_meter", "SDM630", laboratory)
    assert told["high:error"] == pytest.approx(1.0 / 0.2124, rel=1e-3)
    assert told["half:error"] == pytest.approx(1.0 / 0.3249, rel=1e-3)
