"""Decision rules beyond w = U, by numbers of their documents or worked by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import InputError, judge
from calibrator_uncertainty._conformity import RULES
from calibrator_uncertainty._rules import FURTHER, TARGETS

INF = math.inf


def verdict(rule, error, U=0.2, low=-1.0, high=1.0, u=None, dof=INF):
    return judge(error, U, U / 2 if u is None else u, dof, low, high, rule=rule).verdict


@pytest.mark.parametrize(
    ("rule", "error", "U", "expected"),
    [
        ("guard-band-u-binary", 0.8, 0.2, "pass"),
        ("guard-band-u-binary", 0.81, 0.2, "fail"),
        # JJF 1094-2002, 5.3.1: U95 = MPEV/3 still compares directly, closed limits
        ("jjf1094", 1.0, 1 / 3, "pass"),
        ("jjf1094", 1.001, 1 / 3, "fail"),
        ("jjf1094", 0.6, 0.4, "pass"),
        ("jjf1094", 0.61, 0.4, "undetermined"),
        ("jjf1094", 1.39, 0.4, "undetermined"),
        ("jjf1094", 1.4, 0.4, "fail"),
        ("jjf1094", -1.39, 0.4, "undetermined"),
        # A = sqrt(1 - 0.36) = 0.8
        ("rss", 0.8, 0.6, "pass"),
        ("rss", 0.81, 0.6, "conditional pass"),
        ("rss", 1.01, 0.6, "fail"),
        # M at TUR 2 is 1.04 - exp(0.38 ln 2 - 0.54) = 0.2817: w = 0.1408
        ("z540.3-6", 0.859, 0.5, "pass"),
        ("z540.3-6", 0.860, 0.5, "conditional pass"),
        ("z540.3-6", 1.0, 0.2, "pass"),  # TUR 5: no guard band
    ],
)
def test_each_rule_at_its_limits(rule, error, U, expected):
    assert verdict(rule, error, U) == expected


def test_iso14253_proves_both_ways_at_95_percent():
    # one limit counts: 1.6449 u inside proves conformity, as far outside proves nonconformity
    assert verdict("iso14253", 1 - 1.65 * 0.01, U=0.02) == "pass"
    assert verdict("iso14253", 1 - 1.64 * 0.01, U=0.02) == "undetermined"
    assert verdict("iso14253", 1 + 1.64 * 0.01, U=0.02) == "undetermined"
    assert verdict("iso14253", 1 + 1.65 * 0.01, U=0.02) == "fail"
    assert judge(0.0, 0.02, 0.01, INF, -1, 1, rule="iso14253").guard_band == pytest.approx(0.016449, abs=1e-6)


@pytest.mark.parametrize(("rule", "target"), TARGETS.items())
def test_a_target_risk_is_that_of_the_accepted_point_at_its_limit(rule, target):
    found = judge(0.0, 0.02, 0.01, 8.0, -1.0, 1.0, rule=rule)
    edge = 1.0 - found.guard_band
    at = judge(edge, 0.02, 0.01, 8.0, -1.0, 1.0, rule=rule)
    assert at.pfa == pytest.approx(target, rel=1e-6)
    assert judge(edge - 1e-6, 0.02, 0.01, 8.0, -1.0, 1.0, rule=rule).verdict == "pass"
    assert judge(edge + 1e-6, 0.02, 0.01, 8.0, -1.0, 1.0, rule=rule).verdict == "fail"


@pytest.mark.parametrize(
    "rule", ["guard-band-u", "guard-band-u-binary", "jjf1094", "rss", "z540.3-6", "pfa-2", "iso14253"]
)
def test_u_larger_than_half_the_tolerance_leaves_no_acceptance_zone(rule):
    found = judge(0.0, 8.0, 4.0, INF, -1.0, 1.0, rule=rule)
    assert found.note == "no acceptance zone"
    assert found.verdict != "pass"


@pytest.mark.parametrize("rule", ["z540.3-6", "iso14253", "pfa-5", "rss", "jjf1094", "guard-band-u"])
def test_u_as_large_as_half_the_tolerance_leaves_none_whatever_band_a_rule_takes(rule):
    found = judge(0.0, 1.0, 0.5, INF, -1.0, 1.0, rule=rule)
    assert found.note.startswith("no acceptance zone")
    assert found.verdict not in {"pass", "fail"} or (rule.startswith("pfa") and found.verdict == "fail")
    assert judge(0.0, 0.9, 0.45, INF, -1.0, 1.0, rule=rule).note == ""


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"guard-80", "rss", "z540.3-6"}))
def test_one_limit_alone_is_judged(rule):
    assert verdict(rule, 0.5, U=0.02, low=None) == "pass"
    assert verdict(rule, 1.5, U=0.02, low=None) == "fail"
    assert verdict(rule, -0.5, U=0.02, high=None) == "pass"


@pytest.mark.parametrize("rule", ["rss", "z540.3-6"])
def test_a_rule_of_the_ratio_needs_two_limits(rule):
    with pytest.raises(InputError):
        verdict(rule, 0.5, low=None)


@given(
    error=st.floats(-3, 3),
    U=st.floats(1e-3, 2),
    low=st.floats(-2, -0.1),
    high=st.floats(0.1, 2),
    rule=st.sampled_from(FURTHER),
)
def test_moving_inwards_never_makes_it_worse(error, U, low, high, rule):
    order = ("pass", "conditional pass", "undetermined", "conditional fail", "fail")
    middle = (low + high) / 2
    nearer = middle + (error - middle) / 2
    first, second = (verdict(rule, value, U, low, high) for value in (error, nearer))
    assert order.index(second) <= order.index(first)
    if second == "pass":
        assert low - 1e-9 <= nearer <= high + 1e-9


def test_method_6_says_why_nothing_is_accepted_where_its_own_band_would_leave_a_zone():
    found = judge(0.0, 1.2, 0.6, float("inf"), -1.0, 1.0, rule="z540.3-6")
    assert found.verdict == "conditional pass"
    assert found.note.startswith("no acceptance zone: U is not below the tolerance")
    assert judge(0.0, 3.0, 1.5, float("inf"), -1.0, 1.0, rule="z540.3-6").note == "no acceptance zone"
