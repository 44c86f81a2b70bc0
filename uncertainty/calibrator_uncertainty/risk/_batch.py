"""Conformance probabilities of whole tables at once."""

from __future__ import annotations

import math

import numpy as np

from calibrator_uncertainty._arcsine import arcsine_dominates
from calibrator_uncertainty._coverage import dominated, row_of
from calibrator_uncertainty._dominant import UShaped, lower_tail
from calibrator_uncertainty._doors import FIGURES, asks
from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._shapes import Arcsine, Rectangular
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, is_bare
from calibrator_uncertainty.risk._quadrature import Floats

__all__ = ["conformance_probabilities"]

_TWO = 2  # rectangles that can dominate


@asks(dof=FIGURES)
def conformance_probabilities(
    measured: Quantity,
    *,
    lower: Quantity = None,
    upper: Quantity = None,
    u: Quantity = None,
    dof: float | Floats = math.inf,
    rectangles: tuple[Quantity, Quantity] | None = None,
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
        rectangles: the two largest |c·u| of the rectangular contributions to the u of plain values, 0 where
            there are none; where one or two dominate, as for k = 1.65, the value is distributed as they are.
        arcsine: the largest |c·u| of the U-shaped ones; where it dominates, as for k = 1.41, alike.

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
    found = _inside(value, spread, low, high, freedom)
    figures = (value, spread, low, high, freedom)
    if rectangles is not None:
        if len(row_of(rectangles)) != _TWO:
            raise InputError(
                f"rectangles are {len(rectangles)} rows; two are needed: the largest |c·u|, and the next",
                code="number",
            )
        parts = (_numbers(one, frame, "a rectangle", difference=True) for one in rectangles)
        found = _shaped(found, figures, *parts)
    if arcsine is not None:
        bent = _numbers(arcsine, frame, "a U-shaped contribution", difference=True)
        found = _bent(found, figures, np.broadcast_to(bent, spread.shape))
    return found


def _bent(found: Floats, figures: tuple[Floats, ...], part: Floats) -> Floats:
    """Put in the probabilities of the points that a U-shaped error dominates, one by one: they are few."""
    value, u, low, high, dof = figures
    for place in np.argwhere(part > 0.9 * u):
        at = tuple(place)
        if arcsine_dominates(float(part[at]), float(u[at]), float(dof[at])):
            share = UShaped((float(part[at] / u[at]),))
            ends = np.array([low[at] - value[at], value[at] - high[at]]) / u[at]
            found[at] = np.clip(1.0 - lower_tail(ends, share).sum(), 0.0, 1.0)
    return found


def _inside(value: Floats, u: Floats, low: Floats, high: Floats, dof: Floats) -> Floats:
    from scipy.special import ndtr, stdtr

    known = u == 0.0
    safe = np.where(known, 1.0, u)
    with np.errstate(over="ignore"):  # beside a vanishing u every distance is infinite, which is right
        below, above = (low - value) / safe, (value - high) / safe
    normal = np.isinf(dof)
    outside = np.where(normal, ndtr(below) + ndtr(above), 0.0)
    if not normal.all():
        few = np.where(normal, 1.0, dof)
        outside = np.where(normal, outside, stdtr(few, below) + stdtr(few, above))
    outside = np.where(known, (value < low) | (value > high), outside)
    return np.asarray(np.clip(1.0 - outside, 0.0, 1.0), dtype=np.float64)


def _shaped(found: Floats, figures: tuple[Floats, ...], first: Floats, second: Floats) -> Floats:
    """Put in the probabilities of the points that one or two rectangles dominate."""
    value, u, low, high, dof = figures
    larger, smaller = (
        np.broadcast_to(np.maximum(first, second), u.shape),
        np.broadcast_to(np.minimum(first, second), u.shape),
    )
    if not ((smaller >= 0.0) & (np.hypot(larger, smaller) <= u * (1.0 + 1e-9))).all():
        raise InputError(
            "the rectangles of a point are negative, or more than its u that they are part of",
            way_out="Give |c·u| of each, its half-width divided by the square root of 3.",
            code="number",
        )
    for shape, count in zip(dominated(dof, larger, smaller, u), (1, 2), strict=True):
        if shape.any():
            spread = u[shape]
            shares = (larger[shape] / spread, smaller[shape] / spread)[:count]
            below = lower_tail((low[shape] - value[shape]) / spread, shares)
            above = lower_tail((value[shape] - high[shape]) / spread, shares)
            found[shape] = np.clip(1.0 - below - above, 0.0, 1.0)
    return found


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
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise InputError(
                f"point {place[0] if len(place) == 1 else place} cannot be judged: {rule}", code=code
            )
