"""Verdicts and specific risk (ILAC-G8:09/2019; JCGM 106:2012)."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import InputError, judge

INF = math.inf


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (0.0, "pass"),
        (0.8, "pass"),  # on the acceptance limit
        (0.81, "conditional pass"),
        (1.0, "conditional pass"),
        (1.01, "conditional fail"),
        (1.2, "conditional fail"),
        (1.21, "fail"),
        (-0.8, "pass"),
        (-0.81, "conditional pass"),
        (-1.01, "conditional fail"),
        (-1.21, "fail"),
    ],
)
def test_non_binary_rule_with_a_guard_band_of_U(error, verdict):  # ILAC-G8 4.2.3, figure 4
    found = judge(error, 0.2, 0.1, INF, Decimal(-1), Decimal(1))
    assert found.verdict == verdict
    assert found.guard_band == 0.2
    assert (found.acceptance_lower, found.acceptance_upper) == (-0.8, 0.8)
    assert found.note == ""


@pytest.mark.parametrize(
    ("error", "verdict"), [(1.0, "pass"), (1.0001, "fail"), (-1.0, "pass"), (-1.1, "fail")]
)
def test_simple_acceptance_has_no_guard_band(error, verdict):  # ILAC-G8 4.2.1
    found = judge(error, 0.2, 0.1, INF, -1.0, 1.0, rule="simple")
    assert (found.verdict, found.guard_band, found.acceptance_upper) == (verdict, 0.0, 1.0)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (0.0, "pass"),
        (0.8, "pass"),  # on the acceptance limit
        (0.8001, "conditional pass"),
        (1.0, "conditional pass"),
        (1.0001, "fail"),  # the rule keeps a margin inside and forgives nothing outside
        (-0.8, "pass"),
        (-0.81, "conditional pass"),
        (-1.1, "fail"),
    ],
)
@pytest.mark.parametrize("U", [0.01, 0.5, 1.5])
def test_eighty_percent_of_the_tolerance_decides_whatever_U_is(error, verdict, U):
    # service guides of multimeters: 34450A, p. 9; U1251A/U1252A, p. 130
    found = judge(error, U, U / 2, INF, Decimal(-1), Decimal(1), rule="guard-80")
    assert (found.verdict, found.guard_band) == (verdict, 0.2)
    assert (found.acceptance_lower, found.acceptance_upper, found.note) == (-0.8, 0.8, "")


@given(st.floats(-3, 3), st.floats(0, 2), st.floats(1e-6, 1e6))
def test_eighty_percent_is_never_wider_than_simple_acceptance(error, U, scale):
    judged = [judge(error * scale, U, 0.0, INF, -scale, scale, rule=rule) for rule in ("guard-80", "simple")]
    assert (judged[0].verdict == "fail") == (judged[1].verdict == "fail")


def test_eighty_percent_of_limits_that_are_not_symmetric_is_about_their_middle():
    found = judge(9.0, 0.1, 0.05, INF, 0.0, 10.0, rule="guard-80")
    assert (found.acceptance_lower, found.acceptance_upper, found.verdict) == (1.0, 9.0, "pass")


def test_eighty_percent_needs_two_limits():
    with pytest.raises(InputError, match="there is one") as caught:
        judge(0.5, 0.1, 0.05, INF, None, 1.0, rule="guard-80")
    assert caught.value.code == "one-sided"


@pytest.mark.parametrize(
    ("z", "conformance"), [(0.84, 0.80), (1.28, 0.90), (1.64, 0.95), (2.33, 0.99), (3.09, 0.999)]
)
def test_one_sided_conformance_probability(z, conformance):  # JCGM 106, 7.3.2, table 1
    upper = judge(10.0 - z, 0.0, 1.0, INF, None, 10.0, rule="simple")
    lower = judge(-10.0 + z, 0.0, 1.0, INF, -10.0, None, rule="simple")
    assert upper.pfa == pytest.approx(1 - conformance, abs=0.001)
    assert lower.pfa == pytest.approx(upper.pfa, rel=1e-12)
    assert (upper.acceptance_lower, lower.acceptance_upper) == (None, None)


# ILAC-G8 table 1: at most 2.5 % with w = U, at most 50 % with w = 0
def test_risk_at_the_acceptance_limit_and_at_the_limit_itself():
    assert judge(0.8, 0.2, 0.1, INF, -1.0, 1.0).pfa == pytest.approx(0.02275, abs=1e-5)
    assert judge(1.0, 0.2, 0.1, INF, -1.0, 1.0).pfa == pytest.approx(0.5, abs=1e-9)


def test_risk_with_few_degrees_of_freedom_is_that_of_t():  # JCGM 100 table G.2: t95(4) = 2.78
    assert judge(0.0, 0.1, 0.1, 4.0, -0.277645, None).pfa == pytest.approx(0.025, abs=1e-6)


@pytest.mark.parametrize(("U", "empty"), [(0.99, False), (1.0, True), (1.5, True)])
def test_uncertainty_as_large_as_the_tolerance_leaves_no_acceptance_zone(U, empty):
    found = judge(0.0, U, U / 2, INF, -1.0, 1.0)
    assert (found.note == "no acceptance zone") is empty
    assert found.verdict == ("conditional pass" if empty else "pass")


def test_value_that_only_arithmetic_moved_off_the_limit_lies_on_it():
    assert judge(0.1 + 0.2, 0.0, 0.0, INF, None, 0.3, rule="simple").verdict == "pass"


def test_without_uncertainty_the_risk_is_none_or_all():
    assert judge(0.5, 0.0, 0.0, INF, -1.0, 1.0).pfa == 0.0
    assert judge(1.5, 0.0, 0.0, INF, -1.0, 1.0).pfa == 1.0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((0.0, 0.1, 0.05, INF, 1.0, -1.0), "limits-crossed"),
        ((0.0, 0.1, 0.05, INF, None, None), "no-limits"),
        ((math.nan, 0.1, 0.05, INF, -1.0, 1.0), "not-finite"),
        ((0.0, -0.1, 0.05, INF, -1.0, 1.0), "negative-u"),
        ((0.0, 0.1, 0.05, 0.5, -1.0, 1.0), "dof"),
    ],
)
def test_figures_that_cannot_be_are_refused(arguments, code):
    with pytest.raises(InputError) as caught:
        judge(*arguments)
    assert caught.value.code == code


def test_without_an_acceptance_zone_nothing_passes_without_condition():
    """U = T and no error at all: the two acceptance limits meet at zero (METROLOGY 19)."""
    for expanded in (1.0, 1.5):
        found = judge(0.0, expanded, expanded / 2, INF, -1.0, 1.0)
        assert (found.verdict, found.note) == ("conditional pass", "no acceptance zone")
    assert judge(0.0, 0.999, 0.5, INF, -1.0, 1.0).verdict == "pass"


def test_unknown_rule_names_those_that_exist():
    with pytest.raises(InputError, match="guard-band-u, guard-80, simple"):
        judge(0.0, 0.1, 0.05, INF, -1.0, 1.0, rule="strict")


@given(st.floats(-3, 3), st.floats(0.01, 2), st.floats(1, 200))
def test_verdict_and_risk_mirror(error, U, dof):
    here = judge(error, U, U / 2, dof, -1.0, 2.0)
    there = judge(-error, U, U / 2, dof, -2.0, 1.0)
    assert here.verdict == there.verdict
    assert here.pfa == pytest.approx(there.pfa, abs=1e-12)
    assert 0.0 <= here.pfa <= 1.0 + 1e-12
