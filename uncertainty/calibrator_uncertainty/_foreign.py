"""Functions from outside on arrays of draws: at once where they take arrays, else draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from calibrator_uncertainty._types import Numbers

__all__ = ["run_foreign", "slope_foreign"]


def run_foreign(op: Numbers, args: list[Any]) -> Numbers:
    """Return an elementwise operation's results, of the shape that its operands broadcast to."""
    shape = np.broadcast_shapes(*(np.shape(arg) for arg in args))
    try:
        found = op.run(args, False)
    except (TypeError, ValueError):  # a function of single numbers; what is wrong otherwise comes up again
        found = None
    return found if np.shape(found) == shape else _each(lambda *one: op.run(list(one), True), args)


def slope_foreign(op: Numbers, place: int, args: list[Any], result: Numbers) -> Numbers:
    """Return an elementwise operation's derivatives by one operand."""
    shape = np.broadcast_shapes(*(np.shape(arg) for arg in args))
    try:
        found = op.slope(place, args, result)
    except (TypeError, ValueError):
        found = None
    if np.shape(found) in (shape, ()) and found is not None:
        return found
    return _each(lambda *one: op.slope(place, list(one[:-1]), one[-1]), [*args, result])


def _each(function: Numbers, args: list[Any]) -> Numbers:
    rows = np.broadcast_arrays(*(np.asarray(arg, dtype=np.float64) for arg in args))
    found = [float(function(*one)) for one in zip(*(row.ravel().tolist() for row in rows), strict=True)]
    return np.array(found).reshape(rows[0].shape)
