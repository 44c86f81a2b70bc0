"""What a budget is used for: pictures, columns, groups, cuts, computing on."""

import math
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from calibrator_uncertainty import (
    Budget,
    InputError,
    correlation,
    dumps,
    loads,
    normal,
    rectangular,
    standard_uncertainty,
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
