"""The status is that of the figure at the very value (METROLOGY 9, reference vocabulary)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from calibrator_drivers.accuracy import State, Status, load_table

WITHIN = State(
    temperature_c=23.0,
    hours_since_zero=1.0,
    temperature_change_since_zero_c=0.0,
    hours_since_acal=1.0,
    temperature_change_since_acal_c=0.0,
    nulled=True,
)


@pytest.mark.parametrize(
    ("model", "unknown"),
    [
        ("keysight_34401a", "temperature_c"),
        ("keysight_3458a", "temperature_c"),
        ("keysight_3458a", "hours_since_acal"),
        ("keysight_3458a", "temperature_change_since_acal_c"),
        ("fluke_5522a", "hours_since_zero"),
        ("fluke_5522a", "temperature_change_since_zero_c"),
    ],
)
def test_a_figure_whose_state_is_not_stated_decides_nothing_on_a_live_bench(model: str, unknown: str) -> None:
    # METROLOGY 11: the source has no worse figure for an unknown temperature or self-calibration
    table = load_table(model)
    stated = table.limit("dcv", 10.0, interval="90d", state=WITHIN)
    silent = table.limit("dcv", 10.0, interval="90d", state=replace(WITHIN, **{unknown: None}))
    assert stated.status.decides_live
    assert silent.status is Status.DERIVED
    assert any("not stated" in note for note in silent.notes)
    assert silent.source == stated.source  # the figure is the source's; that it holds is inferred


def test_a_recalled_figure_stays_recalled_when_its_state_is_not_stated() -> None:
    assert load_table("keysight_34465a").limit("dcv", 10.0).status is Status.MEMORY_MEDIUM


def test_3458a_at_1000_v_without_any_state_is_no_published_figure() -> None:
    limit = load_table("keysight_3458a").limit("dcv", 1000.0)
    assert not limit.status.decides_live


@pytest.mark.parametrize(
    "case",
    [
        ("keysight_34401a", "dcv", 3.7, 10.0, "1y", "seen"),  # data sheet: any value
        ("keysight_34401a", "res4w", 1000.0, 1000.0, "1y", "checked"),  # the tabulated point
        ("keysight_34401a", "res4w", 500.0, 1000.0, "1y", "memory_high"),  # same row, not tabulated
        ("keysight_34401a", "res4w", 0.0, 1000.0, "1y", "memory_high"),
        ("keysight_34401a", "res4w", 1000.0, 10000.0, "1y", "memory_high"),  # tabulated on another range
        ("keysight_34401a", "dci", 2.0, 3.0, "1y", "checked"),
        ("keysight_34401a", "dci", -2.0, 3.0, "1y", "checked"),  # the form is in magnitudes
        ("keysight_34401a", "dci", 3.0, 3.0, "1y", "memory_high"),
        ("keysight_34401a", "res2w", 100.0, 100.0, "90d", "checked"),  # the guide's table with Math Null
        ("fluke_5522a", "dcv", 10.0, 33.0, "90d", "checked"),
        ("fluke_5522a", "dcv", 1.0, 3.3, "90d", "checked"),
        ("fluke_5522a", "dcv", 0.1, 0.33, "90d", "memory_high"),
        ("fluke_5522a", "dcv", 10.0, 33.0, "1y", "memory_high"),
        ("keysight_34465a", "dcv", 10.0, 10.0, "1y", "memory_medium"),
        ("keysight_34465a", "res4w", 100.0, 100.0, "1y", "memory_low"),
        ("keysight_3458a", "dci", 0.001, 0.001, "1y", "seen"),
    ],
)
def test_status_at_a_value(case: tuple[str, str, float, float, str, str]) -> None:
    model, function, value, range_high, interval, status = case
    limit = load_table(model).limit(function, value, range_high=range_high, interval=interval, state=WITHIN)
    assert limit.status == status


def test_a_figure_off_its_tabulated_points_names_memory_as_source() -> None:
    table = load_table("keysight_34401a")
    assert "memory" not in table.limit("res4w", 100.0).source
    assert table.limit("res4w", 50.0).source.startswith("from memory")
    assert "S-34401A-SG" in table.limit("res4w", 50.0).source


def test_only_seen_and_checked_decide_on_a_live_bench() -> None:
    assert {status for status in Status if status.decides_live} == {Status.SEEN, Status.CHECKED}


def test_weakest_is_the_last_in_order_whatever_the_order_given() -> None:
    for statuses in itertools.permutations([Status.CHECKED, Status.MEMORY_MEDIUM, Status.SEEN]):
        assert Status.weakest(*statuses) is Status.MEMORY_MEDIUM


def test_standard_uncertainty_follows_treat_as() -> None:
    normal = load_table("fluke_5522a").limit("dcv", 10.0, interval="90d")
    assert normal.standard_uncertainty == pytest.approx(120e-6 / 2.58)
    rectangular = load_table("keysight_34401a").limit("dcv", 10.0)
    assert rectangular.standard_uncertainty == pytest.approx(400e-6 / 3**0.5)
