"""What Monte Carlo cannot see is never called validated: stored values, and values chosen by a comparison."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    ModelError,
    Multivariate,
    NotSupportedError,
    array,
    budget_of,
    dumps,
    expanded_uncertainty,
    loads,
    normal,
    uncertain,
    uncertain_complex,
    validate_first_order,
)
from calibrator_uncertainty.regression import fit_line, fit_polynomial
from calibrator_uncertainty.rounding import express

ELSEWHERE = """
import pickle, sys
import numpy as np
from calibrator_uncertainty import *
from calibrator_uncertainty.rounding import express
folder = sys.argv[1]
read = lambda name: open(f"{folder}/{name}", encoding="utf-8").read()
plain = loads(read("values.json"))
pickled = pickle.load(open(f"{folder}/values.pkl", "rb"))
results = {k: BudgetResult.from_json(read(f"{k}.json")).uncertain() for k in ("square", "flat")}
for found in (plain, pickled, results):
    assert "not examined: linear as stored" in express(found["square"]).verdict, express(found["square"])
    for ask in (expanded_uncertainty, express):
        try:
            raise SystemExit(f"issued: {ask(found['flat'])}")
        except ModelError as problem:
            assert problem.code == "flat", problem
    assert "IS NOT AN UNCERTAINTY" in budget_of(found["flat"]).evaluate().notes[-1]
for found in (plain, pickled):
    assert "first order is validated" in express(found["sum"]).verdict, express(found["sum"])
    assert "a value was looked at" in express(found["chosen"]).verdict
    assert "a value was looked at" in express(found["leaf"]).verdict
