"""Fixed Gauss-Legendre quadrature over panels between break points.

The integrands are analytic between their break points (limits, acceptance limits, edges of a prior), where
panels a few standard deviations wide and 24 nodes give some 14 digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calibrator_uncertainty._dominant import Shaped, bends, density, lower_tail

__all__ = ["Floats", "Shares", "around", "error_cdf", "error_logs", "panels"]

Floats = NDArray[np.float64]
Shares = Shaped | None
"""The shapes that an error is made of in parts of its u; None where it is plainly normal or t."""

_NODES = 24
# Multiples of a standard deviation at which panels end; normal tails end at 9, those of t go on.
_STEPS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.5, 6.0, 9.0)
_TAIL = tuple(9.0 * 2.0**power for power in range(1, 24))


@cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


def around(centre: float, spread: float, *, heavy: bool = False, shares: Shares = None) -> list[float]:
    """Return break points around `centre`, at multiples of `spread`, and where shapes bend.

    `heavy` is for the tails of t.
    """
    if not math.isfinite(centre):
        return []
    steps = (*_STEPS, *_TAIL) if heavy else _STEPS
    found = [centre + sign * step * spread for step in steps for sign in (-1.0, 1.0)]
    if shares is None:
        return found
    places, rest = bends(shares)
    return found + [
        centre + (bend + sign * step * rest) * spread
        for bend in places
        for step in _STEPS
        for sign in (-1.0, 1.0)
    ]


def panels(low: float, high: float, breaks: Iterable[float]) -> tuple[Floats, Floats]:
    """Return nodes and weights over [low, high], with a panel between every two break points inside."""
    inside = sorted({low, high, *(b for b in breaks if low < b < high)})
    edges = np.array(inside)
    left, half = edges[:-1], np.diff(edges) / 2.0
    nodes, weights = _rule()
    points = left[:, None] + half[:, None] * (nodes + 1.0)
    return points.ravel(), (half[:, None] * weights).ravel()


def error_cdf(z: Floats, dof: float, shares: Shares = None) -> Floats:
    """Return the distribution function of a standardised measurement error.

    It is that of its shapes with their rest, else normal, or t for finite dof.
    """
    from scipy.special import ndtr, stdtr

    if shares is not None:
        return lower_tail(z, shares)
    found = ndtr(z) if math.isinf(dof) else stdtr(dof, z)
    return np.asarray(found, dtype=np.float64)


def error_logs(z: Floats, dof: float, shares: Shares = None) -> Floats:
    """Return the logarithm of the density of such an error, but for a constant."""
    if shares is not None:
        with np.errstate(divide="ignore"):  # far out there is nothing, whose logarithm is minus infinity
            return np.log(density(z, shares))
    return -0.5 * z * z if math.isinf(dof) else -0.5 * (dof + 1.0) * np.log1p(z * z / dof)
