"""Budgets as JSON: everything but code comes back."""

import copy
import json
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    FormatError,
    InputError,
    arcsine,
    correlation,
    dump_budget,
    dumps,
    exponential,
    from_histogram,
    from_samples,
    inexact_limits,
    load_budget,
    loads,
    normal,
    rectangular,
    standard_uncertainty,
    trapezoidal,
    type_a,
)


def model(**inputs):
    return sum(inputs.values())


def product(a, b):
    return a * b


def _unsealed(text):
    """Return a stored budget as before 0.3.0, without a check figure: what was altered there goes unseen."""
    return {key: value for key, value in json.loads(text).items() if key != "check"}


EVERY = [
    normal("a", 1.0, 0.1, "V", dof=7.5, source="certificate 4711", shared="standard"),
    rectangular("b", 1.0, 0.2, "mV"),
    arcsine("c", 0.1, 0.3, "V"),
    trapezoidal("d", 0.1, 0.3, 0.25, "V"),
    type_a("e", [1.0, 2.0, 4.0], "V"),
    exponential("f", 0.3, "V"),
    inexact_limits("g", -1.0, 1.0, 0.2, "V"),
    from_samples("h", [1.0, 2.0, 5.0], "V"),
    from_histogram("i", [0.0, 1.0, 3.0], [1, 2], "V"),
]


def test_every_distribution_comes_back():
    budget = Budget(model, EVERY, unit="mV", name="sum of all", correlations={("a", "e"): 0.25})
    back = load_budget(dump_budget(budget), model)
    assert dump_budget(back) == dump_budget(budget)
    assert back.evaluate() == budget.evaluate()
    plain = Budget(model, EVERY, unit="mV")
    again = load_budget(dump_budget(plain), model)
    drawn = [one.monte_carlo(np.random.default_rng(1), draws=2000) for one in (plain, again)]
    assert drawn[0] == drawn[1]


AWKWARD = [0.1, -1e-300, 1 / 3, 1e300, 5e-324, 0.0]


@pytest.mark.parametrize("dof", [1.0, 7.000000000000001, math.inf])
@pytest.mark.parametrize(("estimate", "u"), [(x, abs(y)) for x in AWKWARD for y in AWKWARD])
def test_every_float_comes_back(estimate, u, dof):
    budget = Budget(model, [normal("a", estimate, u, "V", dof=dof)], unit="V")
    assert load_budget(dump_budget(budget), model).inputs == budget.inputs


def test_what_is_read_back_shares_its_causes():
    budget = Budget(product, [EVERY[0], normal("b", 2.0, 0.01, "A")], unit="W")
    back = load_budget(dump_budget(budget), product)
    r = correlation(budget.uncertain(), back.uncertain())
    assert r == 1.0
    again = Budget(product, [EVERY[0], normal("b", 2.0, 0.01, "A")], unit="W")
    assert 0.99 < correlation(budget.uncertain(), again.uncertain()) < 1.0  # one certificate; b measured anew


TWO = [normal("a", 1.0, 0.1, "V", dof=5), rectangular("b", 2.0, 0.3, "A")]
BUDGETS = {
    "own errors": lambda: Budget(product, TWO, unit="W"),
    "correlated": lambda: Budget(
        product, [TWO[0], normal("b", 2.0, 0.3, "A", dof=5)], unit="W", correlations={("a", "b"): 0.5}
    ),
    "shared": lambda: Budget(product, [EVERY[0], TWO[1]], unit="W"),
}
COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda budget: pickle.loads(pickle.dumps(budget)),
    "json": lambda budget: load_budget(dump_budget(budget), product),
}


@pytest.mark.parametrize("used_before", [True, False])
@pytest.mark.parametrize("make", BUDGETS.values(), ids=BUDGETS)
@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_budget_has_the_same_errors(make, duplicate, used_before):
    budget = make()
    relative = 3 * budget.uncertain() if used_before else None
    other = duplicate(budget)
    assert standard_uncertainty(budget.uncertain() - other.uncertain()).m == 0.0
    assert other.evaluate() == budget.evaluate()
    if relative is not None:
        assert standard_uncertainty(relative - 3 * duplicate(other).uncertain()).m == 0.0


@pytest.mark.parametrize("make", BUDGETS.values(), ids=BUDGETS)
def test_a_stored_budget_computes_on_with_its_relatives_in_another_process(make):
    budget = make()
    stored = dumps({"x": budget.uncertain(), "of x": 3 * budget.uncertain()})
    code = (
        "import sys; from calibrator_uncertainty import load_budget, loads, standard_uncertainty\n"
        "def product(a, b): return a * b\n"
        "text, stored = sys.stdin.read().splitlines()\n"
        "first = load_budget(text, product).uncertain()\n"
        "old = loads(stored)\n"
        "again = load_budget(text, product).uncertain()\n"
        "pairs = first - old['x'], again - old['x'], 3 * first - old['of x']\n"
        "print(*(standard_uncertainty(one).m for one in pairs))"
    )
    text = dump_budget(budget)
    told = subprocess.run(
        [sys.executable, "-c", code],
        input=f"{text}\n{stored}\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    first, again, relative = map(float, told.stdout.split())
    assert first == again == 0.0
    assert relative < 1e-15


def test_at_other_estimates_the_errors_are_others():
    budget = BUDGETS["own errors"]()
    assert correlation(budget.uncertain(), budget.at(a=1.5).uncertain()) == 0.0


def test_a_stored_budget_that_contradicts_its_twin_is_refused():
    budget = BUDGETS["own errors"]()
    mine = budget.uncertain()
    document = _unsealed(dump_budget(budget))
    document["inputs"][0]["u"] = 0.2
    with pytest.raises(FormatError) as caught:
        load_budget(json.dumps(document), product).uncertain()
    assert caught.value.code == "contradiction"
    assert standard_uncertainty(mine).m > 0.0


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: document.pop("unit"),
        lambda document: document.update(format=2),
        lambda document: document.update(kind="result"),
        lambda document: document.update(inputs=3),
        lambda document: document["inputs"][0].update(distribution=["cauchy"]),
        lambda document: document["inputs"][0].update(distribution=["t"]),
        lambda document: document["inputs"][0].update(u="wide"),
    ],
)
def test_damaged_text_is_refused(damage):
    document = _unsealed(dump_budget(Budget(product, EVERY[:2], unit="V*mV")))
    damage(document)
    with pytest.raises(FormatError):
        load_budget(json.dumps(document), product)


