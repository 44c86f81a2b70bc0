"""Derivatives at kinks, ends and extremes, on numbers and on arrays, and values that never change."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import Budget, ModelError, UncertainArray, array, estimate, normal

leaf = UncertainArray.leaf

KINKS = {
    "abs": (abs, 0.0),
    "fabs": (np.fabs, 0.0),
    "maximum": (lambda x: np.maximum(x, 1.0), 1.0),
    "minimum": (lambda x: np.minimum(1.0, x), 1.0),
    "clip": (lambda x: np.clip(x, 0.0, 2.0), 2.0),
    "sqrt": (np.sqrt, 0.0),
    "cbrt": (np.cbrt, 0.0),
    "arcsin": (np.arcsin, 1.0),
    "hypot": (lambda x: np.hypot(x, 0.0), 0.0),
}


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_has_no_first_order(name):
    function, at = KINKS[name]
    with pytest.raises(ModelError, match="derivative") as caught:
        assert function(leaf(at, 0.1)).u is None
    assert caught.value.code == "infinite-slope"
    with pytest.raises(ModelError, match="derivative"):
        Budget(lambda x: function(x) + 0.0 * x, [normal("x", at, 0.1, "")], unit="").evaluate()
    with pytest.raises(ModelError, match=r"element 1"):
        assert function(leaf(np.array([0.5, at]), 0.1)).u is None
    assert function(leaf(np.array([0.5, 0.25]), 0.1)).u.shape == (2,)


@pytest.mark.parametrize("kind", [np.sum, np.stack])
def test_a_kink_is_found_behind_sums_and_stacks(kind):
    row = np.abs(leaf(np.array([1.0, 0.0]), 0.1))
    with pytest.raises(ModelError, match="element 1"):
        assert np.sum(kind([row, row] if kind is np.stack else row)).u is None


def test_an_element_without_a_value_is_refused_as_a_number_is():
    with pytest.raises(ModelError, match=r"log\(-1\) has no finite value, at element 0"):
        np.log(leaf(np.array([-1.0, 4.0]), 0.1))
    with pytest.raises(ModelError, match="divide"):
        leaf(np.array([1.0, 4.0]), 0.1) / np.array([1.0, 0.0])


SLOPES = {
    "tanh": (np.tanh, 20.0, 4.0 * math.exp(-40.0)),
    "expm1": (np.expm1, -40.0, math.exp(-40.0)),
    "arcsin": (np.arcsin, 1.0 - 2.0**-52, 1.0 / math.sqrt(2.0**-52 * (2.0 - 2.0**-52))),
    "arccos": (np.arccos, -1.0 + 2.0**-52, -1.0 / math.sqrt(2.0**-52 * (2.0 - 2.0**-52))),
    "arctanh": (np.arctanh, 1.0 - 2.0**-52, 1.0 / (2.0**-52 * (2.0 - 2.0**-52))),
    "arccosh": (np.arccosh, 1.0 + 2.0**-51, 1.0 / math.sqrt(2.0**-51 * (2.0 + 2.0**-51))),
    "arcsinh": (np.arcsinh, 1e200, 1e-200),
    "arctan2": (lambda a: np.arctan2(a, 1e200), 1e200, 0.5e-200),
    "small arctan2": (lambda a: np.arctan2(a, 1e-200), 1e-200, 0.5e200),
}


@pytest.mark.parametrize("name", SLOPES)
def test_derivatives_do_not_cancel(name):
    function, at, slope = SLOPES[name]
    u = 1e-3 / abs(slope)
    assert function(leaf(at, u)).u == pytest.approx(1e-3, rel=1e-12)
    assert function(leaf(np.array([at, at]), u)).u == pytest.approx([1e-3, 1e-3], rel=1e-12)
    budget = Budget(lambda x: function(x) + 0.0, [normal("x", at, u, "")], unit="")
    assert budget.evaluate().u == pytest.approx(1e-3, rel=1e-12)


def test_values_cannot_be_changed_from_outside():
    x = array([1.0, 2.0], 0.1, "V")
    with pytest.raises(ValueError, match="read-only"):
        x.magnitude.value[0] = 99.0
    np.array(estimate(x).magnitude)[0] = 99.0
    assert x.magnitude.value.tolist() == [1.0, 2.0]
    readings, u = np.array([1.0, 2.0]), np.array([0.1, 0.2])
    y = array(readings, u, "V")
    readings[0], u[0] = 99.0, 99.0
    assert y.magnitude.value.tolist() == [1.0, 2.0]
    assert y.magnitude.u.tolist() == [0.1, 0.2]
