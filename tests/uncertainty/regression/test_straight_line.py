"""Straight lines: ISO/TS 28037:2010, York's line, GUM H.3.

Figures of ISO/TS 28037, clauses 6, 7, annex E, were seen in GTC's documentation and QWTB's tests, the data of
clauses 9 and 10 in examples of NPL's software; the results of the latter and York's were recalled. All are
recomputed here independently: from normal equations written out, or from the full problem in 2n equations.
"""

import numpy as np
import pytest

from calibrator_uncertainty import Budget, array, degrees_of_freedom, standard_uncertainty
from calibrator_uncertainty.regression import correlated_array, fit_curve, fit_line

PEARSON_X = [0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4]
PEARSON_Y = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5]
YORK_X = np.array([1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1.0]) ** -0.5
YORK_Y = np.array([1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500]) ** -0.5


def figures(line):
    covariance = line.covariance
    return [*line.fit.vector.value, *np.sqrt(np.diag(covariance)), covariance[0, 1]]


def full_problem(x, y, covariance):
    """Solve for line and true x together, 2n equations in n + 2 unknowns, by scipy on whitened residuals."""
    from scipy.optimize import least_squares

    root = np.linalg.inv(np.linalg.cholesky(covariance))
    data = np.concatenate((x, y))

    def misfit(p):
        return root @ (np.concatenate((p[2:], p[0] + p[1] * p[2:])) - data)

    slope, intercept = np.polyfit(x, y, 1)
    found = least_squares(
        misfit, np.concatenate(([intercept, slope], x)), x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    spread = np.linalg.inv(found.jac.T @ found.jac)[:2, :2]
    return [*found.x[:2], *np.sqrt(np.diag(spread)), spread[0, 1]], 2.0 * found.cost


def test_equal_weights():  # ISO/TS 28037:2010, 6.3, example 1
    line = fit_line([1, 2, 3, 4, 5, 6], [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
    assert figures(line) == pytest.approx([1.867, 1.757, 0.465, 0.120, -0.050], abs=5e-4)
    assert line.goodness.chi_square == pytest.approx(1.665, abs=5e-4)
    assert line.goodness.dof == 4
    assert line.goodness.chi_square_limit == pytest.approx(9.488, abs=5e-4)
    assert line.goodness.accepted
    assert figures(line) == pytest.approx([28 / 15, 123 / 70, 0.4654746681, 0.1195228609, -0.05], rel=1e-9)


def test_inverse_and_forward_with_the_uncertainty_of_what_is_asked():  # ISO/TS 28037:2010, 11.1 and 11.2
    line = fit_line([1, 2, 3, 4, 5, 6], [3.3, 5.6, 7.1, 9.3, 10.7, 12.1], u_y=0.5)
    x = line.inverse(array([10.5], 0.5, "")[0])
    assert x.magnitude.value == pytest.approx(4.913, abs=5e-4)
    assert standard_uncertainty(x).magnitude == pytest.approx(0.322, abs=5e-4)
    y = line(array([3.5], 0.2, "")[0])
    assert y.magnitude.value == pytest.approx(8.017, abs=5e-4)
    assert standard_uncertainty(y).magnitude == pytest.approx(0.406, abs=5e-4)
    # by hand: u²(x) = (u²(y) + u²(a) + x² u²(b) + 2 x cov) / b²
    a, b, ua, ub, cov = figures(line)
    x0 = (10.5 - a) / b
    by_hand = np.sqrt(0.25 + ua**2 + x0**2 * ub**2 + 2 * x0 * cov) / b
    assert standard_uncertainty(x).magnitude == pytest.approx(by_hand, rel=1e-12)


def test_unequal_weights():  # ISO/TS 28037:2010, 6.3, example 2
    line = fit_line([1, 2, 3, 4, 5, 6], [3.2, 4.3, 7.6, 8.6, 11.7, 12.8], u_y=[0.5, 0.5, 0.5, 1.0, 1.0, 1.0])
    assert figures(line) == pytest.approx([0.885, 2.057, 0.530, 0.178, -0.082], abs=5e-4)
    assert line.goodness.chi_square == pytest.approx(4.131, abs=5e-4)
    x = line.inverse(array([10.5], 1.0, "")[0])
    assert x.magnitude.value == pytest.approx(4.674, abs=5e-4)
    assert standard_uncertainty(x).magnitude == pytest.approx(0.533, abs=5e-4)


def test_errors_in_both():  # ISO/TS 28037:2010, 7.4
    x, y = [1.2, 1.9, 2.9, 4.0, 4.7, 5.9], [3.4, 4.4, 7.2, 8.5, 10.8, 13.5]
    u_y = [0.2, 0.2, 0.2, 0.4, 0.4, 0.4]
    line = fit_line(x, y, u_x=0.2, u_y=u_y)
    assert figures(line) == pytest.approx([0.5788, 2.1597, 0.4764, 0.1355, -0.0577], abs=5e-5)
    assert line.goodness.chi_square == pytest.approx(2.743, abs=5e-4)
    again, chi_square = full_problem(x, y, np.diag([0.04] * 6 + [u * u for u in u_y]))
    assert figures(line) == pytest.approx(again, rel=1e-6)
    assert line.goodness.chi_square == pytest.approx(chi_square, rel=1e-10)


def test_unknown_weights_come_from_the_residuals():  # ISO/TS 28037:2010, annex E
    y = [3.014, 5.225, 7.004, 9.061, 11.201, 12.762]
    line = fit_line([1, 2, 3, 4, 5, 6], y)
    assert figures(line) == pytest.approx([1.172, 1.964, 0.159, 0.041, -0.006], abs=5e-4)
    assert line.goodness.chi_square == pytest.approx(0.116498285714, rel=1e-10)
    assert degrees_of_freedom(line["slope"]) == pytest.approx(4.0)
    # GTC 1.5, type_a.line_fit, x_from_y and y_from_x: 4.751(97) and 8.04(18)
    x = line.inverse(10.5, new_reading=True)
    assert (x.magnitude.value, x.magnitude.u) == pytest.approx((4.751, 0.097), abs=5e-4)
    y2 = line(3.5, new_reading=True)
    assert (y2.magnitude.value, y2.magnitude.u) == pytest.approx((8.044, 0.184), abs=5e-4)
    assert line(3.5).magnitude.u == pytest.approx(0.070, abs=5e-4)
    assert degrees_of_freedom(y2) == pytest.approx(4.0)  # scatter and line come of the same residuals


def test_correlated_y():  # ISO/TS 28037:2010, clause 9; generalised least squares written out
    y = np.array([1.3, 4.1, 6.9, 7.5, 10.2, 12.0, 14.5, 17.1, 19.5, 21.0])
    spread = np.eye(10)
    spread[:5, :5] += 1.0
    spread[5:, 5:] += 4.0
    line = fit_line(np.arange(1, 11), correlated_array(y, spread, ""))
    assert figures(line)[:2] == pytest.approx([-0.6456, 2.2014], abs=5e-5)
    assert line.goodness.chi_square == pytest.approx(2.074, abs=5e-4)
    design = np.column_stack((np.ones(10), np.arange(1, 11)))
    inverse = np.linalg.inv(spread)
    covariance = np.linalg.inv(design.T @ inverse @ design)
    estimate = covariance @ design.T @ inverse @ y
    assert line.fit.vector.value == pytest.approx(estimate, rel=1e-11)
    assert line.covariance == pytest.approx(covariance, rel=1e-10)


GGMR_X = [50.4, 99.0, 149.9, 200.4, 248.5, 299.7, 349.1]
GGMR_Y = [52.3, 97.8, 149.7, 200.1, 250.4, 300.9, 349.2]
GGMR_UX = np.array(
    [
        [0.50, 0.00, 0.25, 0.00, 0.25, 0.00, 0.25],
        [0.00, 1.25, 1.00, 0.00, 0.00, 1.00, 1.00],
        [0.25, 1.00, 1.50, 0.00, 0.25, 1.00, 1.25],
        [0.00, 0.00, 0.00, 1.25, 1.00, 1.00, 1.00],
        [0.25, 0.00, 0.25, 1.00, 1.50, 1.00, 1.25],
        [0.00, 1.00, 1.00, 1.00, 1.00, 2.25, 2.00],
        [0.25, 1.00, 1.25, 1.00, 1.25, 2.00, 2.50],
    ]
)


def test_correlated_x_and_y():  # ISO/TS 28037:2010, clause 10
    spread = 4.0 * np.eye(7) + 1.0
    line = fit_line(correlated_array(GGMR_X, GGMR_UX, ""), correlated_array(GGMR_Y, spread, ""))
    assert figures(line) == pytest.approx([0.3424, 1.0012, 2.0569, 0.0090, -0.0129], abs=5e-5)
    assert line.goodness.chi_square == pytest.approx(1.772, abs=5e-4)
    joint = np.block([[GGMR_UX, np.zeros((7, 7))], [np.zeros((7, 7)), spread]])
    again, chi_square = full_problem(GGMR_X, GGMR_Y, joint)
    assert figures(line) == pytest.approx(again, rel=1e-6)
    assert line.goodness.chi_square == pytest.approx(chi_square, rel=1e-10)


def york(x, y, wx, wy):
    """Iterate equations 13a-13d of D. York et al., Am. J. Phys. 72 (2004) 367, without correlation."""
    x, y, wx, wy = (np.asarray(one, float) for one in (x, y, wx, wy))
    b = np.polyfit(x, y, 1)[0]
    for _ in range(200):
        w = wx * wy / (wx + b * b * wy)
        mean_x, mean_y = np.sum(w * x) / w.sum(), np.sum(w * y) / w.sum()
        beta = w * ((x - mean_x) / wy + b * (y - mean_y) / wx)
        b = np.sum(w * beta * (y - mean_y)) / np.sum(w * beta * (x - mean_x))
    a = mean_y - b * mean_x
    adjusted = mean_x + beta
    mean = np.sum(w * adjusted) / w.sum()
    u_b = np.sum(w * (adjusted - mean) ** 2) ** -0.5
    return a, b, np.hypot(w.sum() ** -0.5, mean * u_b), u_b


def test_pearson_data_with_york_weights_offers_both_published_u():
    # a = 5.47991022, b = -0.480533407: York 2004; u at the adjusted points 0.294971 and 0.0579850,
    # scaled by sqrt(chi-square/8 = 1.4833) 0.359247 and 0.0706203 (Reed 1992; what ODRPACK prints)
    stated = fit_line(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y)
    scaled = fit_line(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y, scatter="scaled")
    line = (5.47991022403286, -0.48053340744620)
    assert figures(stated)[:4] == pytest.approx([*line, 0.294970735, 0.0579850090], rel=2e-9)
    assert figures(scaled)[:4] == pytest.approx([*line, 0.359246522551, 0.070620269529], rel=1e-10)
    assert stated.goodness.chi_square == pytest.approx(11.8663531941, rel=1e-10)
    assert degrees_of_freedom(scaled["slope"]) == pytest.approx(8.0)
    again = york(PEARSON_X, PEARSON_Y, YORK_X**-2, YORK_Y**-2)
    assert figures(stated)[:4] == pytest.approx(list(again), rel=1e-9)


def test_u_at_the_observed_points():  # York 1966: sums over the points as they were observed
    line = fit_line(PEARSON_X, PEARSON_Y, u_x=YORK_X, u_y=YORK_Y, at="observed")
    x = np.array(PEARSON_X)
    w = 1.0 / (YORK_Y**2 + 0.4805334074462**2 * YORK_X**2)
    mean = np.sum(w * x) / w.sum()
    u_b = np.sum(w * (x - mean) ** 2) ** -0.5
    assert figures(line)[3] == pytest.approx(u_b, rel=1e-9)
    assert figures(line)[2] == pytest.approx(np.hypot(w.sum() ** -0.5, mean * u_b), rel=1e-9)


def test_deming_line_in_closed_form():
    # equal u in all x and in all y, ratio d: the closed form of Deming regression
    x = np.array([7.0, 8.3, 10.5, 9.0, 5.1, 8.2, 10.2, 10.3, 7.1, 5.9])
    y = np.array([7.9, 8.2, 9.6, 9.0, 6.5, 7.3, 10.2, 10.6, 6.3, 5.2])
    line = fit_line(x, y, u_x=0.5, u_y=1.0)
    sxx, syy, sxy = np.var(x, ddof=1), np.var(y, ddof=1), np.cov(x, y)[0, 1]
    d = 4.0
    slope = (syy - d * sxx + np.sqrt((syy - d * sxx) ** 2 + 4 * d * sxy**2)) / (2 * sxy)
    assert line["slope"].magnitude.value == pytest.approx(slope, rel=1e-12)
    assert line["intercept"].magnitude.value == pytest.approx(y.mean() - slope * x.mean(), rel=1e-12)


def test_odrpack_and_the_full_problem_agree_once_its_scaling_is_divided_out():
    odrpack = pytest.importorskip("odrpack")
    start = {"a": 5.0, "b": -0.5}
    own, other = (
        fit_curve(
            lambda x, a, b: a + b * x, PEARSON_X, PEARSON_Y, start, u_x=YORK_X, u_y=YORK_Y, engine=engine
        )
        for engine in ("own", "odrpack")
    )
    assert figures(own) == pytest.approx(figures(other), rel=1e-9)
    bare = odrpack.odr_fit(
        lambda x, p: p[0] + p[1] * x,
        np.array(PEARSON_X),
        np.array(PEARSON_Y),
        np.array([5.0, -0.5]),
        weight_x=YORK_X**-2,
        weight_y=YORK_Y**-2,
        sstol=1e-15,
        partol=1e-15,
        diff_scheme="central",
    )
    assert bare.sd_beta / np.sqrt(bare.res_var) == pytest.approx(figures(own)[2:4], rel=1e-5)


H3_T = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
H3_B = [-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160]


def test_thermometer_of_the_gum():  # JCGM 100:2008, H.3
    import pint

    registry = pint.get_application_registry()
    t = registry.Quantity(np.array(H3_T), "degC")
    b = registry.Quantity(np.array(H3_B), "delta_degC")
    line = fit_line(t, b, origin=registry.Quantity(20.0, "degC"))
    assert f"{line['intercept'].units}" == "delta_degree_Celsius"
    assert line["slope"].units.dimensionless
    assert figures(line)[:4] == pytest.approx([-0.1712, 0.00218, 0.0029, 0.00067], abs=6e-5)
    assert line.fit.correlation[0, 1] == pytest.approx(-0.930, abs=5e-4)
    assert line.goodness.residual_deviation == pytest.approx(0.0035, abs=5e-5)
    at30 = line(registry.Quantity(30.0, "degC"), extrapolate=True)
    assert at30.magnitude.value == pytest.approx(-0.1494, abs=5e-5)
    assert standard_uncertainty(at30).to("delta_degC").magnitude == pytest.approx(0.0041, abs=5e-5)
    assert degrees_of_freedom(at30) == pytest.approx(9.0)


def test_thermometer_of_the_gum_as_a_budget():  # JCGM 100:2008, H.3.4 and H.3.5
    import pint

    registry = pint.get_application_registry()
    t = registry.Quantity(np.array(H3_T), "delta_degC")
    line = fit_line(
        t, registry.Quantity(np.array(H3_B), "delta_degC"), origin=registry.Quantity(20.0, "delta_degC")
    )
    inputs, correlations = line.fit.budget_inputs("comparison of 11 readings")
    assert correlations[("slope", "intercept")] == pytest.approx(-0.930, abs=5e-4)
    budget = Budget(
        lambda intercept, slope: intercept + slope * registry.Quantity(10.0, "delta_degC"),
        inputs,
        unit="delta_degC",
        correlations=correlations,
    )
    result = budget.evaluate()
    assert (result.value, result.u) == pytest.approx((-0.1494, 0.0041), abs=5e-5)
    assert result.dof == pytest.approx(9.0)
    at = registry.Quantity(30.0, "delta_degC")
    assert result.u == pytest.approx(line(at, extrapolate=True).magnitude.u, rel=1e-9)
