"""Interpolation in a calibration table, with every correlation of its points kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from calibrator_uncertainty._branches import is_watched, note_check
from calibrator_uncertainty._doors import FIGURES, asks, optional
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import quantity
from calibrator_uncertainty.regression._data import Series, asked_in, read_series, sparse
from calibrator_uncertainty.regression._roots import Heights
from calibrator_uncertainty.regression._smooth import read_anew, solve_anew

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Kind", "Table", "table"]

Kind: TypeAlias = Literal["linear", "cubic", "monotone", "polynomial"]
FLAT = 1e-12  # of the mean steepness
BETWEEN = 16  # parts of an interval in which a curved table is searched
KINDS = ("linear", "cubic", "monotone", "polynomial")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of points read between them; `table(x)` is y at x, `table.inverse(y)` is x at y.

    The result depends on the points, which may be correlated, on their x where that is uncertain, and on x.
    Exactly at a point of a linear table, where two lines meet, the line that gives the larger u counts.
    """

    x: Series
    y: Series
    kind: Kind

    def __call__(self, x: Quantity) -> Quantity:
        """Return y at x (one or a row, plain or uncertain).

        Raises:
            InputError: x outside the table.
        """
        asked = asked_in(x, self.x.unit, "x")
        uncertain = asked if isinstance(asked, UncertainArray) else None
        where = _unseen(asked) if self._followed(asked) else _bare(asked)
        points = self.x.values
        outside = (where < points[0]) | (where > points[-1]) | ~np.isfinite(where)
        if np.any(outside):
            raise InputError(
                f"x = {np.ravel(where)[np.ravel(outside)][0]:g} lies outside the table, which goes from "
                f"{points[0]:g} to {points[-1]:g} {self.x.unit}",
                way_out="A table says nothing outside itself; extend it.",
                code="extrapolation",
            )
        if self._followed(asked):
            note_check()
            return quantity(self._again(asked), self.y.unit)
        return quantity(self._read(where, uncertain), self.y.unit)

    def _followed(self, asked: Numbers) -> bool:
        """Tell whether a model asks this table, which then reads it again at each draw.

        Curved ones are read so at one x, where the uncertainty of their own points is in y alone.
        """
        ours = (asked, self.x.errors, self.y.errors)
        if not (is_watched() and any(isinstance(one, UncertainArray) for one in ours)):
            return False
        return self.kind == "linear" or (
            self.x.errors is None and self.y.errors is not None and not np.shape(asked)
        )

    def _again(self, asked: Numbers) -> Numbers:
        """Return y at x by an operation that is run again at each draw."""
        if self.kind == "linear" or self.y.errors is None:
            return self._straight(asked, self.x, self.y, 1)
        return read_anew(self.kind, self.x.values, self.y.errors, asked)

    @staticmethod
    def _straight(asked: Numbers, by: Series, to: Series, way: int) -> Numbers:
        """Interpolate by an operation that looks for the interval again wherever it is run."""
        interpolate: Any = np.interp
        points, values = (one.values if one.errors is None else one.errors for one in (by, to))
        return interpolate(asked, points[::way], values[::way])

    def inverse(self, y: Quantity, *, near: Quantity = None) -> Quantity:
        """Return the x at which the table has the value y (one or a row, plain or uncertain).

        Args:
            y: the value; a plain number only where the table has no unit.
            near: where the table passes y more than once, the neighbourhood that is meant.

        Raises:
            InputError: no such x in the table, or several and no `near`.
            ModelError: the table is flat there.
        """
        asked = asked_in(y, self.y.unit, "y")
        rises = np.diff(self.y.values)
        straight = self.kind == "linear" and (np.all(rises > 0.0) or np.all(rises < 0.0))
        anew = self._followed(asked) and (straight or self.kind != "linear")
        if anew:
            note_check()
        if anew and straight:
            return quantity(self._straight(asked, self.y, self.x, 1 if rises[0] > 0.0 else -1), self.x.unit)
        bare = _unseen(asked) if anew else _bare(asked)
        close = None if near is None else float(_bare(asked_in(near, self.x.unit, "near")))
        heights = self._heights()
        found = np.array([heights.only_root(float(one), close) for one in bare.ravel()])
        rate = self._rate(found, flatter=True)
        steepness = float(np.ptp(self.y.values)) / float(np.ptp(self.x.values))
        if np.any(np.abs(rate) <= FLAT * steepness):
            raise ModelError("the table is flat at the x sought: no first order", code="flat")
        root = found.reshape(bare.shape)
        slope: Numbers = rate.reshape(bare.shape) if bare.shape else float(rate[0])
        given = asked if isinstance(asked, UncertainArray) else bare
        start: Numbers = root if bare.shape else float(root)
        if anew and self.y.errors is not None:
            at_start = read_anew(self.kind, self.x.values, self.y.errors, start)
            first = start + (given - at_start) / slope
            return quantity(solve_anew(self.kind, self.x.values, self.y.errors, first, given), self.x.unit)
        return quantity(start + (given - self._read(root, None, flatter=True)) / slope, self.x.unit)

    def _heights(self) -> Heights:
        points = self.x.values
        # between two points a curved table may pass a value twice
        parts = 1 if self.kind in ("linear", "monotone") else BETWEEN
        steps = np.arange(parts) / parts
        grid = np.append((points[:-1, None] + np.diff(points)[:, None] * steps).ravel(), points[-1])

        def at(x: Floats) -> Floats:
            return self._values(points, self.y.values, x)

        way_out = "A table says nothing outside itself; extend it."
        return Heights(at, grid, at(grid), "the table", f"{self.x.unit}", f"{self.y.unit}", way_out)

    def _read(self, where: Floats, uncertain: UncertainArray | None, *, flatter: bool = False) -> Numbers:
        flat = where.ravel()
        value = self._values(self.x.values, self.y.values, flat)
        shaped: Numbers = value.reshape(where.shape) if where.shape else float(value[0])
        operands: list[UncertainArray] = []
        origins: list[Numbers] = []
        slopes: list[Numbers] = []
        for series, matrix in ((self.y, self._by_y), (self.x, self._by_x)):
            if series.errors is not None:
                operands.append(series.errors)
                origins.append(series.values)
                slopes.append(matrix(flat, flatter))
        if uncertain is not None:
            operands.append(uncertain)
            origins.append(uncertain.value)
            rate = self._rate(flat, flatter=flatter)
            slopes.append(rate.reshape(where.shape) if where.shape else float(rate[0]))
        if not operands:
            return UncertainArray(shaped)
        return UncertainArray(shaped, Linear("table", shaped, tuple(origins), tuple(slopes)), tuple(operands))

    def _values(self, points: Floats, values: Floats, where: Floats) -> Floats:
        """Interpolate; `values` may have several columns."""
        if self.kind == "polynomial":
            from scipy.interpolate import BarycentricInterpolator

            return np.asarray(BarycentricInterpolator(points, values)(where))
        return np.asarray(_piecewise(self.kind, points, values)(where))

    def _by_y(self, where: Floats, flatter: bool) -> Numbers:
        """Return the derivative of the results by the y of the table."""
        if self.kind == "linear":
            return self._two_each(where, flatter, lambda share, slope: (1.0 - share, share))
        if self.kind != "monotone":
            return sparse(self._values(self.x.values, np.eye(self.x.values.size), where))
        return sparse(self._numerical(where, self.x.values, self.y.values, False))

    def _by_x(self, where: Floats, flatter: bool) -> Numbers:
        """Return the derivative of the results by the x of the table."""
        if self.kind == "linear":
            return self._two_each(
                where, flatter, lambda share, slope: (-slope * (1.0 - share), -slope * share)
            )
        return sparse(self._numerical(where, self.x.values, self.y.values, True))

    def _two_each(
        self, where: Floats, flatter: bool, weights: Callable[[Floats, Floats], tuple[Floats, Floats]]
    ) -> Numbers:
        """Return the matrix in which each result has its two neighbours; little memory, however long."""
        from scipy.sparse import csr_array

        x, y = self.x.values, self.y.values
        below = self._interval(where, flatter=flatter)
        gap = x[below + 1] - x[below]
        pair = weights((where - x[below]) / gap, (y[below + 1] - y[below]) / gap)
        rows = np.arange(where.size)
        places = (np.concatenate((rows, rows)), np.concatenate((below, below + 1)))
        return csr_array((np.concatenate(pair), places), shape=(where.size, x.size))

    def _numerical(self, where: Floats, points: Floats, values: Floats, by_x: bool) -> Floats:
        """Central differences by each point; exact enough for an uncertainty (about ten digits)."""
        matrix = np.empty((where.size, points.size))
        scale = float(np.min(np.diff(points))) if by_x else float(np.ptp(values)) or 1.0
        for place in range(points.size):
            step = np.zeros(points.size)
            step[place] = 1e-5 * scale
            if by_x:
                # outside the shifted table the end piece goes on, which is what the limit needs
                up = self._values(points + step, values, where)
                down = self._values(points - step, values, where)
            else:
                up = self._values(points, values + step, where)
                down = self._values(points, values - step, where)
            matrix[:, place] = (up - down) / (2.0 * step[place])
        return matrix

    def _interval(self, where: Floats, *, flatter: bool = False) -> NDArray[np.intp]:
        """Return the interval that each x lies in; of the two at a point the steeper, or the flatter."""
        x = self.x.values
        above = np.clip(np.searchsorted(x, where, side="right") - 1, 0, x.size - 2)
        before = np.clip(np.searchsorted(x, where, side="left") - 1, 0, x.size - 2)
        steepness = np.abs(np.diff(self.y.values) / np.diff(x))
        left, right = steepness[before], steepness[above]
        return np.where(left < right if flatter else left > right, before, above)

    def _rate(self, where: Floats, *, flatter: bool = False) -> Floats:
        """Return dy/dx; at a corner of a linear table, that of the steeper side, or of the flatter."""
        if self.kind == "linear":
            slopes = np.diff(self.y.values) / np.diff(self.x.values)
            return np.asarray(slopes[self._interval(where, flatter=flatter)])
        if self.kind == "polynomial":
            step = 1e-5 * float(np.min(np.diff(self.x.values)))
            up = self._values(self.x.values, self.y.values, where + step)
            return np.asarray((up - self._values(self.x.values, self.y.values, where - step)) / (2.0 * step))
        return np.asarray(_piecewise(self.kind, self.x.values, self.y.values).derivative()(where))


