"""`+=` and its like make a new quantity: what another name stands for stays as it was."""

from __future__ import annotations

import operator

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    Budget,
    array,
    complex_array,
    estimate,
    normal,
    standard_uncertainty,
    uncertain,
    uncertain_complex,
)

QUANTITIES = {
    "scalar": lambda: uncertain(normal("a", 1.0, 0.1, "")),
    "array": lambda: array([1.0, 2.0], 0.1, ""),
    "complex": lambda: uncertain_complex("c", 1.0 + 2.0j, 0.1, ""),
    "complex array": lambda: complex_array("C", [1.0 + 2.0j, 3.0], 0.1, ""),
}
OPERATORS = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ipow: operator.pow,
}


@pytest.mark.parametrize("make", QUANTITIES.values(), ids=QUANTITIES)
@pytest.mark.parametrize(("in_place", "plain"), OPERATORS.items())
def test_an_operator_in_place_gives_a_new_quantity(make, in_place, plain):
    first = make()
    other = first
    before, wanted = str(first), str(plain(first, 2))
    other = in_place(other, 2)
    assert other is not first
    assert (str(first), str(other)) == (before, wanted)


def test_units_follow_and_the_other_name_keeps_its_own():
    ampere = pint.get_application_registry().Quantity(2.0, "A")
    first = uncertain(normal("a", 1.0, 0.1, "V"))
    power = first
    power *= ampere
    assert (f"{first.units}", f"{power.units}") == ("volt", "ampere * volt")


def test_a_plain_array_takes_an_uncertain_term_as_a_new_quantity():
    first = pint.get_application_registry().Quantity(np.array([1.0, 2.0]), "V")
    total = first
    total += uncertain(normal("a", 1.0, 0.1, "V"))
    assert estimate(total).m.tolist() == [2.0, 3.0]
    assert first.m.tolist() == [1.0, 2.0]


def test_a_running_sum_leaves_its_first_reading():
    readings = [uncertain(normal(f"r{i}", float(i), 0.1, "V")) for i in range(1, 4)]
    total = readings[0]
    for each in readings[1:]:
        total += each
    assert estimate(total).m == 6.0
    assert estimate(readings[0]).m == 1.0


def in_place(a, b):
    total = a
    total += b
    return total * a


def in_place_with_a_branch(a, b):
    total = a
    total += b
    return total * a if a > b else a * total


INPUTS = [normal("a", 2.0, 1e-3, "V"), normal("b", 3.0, 1e-3, "V")]


@pytest.mark.parametrize("model", [in_place, in_place_with_a_branch])
def test_a_model_may_use_an_input_that_it_added_to(model):
    budget = Budget(model, INPUTS, unit="V**2")
    drawn = budget.monte_carlo(np.random.default_rng(1), draws=10_000)
    assert budget.evaluate().value == 10.0
    assert budget.table({"a": [2.0, 2.0]}).value.tolist() == [10.0, 10.0]
    assert drawn.value == pytest.approx(10.0, abs=1e-3)


def test_second_order_of_a_model_in_place():
    assert Budget(in_place, INPUTS, unit="V**2").second_order().value == 10.0


def test_what_is_outside_a_model_does_not_grow():
    offset = uncertain(normal("o", 1.0, 0.1, "V"))

    def model(a):
        total = offset
        total += a
        return total

    for _ in range(3):
        assert Budget(model, INPUTS[:1], unit="V").evaluate().value == 3.0


def test_the_result_that_a_budget_keeps_stays():
    budget = Budget(lambda a: 2 * a, INPUTS[:1], unit="V")
    doubled = budget.uncertain()
    doubled *= 2
    assert (estimate(budget.uncertain()).m, estimate(doubled).m) == (4.0, 8.0)
    assert standard_uncertainty(budget.uncertain()).m == pytest.approx(2e-3)
