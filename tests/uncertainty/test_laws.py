"""Algebraic laws over random trees: stores keep correlations, units commute, order does not matter."""

import copy
import itertools
import json
import math
import operator
import pickle
import random
import subprocess
import sys

import numpy as np
import pint
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import (
    UncertainArray,
    UncertainComplex,
    array,
    correlated,
    covariance,
    dumps,
    loads,
    normal,
    rectangular,
    standard_uncertainty,
    uncertain,
    uncertain_complex,
)
from calibrator_uncertainty import _leaves as leaves_of_process

UR = pint.get_application_registry()
NAMES = ("x", "y", "shared", "g", "h", "e0", "e1", "total", "re", "im")
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def pool():
    """Return leaves of every kind: alone, of a shared cause, an ensemble, an array and a complex number."""
    g, h = correlated(["g", "h"], [1.0, 0.5], [[0.01, 0.006], [0.006, 0.02]], ["", ""], dof=7)
    row = array([1.0, 2.0, 3.0], [0.1, 0.2, 0.05], "", dof=5)
    z = uncertain_complex("z", 1 + 2j, [[0.01, 0.004], [0.004, 0.02]], "") ** 2
    own = [
        uncertain(normal("x", 1.3, 0.2, "", dof=9)),
        uncertain(rectangular("y", -0.7, 0.3, "")),
        uncertain(normal("s", 0.4, 0.1, "", shared="one cause of test_laws")),
    ]
    found = [*own, g, h, row[0], row[1], np.sum(row), z.real, z.imag]
    return dict(zip(NAMES, (one._magnitude for one in found), strict=True))


def grow(children):
    return st.one_of(
        st.tuples(st.sampled_from("+-*/"), children, children), st.tuples(st.just("sin"), children)
    )


TREES = st.recursive(st.sampled_from([*NAMES, 0.5, 3.0]), grow, max_leaves=8)


def run(tree, names):
    if not isinstance(tree, tuple):
        return names.get(tree, tree) if isinstance(tree, str) else tree
    parts = [run(branch, names) for branch in tree[1:]]
    if tree[0] == "sin":
        return np.sin(parts[0])
    if tree[0] == "/":
        return parts[0] / (parts[1] * parts[1] + 30.0)
    return OPERATORS[tree[0]](parts[0], parts[1])


def table(values):
    """Return the covariance matrix of single values."""
    joined = np.stack(values)
    return np.asarray(covariance(joined, joined))


class Forgotten:
    """Another process as far as names are concerned: nothing that was stored before is known."""

    def __enter__(self):
        self.known = dict(leaves_of_process._known.items())
        leaves_of_process._known.clear()

    def __exit__(self, *_):
        leaves_of_process._known.clear()
        leaves_of_process._known.update(self.known)


def same(one, other):
    u = np.sqrt(np.diag(one))
    return np.allclose(one, other, rtol=1e-12, atol=1e-13 * np.outer(u, u).max(initial=1e-300))


@settings(max_examples=8, deadline=None)
@given(st.lists(TREES, min_size=2, max_size=4))
def test_json_and_pickle_keep_values_u_dof_and_every_correlation(trees):
    names = pool()
    made = [run(tree, names) for tree in trees]
    values = [one for one in made if isinstance(one, UncertainArray)]
    assume(values)
    matrix, dof = table(values), [one.dof for one in values]
    text, packed = dumps({str(i): one for i, one in enumerate(values)}), pickle.dumps(values)
    for back in (list(loads(text).values()), pickle.loads(packed), copy.deepcopy(values)):
        assert [(one - two).u for one, two in zip(back, values, strict=True)] == [0.0] * len(values)
    with Forgotten():
        alone = list(loads(text).values())
        assert [one.value for one in alone] == [one._value for one in values]
        assert same(matrix, table(alone))
        assert [one.dof for one in alone] == pytest.approx(dof, rel=1e-9)
        assert [(a - b).u for a, b in zip(alone, pickle.loads(packed), strict=True)] == [0.0] * len(alone)
    with Forgotten():
        assert same(matrix, table(pickle.loads(packed)))
    joined, complex_one = np.stack(values), UncertainComplex(values[0], values[-1])
    whole = {"row": joined, "z": complex_one, "first": values[0]}
    text, packed = dumps(whole), pickle.dumps(whole)
    for read in (lambda: loads(text), lambda: pickle.loads(packed)):
        with Forgotten():
            back = read()
            assert same(matrix, np.asarray(covariance(back["row"], back["row"])))
            assert (back["z"].real - back["first"]).u == 0.0
            assert (back["row"][0] - back["first"]).u <= 1e-12 * values[0].u


