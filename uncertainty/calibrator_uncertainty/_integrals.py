"""Normal and t distribution functions averaged over one rectangle or two, in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Average", "cumulated", "integrated", "over"]

Floats = NDArray[np.float64]
Average = Callable[[Floats, Floats, Floats, Floats, Floats], Floats]
Function = Callable[[Floats, Floats, bool], Floats]

_FAR = 38.0  # spreads of a normal rest beyond the edges: nothing is left there
_ENDLESS = 1e100  # spreads: of t too; where there is no limit this distance is infinite
_ROOT = math.sqrt(2.0 * math.pi)


def over(z: Floats, a: Floats, b: Floats, rest: Floats, dof: Floats, *, average: Average) -> Floats:
    """Return `average` at each z, with half-widths and spread in its unit: points of one kind together."""
    found = np.empty(z.shape)
    count = (a > 0.0).astype(np.int8) + (b > 0.0)
    kind = count + 3 * np.isfinite(dof)
    for one in range(6):
        mine = kind == one
        if not mine.any():
            continue
        spread = rest[mine]
        found[mine] = average(z[mine] / spread, a[mine] / spread, b[mine] / spread, spread, dof[mine])
    return found


def cumulated(t: Floats, a: Floats, b: Floats, spread: Floats, dof: Floats) -> Floats:
    """Return the distribution function of rectangles (half-widths a, b in spreads of the rest) and a rest.

    All points have two rectangles, or one, or none, and all or none have finite `dof`. It is taken from
    the left tail, where its terms lose no digits beside each other.

    Source: JCGM 101:2008, 6.4.4 (two rectangles are a trapezoid); the integrals by parts.
    """
    few = bool(np.isfinite(dof[0]))
    if not a[0] > 0.0 and not b[0] > 0.0:
        return _plain(t, dof, few)
    left = -np.abs(t)
    found = _averaged(left, a, b, dof, (_plain, _first, _second))
    found = np.where(left < -(_ENDLESS if few else a + b + _FAR), 0.0, np.clip(found, 0.0, 0.5))
    return np.asarray(np.where(t > 0.0, 1.0 - found, found))


def integrated(t: Floats, a: Floats, b: Floats, spread: Floats, dof: Floats) -> Floats:
    """Return the density of the same error, by the unit of z."""
    found = _averaged(-np.abs(t), a, b, dof, (_peak, _plain, _first))
    return np.asarray(np.where(np.isfinite(found), np.maximum(found, 0.0), 0.0) / spread)


def _averaged(
    t: Floats, a: Floats, b: Floats, dof: Floats, functions: tuple[Function, Function, Function]
) -> Floats:
    """Return a function averaged over no, one or two rectangles, by it and its first two integrals."""
    few = bool(np.isfinite(dof[0]))
    plain, first, second = functions
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if b[0] > 0.0:
            top, low = second(t + a + b, dof, few), second(t - a - b, dof, few)
            return (top - second(t + a - b, dof, few) - second(t - a + b, dof, few) + low) / (4 * a * b)
        if a[0] > 0.0:
            return (first(t + a, dof, few) - first(t - a, dof, few)) / (2.0 * a)
        return plain(t, dof, few)


def _plain(t: Floats, dof: Floats, few: bool) -> Floats:
    from scipy.special import ndtr, stdtr

    return np.asarray(stdtr(dof, t) if few else ndtr(t))


def _peak(t: Floats, dof: Floats, few: bool) -> Floats:
    """Return the density of a normal rest, or of t."""
    if not few:
        return np.asarray(np.exp(-0.5 * t * t) / _ROOT)
    from scipy.special import gammaln

    logs = gammaln((dof + 1.0) / 2.0) - gammaln(dof / 2.0) - 0.5 * np.log(dof * np.pi)
    return np.asarray(np.exp(logs - 0.5 * (dof + 1.0) * np.log1p(t * t / dof)))


def _first(t: Floats, dof: Floats, few: bool) -> Floats:
    """Return the integral of the distribution function up to t."""
    density, tail = _peak(t, dof, few), _plain(t, dof, few)
    if few:
        density = density * (dof + t * t) / (dof - 1.0)
    return np.asarray(t * tail + density)


def _second(t: Floats, dof: Floats, few: bool) -> Floats:
    """Return the integral of that; of t it needs more than 2 degrees of freedom."""
    density, tail = _peak(t, dof, few), _plain(t, dof, few)
    if not few:
        return np.asarray(((t * t + 1.0) * tail + t * density) / 2.0)
    reached = (dof + t * t) * density
    return np.asarray(
        (t * t * tail + 2.0 * t * reached / (dof - 1.0) + (dof * tail - t * reached) / (dof - 2.0)) / 2.0
    )
