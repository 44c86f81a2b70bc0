"""What a second reviewer found, each named by what was wrong."""

import math
import subprocess
import sys

import numpy as np
import pint
import pytest
from scipy.special import stdtrit

from calibrator_uncertainty import (
    Budget,
    Multivariate,
    NotSupportedError,
    UnitsError,
    anova,
    array,
    from_samples,
    grouped,
    normal,
    pooled_deviation,
    rectangular,
    standard_uncertainty,
)
from calibrator_uncertainty.regression import correlated_array, fit_line
from calibrator_uncertainty.timeseries import allan_deviation

Quantity = pint.get_application_registry().Quantity
TABLE = [[[1.0, 1.2], [1.1, 1.3]], [[3.0, 3.2], [3.3, 3.1]]]


@pytest.mark.parametrize(
    "covariance",
    [Quantity(4.0 * np.eye(2), "mV**2"), [[Quantity(4.0, "mV**2"), 0.0], [0.0, Quantity(4.0, "mV**2")]]],
)
def test_units_of_a_covariance_matrix_are_not_taken_off(covariance):
    found = correlated_array(Quantity([1.0, 2.0], "mV"), covariance, "V")
    assert standard_uncertainty(found).m_as("mV") == pytest.approx([2.0, 2.0])
    assert found.magnitude.value == pytest.approx([1e-3, 2e-3])


def test_units_of_groups_are_not_taken_off():
    readings = [[1.0, 2.0], [3.0, 4.0]]
    plain = grouped("g", readings, "mm")
    for given in (Quantity(readings, "mm"), [Quantity(row, "mm") for row in readings]):
        found = grouped("g", given, "m")
        assert (found.estimate, found.u) == pytest.approx((1e-3 * plain.estimate, 1e-3 * plain.u))
    for function in (anova, pooled_deviation):
        with pytest.raises(UnitsError):
            function(Quantity(readings, "mm"))
    assert anova(Quantity(readings, "")) == anova(readings)


def test_units_of_dof_and_of_rows_of_u_are_looked_at():
    with pytest.raises(UnitsError, match="dof of an array has a unit"):
        array([1.0, 2.0], [0.1, 0.1], "V", dof=Quantity([5.0, 6.0], "mm"))
    row = [Quantity(figure, "V") for figure in (1.0, 2.0, 3.5)]
    curves = [fit_line([1.0, 2.0, 3.0], row, u_y=u) for u in ([Quantity(1.0, "mV")] * 3, Quantity(1.0, "mV"))]
    spreads = [standard_uncertainty(curve["slope"]).magnitude for curve in curves]
    assert spreads[0] == spreads[1] == pytest.approx(1e-3 / math.sqrt(2.0))


def test_an_allan_deviation_loses_no_uncertainty_in_silence():
    readings = [1.0, 1.2, 1.1, 1.4, 1.3, 1.2]
    with pytest.raises(NotSupportedError, match="uncertain readings"):
        allan_deviation(array(readings, 0.1, "V"), 1.0)
    assert allan_deviation(readings, 1.0).pairs


@pytest.mark.parametrize("count", [20, 100])
def test_samples_that_are_correlated_are_drawn_as_those_that_are_not(count):
    values = np.random.default_rng(1).standard_normal(count)
    one = from_samples("a", values, "V")
    told = {("a", "b"): 0.5}
    budget = Budget(lambda a, b: a + 0.0 * b, [one, normal("b", 0.0, 1.0, "V")], unit="V", correlations=told)
    drawn = budget.monte_carlo(np.random.default_rng(2), draws=200_000)
    assert drawn.u == pytest.approx(one.u, rel=5e-3)
    assert set(one.distribution.quantile(np.linspace(0.0, 1.0, 1000))) == set(one.distribution.deviates)


