"""What a model gives at its first evaluation, from the tape, is to the bit what its program gives."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import Budget, ModelError, array, estimate, normal, rectangular, uncertain

NAMES = ("a", "b", "c")
UNARY = (np.sin, np.exp, np.sqrt, np.log, np.square, np.abs, operator.neg, lambda x: x**3, lambda x: 1.0 / x)
BINARY = (operator.add, operator.sub, operator.mul, operator.truediv, np.hypot, np.arctan2, operator.pow)


def expressions():
    """Return random models of three inputs."""
    leaves = st.sampled_from(NAMES).map(lambda name: lambda **x: x[name])
    constants = st.floats(0.25, 4.0).map(lambda c: lambda **x: c)
    return st.recursive(
        leaves | constants,
        lambda inner: (
            st.tuples(st.sampled_from(UNARY), inner).map(lambda f: lambda **x: f[0](f[1](**x)))
            | st.tuples(st.sampled_from(BINARY), inner, inner).map(
                lambda f: lambda **x: f[0](f[1](**x), f[2](**x))
            )
        ),
        max_leaves=12,
    )


@settings(max_examples=60)
@given(expressions(), st.tuples(*[st.floats(0.5, 2.0)] * 3))
def test_first_and_later_evaluations_are_the_same_floats(model, estimates):
    inputs = [normal(name, x, 0.01, "", dof=7) for name, x in zip(NAMES, estimates, strict=True)]
    with np.errstate(all="ignore"):
        try:
            budget = Budget(model, inputs, unit="")
            first = budget.evaluate()
        except (ModelError, ArithmeticError):
            return
    assert budget._trace().first is not None
    value, slopes = budget._trace().program.value_and_gradient([one.estimate for one in inputs])
    assert value == first.value
    assert tuple(slopes) == tuple(line.sensitivity for line in first.lines)
    later = budget.at(a=estimates[0]).evaluate()
    assert (later.value, later.u, later.dof, later.U) == (first.value, first.u, first.dof, first.U)


def test_a_model_without_a_slope_is_refused_by_first_order_alone():
    budget = Budget(lambda a: 1.0 * np.sqrt(a), [rectangular("a", 0.5, 0.5, "V**2").at(0.0)], unit="V")
    for _ in range(2):
        with pytest.raises(ModelError, match="derivative of sqrt"):
            budget.evaluate()
    positive = Budget(lambda a: np.sqrt(a * a), [normal("a", 0.0, 1.0, "V")], unit="V")
    drawn = positive.monte_carlo(np.random.default_rng(1), draws=20_000)
    assert drawn.value == pytest.approx((2 / np.pi) ** 0.5, abs=0.03)


def test_what_does_not_move_needs_no_slope():
    exact = uncertain(normal("exact", 0.0, 0.0, "V"))
    budget = Budget(
        lambda a: a + np.sqrt(exact * a.units * 1.0) * 0.0, [normal("a", 1.0, 0.1, "V")], unit="V"
    )
    assert budget.evaluate().u == 0.1


def test_vectors_and_values_from_outside_go_by_the_program():
    row = array([1.0, 2.0], 0.5, "V")
    budget = Budget(lambda a: a * np.sum(row) / row[0], [normal("a", 1.0, 0.1, "V")], unit="V")
    assert budget._trace().first is None
    assert budget.evaluate().value == pytest.approx(3.0)
    assert float(estimate(np.sum(row)).magnitude) == 3.0


def test_a_model_that_branches_is_run_anew_at_each_place():
    def limited(a):
        return a if a.magnitude > 1.0 else 2.0 * a

    budget = Budget(limited, [normal("a", 2.0, 0.1, "V")], unit="V")
    assert budget.evaluate().u == pytest.approx(0.1)
    assert budget.at(a=0.5).evaluate().u == pytest.approx(0.2)
    assert budget.evaluate().u == pytest.approx(0.1)
