"""Functions from outside on arrays of draws: at once where they take arrays, else draw by draw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from calibrator_uncertainty._types import Numbers

__all__ = ["run_foreign", "slope_foreign"]


def run_foreign(op: Numbers, args: list[Any]) -> Numbers:
    """Return an elementwise operation's results, of the shape that its operands broadcast to."""
    shape = np.broadcast_shapes(*(np.shape(arg) for arg in args))
    if int(np.prod(shape)) == 1:  # math's functions take such an array for a number, with a warning
        return _each(lambda *one: op.run(list(one), True), args)
    try:
        found = op.run(args, False)
    except (TypeError, ValueError):  # a function of single numbers; what is wrong otherwise comes up again
        found = None
    return found if np.shape(found) == shape else _each(lambda *one: op.run(list(one), True), args)


def slope_foreign(op: Numbers, place: int, args: list[Any], result: Numbers) -> Numbers:
    """Return an elementwise operation's derivatives by one operand."""
    shape = np.broadcast_shapes(*(np.shape(arg) for arg in args))
    u = np.asarray(op.spreads[place] if op.spreads else 0.0)  # of the model's shape, without the draws
    if 0 < u.ndim < np.ndim(args[place]):
        u = u[..., None]

    def slope(spread: Numbers, values: list[Any], there: Numbers) -> Numbers:
        return replace(op, spreads=(spread,) * len(args)).slope(place, values, there)

    if int(np.prod(shape)) == 1:
        return _each(lambda spread, *one: slope(spread, list(one[:-1]), one[-1]), [u, *args, result])
    try:
        found = slope(u, args, result)
    except (TypeError, ValueError):
        found = None
    if found is not None and np.shape(found) in (shape, ()):
        return found
    return _each(lambda spread, *one: slope(spread, list(one[:-1]), one[-1]), [u, *args, result])


def _each(function: Numbers, args: list[Any]) -> Numbers:
    rows = np.broadcast_arrays(*(np.asarray(arg, dtype=np.float64) for arg in args))
    found = [float(function(*one)) for one in zip(*(row.ravel().tolist() for row in rows), strict=True)]
    return np.array(found).reshape(rows[0].shape)
