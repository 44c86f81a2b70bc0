"""Integrals of functions, with uncertain limits and uncertain functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._doors import CALLABLE, FIGURE, POSITIVE, asks
from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import magnitude_in, quantity
from calibrator_uncertainty._variances import standard_uncertainty

__all__ = ["integral"]

_NODES = (8, 16, 32, 64, 128, 256, 512)
_U_TOLERANCE = 1e-6  # of u, which is told to few digits


@asks(function=CALLABLE, low=FIGURE, high=FIGURE, tolerance=POSITIVE)
def integral(
    function: Callable[..., Any], low: Quantity, high: Quantity, *, tolerance: float = 1e-10
) -> Quantity:
    """Integrate function(t) from `low` to `high`; limits and whatever the function uses may be uncertain.

    Gauss-Legendre with as many nodes as bring two successive rules within `tolerance` of the integral of
    |function|, and their uncertainties within 1e-6. A limit may be infinite: the axis is then mapped to a
    finite one, in the unit of the limits, which should suit the function.

    Raises:
        ModelError: 512 nodes are not enough; split the interval where the function bends sharply.

    Example:
        >>> import math
        >>> round(integral(lambda t: math.exp(-t * t), -math.inf, math.inf) ** 2, 9)
        3.141592654
    """
    before: tuple[float, float] | None = None
    place = _places(*_in_one_unit(low, high))
    for nodes in _NODES:
        total, size = _rule(function, place, nodes)
        value, u = _figures(total)
        if before is not None:
            settled = abs(value - before[0]) <= tolerance * max(size, 1e-300)
            if settled and abs(u - before[1]) <= max(_U_TOLERANCE * u, tolerance * size):
                return total
        before = value, u
    raise ModelError(
        "the integral does not settle with 512 nodes", way_out="Split the interval.", code="integral"
    )


def _in_one_unit(low: Quantity, high: Quantity) -> tuple[Quantity, Quantity]:
    """Return limits that have one dimension; a plain infinite one takes the unit of the other.

    Raises:
        UnitsError: limits that have not.
    """
    units = [getattr(one, "units", None) for one in (low, high)]
    if units[0] is None and units[1] is not None and math.isinf(low):
        low = quantity(float(low), units[1])
    elif units[0] is not None and not (units[1] is None and math.isinf(high)):
        magnitude_in(high, f"{units[0]}", "the limits of an integral")
    elif units[1] is not None:
        magnitude_in(low, f"{units[1]}", "the limits of an integral")
    return low, high


def _rule(function: Callable[..., Any], place: Callable[[float], Any], nodes: int) -> tuple[Quantity, float]:
    """Return the sum of one rule, and that of the absolute values."""
    x, weights = np.polynomial.legendre.leggauss(nodes)
    total: Any = None
    size = 0.0
    for at, weight in zip(x.tolist(), weights.tolist(), strict=True):
        where, width = place(at)
        found = function(where)
        if isinstance(found, str | bytes) or found is None:
            one_number(found, "a value under the integral")
        term = weight * (found * width)
        total = term if total is None else total + term
        size += abs(_figures(term, with_u=False)[0])
    return total, size


def _places(low: Quantity, high: Quantity) -> Callable[[float], Any]:
    """Return the map from -1..1 to the place of a node and the width that it stands for."""
    ends = _figures(low, with_u=False)[0], _figures(high, with_u=False)[0]
    if math.isfinite(ends[0]) and math.isfinite(ends[1]):
        half, middle = (high - low) * 0.5, (high + low) * 0.5
        return lambda x: (middle + half * x, half)
    unit = getattr(low, "units", 1.0)
    one = low._REGISTRY.Quantity(1.0, unit) if hasattr(low, "_REGISTRY") else 1.0
    sign = 1.0 if ends[1] > ends[0] else -1.0
    if not math.isfinite(ends[0]) and not math.isfinite(ends[1]):
        return lambda x: (
            sign * one * (x / (1.0 - x * x)),
            sign * one * ((1.0 + x * x) / (1.0 - x * x) ** 2),
        )
    start, away = (low, sign) if math.isfinite(ends[0]) else (high, -sign)
    # t = start ± (1 + x)/(1 - x); from the infinite end the integral runs towards the start
    return lambda x: (start + away * one * ((1.0 + x) / (1.0 - x)), sign * one * (2.0 / (1.0 - x) ** 2))


def _figures(found: Quantity, *, with_u: bool = True) -> tuple[float, float]:
    """Return the bare value and u of a number or a quantity."""
    magnitude: Numbers = getattr(found, "_magnitude", found)
    if not isinstance(magnitude, UncertainArray):
        return one_number(magnitude, "a value under the integral"), 0.0
    return float(magnitude._value), float(standard_uncertainty(magnitude)) if with_u else 0.0
