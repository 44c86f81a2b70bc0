"""Exactly at a point of a table two lines meet: the one that gives the larger u counts."""

from __future__ import annotations

import numpy as np
import pytest

from calibrator_uncertainty import Budget, array, normal, standard_uncertainty, uncertain
from calibrator_uncertainty.regression import table

X = [0.0, 1.0, 2.0, 3.0]
Y = [0.0, 3.0, 4.0, 2.0]


def _u(quantity):
    u = standard_uncertainty(quantity)
    return getattr(u, "magnitude", u)


@pytest.mark.parametrize(
    ("x", "slope"), [(0.0, 3.0), (0.5, 3.0), (1.0, 3.0), (1.5, 1.0), (2.0, 2.0), (2.5, 2.0), (3.0, 2.0)]
)
def test_the_steeper_line_counts_at_a_point(x, slope):
    q = uncertain(normal("x", x, 0.1, ""))
    assert _u(np.interp(q, X, Y)) == pytest.approx(0.1 * slope, rel=1e-12)
    assert _u(table(X, Y)(q)) == pytest.approx(0.1 * slope, rel=1e-12)
    budget = Budget(lambda x: np.interp(x, X, Y), [normal("x", x, 0.1, "")], unit="")
    assert budget.evaluate().u == pytest.approx(0.1 * slope, rel=1e-12)
    assert budget.table({"x": [0.25, x]}).u == pytest.approx([0.3, 0.1 * slope], rel=1e-12)


@pytest.mark.parametrize(("y", "slope"), [(2.9, 3.0), (3.0, 1.0), (3.1, 1.0)])
def test_the_flatter_line_counts_backwards(y, slope):
    q = uncertain(normal("y", y, 0.1, ""))
    assert _u(table(X[:3], Y[:3]).inverse(q)) == pytest.approx(0.1 / slope, rel=1e-12)


def test_an_array_of_arguments_has_each_its_own_side():
    q = array([0.5, 1.0, 2.0, 2.5], 0.1, "")
    assert _u(np.interp(q, X, Y)) == pytest.approx([0.3, 0.3, 0.2, 0.2], rel=1e-12)
    assert _u(table(X, Y)(q)) == pytest.approx([0.3, 0.3, 0.2, 0.2], rel=1e-12)


def test_read_at_its_own_uncertain_point_a_table_gives_that_point():
    points, values = array(X, 0.1, ""), array(Y, 0.2, "")
    for read in (np.interp(points[1], points, values), table(points, values)(points[1])):
        assert _u(read - values[1]) == pytest.approx(0.0, abs=1e-15)


def test_the_value_at_a_point_is_the_point_to_the_last_bit():
    values = [0.1, 0.7, 0.3]
    found = np.interp(array([1.0, 2.0], 0.1, ""), [1.0, 2.0, 3.0], values)
    assert found.value.tolist() == values[:2]