def _unseen(value: Numbers) -> Floats:
    """Return the bare value; a model that looks at it so is not bound to it."""
    return np.asarray(value._value if isinstance(value, UncertainArray) else value, dtype=np.float64)


def _bare(value: Numbers) -> Floats:
    return np.asarray(value.value if isinstance(value, UncertainArray) else value, dtype=np.float64)


def _piecewise(kind: str, points: Floats, values: Floats) -> Numbers:
    from scipy.interpolate import CubicSpline, PchipInterpolator, PPoly

    if kind == "cubic":
        return CubicSpline(points, values)
    if kind == "monotone":
        return PchipInterpolator(points, values)
    gaps = np.diff(points).reshape((-1,) + (1,) * (values.ndim - 1))
    return PPoly(np.stack((np.diff(values, axis=0) / gaps, values[:-1])), points)


@asks(u_x=optional(FIGURES), u_y=optional(FIGURES))
def table(
    x: Quantity, y: Quantity, *, kind: Kind = "linear", u_x: Quantity = None, u_y: Quantity = None
) -> Table:
    """Return a calibration table to be read between its points.

    Args:
        x: rising quantities, plain or uncertain, or plain numbers.
        y: likewise, in any order.
        kind: `linear`; `cubic` (spline, not-a-knot); `monotone` (PCHIP, never overshoots); `polynomial`
            through all points (few of them).
        u_x: standard uncertainty of plain x.
        u_y: standard uncertainty of plain y.

    Raises:
        InputError: x that does not rise, too few points, an unknown kind.

    Source: D. R. White, Metrologia 54 (2017) 63 (propagation through interpolation).
    """
    points, values = read_series(x, "x", u_x), read_series(y, "y", u_y)
    if kind not in KINDS:
        raise InputError(f"the kind of table is {kind!r}", way_out=f"It is one of: {', '.join(KINDS)}.")
    if points.values.size != values.values.size or points.values.size < 2:
        raise InputError(
            f"a table needs two points or more with a y each; it has {points.values.size} x and "
            f"{values.values.size} y",
            code="shape",
        )
    falls = np.flatnonzero(np.diff(points.values) <= 0.0)
    if falls.size:
        raise InputError(
            f"x[{falls[0] + 1}] = {points.values[falls[0] + 1]:g} is not above the one before it",
            way_out="Sort the table by x; give equal x as one mean.",
            code="not-rising",
        )
    return Table(points, values, kind)
