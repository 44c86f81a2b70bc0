"""Rounding in decimals (JCGM 100:2008, 7.2.6; EA-4/02 M:2022, 6.3)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import InputError, plain, round_like, round_uncertainty


@pytest.mark.parametrize(
    ("expanded", "digits", "expected"),
    [
        (0.35, 1, "0.4"),  # DESIGN 5: half even in decimals; binary floats give 0.3
        (0.25, 1, "0.2"),
        (9.96, 2, "10"),  # the carry keeps two digits
        (0.0996, 2, "0.10"),
        (0.00996, 2, "0.010"),
        (0.029235, 2, "0.029"),
        (1.25, 2, "1.2"),
        (1.35, 2, "1.4"),
        (1e-15, 2, "1.0E-15"),
        (93.2, 2, "93"),
        (0.0, 2, "0"),
    ],
)
def test_significant_digits_of_an_uncertainty(expanded, digits, expected):
    assert str(round_uncertainty(expanded, digits)) == expected


def test_large_uncertainty_keeps_its_place_and_prints_without_an_exponent():
    rounded = round_uncertainty(123_456.0)
    assert rounded == Decimal(120_000)
    assert rounded.as_tuple().exponent == 4
    assert plain(rounded) == "120000"
    assert plain(round_like(99_876_543.0, rounded)) == "99880000"


@pytest.mark.parametrize(
    ("value", "uncertainty", "expected"),
    [
        (10.05762, "0.027", "10.058"),  # JCGM 100, 7.2.6
        (-0.00004, "0.0035", "0.0000"),  # no -0
        (0.125, "0.01", "0.12"),  # half even
        (0.135, "0.01", "0.14"),
        (9.99996, "0.0035", "10.0000"),
        (50.000838, "0.000093", "50.000838"),
        (-273.15, "1", "-273"),
    ],
)
def test_value_is_rounded_to_the_last_digit_of_its_uncertainty(value, uncertainty, expected):
    assert str(round_like(value, Decimal(uncertainty))) == expected


def test_value_with_an_uncertainty_of_zero_stays_as_written():
    assert round_like(0.1 + 0.2, Decimal(0)) == Decimal("0.30000000000000004")


def test_value_of_hundreds_of_digits_is_still_rounded():
    assert plain(round_like(1e300, Decimal("0.1"))).startswith("1000000000000000")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0])
def test_uncertainty_that_cannot_be_is_refused(bad):
    with pytest.raises(InputError):
        round_uncertainty(bad)


def test_zero_digits_are_refused():
    with pytest.raises(InputError) as caught:
        round_uncertainty(1.0, 0)
    assert caught.value.code == "digits"


@given(st.floats(min_value=1e-300, max_value=1e300), st.integers(1, 6))
def test_rounding_is_within_half_a_digit_and_keeps_the_number_of_digits(expanded, digits):
    rounded = round_uncertainty(expanded, digits)
    assert len(rounded.as_tuple().digits) == digits
    assert abs(rounded - Decimal(repr(expanded))) <= Decimal(5).scaleb(rounded.as_tuple().exponent - 1)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.floats(1e-6, 1e6))
def test_value_never_shows_minus_zero_and_is_within_half_a_digit(value, expanded):
    rounded = round_uncertainty(expanded)
    shown = round_like(value, rounded)
    assert not (shown == 0 and shown.is_signed())
    assert abs(shown - Decimal(repr(float(value)))) <= Decimal(5).scaleb(rounded.as_tuple().exponent - 1)


@pytest.mark.parametrize(
    ("value", "U", "text"), [(10.0, 9.96, "10 ± 10"), (104.0, 99.6, "100 ± 100"), (1.04, 0.996, "1.0 ± 1.0")]
)
def test_a_carry_leaves_two_digits_as_gum_726_asks(value, U, text):
    """9.96 is 10 with two digits; 10.0 would be three, and the value stands to the same last digit."""
    from calibrator_uncertainty.rounding import round_result

    assert str(round_result(value, U)) == text
