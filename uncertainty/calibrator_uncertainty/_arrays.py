"""Arrays of independent uncertain quantities, of any distribution, with degrees of freedom by element."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import numbers, one_number
from calibrator_uncertainty._doors import ROW, WHOLE, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._shapes import (
    NAMED,
    SQRT2,
    SQRT3,
    SQRT6,
    Normal,
    Rectangular,
    Shape,
    StudentT,
    Trapezoidal,
)
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import difference_in, figures_in, parse_unit, quantity

__all__ = ["array", "array_of_readings"]

_HALF_WIDTHS = {"rectangular": SQRT3, "triangular": SQRT6, "arcsine": SQRT2}


def array(
    estimates: Quantity,
    u: Quantity,
    unit: str,
    *,
    half_width: Quantity = None,
    distribution: str | Shape = "normal",
    beta: float = 1.0,
    dof: Quantity = math.inf,
    name: str = "",
    source: str = "",
) -> Quantity:
    """Return an array of independent uncertain quantities, of any shape.

    Args:
        estimates: in `unit`.
        u: standard uncertainties, one number or of the shape of the estimates; None beside `half_width`.
        unit: unit of the elements.
        half_width: half-widths of the limits instead of `u`, of a distribution that has some.
        distribution: `normal`, `t`, `rectangular`, `triangular`, `arcsine` or `trapezoidal`; or the shape of
            an input, which all elements then have: `distribution=gamma("x", 4.0, 1.0, "V").distribution`.
        beta: of a trapezoid, top over base.
        dof: degrees of freedom, one number or of the shape of the estimates.
        name: how it is called in components and errors.
        source: where it comes from.

    Raises:
        InputError: a negative or infinite u, dof below 1, shapes that differ, an unknown distribution.

    Source: JCGM 100:2008, 4.3; JCGM 101:2008, 6.4.

    Example:
        >>> from calibrator_uncertainty import array, standard_uncertainty
        >>> limits = array([1.0, 2.0], None, "V", half_width=3**0.5, distribution="rectangular")
        >>> standard_uncertainty(limits).magnitude.round(9).tolist()
        [1.0, 1.0]
    """
    called = name or "an array"
    value = numbers(figures_in(estimates, unit, name), called)
    shape = _shape_of(distribution, beta, called)
    if (u is None) == (half_width is None):
        raise InputError(f"{called} has either u or half_width", where=source, code="half-width")
    given = u if half_width is None else half_width
    spread = numbers(difference_in(given, unit, name), f"the uncertainty of {called}")
    if half_width is not None:
        spread = spread / _reach(distribution, beta, called)
    row = _of_groups(value, spread, numbers(dof, f"dof of {called}"), shape, name, source)
    return quantity(row, parse_unit(unit, name))


def _shape_of(distribution: str | Shape, beta: float, called: str) -> Shape | None:
    """Return a shape, None for t, whose dof differ from element to element."""
    if distribution == "t":
        return None
    if distribution == "trapezoidal":
        return Trapezoidal(one_number(beta, f"beta of {called}"))
    if not isinstance(distribution, str | type) and isinstance(distribution, Shape):
        return distribution
    known = NAMED.get(distribution) if isinstance(distribution, str) else None
    if known is None or distribution == "constant":
        raise InputError(
            f"the distribution of {called} is {distribution!r}",
            way_out="It is normal, t, rectangular, triangular, arcsine or trapezoidal, or a shape: "
            'gamma("x", 4.0, 1.0, "V").distribution.',
            code="shape",
        )
    return known


def _reach(distribution: str | Shape, beta: float, called: str) -> float:
    """Return how many u the limits of a distribution lie from its estimate."""
    if distribution == "trapezoidal":
        return math.sqrt(6.0 / (1.0 + beta * beta))
    if not isinstance(distribution, str) or distribution not in _HALF_WIDTHS:
        raise InputError(
            f"a half-width of {called}, which is {distribution}, says nothing",
            way_out="Give u, or a distribution that has limits.",
            code="half-width",
        )
    return _HALF_WIDTHS[distribution]


def _of_groups(  # noqa: PLR0917 - the figures of one array
    value: np.ndarray, spread: np.ndarray, dof: np.ndarray, shape: Shape | None, name: str, source: str
) -> Numbers:
    """Return a leaf, or one leaf for each number of degrees of freedom with its elements put in place."""
    if dof.ndim and dof.shape != value.shape:
        raise InputError(
            f"{name or 'an array'} has the shape {value.shape}, and its dof {dof.shape}", code="shape"
        )
    kinds = np.unique(dof)
    if kinds.size == 1:
        one = float(kinds[0])
        return _leaf(value, spread, one, shape, name, source)
    if spread.shape not in ((), value.shape):
        raise InputError(
            f"{name or 'an array'} has the shape {value.shape}, and its u {spread.shape}", code="shape"
        )
    flat, each = dof.ravel(), np.broadcast_to(spread, value.shape).ravel()
    parts, places = [], []
    for one in kinds if not np.isnan(kinds).any() else [math.nan]:
        place = np.flatnonzero(flat == one)
        text = f"{name}, {one:g} dof" if math.isfinite(one) else name
        parts.append(_leaf(value.ravel()[place], each[place], float(one), shape, text, source))
        places.append(place)
    joined: Any = np.concatenate(parts)
    return joined[np.argsort(np.concatenate(places)).reshape(value.shape)]


def _leaf(  # noqa: PLR0917 - as above
    value: Numbers, spread: Numbers, dof: float, shape: Shape | None, name: str, source: str
) -> UncertainArray:
    kind = (StudentT(dof) if math.isfinite(dof) else Normal()) if shape is None else shape
    return UncertainArray.leaf(value, spread, dof, shape=kind, name=name, source=source)


@asks(readings=ROW, axis=WHOLE)
def array_of_readings(
    readings: Quantity,
    unit: str,
    *,
    axis: int = 0,
    floor_u: float = 0.0,
    name: str = "",
    source: str = "",
) -> Quantity:
    """Return the means of readings along `axis`, each with its own s/√n and n - 1 degrees of freedom.

    The elements are independent: what was read at the same moments and moves together is for simultaneous().

    Args:
        readings: of two dimensions or more, in `unit`.
        unit: unit of the readings.
        axis: along which readings were repeated.
        floor_u: d/√12 of the resolution; where it is the larger, the element is rectangular (METROLOGY 14).
        name: how it is called in components and errors.
        source: where it comes from.

    Raises:
        InputError: one reading or equal ones without a floor, a reading that is not finite, a single row.

    Source: JCGM 100:2008, 4.2.

    Example:
        >>> from calibrator_uncertainty import array_of_readings, degrees_of_freedom
        >>> degrees_of_freedom(array_of_readings([[1.0, 5.0], [2.0, 7.0], [3.0, 6.0]], "V")).tolist()
        [2.0, 2.0]
    """
    called = name or "the readings"
    table = numbers(figures_in(readings, unit, name), called)
    floor = one_number(difference_in(floor_u, unit, name), f"floor_u of {called}")
    if table.ndim < 2 or not -table.ndim <= axis < table.ndim:
        raise InputError(
            f"{called} have the shape {table.shape}, and axis is {axis!r}",
            way_out="A single row of readings is for type_a().",
            code="readings",
        )
    count = table.shape[axis]
    if not (
        np.isfinite(table).all() and table.size and 0.0 <= floor < math.inf and (count > 1 or floor > 0.0)
    ):
        raise InputError(
            f"{called}: {count} reading(s) an element, or a figure that is not finite",
            way_out="s needs two readings, or a resolution as floor_u.",
            code="readings",
        )
    spread = (
        table.std(axis=axis, ddof=1) / math.sqrt(count)
        if count > 1
        else np.zeros(table.mean(axis=axis).shape)
    )
    if floor == 0.0 and not spread.all():
        raise InputError(
            f"readings of element {np.argwhere(spread == 0.0)[0].tolist()} are equal, and their resolution "
            "was not stated: u = 0 is wrong",
            where=called,
            way_out="Give floor_u = d/√12 of the resolution d.",
            code="no-resolution",
        )
    return quantity(
        _floored(table.mean(axis=axis), spread, floor, count - 1.0, name, source), parse_unit(unit, name)
    )


def _floored(  # noqa: PLR0917 - as above
    value: np.ndarray, spread: np.ndarray, floor: float, dof: float, name: str, source: str
) -> Numbers:
    below = spread <= floor
    if not below.any():
        return _leaf(value, spread, dof, None, name, source)
    flat, parts, places = below.ravel(), [], []
    for limited in (False, True):
        place = np.flatnonzero(flat == limited)
        if place.size:
            u = np.full(place.size, floor) if limited else spread.ravel()[place]
            shape, text = (Rectangular(), f"{name}, resolution") if limited else (None, name)
            parts.append(_leaf(value.ravel()[place], u, math.inf if limited else dof, shape, text, source))
            places.append(place)
    joined: Any = np.concatenate(parts)
    return joined[np.argsort(np.concatenate(places)).reshape(value.shape)]
