"""Whatever is handed in that cannot be is refused in our words, never with an error of numpy or scipy."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    FormatError,
    InputError,
    ModelError,
    Multivariate,
    UncertainArray,
    UncertaintyError,
    UnitsError,
    anova,
    array,
    autocorrelated,
    bayesian,
    complex_array,
    correlated,
    correlated_array,
    coverage_factor,
    effective_dof,
    fit_line,
    fit_polynomial,
    from_samples,
    from_uncertainties,
    implicit,
    integral,
    joint_conformity,
    judge,
    normal,
    pooled,
    robust,
    round_uncertainty,
    salib_indices,
    specification,
    type_a,
    uncertain,
    uncertain_complex,
    validate_first_order,
)
from calibrator_uncertainty._seal import check_of
from calibrator_uncertainty.comparison import median
from calibrator_uncertainty.risk import conformance_probabilities
from calibrator_uncertainty.rounding import round_result

BUDGET = Budget(lambda a: a, [normal("a", 1.0, 0.1, "V")], unit="V")
TWO = [normal("a", 1.0, 0.1, "V"), normal("b", 1.0, 0.1, "V")]
Q1 = uncertain(normal("q", 1.0, 0.1, "V"))
VECTOR = Multivariate({"s": lambda a, b: a + b, "d": lambda a, b: a - b}, TWO, units={"s": "V", "d": "V"})
LEAF = UncertainArray.leaf(1.0, 0.1)
INF = math.inf


def rng():
    return np.random.default_rng(1)


REFUSED = {
    "complex u": lambda: normal("a", 1.0, 0.1j, "V"),
    "complex estimate": lambda: normal("a", 1j, 0.1, "V"),
    "array of u": lambda: normal("a", 1.0, np.array([0.1, 0.2]), "V"),
    "list of estimates": lambda: normal("a", [1.0, 2.0], 0.1, "V"),
    "k as a text": lambda: normal("a", 1.0, 0.1, "V", k="2"),
    "several k": lambda: normal("a", 1.0, 0.1, "V", k=np.array([1.0, 2.0])),
    "dof None": lambda: normal("a", 1.0, 0.1, "V", dof=None),
    "dof as a text": lambda: normal("a", 1.0, 0.1, "V", dof="x"),
    "complex dof": lambda: normal("a", 1.0, 0.1, "V", dof=3j),
    "a name that is a number": lambda: normal(3, 1.0, 0.1, "V"),
    "a table of readings": lambda: type_a("a", [[1.0, 2.0], [3.0, 4.0]], "V"),
    "rows of readings": lambda: type_a("a", [[1.0, 2.0], [3.0]], "V"),
    "one reading alone": lambda: type_a("a", 3.0, "V"),
    "complex readings": lambda: type_a("a", [1j, 2.0], "V"),
    "robust of a table": lambda: robust("a", [[1.0, 2.0], [3.0, 4.0]], "V"),
    "bayesian of a table": lambda: bayesian("a", np.ones((2, 4)), "V"),
    "a series of rows": lambda: autocorrelated("a", np.ones((10, 2)), "V"),
    "a pooled table": lambda: pooled("a", [[1.0]], "V", deviation=1.0, dof=3.0),
    "a seed": lambda: BUDGET.monte_carlo(3),
    "no generator": lambda: BUDGET.monte_carlo(None),
    "numpy's old generator": lambda: BUDGET.monte_carlo(np.random.RandomState(1)),
    "draws as a float": lambda: BUDGET.monte_carlo(rng(), draws=1e5),
    "draws as a text": lambda: BUDGET.monte_carlo(rng(), draws="100000"),
    "no digits": lambda: BUDGET.monte_carlo(rng(), digits=0),
    "a probability as a text": lambda: BUDGET.monte_carlo(rng(), probability="95"),
    "a seed for nets": lambda: BUDGET.quasi_monte_carlo(3),
    "half a power": lambda: BUDGET.quasi_monte_carlo(rng(), power=7.5),
    "a seed for indices": lambda: BUDGET.sobol_indices(3),
    "a seed for clause 8": lambda: validate_first_order([BUDGET], rng=3),
    "one budget for clause 8": lambda: validate_first_order(BUDGET, rng=rng()),
    "a seed for points": lambda: joint_conformity([BUDGET], [(0.0, 2.0)], rng=3),
    "a policy that is a number": lambda: BUDGET.evaluate(policy=95),
    "an input that is none": lambda: Budget(lambda a: a, [3], unit="V"),
    "a text for r": lambda: Budget(lambda a, b: a, TWO, unit="V", correlations={("a", "b"): "x"}),
    "a correlation of a text": lambda: Budget(lambda a, b: a, TWO, unit="V", correlations={"ab": 0.1}),
    "a list of correlations": lambda: Budget(lambda a, b: a, TWO, unit="V", correlations=[("a", "b", 0.1)]),
    "a text as estimate": lambda: BUDGET.at(a="x"),
    "several estimates": lambda: BUDGET.at(a=np.array([1.0, 2.0])),
    "a complex estimate": lambda: BUDGET.at(a=1j),
    "dof of k as a text": lambda: coverage_factor("p95", "x"),
    "an error that is a text": lambda: judge("a", 0.6, 0.3, INF, -2.0, 2.0),
    "groups by their names": lambda: BUDGET.evaluate().groups({"type A": ["a"]}),
    "several complex numbers": lambda: uncertain_complex("z", [1j, 2j], 0.1, "V"),
    "a seed for SALib": lambda: salib_indices(BUDGET, 3),
    "a seed for a median": lambda: median({"a": Q1, "b": Q1 * 1.0, "c": 2.0 * Q1}, rng=3),
    "a seed for regions": lambda: VECTOR.monte_carlo(3),
    "a text under the integral": lambda: integral(lambda x: "a", 0.0, 1.0),
    "texts as points": lambda: fit_line(["a", "b", "c"], [1.0, 2.0, 3.0], u_y=0.1),
    "complex points": lambda: fit_line([1j, 2.0, 3.0], [1.0, 2.0, 3.0], u_y=0.1),
    "half a degree": lambda: fit_polynomial([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1.5, u_y=0.1),
    "a curve at NaN": lambda: fit_line([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], u_y=0.1)(math.nan),
    "complex arrays": lambda: array([1j], 0.1, "V"),
    "complex u of arrays": lambda: array([1.0], 0.1j, "V"),
    "dof of arrays as a text": lambda: array([1.0], 0.1, "V", dof="x"),
    "a table of draws": lambda: from_samples("a", np.ones((3, 3)), "V"),
    "texts in groups": lambda: anova([[1.0, 2.0], ["x", 2.0]]),
    "a complex result": lambda: round_result(1j, 0.1),
    "a text to round": lambda: round_uncertainty("x"),
    "single contributions": lambda: effective_dof([0.1, 2.0]),
    "a specification without terms": lambda: specification("s", 10.0, "V", at=10.0),
    "dof of a pool as a text": lambda: pooled("a", [1.0], "V", deviation=1.0, dof="x"),
    "a complex ensemble": lambda: correlated(["a"], [1j], [[1.0]], ["V"]),
    "dof of an ensemble as a text": lambda: correlated(["a"], [1.0], [[1.0]], ["V"], dof="x"),
    "a covariance that is a text": lambda: correlated_array([1.0, 2.0], "x", "V"),
    "a number as an input": lambda: uncertain(3),
    "a number as a budget": lambda: validate_first_order([3], rng=rng()),
    "complex u of complex": lambda: uncertain_complex("z", 1j, 1j, "V"),
    "texts as complex": lambda: complex_array("z", ["a"], 1.0, "V"),
    "a text to convert": lambda: from_uncertainties({"a": "x"}),
    "no result": lambda: round_result(None, 0.1),
    "a bracket of one": lambda: implicit(lambda y, a: y - a, bracket=3)(LEAF),
    "an open bracket": lambda: implicit(lambda y, a: y - a, bracket=(0.0, math.nan))(LEAF),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_by_name(case):
    with pytest.raises(InputError) as caught:
        REFUSED[case]()
    assert caught.value.what
    assert caught.value.code != "input"


@pytest.mark.parametrize("given", ["V/foo", "foo", "5 V", "V +", "((", "none"])
def test_a_unit_that_is_none_is_named(given):
    for make in (
        lambda: uncertain(normal("a", 1.0, 0.1, given)),
        lambda: array([1.0], 0.1, given),
        lambda: Budget(lambda a: a, [normal("a", 1.0, 0.1, given)], unit=given).evaluate(),
    ):
        with pytest.raises(UnitsError, match="is unknown"):
            make()


@pytest.mark.parametrize(
    ("figure", "altered"),
    [('"u": 0.1', '"u": -0.1'), ('"k": 1.9', '"k": -1.9'), ('"dof": "inf"', '"dof": 0.2')],
)
def test_a_stored_result_with_figures_that_cannot_be_is_refused(figure, altered):
    text = BUDGET.evaluate().to_json()
    assert figure in text
    with pytest.raises(FormatError, match="altered or damaged"):
        BudgetResult.from_json(text.replace(figure, altered))


@pytest.mark.parametrize("figure", ["value", "u", "U", "k", "dof", "notes", "name"])
def test_a_stored_result_of_which_a_figure_was_edited_is_refused(figure):
    text = BUDGET.evaluate().to_json()
    document = json.loads(text)
    assert BudgetResult.from_json(json.dumps(document, indent=2)) == BUDGET.evaluate()
    assert BudgetResult.from_json(BUDGET.evaluate().to_json(decimals=True)) == BUDGET.evaluate()
    again = BudgetResult.from_json(BUDGET.evaluate().to_json(decimals=True)).clause8
    assert again is not None
    assert asdict(again) == document["clause8"]
    short = {**document, "k": 2, "check": check_of({**document, "k": 2.0})}  # as JavaScript writes 2.0
    assert BudgetResult.from_json(json.dumps(short)).k == 2.0
    document[figure] = {"notes": ["x"], "name": "other"}.get(figure, 3.25)
    with pytest.raises(FormatError, match="altered or damaged"):
        BudgetResult.from_json(json.dumps(document))
    del document["check"]  # as stored before there was one
    assert BudgetResult.from_json(json.dumps(document)) != BUDGET.evaluate()


@pytest.mark.parametrize(
    ("equation", "bracket"),
    [
        (lambda y, a: (y - a) ** 3, (0.0, 3.0)),
        (lambda y, a: (y - a) ** 3, (0.1, 3.3)),
        (lambda y, a: (y - a) ** 5, (0.0, 3.1)),
        (lambda y, a: (y - a) ** 2, (1.0, 3.0)),
        (lambda y, a: (y - a) ** 2, (0.0, 3.0)),
    ],
)
def test_an_equation_with_a_multiple_root_is_refused(equation, bracket):
    with pytest.raises(ModelError, match="multiple root"):
        _ = implicit(equation, bracket=bracket)(LEAF).u


def test_quantities_are_judged_as_their_numbers_are():
    q = pint.get_application_registry().Quantity
    given = q(2.1, "mV"), q(600.0, "uV"), q(300.0, "uV"), INF, q(-2.5e-3, "V"), q(2.5, "mV")
    for rule in ("guard-band-u", "guard-80", "simple", "rss", "z540.3-6", "iso14253", "pfa-2", "jjf1094"):
        found, wanted = judge(*given, rule=rule), judge(2.1, 0.6, 0.3, INF, -2.5, 2.5, rule=rule)
        assert (found.verdict, found.note) == (wanted.verdict, wanted.note)
        assert found.pfa == pytest.approx(wanted.pfa, rel=1e-9)
        assert found.guard_band.to("mV").magnitude == pytest.approx(wanted.guard_band, rel=1e-9)
        assert found.acceptance_upper.to("mV").magnitude == pytest.approx(wanted.acceptance_upper, rel=1e-9)
    warm = judge(q(20.1, "degC"), q(0.6, "K"), q(0.3, "K"), INF, q(292.15, "K"), None)
    assert warm.acceptance_lower.to("degC").magnitude == pytest.approx(19.6)
    with pytest.raises(UnitsError, match="the lower limit is the plain number"):
        judge(*given[:4], -2.5, 2.5)
    with pytest.raises(UnitsError, match="does not fit"):
        judge(*given[:4], q(-2.5, "A"), q(2.5, "A"))


def test_plain_limits_stand_beside_plain_ratios_but_not_beside_ppm():
    assert conformance_probabilities(array([0.0, -1.0], 0.1, ""), lower=-1.0).round(6).tolist() == [1.0, 0.5]
    with pytest.raises(UncertaintyError, match="plain number"):
        conformance_probabilities(array([0.0], 0.1, "ppm"), lower=-1.0)


def test_a_model_that_divides_by_zero_is_named():
    with pytest.raises(ModelError, match="fails at the estimates"):
        Budget(lambda a: a * (1 / 0), [normal("a", 1.0, 0.1, "V")], unit="V", name="cable").evaluate()
