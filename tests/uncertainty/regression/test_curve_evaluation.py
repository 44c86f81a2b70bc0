"""Curves as ensembles: what is correlated in the points stays so, forward, inverse, and in later models."""

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
    array,
    correlation,
    covariance,
    dumps,
    normal,
    standard_uncertainty,
    uncertain,
)
from calibrator_uncertainty.regression import correlated_array, fit_curve, fit_line, fit_polynomial

R = pint.get_application_registry()
Q = R.Quantity


def test_a_shared_error_of_the_standard_does_not_average_away():
    # each y = own noise + one error of the standard: u of the line's height can never fall below it
    own = array(np.linspace(0.0, 9.0, 10), 0.1, "V", name="noise")
    standard = uncertain(normal("standard", 0.0, 0.5, "V"))
    line = fit_line(Q(np.arange(10.0), "s"), own + standard)
    middle = line(Q(4.5, "s"))
    assert standard_uncertainty(middle).magnitude == pytest.approx(
        np.hypot(0.5, 0.1 / np.sqrt(10)), rel=1e-12
    )
    assert standard_uncertainty(line["slope"]).magnitude == pytest.approx(0.1 / np.sqrt(82.5), rel=1e-12)
    assert correlation(middle, standard) == pytest.approx(0.5 / np.hypot(0.5, 0.1 / np.sqrt(10)), rel=1e-12)
    # measured with the same standard again, its error leaves the difference
    again = middle - standard
    assert standard_uncertainty(again).magnitude == pytest.approx(0.1 / np.sqrt(10), rel=1e-9)
    assert f"{line['slope'].units}" == "volt / second"


def test_added_scatter_keeps_the_systematic_part_apart():
    rng = np.random.default_rng(5)
    y = 2.0 * np.arange(8.0) + rng.normal(0.0, 0.3, 8)
    standard = uncertain(normal("standard", 0.0, 0.5, ""))
    line = fit_line(np.arange(8.0), Q(y, "") + standard, scatter="added")
    plain = fit_line(np.arange(8.0), y)
    slope, intercept = line["slope"], line["intercept"]
    assert slope.magnitude.u == pytest.approx(plain["slope"].magnitude.u, rel=1e-12)
    assert intercept.magnitude.u == pytest.approx(np.hypot(plain["intercept"].magnitude.u, 0.5), rel=1e-12)
    assert slope.magnitude.dof == pytest.approx(6.0)
    assert intercept.magnitude.dof > 6.0


def test_added_scatter_passes_errors_in_x_through_the_slope():
    x = correlated_array(np.arange(8.0), np.full((8, 8), 0.04), "")  # one shift of all x, u = 0.2
    y = 3.0 * np.arange(8.0) + np.array([1, -1, 1, -1, -1, 1, -1, 1.0]) * 0.01
    line = fit_line(x, y, scatter="added")
    plain = fit_line(np.arange(8.0), y)
    shifted = np.hypot(plain["intercept"].magnitude.u, 0.2 * plain["slope"].magnitude.value)
    assert line["intercept"].magnitude.u == pytest.approx(shifted, rel=1e-9)
    assert line["slope"].magnitude.u == pytest.approx(plain["slope"].magnitude.u, rel=1e-9)


def test_the_round_trip_is_exact_and_correlated():
    line = fit_line(Q(np.arange(6.0), "bar"), Q(np.array([4.0, 6.1, 8.0, 10.2, 11.9, 14.0]), "mA"), u_y=0.1)
    x = line.inverse(line(Q(2.5, "bar")))
    assert x.units == R.bar
    assert x.magnitude.value == pytest.approx(2.5, rel=1e-14)
    assert standard_uncertainty(x).magnitude < 1e-15  # same curve both ways: its error cancels


def test_units_are_converted_on_the_way_in():
    line = fit_line(Q(np.arange(6.0), "bar"), Q(np.array([4.0, 6.1, 8.0, 10.2, 11.9, 14.0]), "mA"), u_y=0.1)
    there = line(Q(250.0, "kPa"))
    assert there.magnitude.value == pytest.approx(line(Q(2.5, "bar")).magnitude.value, rel=1e-14)
    back = line.inverse(Q(there.magnitude.value * 1e-3, "A"))
    assert back.to("kPa").magnitude.value == pytest.approx(250.0, rel=1e-12)
    u_mA = fit_line(Q(np.arange(6.0), "bar"), Q(np.arange(6.0), "mA"), u_y=Q(100.0, "uA"))
    assert u_mA["slope"].magnitude.u == pytest.approx(0.1 / np.sqrt(17.5), rel=1e-12)


