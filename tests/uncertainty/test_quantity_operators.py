"""Operators, comparisons, indexing and methods of uncertain quantities, as a user writes them."""

from __future__ import annotations

import copy
import math
import operator
import pickle

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    NotSupportedError,
    UnitsError,
    array,
    complex_array,
    covariance,
    normal,
    standard_uncertainty,
    uncertain,
    uncertain_complex,
)

V = array([1.0, 2.0, 3.0], 0.1, "V")
C = complex_array("C", [1.0 + 2.0j, 3.0j, 1.0], 0.1, "V")
v = uncertain(normal("v", 2.0, 0.1, "V"))
w = uncertain(normal("w", 2000.0, 0.1, "mV"))
c = uncertain_complex("c", 1.0 + 2.0j, 0.1, "V")
d = uncertain(normal("d", 0.5, 0.1, ""))
volt = v.units


@pytest.mark.parametrize(
    "call",
    [
        lambda: v // w,
        lambda: v % w,
        lambda: divmod(v, w),
        lambda: 2 // d,
        lambda: d % 2,
        lambda: operator.setitem(V, 0, 1),
        lambda: operator.setitem(V, 0, v),
        lambda: operator.setitem(V, 0, 1 * volt),
        lambda: operator.setitem(C, 0, 1 * volt),
        lambda: round(v),
        lambda: math.trunc(v),
        V.tolist,
        v.item,
        V.argmax,
        V.all,
        C.argsort,
        lambda: V.round(2),
        lambda: np.sum([v, w]),
        lambda: np.frompyfunc(lambda t: 2 * t, 1, 1)(V),
        lambda: np.vectorize(lambda t: 2 * t)(V),
    ],
)
def test_what_cannot_be_says_what_to_write(call):
    with pytest.raises(NotSupportedError) as caught:
        call()
    assert caught.value.way_out


