"""A model means the same at its estimates, at every point of a table and at every draw.

Reviewer C's findings: A1 (choices frozen at the estimates), A2 and B17 (tables of models that build
vectors), B16 (scalar functions on vectors), B18 (implicit and own functions in a model).
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    ModelError,
    NotSupportedError,
    UncertainArray,
    estimate,
    implicit,
    normal,
    rectangular,
    uncertain,
    validate_first_order,
    wrapped,
)
from calibrator_uncertainty.regression import fit_line
from calibrator_uncertainty.regression import table as calibration_table

MATRIX = np.array([[2.0, 1.0, 0.5], [0.3, 1.5, 0.2], [0.1, 0.4, 3.0]])
GRID = np.array([0.0, 2.0, 5.0, 40.0])


def _atan(x):
    return np.array([math.atan(one) for one in x]) if np.ndim(x) == 1 else math.atan(x)


TRAPEZOID = getattr(np, "trapezoid", None) or np.trapz  # numpy 2 renamed it


def vector(a, b, c):
    return np.stack([a, b, c])


def square(a, b, c):
    return np.stack([np.stack([a, 0.1 * b]), np.stack([0.2 * c, b + c])])


MODELS = {
    "stack times scalar": lambda a, b, c: np.sum(vector(a, b, c) * a),
    "stack times stack": lambda a, b, c: np.sum(vector(a, b, c) * vector(b, c, a)),
    "stack plus constants": lambda a, b, c: np.sum((vector(a, b, c) + GRID[1:]) ** 2),
    "matrix on vector": lambda a, b, c: np.sum((MATRIX @ vector(a, b, c)) ** 2),
    "dot": lambda a, b, c: np.dot(vector(a, b, c), vector(c, a, b)),
    "exp of vector": lambda a, b, c: np.sum(np.exp(vector(a, b, c) / 50.0)),
    "root of sum": lambda a, b, c: np.sqrt(np.sum(vector(a, b, c) ** 2)),
    "mean of squares": lambda a, b, c: np.mean(vector(a, b, c) ** 2),
    "clip": lambda a, b, c: np.sum(np.clip(vector(a, b, c), 1.5, 20.0)),
    "std": lambda a, b, c: np.std(vector(a, b, c), ddof=1),
    "prod": lambda a, b, c: np.prod(vector(a, b, c)),
    "cumsum": lambda a, b, c: np.sum(np.cumsum(vector(a, b, c)) ** 2),
    "cumsum of rows": lambda a, b, c: np.sum(np.cumsum(square(a, b, c), axis=0) ** 2),
    "diff": lambda a, b, c: np.sum(np.diff(vector(a, b, c)) ** 2),
    "max": lambda a, b, c: np.max(vector(a, b, c)) + np.min(vector(3.0 * a, b, c)),
    "max of rows": lambda a, b, c: np.sum(np.max(square(a, b, c), axis=1) ** 2),
    "sort": lambda a, b, c: np.sum(np.sort(vector(c, 3.0 * a, b)) * np.array([1.0, 10.0, 100.0])),
    "solve": lambda a, b, c: np.sum(np.linalg.solve(square(a, b, c), np.stack([c, a])) ** 2),
    "solve fixed matrix": lambda a, b, c: np.sum(np.linalg.solve(MATRIX, vector(a, b, c)) ** 2),
    "inverse": lambda a, b, c: np.sum(np.linalg.solve(square(a, b, c), np.eye(2))),
    "trapezoid": lambda a, b, c: TRAPEZOID(vector(a, b, c) ** 2, np.array([0.0, 1.0, 3.0])),
    "interp argument": lambda a, b, c: np.interp(a, GRID, GRID**2) * b + c,
    "interp values": lambda a, b, c: np.interp(a, np.array([0.0, 2.0, 30.0]), vector(a, b, c)),
    "interp points": lambda a, b, c: np.interp(a + 0.5, np.stack([0.1 * a, b, b + c]), vector(c, a, b)),
    "interp vector": lambda a, b, c: np.sum(np.interp(vector(a, b, c), GRID, GRID**2) ** 2),
    "interp same gap": lambda a, b, c: np.sum(
        np.interp(vector(a, 0.5 * a, 0.7 * a), np.stack([0.0 * c, 10.0 * b]), np.stack([a, b])) ** 2
    ),
    "average": lambda a, b, c: np.average(vector(a, b, c), weights=[1.0, 2.0, 4.0]) ** 2,
    "average of rows": lambda a, b, c: np.sum(
        np.average(square(a, b, c), axis=0, weights=np.array([1.0, 3.0])) ** 2
    ),
    "own function": lambda a, b, c: wrapped(lambda x, y: x * y * y)(a, b) + c,
    "own scalar function": lambda a, b, c: wrapped(math.sin)(a) * b + c,
    "own deciding function": lambda a, b, c: wrapped(lambda x: x if x < 2.5 else 3.0 * x)(a) * b + c,
    "own function of vector": lambda a, b, c: np.sum(wrapped(np.sin)(vector(a, b, c)) * vector(b, c, a)),
    "own scalar function of vector": lambda a, b, c: np.sum(
        wrapped(_atan)(vector(a, b, c)) * vector(b, c, a)
    ),
    "own scalar function of exp": lambda a, b, c: np.exp(wrapped(math.atan)(a)) + b * c,
    "implicit": lambda a, b, c: implicit(lambda y, p, q: y**3 + p * y - q, bracket=(0.0, 100.0))(a, b) + c,
    "decides": lambda a, b, c: a * b if a > 1.5 else c * b,
    "decides after a vector": lambda a, b, c: np.sum(vector(a, b, c)) if a > 1.5 else c * b,
    "asks for the estimate": lambda a, b, c: a * (2.0 if estimate(a * 1.0).magnitude > 1.5 else 1.0) + b * c,
    "fitted line": lambda a, b, c: fit_line([1.0, 2.0, 4.0], vector(a, b, c)).inverse(
        a + 0.1, extrapolate=True
    ),
    "calibration table": lambda a, b, c: calibration_table(GRID, GRID**2, kind="cubic")(a) * b + c,
}  # fmt: skip
A = np.array([1.03, 2.01, 2.97, 1.48])
B = np.array([2.04, 8.02, 18.05, 5.01])
C = np.array([3.07, 24.01, 30.02, 7.06])


def inputs(a=1.03, b=2.04, c=3.07):
    return [normal("a", a, 0.1, ""), normal("b", b, 0.1, ""), normal("c", c, 0.1, "")]


@pytest.mark.parametrize("given", ["abc", "a", "bc"])
@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@pytest.mark.parametrize("name", MODELS)
def test_table_is_what_each_row_is_alone(name, rows, given):
    model = MODELS[name]
    columns = {key: column[:rows] for key, column in zip("abc", (A, B, C), strict=True) if key in given}
    found = Budget(model, inputs(), unit="").table(columns)
    for row in range(rows):
        alone = Budget(
            model, inputs(**{key: float(x[row]) for key, x in columns.items()}), unit=""
        ).evaluate()
        assert found.value[row] == pytest.approx(alone.value, rel=1e-12)
        parts = [line.contribution for line in alone.lines]
        assert found.contributions[:, row] == pytest.approx(parts, rel=1e-8, abs=1e-12 * alone.u)
        assert found.u[row] == pytest.approx(alone.u, rel=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_other_estimates_and_draws_are_what_the_model_gives_there(name):
    model = MODELS[name]
    budget = Budget(model, inputs(), unit="")
    budget.evaluate()
    drawn = np.broadcast_to(budget._sample([A, B, C]), (4,))
    for row in range(4):
        there = {"a": float(A[row]), "b": float(B[row]), "c": float(C[row])}
        alone = Budget(model, inputs(**there), unit="").evaluate()
        moved = budget.at(**there).evaluate()
        assert drawn[row] == pytest.approx(alone.value, rel=1e-12)
        assert moved.value == pytest.approx(alone.value, rel=1e-12)
        assert moved.u == pytest.approx(alone.u, rel=1e-8)


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"own deciding function", "decides", "max"}))
def test_slopes_are_those_of_differences(name):
    budget = Budget(MODELS[name], inputs(), unit="")
    for line in budget.evaluate().lines:
        step = {"a": 1.03, "b": 2.04, "c": 3.07}
        step[line.name] += 1e-5
        up = budget.at(**step).evaluate().value
        step[line.name] -= 2e-5
        slope = (up - budget.at(**step).evaluate().value) / 2e-5
        assert line.sensitivity == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_interpolation_is_made_again_for_each_draw():
    budget = Budget(
        lambda x: np.interp(x, [1.0, 2.0, 3.0], [1.0, 2.0, 10.0]), [normal("x", 2, 0.1, "")], unit=""
    )
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=100_000)
    # E = 2 + 8 E[d+] - E[d-] with E[d+] = E[d-] = 0.1/sqrt(2 pi)
    assert drawn.value == pytest.approx(2.0 + 7.0 * 0.1 / math.sqrt(2.0 * math.pi), abs=0.01)
    budget.at(x=1.99).evaluate()
    assert budget.at(x=2.5).evaluate().value == 6.0
    assert budget.table({"x": [1.5, 2.5]}).value.tolist() == [1.5, 6.0]
    (verdict,) = validate_first_order([budget.at(x=1.99)], rng=np.random.default_rng(1))
    assert not verdict.ok


def test_largest_is_chosen_again_for_each_draw():
    pair = [normal("x", 1.0, 0.1, ""), normal("y", 0.999, 0.1, "")]
    budget = Budget(lambda x, y: np.max(np.stack([x, y])), pair, unit="")
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=100_000)
    assert drawn.value == pytest.approx(
        1.0 + 0.1 / math.sqrt(math.pi), abs=0.003
    )  # mean of the larger of two


def test_draw_outside_a_table_is_refused():
    budget = Budget(lambda x: np.interp(x, [1.0, 2.0], [1.0, 2.0]), [rectangular("x", 1.5, 0.6, "")], unit="")
    assert budget.evaluate().value == 1.5
    with pytest.raises(NotSupportedError, match="outside the table, which goes from 1 to 2"):
        budget.monte_carlo(np.random.default_rng(1), draws=1000)
    with pytest.raises(NotSupportedError, match=r"2\.5"):
        budget.table({"x": [1.5, 2.5]})


def test_table_that_does_not_increase_is_refused():
    with pytest.raises(ModelError, match="increase"):
        np.interp(uncertain(normal("x", 1.5, 0.1, "")), [1.0, 3.0, 2.0], [1.0, 2.0, 3.0])


def test_model_that_asks_for_all_draws_is_not_taken_for_one_draw():
    def model(x):
        return x if np.all(x > 0.0) else 10.0 * x

    budget = Budget(model, [normal("x", 0.5, 1.0, "")], unit="")
    drawn = budget._sample([np.array([1.0, 2.0, -1.0, 3.0])])
    assert drawn.tolist() == [1.0, 2.0, -10.0, 3.0]


def test_interpolation_keeps_the_correlation_of_its_table():
    points = UncertainArray.leaf(np.array([1.0, 2.0, 4.0]), np.array([0.1, 0.2, 0.3]))
    found = np.interp(np.array([1.5, 3.0]), np.array([1.0, 2.0, 3.0]), points)
    assert found.value.tolist() == [1.5, 4.0]
    assert found.u == pytest.approx([math.hypot(0.05, 0.1), 0.3], rel=1e-14)
