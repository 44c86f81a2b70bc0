"""Plain numbers and arrays, as the tape takes them and shows them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from calibrator_uncertainty._types import Numbers

__all__ = ["as_decimals", "as_number", "read_only"]


def as_number(operand: object) -> Numbers:
    """Return a float or a new float array, None for what is no number."""
    if isinstance(operand, bool | np.bool_):
        return float(operand)
    if isinstance(operand, float | int | np.floating | np.integer | Fraction):
        return float(operand)
    if isinstance(operand, np.ndarray) and operand.dtype.kind in "fiub":
        return operand.astype(np.float64) if operand.ndim else float(operand)
    return None


def as_decimals(item: Any) -> Any:  # noqa: ANN401 - a tree as JSON has it
    """Return a tree with every number as a decimal string of all its digits, without exponent."""
    if isinstance(item, dict):
        return {key: as_decimals(value) for key, value in item.items()}
    if isinstance(item, list | tuple):
        return [as_decimals(value) for value in item]
    if isinstance(item, int | float) and not isinstance(item, bool):
        return f"{Decimal(repr(item)):f}"
    return item


def read_only(values: Numbers) -> Numbers:
    """Return a view that cannot be written to: what was made from the values must not change."""
    shown = np.asarray(values).view()
    shown.flags.writeable = False
    return shown
