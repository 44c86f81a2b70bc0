"""Which row holds at a point."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers.accuracy import (
    OutOfRange,
    State,
    UnknownFunction,
    UnknownInterval,
    UnknownOption,
    list_tables,
    load_table,
)


def test_the_lowest_range_that_holds_the_value_is_used() -> None:
    table = load_table("fluke_5522a")
    assert table.row("dcv", 10.0).range_high == 32.99999
    assert table.row("dcv", 33.0).range_high == 329.9999
    assert table.row("dcv", 330.0).range_high == 1020.0
    assert table.row("res4w", 100.0).range_high == 109.9999
    assert table.row("dci", -2.0).range_high == 2.99999


@pytest.mark.parametrize("name", [3.3, 3.299999])
def test_a_range_goes_by_its_nominal_or_its_highest_value(name: float) -> None:
    assert load_table("fluke_5522a").row("dcv", 0.1, range_high=name).range_high == 3.299999


def test_a_meter_reads_over_its_range_when_the_range_is_fixed() -> None:
    table = load_table("keysight_34401a")
    assert table.limit("dcv", 12.0, range_high=10.0).half_width == pytest.approx(12 * 35e-6 + 10 * 5e-6)
    with pytest.raises(OutOfRange):
        table.limit("dcv", 12.1, range_high=10.0)
    with pytest.raises(OutOfRange):  # the terminals end at 1000 V
        table.limit("dcv", 1100.0, range_high=1000.0)


def test_a_band_edge_belongs_to_the_lower_band() -> None:
    table = load_table("fluke_5522a")
    assert table.row("acv", 1.0, frequency_hz=10e3).freq_high_hz == 10e3
    assert table.row("acv", 1.0, frequency_hz=10001.0).freq_high_hz == 20e3


def test_direct_and_alternating_do_not_mix() -> None:
    with pytest.raises(OutOfRange, match="at 50 Hz"):
        load_table("fluke_5522a").limit("dcv", 1.0, frequency_hz=50.0)
    with pytest.raises(OutOfRange):
        load_table("fluke_5522a").limit("acv", 1.0)


def test_a_longer_interval_stands_in_and_says_so_a_shorter_never() -> None:
    table = load_table("fluke_5522a")
    limit = table.limit("aci", 0.01, frequency_hz=1000.0, interval="90d")
    assert limit.interval == "1y"
    assert any("no 90d figure" in note for note in limit.notes)
    assert load_table("keysight_3458a").limit("acv", 1.0, frequency_hz=60.0).interval == "24h_to_2y"
    with pytest.raises(UnknownInterval, match="2y"):
        table.limit("dcv", 1.0, interval="2y")


def test_transfer_is_taken_only_when_asked_for() -> None:
    table = load_table("keysight_3458a")
    assert table.limit("dcv", 10.0, interval="24h").interval == "24h"
    assert table.limit("dcv", 10.0, interval="transfer").interval == "transfer"


def test_an_option_takes_its_own_rows_and_unmarked_ones_never_those_of_another() -> None:
    table = load_table("keysight_3458a")
    limit = table.limit("dcv", 10.0, interval="24h", state=State(option="002"))
    assert (limit.interval, limit.half_width) == ("90d", pytest.approx(26.5e-6))
    assert any("no 24h figure" in note for note in limit.notes)
    assert table.limit("dcv", 10.0, interval="transfer", state=State(option="002")).interval == "transfer"
    with pytest.raises(UnknownOption, match="003"):
        table.limit("dcv", 10.0, state=State(option="003"))


def test_thermocouple_types_are_options_and_temperatures_have_signs() -> None:
    table = load_table("fluke_5522a")
    cold = table.limit("temp_tc", -150.0, state=State(option="K"))
    assert (cold.half_width, cold.unit) == (0.33, "degC")
    assert table.limit("temp_tc", 150.0, state=State(option="K")).half_width == 0.26


def test_a_point_outside_every_row_names_function_value_span_file_and_way_out() -> None:
    with pytest.raises(OutOfRange) as caught:
        load_table("fluke_5522a").limit("dcv", 1100.0)
    error = caught.value
    assert (error.function, error.value, error.span) == ("dcv", 1100.0, (0.0, 1020.0))
    for part in (
        "fluke_5522a",
        "dcv",
        "1100 V",
        "0 to 1020 V",
        "specs/fluke_5522a.toml",
        "another instrument",
    ):
        assert part in str(error)


def test_5520a_decides_live_by_what_was_seen_only() -> None:
    table = load_table("fluke_5520a")
    assert {row.function for row in table.rows if row.status.decides_live} == {"aci"}
    assert not table.limit("dcv", 1.0).status.decides_live
    with pytest.raises(UnknownFunction, match="cap"):
        table.limit("cap", 1e-9)


def test_range_properties_come_with_the_row() -> None:
    source, meter = load_table("fluke_5522a"), load_table("keysight_34401a")
    assert source.row("dcv", 0.1).source_impedance_ohm == 50.0
    assert source.row("dci", 0.01).compliance_v == 7.0
    for interval in ("90d", "1y"):
        row = source.row("res4w", 1e6, interval=interval)
        assert (row.allowable_current_low_a, row.allowable_current_high_a) == (1e-6, 1.8e-5)
    assert meter.row("res4w", 1e6, range_high=1e6).test_current_a == 5e-6
    assert meter.row("dci", 0.1).burden_v == 0.6
    assert meter.row("dcv", 10.0).input_impedance_high_ohm == 1e10
    assert meter.row("dcv", 100.0).input_impedance_high_ohm is None
    assert meter.row("dcv", 100.0).input_impedance_ohm == 1e7


DC = [("keysight_34401a", "dcv", 1000.0), ("fluke_5522a", "dcv", 1020.0), ("keysight_3458a", "dcv", 1000.0)]


@given(st.sampled_from(DC), st.floats(0.0, 1.0), st.sampled_from(["90d", "1y"]))
def test_a_limit_is_positive_even_in_sign_and_never_below_the_one_of_less_doubt(
    table: tuple[str, str, float], fraction: float, interval: str
) -> None:
    model, function, high = table
    value = fraction * high
    state = State(23.0, 1.0, 0.0, 1.0, True, "standard" if "3458" in model else None)
    known = load_table(model).limit(function, value, interval=interval, state=state)
    unknown = load_table(model).limit(function, -value, interval=interval)
    assert known.half_width > 0.0
    assert unknown.half_width >= known.half_width


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_on_a_fixed_range_a_larger_value_never_has_a_smaller_limit(a: float, b: float) -> None:
    table = load_table("keysight_3458a")
    low, high = (table.limit("dcv", 1000.0 * x, range_high=1000.0).half_width for x in sorted((a, b)))
    assert low <= high


@given(st.floats(18.0, 28.0), st.floats(0.0, 10.0), st.floats(0.0, 10.0))
def test_further_outside_the_band_never_has_a_smaller_limit(inside: float, a: float, b: float) -> None:
    table = load_table("keysight_34401a")
    at = [
        table.limit("dcv", 5.0, state=State(temperature_c=t)).half_width
        for t in (inside, 28.0 + min(a, b), 28.0 + max(a, b))
    ]
    assert at == sorted(at)


@pytest.mark.parametrize("model", list_tables())
def test_every_row_of_every_table_can_be_reached_at_its_range(model: str) -> None:
    table = load_table(model)
    for row in table.rows:
        frequency = row.freq_high_hz
        state = State(option=row.option, nulled=True, seconds_since_operate=60.0, input_level_v=1.0)
        if row.frequency_limit_hz is not None and frequency > row.frequency_limit_hz:
            continue  # the note ends the 750 V range at 100 kHz
        limit = table.limit(
            row.function,
            row.range_high,
            range_high=row.range_high,
            frequency_hz=frequency,
            interval=row.interval,
            state=state,
        )
        assert limit.unit == row.unit
        assert limit.half_width > 0.0
        assert limit.source
