"""Uncertain quantities: units, arrays, correlations (JCGM 100:2008, 5 and H.2)."""

import copy
import math
import operator
import pickle
import subprocess
import sys

import numpy as np
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import (
    FormatError,
    InputError,
    ModelError,
    NotSupportedError,
    UncertainArray,
    array,
    components,
    correlated,
    correlation,
    covariance,
    degrees_of_freedom,
    dumps,
    estimate,
    expanded_uncertainty,
    loads,
    normal,
    rectangular,
    simultaneous,
    standard_uncertainty,
    uncertain,
)

UR = pint.get_application_registry()
leaf = UncertainArray.leaf

# JCGM 100, H.2, table H.2: five simultaneous sets of V (V), I (mA), phi (rad)
H2 = np.array(
    [
        [5.007, 19.663, 1.0456],
        [4.994, 19.639, 1.0438],
        [5.005, 19.640, 1.0468],
        [4.990, 19.685, 1.0428],
        [4.999, 19.678, 1.0433],
    ]
)


def h2():
    v, i, phi = simultaneous(["V", "I", "phi"], H2, ["V", "mA", "rad"])
    return (v / i * np.cos(phi)).to("ohm"), (v / i * np.sin(phi)).to("ohm"), (v / i).to("ohm")


def test_resistance_and_reactance_of_simultaneous_readings():  # JCGM 100, tables H.3 and H.4
    resistance, reactance, impedance = h2()
    assert [round(q.magnitude.value, 3) for q in (resistance, reactance, impedance)] == [
        127.732,
        219.847,
        254.260,
    ]
    found = [standard_uncertainty(q).to("ohm").magnitude for q in (resistance, reactance, impedance)]
    assert found == pytest.approx([0.071, 0.295, 0.236], abs=0.0006)
    assert correlation(resistance, reactance) == pytest.approx(-0.588, abs=0.0006)
    assert correlation(resistance, impedance) == pytest.approx(-0.485, abs=0.0006)
    assert correlation(reactance, impedance) == pytest.approx(0.993, abs=0.0006)


# Willink 2007; other engines give 0.13 or infinity
def test_correlated_group_of_five_sets_has_four_degrees_of_freedom():
    for q in h2():
        assert degrees_of_freedom(q) == pytest.approx(4.0, rel=1e-9)
    assert expanded_uncertainty(h2()[0]).magnitude == pytest.approx(2.776 * 0.0711, abs=0.001)


def test_components_name_what_was_measured():
    resistance, _, _ = h2()
    assert {one.name for one in components(resistance)} == {"V", "I", "phi"}


def test_matrix_that_no_quantities_can_have_is_refused():
    with pytest.raises(InputError, match="positive semidefinite"):
        correlated(["a", "b", "c"], [0, 0, 0], [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], ["V"] * 3)
    with pytest.raises(InputError, match="symmetric"):
        correlated(["a", "b"], [0, 0], [[1, 0.1], [0.2, 1]], ["V", "V"])
    with pytest.raises(InputError, match="2 names need"):
        correlated(["a", "b"], [0, 0], [[1.0]], ["V", "V"])
    with pytest.raises(InputError, match="two rows"):
        simultaneous(["a"], [[1.0]], ["V"])


def test_fully_correlated_pair_and_a_zero_variance_are_matrices_too():
    a, b = correlated(["a", "b"], [1, 2], [[1, 2], [2, 4]], ["V", "V"])
    assert standard_uncertainty(2 * a - b).magnitude == pytest.approx(0.0, abs=1e-12)
    c, d = correlated(["c", "d"], [1, 2], [[1, 0], [0, 0]], ["V", "V"])
    assert standard_uncertainty(c + d).magnitude == pytest.approx(1.0)
    assert standard_uncertainty(d).magnitude == 0.0