def test_several_roots_must_be_told_apart():
    x = np.linspace(-2.0, 2.0, 9)
    curve = fit_polynomial(x, x**2, 2, u_y=0.01)
    with pytest.raises(InputError, match="2 places"):
        curve.inverse(1.0)
    assert curve.inverse(1.0, near=1.5).magnitude.value == pytest.approx(1.0, rel=1e-12)
    assert curve.inverse(1.0, near=-0.3).magnitude.value == pytest.approx(-1.0, rel=1e-12)


def test_rows_are_evaluated_together():
    line = fit_line(np.arange(6.0), [4.0, 6.1, 8.0, 10.2, 11.9, 14.0], u_y=0.1)
    row = line([1.0, 2.0, 3.0])
    assert row.magnitude.u == pytest.approx([line(v).magnitude.u for v in (1.0, 2.0, 3.0)], rel=1e-12)
    matrix = covariance(row, row).magnitude
    assert matrix[0, 2] == pytest.approx(covariance(line(1.0), line(3.0)).magnitude, rel=1e-12)
    roots = line.inverse(row)
    assert roots.magnitude.value == pytest.approx([1.0, 2.0, 3.0], rel=1e-13)


def test_outside_the_points_is_refused_unless_asked_for():
    line = fit_line(Q(np.arange(6.0), "bar"), np.arange(6.0), u_y=0.1)
    with pytest.raises(InputError, match="x = 7 lies outside the points, which go from 0 to 5 bar"):
        line(Q(7.0, "bar"))
    with pytest.raises(InputError, match="does not reach y = 9"):
        line.inverse(9.0)
    assert line(Q(7.0, "bar"), extrapolate=True).magnitude.value == pytest.approx(7.0)
    assert line.inverse(9.0, extrapolate=True).magnitude.value == pytest.approx(9.0)


def test_parameters_survive_pickling_with_their_correlation():
    line = fit_line(np.arange(6.0), [4.0, 6.1, 8.0, 10.2, 11.9, 14.0], u_y=0.1)
    a, b = pickle.loads(pickle.dumps((line["intercept"], line["slope"])))
    assert standard_uncertainty(a + 2.0 * b - line(2.0)).magnitude < 1e-15


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), degree=st.integers(0, 4), origin=st.floats(-3.0, 3.0))
def test_any_polynomial_is_generalised_least_squares(seed, degree, origin):
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-2.0, 5.0, 9))
    y = rng.normal(size=9)
    root = rng.normal(size=(9, 9)) + 3.0 * np.eye(9)
    spread = root @ root.T
    curve = fit_polynomial(x, correlated_array(y, spread, ""), degree, origin=origin)
    design = np.vander(x - origin, degree + 1, increasing=True)
    white = np.linalg.inv(np.linalg.cholesky(spread))
    expected = np.linalg.lstsq(white @ design, white @ y, rcond=None)[0]
    assert curve.fit.vector.value == pytest.approx(expected, rel=1e-6, abs=1e-8)
    inverse = np.linalg.inv((white @ design).T @ (white @ design))
    assert curve.covariance == pytest.approx(inverse, rel=1e-5, abs=1e-9)
    assert curve.goodness.chi_square == pytest.approx(
        np.sum((white @ (y - design @ expected)) ** 2), rel=1e-7
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_independent_points_give_the_same_by_either_kernel(seed):
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0.0, 10.0, 7)), rng.normal(size=7)
    u_x, u_y = rng.uniform(0.05, 0.2, 7), rng.uniform(0.1, 0.5, 7)
    tiny = np.zeros((7, 7))
    tiny[0, 1] = tiny[1, 0] = 1e-12  # too small to matter, enough to take the general way
    quick = fit_line(x, y, u_x=u_x, u_y=u_y)
    general = fit_line(
        correlated_array(x, np.diag(u_x**2) + tiny, ""), correlated_array(y, np.diag(u_y**2), "")
    )
    u = np.sqrt(np.diag(quick.covariance))
    assert np.max(np.abs(general.fit.vector.value - quick.fit.vector.value) / u) < 1e-5
    assert general.covariance == pytest.approx(quick.covariance, rel=1e-4)


@pytest.mark.parametrize("seed", [792865, 1, 2, 3])
def test_points_far_from_any_line_still_find_the_least_chi_square(seed):
    # with the first seed Gauss-Newton circles; the fit then goes downhill in the full problem
    from scipy.optimize import least_squares

    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.uniform(0.0, 10.0, 7)), rng.normal(size=7)
    u_x, u_y = rng.uniform(0.05, 0.2, 7), rng.uniform(0.1, 0.5, 7)
    line = fit_line(x, y, u_x=u_x, u_y=u_y)
    best = least_squares(
        lambda p: (y - p[0] - p[1] * x) / np.sqrt(u_y**2 + (p[1] * u_x) ** 2),
        line.fit.vector.value,
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
    )
    u = np.sqrt(np.diag(line.covariance))
    assert np.max(np.abs(line.fit.vector.value - best.x) / u) < 1e-5
    assert line.goodness.chi_square == pytest.approx(2.0 * best.cost, rel=1e-9)


