"""Complex uncertain numbers (Willink & Hall, Metrologia 39 (2002) 361; JCGM 100:2008, H.2)."""

import cmath
import copy
import math
import pickle
import subprocess
import sys

import numpy as np
import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator_uncertainty import (
    InputError,
    NotSupportedError,
    UncertainArray,
    UncertainComplex,
    complex_uncertainty,
    dumps,
    loads,
    simultaneous,
    uncertain_complex,
)

UR = pint.get_application_registry()
H2 = [
    [5.007, 19.663e-3, 1.0456],
    [4.994, 19.639e-3, 1.0438],
    [5.005, 19.640e-3, 1.0468],
    [4.990, 19.685e-3, 1.0428],
    [4.999, 19.678e-3, 1.0433],
]


def test_impedance_as_a_complex_number():  # JCGM 100, H.2, tables H.3, H.4; one ensemble of five: nu = 4
    v, i, phi = (q.magnitude for q in simultaneous(["V", "I", "phi"], H2, ["", "", ""]))
    z = (v / i) * np.exp(UncertainComplex(0.0, phi))
    assert z.value == pytest.approx(complex(127.732, 219.847), abs=6e-4)
    found = complex_uncertainty(z)
    u_r, u_x = np.sqrt(np.diag(found.matrix))
    assert (u_r, u_x) == (pytest.approx(0.071, abs=6e-4), pytest.approx(0.295, abs=6e-4))
    assert found.matrix[0, 1] / u_r / u_x == pytest.approx(-0.588, abs=6e-4)
    assert found.dof == pytest.approx(4.0, rel=1e-9)
    assert found.k == pytest.approx(math.sqrt(8 / 3 * 9.552), abs=1e-3)  # F(2, 3) at 95 % is 9.552
    assert abs(z).value == pytest.approx(254.260, abs=6e-4)
    assert abs(z).u == pytest.approx(0.236, abs=6e-4)


def test_bivariate_factor_with_infinite_dof():  # JCGM 102, table 1: k_p = 2.45 for m = 2 at 95 %
    found = complex_uncertainty(uncertain_complex("z", 1 + 2j, 0.1, "ohm"))
    assert found.k == pytest.approx(2.45, abs=0.005)
    assert np.allclose(found.matrix, np.eye(2) * 0.01)


def test_one_part_alone_is_welch_satterthwaite():
    one = UncertainArray.leaf(1.0, 3.0, 5.0)
    other = UncertainArray.leaf(1.0, 4.0, 8.0)
    z = UncertainComplex(one + other, 2.0)
    assert complex_uncertainty(z).dof == pytest.approx((9 + 16) ** 2 / (81 / 5 + 256 / 8))


def test_two_independent_complex_terms_follow_willink_and_hall():
    a = uncertain_complex("a", 1 + 1j, [[4.0, 1.0], [1.0, 2.0]], "", dof=6)
    b = uncertain_complex("b", 2 - 1j, [[1.0, -0.5], [-0.5, 3.0]], "", dof=9)
    found = complex_uncertainty(a + b)

    def spread(m):
        return 2 * m[0, 0] ** 2 + m[0, 0] * m[1, 1] + m[0, 1] ** 2 + 2 * m[1, 1] ** 2

    va, vb = np.array([[4.0, 1.0], [1.0, 2.0]]), np.array([[1.0, -0.5], [-0.5, 3.0]])
    assert found.dof == pytest.approx(spread(va + vb) / (spread(va) / 6 + spread(vb) / 9))


def test_few_degrees_of_freedom_leave_no_finite_region():
    assert complex_uncertainty(uncertain_complex("z", 1j, 0.1, "", dof=1)).k == math.inf


