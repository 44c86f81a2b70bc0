"""Rounding to steps: GB/T 8170-2008, 3.2-3.4 and its examples."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import InputError
from calibrator_uncertainty.rounding import round_gbt8170, round_to_step, whole_dof


# GB/T 8170-2008, 3.2 and 3.3; seen quoted in daowen.com 4.5.1 and renrendoc.com paper/264382832
@pytest.mark.parametrize(
    ("number", "interval", "rounded"),
    [
        ("12.1498", "1", "12"),
        ("12.1498", "0.1", "12.1"),
        ("1268", "1E+2", "1.3E+3"),  # 13 x 10^2
        ("10.5002", "1", "11"),
        ("1.050", "0.1", "1.0"),
        ("0.35", "0.1", "0.4"),
        ("2500", "1E+3", "2E+3"),
        ("3500", "1E+3", "4E+3"),
        ("-0.0365", "0.001", "-0.036"),  # -36 x 10^-3
        ("-355", "1E+1", "-3.6E+2"),  # memory
        ("-325", "1E+1", "-3.2E+2"),  # memory
        # half a unit (0.5 单位修约): 60.28 seen, the others from memory; multiples checked below
        ("60.28", "0.5", "60.5"),
        ("60.25", "0.5", "60.0"),
        ("60.38", "0.5", "60.5"),
        ("-60.75", "0.5", "-61.0"),
        ("63.37", "0.5", "63.5"),
        ("63.37", "5", "65"),
        # a fifth of a unit (0.2 单位修约)
        ("830", "20", "840"),
        ("842", "20", "840"),
        ("832", "20", "840"),
        ("-930", "20", "-920"),
    ],
)
def test_examples_of_gbt_8170(number, interval, rounded):
    assert str(round_gbt8170(number, interval)) == rounded


def test_one_rounding_not_several():  # 3.3 and the quoted 8.53459 -> 8.53, not 8.54; 15.4546 -> 15, not 16
    assert str(round_gbt8170("8.53459", "0.01")) == "8.53"
    assert str(round_gbt8170("15.4546", 1)) == "15"
    in_steps = round_gbt8170(round_gbt8170(round_gbt8170("15.4546", "0.001"), "0.1"), 1)
    assert str(in_steps) == "16"


def test_halves_are_those_of_the_decimal_text_not_of_the_binary_float():
    assert Fraction(0.35) < Fraction(35, 100)  # the float lies below
    assert round_to_step(0.35, 0.1) == Decimal("0.4")
    assert round(0.35, 1) == 0.3  # what binary rounding gives
    assert round_to_step(2.675, "0.01") == Decimal("2.68")
    assert round_to_step(0.1 + 0.2, "0.1", direction="up") == Decimal("0.4")  # as it is written


def test_never_minus_zero():
    for number in (-0.0, "-0.04", Decimal("-0.049")):
        found = round_to_step(number, "0.1")
        assert str(found) == "0.0"
        assert not found.is_signed()


@pytest.mark.parametrize(("direction", "rounded"), [("up", "-7.50"), ("down", "-7.25"), ("nearest", "-7.25")])
def test_directions_go_by_magnitude(direction, rounded):
    assert str(round_to_step("-7.3", "0.25", direction=direction)) == rounded


def test_degrees_of_freedom_that_are_19_before_they_are_floored():
    assert whole_dof(18.9989) == 19
    assert whole_dof(18.99) == 18


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: round_to_step(1, 0), "step"),
        (lambda: round_to_step(1, -0.1), "step"),
        (lambda: round_to_step(float("nan"), 1), "not-finite"),
        (lambda: round_to_step("Infinity", 1), "not-finite"),
        (lambda: round_to_step("ten", 1), "not-a-number"),
        (lambda: round_to_step(1, 1, direction="sideways"), "policy"),
        (lambda: round_gbt8170(1, 3), "step"),
        (lambda: round_gbt8170(1, "0.25"), "step"),
    ],
)
def test_steps_that_cannot_be_are_refused(call, code):
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.code == code


decimals = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6)
steps = st.builds(
    lambda digit, power: Decimal(digit).scaleb(power), st.sampled_from([1, 2, 5]), st.integers(-5, 5)
)


@settings(deadline=None)
@given(decimals, steps)
def test_rounding_is_a_near_multiple_idempotent_odd_and_once(number, step):
    found = round_gbt8170(number, step)
    assert Fraction(found) / Fraction(step) == round(Fraction(number) / Fraction(step))  # halves to even
    assert round_gbt8170(found, step) == found
    assert round_gbt8170(-number, step) == -found
    up, down = (round_to_step(number, step, direction=d) for d in ("up", "down"))
    assert abs(down) <= abs(number) <= abs(up)
    assert found in (up, down)


@settings(deadline=None)
@given(decimals, decimals, steps)
def test_rounding_keeps_the_order(one, other, step):
    low, high = sorted((one, other))
    assert round_gbt8170(low, step) <= round_gbt8170(high, step)


@settings(deadline=None)
@given(decimals, st.integers(-5, 5))
def test_powers_of_ten_round_as_the_decimal_module_does(number, power):
    step = Decimal(1).scaleb(power)
    assert round_to_step(number, step) == number.quantize(step, rounding=ROUND_HALF_EVEN)
