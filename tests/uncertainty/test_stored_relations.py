"""What is stored keeps its relations and contradicts nothing (reviewer C: A12, A13)."""

from __future__ import annotations

import gc
import json
import math
import pickle
import subprocess
import sys

import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    FormatError,
    InputError,
    UncertainArray,
    correlation,
    dumps,
    loads,
    normal,
    rectangular,
    standard_uncertainty,
    trapezoidal,
    uncertain,
)


def difference(**more):
    inputs = [
        normal("a", 10.0, 0.1, "V", shared="the standard", **more),
        trapezoidal("b", 1.0, 0.2, 0.5, "V"),
    ]
    return Budget(lambda a, b: a - b, inputs, unit="mV", name="difference")


def another():
    inputs = [normal("x", 5.0, 0.1, "V", shared="the standard"), normal("y", 1.0, 0.05, "V")]
    return Budget(lambda x, y: x * y / y, inputs, unit="V", name="other")


def test_a_budget_is_one_quantity():
    budget = difference()
    assert standard_uncertainty(budget.uncertain() - budget.uncertain()).magnitude == 0.0
    result = budget.evaluate()
    assert standard_uncertainty(result.uncertain() - budget.uncertain()).magnitude == 0.0
    assert standard_uncertainty(result.uncertain()).to("V").magnitude == pytest.approx(
        result.u / 1e3, rel=1e-12
    )


def test_other_estimates_are_another_measurement():
    budget = difference()
    apart = budget.uncertain() - budget.at(b=2.0).uncertain()  # only the standard is common
    own = 0.2 * math.sqrt((1 + 0.25) / 6)
    assert standard_uncertainty(apart).to("V").magnitude == pytest.approx(own * math.sqrt(2.0), rel=1e-12)


def test_stored_result_computes_on_with_its_relatives():
    budget = difference()
    result = budget.evaluate()
    text = result.to_json(errors=True)
    back = BudgetResult.from_json(text)
    assert back == result
    assert standard_uncertainty(back.uncertain() - result.uncertain()).magnitude == 0.0
    assert correlation(back.uncertain(), another().uncertain()) == pytest.approx(
        0.1 / (result.u / 1e3), rel=1e-12
    )


def test_stored_result_computes_on_in_another_process():
    text = difference().evaluate().to_json(errors=True)
    code = (
        "import sys\n"
        "from calibrator_uncertainty import BudgetResult, normal, standard_uncertainty, uncertain\n"
        "text = sys.stdin.read()\n"
        "one, two = BudgetResult.from_json(text), BudgetResult.from_json(text)\n"
        "standard = uncertain(normal('s', 0.0, 0.1, 'V', shared='the standard'))\n"
        "print(standard_uncertainty(one.uncertain() - two.uncertain()).magnitude)\n"
        "print(standard_uncertainty(one.uncertain() - standard).to('V').magnitude)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    same, rest = map(float, run.stdout.split())
    assert same == 0.0
    assert rest == pytest.approx(0.2 * math.sqrt((1 + 0.25) / 6), rel=1e-12)


def test_pickled_result_computes_on():
    result = difference().evaluate()
    back = pickle.loads(pickle.dumps(result))
    assert back == result
    assert standard_uncertainty(back.uncertain() - result.uncertain()).magnitude == 0.0


def test_result_without_its_errors_says_so():
    plain = BudgetResult.from_json(difference().evaluate().to_json())
    with pytest.raises(FormatError, match="errors=True"):
        plain.uncertain()


def test_result_that_was_changed_does_not_compute_on():
    document = json.loads(difference().evaluate().to_json(errors=True))
    document["u"] /= 2.0
    del document["check"]  # as stored before there was one
    with pytest.raises(FormatError, match="evaluate its budget again") as caught:
        BudgetResult.from_json(json.dumps(document)).uncertain()
    assert caught.value.code == "contradiction"


@pytest.mark.parametrize("make", [rectangular, lambda *a, **b: normal(*a, dof=4, **b)], ids=["shape", "dof"])
def test_stored_cause_that_contradicts_this_process_is_refused(make):
    cause = f"cause of {make.__name__}"  # a failed test keeps the values of its frames
    text = dumps({"y": uncertain(normal("y", 1.0, 0.1, "V", shared=cause))})
    gc.collect()  # the cause is forgotten, and made again otherwise
    kept = uncertain(make("x", 1.0, 0.1, "V", shared=cause))
    with pytest.raises(FormatError, match="One physical error has one distribution") as caught:
        loads(text)
    assert caught.value.code == "contradiction"
    assert standard_uncertainty(kept).magnitude > 0.0


def test_pickled_error_that_contradicts_this_process_is_refused():
    kept = UncertainArray.leaf(1.0, 0.1)
    stored = pickle.dumps(kept)
    assert pickle.loads(stored) is kept
    kept._leaf.u = 0.2
    with pytest.raises(FormatError, match="of other figures"):
        pickle.loads(stored)


def test_stored_value_of_another_size_is_refused():
    x = UncertainArray.leaf(1.0, 0.1)
    y = x * 2.0
    text, other = dumps({"y": y}), dumps({"y": x * 3.0})
    changed = json.loads(text)
    del changed["check"]  # or the alteration itself is found first
    changed["values"]["y"]["x"] = json.loads(other)["values"]["y"]["x"]
    with pytest.raises(FormatError, match="this process has"):
        loads(json.dumps(changed))
    assert y.value == 2.0


@pytest.mark.parametrize(("key", "figure"), [("u", -0.1), ("u", math.inf), ("u", math.nan), ("x", math.nan)])
def test_stored_figure_that_cannot_be_is_refused(key, figure):
    from calibrator_uncertainty._store import _pack

    document = json.loads(dumps({"y": UncertainArray.leaf(1.0, 0.1)}))
    del document["check"]
    document["errors"][0][key] = _pack(figure)
    with pytest.raises(FormatError) as caught:
        loads(json.dumps(document))
    assert caught.value.code == "stored-figures"


def test_stored_degrees_of_freedom_below_one_are_refused():
    document = json.loads(dumps({"y": UncertainArray.leaf(1.0, 0.1, 5.0)}))
    del document["check"]
    document["errors"][0]["dof"] = 0.5
    with pytest.raises(FormatError) as caught:
        loads(json.dumps(document))
    assert caught.value.code == "stored-figures"


def test_one_error_with_two_distributions_is_refused_within_a_budget():
    pair = [normal("x", 1.0, 0.1, "", shared="s"), rectangular("y", 1.0, 0.1, "", shared="s")]
    with pytest.raises(InputError, match="are normal and rectangular") as caught:
        Budget(lambda x, y: x + y, pair, unit="")
    assert caught.value.code == "shared-shape"
    budget = Budget(lambda x, y: x + y, [pair[0], normal("y", 1.0, 0.1, "", shared="s")], unit="")
    with pytest.raises(InputError, match="are normal and rectangular"):
        budget.at(y=pair[1])
