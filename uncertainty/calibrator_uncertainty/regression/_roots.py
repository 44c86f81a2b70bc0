"""Where a curve or a table has a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["only_root", "roots_of"]


def only_root(
    at: Callable[[Floats], Floats],
    grid: Floats,
    value: float,
    near: float | None,
    words: tuple[str, str, str, str],
) -> float:
    """Return the x within the grid at which `at(x)` is the value.

    Args:
        at: y at a row of x.
        grid: rising x between which y changes its side of the value at most once.
        value: the y sought.
        near: where there are several, the neighbourhood that is meant.
        words: what it is (`the curve`), the units of x and y, and the way out where y is not reached.

    Raises:
        InputError: no such x, or several and no `near`.
    """

    def off(x: Floats) -> Floats:
        return at(x) - value

    what, x_unit, y_unit, way_out = words
    found = roots_of(off, grid)
    if not found:
        ends = at(grid[[0, -1]])
        raise InputError(
            f"{what} does not reach y = {value:g} between x = {grid[0]:g} and {grid[-1]:g} {x_unit} "
            f"(y is {ends[0]:g} and {ends[1]:g} {y_unit} at the ends)",
            way_out=way_out,
            code="extrapolation",
        )
    if near is not None:
        return min(found, key=lambda root: abs(root - near))
    if len(found) > 1:
        places = ", ".join(f"{root:.6g}" for root in found)
        raise InputError(
            f"{what} has y = {value:g} at {len(found)} places: {places}",
            way_out="Say which one is meant with near.",
            code="ambiguous",
        )
    return found[0]


def roots_of(off: Callable[[Floats], Floats], grid: Floats) -> list[float]:
    """Return the zeros on a grid and one between each two neighbours of different sign."""
    from scipy.optimize import brentq

    def single(x: float) -> float:
        return float(off(np.array([x]))[0])

    values = off(grid)
    found = [float(x) for x in grid[values == 0.0]]
    for place in np.flatnonzero(values[:-1] * values[1:] < 0.0):
        found.append(float(brentq(single, grid[place], grid[place + 1], xtol=1e-300, rtol=8.9e-16)))
    return sorted(found)
