"""Which degree the points support, and how good a fit is."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import InputError
from calibrator_uncertainty.regression import choose_degree, fit_polynomial

X = np.linspace(-1.0, 1.0, 21)


@pytest.mark.parametrize("criterion", ["aicc", "bic", "f"])
@pytest.mark.parametrize("u_y", [None, 0.02])
def test_a_clear_cubic_is_found(criterion, u_y):
    rng = np.random.default_rng(8)
    y = 1.0 + X - 0.8 * X**3 + rng.normal(0.0, 0.02, X.size)
    choice = choose_degree(X, y, degrees=range(7), criterion=criterion, u_y=u_y)
    assert choice.degree == 3
    assert choice.curve.goodness.parameters == 4
    assert [trial.degree for trial in choice.trials] == [0, 1, 2, 3, 4, 5, 6]
    assert math.isnan(choice.trials[0].p_value)


def test_noise_alone_chooses_the_lowest_degree_most_of_the_time():
    rng = np.random.default_rng(21)
    chosen = [
        choose_degree(X, rng.normal(0.0, 1.0, X.size), degrees=range(4), criterion="bic", u_y=1.0).degree
        for _ in range(60)
    ]
    assert chosen.count(0) >= 48


def test_criteria_are_those_of_their_definitions():
    rng = np.random.default_rng(2)
    y = X + rng.normal(0.0, 0.1, X.size)
    good = fit_polynomial(X, y, 2, u_y=0.1).goodness
    n, p = 21, 3
    assert good.aic == pytest.approx(good.chi_square + 2 * p, rel=1e-14)
    # ISO/TS 28038:2018: AICc = chi-square + 2(n+1) + 2(n+1)(n+2)/(m-n-2), degree n, m points
    assert good.aicc == pytest.approx(good.chi_square + 2 * p + 2 * p * (p + 1) / (n - p - 1), rel=1e-14)
    assert good.bic == pytest.approx(good.chi_square + p * math.log(n), rel=1e-14)
    free = fit_polynomial(X, y, 2).goodness
    assert free.aic == pytest.approx(n * math.log(free.chi_square / n) + 2 * (p + 1), rel=1e-14)
    assert math.isnan(free.p_value)
    assert free.accepted


def test_f_of_a_step_is_the_ratio_of_mean_squares():
    rng = np.random.default_rng(4)
    y = X + 0.1 * X**2 + rng.normal(0.0, 0.1, X.size)
    choice = choose_degree(X, y, degrees=[1, 2], criterion="f")
    low, high = (np.sum((y - np.polyval(np.polyfit(X, y, d), X)) ** 2) for d in (1, 2))
    assert choice.trials[1].test == pytest.approx((low - high) / (high / 18), rel=1e-9)
    # F with (1, n) is t²: the p-value is the two-sided one of t
    from scipy.special import stdtr

    t = math.sqrt(choice.trials[1].test)
    assert choice.trials[1].p_value == pytest.approx(2.0 * stdtr(18, -t), rel=1e-9)


def test_chi_square_test_refuses_a_wrong_curve():
    y = X**2
    line = fit_polynomial(X, y, 1, u_y=0.05).goodness
    assert not line.accepted
    assert line.p_value < 1e-6
    # 95 % quantiles of chi-square, ISO/TS 28037:2010: 4 dof 9.488, 5 dof 11.070; 19 dof 30.144
    assert line.chi_square_limit == pytest.approx(30.144, abs=5e-4)
    assert fit_polynomial(X, y, 2, u_y=0.05).goodness.accepted


def test_degrees_that_leave_no_freedom_are_passed_over():
    choice = choose_degree([0.0, 1.0, 2.0], [0.0, 1.1, 1.9], degrees=range(1, 6))
    assert [trial.degree for trial in choice.trials] == [1]
    with pytest.raises(InputError, match="2 different x determine none"):
        choose_degree([0.0, 1.0, 1.0], [0.0, 1.0, 1.1], degrees=[1, 2])
    with pytest.raises(InputError, match="'cp'"):
        choose_degree(X, X, criterion="cp")