def test_another_model_and_impossible_inputs_are_refused():
    text = dump_budget(Budget(product, EVERY[:2], unit="V*mV"))
    with pytest.raises(FormatError, match="product") as caught:
        load_budget(text, model)
    assert caught.value.code == "another-model"
    document = _unsealed(text)
    document["inputs"][0]["u"] = -1.0
    with pytest.raises(InputError):
        load_budget(json.dumps(document), product)
    with pytest.raises(FormatError):
        load_budget("[1, 2", product)


def _moved(a, b):
    return b * a


OTHERS = {
    "lambda": lambda a, b: a * b * 1.0001,
    "of the same value": lambda a, b: a * b**2 / 2.0 / b.units,
    "of the same slopes": lambda a, b: a * b + (b - 2.0 * b.units) ** 2 / b.units * a.units,
    "of another result": lambda a, b: 2.0 * a.units * b.units + 0 * a * b,
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_lambda_stands_for_itself_and_for_no_other_lambda(other):
    text = dump_budget(Budget(lambda a, b: a * b, TWO, unit="W"))
    assert load_budget(text, lambda a, b: a * b).evaluate().value == 2.0
    with pytest.raises(FormatError, match="lambda") as caught:
        load_budget(text, other)
    assert caught.value.code == "another-model"


def test_a_model_that_moved_is_known_by_what_it_gives():
    text = dump_budget(Budget(product, TWO, unit="W"))
    assert load_budget(text, _moved).evaluate().value == 2.0
    changed = {**_unsealed(text), "model": "elsewhere:product"}
    assert load_budget(json.dumps(changed), product).evaluate().value == 2.0


def test_a_model_that_was_changed_under_its_name_is_refused():
    text = dump_budget(Budget(product, TWO, unit="W"))
    changed = {**_unsealed(text), "model": f"{__name__}:model"}
    with pytest.raises(FormatError, match="model was given") as caught:
        load_budget(json.dumps(changed), model)
    assert caught.value.code == "another-model"


def test_a_text_from_before_goes_by_the_name():
    document = _unsealed(dump_budget(Budget(product, TWO, unit="W")))
    del document["gives"]
    assert load_budget(json.dumps(document), product).evaluate().value == 2.0
    with pytest.raises(FormatError) as caught:
        load_budget(json.dumps(document), _moved)
    assert caught.value.code == "another-model"


def test_a_model_that_looks_at_values_is_known_too():
    def positive(a, b):
        return a * b if a > 0 * a.units else 0 * a * b

    text = dump_budget(Budget(positive, TWO, unit="W"))
    assert load_budget(text, positive).evaluate().value == 2.0


EDITS = {
    "another u": lambda document: document["inputs"][0].update(u=0.01),
    "another estimate": lambda document: document["inputs"][1].update(estimate=2.5),
    "other degrees of freedom": lambda document: document["inputs"][0].update(dof=50.0),
    "another source": lambda document: document["inputs"][0].update(source="certificate 4712"),
    "a correlation": lambda document: document["correlations"].append(["a", "b", -0.5]),
    "its name": lambda document: document.update(name="another"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_stored_budget_is_refused(edit):
    document = json.loads(dump_budget(BUDGETS["own errors"]()))
    edit(document)
    with pytest.raises(FormatError, match="stored budget was altered") as caught:
        load_budget(json.dumps(document), product)
    assert caught.value.code == "altered"


def test_a_stored_budget_may_be_written_otherwise_by_another_program():
    document = json.loads(dump_budget(BUDGETS["own errors"]()))
    assert document["inputs"][0]["dof"] == 5.0
    document["inputs"][0]["dof"] = 5
    text = json.dumps(dict(reversed(document.items())), indent=3, ensure_ascii=True)
    assert load_budget(text, product).inputs == BUDGETS["own errors"]().inputs


def test_edited_stored_quantities_are_refused():
    x = BUDGETS["own errors"]().uncertain()
    document = json.loads(dumps({"x": x}))
    assert standard_uncertainty(loads(json.dumps(document, indent=1))["x"] - x).m == 0.0
    document["errors"][0]["dof"] = 50.0
    with pytest.raises(FormatError, match="stored quantities were altered") as caught:
        loads(json.dumps(document))
    assert caught.value.code == "altered"
    document = json.loads(dumps({"x": x}))
    document["values"]["x"]["unit"] = "kilowatt"
    with pytest.raises(FormatError, match="altered"):
        loads(json.dumps(document))
