"""Where a curve or a table has a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Numbers
from calibrator_uncertainty._user import wrapped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Heights", "solved"]

ITERATIONS = 5  # Newton's steps of a root at draws
STEP = 1e-6  # of the range, for their slope
SETTLED = 1e-7  # of the range and of x: what the last step may still be; the error is its square


@dataclass(frozen=True, slots=True)
class Heights:
    """A curve or a table on a grid of x between which y passes a value at most once."""

    at: Callable[[Floats], Floats]
    grid: Floats
    y: Floats
    what: str
    x_unit: str
    y_unit: str
    way_out: str

    def only_root(self, value: float, near: float | None) -> float:
        """Return the x at which y is the value.

        Args:
            value: the y sought.
            near: where there are several, the neighbourhood that is meant.

        Raises:
            InputError: no such x, or several and no `near`.
        """
        found = self._roots(value)
        low, high = self.grid[0], self.grid[-1]
        if not found:
            raise InputError(
                f"{self.what} does not reach y = {value:g} between x = {low:g} and {high:g} {self.x_unit} "
                f"(y is {self.y[0]:g} and {self.y[-1]:g} {self.y_unit} at the ends)",
                way_out=self.way_out,
                code="extrapolation",
            )
        if near is not None:
            return min(found, key=lambda root: abs(root - near))
        if len(found) > 1:
            places = ", ".join(f"{root:.6g}" for root in found)
            raise InputError(
                f"{self.what} has y = {value:g} at {len(found)} places: {places}",
                way_out="Say which one is meant with near.",
                code="ambiguous",
            )
        return found[0]

    def _roots(self, value: float) -> list[float]:
        from scipy.optimize import brentq

        def off(x: float) -> float:
            return float(self.at(np.array([x]))[0]) - value

        y, grid = self.y - value, self.grid
        found = [float(x) for x in grid[y == 0.0]]
        for place in np.flatnonzero(y[:-1] * y[1:] < 0.0):
            found.append(float(brentq(off, grid[place], grid[place + 1], xtol=1e-300, rtol=8.9e-16)))
        return sorted(found)


def solved(height: Callable[[Numbers], Numbers], x: Numbers, y: Numbers, reach: float) -> Numbers:
    """Go on from a root to first order by Newton's steps, which a model takes anew for each draw.

    `height` is the curve or table, `reach` the width of its range. Where a draw has no root NaN comes out.
    """
    step = STEP * reach
    before = x
    for _ in range(ITERATIONS):
        here = height(x)
        rate = (height(x + step) - here) / step
        before, x = x, x + (y - here) / rate
    return wrapped(_settled(SETTLED * reach), derivatives=(_one, _none))(x, before)


def _settled(room: float) -> Callable[[Numbers, Numbers], Numbers]:
    """Return a function that gives its first argument where the second is as near as that, else NaN."""

    def root_of_the_curve(x: Numbers, before: Numbers) -> Numbers:
        near = np.abs(np.subtract(x, before)) <= room + SETTLED * np.abs(x)
        return np.where(near, x, np.nan)

    return root_of_the_curve


def _one(x: Numbers, before: Numbers) -> Numbers:
    return np.ones(np.broadcast_shapes(np.shape(x), np.shape(before)))


def _none(x: Numbers, before: Numbers) -> Numbers:
    return np.zeros(np.broadcast_shapes(np.shape(x), np.shape(before)))