FORKED = """
import multiprocessing
from calibrator_uncertainty import Budget, dumps, loads, normal, standard_uncertainty
made = Budget(lambda a: 2.0 * a, [normal("a", 1.0, 0.1, "V")], unit="V")
fork = multiprocessing.get_context("fork")
for budget in (made, made.at(a=2.0)):
    answers, found = fork.SimpleQueue(), []
    for _ in range(2):
        worker = fork.Process(target=lambda: answers.put(dumps({"y": budget.uncertain()})))
        worker.start()
        found.append(loads(answers.get())["y"])
        worker.join()
    found.append(budget.uncertain())
    print(*[standard_uncertainty(one - found[0]).magnitude for one in found])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there processes fork by themselves")
def test_what_forked_workers_make_of_one_budget_is_one_quantity():
    command = [sys.executable, "-W", "ignore", "-c", FORKED]
    told = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert told.split() == ["0.0"] * 6


def pair_of(model, *, shared=None, r=None, make=normal, figures=(0.1, 0.1)):
    inputs = [make(name, 1.0, figure, "V", shared=shared) for name, figure in zip("ab", figures, strict=True)]
    told = None if r is None else {("a", "b"): r}
    return Budget(model, inputs, unit="V", correlations=told)


@pytest.mark.parametrize("told", [{"shared": "one"}, {"r": 1.0}, {"shared": "one", "make": rectangular}])
def test_what_cancels_has_a_u_of_0_and_the_true_reason(told):
    budget = pair_of(lambda a, b: a - b, **told)
    found = budget.evaluate()
    assert (found.u, found.U) == (0.0, 0.0)
    assert [note for note in found.notes if "it cancels" in note] == [
        "u = 0: a, b have one error in common, or are correlated, and it cancels in the result"
    ]
    assert "NOT AN UNCERTAINTY" not in found.to_text()
    assert budget.second_order().u == 0.0
    assert budget.table({"a": np.array([1.0, 2.0])}).u.tolist() == [0.0, 0.0]
    assert standard_uncertainty(budget.uncertain()).magnitude == 0.0


def test_what_cancels_to_first_order_alone_is_still_no_uncertainty():
    budget = pair_of(lambda a, b: a - b**2 / Quantity(2.0, "V"), shared="one")
    found = budget.evaluate()
    assert math.isnan(found.U)
    assert found.notes[0].startswith("u = 0 IS NOT AN UNCERTAINTY")
    opposite = pair_of(lambda a, b: a + b, r=-1.0, figures=(0.3, 0.3)).evaluate()
    assert (opposite.u, opposite.U) == (0.0, 0.0)


def test_the_second_order_of_correlated_rectangles_is_refused_for_what_it_is():
    bent = {"make": rectangular, "figures": (0.3, 0.3)}
    with pytest.raises(NotSupportedError, match="a, b, which are correlated and rectangular"):
        pair_of(lambda a, b: a * b / Quantity(1.0, "V"), r=0.5, **bent).second_order()
    one = pair_of(lambda a, b: a * b / Quantity(1.0, "V"), r=1.0, **bent).second_order()
    shared = pair_of(lambda a, b: a * b / Quantity(1.0, "V"), shared="one", **bent).second_order()
    assert (one.u, one.mean) == pytest.approx((shared.u, shared.mean))


def both(r=0.0, dof=math.inf):
    inputs = [normal("a", 0.0, 1.0, "V", dof=dof), normal("b", 0.0, 1.0, "V", dof=dof)]
    models = {"one": lambda a, b: a + 0.0 * b, "other": lambda a, b: r * a + math.sqrt(1.0 - r * r) * b}
    return Multivariate(models, inputs, units={"one": "V", "other": "V"})


@pytest.mark.parametrize(
    ("r", "k"),
    # independent: Šidák; r = 0.5: the bivariate normal integral, as drawn below; the tables of C. W. Dunnett,
    # J. Am. Stat. Assoc. 50 (1955) 1096, print 2.21 (memory)
    [(0.0, 2.2365), (0.5, 2.2121), (-0.5, 2.2121), (1.0, 1.95996), (-1.0, 1.95996)],
)
def test_k_of_a_rectangle_of_two_results_is_exact(r, k):
    assert both(r).first_order().k_rectangle == pytest.approx(k, abs=1e-4)


@pytest.mark.parametrize("dof", [5.0, 20.0])
def test_regions_of_few_degrees_of_freedom_hold_what_they_state(dof):
    # one estimated covariance matrix of two independent results, as of a certificate with dof in common
    inputs = [normal("a", 0.0, 1.0, "V", dof=dof), normal("b", 0.0, 1.0, "V", dof=dof)]
    told = {("a", "b"): 0.3}
    models = {"one": lambda a, b: a + 0.0 * b, "other": lambda a, b: b + 0.0 * a}
    region = Multivariate(models, inputs, units=dict.fromkeys(models, "V"), correlations=told).first_order()
    assert f"k_ellipse is that of {dof:g} effective degrees of freedom" in region.notes[-1]
    rng, runs = np.random.default_rng(4), 100_000
    sigma = np.array([[1.0, 0.3], [0.3, 1.0]])
    factor = np.linalg.cholesky(sigma)
    errors = factor @ rng.standard_normal((2, runs))
    parts = factor @ rng.standard_normal((int(dof), 2, runs))
    estimated = np.einsum("nip,njp->ijp", parts, parts) / dof
    (v11, v12), (_, v22) = estimated
    distance = (v22 * errors[0] ** 2 - 2.0 * v12 * errors[0] * errors[1] + v11 * errors[1] ** 2) / (
        v11 * v22 - v12 * v12
    )
    assert np.mean(distance <= region.k_ellipse**2) == pytest.approx(0.95, abs=0.004)
    inside = np.all(np.abs(errors) <= region.k_rectangle * np.sqrt([v11, v22]), axis=0).mean()
    assert 0.948 < inside < 0.962  # never too small


def test_one_result_of_a_region_has_the_k_of_its_budget():
    inputs = [normal("a", 0.0, 1.0, "V", dof=4.0), normal("b", 0.0, 0.7, "V", dof=9.0)]
    alone = Multivariate({"y": lambda a, b: a + b}, inputs, units={"y": "V"}).first_order()
    plain = Budget(lambda a, b: a + b, inputs, unit="V").evaluate()
    k = float(stdtrit(plain.dof, 0.975))
    assert (alone.k_ellipse, alone.k_rectangle) == pytest.approx((k, k))


def test_a_flat_result_of_several_is_said():
    models = {"a": lambda x: 1.0 * x, "b": lambda x: x**2}
    found = Multivariate(models, [normal("x", 0.0, 1.0, "V")], units={"a": "V", "b": "V**2"}).first_order()
    assert "b: u = 0 IS NOT AN UNCERTAINTY" in str(found)