def test_an_exact_point_is_met_exactly():
    x, y = np.arange(5.0), np.array([1.0, 3.1, 4.9, 7.2, 8.8])
    line = fit_line(x, y, u_y=[0.0, 0.1, 0.1, 0.1, 0.1])
    assert line(0.0).magnitude.value == pytest.approx(1.0, abs=1e-12)
    assert line(0.0).magnitude.u < 1e-12
    slope = np.sum(x * (y - 1.0)) / np.sum(x * x)
    assert line["slope"].magnitude.value == pytest.approx(slope, rel=1e-12)
    assert line.goodness.dof == 3


@pytest.mark.slow
def test_monte_carlo_of_the_whole_fit_agrees_with_the_first_order():
    rng = np.random.default_rng(11)
    x, u_x, u_y, shared = np.arange(1.0, 8.0), 0.05, 0.05, 0.1
    y = 1.0 + 2.0 * x
    spread = np.diag(np.full(7, u_y**2)) + shared**2
    line = fit_line(correlated_array(x, np.eye(7) * u_x**2, ""), correlated_array(y, spread, ""))
    found = line.inverse(9.0)
    roots = []
    for _ in range(400):
        drawn = fit_line(
            correlated_array(x + rng.normal(0.0, u_x, 7), np.eye(7) * u_x**2, ""),
            correlated_array(y + rng.normal(0.0, u_y, 7) + rng.normal(0.0, shared), spread, ""),
        )
        roots.append(drawn.inverse(9.0).magnitude.value)
    assert np.mean(roots) == pytest.approx(4.0, abs=4.0 * found.magnitude.u / 20.0)
    assert np.std(roots) == pytest.approx(found.magnitude.u, rel=0.15)


def test_nonlinear_curve_with_units_and_errors_in_x():
    t = Q(np.array([0.0, 1.0, 2.0, 4.0, 8.0, 16.0]), "s")
    v = Q(10.0 * np.exp(-t.magnitude / 5.0), "V")
    curve = fit_curve(
        lambda t, v0, tau: v0 * np.exp(-t / tau),
        t,
        v,
        {"v0": Q(9.0, "V"), "tau": Q(4000.0, "ms")},
        u_x=Q(1.0, "ms"),
        u_y=Q(1.0, "mV"),
    )
    assert curve["tau"].to("s").magnitude.value == pytest.approx(5.0, rel=1e-9)
    assert f"{curve['tau'].units}" == "millisecond"
    half = curve.inverse(Q(5000.0, "mV"))
    assert half.to("s").magnitude.value == pytest.approx(5.0 * np.log(2.0), rel=1e-9)
    # u_x of 1 ms at a fall of up to 2 V/s is worth 2 mV of y
    only_y = fit_curve(
        lambda t, v0, tau: v0 * np.exp(-t / tau),
        t,
        v,
        {"v0": Q(9.0, "V"), "tau": Q(4.0, "s")},
        u_y=Q(1.0, "mV"),
    )
    assert curve["tau"].to("s").magnitude.u > 1.3 * only_y["tau"].magnitude.u


