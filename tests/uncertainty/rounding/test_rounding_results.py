"""Results as they are written: JCGM 100:2008, 7.2.2, 7.2.4, 7.2.6; EA-4/02 M:2022, 6.3."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrator_uncertainty as cu
from calibrator_uncertainty.rounding import (
    RoundedResult,
    express,
    parse_result,
    round_expanded,
    round_result,
    round_together,
)

MASS = RoundedResult(Decimal("100.02147"), Decimal("0.00035"), "g")


def test_forms_of_the_gum():  # JCGM 100:2008, 7.2.2: 100,021 47(35) g; 7.2.4: (100,021 47 ± 0,000 79) g
    assert round_result(100.02147, 0.00035, unit="g") == MASS
    assert MASS.parenthesis(decimal=",", group=" ") == "100,021 47(35) g"
    assert MASS.separate("u_c") == "100.02147 g, u_c = 0.00035 g"
    expanded = round_result(100.02147, 2.26 * 0.00035, unit="g")
    assert expanded.plus_minus(decimal=",", group=" ") == "(100,021 47 ± 0,000 79) g"


# JCGM 100:2008, 7.2.6: u = 10,47 mΩ may be rounded up to 11 mΩ; 28,05 kHz to 28 kHz; x = 10,057 62 Ω, 27 mΩ
def test_examples_of_rounding_in_the_gum():
    assert round_expanded("10.47", policy="upward") == Decimal(11)
    assert round_expanded("10.47") == Decimal(10)
    assert round_expanded("28.05") == Decimal(28)
    assert round_result("10.05762", "0.027").value == Decimal("10.058")


@pytest.mark.parametrize(
    ("u", "digits", "nearest", "ea", "upward"),
    [
        ("0.1049", 2, "0.10", "0.10", "0.11"),  # 4.7 % smaller: may stay
        ("0.1060", 1, "0.1", "0.2", "0.2"),  # 5.7 % smaller: upward
        ("0.14", 1, "0.1", "0.2", "0.2"),
        ("0.25", 1, "0.2", "0.3", "0.3"),
        ("0.105", 1, "0.1", "0.1", "0.2"),  # 4.76 %
        ("9.96", 2, "10", "10", "10"),
        ("9.91", 2, "9.9", "9.9", "10"),
        ("0.35", 2, "0.35", "0.35", "0.35"),
        ("99.01", 2, "99", "99", "1.0E+2"),
    ],
)
def test_policies(u, digits, nearest, ea, upward):
    assert str(round_expanded(u, digits=digits)) == nearest
    assert str(round_expanded(u, digits=digits, policy="ea-4/02")) == ea
    assert str(round_expanded(u, digits=digits, policy="upward")) == upward


def test_upward_does_not_pay_for_the_noise_of_floats():
    assert round_expanded(0.1 + 0.2, policy="upward") == Decimal("0.30")
    assert round_expanded(3 * 1.1, policy="upward") == Decimal("3.3")  # 3.3000000000000003
    assert round_expanded(Decimal("0.3000001"), policy="upward") == Decimal("0.31")
    assert round_expanded(0.3000001, policy="upward") == Decimal("0.31")


@pytest.mark.parametrize(
    ("u", "step", "rounded"),
    [
        ("0.0173", 2, "0.018"),
        ("0.0173", 5, "0.015"),
        ("0.0175", 5, "0.020"),  # 3.5 steps: to the even multiple
        ("0.0125", 5, "0.010"),
        ("0.0988", 5, "0.10"),  # 0.0988 is nearer to 0.100 than to 0.095; a carry keeps two digits
        ("0.010", 2, "0.010"),
    ],
)
def test_steps_of_two_and_five_in_the_last_digit(u, step, rounded):
    assert str(round_expanded(u, step=step)) == rounded


@pytest.mark.parametrize(
    ("value", "u", "unit", "shown"),
    [
        (0.0123456, 0.00012, "V", "(12.35 ± 0.12) mV"),
        (99876543.0, 123456.0, "Ω", "(99.88 ± 0.12) MΩ"),
        (0.5, 0.001, "mA", "(500.0 ± 1.0) µA"),
        (1234.5, 0.12, "uV", "(1.23450 ± 0.00012) mV"),
        (0.0, 0.0000123, "V", "(0 ± 12) µV"),
        (1e-5, 2e-9, "kg", "(10.0000 ± 0.0020) mg"),
        (1000.0, 1.0, "Pa", "(1.0000 ± 0.0010) kPa"),
        (999.999, 0.001, "Hz", "(999.9990 ± 0.0010) Hz"),
        (25000.0, 100.0, "degC", "(25000 ± 100) degC"),
        (0.01, 0.001, "ft", "(0.0100 ± 0.0010) ft"),  # a foot is no femtotonne
        (0.0012, 0.0001, "%", "(0.00120 ± 0.00010) %"),
    ],
)
def test_si_prefixes_move_the_point_and_nothing_else(value, u, unit, shown):
    found = round_result(value, u, unit=unit)
    assert found.prefixed().plus_minus() == shown
    assert found.prefixed().prefixed() == found.prefixed()


@pytest.mark.parametrize(
    ("value", "u", "shown"),
    [
        (10.3, 1.2, "10.3(12)"),
        (1234.4, 12, "1234(12)"),
        (99876543.0, 123456.0, "99880000(120000)"),
        (-0.00004, 0.0035, "0.0000(35)"),  # never -0
        (0.5, 0.0, "0.5(0)"),
        (-1.25, 0.1, "-1.25(10)"),
    ],
)
def test_figure_in_brackets_counts_last_digits(value, u, shown):
    found = round_result(value, u)
    assert found.parenthesis() == shown
    assert parse_result(shown) == found or parse_result(shown).value == found.value


def test_uncertain_quantity_is_written_in_its_unit():
    volts = cu.uncertain(cu.normal("v", 10.00012345, 12.3e-6, "V"))
    assert express(volts, coverage="k2").plus_minus() == "(10.000123 ± 0.000025) V"
    assert express(volts.to("uV"), coverage="k2").prefixed().unit == "V"
    few = cu.uncertain(cu.normal("v", 1.0, 0.1, "V", dof=4.0))
    assert express(few).uncertainty == Decimal("0.28")  # t95(4) = 2.776
    with pytest.raises(cu.NotSupportedError):
        express(cu.array([1.0, 2.0], 0.1, "V"))
    with pytest.raises(cu.NotSupportedError):
        express(cu.estimate(volts))


def test_rows_of_a_table_share_their_last_digit():
    found = round_together([1.23456, 10.5, -0.00001], [0.00123, 0.0456, 0.01], unit="V")
    assert [one.plus_minus() for one in found] == [
        "(1.2346 ± 0.0012) V",
        "(10.5000 ± 0.0456) V",
        "(0.0000 ± 0.0100) V",
    ]
    assert round_together([1], [0.1 + 0.2], policy="upward")[0].uncertainty == Decimal("0.30")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100,021 47(35) g", MASS),
        ("100.02147(35) g", MASS),
        ("(100,021\u200947 ± 0,000\u200935) g", MASS),
        ("100.02147 +/- 0.00035 g", MASS),
        ("\u22121.5(2)", RoundedResult(Decimal("-1.5"), Decimal("0.2"))),
        ("10.3(1.2) mV", RoundedResult(Decimal("10.3"), Decimal("1.2"), "mV")),
    ],
)
def test_written_results_are_read_back(text, expected):
    assert parse_result(text) == expected


@pytest.mark.parametrize("text", ["", "10", "10 ± -1", "10(", "a ± b", "10 ± 1) V"])
def test_other_texts_are_refused(text):
    with pytest.raises(cu.FormatError):
        parse_result(text)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: round_expanded(-0.1), "negative-u"),
        (lambda: round_expanded(float("nan")), "not-finite"),
        (lambda: round_expanded(np.inf), "not-finite"),
        (lambda: round_expanded(1, digits=0), "digits"),
        (lambda: round_expanded(1, digits=1, step=5), "digits"),
        (lambda: round_expanded(1, step=3), "step"),
        (lambda: round_expanded(1, policy="best"), "policy"),
        (lambda: round_result(float("nan"), 1), "not-finite"),
        (lambda: round_together([1], [1, 2]), "shape"),
        (lambda: round_together([1], [0]), "zero-u"),
    ],
)
def test_figures_that_cannot_be_are_refused(call, code):
    with pytest.raises(cu.InputError) as caught:
        call()
    assert caught.value.code == code


uncertainties = st.floats(min_value=1e-200, max_value=1e200)
policies = st.sampled_from(["nearest", "upward", "ea-4/02"])


@settings(deadline=None)
@given(uncertainties, st.integers(2, 5), policies, st.sampled_from([1, 2, 5]))
def test_uncertainty_is_rounded_once_for_all_and_never_to_nothing(u, digits, policy, step):
    found = round_expanded(u, digits=digits, policy=policy, step=step)
    assert round_expanded(found, digits=digits, policy=policy, step=step) == found
    assert found > 0
    exact = Decimal(repr(u))
    unit = Decimal(step).scaleb(found.as_tuple().exponent)
    assert abs(found - exact) <= unit
    if policy == "upward":
        assert found >= exact * (1 - Decimal("1e-12"))
    if policy == "ea-4/02":
        assert found >= exact * (Decimal("0.95") - Decimal("1e-12"))


@settings(deadline=None)
@given(uncertainties, st.floats(1.0, 10.0), policies)
def test_larger_uncertainty_is_never_written_smaller(u, factor, policy):
    assert round_expanded(u * factor, policy=policy) >= round_expanded(u, policy=policy)


@settings(deadline=None)
@given(st.integers(1, 5), uncertainties)
def test_nearest_is_the_rounding_that_the_rest_of_the_product_uses(digits, u):
    assert round_expanded(u, digits=digits) == cu.round_uncertainty(u, digits)


@settings(deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e4), st.sampled_from(["", "V", "mΩ"]))
def test_every_form_reads_back_to_the_same_digits(value, u, unit):
    found = round_result(value, u, unit=unit)
    assert not (found.value == 0 and found.value.is_signed())
    for text in (found.plus_minus(), found.parenthesis(), found.plus_minus(decimal=",", group="\u2009")):
        back = parse_result(text)
        assert (back.value, back.uncertainty, back.unit) == (found.value, found.uncertainty, unit)
    again = round_result(found.value, found.uncertainty, unit=unit)
    assert again == found


@pytest.mark.parametrize(
    ("value", "u"), [(1e15, 1e-15), (-1e20, 1e-12), (1.0, 1e-300), (1e300, 1.0), (1e-300, 1e300)]
)
def test_a_value_has_the_places_of_its_uncertainty_however_far_apart_they_are(value: float, u: float) -> None:
    shown, last = str(round_result(value, u)).split(" ± ")
    assert len(shown.partition(".")[2]) == len(last.partition(".")[2])
    assert abs(Decimal(shown) - Decimal(repr(value))) <= Decimal(last)
