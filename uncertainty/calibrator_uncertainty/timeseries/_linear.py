"""A step that is linear in each of several rows, put on the tape with its derivatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = ["bare", "linear_step"]


def bare(row: Numbers) -> np.ndarray:
    """Return the estimates of a row, plain or uncertain."""
    return np.asarray(row.value if isinstance(row, UncertainArray) else row, dtype=np.float64)


def linear_step(name: str, value: np.ndarray, parts: Sequence[tuple[Numbers, Numbers]]) -> Numbers:
    """Return `value` with its derivative (a sparse matrix) by each of the rows that is uncertain."""
    moving = [(row, slope) for row, slope in parts if isinstance(row, UncertainArray)]
    if not moving:
        return value
    origins = tuple(row.value for row, _ in moving)
    operation = Linear(name, value, origins, tuple(slope for _, slope in moving))
    return UncertainArray(value, operation, tuple(row for row, _ in moving))
