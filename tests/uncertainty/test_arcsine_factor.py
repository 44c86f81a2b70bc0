"""k where one U-shaped contribution dominates: the same for budgets, tables and quantities."""

import numpy as np
import pytest

from calibrator_uncertainty import Budget, arcsine, expanded_uncertainty, normal


def budget(rest):
    return Budget(
        lambda a, b: a + b, [arcsine("a", 0.0, 1.0, "V"), normal("b", 0.0, rest, "V")], unit="V", name="sum"
    )


def test_without_a_rest_the_interval_ends_inside_the_limits():
    # quantile of the arcsine distribution: a·sin(0.95·π/2) = 0.997 a (closed form); 1.96·a/√2 is 1.39 a
    result = budget(0.0).evaluate()
    assert result.k == 1.41
    assert pytest.approx(0.997, abs=1e-3) == result.U
    assert budget(0.0).evaluate(policy="p99").k == pytest.approx(2**0.5 * np.sin(0.495 * np.pi), abs=5e-3)
    assert budget(0.0).evaluate(policy="k2").k == 2.0


@pytest.mark.parametrize("policy", ["p90", "p95", "p99"])
@pytest.mark.parametrize("rest", [0.02, 0.1, 0.2])
def test_u_is_that_of_the_drawn_sum(rest, policy):
    result = budget(rest).evaluate(policy=policy)
    drawn = budget(rest).monte_carlo(np.random.default_rng(3), draws=400_000, probability=result.probability)
    half = (drawn.symmetric[1] - drawn.symmetric[0]) / 2.0
    assert pytest.approx(half, rel=0.005) == result.U  # k has two decimals


def test_where_the_rest_counts_k_is_that_of_t():
    assert budget(0.22).evaluate().k == pytest.approx(1.96, abs=1e-3)  # 0.3 · 1/√2 = 0.212
    assert budget(0.21).evaluate().k < 1.7


def test_tables_and_quantities_agree_with_budgets():
    rests = np.array([0.0, 0.001, 0.05, 0.15, 0.21, 0.22, 1.0])
    table = budget(0.1).table({}, u={"b": rests})
    singles = [budget(rest).evaluate() for rest in rests]
    assert table.k == pytest.approx([one.k for one in singles], rel=1e-12)
    for rest, one in zip(rests, singles, strict=True):
        assert expanded_uncertainty(budget(rest).uncertain()).magnitude == pytest.approx(one.U, rel=1e-9)
