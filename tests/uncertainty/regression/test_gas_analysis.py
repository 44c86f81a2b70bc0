"""ISO 6143:2001, B.2.1, example 1: content of a gas over the response of the analyser, with errors in both.

Status: data and results seen in METAS' examples and tests of B_LEAST, which quote the standard, page 23.
The standard's own u came of another program; METAS allows it the last digit or two, and so does this.
"""

import numpy as np
import pytest

from calibrator_uncertainty import array, covariance
from calibrator_uncertainty.regression import fit_curve, fit_line

CONTENT, U_CONTENT = np.array([4.5, 18.75, 50.0]), np.array([0.045, 0.1875, 0.5])
RESPONSE, U_RESPONSE = np.array([0.1969, 0.7874, 2.0228]), np.array([0.003938, 0.015748, 0.040456])
READ, U_READ = np.array([0.258, 0.6, 1.8]), np.array([5.16e-3, 1.2e-2, 3.6e-2])


def lines():
    line = fit_line(array(RESPONSE, U_RESPONSE, ""), array(CONTENT, U_CONTENT, ""))
    curve = fit_curve(
        lambda y, b0, b1: b0 + b1 * y,
        array(RESPONSE, U_RESPONSE, ""),
        array(CONTENT, U_CONTENT, ""),
        {"b0": 0.0, "b1": 20.0},
    )
    return [line, curve]


@pytest.mark.parametrize("line", lines(), ids=["line", "curve"])
def test_analysis_function(line):
    assert line.fit.vector.value == pytest.approx([-3.5747e-1, 2.4612e1], rel=1e-4)
    spread = line.covariance
    assert np.sqrt(np.diag(spread)) == pytest.approx([1.5716e-1, 4.8048e-1], rel=5e-4)
    assert spread[0, 1] == pytest.approx(-5.6921e-2, rel=1e-3)
    assert line.goodness.chi_square == pytest.approx(0.6743, abs=1e-4)
    assert line.goodness.dof == 1


@pytest.mark.parametrize("line", lines(), ids=["line", "curve"])
def test_three_mixtures_with_their_covariances(line):
    found = line(array(READ, U_READ, ""))
    assert found.magnitude.value == pytest.approx([5.9923, 14.409, 43.943], rel=1e-4)
    assert found.magnitude.u == pytest.approx([1.6377e-1, 3.5599e-1, 1.1631], rel=2e-4)
    spread = np.asarray(covariance(found.magnitude, found.magnitude))
    assert (spread[0, 1], spread[0, 2], spread[1, 2]) == pytest.approx((1.16e-2, 1.48e-2, 1.37e-1), rel=6e-3)


def test_largest_weighted_residual():  # the standard's measure of fit: 0.568
    line = lines()[0]
    slope = line["slope"].magnitude.value
    miss = CONTENT - line(RESPONSE).magnitude.value
    spread = U_CONTENT**2 + slope**2 * U_RESPONSE**2
    # by how much each content and each response was moved onto the line, over its u
    moved = np.concatenate((miss * U_CONTENT / spread, miss * slope * U_RESPONSE / spread))
    assert np.max(np.abs(moved)) == pytest.approx(0.568, abs=1e-3)
