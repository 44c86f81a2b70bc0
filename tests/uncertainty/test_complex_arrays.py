"""Arrays of complex uncertain numbers: as numpy's values, with variances of finite differences."""

import numpy as np
import pytest

from calibrator_uncertainty import (
    InputError,
    NotSupportedError,
    UncertainComplex,
    complex_array,
    complex_uncertainty,
    uncertain_complex,
)

Z = np.array([[1.0 + 2.0j, -0.5 + 0.3j], [0.7 - 1.1j, 2.0 + 0.4j]])
W = np.array([1.5 - 0.5j, 0.2 + 2.0j])

CASES = {
    "reshape": lambda z: np.reshape(z, (4,)),
    "transpose": np.transpose,
    "cumsum": lambda z: np.cumsum(z, axis=1),
    "diff": lambda z: np.diff(z, axis=0),
    "trace": np.trace,
    "mean": lambda z: np.mean(z, axis=0),
    "stack": lambda z: np.stack([z, z * z]),
    "concatenate with bare": lambda z: np.concatenate([z, Z * 2], axis=1),
    "dot": lambda z: np.dot(z, W),
    "outer": lambda z: np.outer(z[0], z[1]),
    "tensordot": lambda z: np.tensordot(z, z, axes=1),
    "convolve": lambda z: np.convolve(z[0], W),
    "solve": lambda z: np.linalg.solve(z, W),
    "inv": np.linalg.inv,
}


@pytest.mark.parametrize("name", CASES)
def test_value_and_variance(name):
    function = CASES[name]
    found = function(complex_array("z", Z, 0.01, "")._magnitude)
    expected = np.asarray(function(Z))
    assert isinstance(found, UncertainComplex)
    assert np.asarray(found.value) == pytest.approx(expected, rel=1e-12)
    variance = np.zeros(expected.shape, complex)
    for place in np.ndindex(Z.shape):
        for step in (1e-6, 1e-6j):
            up, down = Z.copy(), Z.copy()
            up[place] += step
            down[place] -= step
            slope = (np.asarray(function(up)) - np.asarray(function(down))) / 2e-6
            variance = variance + (slope.real**2 + 1j * slope.imag**2) * 1e-4
    for part, square in ((found.real, variance.real), (found.imag, variance.imag)):
        assert np.broadcast_to(part.u, expected.shape) ** 2 == pytest.approx(square, rel=1e-6, abs=1e-15)


def test_matrices_and_dof_of_each_element():
    matrix = np.array([[0.04, 0.01], [0.01, 0.09]])
    array = complex_array("s", W, np.stack([matrix, 2 * matrix]), "V", dof=7.0)
    for place, factor in enumerate((1.0, 2.0)):
        one = complex_uncertainty(array[place])
        alone = complex_uncertainty(uncertain_complex("s", W[place], factor * matrix, "V", dof=7.0))
        assert one.matrix == pytest.approx(alone.matrix, rel=1e-12)
        assert one.dof == pytest.approx(alone.dof)
    assert f"{array.units}" == "volt"


def test_each_element_has_its_own_u():
    array = complex_array("s", W, [0.1, 0.2], "V")._magnitude
    assert np.asarray(array.real.u) == pytest.approx([0.1, 0.2])
    assert float((array[0] - array[0]).real.u) == 0.0
    assert float((array[0] - array[1]).imag.u) == pytest.approx(np.hypot(0.1, 0.2))


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError):
        complex_array("s", W, [0.1, 0.2, 0.3], "V")
    with pytest.raises(InputError):
        complex_array("s", W, -0.1, "V")
    with pytest.raises(NotSupportedError):
        np.sort(complex_array("s", W, 0.1, "V")._magnitude)
