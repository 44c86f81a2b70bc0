"""Conformance probabilities of whole tables at once."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from calibrator_uncertainty._asked import numbers
from calibrator_uncertainty._coverage import row_of
from calibrator_uncertainty._dominant import Shaped, lower_tail, shaped
from calibrator_uncertainty._doors import FIGURES, asks
from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._shapes import Arcsine, Rectangular
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, is_bare
from calibrator_uncertainty.risk._quadrature import Floats

__all__ = ["conformance_probabilities"]

Bools = NDArray[np.bool_]


@asks(dof=FIGURES)
def conformance_probabilities(
    measured: Quantity,
    *,
    lower: Quantity = None,
    upper: Quantity = None,
    u: Quantity = None,
    dof: float | Floats = math.inf,
    rectangles: Iterable[Quantity] | None = None,
    arcsine: Quantity = None,
) -> Floats:
    """Return the specific conformance probability (no prior) of each point of a table; 1 less it is its PFA.

    They belong to the points one by one. For an instrument they are not multiplied: `joint_conformity`.

    Args:
        measured: measured values of any shape, or an uncertain array that brings its own u and dof.
        lower: lower limits that broadcast to the values; None where no point has one.
        upper: upper limits; None where no point has one.
        u: standard uncertainties of plain values, that broadcast to them.
        dof: degrees of freedom of u.
        rectangles: rows of |c·u| of the rectangular contributions to the u of plain values, 0 where there are
            none; the two largest at each point count, as in `specific_risk`.
        arcsine: the largest |c·u| of the U-shaped ones.

    Raises:
        InputError: limits that cross or are both missing, a u that cannot be; it names the first such point.
        UnitsError: units that do not fit.

    Source: JCGM 106:2012, 7.3 to 7.5.

    Example:
        >>> conformance_probabilities([0.0, 1.0], lower=-1.0, upper=1.0, u=0.1).round(3).tolist()
        [1.0, 0.5]
    """
    if lower is None and upper is None:
        raise InputError("there is neither a lower nor an upper limit to judge against", code="no-limits")
    held = getattr(measured, "_magnitude", measured)
    if isinstance(held, UncertainArray):
        if u is not None:
            raise InputError(
                "the measured values bring their own uncertainty; u is given twice", code="twice"
            )
        from calibrator_uncertainty._issued import largest_of
        from calibrator_uncertainty._quantity import estimate, standard_uncertainty

        own, first, second = np.asarray(held.u, dtype=np.float64), *largest_of(held, Rectangular)
        u, dof, measured = standard_uncertainty(measured), held.dof, estimate(measured)
        scale = np.divide(1.0, own, out=np.zeros_like(own), where=own > 0.0)  # as parts of u, in any unit
        rectangles = (first * scale * u, second * scale * u)
        arcsine = largest_of(held, Arcsine)[0] * scale * u
    if u is None:
        raise InputError(
            "a probability needs the standard uncertainty u of the measured values", code="no-uncertainty"
        )
    unit = next((one.units for one in (measured, lower, upper, u) if hasattr(one, "_magnitude")), None)
    frame = Frame(unit)
    value, spread, low, high, freedom = np.broadcast_arrays(
        _numbers(measured, frame, "the measured value"),
        _numbers(u, frame, "u", difference=True),
        -math.inf if lower is None else _numbers(lower, frame, "the lower limit"),
        math.inf if upper is None else _numbers(upper, frame, "the upper limit"),
        np.asarray(dof, dtype=np.float64),
    )
    _check(value, spread, low, high, freedom)
    shape = None
    if rectangles is not None or arcsine is not None:
        shape = _shapes(_rows(rectangles, frame), _bent(arcsine, frame), spread, freedom)
    return _inside(value, spread, low, high, freedom, shape)


def _rows(rectangles: Quantity, frame: Frame) -> list[Floats]:
    """Return rows of rectangles as arrays."""
    rows = () if rectangles is None else row_of(rectangles)
    return [_numbers(numbered(one), frame, "a rectangle", difference=True) for one in rows]


def _bent(arcsine: Quantity, frame: Frame) -> Floats:
    """Return U-shaped contributions as an array, 0 where there are none."""
    if arcsine is None:
        return np.zeros(())
    return _numbers(numbered(arcsine), frame, "a U-shaped contribution", difference=True)


def numbered(figure: Quantity) -> Quantity:
    """Return a figure that holds numbers.

    Raises:
        InputError: it holds none.
    """
    if not hasattr(figure, "_magnitude"):
        return numbers(figure, "a contribution to u")
    return figure


def _shapes(rows: list[Floats], bent: Floats, u: Floats, dof: Floats) -> Shaped:
    """Return the shape at each point: its two largest rectangles, its U, and the rest.

    Raises:
        InputError: contributions that are negative, or more than the u that they are part of.
    """
    first, second, square = np.zeros(u.shape), np.zeros(u.shape), bent * bent
    wrong = ~(bent >= 0.0)
    for row in rows:
        wrong = wrong | ~(row >= 0.0)
        square = square + row * row
        second = np.maximum(second, np.minimum(first, row))
        first = np.maximum(first, row)
    wrong = np.broadcast_to(wrong | ~(np.sqrt(square) <= u * (1.0 + 1e-9)), u.shape)
    if wrong.any():
        raise InputError(
            f"the rectangles, or the U-shaped contribution, of point {_place(wrong)} are negative, or more "
            "than its u that they are part of",
            way_out="Give |c·u| of each, a half-width divided by the square root of 3, or of 2 for a U.",
            code="number",
        )
    scale = np.divide(1.0, u, out=np.zeros(u.shape), where=u > 0.0)
    return shaped(first * scale, second * scale, bent * scale, dof)


def _inside(  # noqa: PLR0917 - a value, what it is known by, and its limits
    value: Floats, u: Floats, low: Floats, high: Floats, dof: Floats, shape: Shaped | None
) -> Floats:
    from scipy.special import ndtr, stdtr

    known = u == 0.0
    safe = np.where(known, 1.0, u)
    with np.errstate(over="ignore"):  # beside a vanishing u every distance is infinite, which is right
        below, above = (low - value) / safe, (value - high) / safe
    normal = np.isinf(dof)
    if shape is not None:
        outside = lower_tail(below, shape) + lower_tail(above, shape)
    elif normal.all():
        outside = ndtr(below) + ndtr(above)
    else:
        few = np.where(normal, 1.0, dof)
        outside = np.where(normal, ndtr(below) + ndtr(above), stdtr(few, below) + stdtr(few, above))
    outside = np.where(known, (value < low) | (value > high), outside)
    return np.asarray(np.clip(1.0 - outside, 0.0, 1.0), dtype=np.float64)


def _place(wrong: Bools) -> str:
    """Return the first such point by its number from 0, or its numbers."""
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return str(place[0] if len(place) == 1 else place)


def _numbers(figure: Quantity, frame: Frame, what: str, *, difference: bool = False) -> Floats:
    if frame.unit is None:
        return np.asarray(figure, dtype=np.float64)
    if not hasattr(figure, "_magnitude"):
        if is_bare(frame.unit):
            return np.asarray(figure, dtype=np.float64)
        raise UnitsError(
            f"{what} is a plain number, the other figures are in {frame.unit}",
            way_out="Give every figure its unit, or none.",
            code="no-unit",
        )
    import pint

    from calibrator_uncertainty._units import difference_unit

    try:
        found = figure.to(difference_unit(frame.unit) if difference else frame.unit)._magnitude
    except pint.errors.DimensionalityError as problem:
        raise UnitsError(
            f"{what} is in {figure.units}, which does not fit {frame.unit}", code="dimension"
        ) from problem
    return np.asarray(found, dtype=np.float64)


def _check(value: Floats, u: Floats, low: Floats, high: Floats, dof: Floats) -> None:
    for wrong, rule, code in (
        (~np.isfinite(value), "its measured value is not finite", "not-finite"),
        (~np.isfinite(u), "its u is not finite", "not-finite"),
        (u < 0.0, "its u is negative", "negative-u"),
        (~(dof >= 1.0), "its degrees of freedom are below 1", "dof"),
        (~(low <= high), "its lower limit lies above its upper limit", "limits-crossed"),
    ):
        if wrong.any():
            raise InputError(f"point {_place(wrong)} cannot be judged: {rule}", code=code)
