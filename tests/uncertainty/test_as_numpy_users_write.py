"""Methods of arrays, and refusals that say what to write instead."""

from fractions import Fraction

import numpy as np
import pytest

from calibrator_uncertainty import NotSupportedError, UncertainArray, UnitsError, array, normal, uncertain

leaf = UncertainArray.leaf
VALUES = np.array([1.0, 4.0, 2.0])


@pytest.mark.parametrize("name", ["max", "min", "std", "var", "prod", "cumsum", "sum", "mean"])
def test_methods_are_the_functions(name):
    x = leaf(VALUES, 0.1)
    found, expected = getattr(x, name)(), getattr(np, name)(x)
    assert np.asarray(found.value) == pytest.approx(getattr(VALUES, name)())
    assert np.asarray((found - expected).u) == pytest.approx(0.0, abs=1e-15)


def test_methods_with_arguments():
    x = leaf(VALUES, 0.1)
    assert x.clip(1.5, 3.0).u.tolist() == [0.0, 0.0, 0.1]
    assert x.take([2, 0]).value.tolist() == [2.0, 1.0]
    assert x.repeat(2).value.tolist() == [1.0, 1.0, 4.0, 4.0, 2.0, 2.0]


@pytest.mark.parametrize("name", ["max", "min", "std", "cumsum"])
def test_methods_of_quantities_have_units(name):
    found = getattr(array(VALUES, 0.1, "V"), name)()
    assert str(found.units) == "volt"
    assert np.asarray(found.magnitude.value) == pytest.approx(getattr(VALUES, name)())


def test_a_fraction_is_a_number():
    assert (leaf(1.0, 0.1) * Fraction(1, 4)).u == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("call", "instead"),
    [
        (lambda x: x // 2, "Use /"),
        (lambda x: 2 % x, "Use /"),
        (lambda x: round(x[0]), "round_result"),
        (np.floor, "jumps"),
        (np.nansum, "numpy.sum"),
        (np.hypot.reduce, "numpy.sum"),
        (lambda x: x.__setitem__(0, 1.0), "numpy.where"),
    ],
)
def test_refusals_say_what_to_write(call, instead):
    with pytest.raises(NotSupportedError) as caught:
        call(leaf(VALUES, 0.1))
    assert instead in caught.value.way_out


def test_parts_per_billion_million_and_hundred_are_plain_ratios():
    p = uncertain(normal("p", 1.0, 0.1, "ppb"))
    assert p.to("ppm").magnitude.value == pytest.approx(1e-3)
    assert (1 + p).to("").magnitude.u == pytest.approx(1e-10)
    assert (p + uncertain(normal("q", 2.0, 0.1, "percent"))).to("").magnitude.value == pytest.approx(
        0.020000001
    )
    assert uncertain(normal("r", 1.0, 0.1, "uV/V")).to("ppm").magnitude.value == pytest.approx(1.0)
    with pytest.raises(UnitsError, match="unknown"):
        uncertain(normal("p", 1.0, 0.1, "ppq"))
