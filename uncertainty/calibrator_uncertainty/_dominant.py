"""How a result is distributed that rectangles or a U-shaped error dominate: as those, with a normal rest.

k of such a result is 1.65, that of a trapezoid, or 1.41; a probability of it rests on the same shape.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["UShaped", "density", "edges", "lower_tail"]

_SQRT_3 = math.sqrt(3.0)
_FAR = 38.0  # spreads of the rest beyond the edges: nothing is left there
_LEAST = 1e-6  # of a half-width: the rest is taken no smaller, so that nothing divides by it

Floats = NDArray[np.float64]
Shares = tuple[float, ...] | tuple[Floats, ...]

_ANGLES = 4000
_SHARP = 1e-3  # of the U's half-width: a smaller normal rest is none


class UShaped(tuple[float, ...]):
    """The share of u that a U-shaped (arcsine) error is, where it dominates."""

    __slots__ = ()


def lower_tail(z: Floats, shares: Shares) -> Floats:
    """Return the probability of an error below z·u, where one or two rectangles have these shares of u.

    The rest is normal: the normal distribution function, averaged over one rectangle or two, which its first
    and its second integral give.

    Source: JCGM 101:2008, 6.4.4 (two rectangles are a trapezoid); the integrals by parts.
    """
    if isinstance(shares, UShaped):
        return _of_angles(z, shares, tail=True)
    a, b, normal = _halves(shares)
    t = np.asarray(z, dtype=np.float64) / normal
    with np.errstate(over="ignore", invalid="ignore"):  # far out, where only the sign of t counts
        if len(shares) > 1:
            found = (_second(t + a + b) - _second(t + a - b) - _second(t - a + b) + _second(t - a - b)) / (
                4 * a * b
            )
        else:
            found = (_first(t + a) - _first(t - a)) / (2.0 * a)
    found = np.where(np.abs(t) > a + b + _FAR, t > 0.0, found)
    return np.asarray(np.clip(found, 0.0, 1.0), dtype=np.float64)


def density(z: Floats, shares: Shares) -> Floats:
    """Return the density of the same error at z·u, but for a constant factor."""
    from scipy.special import ndtr

    if isinstance(shares, UShaped):
        return _of_angles(z, shares, tail=False)
    a, b, normal = _halves(shares)
    t = -np.abs(np.asarray(z, dtype=np.float64)) / normal  # the left tail, where nothing is lost beside 1
    with np.errstate(over="ignore", invalid="ignore"):
        if len(shares) > 1:
            found = _first(t + a + b) - _first(t + a - b) - _first(t - a + b) + _first(t - a - b)
        else:
            found = ndtr(t + a) - ndtr(t - a)
    return np.asarray(np.where(np.isfinite(found), np.maximum(found, 0.0), 0.0), dtype=np.float64)


def edges(shares: Shares) -> tuple[tuple[float, ...], float]:
    """Return where the density bends, in u from its centre, and the spread of the normal rest, in u."""
    if not shares:
        return (), 0.0
    if isinstance(shares, UShaped):
        half, rest = _of_u(shares)
        return (-half, half), max(rest, _SHARP * half)
    a, b, normal = _halves(shares)
    return tuple(float(normal * bend) for bend in {a + b, a - b, b - a, -a - b}), float(normal)


def _of_angles(z: Floats, shares: UShaped, *, tail: bool) -> Floats:
    """Return tail or density of a U-shaped error with a normal rest, as a mean over even angles.

    Source: JCGM 101:2008, 6.4.6 (arcsine distribution: a·cos of an even angle).
    """
    from scipy.special import ndtr

    half, rest = _of_u(shares)
    at = np.asarray(z, dtype=np.float64)
    if rest < _SHARP * half:
        inside = np.clip(at / half, -1.0, 1.0)
        bent = 0.5 + np.arcsin(inside) / np.pi if tail else 1.0 / np.sqrt(np.maximum(1e-12, 1.0 - inside**2))
        return np.asarray(bent if tail else np.where(np.abs(at) < half, bent, 0.0), dtype=np.float64)
    places = half * np.cos(np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES)
    t = (at[..., None] - places) / rest
    return np.asarray((ndtr(t) if tail else np.exp(-0.5 * t * t)).mean(axis=-1), dtype=np.float64)


def _of_u(shares: UShaped) -> tuple[float, float]:
    """Return the half-width of the U and the spread of the normal rest, in u."""
    share = min(float(shares[0]), 1.0)
    return math.sqrt(2.0) * share, math.sqrt(max(0.0, 1.0 - share * share))


def _halves(shares: Shares) -> tuple[Floats, Floats, Floats]:
    """Return the half-widths in spreads of the normal rest (0 for a second that is missing), and that."""
    first, second = np.asarray(shares[0]), np.asarray(shares[1] if len(shares) > 1 else 0.0)
    left = np.sqrt(np.maximum(0.0, 1.0 - first * first - second * second))
    smallest = second if len(shares) > 1 else first
    normal = np.maximum(left, _LEAST * _SQRT_3 * smallest)
    return first * _SQRT_3 / normal, second * _SQRT_3 / normal, normal


def _first(t: Floats) -> Floats:
    """Return the integral of the normal distribution function up to t."""
    from scipy.special import ndtr

    return np.asarray(t * ndtr(t) + _normal(t), dtype=np.float64)


def _second(t: Floats) -> Floats:
    """Return the integral of that."""
    from scipy.special import ndtr

    return np.asarray(((t * t + 1.0) * ndtr(t) + t * _normal(t)) / 2.0, dtype=np.float64)


def _normal(t: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * t * t) / math.sqrt(2.0 * math.pi), dtype=np.float64)
