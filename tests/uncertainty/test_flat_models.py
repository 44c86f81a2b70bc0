"""Where every first derivative is zero, u = 0 does not pass for an uncertainty."""

from __future__ import annotations

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    ModelError,
    NotSupportedError,
    budget_of,
    dumps,
    expanded_uncertainty,
    loads,
    normal,
    rectangular,
    standard_uncertainty,
    uncertain,
    uncertain_complex,
)

FLAT = {
    "square": (lambda a: a**2, [normal("a", 0.0, 1.0, "V")], "V**2", 2.0**0.5),
    "cosine": (lambda a: np.cos(1 * a), [normal("a", 0.0, 0.1, "rad")], "", None),
    "product": (lambda a, b: a * b, [normal("a", 0, 1.0, "V"), normal("b", 0, 2.0, "A")], "W", 2.0),
}


@pytest.mark.parametrize(("model", "inputs", "unit", "u"), FLAT.values(), ids=FLAT)
def test_a_budget_says_so_in_notes_and_in_every_text(model, inputs, unit, u):
    result = Budget(model, inputs, unit=unit).evaluate()
    assert result.u == 0.0
    assert math.isnan(result.U)
    assert "U is not known to first order" in result.to_text()
    assert math.isnan(BudgetResult.from_json(result.to_json()).U)
    assert "u = 0 IS NOT AN UNCERTAINTY" in result.notes[-1]
    if u is not None:
        assert f"u = {u:.3g} " in result.notes[-1]
    for text in (result.to_text(), result.to_markdown(), result.to_html(), result.to_json()):
        assert "u = 0 IS NOT AN UNCERTAINTY" in text


@pytest.mark.parametrize(("model", "inputs", "unit", "u"), FLAT.values(), ids=FLAT)
def test_a_table_refuses_the_point_and_a_quantity_its_expansion(model, inputs, unit, u):
    budget = Budget(model, inputs, unit=unit, name="flat")
    columns = {one.name: [1.0, 0.0] for one in inputs}
    with pytest.raises(ModelError, match="point 1") as caught:
        budget.table(columns)
    assert caught.value.code == "flat"
    with pytest.raises(ModelError) as caught:
        expanded_uncertainty(budget.uncertain())
    assert caught.value.code == "flat"


def test_where_the_second_order_cannot_tell_the_note_says_so():
    budget = Budget(lambda a: a**2 if a < 1 * a.units else a, [normal("a", 0.0, 0.1, "")], unit="")
    assert "the second order cannot be told" in budget.evaluate().notes[-1]


@pytest.mark.parametrize("model", [lambda a: a - a, lambda a: (a + 0.1) - a, lambda a: 3 + 0 * a])
def test_what_does_not_move_has_no_uncertainty(model):
    budget = Budget(model, [normal("a", 0.3, 0.1, "")], unit="")
    assert budget.evaluate().notes == ()
    assert budget.table({"a": [0.3, 0.7]}).u.tolist() == [0.0, 0.0]
    assert expanded_uncertainty(budget.uncertain()) == 0.0


LIMITED = {
    "clip": lambda v: np.clip(v, 0.0, 1.0),
    "where": lambda v: np.where(v > 1.0, 1.0, v),
    "if": lambda v: v if v < 1.0 else 0 * v + 1.0,
    "minimum": lambda v: np.minimum(v, 1.0),
}


@pytest.mark.parametrize("model", LIMITED.values(), ids=LIMITED)
def test_a_limiter_in_its_stop_is_not_exact(model):
    budget = Budget(model, [normal("v", 2.2, 1.0, "")], unit="")
    note = budget.evaluate().notes[-1]
    assert "u = 0 IS NOT AN UNCERTAINTY" in note
    assert note.endswith("use monte_carlo()")
    with pytest.raises(ModelError, match="point 0"):
        budget.table({"v": [2.2, 0.5]})
    with pytest.raises(ModelError):
        expanded_uncertainty(budget.uncertain())
    with pytest.raises(NotSupportedError):
        budget.second_order()


def test_nothing_is_said_where_the_limits_keep_an_input_from_the_kink():
    within = Budget(lambda v: np.clip(v, 0.0, 1.0), [rectangular("v", 2.2, 1.0, "")], unit="")
    assert within.evaluate().notes == ()
    assert within.second_order().u == 0.0


@pytest.mark.parametrize("power", [3, 4, 6])
def test_a_second_order_of_zero_is_refused_where_the_model_moves(power):
    budget = Budget(lambda x: x**power, [normal("x", 0.0, 1.0, "")], unit="", name="power")
    with pytest.raises(NotSupportedError, match=r"would be wrong.*monte_carlo") as caught:
        budget.second_order()
    assert caught.value.code == "flat"
    note = budget.evaluate().notes[-1]
    assert note.endswith("use monte_carlo()")
    assert "gives u = 0" not in note


def test_nothing_is_said_where_no_input_is_uncertain():
    assert Budget(lambda a: a**2, [normal("a", 0.0, 0.0, "")], unit="").evaluate().notes == ()
    a = uncertain(normal("a", 0.3, 0.1, "V"))
    assert standard_uncertainty(a - a).m == 0.0
    assert expanded_uncertainty(a - a).m == 0.0


def test_the_budget_of_a_flat_quantity_gives_no_U():
    p, q = (uncertain(normal(name, 0.0, 0.1, "V")) for name in "pq")
    found = budget_of(p * q).evaluate()
    assert math.isnan(found.U)
    assert found.verdict is None


SHARP = {
    "sqrt": lambda x: np.sqrt(2 * x),
    "absolute": lambda x: abs(2 * x),
    "power": lambda x: x**1.5,
    "log": lambda x: np.log(x + 1e-300),
    "arcsin": lambda x: np.arcsin(x + 1.0),
    "cbrt": lambda x: np.cbrt(2 * x),
}


@pytest.mark.parametrize("model", SHARP.values(), ids=SHARP)
def test_the_second_order_at_an_end_of_the_model_is_refused_in_our_words(model):
    budget = Budget(model, [normal("x", 0.0, 0.1, "")], unit="")
    with pytest.raises(ModelError, match="monte_carlo") as caught:
        budget.second_order()
    assert caught.value.code == "infinite-slope"


def test_the_distance_of_a_number_and_its_copy_is_nothing():
    z = uncertain_complex("z", 1 + 2j, (0.1, 0.2), "V")
    apart = abs(z - loads(dumps({"z": z}))["z"])
    assert standard_uncertainty(apart).magnitude == 0.0
    assert expanded_uncertainty(apart).magnitude == 0.0
    x = uncertain(normal("x", 0.0, 0.1, "V"))
    for bent in (abs(x), abs(x * x - 0 * x * x), np.sqrt(x * x)):  # these move, and have no first derivative
        with pytest.raises(ModelError):
            standard_uncertainty(bent)
