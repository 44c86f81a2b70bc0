"""What a maker adds outside the columns is computed, never left to a note (METROLOGY 11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator_drivers.accuracy import (
    BadTable,
    ConditionsNotMet,
    State,
    Status,
    UncomputedAdder,
    load_table,
    read_table,
)

FRESH = State(temperature_c=23.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.2)


def test_3458a_at_1000_v_is_22_1_mv_with_its_quadratic_and_10_1_mv_without() -> None:
    limit = load_table("keysight_3458a").limit("dcv", 1000.0, state=State(option="standard"))
    row = load_table("keysight_3458a").row("dcv", 1000.0, option="standard")
    assert limit.half_width == pytest.approx(22.1e-3, rel=1e-12)
    without = 1000.0 * row.coef_reading_ppm * 1e-6 + 1000.0 * row.coef_range_ppm * 1e-6
    assert without == pytest.approx(10.1e-3, rel=1e-12)


def test_3458a_quadratic_starts_above_100_v() -> None:
    table = load_table("keysight_3458a")
    at, above = (table.limit("dcv", v, range_high=1000.0).half_width for v in (100.0, 200.0))
    assert at == pytest.approx(100.0 * 10e-6 + 0.1e-3)
    assert above == pytest.approx(200.0 * 10e-6 + 0.1e-3 + 200.0 * 12e-6 * 0.2**2)


def test_3458a_option_not_stated_takes_the_larger_and_says_so() -> None:
    table = load_table("keysight_3458a")
    unknown = table.limit("dcv", 10.0)
    assert unknown.half_width == table.limit("dcv", 10.0, state=State(option="standard")).half_width
    assert table.limit("dcv", 10.0, state=State(option="002")).half_width < unknown.half_width
    assert any("option not stated" in note for note in unknown.notes)


def test_3458a_needs_its_self_calibration() -> None:
    table = load_table("keysight_3458a")
    assert any("self-calibration" in note for note in table.limit("dcv", 10.0).notes)
    fresh = State(23.0, hours_since_acal=2.0, temperature_change_since_acal_c=0.4, option="standard")
    assert table.limit("dcv", 10.0, state=fresh).notes == ()
    with pytest.raises(ConditionsNotMet, match="self-calibration"):
        table.limit("dcv", 10.0, state=State(hours_since_acal=25.0))
    with pytest.raises(ConditionsNotMet, match="ACAL"):
        table.limit("dcv", 10.0, state=State(temperature_change_since_acal_c=-1.5))


def test_34461a_above_500_v_adds_20_uv_a_volt_and_rests_on_memory() -> None:
    table, here = load_table("keysight_34461a"), State(temperature_c=23.0)
    assert table.limit("dcv", 500.0, state=here).half_width == pytest.approx(500 * 45e-6 + 1000 * 10e-6)
    assert table.limit("dcv", 500.0, state=here).status is Status.SEEN
    assert table.limit("dcv", -1000.0, state=here).half_width == pytest.approx(0.055 + 0.010)
    assert table.limit("dcv", -1000.0, state=here).status is Status.MEMORY_MEDIUM


def test_temperature_outside_the_band_adds_the_coefficient_per_degree() -> None:
    table = load_table("keysight_34401a")
    inside = table.limit("dcv", 10.0, state=State(temperature_c=28.0)).half_width
    outside = table.limit("dcv", 10.0, state=State(temperature_c=30.0)).half_width
    assert outside - inside == pytest.approx(2.0 * (10.0 * 5e-6 + 10.0 * 1e-6))
    cold = table.limit("dcv", 10.0, state=State(temperature_c=16.0)).half_width
    assert cold == pytest.approx(outside)


def test_temperature_takes_a_tabulated_figure_out_of_its_table() -> None:
    table = load_table("keysight_34401a")
    assert table.limit("res4w", 1000.0, state=State(temperature_c=23.0)).status is Status.CHECKED
    assert table.limit("res4w", 1000.0, state=State(temperature_c=29.0)).status is Status.MEMORY_HIGH


def test_24_h_band_is_one_degree() -> None:
    table = load_table("keysight_34401a")
    limit = table.limit("dcv", 10.0, interval="24h", state=State(temperature_c=25.0))
    assert limit.half_width == pytest.approx(190e-6 + 1.0 * (10 * 5e-6 + 10 * 1e-6))


def test_a_band_about_the_calibration_temperature_moves_with_it() -> None:
    table = load_table("fluke_5522a")
    here = State(27.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.0)
    there = State(
        27.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.0, calibration_temperature_c=20.0
    )
    inside, outside = (table.limit("dcv", 10.0, state=state) for state in (here, there))
    assert outside.half_width - inside.half_width == pytest.approx(2.0 * 0.1 * 120e-6)


def test_5522a_outside_five_degrees_adds_a_tenth_of_the_90_day_figure_per_degree() -> None:
    table = load_table("fluke_5522a")
    hot = State(31.0, hours_since_zero=1.0, temperature_change_since_zero_c=0.2)
    limit = table.limit("dcv", 10.0, interval="1y", state=hot)
    assert limit.half_width == pytest.approx(140e-6 + 3.0 * 0.1 * 120e-6)


def test_no_temperature_coefficient_no_figure_outside_the_band() -> None:
    with pytest.raises(ConditionsNotMet, match="no temperature coefficient"):
        load_table("fluke_5520a").limit("aci", 0.01, frequency_hz=1000.0, state=State(temperature_c=35.0))


@pytest.mark.parametrize(
    "state",
    [
        State(23.0),
        State(23.0, hours_since_zero=1.0),
        State(23.0, hours_since_zero=13.0, temperature_change_since_zero_c=0.0),
        State(23.0, hours_since_zero=1.0, temperature_change_since_zero_c=1.5),
    ],
)
def test_5522a_ohms_zero_unknown_or_old_takes_the_larger_floor(state: State) -> None:
    table = load_table("fluke_5522a")
    fresh = table.limit("res4w", 100.0, state=FRESH)
    assert fresh.half_width == pytest.approx(100 * 28e-6 + 1.4e-3)
    assert fresh.notes == ()
    worse = table.limit("res4w", 100.0, state=state)
    assert worse.half_width == pytest.approx(100 * 28e-6 + 15e-3)
    assert any("ohms zero" in note for note in worse.notes)


def test_5522a_is_refused_a_week_or_five_degrees_after_its_zero() -> None:
    table = load_table("fluke_5522a")
    with pytest.raises(ConditionsNotMet, match="168 h"):
        table.limit("dcv", 10.0, state=State(hours_since_zero=169.0))
    with pytest.raises(ConditionsNotMet, match="zero"):
        table.limit("dcv", 10.0, state=State(hours_since_zero=1.0, temperature_change_since_zero_c=-6.0))


def test_two_wire_ohms_without_null_add_200_mohm() -> None:
    table = load_table("keysight_34401a")
    nulled = table.limit("res2w", 1000.0, state=State(nulled=True))
    assert nulled.half_width == pytest.approx(0.110)
    for unknown in (None, False):
        limit = table.limit("res2w", 1000.0, state=State(nulled=unknown))
        assert limit.half_width == pytest.approx(0.310)
        assert any("null" in note for note in limit.notes)


def test_5520a_floor_doubles_for_30_s_above_11_a() -> None:
    table = load_table("fluke_5520a")
    row = table.row("aci", 12.0, frequency_hz=60.0)
    settled = table.limit("aci", 12.0, frequency_hz=60.0, state=State(23.0, seconds_since_operate=30.0))
    early = table.limit("aci", 12.0, frequency_hz=60.0, state=State(23.0, seconds_since_operate=29.0))
    unknown = table.limit("aci", 12.0, frequency_hz=60.0, state=State(23.0))
    assert early.half_width - settled.half_width == pytest.approx(row.floor)
    assert unknown.half_width == early.half_width
    assert any("time since operate not stated" in note for note in unknown.notes)


def test_34401a_frequency_at_low_level_is_ten_times_worse() -> None:
    table = load_table("keysight_34401a")
    loud = table.limit("freq", 1000.0, state=State(input_level_v=1.0)).half_width
    for level in (0.05, None):
        assert table.limit("freq", 1000.0, state=State(input_level_v=level)).half_width == pytest.approx(
            10 * loud
        )


def test_34401a_alternating_volts_end_where_the_note_says() -> None:
    table = load_table("keysight_34401a")
    with pytest.raises(ConditionsNotMet, match="5 % of the range"):
        table.limit("acv", 0.04, range_high=1.0, frequency_hz=1000.0)
    with pytest.raises(ConditionsNotMet, match="100000 Hz"):
        table.limit("acv", 100.0, range_high=750.0, frequency_hz=200e3)


TABLE = """
[instrument]
id = "house_meter"
manufacturer = "House"
model = "Meter"
kind = "dmm"
[[row]]
function = "dcv"
interval = "1y"
unit = "V"
range_low = 0.0
range_high = 10.0
coef_reading_ppm = 50.0
treat_as = "limit_rectangular"
status = "seen"
source = "house"
"""


@pytest.mark.parametrize(
    "note",
    [
        "add 0.02 mV per volt above 500 V",
        "multiply by 3 with the filter off",
        "floor doubles in the first minute",
        "plus 5 uV with autozero off",
        "increases by 1 % per month",
    ],
)
def test_a_row_whose_note_adds_what_nothing_computes_is_refused_when_used(tmp_path: Path, note: str) -> None:
    path = tmp_path / "house_meter.toml"
    path.write_text(f'{TABLE}note = "{note}"\n', encoding="utf-8")
    table = read_table(path)
    with pytest.raises(UncomputedAdder, match="not computed") as caught:
        table.limit("dcv", 5.0)
    assert note in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_note_that_adds_nothing_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "house_meter.toml"
    path.write_text(f'{TABLE}note = "4-wire with offset compensation"\n', encoding="utf-8")
    assert read_table(path).limit("dcv", 5.0).half_width == pytest.approx(250e-6)


def test_a_note_names_the_key_that_computes_it(tmp_path: Path) -> None:
    path = tmp_path / "house_meter.toml"
    adder = '{ kind = "above", above = 5.0, per_unit = 1e-3 }'
    path.write_text(
        f'{TABLE}note = "add 1 mV per volt above 5 V"\nadders = [{adder}]\ncomputed = ["above"]\n',
        encoding="utf-8",
    )
    assert read_table(path).limit("dcv", 7.0).half_width == pytest.approx(350e-6 + 2e-3)
    path.write_text(f'{TABLE}note = "add 1 mV per volt"\ncomputed = ["above"]\n', encoding="utf-8")
    with pytest.raises(BadTable, match="which the row does not have"):
        read_table(path)


def test_no_packaged_row_is_refused_for_its_note() -> None:
    from calibrator_drivers.accuracy import list_tables

    assert [row.id for name in list_tables() for row in load_table(name).rows if row.uncomputed] == []


@pytest.mark.parametrize(("volts", "ten", "one"), [(100.0, 0.7, 7.0), (1000.0, 0.9, 29.0)])
def test_8588a_transfer_figures_depend_on_the_input_resistance(volts: float, ten: float, one: float) -> None:
    """S-8588A-MACDR: 0.4 + 0.3 and 0.4 + 0.5 ppm at 10 Mohm, 2 + 5 and 4 + 25 ppm at 1 Mohm."""
    table = load_table("fluke_8588a")
    for option, ppm in (("10 Mohm", ten), ("1 Mohm", one), (None, one)):
        limit = table.limit("dcv", volts, interval="transfer", state=State(option=option))
        assert limit.half_width == pytest.approx(volts * ppm * 1e-6)
        assert any("option not stated" in note for note in limit.notes) == (option is None)


@pytest.mark.parametrize("option", [None, "10 Mohm", "1 Mohm"])
def test_an_option_of_a_higher_range_says_nothing_of_a_lower_one(option: str | None) -> None:
    limit = load_table("fluke_8588a").limit("dcv", 5.0, interval="transfer", state=State(option=option))
    assert limit.half_width == pytest.approx(5.0 * 0.05e-6 + 10.0 * 0.05e-6)