CHILD = """
import json, pickle, sys
import numpy as np
from calibrator_uncertainty import covariance, dumps, loads
text, packed = pickle.loads(sys.stdin.buffer.read())
values, twins = list(loads(text).values()), pickle.loads(packed)
joined = np.stack(values)
apart = [(a - b).u for a, b in zip(values, twins)]
sum_of_all = sum(values, 0.0)
back = dumps({**{str(i): v for i, v in enumerate(values)}, "sum": sum_of_all})
print(json.dumps({"matrix": np.asarray(covariance(joined, joined)).tolist(), "apart": apart, "back": back}))
"""


def random_tree(rng, depth):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([*NAMES, 0.5, 3.0])
    kind = rng.choice(["+", "-", "*", "/", "sin"])
    return (kind, *(random_tree(rng, depth - 1) for _ in range(1 if kind == "sin" else 2)))


def test_another_process_computes_on_with_every_correlation():
    rng, names = random.Random(20261123), pool()
    made = (run(random_tree(rng, 3), names) for _ in range(40))
    values = [one for one in made if isinstance(one, UncertainArray)]
    text = dumps({str(i): one for i, one in enumerate(values)})
    given_out = pickle.dumps((text, pickle.dumps(values)))
    found = subprocess.run(
        [sys.executable, "-c", CHILD], input=given_out, capture_output=True, check=False, timeout=120
    )
    assert found.returncode == 0, found.stderr.decode()
    told = json.loads(found.stdout)
    assert same(table(values), np.array(told["matrix"]))
    assert told["apart"] == [0.0] * len(values)
    back = loads(told["back"])
    assert [(back[str(i)] - one).u for i, one in enumerate(values)] == [0.0] * len(values)
    total = sum(values, 0.0)
    assert (back["sum"] - total).u <= 1e-12 * total.u


