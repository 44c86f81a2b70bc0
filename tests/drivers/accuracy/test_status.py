"""The status is that of the figure at the very value (METROLOGY 9, reference vocabulary)."""

from __future__ import annotations

import itertools

import pytest

from calibrator_drivers.accuracy import State, Status, load_table


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
    limit = load_table(model).limit(
        function, value, range_high=range_high, interval=interval, state=State(nulled=True)
    )
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
