"""Budgets whose model uses uncertain values that are not among its inputs: curves, parameters, standards."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    ModelError,
    NotSupportedError,
    array,
    correlated,
    degrees_of_freedom,
    fit_line,
    joint_conformity,
    normal,
    rectangular,
    standard_uncertainty,
    uncertain,
    validate_first_order,
)
from calibrator_uncertainty._draws import SharedDraws
from calibrator_uncertainty.regression import table

Q = pint.get_application_registry().Quantity

# GUM H.3: temperatures and corrections of a thermometer
T = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
B = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]
CURVE = fit_line(array(T, 0.0, "K"), array(B, 0.0, "K"), scatter="scaled")


def corrected(at=25.0, curve=CURVE, name="t"):
    inputs = [normal("reading", at, 0.002, "K"), rectangular("drift", 0.0, 1.0, "mK")]
    return Budget(lambda reading, drift: reading + curve(reading) + drift, inputs, unit="K", name=name)


def test_a_curve_fitted_before_is_a_line_of_the_budget_with_its_own_dof():
    found = corrected().evaluate(policy="k2")
    whole = corrected().uncertain()
    assert found.u == pytest.approx(standard_uncertainty(whole).magnitude, rel=1e-12)
    assert found.dof == pytest.approx(degrees_of_freedom(whole), rel=1e-9)
    assert [line.name for line in found.lines] == ["reading", "drift", "scatter_of_the_points"]
    line = found.lines[2]
    assert (line.dof, line.distribution) == (9.0, "t")
    assert line.contribution == pytest.approx(standard_uncertainty(CURVE(Q(25.0, "K"))).magnitude, rel=1e-12)
    assert sum(one.share for one in found.lines) == pytest.approx(1.0)
    assert "scatter_of_the_points" in found.to_text()
    assert BudgetResult.from_json(found.to_json()) == found
    assert pickle.loads(pickle.dumps(found)).uncertain().magnitude.u == pytest.approx(found.u)


def test_its_parameters_are_drawn_together_with_their_degrees_of_freedom():
    budget = corrected()
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=200_000)
    curve = standard_uncertainty(CURVE(Q(25.0, "K"))).magnitude
    slope = 1.0 + CURVE["slope"].magnitude.value
    expected = math.sqrt(curve**2 * 9.0 / 7.0 + (slope * 0.002) ** 2 + 1e-6 / 3.0)
    assert drawn.u == pytest.approx(expected, rel=0.01)
    (verdict,) = validate_first_order([budget], rng=np.random.default_rng(2))
    assert verdict.u == pytest.approx(expected, rel=0.03)
    assert budget.evaluate().verdict is not None


def test_points_with_one_curve_share_its_error():
    low, high = corrected(22.0, name="low"), corrected(22.001, name="high")
    wholes = [low._whole(), high._whole()]
    shared = SharedDraws(wholes, [2000, 2000], np.random.default_rng(1))
    columns = [shared.columns(one, 2000) for one in wholes]
    assert np.array_equal(columns[0][2], columns[1][2])
    curve = standard_uncertainty(CURVE(Q(22.0, "K"))).magnitude
    limits = (22.0 + float(CURVE(Q(22.0, "K")).magnitude.value) - curve, 30.0)
    still = [
        Budget(lambda r: r + CURVE(Q(22.0, "K")), [normal("r", 22.0, 0.0, "K")], unit="K", name=name)
        for name in "ab"
    ]
    joint = joint_conformity(still, [limits, limits], draws=20_000, rng=np.random.default_rng(3))
    assert joint.probability == joint.points[0] == joint.points[1]


def test_a_table_is_what_each_point_is_alone_and_keeps_to_the_range():
    table = corrected().table({"reading": np.array([22.0, 24.0, 26.0])})
    for place, at in enumerate((22.0, 24.0, 26.0)):
        alone = corrected(at).evaluate()
        assert table.value[place] == pytest.approx(alone.value, rel=1e-13)
        assert table.u[place] == pytest.approx(alone.u, rel=1e-12)
        assert table.dof[place] == pytest.approx(alone.dof, rel=1e-9)
    with pytest.raises(ValueError, match="outside the points"):
        corrected().table({"reading": np.array([22.0, 40.0])})
    with pytest.raises(ValueError, match="outside the points"):
        corrected().at(reading=40.0).evaluate()


def test_points_with_stated_uncertainties_are_drawn_as_they_are():
    x = np.arange(5.0)
    line = fit_line(array(x, 0.0, "V"), array(2.0 * x + 1.0, 0.1, "V"))
    budget = Budget(lambda v: line(v) * 2.0, [normal("v", 1.5, 0.01, "V")], unit="V")
    found = budget.evaluate()
    assert found.u == pytest.approx(standard_uncertainty(budget.uncertain()).magnitude, rel=1e-12)
    assert len(found.lines) == 2
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=100_000)
    assert drawn.u == pytest.approx(found.u, rel=0.01)
    assert drawn.value == pytest.approx(found.value, abs=0.005)


def test_a_single_value_keeps_its_distribution_and_its_cause():
    offset = uncertain(rectangular("offset", 0.5, 1.0, "V"))
    budget = Budget(lambda v: v + offset, [normal("v", 1.0, 0.01, "V")], unit="V")
    found = budget.evaluate()
    assert found.value == 1.5
    assert found.k == pytest.approx(1.65, abs=0.005)  # one dominant rectangle
    low, high = budget.monte_carlo(np.random.default_rng(1), draws=100_000).symmetric
    assert (low, high) == pytest.approx((0.55, 2.45), abs=0.02)
    standard = uncertain(normal("s", 0.0, 0.1, "V", shared="the standard"))
    both = Budget(lambda v: v - standard, [normal("v", 1.0, 0.1, "V", shared="the standard")], unit="V")
    assert both.evaluate().u == pytest.approx(0.0, abs=1e-15)
    assert both.monte_carlo(np.random.default_rng(1), draws=1000).u == pytest.approx(0.0, abs=1e-12)


def test_correlated_values_stay_one_term():
    a, b = correlated(["a", "b"], [1.0, 2.0], [[0.01, -0.005], [-0.005, 0.01]], ["V", "V"], dof=4)
    budget = Budget(lambda v: v + a + b, [normal("v", 0.0, 0.01, "V")], unit="V")
    found = budget.evaluate()
    assert found.u == pytest.approx(math.sqrt(0.01 + 0.0001))
    assert found.dof == pytest.approx(4.0 * (0.0101 / 0.01) ** 2)
    assert len(found.lines) == 2
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=100_000)
    assert drawn.u == pytest.approx(math.sqrt(0.01 * 2.0 + 0.0001), rel=0.05)  # t with 4: variance doubled


def test_what_needs_every_input_by_name_says_so():
    budget = corrected()
    for call in (budget.second_order, lambda: budget.sobol_indices(np.random.default_rng(1), power=8)):
        with pytest.raises(NotSupportedError, match="from outside"):
            call()
    bent = table(array([20.0, 22.0, 24.0, 26.0], 0.01, "K"), [1.0, 1.1, 1.25, 1.5], kind="cubic")
    back = Budget(bent, [normal("x", 23.0, 0.1, "K")], unit="")
    assert back.evaluate().u == pytest.approx(standard_uncertainty(back.uncertain()).magnitude, rel=1e-9)
    with pytest.raises(ModelError, match="run anew"):
        back.monte_carlo(np.random.default_rng(1), draws=1000)
    assert "not examined" in back.evaluate().to_text()
