"""What a budget is used for: pictures, columns, groups, cuts, computing on."""

import copy
import math
import pickle
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import (
    Budget,
    Input,
    InputError,
    array,
    correlation,
    dumps,
    expanded_uncertainty,
    loads,
    normal,
    rectangular,
    standard_uncertainty,
    uncertain,
    validate_first_order,
)


def volts():
    return Budget(
        lambda reading, standard, leads: reading - standard - leads,
        [
            normal("reading", 10.0, 2e-6, "V", dof=9),
            normal("standard", 10.0, 6e-6, "V", shared="5522A:dcv"),
            rectangular("leads", 0.0, 3e-6, "V"),
        ],
        unit="uV",
        name="10 <V>",
    )


def test_picture_is_svg_with_the_largest_first_and_a_description():
    picture = ET.fromstring(volts().evaluate().to_svg())
    texts = [one.text for one in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "10 <V>"
    assert texts[1::2][:3] == ["standard", "reading", "leads"]
    assert "standard 83.7 %" in picture.find("{http://www.w3.org/2000/svg}desc").text
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}rect"))) == 3


def test_columns_are_the_table():
    columns = volts().evaluate().to_columns()
    assert columns["name"] == ["reading", "standard", "leads"]
    assert columns["contribution"] == pytest.approx([2.0, -6.0, -3.0 / math.sqrt(3)])


def test_groups_add_up():
    result = volts().evaluate()
    found = result.groups({"standard": "source", "leads": "source"})
    assert [one.name for one in found] == ["source", "reading"]
    assert found[0].u == pytest.approx(math.hypot(6.0, math.sqrt(3)))
    assert sum(one.share for one in found) == pytest.approx(1.0)


@pytest.mark.parametrize("policy", ["k2", "p95"])
def test_cut_reaches_the_target(policy):
    budget = volts()
    target = 9.0
    cuts = {one.name: one for one in budget.cuts(target, policy=policy)}
    assert next(iter(cuts)) == "standard"
    needed = cuts["standard"].needed
    better = budget.at(standard=normal("standard", 10.0, needed, "V", shared="5522A:dcv"))
    assert pytest.approx(target, rel=1e-9) == better.evaluate(policy=policy).U
    assert cuts["reading"].needed is None
    assert cuts["reading"].U_without > target


def test_target_that_is_reached_already_needs_no_cut():
    assert all(one.needed == one.u for one in volts().cuts(1000.0))
    with pytest.raises(InputError):
        volts().cuts(0.0)