def test_units_go_along_in_both_operand_orders():
    v = uncertain(normal("v", 10.0, 0.1, "V"))
    volt = UR.Quantity(2.0, "V")
    for operation in (operator.add, operator.sub, operator.mul, operator.truediv):
        one, other = operation(v, volt), operation(volt, v)
        assert isinstance(one.magnitude, UncertainArray)
        assert isinstance(other.magnitude, UncertainArray)
        assert one.units == operation(volt, volt).units
    assert standard_uncertainty(np.array([1.0, 2.0]) * v).magnitude == pytest.approx([0.1, 0.2])
    assert standard_uncertainty(v * np.array([1.0, 2.0])).magnitude == pytest.approx([0.1, 0.2])
    assert standard_uncertainty(np.float64(2.0) * v).magnitude == pytest.approx(0.2)
    with pytest.raises(pint.DimensionalityError):
        v + UR.Quantity(1.0, "A")
    with pytest.raises(pint.DimensionalityError):
        np.exp(v)


def test_temperatures_are_offset_and_their_uncertainty_is_not():
    t = uncertain(normal("t", 23.0, 0.05, "degC"))
    assert str(standard_uncertainty(t).units) == "delta_degree_Celsius"
    kelvin = t.to("K")
    assert kelvin.magnitude.value == pytest.approx(296.15)
    assert standard_uncertainty(kelvin).magnitude == pytest.approx(0.05)
    assert standard_uncertainty(t - uncertain(normal("s", 20.0, 0.05, "degC"))).magnitude == pytest.approx(
        0.0707, abs=1e-4
    )


def test_parts_per_million_and_percent_are_plain_numbers():
    gain = uncertain(normal("g", 12.0, 3.0, "ppm"))
    v = uncertain(normal("v", 10.0, 0.0, "V"))
    out = (v * (1 + gain)).to("V")
    assert standard_uncertainty(out).magnitude == pytest.approx(30e-6)
    assert estimate(out).magnitude == pytest.approx(10.00012)


def test_same_shared_cause_is_the_same_error():
    a = uncertain(normal("a", 10.0, 0.1, "V", shared="5522A dcv"))
    b = uncertain(normal("b", 100.0, 1.0, "V", shared="5522A dcv"))
    assert correlation(a, b) == 1.0
    assert standard_uncertainty(10 * a - b).magnitude == 0.0
    with pytest.raises(InputError, match="what shares '5522A dcv' is normal"):
        uncertain(rectangular("c", 1.0, 0.1, "V", shared="5522A dcv"))


def test_one_cause_has_one_number_of_degrees_of_freedom():
    first = uncertain(normal("a", 10.0, 0.1, "V", dof=7, shared="estimated once"))
    assert degrees_of_freedom(first) == pytest.approx(7.0)
    with pytest.raises(InputError, match="estimated once"):
        uncertain(normal("b", 10.0, 0.1, "V", shared="estimated once"))


def same(x, other):
    return (x - other).u == 0.0 and (x - other).value == 0.0


def result():
    x, y = leaf(3.0, 0.1), leaf(np.array([1.0, 2.0]), 0.2)
    return np.sum(y * x) / x + np.sin(x)


def test_copies_pickles_and_texts_are_the_same_value():
    x = result()
    assert same(x, copy.copy(x))
    assert same(x, copy.deepcopy(x))
    assert same(x, pickle.loads(pickle.dumps(x)))
    assert same(x, loads(dumps({"x": x}))["x"])
    q = UR.Quantity(x, "mV")
    assert standard_uncertainty(q - copy.deepcopy(q)).magnitude == 0.0
    assert standard_uncertainty(q - loads(dumps({"q": q}))["q"]).magnitude == 0.0


