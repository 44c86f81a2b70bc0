"""The same series at other times, or averaged in blocks."""

from __future__ import annotations

import numpy as np

from calibrator_uncertainty._doors import FIGURES, WHOLE, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import quantity
from calibrator_uncertainty.regression._data import plain_in, read_series, sparse
from calibrator_uncertainty.regression._table import Kind, Table
from calibrator_uncertainty.timeseries._clock import read_times
from calibrator_uncertainty.timeseries._linear import linear_step

__all__ = ["average_blocks", "resample"]


@asks(times=FIGURES, new_times=FIGURES)
def resample(times: Quantity, values: Quantity, new_times: Quantity, *, kind: Kind = "linear") -> Quantity:
    """Return the series at other times within its own; neighbours become correlated, and are.

    Args:
        times: of the values, rising; plain numbers are seconds.
        values: plain or uncertain.
        new_times: where it is wanted, in any order, exact or uncertain.
        kind: `linear`, `cubic`, `monotone` or `polynomial`, as of `regression.table`.

    Raises:
        InputError: a new time before the first or after the last.
    """
    stamps, row = read_times(times), read_series(values, "values")
    if row.values.size != stamps.values.size:
        raise InputError(f"{stamps.values.size} times and {row.values.size} values", code="shape")
    return Table(stamps, row, kind)(quantity(plain_in(new_times, stamps.unit, "new_times"), stamps.unit))


@asks(count=WHOLE)
def average_blocks(values: Quantity, count: int) -> Quantity:
    """Return the means of successive blocks of `count` samples; a last block that is not full is left out.

    Raises:
        InputError: a count below 1 or above the number of samples.
    """
    row = read_series(values, "values")
    blocks = row.values.size // count if count >= 1 else 0
    if blocks < 1:
        raise InputError(f"blocks of {count} in {row.values.size} samples", code="count")
    matrix = np.zeros((blocks, row.values.size))
    for block in range(blocks):
        matrix[block, block * count : (block + 1) * count] = 1.0 / count
    means = row.values[: blocks * count].reshape(blocks, count).mean(axis=1)
    return quantity(linear_step("average", means, [(row.errors, sparse(matrix))]), row.unit)
