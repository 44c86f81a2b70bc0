"""Plain numbers and arrays, as the tape takes them and shows them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from calibrator_uncertainty._types import Numbers

__all__ = ["as_number", "read_only"]


def as_number(operand: object) -> Numbers:
    """Return a float or a new float array, None for what is no number."""
    if isinstance(operand, bool | np.bool_):
        return float(operand)
    if isinstance(operand, float | int | np.floating | np.integer | Fraction):
        return float(operand)
    if isinstance(operand, np.ndarray) and operand.dtype.kind in "fiub":
        return operand.astype(np.float64) if operand.ndim else float(operand)
    return None


def read_only(values: Numbers) -> Numbers:
    """Return a view that cannot be written to: what was made from the values must not change."""
    shown = np.asarray(values).view()
    shown.flags.writeable = False
    return shown
