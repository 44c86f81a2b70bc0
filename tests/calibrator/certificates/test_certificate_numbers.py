"""Numbers as they are printed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrator.certificates import Certificate
from calibrator.certificates._model import Result
from calibrator.certificates._numbers import aligned, percent, plus_minus, printed, scaled_unit, signed

# a machine that is busy is no fault of the code
LOADED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEMPLATE = Result(
    id="dcv:10V:+10V", function="dcv", unit="V", nominal=Decimal(10), range=Decimal(10),
    indication=Decimal("10.000123"), readings=5, error=Decimal("0.000119"),
    standard_uncertainty=Decimal("0.00006"), expanded_uncertainty=Decimal("0.000115"),
    coverage_factor=Decimal("1.96"), dof="", limit_lower=Decimal("-0.0004"), limit_upper=Decimal("0.0004"),
    guard_band=Decimal("0.000115"), pfa=Decimal("0.0123"), clause8=True, verdict="pass", limit_status="seen",
    standard_status="seen", standard="CAL-01", attempt=1, attempts=1, notes=(),
)  # fmt: skip


def test_error_and_indication_are_rounded_like_the_uncertainty() -> None:
    row = printed(TEMPLATE)
    # 115 µV to two digits, half to even, is 120 µV; the rest goes to the same place
    assert (row.error, row.expanded_uncertainty, row.guard_band, row.error_unit) == (
        "+120",
        "120",
        "120",
        "µV",
    )
    assert (row.nominal, row.indication, row.value_unit) == ("+10", "10.00012", "V")
    assert (row.limit, row.coverage_factor, row.pfa) == ("±400", "1.96", "1.2 %")


def test_a_half_goes_to_even_and_minus_zero_is_zero() -> None:
    row = printed(replace(TEMPLATE, error=Decimal("-0.0000004"), expanded_uncertainty=Decimal("0.000245")))
    assert row.expanded_uncertainty == "240"
    assert row.error == "0"


def test_a_zero_is_read_in_the_unit_of_its_error() -> None:
    row = printed(
        replace(TEMPLATE, nominal=Decimal(0), indication=Decimal("-0.00000020"), range=Decimal(1000))
    )
    assert (row.nominal, row.value_unit, row.range) == ("0", "µV", "1000 V")


def test_an_indication_over_the_range_has_no_numbers() -> None:
    nothing = dict.fromkeys(
        (
            "indication",
            "error",
            "standard_uncertainty",
            "expanded_uncertainty",
            "coverage_factor",
            "guard_band",
            "pfa",
        )
    )
    row = printed(replace(TEMPLATE, **nothing))
    assert {
        row.indication,
        row.error,
        row.expanded_uncertainty,
        row.coverage_factor,
        row.guard_band,
        row.pfa,
    } == {"–"}
    assert row.limit == "±400"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        ("0.1", "V", ("100", "mV")),
        ("1000", "V", ("1000", "V")),
        ("1000", "ohm", ("1", "kΩ")),
        ("100000000", "ohm", ("100", "MΩ")),
        ("0.0000085", "V", ("8.5", "µV")),
        ("0", "A", ("0", "A")),
        ("250000", "Pa", ("250", "kPa")),
        ("0.02", "kPa", ("20", "Pa")),
        ("1013.25", "hPa", ("1013.25", "hPa")),
        ("0.0015", "bar", ("1.5", "mbar")),
        ("25", "bar", ("25", "bar")),
        ("660.3", "degC", ("660.3", "°C")),
        ("0.015", "degC", ("0.015", "°C")),
        ("0.015", "K", ("15", "mK")),
        ("500", "K", ("500", "K")),
        ("200", "g", ("200", "g")),
        ("0.0002", "kg", ("200", "mg")),
        ("20", "kg", ("20", "kg")),
        ("5000000", "g", ("5000", "kg")),
        ("10000000", "Hz", ("10", "MHz")),
        ("0.05", "%", ("0.05", "%")),
        ("12", "ppm", ("12", "ppm")),
        ("1500", "Wh", ("1.5", "kWh")),
        ("0.0000012", "s", ("1.2", "µs")),
        ("3600", "s", ("3600", "s")),
        ("25", "min", ("25", "min")),
    ],
)
def test_prefixes_suit_the_trade(value: str, unit: str, shown: tuple[str, str]) -> None:
    assert scaled_unit(Decimal(value), unit) == shown


def test_only_what_has_a_polarity_has_a_plus() -> None:
    rows = {
        name: printed(replace(TEMPLATE, function=name, unit=unit)).nominal
        for name, unit in (("dcv", "V"), ("dci", "A"), ("pressure", "Pa"), ("temp", "degC"), ("mass", "g"))
    }
    assert rows == {"dcv": "+10", "dci": "+10", "pressure": "10", "temp": "10", "mass": "10"}


def test_limits_that_are_not_symmetric_show_both() -> None:
    assert plus_minus(Decimal("-2"), Decimal("3.0")) == "−2 / +3"
    assert plus_minus(Decimal("-2.50"), Decimal("2.5")) == "±2.5"


def test_a_probability_never_shows_as_zero_or_one() -> None:
    assert [percent(Decimal(p)) for p in ("0", "0.00005", "0.0001", "0.5", "0.94321", "0.9995", "1")] == [
        "< 0.01 %", "< 0.01 %", "0.010 %", "50 %", "94 %", "> 99.9 %", "> 99.9 %",
    ]  # fmt: skip


@LOADED
@given(st.lists(st.decimals(-(10**6), 10**6, places=3), min_size=1), st.integers(0, 3))
def test_aligned_numbers_have_their_points_in_line(values: list[Decimal], places: int) -> None:
    column = [signed(round(value, index % (places + 1))) for index, value in enumerate(values)]
    pairs = aligned(column)
    assert [number for number, _ in pairs] == column
    behind = {len((number + tail).partition(".")[2]) for number, tail in pairs}
    assert len(behind) == 1


@LOADED
@given(
    st.decimals("0.000000001", 1000, places=9),
    st.decimals(-1000, 1000, places=9),
    st.sampled_from(["0.000001", "0.5", "300"]),
)
def test_what_is_printed_is_the_rounded_number_again(u: Decimal, error: Decimal, limit: str) -> None:
    from calibrator_uncertainty import round_like, round_uncertainty

    result = replace(
        TEMPLATE, error=error, expanded_uncertainty=u, limit_lower=-Decimal(limit), limit_upper=Decimal(limit)
    )
    row = printed(result)
    factor = {"": 1, "m": Decimal("0.001"), "µ": Decimal("0.000001"), "n": Decimal("1e-9")}[
        row.error_unit[:-1]
    ]
    assert Decimal(row.expanded_uncertainty) * factor == round_uncertainty(u)
    assert Decimal(row.error.replace("−", "-")) * factor == round_like(error, round_uncertainty(u))


def test_every_printed_number_of_a_run_is_a_plain_decimal(whole_live: Certificate) -> None:
    for result in whole_live.results:
        row = printed(result)
        for text in (row.error, row.expanded_uncertainty, row.indication, row.coverage_factor):
            assert Decimal(text.replace("−", "-")).is_finite()
            assert "E" not in text
