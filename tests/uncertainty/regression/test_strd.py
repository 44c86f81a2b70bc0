"""NIST Statistical Reference Datasets: certified digits of linear and nonlinear regression."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from calibrator_uncertainty.regression import fit_columns, fit_curve, fit_polynomial

SETS = tomllib.loads((Path(__file__).parent / "strd.toml").read_text(encoding="utf-8"))

# Digits that must agree with the 15 (linear) and 11 (nonlinear) certified ones.
LINEAR_DIGITS = 12.5
NONLINEAR_DIGITS = 9.5


def digits(found, certified):
    """Return the fewest digits in which numbers agree (log relative error, absolute where 0 is certified)."""
    found, certified = np.asarray(found, float), np.asarray(certified, float)
    error = np.abs(found - certified) / np.where(certified != 0.0, np.abs(certified), 1.0)
    return float(np.min(-np.log10(np.maximum(error, 1e-16))))


def rational(x, b1, b2, b3, b4, b5, b6, b7):
    return (b1 + b2 * x + b3 * x**2 + b4 * x**3) / (1 + b5 * x + b6 * x**2 + b7 * x**3)


def saturation(x, b1, b2):
    return b1 * (1 - np.exp(-b2 * x))


MODELS = {
    "misra1a": saturation,
    "boxbod": saturation,
    "mgh09": lambda x, b1, b2, b3, b4: b1 * (x * x + x * b2) / (x * x + x * b3 + b4),
    "mgh10": lambda x, b1, b2, b3: b1 * np.exp(b2 / (x + b3)),
    "mgh17": lambda x, b1, b2, b3, b4, b5: b1 + b2 * np.exp(-x * b4) + b3 * np.exp(-x * b5),
    "rat43": lambda x, b1, b2, b3, b4: b1 / (1 + np.exp(b2 - b3 * x)) ** (1 / b4),
    "thurber": rational,
    "hahn1": rational,
}


@pytest.mark.parametrize("name", sorted(set(SETS["linear"]) - {"longley"}))
def test_polynomials_give_the_certified_digits(name):
    one = SETS["linear"][name]
    certified = np.array(one["certified"])
    # Wampler 1 and 2 lie on their curve, with a certified deviation of 0: they are said to be exact
    curve = fit_polynomial(one["x"], one["y"], len(certified) - 1, scatter="scaled")
    assert digits(curve.fit.vector.value, certified[:, 0]) > LINEAR_DIGITS
    assert digits(np.sqrt(np.diag(curve.covariance)), certified[:, 1]) > LINEAR_DIGITS
    assert digits(curve.goodness.residual_deviation, one["residual_deviation"]) > LINEAR_DIGITS
    assert curve.goodness.dof == len(one["x"]) - len(certified)


def test_six_nearly_dependent_columns_give_the_certified_digits():
    one = SETS["linear"]["longley"]
    certified = np.array(one["certified"])
    columns = {f"b{number + 1}": np.array(column) for number, column in enumerate(one["columns"])}
    fit = fit_columns({"b0": np.ones(16), **columns}, one["y"])
    assert digits(fit.vector.value, certified[:, 0]) > LINEAR_DIGITS
    assert digits(np.sqrt(np.diag(fit.covariance)), certified[:, 1]) > LINEAR_DIGITS
    assert digits(fit.goodness.residual_deviation, one["residual_deviation"]) > LINEAR_DIGITS
    assert fit["b6"].magnitude.dof == pytest.approx(9)


@pytest.mark.parametrize("start", [0, 1], ids=["start1", "start2"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_nonlinear_curves_give_the_certified_digits_from_both_starts(name, start):
    one = SETS["nonlinear"][name]
    certified = np.array(one["certified"])
    starts = {f"b{number + 1}": value for number, value in enumerate(one["starts"][start])}
    curve = fit_curve(MODELS[name], one["x"], one["y"], starts)
    assert digits(curve.fit.vector.value, certified[:, 0]) > NONLINEAR_DIGITS
    assert digits(np.sqrt(np.diag(curve.covariance)), certified[:, 1]) > NONLINEAR_DIGITS
    assert digits(curve.goodness.chi_square, one["residual_sum_of_squares"]) > NONLINEAR_DIGITS
