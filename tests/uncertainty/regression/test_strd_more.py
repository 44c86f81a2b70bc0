"""Further NIST Statistical Reference Datasets: certified digits of linear and nonlinear regression."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from calibrator_uncertainty.regression import fit_columns, fit_curve, fit_polynomial

HERE = Path(__file__).parent
SETS = tomllib.loads((HERE / "strd_more.toml").read_text(encoding="utf-8"))
FIRST = tomllib.loads((HERE / "strd.toml").read_text(encoding="utf-8"))["nonlinear"]

LINEAR_DIGITS = 12.0
NONLINEAR_DIGITS = 9.0
DEVIATION_DIGITS = 8.0  # three exponentials (Lanczos) are nearly dependent


def digits(found, certified):
    """Return the fewest digits in which numbers agree (log relative error)."""
    found, certified = np.asarray(found, float), np.asarray(certified, float)
    return float(np.min(-np.log10(np.maximum(np.abs(found / certified - 1.0), 1e-16))))


def lanczos(x, b1, b2, b3, b4, b5, b6):
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)


MODELS = {
    "misra1b": lambda x, b1, b2: b1 * (1 - (1 + b2 * x / 2) ** -2),
    "misra1c": lambda x, b1, b2: b1 * (1 - (1 + 2 * b2 * x) ** -0.5),
    "misra1d": lambda x, b1, b2: b1 * b2 * x / (1 + b2 * x),
    "rat42": lambda x, b1, b2, b3: b1 / (1 + np.exp(b2 - b3 * x)),
    "danwood": lambda x, b1, b2: b1 * x**b2,
    "eckerle4": lambda x, b1, b2, b3: b1 / b2 * np.exp(-0.5 * ((x - b3) / b2) ** 2),
    "chwirut2": lambda x, b1, b2, b3: np.exp(-b1 * x) / (b2 + b3 * x),
    "lanczos3": lanczos,
}


def test_load_cell():  # StRD Pontius: a parabola whose last coefficient is -3e-15
    one = SETS["linear"]["pontius"]
    certified = np.array(one["certified"])
    curve = fit_polynomial(one["x"], one["y"], 2)
    assert digits(curve.fit.vector.value, certified[:, 0]) > LINEAR_DIGITS
    assert digits(np.sqrt(np.diag(curve.covariance)), certified[:, 1]) > LINEAR_DIGITS
    assert digits(curve.goodness.residual_deviation, one["residual_deviation"]) > LINEAR_DIGITS


@pytest.mark.parametrize("name", sorted(SETS["origin"]))
def test_lines_through_the_origin(name):
    one = SETS["origin"][name]
    fit = fit_columns({"slope": np.array(one["x"], float)}, one["y"])
    ((slope, u),) = one["certified"]
    assert digits(fit.vector.value, [slope]) > LINEAR_DIGITS
    assert digits(np.sqrt(np.diag(fit.covariance)), [u]) > LINEAR_DIGITS
    assert digits(fit.goodness.residual_deviation, one["residual_deviation"]) > LINEAR_DIGITS


@pytest.mark.parametrize("start", [0, 1], ids=["start1", "start2"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_nonlinear_curves_give_the_certified_digits(name, start):
    one = SETS["nonlinear"][name]
    data = FIRST[one["like"]] if "like" in one else one
    certified = np.array(one["certified"])
    starts = {f"b{number + 1}": value for number, value in enumerate(one["starts"][start])}
    curve = fit_curve(MODELS[name], data["x"], data["y"], starts)
    assert digits(curve.fit.vector.value, certified[:, 0]) > NONLINEAR_DIGITS
    assert digits(np.sqrt(np.diag(curve.covariance)), certified[:, 1]) > DEVIATION_DIGITS
    assert digits(curve.goodness.chi_square, one["residual_sum_of_squares"]) > NONLINEAR_DIGITS