@settings(max_examples=60, deadline=None)
@given(
    st.complex_numbers(min_magnitude=0.2, max_magnitude=2),
    st.complex_numbers(min_magnitude=0.2, max_magnitude=2),
)
def test_functions_agree_with_cmath_and_their_derivatives(a, b):
    z, w = uncertain_complex("z", a, 0.01, "").magnitude, uncertain_complex("w", b, 0.0, "").magnitude
    for ours, theirs in [
        (np.exp, cmath.exp),
        (np.log, cmath.log),
        (np.sqrt, cmath.sqrt),
        (np.sin, cmath.sin),
        (np.cos, cmath.cos),
        (np.tan, cmath.tan),
        (np.sinh, cmath.sinh),
        (np.cosh, cmath.cosh),
        (np.tanh, cmath.tanh),
        (np.square, lambda x: x * x),
        (np.reciprocal, lambda x: 1 / x),
        (lambda x: x + w, lambda x: x + b),
        (lambda x: 2j - x, lambda x: 2j - x),
        (lambda x: x * w - 3.0, lambda x: x * b - 3.0),
        (lambda x: w / x, lambda x: b / x),
        (lambda x: (1 + 2j) / x, lambda x: (1 + 2j) / x),
        (lambda x: x**3, lambda x: x**3),
        (lambda x: x**-2, lambda x: x**-2),
        (lambda x: -x, lambda x: -x),
    ]:
        result = ours(z)
        assert result.value == pytest.approx(theirs(a), rel=1e-9, abs=1e-9)
        if abs(a.imag) < 1e-3 and a.real < 0:
            continue  # a step across the cut of log and sqrt is no derivative
        slope = (theirs(a + 1e-6) - theirs(a - 1e-6)) / 2e-6  # analytic: the same in every direction
        expected = np.eye(2) * (0.01 * abs(slope)) ** 2
        assert np.allclose(
            complex_uncertainty(result).matrix, expected, rtol=1e-4, atol=1e-9 * abs(slope) ** 2
        )


def test_power_of_two_complex_numbers():
    z, w = (
        uncertain_complex("z", 1 + 1j, 0.01, "").magnitude,
        uncertain_complex("w", 0.5 + 0.2j, 0.01, "").magnitude,
    )
    assert (z**w).value == pytest.approx((1 + 1j) ** (0.5 + 0.2j))
    assert complex_uncertainty(z**w).matrix[0, 0] > complex_uncertainty(z**0.5).matrix[0, 0]


def test_parts_and_units_go_along():
    z = uncertain_complex("z", 3 + 4j, 0.1, "ohm")
    i = UR.Quantity(2.0, "A")
    assert (z * i).units == UR.Unit("ohm*A")
    assert (i * z).to("V").magnitude.value == 6 + 8j
    assert z.real.magnitude.value == 3.0
    assert z.magnitude.angle.value == pytest.approx(math.atan2(4, 3))
    assert np.conjugate(z.magnitude).value == 3 - 4j
    assert np.angle(z.magnitude).value == pytest.approx(math.atan2(4, 3))
    assert (np.real(z.magnitude).value, np.imag(z.magnitude).value) == (3.0, 4.0)


