"""Budgets as JSON: everything but code comes back."""

import json
import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    FormatError,
    InputError,
    arcsine,
    correlation,
    dump_budget,
    exponential,
    from_histogram,
    from_samples,
    inexact_limits,
    load_budget,
    normal,
    rectangular,
    trapezoidal,
    type_a,
)


def model(**inputs):
    return sum(inputs.values())


def product(a, b):
    return a * b


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
    assert 0.99 < r < 1.0  # the certificate is one cause; b was measured anew


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
    document = json.loads(dump_budget(Budget(product, EVERY[:2], unit="V*mV")))
    damage(document)
    with pytest.raises(FormatError):
        load_budget(json.dumps(document), product)


def test_another_model_and_impossible_inputs_are_refused():
    text = dump_budget(Budget(product, EVERY[:2], unit="V*mV"))
    with pytest.raises(FormatError, match="product") as caught:
        load_budget(text, model)
    assert caught.value.code == "another-model"
    document = json.loads(text)
    document["inputs"][0]["u"] = -1.0
    with pytest.raises(InputError):
        load_budget(json.dumps(document), product)
    with pytest.raises(FormatError):
        load_budget("[1, 2", product)
