"""Correlated inputs, other estimates, models that build arrays (JCGM 100:2008, 5.2, F.1.2, H.2)."""

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    InputError,
    ModelError,
    UnitsError,
    joint_conformity,
    normal,
    student_t,
    validate_first_order,
)

R = {("V", "I"): -0.36, ("V", "phi"): 0.86, ("I", "phi"): -0.65}  # table H.2


def h2(make=normal):
    return [
        make("V", 4.9990, 0.0032, "V", dof=4.0),
        make("I", 19.6610, 0.0095, "mA", dof=4.0),
        make("phi", 1.04446, 0.00075, "rad", dof=4.0),
    ]


def test_resistance_with_published_correlations():  # JCGM 100, H.2.3, table H.3; nu = 4 gives 4
    resistance = Budget(lambda V, I, phi: V / I * np.cos(phi), h2(), unit="ohm", correlations=R).evaluate()  # noqa: E741
    reactance = Budget(lambda V, I, phi: V / I * np.sin(phi), h2(), unit="ohm", correlations=R).evaluate()  # noqa: E741
    assert resistance.value == pytest.approx(127.732, abs=0.003)
    assert resistance.u == pytest.approx(0.071, abs=0.0015)  # two digits of r are printed
    assert reactance.u == pytest.approx(0.295, abs=0.002)
    assert resistance.dof == pytest.approx(4.0, rel=1e-9)
    assert resistance.k == pytest.approx(2.78, abs=0.005)
    assert math.fsum(line.share for line in resistance.lines) == pytest.approx(1.0, rel=1e-12)
    assert BudgetResult.from_json(resistance.to_json()) == resistance


def test_correlation_that_makes_a_difference_certain():  # JCGM 100, F.1.2.3
    budget = Budget(
        lambda a, b: a - b,
        [normal("a", 5, 0.1, "V"), normal("b", 3, 0.1, "V")],
        unit="V",
        correlations={("a", "b"): 1.0},
    )
    assert budget.evaluate().u == 0.0


def test_correlated_inputs_of_different_dof_take_the_smaller_and_say_so():
    budget = Budget(
        lambda a, b: a + b,
        [normal("a", 5, 0.1, "V", dof=9), normal("b", 3, 0.1, "V", dof=4)],
        unit="V",
        correlations={("a", "b"): 0.5},
    )
    result = budget.evaluate()
    assert result.dof == pytest.approx(4.0)
    assert result.notes == ("a, b are correlated and differ in dof; the smallest, 4, was used",)
    assert "differ in dof" in result.to_text()


def test_block_and_independent_inputs_combine():
    inputs = [
        normal("a", 1, 3.0, "V", dof=5),
        normal("b", 1, 4.0, "V", dof=5),
        normal("c", 1, 5.0, "V", dof=8),
    ]
    result = Budget(lambda a, b, c: a + b + c, inputs, unit="V", correlations={("a", "b"): 0.5}).evaluate()
    block = 9 + 16 + 2 * 0.5 * 12
    assert result.u == pytest.approx(math.sqrt(block + 25))
    assert result.dof == pytest.approx((block + 25) ** 2 / (block**2 / 5 + 25**2 / 8))