within = Budget(lambda y: plain["square"] * y, [normal("y", 1, 0.01, "")], unit="")
assert "not examined: linear as stored" in within.evaluate().to_text()
rng = np.random.default_rng(1)
assert "linear as stored" in within.monte_carlo(rng, draws=2000).note
assert "linear as stored" in joint_conformity([within], [(None, 0.1)], rng=rng, draws=100).notes[0]
again = loads(dumps({"q": plain["square"] + 1}))["q"]
assert "not examined: linear as stored" in express(again).verdict
print("seen")
"""


def test_in_another_process_a_stored_value_is_neither_validated_nor_exact(tmp_path):
    x, zero, v = (
        uncertain(normal(name, value, 0.2, "")) for name, value in (("x", 0.1), ("z", 0.0), ("v", 1.0))
    )
    leaf = uncertain(normal("leaf", 1.0, 0.2, ""))
    chosen = v * 2 if v > 0 else 0 * v
    values = {
        "square": x**2,
        "flat": zero**2,
        "sum": 2 * x + zero / 4,
        "chosen": chosen,
        "leaf": leaf if leaf > 0 else 0 * leaf,
    }
    (tmp_path / "values.json").write_text(dumps(values), encoding="utf-8")
    (tmp_path / "values.pkl").write_bytes(pickle.dumps(values))
    for name, estimate in (("square", 0.1), ("flat", 0.0)):
        budget = Budget(lambda x: x**2, [normal("x", estimate, 0.2, "")], unit="")
        (tmp_path / f"{name}.json").write_text(budget.evaluate().to_json(errors=True), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "seen", done.stderr


def test_a_text_from_before_says_that_it_does_not_know():
    x = uncertain(normal("x", 0.1, 0.2, ""))
    document = json.loads(dumps({"q": 2 * x}))
    del document["check"]  # as stored before there was one
    del document["values"]["q"]["lost"]
    document["values"]["q"]["id"] += "older"
    assert "not examined: linear as stored" in express(loads(json.dumps(document))["q"]).verdict
    document["values"]["q"].update(id="another", lost="nonsense")
    with pytest.raises(Exception, match="nonsense"):
        loads(json.dumps(document))


def _volts(value: float) -> pint.Quantity:
    return pint.get_application_registry().Quantity(value, "V")


CHOSEN = {
    "where": lambda v: np.where(v > _volts(0.0), v, 0 * v),
    "if": lambda v: v if v > _volts(0.0) else 0 * v,
    "difference": lambda v: v if v - _volts(0.2) > _volts(0.0) else 0 * v,
    "near": lambda v: v if not np.isclose(v, _volts(3.0)) else 0 * v,
}


@pytest.mark.parametrize("choose", CHOSEN.values(), ids=CHOSEN)
def test_what_a_comparison_chose_is_not_validated(choose):
    v = uncertain(normal("v", 0.5, 1.0, "V"))
    assert "first order is validated" in express(v).verdict
    chosen = choose(v)
    assert "not examined: a value was looked at" in express(chosen).verdict
    assert "not examined: a value was looked at" in budget_of(chosen).evaluate().to_text()
    with pytest.raises(NotSupportedError) as caught:
        validate_first_order([budget_of(chosen)], rng=np.random.default_rng(1))
    assert caught.value.code == "unseen"


def test_a_mask_looks_and_another_value_does_not():
    values = array([1.0, 1.01, 0.99], 0.1, "V")
    assert "a value was looked at" in express(np.sum(values[values > _volts(1.0)])).verdict
    z = uncertain_complex("z", 1.0 + 1j, 0.1, "")
    same = z.real if z != 0 else 0 * z.real
    assert "a value was looked at" in express(same).verdict
    assert "first order is validated" in express(uncertain(normal("w", 1.0, 0.1, "V"))).verdict


def test_a_side_of_a_comparison_with_no_uncertainty_is_refused():
    v = uncertain(normal("v", -0.5, 1.0, "V"))
    with pytest.raises(ModelError) as caught:
        expanded_uncertainty(v if v > _volts(0.0) else 0 * v)
    assert caught.value.code == "looked-at"


def test_a_budget_runs_its_comparisons_anew_and_marks_nothing():
    w = uncertain(normal("w", 1.0, 0.1, "V"))
    budget = Budget(lambda v: np.where(v > _volts(0.0), v, 0 * v), [normal("v", 0.5, 1.0, "V")], unit="V")
    assert "first order is NOT validated" in budget.evaluate().to_text()
    inside = Budget(
        lambda v: v * w / w.units if w > _volts(0.0) else v, [normal("v", 1.0, 0.1, "V")], unit="V"
    )
    inside.evaluate()
    assert "first order is validated" in express(w).verdict


def _remarks(value: pint.Quantity) -> tuple[str, ...]:
    return budget_of(value).evaluate().notes


def test_a_curve_that_its_points_refuse_says_so_wherever_it_is_used():
    points = array([1.0, 4.0, 9.0, 16.0, 25.0], 0.1, "V")
    bad, good = fit_line([1, 2, 3, 4, 5.0], points), fit_polynomial([1, 2, 3, 4, 5.0], points, 2)
    assert "DOES NOT FIT" in _remarks(bad(2.5))[0]
    assert _remarks(good(2.5)) == ()
    assert "DOES NOT FIT" in express(bad(2.5)).verdict
    within = Budget(lambda v: v + bad(2.5), [normal("v", 1.0, 0.1, "V")], unit="V")
    assert "DOES NOT FIT" in within.evaluate().to_text()
    assert "DOES NOT FIT" in within.table({"v": [1.0, 2.0]}).notes[0]
    assert "DOES NOT FIT" in json.loads(dumps({"q": bad(2.5)}))["values"]["q"]["remark"]


def test_the_smallest_dof_is_told_wherever_it_is_used():
    inputs = [normal("a", 1.0, 0.1, "V", dof=4), normal("b", 1.0, 0.1, "V", dof=9)]
    correlations = {("a", "b"): 0.5}
    budget = Budget(lambda a, b: a + b, inputs, unit="V", correlations=correlations)
    assert "the smallest, 4, was used" in budget.evaluate().notes[0]
    assert "the smallest, 4, was used" in budget.table({"a": [1.0, 2.0]}).notes[0]
    assert "the smallest, 4, was used" in express(budget.uncertain()).verdict
    both = Multivariate(
        {"s": lambda a, b: a + b, "d": lambda a, b: a - b},
        inputs,
        units={"s": "V", "d": "V"},
        correlations=correlations,
    )
    assert "the smallest, 4, was used" in both.first_order().notes[0]