@pytest.mark.parametrize("call", [lambda: v // 2, lambda: v % 2, lambda: v + 1, lambda: 2**v, lambda: v + d])
def test_a_wrong_dimension_is_an_error_at_its_line(call):
    with pytest.raises(pint.errors.DimensionalityError):
        call()


AMPERE = pint.get_application_registry().Quantity(1.0, "A")


@pytest.mark.parametrize(
    ("call", "doing"),
    [
        (lambda: v + AMPERE, "a sum: volt and ampere have"),
        (lambda: AMPERE - v, "a difference: ampere and volt have"),
        (lambda: 1 - v, "a difference: volt meets a plain number"),
        (lambda: c + 1, "a sum: volt meets a plain number"),
        (lambda: v > AMPERE, "a comparison: volt and ampere have"),
        (lambda: np.add(V, AMPERE), "numpy.add: "),
        (lambda: v < 1, "a comparison: volt meets a plain number"),
        (lambda: np.exp(v), "numpy.exp: volt meets a plain number"),
        (lambda: np.greater(V, AMPERE), "numpy.greater: "),
    ],
)
def test_units_that_do_not_fit_are_told_with_what_was_done(call, doing):
    with pytest.raises(UnitsError, match=doing) as caught:
        call()
    assert caught.value.code == "dimension"
    assert caught.value.way_out
    assert isinstance(caught.value, pint.errors.DimensionalityError)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_an_uncertain_exponent_needs_a_plain_number_below_it():
    with pytest.raises(UnitsError, match="exponent"):
        v**d
    with pytest.raises(UnitsError, match="exponent"):
        v**d.magnitude
    assert (d**d).magnitude.u == pytest.approx(0.5**0.5 * abs(math.log(0.5) + 1.0) * 0.1)
    assert standard_uncertainty(v**2).magnitude == pytest.approx(0.4)


def test_real_and_complex_mix_in_every_order():
    for made in (1j * v, v * 1j, np.array(1j) * v):
        assert made.magnitude.value == 2j
        assert (made.imag - v).magnitude.u == 0.0
    for made in (c * V, V * c):
        assert made.magnitude.value.tolist() == [1 + 2j, 2 + 4j, 3 + 6j]
        assert str(made.units) == "volt ** 2"
    assert (C + V).magnitude.value.tolist() == [2 + 2j, 2 + 3j, 4 + 0j]
    assert (np.array([1j, 2.0, 3.0]) * V).magnitude.value.tolist() == [1j, 4.0, 9.0]
    assert (V.magnitude - 1j).value.tolist() == [1 - 1j, 2 - 1j, 3 - 1j]
    assert (C @ V).magnitude.value == 4 + 8j
    squared = (1j * v) * (1j * v)
    assert (squared.real + v * v).magnitude.u == 0.0


def test_comparisons_are_of_estimates_in_any_unit():
    assert v == w
    assert v <= w
    assert not v < w
    assert v != 2.5 * volt
    assert (2.0 * volt == V).tolist() == [False, True, False]
    assert (v < V).tolist() == [False, False, True]
    assert v != "a"
    assert v is not None
    assert v != None  # noqa: E711
    assert c == (1 + 2j) * volt
    assert c != (1 + 3j) * volt
    assert v != uncertain(normal("i", 1.0, 0.1, "A"))
    assert max(v, 3 * w).magnitude.value == 6000.0
    assert [one.magnitude.value for one in sorted([2 * v, v])] == [2.0, 4.0]
    with pytest.raises(UnitsError, match="a comparison: volt meets"):
        v < 1  # noqa: B015


@pytest.mark.parametrize(
    ("key", "places"),
    [
        (-1, 2),
        (slice(None, None, 2), [0, 2]),
        ([2, 0], [2, 0]),
        (np.array([True, False, True]), [0, 2]),
        (None, [[0, 1, 2]]),
        ((..., 0), 0),
        (1.5 * volt < V, [1, 2]),
    ],
)
def test_indexing_keeps_what_each_element_is(key, places):
    found = V[key]
    assert np.asarray(found.magnitude.value).tolist() == np.array([1.0, 2.0, 3.0])[places].tolist()
    assert np.all((found - np.take(V, places)).magnitude.u == 0.0)
    assert str(found.units) == "volt"


def test_iteration_unpacking_and_sums():
    first, second, third = V
    assert covariance(sum(V), second).magnitude == pytest.approx(0.01)
    assert (first + second + third - np.sum(V)).magnitude.u == 0.0
    assert [one.magnitude.value for one in C] == [1 + 2j, 3j, 1 + 0j]
    for key, error in ((5, IndexError), ("a", IndexError)):
        with pytest.raises(error):
            V[key]
    with pytest.raises(TypeError, match="no length"):
        list(v)


def test_operators_in_place_leave_the_others_as_they_were():
    for change, other, expected in (
        (operator.iadd, V, 2.0),
        (operator.isub, 0.5 * V, 0.5),
        (operator.imul, 3, 3.0),
        (operator.itruediv, 2, 0.5),
    ):
        made = change(copy.copy(V), other)
        assert (made - expected * V).magnitude.u.max() <= 1e-16
        assert V.magnitude.value.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("name", ["trace", "diagonal", "T", "squeeze", "conj", "flat", "real"])
def test_further_methods_have_units(name):
    matrix = array(np.arange(1.0, 5.0).reshape(2, 2), 0.1, "V")
    plain = np.arange(1.0, 5.0).reshape(2, 2)
    found, expected = getattr(matrix, name), getattr(plain, name)
    found, expected = (
        (found() if callable(found) else found),
        (expected() if callable(expected) else expected),
    )
    if name == "flat":
        found, expected = np.stack(list(found)), list(expected)
    assert str(found.units) == "volt"
    assert np.asarray(found.magnitude.value) == pytest.approx(np.asarray(expected))


def test_a_complex_quantity_shows_both_parts():
    assert f"{c:~P}" == "(1.00 ± 0.10) + (2.00 ± 0.10)j V"
    assert "± [0.1 0.1 0.1]" in str(C)
