"""Curved tables in a model: an operation that reads them again at each draw of their points and of x."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers
from calibrator_uncertainty._user import wrapped
from calibrator_uncertainty.regression._roots import solved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["read_anew", "solve_anew"]

STEP = 1e-5  # of the smallest gap, and of the range of y, for slopes by differences


@dataclass(frozen=True, slots=True)
class _Between:
    """What lies between points whose heights are drawn: `kind` is cubic, monotone or polynomial."""

    kind: str
    points: Floats

    def at(self, x: Numbers, *heights: Numbers) -> Numbers:
        """Return the value at x, of heights that broadcast with it."""
        if self.kind == "monotone":
            return self._monotone(x, heights)
        return self._summed(self._weights(x), heights)

    def by_x(self, x: Numbers, *heights: Numbers) -> Numbers:
        """Return the derivative by x."""
        step = STEP * float(np.min(np.diff(self.points)))
        rise = np.subtract(self.at(np.add(x, step), *heights), self.at(np.subtract(x, step), *heights))
        return rise / (2.0 * step)

    def by_height(self, place: int) -> Callable[..., Numbers]:
        """Return the derivative by one height, as a function of all operands."""

        def slope(x: Numbers, *heights: Numbers) -> Numbers:
            if self.kind != "monotone":
                return self._weights(x)[..., place] + 0.0 * np.add(x, heights[place])
            step = STEP * float(np.ptp([np.mean(one) for one in heights]) or 1.0)
            up, down = list(heights), list(heights)
            up[place], down[place] = np.add(up[place], step), np.subtract(down[place], step)
            return np.subtract(self.at(x, *up), self.at(x, *down)) / (2.0 * step)

        return slope

    def _weights(self, x: Numbers) -> Floats:
        """Return what each height counts for at x, in a last axis: these kinds are linear in the heights."""
        from scipy.interpolate import BarycentricInterpolator, CubicSpline

        shape = CubicSpline if self.kind == "cubic" else BarycentricInterpolator
        return np.asarray(shape(self.points, np.eye(self.points.size))(x))

    @staticmethod
    def _summed(weights: Floats, heights: tuple[Numbers, ...]) -> Numbers:
        total: Numbers = 0.0
        for place, height in enumerate(heights):
            total = total + weights[..., place] * height
        return total

    def _monotone(self, x: Numbers, heights: tuple[Numbers, ...]) -> Numbers:
        from scipy.interpolate import PchipInterpolator

        where, *rows = np.broadcast_arrays(x, *heights)
        flat = where.ravel()
        pieces = PchipInterpolator(self.points, np.stack([row.ravel() for row in rows])).c
        below = np.clip(np.searchsorted(self.points, flat, side="right") - 1, 0, self.points.size - 2)
        steps, total = flat - self.points[below], np.zeros(flat.size)
        for power in pieces:
            total = total * steps + power[below, np.arange(flat.size)]
        return total.reshape(where.shape)


def read_anew(kind: str, points: Floats, heights: UncertainArray, x: Numbers) -> Numbers:
    """Return the value of a table at one x by an operation that a model runs again at each draw."""
    count = points.size
    between = _Between(kind, points)
    slopes = (between.by_x, *(between.by_height(place) for place in range(count)))

    def between_the_points(x: Numbers, *heights: Numbers) -> Numbers:
        return between.at(x, *heights)

    return wrapped(between_the_points, derivatives=slopes)(x, *(heights[place] for place in range(count)))


def solve_anew(kind: str, points: Floats, heights: UncertainArray, first: Numbers, y: Numbers) -> Numbers:
    """Return the x of a table's value by Newton's steps from a root to first order."""
    reach = float(points[-1] - points[0])
    return solved(lambda x: read_anew(kind, points, heights, x), first, y, reach)
