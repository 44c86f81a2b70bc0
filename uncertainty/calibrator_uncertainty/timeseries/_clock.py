"""Time stamps: what an uncertain clock does to the values that were read by it."""

from __future__ import annotations

import numpy as np

from calibrator_uncertainty._doors import FIGURE, FIGURES, asks, optional
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import difference_unit, parse_unit, quantity
from calibrator_uncertainty.regression._data import Series, plain_in, read_series
from calibrator_uncertainty.timeseries._linear import bare

__all__ = ["read_times", "with_time_stamps"]


@asks(times=FIGURES, jitter=FIGURES, offset=FIGURE, rate=FIGURE, derivative=optional(FIGURES))
def with_time_stamps(
    times: Quantity,
    values: Quantity,
    *,
    jitter: Quantity = 0.0,
    offset: Quantity = 0.0,
    rate: Quantity = 0.0,
    derivative: Quantity = None,
) -> Quantity:
    """Return the values at their time stamps, with the uncertainty that the stamps add.

    u_y² = u_r² + (dy/dt)² u_t². The jitter is another for each sample; the offset and the rate of the clock
    are one error each, common to all samples, and do not average away. Where two channels are stamped by one
    clock, hand the same uncertain offset to both.

    Args:
        times: stamps, rising; plain numbers are seconds.
        values: as read, plain or uncertain.
        jitter: standard uncertainty of each stamp, one or a row.
        offset: standard uncertainty of what the stamps are ahead of the true time, or that error itself as an
            uncertain quantity, whose estimate is then corrected for.
        rate: standard uncertainty of the clock's relative rate, counted from the first stamp, or that error
            itself as an uncertain quantity.
        derivative: dy/dt at the stamps; by default from the values (second-order differences).

    Raises:
        InputError: stamps that do not rise, negative uncertainties, fewer than three values.

    Source: JCGM 100:2008, 5.1.2, with y(t + δ) as the model.
    """
    stamps, row = read_times(times), read_series(values, "values")
    if row.values.size != stamps.values.size:
        raise InputError(f"{stamps.values.size} times and {row.values.size} values", code="shape")
    slope = _slope(stamps, row, derivative)
    second = stamps.unit
    spread = np.asarray(plain_in(jitter, second, "jitter"), dtype=np.float64)
    if not (np.isfinite(spread).all() and np.all(spread >= 0.0)):
        raise InputError("the jitter is finite and not negative", code="negative-u")
    shift: Numbers = _shared(offset, second, "offset")
    drift = _shared(rate, parse_unit(""), "rate")
    shift = shift + drift * (stamps.values - stamps.values[0])
    if np.any(spread > 0.0):
        each = np.broadcast_to(spread, row.values.shape).copy()
        shift = shift + UncertainArray.leaf(np.zeros(row.values.size), each, name="time stamps")
    moved: Numbers = row.errors if row.errors is not None else row.values
    made = moved + slope * shift
    return quantity(made if isinstance(made, UncertainArray) else UncertainArray(made), row.unit)


def read_times(times: Quantity) -> Series:
    """Read exact rising times; plain numbers are seconds.

    Raises:
        InputError: uncertain times, or times that do not rise.
    """
    given = times if hasattr(times, "_REGISTRY") else quantity(np.asarray(times, float), parse_unit("s"))
    plain_in(given, parse_unit("s"), "times")
    stamps = read_series(given, "times")
    if stamps.errors is not None:
        raise InputError(
            "the times are uncertain themselves",
            way_out="Give exact stamps, and their error as jitter, offset and rate.",
            code="uncertain-times",
        )
    falls = np.flatnonzero(np.diff(stamps.values) <= 0.0)
    if falls.size:
        raise InputError(
            f"times[{falls[0] + 1}] = {stamps.values[falls[0] + 1]:g} {stamps.unit} is not after the one "
            "before",
            way_out="Sort the samples by time.",
            code="not-rising",
        )
    return stamps


def _slope(stamps: Series, row: Series, derivative: Quantity) -> np.ndarray:
    if derivative is not None:
        unit = difference_unit(row.unit) / stamps.unit
        found = np.asarray(bare(plain_in(derivative, unit, "derivative")), dtype=np.float64)
        return np.broadcast_to(found, row.values.shape)
    if row.values.size < 3:
        raise InputError(
            f"{row.values.size} values do not tell dy/dt", way_out="Give the derivative.", code="points"
        )
    return np.asarray(np.gradient(row.values, stamps.values, edge_order=2), dtype=np.float64)


def _shared(error: Quantity, unit: Quantity, name: str) -> Numbers:
    figure = plain_in(error, unit, name)
    if isinstance(figure, UncertainArray):
        if figure.shape:
            raise InputError(f"the {name} is one error for all samples, not a row", code="shape")
        return figure
    if not (np.ndim(figure) == 0 and np.isfinite(figure) and figure >= 0.0):
        raise InputError(f"the {name} is {figure}; its u is one number, not negative", code="negative-u")
    return UncertainArray.leaf(0.0, float(figure), name=f"clock {name}") if figure > 0.0 else 0.0
