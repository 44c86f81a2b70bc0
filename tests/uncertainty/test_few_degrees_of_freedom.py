"""Degrees of freedom count when an input is drawn, as they do in k."""

import math

import numpy as np
import pytest
from scipy.special import stdtr, stdtrit

from calibrator_uncertainty import (
    Budget,
    Multivariate,
    array,
    certificate,
    correlated,
    normal,
    rectangular,
    triangular,
    uncertain,
    validate_first_order,
)


def _rng(seed=4):
    return np.random.Generator(np.random.SFC64(seed))


def _one(quantity, name="x"):
    return Budget(lambda **given: given[name] + 0, [quantity], unit=quantity.unit, name="y")


def test_a_certificate_with_dof_is_drawn_as_scaled_t():
    one = _one(certificate("R", 0.0, 1.0, "", probability=0.95, dof=4), "R")
    assert math.isclose(one.evaluate().U, 1.0)
    low, high = one.monte_carlo(_rng(), draws=400_000).symmetric
    assert (low, high) == pytest.approx((-1.0, 1.0), abs=0.02)  # ±0.705 where the dof are left out
    assert validate_first_order([one], rng=_rng())[0].ok
    assert one.quasi_monte_carlo(_rng(), power=12).symmetric == pytest.approx((-1.0, 1.0), abs=0.02)


def test_a_rectangle_with_dof_has_inexact_limits():
    one = _one(rectangular("x", 0.0, 0.05, "K", dof=2))  # JCGM 101, 9.5.2.4: d = 0.025 K
    drawn = one.monte_carlo(_rng(), draws=400_000)
    assert drawn.u == pytest.approx(0.05 * math.sqrt(1 / 3 + 0.5**2 / 9), rel=0.005)
    nets = one.quasi_monte_carlo(_rng(), power=13)
    assert nets.u == pytest.approx(0.05 * math.sqrt(1 / 3 + 0.5**2 / 9), rel=0.001)
    assert nets.symmetric == pytest.approx(drawn.symmetric, abs=2e-4)


def test_correlated_inputs_with_dof_are_drawn_with_one_chi_square():
    both = Budget(
        lambda a, b: a + b,
        [normal("a", 0, 1, "V", dof=4), normal("b", 0, 1, "V", dof=4)],
        unit="V",
        correlations={("a", "b"): 0.5},
    )
    from_outside = correlated(["a", "b"], [0.0, 0.0], [[1, 0.5], [0.5, 1]], ["V", "V"], dof=4)
    half = stdtrit(4.0, 0.975) * math.sqrt(3.0)
    assert both.monte_carlo(_rng(), draws=400_000).symmetric == pytest.approx((-half, half), rel=0.02)
    outside = Budget(lambda z: z + from_outside[0] + from_outside[1], [normal("z", 0, 1e-9, "V")], unit="V")
    assert outside.monte_carlo(_rng(), draws=400_000).symmetric == pytest.approx((-half, half), rel=0.02)


@pytest.mark.parametrize("kind", ["array", "single"])
def test_values_from_outside_are_drawn_with_their_dof(kind):
    x = array([0.0, 0.0], 1.0, "V", dof=4)[0] if kind == "array" else uncertain(normal("q", 0, 1, "V", dof=4))
    one = Budget(lambda z: z + x, [normal("z", 0, 1e-9, "V")], unit="V")
    half = stdtrit(4.0, 0.975)
    assert one.monte_carlo(_rng(), draws=400_000).symmetric == pytest.approx((-half, half), rel=0.02)


def test_a_shared_error_is_drawn_once_with_the_fewest_dof_told():
    many = normal("a", 0, 1, "V", dof=4, shared="standard")
    budgets = [_one(many, "a"), _one(normal("b", 0, 1, "V", shared="standard"), "b")]
    first, second = validate_first_order(budgets, rng=_rng(), draws=100_000)
    assert (first.low, first.high) == (second.low, second.high)


@pytest.mark.parametrize("dof", [3.0, 50.0])
def test_a_dominant_rectangle_of_few_dof_has_the_k_of_t(dof):
    found = _one(rectangular("x", 0, 1, "V", dof=dof)).evaluate()
    assert found.k == pytest.approx(stdtrit(dof, 0.975))
    table = _one(rectangular("x", 0, 1, "V", dof=dof)).table({"x": np.zeros(3)})
    assert table.k == pytest.approx(np.full(3, found.k))


@pytest.mark.parametrize(("rest_dof", "shaped"), [(1, False), (4, False), (9, True), (math.inf, True)])
def test_k_of_a_rectangle_depends_on_what_is_known_of_the_rest(rest_dof, shaped):
    inputs = [rectangular("x", 0, math.sqrt(3), "V"), normal("rest", 0, 0.29, "V", dof=rest_dof)]
    found = Budget(lambda x, rest: x + rest, inputs, unit="V").evaluate()
    assert (found.k == 1.65) is shaped
    table = Budget(lambda x, rest: x + rest, inputs, unit="V").table({"x": np.zeros(2)})
    assert table.k == pytest.approx([found.k] * 2)
    deviates = np.linspace(-math.sqrt(3), math.sqrt(3), 4001)
    nu = min(rest_dof, 1e6)
    covered = np.mean(stdtr(nu, (found.U - deviates) / 0.29) - stdtr(nu, (-found.U - deviates) / 0.29))
    assert covered > (0.92 if shaped else 0.84)


def test_a_joint_region_of_first_order_says_that_its_k_is_normal():
    units = {"s": "V", "d": "V"}
    models = {"s": lambda a, b: a + b, "d": lambda a, b: a - b}
    few = Multivariate(models, [normal("a", 1, 1, "V", dof=3), normal("b", 1, 1, "V")], units=units)
    assert "degrees of freedom" in few.first_order().notes[0]
    assert "12" in few.first_order().notes[0]  # (1 + 1)²/(1/3) of each
    many = Multivariate(models, [normal("a", 1, 1, "V"), normal("b", 1, 1, "V")], units=units)
    assert many.first_order().notes == ()


def test_a_triangle_keeps_its_draws():
    one = _one(triangular("x", 0, 1, "V"))
    assert one.monte_carlo(_rng(), draws=100_000).u == pytest.approx(1 / math.sqrt(6), rel=0.01)
