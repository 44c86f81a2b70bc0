"""Digital filters on series, with uncertain samples and uncertain coefficients."""

from __future__ import annotations

from typing import Literal

import numpy as np

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._structural import scatter_matrix
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import difference_unit, parse_unit, quantity
from calibrator_uncertainty.regression._data import Series, plain_in, read_series, sparse
from calibrator_uncertainty.timeseries._linear import linear_step

__all__ = ["fir_filter", "iir_filter"]

NEGLIGIBLE = 1e-18  # of the impulse response's largest sample
MOST = 20_000_000  # entries of a derivative that are still kept


def fir_filter(b: Quantity, values: Quantity, *, before: Literal["zero", "first"] = "zero") -> Quantity:
    """Return y[n] = Σ b[k]·x[n - k].

    Args:
        b: coefficients, plain or uncertain (and then correlated as they are).
        values: the series x, plain or uncertain.
        before: what came before the first sample: nothing, or the first sample for ever.

    Raises:
        InputError: no coefficients, or a series with values that are not finite.

    Source: C. Elster and A. Link, Metrologia 45 (2008) 464.
    """
    return iir_filter(b, [1.0], values, before=before)


def iir_filter(
    b: Quantity, a: Quantity, values: Quantity, *, before: Literal["zero", "first"] = "zero"
) -> Quantity:
    """Return the output of the recursive filter Σ a[k]·y[n - k] = Σ b[k]·x[n - k].

    Args:
        b: coefficients of the input; their unit is that of y over x.
        a: coefficients of the output, without unit, the first not zero.
        values: the series x, plain or uncertain.
        before: what came before the first sample: nothing, or the first sample for ever.

    Raises:
        InputError: a filter that is not stable, or one that remembers too much of too long a series.

    Source: A. Link and C. Elster, Meas. Sci. Technol. 20 (2009) 055104.
    """
    if before not in ("zero", "first"):
        raise InputError(f"before is {before!r}", way_out="It is zero or first.", code="before")
    ahead, back, row = read_series(b, "b"), read_series(a, "a"), read_series(values, "values")
    plain_in(quantity(1.0, back.unit), parse_unit(""), "a")
    if back.values[0] == 0.0:
        raise InputError("a[0] is 0; the filter gives no y", code="a0")
    forward, recursive = _moving(ahead) / _moving(back)[0], _moving(back) / _moving(back)[0]
    _check_stable(back.values)
    signal = _moving(row)
    held: Numbers = 0.0
    if before == "first":
        held = signal[0] * (np.sum(forward) / np.sum(recursive))
        signal = signal - signal[0]
    made = _filtered(forward, recursive, signal) + held
    return quantity(made, ahead.unit * difference_unit(row.unit))


def _moving(series: Series) -> Numbers:
    return series.values if series.errors is None else series.errors


def _check_stable(a: np.ndarray) -> None:
    poles = np.abs(np.roots(a)) if a.size > 1 else np.zeros(1)
    if poles.size and poles.max() >= 1.0:
        raise InputError(
            f"the filter is not stable: it has a pole of magnitude {poles.max():.6g}",
            way_out="All roots of a must lie inside the unit circle.",
            code="unstable",
        )


def _filtered(forward: Numbers, recursive: Numbers, signal: Numbers) -> Numbers:
    """Filter from rest; derivatives by the samples and by both sets of coefficients."""
    b, a, x = (
        np.asarray(getattr(one, "value", one), dtype=np.float64) for one in (forward, recursive, signal)
    )
    y = _recurse(a, _shifted(x, b.size) @ b)
    impulse = np.zeros(x.size)
    impulse[0] = 1.0
    response = _recurse(a, _shifted(impulse, b.size) @ b)
    by_b = _shifted(_recurse(a, x), b.size)
    by_a = -_shifted(_recurse(a, y), a.size)
    by_a[:, 0] = 0.0  # a[0] is 1 and stays 1
    return linear_step(
        "filter", y, [(signal, _toeplitz(response)), (forward, sparse(by_b)), (recursive, sparse(by_a))]
    )


def _shifted(x: np.ndarray, count: int) -> np.ndarray:
    """Return x delayed by 0, 1, ... samples as columns."""
    columns = np.zeros((x.size, count))
    for delay in range(min(count, x.size)):
        columns[delay:, delay] = x[: x.size - delay]
    return columns


def _recurse(a: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve Σ a[k]·y[n - k] = right[n], from rest."""
    if a.size == 1:
        return np.asarray(right / a[0])
    from scipy.linalg import solve_banded

    bands = np.repeat(a[:, None], right.size, axis=1)
    return np.asarray(solve_banded((a.size - 1, 0), bands, right), dtype=np.float64)


def _toeplitz(response: np.ndarray) -> Numbers:
    """Return the derivative of the output by the input, without what has decayed."""
    size = response.size
    kept = np.flatnonzero(np.abs(response) > NEGLIGIBLE * np.max(np.abs(response), initial=0.0))
    if kept.size * size > MOST:
        raise InputError(
            f"a filter with {kept.size} samples of memory on {size} samples has too many derivatives",
            way_out="Filter in pieces, or average the series first.",
            code="too-long",
        )
    rows = np.concatenate([np.arange(delay, size) for delay in kept]) if kept.size else np.zeros(0, int)
    columns = np.concatenate([np.arange(size - delay) for delay in kept]) if kept.size else np.zeros(0, int)
    data = np.concatenate([np.full(size - delay, response[delay]) for delay in kept]) if kept.size else rows
    return scatter_matrix(rows, columns, data, (size, size))
