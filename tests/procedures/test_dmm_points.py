"""The 34401A's points and limits, figure by figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calibrator.procedure import Point, load
from calibrator_drivers.accuracy import load_table

MODEL = "keysight_34401a"

# Agilent 34401A Service Guide, chapter 4, gain verification table, p. 69: error from nominal
# (nominal, range, 24 h, 90 d, 1 y); V, ohm, A.
GAIN = {
    "dcv:0.1V:+0.1V": ("0.000006", "0.0000075", "0.0000085"),
    "dcv:1V:+1V": ("0.000026", "0.000037", "0.000047"),
    "dcv:10V:+10V": ("0.00019", "0.00025", "0.0004"),
    "dcv:10V:-10V": ("0.00019", "0.00025", "0.0004"),
    "dcv:100V:+100V": ("0.0026", "0.0041", "0.0051"),
    "dcv:1000V:+1000V": ("0.026", "0.045", "0.055"),
    "res4w:100ohm:+100ohm": ("0.006", "0.012", "0.014"),
    "res4w:1000ohm:+1000ohm": ("0.025", "0.09", "0.11"),
    "res4w:10000ohm:+10000ohm": ("0.25", "0.9", "1.1"),
    "res4w:100000ohm:+100000ohm": ("2.5", "9", "11"),
    "res4w:1000000ohm:+1000000ohm": ("30", "90", "110"),
    "res4w:10000000ohm:+10000000ohm": ("1600", "2100", "4100"),
    "res4w:100000000ohm:+100000000ohm": ("310000", "810000", "810000"),
    "dci:0.01A:+0.01A": ("0.0000015", "0.000005", "0.000007"),
    "dci:0.1A:+0.1A": ("0.000014", "0.000035", "0.000055"),
    "dci:1A:+1A": ("0.00056", "0.0009", "0.0011"),
    "dci:3A:+2A": ("0.0026", "0.003", "0.003"),
}


@pytest.fixture(scope="module")
def points() -> dict[str, Point]:
    return {point.id: point for section in load("dmm").sections(MODEL) for point in section.points}


def test_gain_limits_are_those_of_the_service_guide(points: dict[str, Point]) -> None:
    gain = {name: point for name, point in points.items() if point.standard == "source"}
    assert set(gain) == set(GAIN)
    for name, printed in GAIN.items():
        limits = gain[name].limits
        assert tuple(str(limits[key].upper) for key in ("24h", "90d", "1y")) == printed
        assert all(item.lower == -item.upper and item.status == "seen" for item in limits.values())


def test_gain_limits_agree_with_the_accuracy_table(points: dict[str, Point]) -> None:
    table = load_table(MODEL)
    for name in GAIN:
        point = points[name]
        for interval, limits in point.limits.items():
            limit = table.limit(
                point.function, float(point.nominal), range_high=float(point.range), interval=interval
            )
            assert limit.half_width == pytest.approx(float(limits.upper), rel=1e-9), (name, interval)


def test_zero_limits_are_the_range_terms_of_the_accuracy_table_and_marked_derived(
    points: dict[str, Point],
) -> None:
    zeros = [point for point in points.values() if point.nominal == 0]
    assert len(zeros) == 16
    table = load_table(MODEL)
    for point in zeros:
        for interval, limits in point.limits.items():
            limit = table.limit(point.function, 0.0, range_high=float(point.range), interval=interval)
            assert limit.half_width == pytest.approx(float(limits.upper), rel=1e-9), (point.id, interval)
            assert limits.status == "derived"


def test_settling_windows_are_a_tenth_of_the_limit_and_five_counts_at_least(points: dict[str, Point]) -> None:
    table = load_table(MODEL)
    for point in points.values():
        row = table.row(point.function, float(point.nominal), range_high=float(point.range))
        assert row.resolution is not None
        tenth, counts = float(point.limits["1y"].upper) / 10, 5 * row.resolution
        assert float(Decimal(str(point.settings["settle_window"]))) == pytest.approx(max(tenth, counts))


def test_settling_times_and_readings_follow_the_guide(points: dict[str, Point]) -> None:
    # enough that s of them, where it decides, has 19 degrees of freedom
    assert all(p.settings["readings"] == 20 and p.settings["discard"] == 1 for p in points.values())
    assert all(p.settings["nplc"] == 10 for p in points.values())
    minimum = {name: points[name].settings["settle_min_s"] for name in GAIN}
    assert all(minimum[name] == 2 for name in GAIN if name.startswith("dcv"))
    assert all(minimum[name] == 5 for name in GAIN if name.startswith("res4w") and "000000ohm" in name)
    assert minimum["dci:1A:+1A"] == minimum["dci:3A:+2A"] == 30


def test_order_is_zeros_first_rising_volts_and_1000_v_last_in_its_section() -> None:
    sections = load("dmm").sections(MODEL)
    assert [section.id for section in sections] == ["zero", "zero-open", "dcv", "res4w", "res4w-high", "dci"]
    volts = [abs(point.nominal) for point in sections[2].points]
    assert volts == sorted(volts)
    assert volts[-1] == 1000


def test_compensation_is_asked_for_below_110_kilohm_only() -> None:
    for section in load("dmm").sections(MODEL):
        for point in section.points:
            if point.standard == "source" and point.function == "res4w":
                assert point.settings["source_wires"] == (4 if point.nominal < 110_000 else 2)
                assert point.settings["uut_wires"] == 4


def test_every_connection_of_a_source_is_proved_at_a_harmless_level() -> None:
    harmless = {"dcv": Decimal(1), "dci": Decimal("0.001"), "res4w": Decimal(1000)}  # METROLOGY 3
    for section in load("dmm").sections(MODEL):
        needs_proof = any(point.standard == "source" for point in section.points)
        assert (section.proof is not None) == needs_proof
        if section.proof is not None:
            assert section.proof.value <= harmless[section.proof.function]
            assert section.proof.tolerance == 0.01
            assert section.proof.value <= section.proof.range


def test_texts_stand_in_both_languages() -> None:
    info = load("dmm").info
    texts = [info.title, *info.not_tested]
    for section in load("dmm").sections(MODEL):
        texts += [section.title, section.prompt]
    assert len(info.not_tested) == 8
    for text in texts:
        assert text.en.isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
