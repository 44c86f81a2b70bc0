"""Straight lines whose x and y of a point share an error: ISO/TS 28037:2010, clause 8; York's correlations.

The data of clause 8 were seen in the example that NPL's software to ISO/TS 28037 runs (data of 7.4 with
covariances of 0.036); the document prints no result for them, so two other ways give it here.
"""

import numpy as np
import pytest
from scipy.optimize import least_squares

from calibrator_uncertainty import array, degrees_of_freedom, normal, uncertain
from calibrator_uncertainty.regression import correlated_array, fit_line

X = np.array([1.2, 1.9, 2.9, 4.0, 4.7, 5.9])
Y = np.array([3.4, 4.4, 7.2, 8.5, 10.8, 13.5])
U_X = np.full(6, 0.2)
U_Y = np.array([0.2, 0.2, 0.2, 0.4, 0.4, 0.4])
COVARIANCE = np.full(6, 0.036)


def clause_8(x, y, u_x, u_y, u_xy):
    """Minimise Σ (y - a - b·x)²/(u_y² - 2·b·u_xy + b²·u_x²) and take u from York's equations.

    D. York et al., Am. J. Phys. 72 (2004) 367, equations 13; the problem is that of ISO/TS 28037, 8.2.
    """

    def misfit(p):
        return (y - p[0] - p[1] * x) / np.sqrt(u_y**2 - 2 * p[1] * u_xy + p[1] ** 2 * u_x**2)

    found = least_squares(misfit, np.polyfit(x, y, 1)[::-1], xtol=1e-15, ftol=1e-15, gtol=1e-15)
    a, b = found.x
    weights = 1.0 / (u_y**2 - 2 * b * u_xy + b**2 * u_x**2)
    # the adjusted x: where the point would lie on the line
    adjusted = x + (y - a - b * x) * weights * (b * u_x**2 - u_xy)
    mean = np.sum(weights * adjusted) / weights.sum()
    u_b = np.sum(weights * (adjusted - mean) ** 2) ** -0.5
    return [a, b, np.hypot(weights.sum() ** -0.5, mean * u_b), u_b, -mean * u_b**2], 2.0 * found.cost


def joint(u_x, u_y, u_xy):
    return np.block([[np.diag(u_x**2), np.diag(u_xy)], [np.diag(u_xy), np.diag(u_y**2)]])


def points(covariance):
    both = correlated_array(np.concatenate((X, Y)), covariance, "")
    return both[: X.size], both[X.size :]


def figures(line):
    spread = line.covariance
    return [*line.fit.vector.value, *np.sqrt(np.diag(spread)), spread[0, 1]]


def test_clause_8_of_28037():
    line = fit_line(*points(joint(U_X, U_Y, COVARIANCE)))
    expected, chi_square = clause_8(X, Y, U_X, U_Y, COVARIANCE)
    assert figures(line) == pytest.approx(expected, rel=1e-7)
    assert line.goodness.chi_square == pytest.approx(chi_square, rel=1e-9)
    assert line.goodness.dof == 4
    # as they came out, which ties both ways to figures
    assert figures(line)[:4] == pytest.approx([0.5816, 2.1700, 0.2856, 0.0902], abs=5e-5)


def test_clause_8_as_the_full_problem_in_2n_equations():
    covariance = joint(U_X, U_Y, COVARIANCE)
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    data = np.concatenate((X, Y))

    def misfit(p):
        return root @ (np.concatenate((p[2:], p[0] + p[1] * p[2:])) - data)

    start = np.concatenate((np.polyfit(X, Y, 1)[::-1], X))
    found = least_squares(misfit, start, x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15)
    spread = np.linalg.inv(found.jac.T @ found.jac)[:2, :2]
    line = fit_line(*points(covariance))
    assert line.fit.vector.value == pytest.approx(found.x[:2], rel=1e-7)
    assert np.sqrt(np.diag(line.covariance)) == pytest.approx(np.sqrt(np.diag(spread)), rel=1e-5)


def test_covariances_of_zero_are_clause_7():
    plain = fit_line(X, Y, u_x=U_X, u_y=U_Y)
    assert figures(fit_line(*points(joint(U_X, U_Y, 0 * X)))) == pytest.approx(figures(plain), rel=1e-9)


def test_pair_that_shares_a_cause_needs_no_matrix():
    """A covariance of 0.036 comes of an error that both share; written as such it is the same fit."""
    shared = array(np.zeros(6), 0.18, "").magnitude
    rest_x = array(X, np.sqrt(U_X**2 - 0.18**2), "").magnitude
    rest_y = array(Y, np.sqrt(U_Y**2 - 0.2**2), "").magnitude
    line = fit_line(rest_x + shared, rest_y + shared * (0.036 / 0.18**2))
    assert figures(line) == pytest.approx(figures(fit_line(*points(joint(U_X, U_Y, COVARIANCE)))), rel=1e-7)


def test_shared_gain_in_x_and_y_goes_with_the_points():
    """One error in all x and y (a bridge's ratio) widens the intercept and leaves the slope alone."""
    gain = uncertain(normal("gain", 1.0, 1e-3, "")).magnitude
    alone = fit_line(array(X, 0.05, "").magnitude, array(Y, 0.05, "").magnitude)
    line = fit_line(array(X, 0.05, "").magnitude * gain, array(Y, 0.05, "").magnitude * gain)
    assert line["slope"].magnitude.u == pytest.approx(alone["slope"].magnitude.u, rel=1e-3)
    assert np.isinf(degrees_of_freedom(line["slope"]))
