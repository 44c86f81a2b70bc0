"""What a reader of the room found: a wrong denominator, a difference taken for a temperature, a U below u."""

import json
import math
import pickle

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    InputError,
    Multivariate,
    constant,
    judge,
    normal,
    uncertain,
)
from calibrator_uncertainty.comparison import degrees_of_equivalence, weighted_mean
from calibrator_uncertainty.rounding import parse_result


def results():
    figures = {"NMI1": (9.0, 0.8), "NMI2": (10.5, 0.5), "NMI3": (10.3, 0.6)}
    return {name: uncertain(normal(name, x, u, "V")) for name, (x, u) in figures.items()}


def test_results_typed_again_are_no_part_of_their_reference():
    first = results()
    reference = weighted_mean(first)
    assert all(one.in_reference for one in degrees_of_equivalence(first, reference))
    with pytest.raises(InputError) as refused:
        degrees_of_equivalence(results(), reference)
    assert refused.value.code == "typed-again"
    # a laboratory that stayed out, and one that is new, are compared as they are
    outside = weighted_mean(first, exclude=["NMI1"])
    new = {**first, "NMI1": results()["NMI1"], "NMI4": uncertain(normal("new", 10.0, 0.5, "V"))}
    assert [one.in_reference for one in degrees_of_equivalence(new, outside)] == [False, True, True, False]


def test_a_difference_of_temperatures_stays_one():
    inputs = [normal("t", 20.05, 0.01, "degC"), normal("r", 20.02, 0.01, "degC")]
    found = Budget(lambda t, r: t - r, inputs, unit="degC").uncertain()
    assert found.to("K").magnitude.value == pytest.approx(0.03)
    mean = Budget(lambda t, r: r + (t - r) / 2, inputs, unit="degC").uncertain()
    assert mean.to("K").magnitude.value == pytest.approx(293.185)


def test_an_expanded_uncertainty_below_the_standard_one_is_refused():
    with pytest.raises(InputError) as refused:
        judge(0.96, 0.01, 0.1, math.inf, -1, 1)
    assert refused.value.code == "small-u"
    with pytest.raises(InputError):
        judge(0.96, 0.0, 0.1, math.inf, -1, 1)
    assert judge(0.96, 0.0, 0.1, math.inf, -1, 1, rule="simple").verdict == "pass"
    assert judge(0.5, 0.1, 0.1, math.inf, -1, 1).verdict == "pass"


def test_an_ellipse_has_the_dimensions_of_what_is_free():
    models = {"p": lambda a, b: a + b, "q": lambda a, b: a - b, "r": lambda a, b: 2 * a + 0 * b}
    inputs = [normal("a", 1.0, 0.1, "V"), normal("b", 2.0, 0.1, "V")]
    whole = Multivariate(models, inputs, units=dict.fromkeys(models, "V")).first_order()
    assert whole.k_ellipse == pytest.approx(
        math.sqrt(-2.0 * math.log(0.05))
    )  # chi-squared of two, closed form
    two = {name: models[name] for name in "pq"}
    assert Multivariate(two, inputs, units=dict.fromkeys(two, "V")).first_order().k_ellipse == whole.k_ellipse


@pytest.mark.parametrize(("dof", "covered"), [(2, 0.8165), (4, 0.8839), (50, 0.9490), (math.inf, 0.9545)])
def test_k_of_2_says_what_it_covers_where_dof_are_few(dof, covered):  # t table: 1 - 2 P(t > 2)
    result = Budget(lambda x: 1.0 * x, [normal("x", 1.0, 0.1, "V", dof=dof)], unit="V").evaluate(policy="k2")
    assert result.covered == pytest.approx(covered, abs=1e-4)
    assert ("covers" in result.to_text()) is (covered < 0.94)
    assert json.loads(result.to_json())["covered"] == result.covered  # beside the nominal 0.9545
    assert BudgetResult.from_json(result.to_json()).covered == result.covered


def test_the_result_of_two_temperatures_is_their_difference():
    inputs = [normal("t", 20.05, 0.01, "degC"), normal("r", 20.02, 0.01, "degC")]
    found = Budget(lambda t, r: t - r, inputs, unit="degC").evaluate()
    for result in (found, BudgetResult.from_json(found.to_json()), pickle.loads(pickle.dumps(found))):
        assert result.quantity.to("K").magnitude == pytest.approx(0.03)
    mean = Budget(lambda t, r: r + (t - r) / 2, inputs, unit="degC").evaluate()
    assert mean.quantity.to("K").magnitude == pytest.approx(293.185)
    first = uncertain(inputs[0])
    outside = Budget(lambda r: first - r, inputs[1:], unit="degC").evaluate()
    assert outside.quantity.to("K").magnitude == pytest.approx(0.03)
    table = Budget(lambda t, r: t - r, inputs, unit="degC").table({"t": [20.05, 20.12]})
    assert table.quantity.to("K").magnitude == pytest.approx([0.03, 0.1])


def test_draws_of_what_is_exact_have_no_width():
    exact = Budget(lambda x: 1.0 * x, [constant("x", 2.5, "V")], unit="V")
    found = exact.monte_carlo(np.random.default_rng(1), draws=10_000)
    assert found.symmetric == found.shortest == (2.5, 2.5)
    assert found.errors == (0.0, 0.0, 0.0, 0.0)
    assert not found.note


def test_draws_that_do_not_converge_say_so():
    one = Budget(lambda x: x + 0.0, [normal("x", 2.5, 0.1, "V")], unit="V")
    found = one.monte_carlo(np.random.default_rng(1), digits=4, most=100_000)
    assert not found.converged
    assert found.note.startswith("not converged after 100000 draws")
    assert "not converged" in one.quasi_monte_carlo(np.random.default_rng(1), power=6, digits=8).note
    assert not one.quasi_monte_carlo(np.random.default_rng(1), digits=1).note


def test_sobol_indices_tell_their_errors():
    inputs = [normal("a", 0.0, 3.0, ""), normal("b", 0.0, 4.0, "")]
    for one, true in zip(
        Budget(lambda a, b: a + b, inputs, unit="").sobol_indices(np.random.default_rng(2), power=10),
        (9 / 25, 16 / 25),
        strict=True,
    ):
        assert abs(one.first - true) < 3.0 * one.first_error < 0.2
        assert abs(one.total - true) < 3.0 * one.total_error < 0.2


@pytest.mark.parametrize("text", ["-0.0(1) V", "(-0.0 ± 0.1) V"])
def test_a_zero_that_is_read_has_no_sign(text):
    assert str(parse_result(text).value) == "0.0"
