"""Which degree the points support."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from calibrator_uncertainty._doors import FIGURES, WHOLE, asks, each, optional
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.regression._curve import Curve
from calibrator_uncertainty.regression._data import read_series
from calibrator_uncertainty.regression._fits import fit_polynomial
from calibrator_uncertainty.regression._quality import Goodness

__all__ = ["OrderChoice", "OrderTrial", "choose_degree"]


@dataclass(frozen=True, slots=True)
class OrderTrial:
    """One degree that was tried.

    `test` is F for the step from the degree before (the fall of chi-square itself where u is stated), and
    `p_value` the probability of one as large when the step adds nothing.
    """

    degree: int
    goodness: Goodness
    test: float
    p_value: float


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """The chosen curve beside all that were tried."""

    degree: int
    curve: Curve
    trials: tuple[OrderTrial, ...]
    criterion: str


@asks(degrees=each(WHOLE), u_x=optional(FIGURES), u_y=optional(FIGURES))
def choose_degree(
    x: Quantity,
    y: Quantity,
    *,
    degrees: Iterable[int] = range(1, 6),
    criterion: Literal["aicc", "bic", "f"] = "aicc",
    u_x: Quantity = None,
    u_y: Quantity = None,
    scatter: Literal["stated", "scaled"] | None = None,
) -> OrderChoice:
    """Fit polynomials of several degrees and choose one.

    Args:
        x: as of `fit_polynomial`.
        y: likewise.
        degrees: to be tried; those that the points cannot determine, or leave no freedom, are passed over.
        criterion: the least `aicc` or `bic`, or `f`: the highest degree whose step is significant at 5 %.
        u_x: as of `fit_polynomial`.
        u_y: likewise.
        scatter: likewise.

    Raises:
        InputError: an unknown criterion, or no degree that the points determine.

    Source: ISO/TS 28038:2018, clause 6 (AICc); N. R. Draper and H. Smith, Applied Regression Analysis (F).
    """
    if criterion not in ("aicc", "bic", "f"):
        raise InputError(f"the criterion is {criterion!r}", way_out="It is aicc, bic or f.", code="criterion")
    points = read_series(x, "x").values
    different = len(set(points.tolist()))
    tried = sorted({int(degree) for degree in degrees if degree + 1 < different and degree >= 0})
    if not tried:
        raise InputError(
            f"{different} different x determine none of the degrees asked for",
            way_out="Take more points or lower degrees.",
            code="points",
        )
    curves = [fit_polynomial(x, y, degree, u_x=u_x, u_y=u_y, scatter=scatter) for degree in tried]
    trials: list[OrderTrial] = []
    for degree, curve in zip(tried, curves, strict=True):
        test, p_value = _step(trials[-1].goodness, curve.goodness) if trials else (math.nan, math.nan)
        trials.append(OrderTrial(degree, curve.goodness, test, p_value))
    place = _best(trials, criterion)
    return OrderChoice(tried[place], curves[place], tuple(trials), criterion)


def _best(trials: list[OrderTrial], criterion: str) -> int:
    if criterion == "f":
        return max((n for n, trial in enumerate(trials) if trial.p_value < 0.05), default=0)
    figures = [trial.goodness.aicc if criterion == "aicc" else trial.goodness.bic for trial in trials]
    return figures.index(min(figures))


def _step(lower: Goodness, upper: Goodness) -> tuple[float, float]:
    """Return the test figure of the added terms and its p-value."""
    from scipy.special import chdtrc, fdtrc

    more = lower.dof - upper.dof
    fall = max(lower.chi_square - upper.chi_square, 0.0)
    if upper.stated:
        return fall, float(chdtrc(more, fall))
    if upper.chi_square <= 0.0:
        return math.inf, 0.0
    ratio = fall / more / (upper.chi_square / upper.dof)
    return ratio, float(fdtrc(more, upper.dof, ratio))