@pytest.mark.slow  # test_laws.py shows the same of random trees
def test_another_process_keeps_correlations_and_gives_the_same_value_back():
    x = leaf(3.0, 0.1, 5.0, name="x")
    y = array([1.0, 2.0], 0.2, "V", name="y")
    z = (y[::-1] * x).sum()
    script = """
import sys
from calibrator_uncertainty import loads, dumps, covariance, standard_uncertainty
back = loads(sys.stdin.read())
again = loads(dumps(back))
assert (back["x"] - again["x"]).u == 0.0
assert standard_uncertainty(back["z"] - again["z"]).magnitude == 0.0
rest = back["z"] - (back["y"][1] + back["y"][0]) * back["x"]
assert standard_uncertainty(rest).magnitude < 1e-15, rest
assert back["x"].dof == 5.0
back["new"] = back["z"] * 2
sys.stdout.write(dumps(back))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=dumps({"x": x, "y": y, "z": z}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    back = loads(done.stdout)
    assert same(back["x"], x)
    assert standard_uncertainty(back["z"] - z).magnitude == 0.0
    assert standard_uncertainty(back["new"] - 2 * z).magnitude == pytest.approx(0.0, abs=1e-15)


@pytest.mark.slow  # test_laws.py shows the same of random trees
def test_pickle_reaches_another_process():
    x = result()
    script = "import sys, pickle; sys.stdout.buffer.write(pickle.dumps(pickle.load(sys.stdin.buffer)))"
    done = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(x), capture_output=True, check=True
    )
    assert same(x, pickle.loads(done.stdout))


@pytest.mark.parametrize("text", ["", "{}", '{"format": 2}', '{"format":1,"errors":[{}],"values":{}}', "[1]"])
def test_text_that_holds_no_quantities_is_refused(text):
    with pytest.raises(FormatError):
        loads(text)


def test_plain_number_is_not_stored_as_uncertain():
    with pytest.raises(FormatError, match="x is not an uncertain quantity"):
        dumps({"x": 1.0})


@pytest.mark.parametrize(
    "drop",
    [
        float,
        int,
        complex,
        math.sin,
        np.asarray,
        np.floor,
        np.argsort,
        np.histogram,
        lambda x: np.array([x, x]),
        lambda x: np.sum(x, where=[True, False]),
        lambda x: np.add(x, 1.0, out=np.zeros(2)),
        lambda x: np.interp(5.0, [1.0, 2.0], x),
    ],
)
def test_what_would_drop_the_uncertainty_is_refused(drop):
    with pytest.raises(NotSupportedError):
        drop(leaf(np.array([1.0, 2.0]), 0.1))


@pytest.mark.parametrize(
    "arguments",
    [
        (1.0, -0.1),
        (math.nan, 0.1),
        (1.0, math.inf),
        (1.0, 0.1, 0.5),
        (np.ones(3), np.ones(2)),
        (np.ones(2), -1.0),
        ("a", 1.0),
    ],
)
def test_elementary_value_that_cannot_be_is_refused(arguments):
    with pytest.raises(InputError):
        leaf(*arguments)


def test_function_without_a_value_at_the_estimate_is_named():
    with pytest.raises(ModelError, match="log"):
        np.log(leaf(-1.0, 0.1))
    with pytest.raises(ModelError, match="derivative of sqrt"):
        _ = np.sqrt(leaf(0.0, 0.1)).u


def jacobian(function, x, y):
    """Numeric derivative of an array function, by steps that suit values near 1."""
    columns = []
    for place in range(x.size + y.size):
        step = np.zeros(x.size + y.size)
        step[place] = 1e-6
        dx, dy = step[: x.size].reshape(x.shape), step[x.size :].reshape(y.shape)
        columns.append(((function(x + dx, y + dy) - function(x - dx, y - dy)) / 2e-6).ravel())
    return np.array(columns).T


X = np.array([[1.0, 2.0, 0.5], [0.3, 1.5, 2.5]])
Y = np.array([1.2, 0.7, 1.9])
SQUARE = np.array([[4.0, 1.0, 0.5], [0.3, 5.0, 0.2], [0.1, 0.4, 3.0]])


@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x * y,
        lambda x, y: x[:, ::-1] / y + y[1],
        lambda x, y: x @ y,
        lambda x, y: y @ x.T,
        lambda x, y: x @ x.T,
        lambda x, y: np.sum(x, axis=0) * y,
        lambda x, y: np.sum(x * y, axis=1, keepdims=True) * x,
        lambda x, y: x.mean() * y + x.mean(axis=0),
        lambda x, y: np.average(x, axis=1, weights=np.array([1.0, 2.0, 3.0])),
        lambda x, y: np.concatenate([x.ravel(), y]) ** 2,
        lambda x, y: np.stack([y, x[0]]) * x,
        lambda x, y: np.vstack([x, y]),
        lambda x, y: x.reshape(3, 2).T * x,
        lambda x, y: np.where(np.array([True, False, True]), x, y),
        lambda x, y: np.maximum(x, y) + np.minimum(x, 1.1),
        lambda x, y: np.clip(x, 0.4, 1.9) * y,
        lambda x, y: np.sort(x, axis=1) * y,
        lambda x, y: np.max(x, axis=0) - np.min(x) * y,
        lambda x, y: np.cumsum(x * y, axis=1),
        lambda x, y: np.prod(x, axis=1) * np.prod(y),
        lambda x, y: np.diff(x, axis=1) * np.diff(y),
        lambda x, y: np.std(x, axis=1, ddof=1) + np.var(y),
        lambda x, y: getattr(np, "trapezoid", getattr(np, "trapz", None))(x, np.cumsum(y)),
        lambda x, y: np.interp(y, np.array([0.0, 1.0, 2.0]), x[0]),
        lambda x, y: np.interp(y[0], np.cumsum(x[0]), y),
        lambda x, y: np.linalg.solve(SQUARE * np.stack([y, y, y]), x[0]),
        lambda x, y: np.linalg.solve(np.stack([x[0], y, x[1]]) + SQUARE, x.T),
        lambda x, y: np.linalg.inv(SQUARE + np.stack([y, y, y])),
        lambda x, y: np.polyval(y, x),
        lambda x, y: np.hypot(x, y) + np.arctan2(y, x),
        lambda x, y: np.exp(-x) * np.log(y) + np.sqrt(x) * np.tanh(y) + x**y + 2.0**x + np.cbrt(y),
        lambda x, y: (
            np.sin(x) * np.cos(y) + np.tan(x / 4) + np.arcsin(x / 4) + np.arccos(y / 4) + np.arctan(x)
        ),
        lambda x, y: np.sinh(x) + np.cosh(y) + np.arcsinh(x) + np.arccosh(y + 1) + np.arctanh(x / 4),
        lambda x, y: (
            np.log10(x) + np.log2(y) + np.log1p(x) + np.expm1(y) + np.exp2(x) + np.square(y) + abs(-x)
        ),
        lambda x, y: np.reciprocal(x) + np.radians(y) + np.degrees(x) + np.positive(y) + np.negative(x),
        lambda x, y: np.repeat(y, 2) + np.tile(y, 2) + np.roll(np.repeat(y, 2), 1),
        lambda x, y: np.broadcast_to(y, (2, 3)) * np.flip(x) + np.expand_dims(y, 0),
    ],
)
def test_derivatives_of_array_functions_agree_with_differences(function):
    x, y = leaf(X, 0.01), leaf(Y, 0.02)
    got = function(x, y)
    slopes = jacobian(function, X, Y)
    expected = slopes @ np.diag([0.01] * 6 + [0.02] * 3) ** 2 @ slopes.T
    assert np.allclose(got.value, function(X, Y), rtol=1e-12)
    assert np.allclose(covariance(got, got), expected, rtol=1e-6, atol=1e-10)
    assert np.allclose(np.ravel(got.u), np.sqrt(np.diag(np.atleast_2d(expected))), rtol=1e-6, atol=1e-9)


class Dual:
    """Forward derivatives by two inputs: an oracle that shares nothing with the tape."""

    def __init__(self, value, slopes):
        self.value, self.slopes = value, slopes

    @staticmethod
    def lift(other):
        return other if isinstance(other, Dual) else Dual(other, np.zeros(2))

    def __add__(self, other):
        other = self.lift(other)
        return Dual(self.value + other.value, self.slopes + other.slopes)

    __radd__ = __add__

    def __rsub__(self, other):
        return self.lift(other) - self

    def __rtruediv__(self, other):
        return self.lift(other) / self

    def __sub__(self, other):
        other = self.lift(other)
        return Dual(self.value - other.value, self.slopes - other.slopes)

    def __mul__(self, other):
        other = self.lift(other)
        return Dual(self.value * other.value, self.slopes * other.value + self.value * other.slopes)

    __rmul__ = __mul__

    def __truediv__(self, other):
        other = self.lift(other)
        quotient = self.value / other.value
        return Dual(quotient, (self.slopes - quotient * other.slopes) / other.value)

    def sin(self):
        return Dual(math.sin(self.value), math.cos(self.value) * self.slopes)

    def exp(self):
        return Dual(math.exp(self.value), math.exp(self.value) * self.slopes)


def trees():
    start = st.sampled_from(["x", "y", 2.0, 0.5])

    def grow(children):
        return st.one_of(
            st.tuples(st.sampled_from("+-*/"), children, children),
            st.tuples(st.sampled_from(["sin", "exp"]), children),
        )

    return st.recursive(start, grow, max_leaves=12)


def run(tree, names):
    if not isinstance(tree, tuple):
        return names.get(tree, tree) if isinstance(tree, str) else tree
    parts = [run(branch, names) for branch in tree[1:]]
    if tree[0] in ("sin", "exp"):
        bounded = parts[0] * 0.1
        return getattr(np, tree[0])(bounded)
    if tree[0] == "/":
        return parts[0] / (parts[1] * parts[1] + 1.0)
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[tree[0]](parts[0], parts[1])


@settings(max_examples=150, deadline=None)
@given(trees(), st.floats(0.1, 2.0), st.floats(-2.0, -0.1))
def test_random_expressions_agree_with_forward_derivatives(tree, a, b):
    x, y = leaf(a, 0.3), leaf(b, 0.7)
    try:
        oracle = Dual.lift(
            run(tree, {"x": Dual(a, np.array([1.0, 0.0])), "y": Dual(b, np.array([0.0, 1.0]))})
        )
    except OverflowError:
        return
    got = run(tree, {"x": x, "y": y})
    if not isinstance(got, UncertainArray):
        return
    assert got.value == pytest.approx(oracle.value, rel=1e-12)
    expected = math.hypot(0.3 * oracle.slopes[0], 0.7 * oracle.slopes[1])
    # cancellation inside a slope is not the tape's: the scale is that of its largest term
    assert got.u == pytest.approx(expected, rel=1e-12, abs=1e-13 * (1.0 + abs(oracle.value)))
    assert (got - got).u == 0.0


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=6), st.randoms())
def test_order_of_a_sum_does_not_matter(numbers, random):
    parts = [leaf(x, abs(x) / 10 + 0.1) for x in numbers]
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert sum(parts).u == pytest.approx(sum(shuffled).u, rel=1e-12)


def test_u_at_each_step_of_a_long_sum_is_right_and_reading_changes_nothing():
    read, unread = leaf(0.0, 0.0), leaf(0.0, 0.0)
    parts = [leaf(1.0, 0.1) for _ in range(300)]
    for number, part in enumerate(parts, start=1):
        read = read + part
        unread = unread + part
        assert read.u == pytest.approx(0.1 * math.sqrt(number), rel=1e-12)
    assert (read - unread).u == pytest.approx(0.0, abs=1e-15)
    assert (read * parts[5]).u == pytest.approx((unread * parts[5]).u, rel=1e-12)


def test_points_that_share_a_gain_keep_their_covariance_without_a_matrix():
    gain = leaf(1.0, 1e-5)
    offsets = leaf(np.zeros(4), 1e-6)
    points = gain * np.array([1.0, 2.0, 3.0, 4.0]) + offsets
    expected = np.outer([1, 2, 3, 4], [1, 2, 3, 4]) * 1e-10 + np.eye(4) * 1e-12
    assert np.allclose(covariance(points, points), expected, rtol=1e-12)


def test_comparison_and_truth_are_those_of_estimates():
    x = leaf(np.array([1.0, 3.0]), 0.1)
    assert (x > 2.0).tolist() == [False, True]
    assert bool(leaf(1.0, 0.1) == 1.0)
    assert [one.value for one in x] == [1.0, 3.0]
    assert len(x) == 2
    with pytest.raises(TypeError):
        len(leaf(1.0, 0.1))


def test_mean_of_readings_has_the_dof_of_all():
    readings = leaf(np.array([1.0, 2.0, 3.0]), 0.1, 4.0)
    assert readings.mean().dof == pytest.approx(12.0)
    assert readings.dof.tolist() == [4.0, 4.0, 4.0]
    assert leaf(1.0, 0.1).dof == math.inf
