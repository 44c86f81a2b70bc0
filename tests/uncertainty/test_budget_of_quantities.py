"""The budget behind a quantity: its lines, its U, and the verdict of clause 8 beside a U that is written."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    FormatError,
    NotSupportedError,
    array,
    budget_of,
    dump_budget,
    dumps,
    expanded_uncertainty,
    loads,
    normal,
    rectangular,
    simultaneous,
    standard_uncertainty,
    type_a,
    uncertain,
)
from calibrator_uncertainty.rounding import express

INPUTS = [
    normal("v", 10.0, 0.1, "V", dof=7),
    rectangular("i", 2.0, 0.01, "A"),
    type_a("z", [0.1, 0.2, 0.15, 0.12], "V"),
]


def _model(v, i, z):
    return (v + z) / i


def test_it_is_the_budget_that_a_model_of_the_same_inputs_has():
    result = _model(**{one.name: uncertain(one) for one in INPUTS})
    found, wanted = budget_of(result).evaluate(), Budget(_model, INPUTS, unit="V/A").evaluate()
    for name in ("value", "u", "dof", "k", "U"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-12)
    assert {line.name: abs(line.contribution) for line in found.lines} == pytest.approx(
        {line.name: abs(line.contribution) for line in wanted.lines}, rel=1e-12
    )
    mine, theirs = (
        one.monte_carlo(np.random.default_rng(1), draws=200_000)
        for one in (budget_of(result), Budget(_model, INPUTS, unit="V/A"))
    )
    assert mine.u == pytest.approx(theirs.u, rel=0.02)


def test_u_of_every_kind_of_quantity_is_the_same_by_both_ways():
    row, (v, i) = array([1.0, 2.0], 0.1, "V"), simultaneous(["V", "I"], [[1, 2], [2, 3], [2, 5]], ["V", "A"])
    t = uncertain(normal("t", 20.0, 0.1, "degC"))
    shared = uncertain(rectangular("s", 1.0, 0.1, "V", shared="ref"))
    for q in (row[0] * row[1], np.sum(row), v / i, t, shared * shared, loads(dumps({"q": v * i}))["q"]):
        found = budget_of(q).evaluate()
        assert pytest.approx(expanded_uncertainty(q).magnitude, rel=1e-9) == found.U
        assert standard_uncertainty(budget_of(q).uncertain() - q).magnitude == pytest.approx(0.0, abs=1e-15)


def test_what_is_written_bears_its_verdict():
    x = uncertain(normal("x", 1.0, 0.01, "V"))
    good = express(x * x)
    assert str(good) == good.plus_minus() + "; " + good.verdict
    assert "first order is validated" in good.verdict
    assert good.prefixed().verdict == good.verdict
    bad = express(np.exp(uncertain(normal("y", 0.0, 0.5, ""))))
    assert "first order is NOT validated" in str(bad)
    assert "Monte Carlo gives [0.37, 2.6" in bad.verdict
    assert express(x * x) == good


def test_an_exact_value_has_an_empty_budget():
    v = uncertain(normal("v", 1.0, 0.1, "V"))
    assert express(v - v).plus_minus() == "(0.0 ± 0) V"
    assert budget_of(v - v).evaluate().U == 0.0
    exact = uncertain(normal("c", 1.0, 0.0, "V"))
    assert budget_of(exact).evaluate().U == 0.0
    assert express(exact).plus_minus() == "(1.0 ± 0) V"


def test_it_can_be_sent_elsewhere_but_is_stored_as_its_quantity():
    q = uncertain(normal("v", 1.0, 0.1, "V")) ** 2
    again = pickle.loads(pickle.dumps(budget_of(q)))
    assert standard_uncertainty(again.uncertain() - q).magnitude == 0.0
    with pytest.raises(FormatError, match="Store the quantity itself"):
        dump_budget(budget_of(q))


@pytest.mark.parametrize("what", [3.0, array([1.0, 2.0], 0.1, "V")])
def test_what_has_no_budget_is_refused(what):
    with pytest.raises(NotSupportedError):
        budget_of(what)