def test_copies_and_pickles_are_the_same_number():
    z = np.exp(uncertain_complex("z", 0.3 + 0.4j, 0.1, "").magnitude)
    for other in (copy.copy(z), copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        assert np.all(complex_uncertainty(z - other).matrix == 0.0)
        assert (z - other).value == 0.0
    assert z == z  # noqa: PLR0124 - equality of values
    assert z != 3.0


def test_what_would_drop_the_uncertainty_is_refused():
    z = uncertain_complex("z", 3 + 4j, 0.1, "").magnitude
    for drop in (complex, np.floor, np.median, lambda x: np.add(x, 1.0, where=[True])):
        with pytest.raises(NotSupportedError):
            drop(z)
    with pytest.raises(NotSupportedError):
        complex_uncertainty(3 + 4j)
    with pytest.raises(AttributeError):
        z.real = 1.0
    with pytest.raises(InputError):
        uncertain_complex("z", complex("nan"), 0.1, "")
    with pytest.raises(InputError):
        complex_uncertainty(z, probability=1.5)


def test_arrays_of_complex_numbers_are_elementwise():
    gain = uncertain_complex("gain", 2 + 1j, 0.01, "").magnitude
    noise = UncertainArray.leaf(np.zeros(3), 0.1)
    signal = np.array([1.0, 1j, -2.0])
    points = gain * signal + UncertainComplex(noise, 0.0)
    assert points.shape == (3,)
    assert points.value.tolist() == ((2 + 1j) * signal).tolist()
    assert [one.value for one in points] == ((2 + 1j) * signal).tolist()
    assert len(points) == points.size == 3
    assert np.allclose(complex_uncertainty(points[1]).matrix, [[0.01 + 1e-4, 0.0], [0.0, 1e-4]])
    total = np.sum(points)
    assert total.value == pytest.approx((2 + 1j) * (-1 + 1j))
    assert np.allclose(complex_uncertainty(total).matrix, [[0.03 + 2e-4, 0.0], [0.0, 2e-4]])
    assert points.mean().value == pytest.approx((2 + 1j) * (-1 + 1j) / 3)
    assert abs(points).value.tolist() == pytest.approx(abs((2 + 1j) * signal).tolist())
    assert (points == points.value).tolist() == [True, True, True]
    with pytest.raises(NotSupportedError, match="one number"):
        complex_uncertainty(points)
    with pytest.raises(TypeError):
        len(gain)


@pytest.mark.slow  # test_laws.py shows the same of random trees
def test_stored_complex_numbers_stay_correlated():
    z = uncertain_complex("z", 3 + 4j, 0.1, "ohm")
    power = z * z
    script = """
import sys
from calibrator_uncertainty import loads, complex_uncertainty
back = loads(sys.stdin.read())
rest = back["p"] - back["z"] * back["z"]
print(back["p"].units, abs(complex_uncertainty(rest).matrix).max() < 1e-25, back["re"].value)
"""
    text = dumps({"z": z, "p": power, "re": UncertainComplex(z.real.magnitude, 0.0)})
    done = subprocess.run(
        [sys.executable, "-c", script], input=text, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["ohm", "**", "2", "True", "(3+0j)"]
    again = loads(text)["p"]
    assert np.all(complex_uncertainty(again - power).matrix == 0.0)


@pytest.mark.parametrize("drop", [np.asarray, float, complex, lambda z: np.array([z, z])])
def test_complex_numbers_are_not_turned_into_bare_ones(drop):
    z = uncertain_complex("z", 1 + 2j, 0.1, "")
    for one in (z, z.magnitude):
        with pytest.raises(NotSupportedError, match="drop"):
            drop(one)


def test_parts_estimated_independently_have_dof_of_their_own():  # as GTC's ucomplex(z, u, df)
    z = uncertain_complex("z", 1 + 2j, (0.1, 0.2), "", dof=5, together=False)
    w = uncertain_complex("w", 2 - 1j, (0.2, 0.1), "", dof=7, together=False)
    alone = complex_uncertainty(z)
    # R. Willink, B. D. Hall: 2 v11² + v11 v22 + 2 v22² over (2 v11² + 2 v22²)/5
    assert alone.dof == pytest.approx(5 * (2e-4 + 4e-4 + 32e-4) / (2e-4 + 32e-4))
    assert complex_uncertainty(uncertain_complex("z", 1 + 2j, (0.1, 0.2), "", dof=5)).dof == pytest.approx(
        5.0
    )
    assert z.magnitude.real.dof == 5.0
    gtc = pytest.importorskip("GTC")
    theirs = gtc.ucomplex(1 + 2j, (0.1, 0.2), 5) * gtc.ucomplex(2 - 1j, (0.2, 0.1), 7)
    assert complex_uncertainty(z * w).dof == pytest.approx(theirs.df, rel=1e-9)
    with pytest.raises(InputError, match="not independent"):
        uncertain_complex("z", 1 + 2j, [[1.0, 0.5], [0.5, 1.0]], "", together=False)