@pytest.mark.parametrize(
    ("correlations", "code"),
    [
        ({("a", "z"): 0.5}, "name"),
        ({("a", "b"): 1.5}, "correlation"),
        ({("a", "a"): 0.5}, "correlation"),
        ({("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}, "not-psd"),
    ],
)
def test_correlations_that_cannot_be_are_refused(correlations, code):
    inputs = [normal(name, 1, 0.1, "V") for name in "abc"]
    with pytest.raises(InputError) as caught:
        Budget(lambda a, b, c: a + b + c, inputs, unit="V", correlations=correlations)
    assert caught.value.code == code


def test_draws_follow_the_correlations():
    inputs = [normal("a", 0, 1, ""), normal("b", 0, 1, "")]
    plus = Budget(lambda a, b: a + b, inputs, unit="", correlations={("a", "b"): 0.8})
    (found,) = validate_first_order([plus], rng=np.random.default_rng(1))
    assert found.u == pytest.approx(math.sqrt(3.6), rel=0.02)
    assert found.ok
    heavy = Budget(
        lambda a, b: a + b,
        [student_t("a", 0, 1, 6, ""), student_t("b", 0, 1, 6, "")],
        unit="",
        correlations={("a", "b"): 0.8},
    )
    (found,) = validate_first_order([heavy], rng=np.random.default_rng(1))
    assert found.ok  # one common chi-square: t with 6, as the effective dof say
    assert found.high == pytest.approx(2.447 * math.sqrt(3.6), rel=0.03)


def test_correlated_inputs_that_share_a_cause_besides_are_not_drawn_in_an_invented_way():
    inputs = [normal("a", 0, 1, "", shared="s"), normal("c", 0, 1, "", shared="s"), normal("b", 0, 1, "")]
    pairs = {("a", "b"): 0.8, ("c", "b"): 0.8}
    budget = Budget(lambda a, b, c: a + b + c, inputs, unit="", correlations=pairs)
    assert budget.evaluate().u > 0
    with pytest.raises(InputError, match="drawn as normal or t"):
        joint_conformity([budget], [(-1, 1)], rng=np.random.default_rng(1))


def counted():
    calls = []

    def model(v, i):
        calls.append(1)
        return v / i

    return calls, Budget(model, [normal("v", 1.0, 0.1, "V"), normal("i", 0.5, 0.1, "A")], unit="ohm")


def test_other_estimates_do_not_run_the_model_with_units_again():
    calls, budget = counted()
    budget.evaluate()
    unit = pint.get_application_registry()
    moved = budget.at(v=unit.Quantity(2000.0, "mV"), i=0.25).evaluate()
    assert moved.value == pytest.approx(8.0)
    assert moved.quantity.to("kohm").magnitude == pytest.approx(0.008)
    assert moved.expanded_uncertainty.magnitude == moved.U
    assert [line.sensitivity for line in moved.lines] == pytest.approx([4.0, -32.0])
    whole = budget.at(v=normal("v", 1.0, 0.2, "V", dof=3)).evaluate()
    assert whole.lines[0].u == 0.2
    assert whole.dof < 30
    assert len(calls) == 1


def test_other_estimates_that_do_not_fit_are_refused():
    _, budget = counted()
    with pytest.raises(InputError, match="'r' is no input"):
        budget.at(r=1.0)
    with pytest.raises(UnitsError):
        budget.at(v=pint.get_application_registry().Quantity(1.0, "A"))
    with pytest.raises(InputError, match="cannot stand for"):
        budget.at(v=normal("v", 1, 1, "mV"))


def test_model_that_branches_is_run_again_at_other_estimates():
    budget = Budget(lambda x: x if x.magnitude > 0 else -3 * x, [normal("x", 1, 0.1, "")], unit="")
    assert budget.evaluate().value == 1.0
    assert budget.at(x=-1.0).evaluate().value == 3.0


def test_model_may_build_vectors_and_solve_systems_and_is_still_sampled():
    def model(a, b, c):
        matrix = np.stack([np.stack([a, 0.1 * b]), np.stack([0.2 * c, b])])
        solution = np.linalg.solve(matrix, np.stack([c, a]))
        return np.sum(solution**2) + np.interp(c, np.array([0.0, 1.0, 2.0]), np.stack([a, b, 3.0 * c]))

    inputs = [normal("a", 2.0, 0.01, ""), normal("b", 1.5, 0.01, ""), normal("c", 0.7, 0.01, "")]
    budget = Budget(model, inputs, unit="")
    result = budget.evaluate()

    def plain(a, b, c):
        x = np.linalg.solve([[a, 0.1 * b], [0.2 * c, b]], [c, a])
        return float(np.sum(x**2) + np.interp(c, [0.0, 1.0, 2.0], [a, b, 3.0 * c]))

    at = np.array([2.0, 1.5, 0.7])
    slopes = [(plain(*(at + step)) - plain(*(at - step))) / 2e-6 for step in np.eye(3) * 1e-6]
    assert result.value == pytest.approx(plain(*at), rel=1e-12)
    assert [line.sensitivity for line in result.lines] == pytest.approx(slopes, rel=1e-6)
    (found,) = validate_first_order([budget], rng=np.random.default_rng(1))
    assert found.ok
    assert found.u == pytest.approx(result.u, rel=0.02)


def test_model_with_an_array_result_is_refused():
    with pytest.raises(ModelError, match="one measurand"):
        Budget(lambda a: a * np.ones(3), [normal("a", 1, 1, "")], unit="").evaluate()
