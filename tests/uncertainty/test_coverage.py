"""Effective degrees of freedom and k (JCGM 100:2008, annex G; EA-4/02 M:2022)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import Budget, InputError, coverage_factor, effective_dof, normal, rectangular

INF = math.inf


@pytest.mark.parametrize(
    ("dof", "t95", "t9545", "t99"),
    [
        (1, 12.71, 13.97, 63.66),
        (2, 4.30, 4.53, 9.92),
        (5, 2.57, 2.65, 4.03),
        (10, 2.23, 2.28, 3.17),
        (16, 2.12, 2.17, 2.92),
        (20, 2.09, 2.13, 2.85),
        (50, 2.01, 2.05, 2.68),
        (100, 1.984, 2.025, 2.626),
        (INF, 1.960, 2.000, 2.576),
    ],
)
def test_factors_of_the_t_table(dof, t95, t9545, t99):  # JCGM 100, table G.2
    assert coverage_factor("p95", dof) == pytest.approx(t95, abs=0.0051)
    assert coverage_factor("p95.45", dof) == pytest.approx(t9545, abs=0.0051)
    assert coverage_factor("p99", dof) == pytest.approx(t99, abs=0.0051)
    assert coverage_factor("k2", dof) == 2.0


@pytest.mark.parametrize(("dof", "whole"), [(16.7, 16), (18.9989, 19), (18.99, 18), (19.0, 19), (1.0, 1)])
def test_effective_dof_is_truncated_but_not_for_rounded_components(dof, whole):
    assert coverage_factor("p95", dof) == coverage_factor("p95", float(whole))


@pytest.mark.parametrize(("policy", "k"), [("p95", 1.65), ("p99", 1.71)])
def test_dominant_rectangle(policy, k):  # EA-4/02 S9.14
    assert coverage_factor(policy, INF, rectangles=[0.0289, 0.0064], u=0.0297) == k
    assert coverage_factor(policy, INF, rectangles=[0.0289], u=0.06) != k


def test_two_dominant_rectangles_are_a_trapezoid():  # EA-4/02 S10.13: beta = 0.33, k = 1.83
    assert coverage_factor("p95", INF, rectangles=[0.01443, 0.02887, 0.0005], u=0.0323) == 1.83
    equal = coverage_factor("p95", INF, rectangles=[1.0, 1.0], u=math.sqrt(2))  # a triangle
    assert equal == pytest.approx(math.sqrt(6) * (1 - math.sqrt(0.05)), abs=0.005)
    assert coverage_factor("k2", INF, rectangles=[1.0], u=1.0) == 2.0


def test_welch_satterthwaite_of_the_end_gauge():  # JCGM 100, H.1.6: 16.7
    dof = effective_dof([(25.0, 18), (9.7, 25.6), (2.9, 50), (16.6, 2)])
    assert dof == pytest.approx(16.7, abs=0.1)


def test_no_contribution_or_none_with_finite_dof_is_infinite():
    assert effective_dof([]) == INF
    assert effective_dof([(0.0, 3.0), (1.0, INF)]) == INF


@given(st.lists(st.tuples(st.floats(1e-200, 1e200), st.floats(1, 1e6)), min_size=1, max_size=8))
def test_effective_dof_lies_between_the_smallest_and_the_sum(terms):  # JCGM 100, G.4.1
    dof = effective_dof(terms)
    assert min(nu for _, nu in terms) * (1 - 1e-9) <= dof <= math.fsum(nu for _, nu in terms) * (1 + 1e-9)


def test_unknown_policy_is_refused():
    with pytest.raises(InputError, match="p95, k2"):
        coverage_factor("q97", 5.0)


@pytest.mark.parametrize("dof", [0.9, math.nan])
def test_dof_below_one_is_refused(dof):
    with pytest.raises(InputError):
        coverage_factor("p95", dof)


@pytest.mark.parametrize(
    ("dof", "t6827", "t9973"),
    [(1, 1.84, 235.784), (5, 1.11, 5.51), (10, 1.05, 3.96), (50, 1.01, 3.16), (INF, 1.000, 3.000)],
)
def test_factors_at_one_and_three_sigma(dof, t6827, t9973):  # JCGM 100, table G.2
    assert coverage_factor("p68.27", dof) == pytest.approx(t6827, abs=0.0051)
    assert coverage_factor("p99.73", dof) == pytest.approx(t9973, abs=0.0051)


def test_any_percentage_is_a_policy():
    budget = Budget(lambda x: x, [normal("x", 1.0, 1.0, "", dof=9)], unit="")
    found = budget.evaluate(policy="p99.9")
    assert found.k == pytest.approx(4.781, abs=5e-4)  # two-sided t of 9 degrees of freedom
    assert found.probability == 0.999
    assert budget.table({"x": [1.0, 2.0]}, policy="p99.9").k == pytest.approx([found.k] * 2)
    wide = Budget(lambda x: x, [rectangular("x", 1.0, 1.0, "")], unit="").evaluate(policy="p80")
    assert wide.k == pytest.approx(0.8 * math.sqrt(3.0), abs=0.005)


@pytest.mark.parametrize("policy", ["p100", "p49", "p5", "p", "99.73", "p99.", "k3", "p-95", "p995"])
def test_what_is_no_policy_is_refused(policy):
    with pytest.raises(InputError, match=r"p99\.73"):
        coverage_factor(policy, 10.0)
    with pytest.raises(InputError, match="policy"):
        Budget(lambda x: x, [normal("x", 1.0, 1.0, "")], unit="").table({"x": [1.0]}, policy=policy)
