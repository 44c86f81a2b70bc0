"""The remaining NIST StRD nonlinear sets from both starts: certified digits, figures seen in NIST's files."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from calibrator_uncertainty.regression import fit_curve

SETS = tomllib.loads((Path(__file__).parent / "strd_rest.toml").read_text(encoding="utf-8"))["nonlinear"]


def digits(found, certified):
    """Return the fewest digits in which numbers agree (log relative error)."""
    found, certified = np.asarray(found, float), np.asarray(certified, float)
    return float(np.min(-np.log10(np.maximum(np.abs(found / certified - 1.0), 1e-16))))


def peaks(x, b1, b2, b3, b4, b5, b6, b7, b8):
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-(((x - b4) / b5) ** 2)) + b6 * np.exp(-(((x - b7) / b8) ** 2))


def cycles(x, b1, b2, b3, b4, b5, b6, b7, b8, b9):
    t = 2 * np.pi * x
    year = b2 * np.cos(t / 12) + b3 * np.sin(t / 12)
    return b1 + year + b5 * np.cos(t / b4) + b6 * np.sin(t / b4) + b8 * np.cos(t / b7) + b9 * np.sin(t / b7)


def lanczos(x, b1, b2, b3, b4, b5, b6):
    return b1 * np.exp(-b2 * x) + b3 * np.exp(-b4 * x) + b5 * np.exp(-b6 * x)


MODELS = {
    "bennett5": lambda x, b1, b2, b3: b1 * (b2 + x) ** (-1 / b3),
    "chwirut1": lambda x, b1, b2, b3: np.exp(-b1 * x) / (b2 + b3 * x),
    "enso": cycles,
    "gauss1": peaks,
    "gauss2": peaks,
    "gauss3": peaks,
    "kirby2": lambda x, b1, b2, b3, b4, b5: (b1 + b2 * x + b3 * x**2) / (1 + b4 * x + b5 * x**2),
    "lanczos1": lanczos,
    "lanczos2": lanczos,
    "roszman1": lambda x, b1, b2, b3, b4: b1 - b2 * x - np.arctan(b3 / (x - b4)) / np.pi,
}
# Digits of the 11 certified: parameters, their standard deviations, residual sum of squares. Lanczos1 lies
# within 1e-13 of its data, so that doubles hold its residuals to three digits; Lanczos2 is nearly dependent.
DIGITS = {"lanczos1": (10.0, 2.8, 2.5), "lanczos2": (9.5, 8.0, 9.0)}


def starts(one, which):
    return {f"b{number + 1}": value for number, value in enumerate(one["starts"][which])}


def compare(curve, one, wanted):
    certified = np.array(one["certified"])
    assert digits(curve.fit.vector.value, certified[:, 0]) > wanted[0]
    assert digits(np.sqrt(np.diag(curve.covariance)), certified[:, 1]) > wanted[1]
    assert digits(curve.goodness.chi_square, one["residual_sum_of_squares"]) > wanted[2]
    assert curve.goodness.dof == len(one["y"]) - len(certified)


@pytest.mark.parametrize("start", [0, 1], ids=["start1", "start2"])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_certified_digits(name, start):
    one = SETS[name]
    x = one.get("x", list(range(1, len(one["y"]) + 1)))
    compare(
        fit_curve(MODELS[name], x, one["y"], starts(one, start)), one, DIGITS.get(name, (10.0, 10.0, 10.0))
    )


@pytest.mark.parametrize("start", [0, 1], ids=["start1", "start2"])
def test_two_predictors_as_columns_that_the_model_knows(start):  # Nelson: time and temperature
    one = SETS["nelson"]
    time, temperature = np.array(one["x1"]), np.array(one["x2"])

    def log_strength(_, b1, b2, b3):
        return b1 - b2 * time * np.exp(-b3 * temperature)

    compare(fit_curve(log_strength, time, np.log(one["y"]), starts(one, start)), one, (10.0, 10.0, 10.0))


def test_every_set_is_used():
    assert set(SETS) == {*MODELS, "nelson"}