def test_result_computes_on_with_its_relatives_in_another_process():
    first, second = volts().uncertain(), volts().uncertain()
    assert standard_uncertainty(first).magnitude == pytest.approx(volts().evaluate().u, rel=1e-12)
    assert correlation(first, second) == pytest.approx(36.0 / (36 + 4 + 3))
    script = """
import sys
from calibrator_uncertainty import loads, normal, uncertain, correlation
back = loads(sys.stdin.read())
source = uncertain(normal("s", 1, 1, "V", shared="5522A:dcv"))
print(correlation(back["a"], back["b"]), correlation(back["a"], source))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=dumps({"a": first, "b": second}),
        capture_output=True,
        text=True,
        check=True,
    )
    together, with_standard = (float(one) for one in done.stdout.split())
    assert together == pytest.approx(36.0 / 43.0)
    assert with_standard == pytest.approx(-6.0 / math.sqrt(43.0))
    assert loads(dumps({"a": first}))["a"].magnitude is first.magnitude


def test_correlated_inputs_stay_correlated_in_the_quantity():
    inputs = [normal("a", 1, 0.1, "V", dof=4), normal("b", 1, 0.1, "V", dof=4)]
    budget = Budget(lambda a, b: a - b, inputs, unit="V", correlations={("a", "b"): 0.9})
    found = budget.uncertain()
    assert standard_uncertainty(found).magnitude == pytest.approx(budget.evaluate().u, rel=1e-9)
    assert found.magnitude.dof == pytest.approx(4.0)


def ratio(v, i):
    return v / i


def test_budget_goes_to_another_process_and_back():
    budget = Budget(
        ratio,
        [normal("v", 1, 0.1, "V"), normal("i", 2, 0.1, "A")],
        unit="ohm",
        correlations={("v", "i"): 0.5},
    )
    before = budget.evaluate()
    again = pickle.loads(pickle.dumps(budget))
    assert again.evaluate() == before
    assert pickle.loads(pickle.dumps(before)) == before
    assert copy.deepcopy(budget).evaluate() == before


def test_expanded_uncertainty_of_a_quantity_is_that_of_its_budget():
    budget = Budget(
        lambda a, b: a + b, [rectangular("a", 1, 0.1, "V"), normal("b", 1, 0.01, "V", dof=20)], unit="V"
    )
    assert budget.evaluate().k == 1.65
    assert expanded_uncertainty(budget.uncertain()).magnitude == pytest.approx(budget.evaluate().U, rel=1e-12)


def test_whole_and_numpy_numbers_are_plain_floats_inside():
    result = Budget(lambda a: a, [Input("a", np.float64(3), "V", 1, 4)], unit="V").evaluate()
    assert (type(result.value), type(result.u), type(result.lines[0].dof)) == (float, float, float)


@given(
    st.sampled_from(["V", "mV", "kV", "uV"]),
    st.sampled_from(["A", "mA", "uA"]),
    st.floats(0.1, 100),
    st.floats(0.1, 100),
)
def test_units_commute_with_propagation(volt, ampere, v, i):
    to_volt, to_ampere = (
        {"V": 1, "mV": 1e-3, "kV": 1e3, "uV": 1e-6}[volt],
        {"A": 1, "mA": 1e-3, "uA": 1e-6}[ampere],
    )
    plain = Budget(
        ratio, [normal("v", v, 0.01 * v, "V"), normal("i", i, 0.02 * i, "A")], unit="ohm"
    ).evaluate()
    other = Budget(
        ratio,
        [
            normal("v", v / to_volt, 0.01 * v / to_volt, volt),
            normal("i", i / to_ampere, 0.02 * i / to_ampere, ampere),
        ],
        unit="kohm",
    ).evaluate()
    assert other.value == pytest.approx(plain.value / 1e3, rel=1e-12)
    assert other.u == pytest.approx(plain.u / 1e3, rel=1e-12)


def test_monte_carlo_agrees_with_first_order_where_clause_8_says_so():
    rng = np.random.default_rng(8)
    budgets = [
        Budget(
            lambda a, b, c: a * np.exp(b) / c,
            [normal("a", x, y * x, ""), rectangular("b", z, y, ""), normal("c", 2.0, y, "", dof=12)],
            unit="",
            name=f"{y}",
        )
        for x, y, z in zip(
            rng.uniform(1, 5, 12), [1e-4, 1e-3, 0.01, 0.3] * 3, rng.uniform(-1, 1, 12), strict=True
        )
    ]
    found = validate_first_order(budgets, rng=rng)
    assert all(one.ok for one in found if float(one.name) < 0.1)
    assert not any(one.ok for one in found if float(one.name) > 0.1)
    for budget, one in zip(budgets, found, strict=True):
        if one.ok:
            assert one.u == pytest.approx(budget.evaluate().u, rel=0.1)


def test_decibels_add_and_their_uncertainty_is_in_decibels():
    budget = Budget(
        lambda p, loss: p - loss, [normal("p", 10, 0.1, "dBm"), normal("loss", 3, 0.05, "dB")], unit="dBm"
    )
    result = budget.evaluate(policy="k2")
    assert result.value == pytest.approx(7.0)
    assert result.u == pytest.approx(math.hypot(0.1, 0.05))
    assert str(result.expanded_uncertainty.units) == "decibel"
    power = uncertain(normal("p", 1.0, 0.1, "mW")).to("dBm")
    assert standard_uncertainty(power).magnitude == pytest.approx(10 / math.log(10) * 0.1)


def test_numbers_are_shown_with_their_uncertainty():
    v = uncertain(normal("v", 10.00012, 0.0034, "V"))
    assert str(v.magnitude) == "10.0001 ± 0.0034"
    assert f"{v:.2f}" == "10.00 ± 0.00 volt"
    assert str(array([1.0, 2.0], 0.5, "V").magnitude) == "[1. 2.] ± [0.5 0.5]"