LENGTHS, TIMES, VOLTS = ("m", "mm", "km"), ("s", "ms", "us"), ("V", "mV", "kV")
FORMS = {
    "product": lambda v, t, w: v * t,
    "quotient": lambda v, t, w: v / t,
    "inverse": lambda v, t, w: 1 / (v * t),
    "power": lambda v, t, w: v**3 / t**2,
    "root": lambda v, t, w: np.sqrt(v * w),
    "sum": lambda v, t, w: v + w - 2 * v,
    "ratio": lambda v, t, w: np.exp(0.1 * (v / w).to("")) * t,
}


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.sampled_from(VOLTS), st.sampled_from(TIMES), st.sampled_from(VOLTS))
def test_units_commute_with_propagation(form, volts, seconds, others):
    v = uncertain(normal("v", 12.0, 0.3, "V", dof=8))
    t = uncertain(normal("t", 40.0, 0.5, "ms"))
    w = 0.5 * v + uncertain(normal("w", 3.0, 0.2, "V"))
    after = FORMS[form](v, t, w)
    before = FORMS[form](v.to(volts), t.to(seconds), w.to(others)).to(after.units)
    assert before.magnitude.value == pytest.approx(after.magnitude.value, rel=1e-12)
    assert before.magnitude.u == pytest.approx(after.magnitude.u, rel=1e-12)
    assert before.magnitude.dof == pytest.approx(after.magnitude.dof, rel=1e-9)
    assert standard_uncertainty(before - after).magnitude <= 1e-12 * after.magnitude.u
    assert covariance(before, v).to_base_units().magnitude == pytest.approx(
        covariance(after, v).to_base_units().magnitude, rel=1e-12
    )


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(LENGTHS + TIMES + VOLTS), st.sampled_from(TIMES), st.booleans())
def test_a_unit_multiplies_from_either_side(unit, other, divided):
    q, times = uncertain(normal("q", 2.5, 0.1, unit)), UR.Unit(other)
    left, right = times * q, q * times
    if divided:
        left, right = q / times, q * (1 / times)
    assert left.units == right.units and left.dimensionality == right.dimensionality  # noqa: PT018
    assert standard_uncertainty(left - right).magnitude == 0.0
    plain, mixed = UR.Quantity(3.0, other), q * UR.Quantity(3.0, other)
    assert standard_uncertainty(mixed - plain * q).magnitude == 0.0
    in_base = mixed.to_base_units()
    factor = UR.Quantity(1.0, unit).to_base_units().magnitude * plain.to_base_units().magnitude
    assert in_base.magnitude.value == pytest.approx(2.5 * factor, rel=1e-12)
    assert in_base.magnitude.u == pytest.approx(0.1 * factor, rel=1e-12)
    inverse = times / q
    assert standard_uncertainty(inverse * q).magnitude <= 1e-16


def test_milliseconds_and_seconds_mix_in_one_sum():
    a, b = uncertain(normal("a", 1500.0, 2.0, "ms")), uncertain(normal("b", 2.0, 0.003, "s"))
    for total in (a + b, b + a):
        assert total.to("s").magnitude.value == pytest.approx(3.5, rel=1e-15)
        assert standard_uncertainty(total).to("ms").magnitude == pytest.approx(
            math.hypot(2.0, 3.0), rel=1e-12
        )
    assert standard_uncertainty((a + b) - (b + a)).magnitude <= 1e-18


def bracketed(parts, combine, rng):
    """Combine in a random order with random brackets."""
    parts = list(parts)
    rng.shuffle(parts)
    while len(parts) > 1:
        place = rng.randrange(len(parts) - 1)
        parts[place : place + 2] = [combine(parts[place], parts[place + 1])]
    return parts[0]


@settings(max_examples=30, deadline=None)
@given(st.lists(TREES, min_size=2, max_size=6), st.sampled_from("+*"), st.randoms(use_true_random=False))
def test_the_order_of_operations_does_not_matter(trees, sign, rng):
    names = pool()
    parts = [run(tree, names) for tree in trees]
    assume(any(isinstance(one, UncertainArray) for one in parts))
    assume(all(1e-3 < abs(getattr(one, "_value", one)) < 1e3 for one in parts))
    one, other = (bracketed(parts, OPERATORS[sign], rng) for _ in range(2))
    scale = sum(abs(getattr(part, "_value", part)) for part in parts) if sign == "+" else abs(one.value)
    spread = max(getattr(part, "u", 0.0) * (1 if sign == "+" else abs(one.value)) for part in parts) * 1e3
    assert one.value == pytest.approx(other.value, rel=1e-12, abs=1e-12 * scale)
    assert one.u == pytest.approx(other.u, rel=1e-12, abs=1e-15 * spread)
    assert (one - other).u <= 1e-15 * spread + 1e-12 * one.u


def test_brackets_are_multiplied_out():
    names = pool()
    for a, b, c in itertools.permutations([names["x"], names["g"], names["total"]], 3):
        inside, outside = a * (b + c), a * b + a * c
        assert inside.u == pytest.approx(outside.u, rel=1e-12)
        assert (inside - outside).u <= 1e-12 * inside.u
