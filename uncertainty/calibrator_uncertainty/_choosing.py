"""Operations that choose by value: the largest, the order, the place in a table.

They choose again wherever they are run, so that a traced model holds at every draw and every point.
The axis over draws or points stands last, as in `_structural`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import ModelError, NotSupportedError
from calibrator_uncertainty._structural import Shape, fold, scatter_matrix, size_of
from calibrator_uncertainty._types import Numbers

__all__ = ["Choose", "Interpolation"]

_ORDERS: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {
    "max": lambda array, axis: np.expand_dims(np.argmax(array, axis=axis), axis),
    "min": lambda array, axis: np.expand_dims(np.argmin(array, axis=axis), axis),
    "sort": lambda array, axis: np.argsort(array, axis=axis, kind="stable"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Choose:
    """Takes elements along one axis (counted from the front) in the order of their values.

    `max` and `min` keep the axis with one element; `sort` keeps them all.
    """

    name: str
    axis: int
    shape: Shape

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Choose among bare values."""
        array = np.asarray(values[0], dtype=np.float64)
        return np.take_along_axis(array, self._order(array), self.axis)

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the sparse derivative of the result by the operand."""
        order = self._order(np.asarray(values[0], dtype=np.float64))
        count = size_of(self.shape)
        columns = np.take_along_axis(np.arange(count).reshape(self.shape), order, self.axis).ravel()
        return scatter_matrix(np.arange(columns.size), columns, np.ones(columns.size), (columns.size, count))

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of the operand from that of the result."""
        order = self._order(np.asarray(values[0], dtype=np.float64))
        carried = np.asarray(adjoint, dtype=np.float64)
        shape = np.broadcast_shapes(order.shape, carried.shape)
        order = np.broadcast_to(order, shape)
        length = self.shape[self.axis]
        pulled = np.zeros((*shape[: self.axis], length, *shape[self.axis + 1 :]))
        np.put_along_axis(pulled, order, np.broadcast_to(carried, shape), self.axis)
        return pulled

    def _order(self, array: np.ndarray) -> np.ndarray:
        return _ORDERS[self.name](array, self.axis)


@dataclass(frozen=True, slots=True, eq=False)
class Interpolation:
    """Straight lines between the points of a table: operands are the argument, the points, the values.

    With t = (x - x₀)/(x₁ - x₀) and slope m: dy/dx = m, dy/dy₀ = 1 - t, dy/dy₁ = t, dy/dx₀ = -m(1 - t),
    dy/dx₁ = -m·t. Exactly at a point the steeper of both lines counts, so that u is never the smaller of two.
    """

    name: str
    shapes: tuple[Shape, Shape, Shape]

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Interpolate bare values.

        Raises:
            NotSupportedError: an argument outside the table.
            ModelError: points that do not increase.
        """
        _, t, _, (y0, y1) = self._place(values)
        found = y0 + t * (y1 - y0)
        return float(found) if np.ndim(found) == 0 else found

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the derivative by the argument (elementwise), or by points or values (sparse)."""
        low, t, m = self._steeper(values)
        if place == 0:
            return float(m) if np.ndim(m) == 0 else m
        at_low, at_high = self._weights(place, t, m)
        rows = np.arange(size_of(self.shapes[0]))
        return scatter_matrix(
            np.concatenate((rows, rows)),
            np.concatenate((np.ravel(low), np.ravel(low) + 1)),
            np.concatenate((np.ravel(at_low), np.ravel(at_high))),
            (rows.size, self.shapes[1][0]),
        )

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of an operand from that of the result."""
        low, t, m = self._steeper(values)
        if place == 0:
            term = adjoint * m
            return fold(term, self.shapes[0], self.shapes[0])
        at_low, at_high = (np.asarray(adjoint * weight) for weight in self._weights(place, t, m))
        batch = at_low.shape[len(self.shapes[0]) :]
        count = size_of(self.shapes[0])
        low = np.broadcast_to(low, at_low.shape).reshape((count, *batch))
        pulled = np.zeros((self.shapes[1][0], *batch))
        for row in range(count):  # one argument after the other: several may lie between the same points
            for weight, shift in ((at_low, 0), (at_high, 1)):
                part = np.zeros_like(pulled)
                np.put_along_axis(part, low[row][None] + shift, weight.reshape((count, *batch))[row][None], 0)
                pulled += part
        return pulled

    @staticmethod
    def _weights(place: int, t: Numbers, m: Numbers) -> tuple[Any, Any]:
        return (1.0 - t, t) if place == 2 else (-m * (1.0 - t), -m * t)

    def _steeper(self, values: list[Any]) -> tuple[Any, Any, Any]:
        """Return place, t and slope, at a point of the table those of its steeper side."""
        low, t, m, _ = self._place(values)
        at_point = (np.asarray(t) == 0.0) & (low > 0)
        if not np.any(at_point):
            return low, t, m
        below = np.where(at_point, low - 1, low)
        points, table = (np.asarray(value, dtype=np.float64) for value in values[1:])
        x0, x1, y0, y1 = (_taken(one, below + shift) for one in (points, table) for shift in (0, 1))
        before = (y1 - y0) / (x1 - x0)
        left = at_point & (np.abs(before) > np.abs(m))
        return np.where(left, below, low), np.where(left, 1.0, t), np.where(left, before, m)

    def _place(self, values: list[Any]) -> tuple[Any, Any, Any, tuple[Any, Any]]:
        """Return the place below each argument, t, the slope there and both neighbours' values."""
        x, points, table = (np.asarray(value, dtype=np.float64) for value in values)
        if not np.all(np.diff(points, axis=0) > 0.0):
            raise ModelError("the points of a table must increase", where=self.name, code="table-order")
        first, last = points[0], points[-1]
        outside = ~((x >= first) & (x <= last))
        if np.any(outside):
            worst = np.broadcast_to(x, outside.shape)[outside].ravel()[0]
            raise NotSupportedError(
                f"the argument {worst:.6g} lies outside the table, which goes from "
                f"{np.min(first):g} to {np.max(last):g}",
                way_out="A table says nothing outside itself; extend it.",
                code="extrapolation",
            )
        low = self._below(x, points)
        x0, x1, y0, y1 = (_taken(one, low + shift) for one in (points, table) for shift in (0, 1))
        width = x1 - x0
        return low, (x - x0) / width, (y1 - y0) / width, (y0, y1)

    @staticmethod
    def _below(x: Numbers, points: Numbers) -> Numbers:
        count = points.shape[0]
        if points.size == count:  # the same points for every draw
            return np.clip(np.searchsorted(points.ravel(), x, side="right") - 1, 0, count - 2)
        found: Numbers = np.zeros(np.broadcast_shapes(x.shape, points.shape[1:]), dtype=np.int64)
        for place in range(1, count - 1):
            found = found + (x >= points[place])
        return found


def _taken(table: Numbers, places: Numbers) -> Numbers:
    """Return elements of a table, each draw from its own."""
    if table.size == table.shape[0]:
        return table.ravel()[places]
    draws = np.arange(table.shape[1])
    return table[np.broadcast_to(places, np.broadcast_shapes(places.shape, draws.shape)), draws]