def test_a_stored_curve_computes_on_in_another_process():
    line = fit_line(Q(np.arange(6.0), "bar"), Q(np.array([4.0, 6.1, 8.0, 10.2, 11.9, 14.0]), "mA"), u_y=0.1)
    text = dumps({**line.parameters, "at 2": line(Q(2.0, "bar"))})
    script = """
import sys
from calibrator_uncertainty import loads, standard_uncertainty
import pint
found = loads(sys.stdin.read())
x = pint.get_application_registry().Quantity(2.0, "bar")
left = found["intercept"] + found["slope"] * x - found["at 2"]
print(standard_uncertainty(left).magnitude < 1e-15, standard_uncertainty(found["slope"]).magnitude > 0.02)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], input=text, capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_errors_in_x_alone_are_the_regression_of_x_on_y():
    x, y = np.array([0.1, 0.9, 2.2, 2.8, 4.1]), np.array([0.0, 2.0, 4.0, 6.0, 8.0])
    turned = fit_line(y, x, u_y=0.1)
    line = fit_line(x, y, u_x=0.1)
    slope = 1.0 / turned["slope"]
    assert line["slope"].magnitude.value == pytest.approx(slope.magnitude.value, rel=1e-10)
    assert line["slope"].magnitude.u == pytest.approx(slope.magnitude.u, rel=1e-9)
    assert line.goodness.chi_square == pytest.approx(turned.goodness.chi_square, rel=1e-9)
    curve = fit_curve(lambda x, a, b: a + b * x, x, y, {"a": 0.0, "b": 1.5}, u_x=0.1)
    assert curve["b"].magnitude.value == pytest.approx(slope.magnitude.value, rel=1e-9)


def test_x_and_y_of_one_point_may_share_an_error():
    # a reference in x that also enters y: the full problem with the joint covariance, on whitened residuals
    from scipy.optimize import least_squares

    x, y = np.array([0.0, 1.1, 1.9, 3.2, 4.0]), np.array([1.1, 2.8, 5.2, 7.1, 9.0])
    common, own_x, own_y = (array(np.zeros(5), u, "") for u in (0.08, 0.05, 0.1))
    line = fit_line(common + own_x + Q(x, ""), common + own_y + Q(y, ""))
    joint = np.block(
        [
            [np.eye(5) * (0.08**2 + 0.05**2), np.eye(5) * 0.08**2],
            [np.eye(5) * 0.08**2, np.eye(5) * (0.08**2 + 0.1**2)],
        ]
    )
    root = np.linalg.inv(np.linalg.cholesky(joint))
    found = least_squares(
        lambda p: root @ (np.concatenate((p[2:], p[0] + p[1] * p[2:])) - np.concatenate((x, y))),
        np.concatenate(([1.0, 2.0], x)),
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
    )
    spread = np.linalg.inv(found.jac.T @ found.jac)[:2, :2]
    assert line.fit.vector.value == pytest.approx(found.x[:2], rel=1e-7)
    assert line.covariance == pytest.approx(spread, rel=1e-5)
    assert line.goodness.chi_square == pytest.approx(2.0 * found.cost, rel=1e-9)


def test_a_curve_prints_what_a_certificate_needs():
    line = fit_line(
        Q(np.arange(1.0, 7.0), "bar"), Q(np.array([3.3, 5.6, 7.1, 9.3, 10.7, 12.1]), "V"), u_y=0.5
    )
    assert str(line).splitlines() == [
        "intercept = 1.87 V, u = 0.47",
        "slope     = 1.76 V / bar, u = 0.12",
        "chi-square 1.665, dof 4, 95 % limit 9.488: accepted",
        "from x = 1 to 6 bar",
    ]
    free = fit_polynomial([0.0, 1.0, 2.0, 3.0], [0.0, 1.1e-20, 1.9e-20, 3.2e-20], 1)
    assert str(free).splitlines()[1:3] == [
        "b1 = 1.040E-20, u = 6.5E-22",
        "u from the residuals: s = 1.449e-21, dof 2",
    ]


def test_points_without_any_scatter_or_freedom_print_too():
    exact = str(fit_line([1.0, 2.0, 3.0], [3.0, 5.0, 7.0], scatter="scaled")).splitlines()
    assert [line.split(",")[0] for line in exact[:2]] == ["intercept = 1", "slope     = 2"]
    through = str(fit_polynomial([1.0, 2.0, 3.0], [1.0, 2.0, 4.0], 2, u_y=0.1)).splitlines()
    assert through[0] == "b0 = 1.00, u = 0.44"
    assert through[3] == "as many parameters as points: chi-square says nothing"


def test_a_row_of_quantities_made_one_by_one():
    gain = uncertain(normal("gain", 1.0, 0.1, "V"))
    rows = [gain * k + uncertain(normal(f"n{k}", 0.0, 0.05, "V")) for k in (1, 2, 3, 4)]
    line = fit_line([1, 2, 3, 4], [*rows[:3], rows[3].to("mV")])
    # the common gain passes whole into the slope, the noise as it would alone
    assert line["slope"].magnitude.u == pytest.approx(np.hypot(0.1, 0.05 / np.sqrt(5.0)), rel=1e-9)
    assert line["intercept"].magnitude.u == pytest.approx(0.05 * np.sqrt(1.5), rel=1e-9)


def test_temperatures_on_both_axes_keep_their_zero():
    reference = Q(np.array([0.0, 10.0, 20.0, 30.0]), "degC")
    read = Q(np.array([0.1, 10.0, 20.2, 29.9]), "degC")
    line = fit_line(reference, read, u_y=Q(0.1, "delta_degC"))
    assert f"{line['intercept'].units}" == "degree_Celsius"
    assert line(Q(288.15, "K")).magnitude.value == pytest.approx(15.05, rel=1e-12)
    assert line.inverse(Q(15.05, "degC")).to("K").magnitude.value == pytest.approx(288.15, rel=1e-12)
    assert standard_uncertainty(line(Q(15.0, "degC"))).to("mK").magnitude == pytest.approx(50.0, rel=1e-9)
