"""Curves and tables read backwards in a budget's model: found again at each draw."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    ModelError,
    array,
    estimate,
    fit_curve,
    fit_line,
    fit_polynomial,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty.regression import table

X = np.linspace(0.0, 10.0, 11)


def _generator(seed=1):
    return np.random.Generator(np.random.SFC64(seed))


def _budget(curve, y=5.0, u=0.3, unit=""):
    return Budget(curve.inverse, [normal("y", y, u, unit)], unit="")


def _drawn_parameters(curve, names, count):
    values = [estimate(curve[name]).magnitude for name in names]
    return _generator(2).multivariate_normal(values, curve.covariance, count).T


@pytest.mark.slow
def test_a_line_is_solved_at_each_draw_of_its_parameters():
    line = fit_line(X, array(2.0 * X + 1.0, 1.5, "V"))
    found = _budget(line, 18.0, 0.1, "V").monte_carlo(_generator(), draws=200_000)
    intercept, slope = _drawn_parameters(line, ["intercept", "slope"], 200_000)
    wanted = (_generator(3).normal(18.0, 0.1, 200_000) - intercept) / slope
    assert found.u == pytest.approx(wanted.std(), rel=0.01)
    assert found.value == pytest.approx(wanted.mean(), abs=5.0 * wanted.std() / math.sqrt(2e5) * 1.5)
    assert found.symmetric == pytest.approx(
        tuple(np.quantile(wanted, [0.025, 0.975])), abs=0.015 * found.u * 3
    )


def test_a_curve_of_ones_own_is_solved_to_the_last_digits():
    curve = fit_curve(
        lambda x, a, b: a * np.exp(b * x), X, array(2.0 * np.exp(0.2 * X), 1e-9, ""), {"a": 1.5, "b": 0.15}
    )
    budget = _budget(curve)
    draws = _generator().normal(5.0, 0.6, 2000)
    whole = budget._whole()
    found = whole._sample([draws, *(np.zeros((X.size, draws.size)) for _ in whole.inputs[1:])])
    np.testing.assert_allclose(found, np.log(draws / 2.0) / 0.2, rtol=0.0, atol=1e-8)
    assert "first order is validated" in _budget(curve, u=0.05).evaluate().to_text()


def test_a_bent_curve_gives_the_root_that_was_meant():
    curve = fit_polynomial([-2.0, -1.0, 0.0, 1.0, 2.0], [4.0, 1.0, 0.0, 1.0, 4.0], 2, u_y=1e-9)
    for near, sign in ((1.0, 1.0), (-1.0, -1.0)):
        budget = Budget(lambda y, n=near: curve.inverse(y, near=n), [normal("y", 1.0, 0.2, "")], unit="")
        drawn = np.sqrt(_generator(4).normal(1.0, 0.2, 200_000).clip(0.0))
        found = budget.monte_carlo(_generator(), draws=100_000)
        assert found.value == pytest.approx(sign * drawn.mean(), abs=0.002)
        assert found.u == pytest.approx(drawn.std(), rel=0.02)


def test_a_draw_without_a_root_is_named():
    curve = fit_polynomial([-2.0, -1.0, 0.0, 1.0, 2.0], [4.0, 1.0, 0.0, 1.0, 4.0], 2, u_y=1e-9)
    budget = Budget(lambda y: curve.inverse(y, near=1.0), [normal("y", 0.2, 0.2, "")], unit="")
    with pytest.raises(ModelError, match=r"gives nan at y = "):
        budget.monte_carlo(_generator(), draws=10_000)
    assert "not examined: the model gives nan" in budget.evaluate().to_text()


def test_first_order_and_other_estimates_are_those_of_the_curve_itself():
    curve = fit_polynomial(X, array(X + 0.02 * X**2, 0.5, "V"), 2)
    budget = _budget(curve, 5.0, 0.3, "V")
    for y in (1.0, 5.0, 11.0):
        direct = curve.inverse(uncertain(normal("y", y, 0.3, "V")))
        found = budget.at(y=y).evaluate()
        assert found.value == pytest.approx(estimate(direct).magnitude, rel=1e-12)
        assert found.u == pytest.approx(standard_uncertainty(direct).magnitude, rel=1e-9)
    columns = budget.table({"y": [1.0, 5.0, 11.0]})
    assert columns.value[2] == pytest.approx(budget.at(y=11.0).evaluate().value, rel=1e-12)


@pytest.mark.parametrize("kind", ["outside", "plain"])
@pytest.mark.parametrize("way", [1.0, -1.0])
def test_a_table_of_straight_lines_is_read_again_at_each_draw(kind, way):
    x, y = np.arange(6.0), way * np.arange(6.0) ** 2
    u = 0.05 if kind == "outside" else 1e-12
    one = table(array(x, u, "V"), array(y, u, "A"))
    rng = _generator(7)
    points, values = (rng.normal(row, u, (20_000, 6)) for row in (x, y))
    asked, sought = rng.normal(2.1, 0.3, 20_000), rng.normal(way * 4.3, 0.8, 20_000)
    forth = [np.interp(*each) for each in zip(asked, points, values, strict=True)]
    back = [np.interp(a, b[::step], c[::step]) for a, b, c in zip(sought, values, points, strict=True)
            for step in (int(way),)]  # fmt: skip
    for model, given, unit, drawn in (
        (one, normal("q", 2.1, 0.3, "V"), "A", forth),
        (one.inverse, normal("q", way * 4.3, 0.8, "A"), "V", back),
    ):
        budget = Budget(lambda q, m=model: m(q), [given], unit=unit)
        direct = model(uncertain(given))
        assert budget.evaluate().u == pytest.approx(standard_uncertainty(direct).magnitude, rel=1e-9)
        found = budget.monte_carlo(_generator(), draws=100_000)
        assert found.value == pytest.approx(np.mean(drawn), abs=6.0 * np.std(drawn) / math.sqrt(2e4))
        assert found.u == pytest.approx(np.std(drawn), rel=0.03)


def _between(kind, points, heights, x):
    """Return what scipy reads between points, one table a draw."""
    from scipy.interpolate import BarycentricInterpolator, CubicSpline, PchipInterpolator

    shape = {"cubic": CubicSpline, "monotone": PchipInterpolator, "polynomial": BarycentricInterpolator}[kind]
    return np.array([float(shape(points, row)(one)) for row, one in zip(heights, x, strict=True)])


@pytest.mark.parametrize("kind", ["cubic", "monotone", "polynomial"])
def test_a_curved_table_is_read_again_at_each_draw(kind):
    points, heights = np.arange(6.0), np.array([4.0, 6.1, 8.0, 10.2, 11.9, 14.0])
    one = table(points, array(heights, 0.1, ""), kind=kind)
    given = normal("x", 2.3, 0.3, "")
    budget = Budget(one, [given], unit="")
    assert budget.evaluate().u == pytest.approx(
        standard_uncertainty(one(uncertain(given))).magnitude, rel=1e-6
    )
    rng = _generator(5)
    drawn = _between(kind, points, rng.normal(heights, 0.1, (800, 6)), rng.normal(2.3, 0.3, 800))
    found = budget.monte_carlo(_generator(), draws=20_000)
    assert found.value == pytest.approx(drawn.mean(), abs=5.0 * drawn.std() / math.sqrt(800))
    assert found.u == pytest.approx(drawn.std(), rel=5.0 / math.sqrt(1600))
    assert "JCGM 101, clause 8: first order" in budget.evaluate().to_text()
    read = normal("y", 8.5, 0.2, "")
    backwards = Budget(one.inverse, [read], unit="")
    direct = standard_uncertainty(one.inverse(uncertain(read))).magnitude
    assert backwards.evaluate().u == pytest.approx(direct, rel=1e-5)
    whole = backwards._whole()
    still = [np.array([8.4, 8.6]), *(np.zeros((6, 2)) for _ in whole.inputs[1:])]
    for y, x in zip((8.4, 8.6), whole._sample(still), strict=True):
        assert _between(kind, points, heights[None], [x])[0] == pytest.approx(y, abs=1e-9)


def test_a_curved_table_with_uncertain_x_says_that_it_is_not_drawn():
    one = table(array(np.arange(4.0), 0.1, ""), array(np.arange(4.0) ** 2, 0.1, ""), kind="cubic")
    with pytest.raises(
        ModelError, match="curved ones are drawn at one x where the x of their points are exact"
    ):
        Budget(one, [normal("x", 1.3, 0.1, "")], unit="").monte_carlo(_generator(), draws=2000)
