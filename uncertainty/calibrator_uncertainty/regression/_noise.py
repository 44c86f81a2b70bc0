"""What is known of the errors of points: independent, or a covariance over all x and y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._quantity import factor_of
from calibrator_uncertainty._variances import covariance
from calibrator_uncertainty.regression._leastsquares import Step, clear_root, generalised, weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibrator_uncertainty.regression._data import Series

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Dense", "Independent", "Noise", "noise_of", "unit_noise"]


@dataclass(frozen=True, slots=True)
class Independent:
    """Points without common errors: variances, and the covariance of x and y within each point."""

    xx: Floats
    yy: Floats
    xy: Floats

    @property
    def in_x(self) -> bool:
        """Whether x has errors."""
        return bool(np.any(self.xx > 0.0))

    def step(self, design: Floats, slope: Floats, data: Floats, *, exact: bool = True) -> tuple[Step, Floats]:
        """Solve for linearised data = design·β + e_y - slope·e_x; the step and the errors of x."""
        spread = self.yy - 2.0 * slope * self.xy + slope * slope * self.xx
        if np.any(spread <= 0.0):
            return self._dense().step(design, slope, data)
        u = np.sqrt(spread)
        step = weighted(design, u, data, "the fit", exact=exact)
        return step, (self.xy - slope * self.xx) / u * step.errors

    def _dense(self) -> Dense:
        matrix = np.block([[np.diag(self.xx), np.diag(self.xy)], [np.diag(self.xy), np.diag(self.yy)]])
        factor = factor_of(matrix, "x and y")
        return Dense(factor[: self.xx.size], factor[self.xx.size :])


@dataclass(frozen=True, slots=True)
class Dense:
    """Points with common errors: covariance of (x, y) is the product of the joined factors."""

    x: Floats  # n x m
    y: Floats  # n x m

    @property
    def in_x(self) -> bool:
        """Whether x has errors."""
        return bool(np.any(self.x != 0.0))

    def step(self, design: Floats, slope: Floats, data: Floats, *, exact: bool = True) -> tuple[Step, Floats]:
        """Solve for linearised data = design·β + e_y - slope·e_x; the step and the errors of x."""
        noise = self.y - slope[:, None] * self.x if self.in_x else self.y
        step = generalised(design, noise, data, "the fit")
        return step, self.x @ step.errors


Noise: TypeAlias = "Independent | Dense"


def unit_noise(count: int) -> Independent:
    """Return equal weights: u = 1 in y, nothing in x."""
    return Independent(np.zeros(count), np.ones(count), np.zeros(count))


def noise_of(x: Series, y: Series) -> Noise | None:
    """Return the noise of the points from the memory of their values, None where all are exact."""
    if not x.uncertain and not y.uncertain:
        return None
    count = y.values.size
    if _simple(x) and _simple(y) and x.errors is not y.errors:
        return Independent(_variance(x), _variance(y), np.zeros(count))
    xx = _covariance(x, x, count)
    yy = _covariance(y, y, count)
    xy = _covariance(x, y, count)
    if not any(np.any(block - np.diag(np.diag(block))) for block in (xx, yy, xy)):
        return Independent(np.diag(xx).copy(), np.diag(yy).copy(), np.diag(xy).copy())
    if not np.any(xx):  # half the size, an eighth of the work
        factor = _factor(yy, "the errors of y")
        return Dense(np.zeros_like(factor), factor)
    factor = _factor(np.block([[xx, xy], [xy.T, yy]]), "the errors of x and y together")
    return Dense(factor[:count], factor[count:])


def _factor(covariance: Floats, name: str) -> Floats:
    root = clear_root(covariance)
    return factor_of(covariance, name) if root is None else root


def _simple(series: Series) -> bool:
    return series.errors is None or series.errors._op is None


def _variance(series: Series) -> Floats:
    if series.errors is None:
        return np.zeros(series.values.size)
    return np.broadcast_to(np.asarray(series.errors.u, dtype=np.float64) ** 2, series.values.shape).copy()


def _covariance(one: Series, other: Series, count: int) -> Floats:
    if one.errors is None or other.errors is None:
        return np.zeros((count, count))
    found = np.asarray(covariance(one.errors, other.errors), dtype=np.float64).reshape(count, count)
    return (found + found.T) / 2.0 if one is other else found
