"""How an error is distributed that holds rectangles and a U-shaped part: as those, with a rest normal or t.

This holds for any share of u that they are. Whether they *dominate*, by EA-4/02, decides k alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calibrator_uncertainty._integrals import Average, cumulated, integrated, over

__all__ = ["Shaped", "bends", "density", "lower_tail", "shaped", "shaped_one"]

Floats = NDArray[np.float64]

_SQRT_2, _SQRT_3 = math.sqrt(2.0), math.sqrt(3.0)
_LEAST = 1e-6  # of a rectangle's half-width: the rest is taken no smaller, so that nothing divides by it
_ROUND = 0.03  # of the rest: a smaller shape joins it, which moves a probability by less than 1e-7
_PLENTY = 1e5  # effective degrees of freedom from which on the rest is normal
_OWN_DOF, _LEAST_DOF = (
    1.0,
    2.05,
)  # of the rest: below the first they are not its own; below the second: as that
_BARE = 1e-12  # of the U's half-width: no rest is taken smaller
_REACH = 38.0  # spreads: there is nothing of a normal distribution beyond
_MOST, _FEWEST, _NODES = 16384, 16, 256  # angles
_CELLS = 1 << 18  # points times angles that are computed at once


@dataclass(frozen=True, slots=True, eq=False)
class Shaped:
    """An error in parts of its u, at one point or at each of many.

    Half-widths of two rectangles, the larger first, and of a U; spread and degrees of freedom of the rest.
    """

    first: Any
    second: Any
    bent: Any
    rest: Any
    dof: Any

    @property
    def curved(self) -> bool:
        """Whether there is a U at any point."""
        return bool(np.any(np.asarray(self.bent) > 0.0))


def shaped(first: Any, second: Any, bent: Any, dof: Any) -> Shaped:  # noqa: ANN401 - floats or arrays
    """Return the shape of errors of which rectangles and a U are these shares of u.

    What else makes u is the rest: normal, or t with the degrees of freedom by which Welch and Satterthwaite's
    formula gives `dof` for the whole. Where that would be fewer than 1, `dof` is not of the rest alone: the
    whole is then one t. A shape below 0.03 of the rest joins it.

    Source: JCGM 101:2008, 6.4.2, 6.4.6 and 6.4.9; JCGM 100:2008, G.4.1.
    """
    first, second, bent, dof = np.broadcast_arrays(
        *(np.asarray(one, dtype=np.float64) for one in (first, second, bent, dof))
    )
    parts = [np.maximum(first, second), np.minimum(first, second), bent]
    square = np.maximum(0.0, 1.0 - sum(part * part for part in parts))
    for place in (1, 0, 2):
        small = parts[place] <= _ROUND * np.sqrt(square)
        square = np.where(small, square + parts[place] ** 2, square)
        parts[place] = np.where(small, 0.0, parts[place])
    few = dof < _PLENTY
    with np.errstate(invalid="ignore"):  # infinite times nothing, where they are not few
        own = dof * square * square
    whole = few & (own < _OWN_DOF)
    parts = [np.where(whole, 0.0, part) for part in parts]
    none = (parts[0] == 0.0) & (parts[2] == 0.0)
    left = np.where(few, np.where(none, dof, np.maximum(own, _LEAST_DOF)), np.inf)
    left = np.where(none, dof, left)
    smallest = np.where(parts[1] > 0.0, parts[1], parts[0])
    rest = np.where(none, 1.0, np.maximum(np.sqrt(square), _LEAST * _SQRT_3 * smallest))
    return Shaped(parts[0] * _SQRT_3, parts[1] * _SQRT_3, parts[2] * _SQRT_2, rest, left)


def shaped_one(rectangles: tuple[float, ...], bent: float, dof: float) -> Shaped | None:
    """Return the shape of one error from the shares of all its rectangles and its U, None where it has none.

    The two largest rectangles count; a third is part of the rest.
    """
    if not rectangles and not bent:
        return None
    first, second = (*sorted(rectangles, reverse=True), 0.0, 0.0)[:2]
    found = shaped(first, second, bent, dof)
    return found if found.first > 0.0 or found.bent > 0.0 else None


def lower_tail(z: Floats, shape: Shaped) -> Floats:
    """Return the probability of an error below z·u: shapes for each z, or one for all.

    Over rectangles the distribution function of the rest is averaged by its first and second integral, over
    a U by a mean at even angles, so many that the error stays below 1e-6 (3e-5 beside hardly any rest), or
    of a U beside a small normal rest at the angles that the rest reaches.
    """
    return _gathered(z, shape, cumulated)


def density(z: Floats, shape: Shaped) -> Floats:
    """Return the density of the same error at z·u, times u."""
    return _gathered(z, shape, integrated)


def bends(shape: Shaped) -> tuple[tuple[float, ...], float]:
    """Return where the density of one error bends, in u from its centre, and over what, in u."""
    a, b, h = (float(one) for one in (shape.first, shape.second, shape.bent))
    ends = {a + b, a - b, b - a, -a - b}
    found = {end + side for end in ends for side in (h, -h)}
    return tuple(sorted(found)), max(float(shape.rest), 1e-3 * h if h else 0.0)


def _gathered(z: Floats, shape: Shaped, average: Average) -> Floats:
    """Return `average` at each z, over the U too where there is one."""
    at = np.asarray(z, dtype=np.float64)
    parts = (shape.first, shape.second, shape.rest, shape.dof)
    if not shape.curved:
        return over(at, *(np.broadcast_to(one, at.shape) for one in parts), average=average)
    flat = at.ravel()
    rows = [np.broadcast_to(one, at.shape).ravel() for one in (*parts, shape.bent)]
    angles = _angles(*rows)
    found = np.empty_like(flat)
    for count in np.unique(angles).tolist():
        places = np.flatnonzero(angles == count)
        step = _CELLS // (count or _NODES)
        for begin in range(0, places.size, step):
            mine = places[begin : begin + step]
            of = _reached if count == 0 else _evenly
            found[mine] = of(flat[mine], *(row[mine] for row in rows), count=count, average=average)
    return found.reshape(at.shape)


def _evenly(  # noqa: PLR0917 - the parts of a shape
    z: Floats, a: Floats, b: Floats, rest: Floats, dof: Floats, h: Floats, *, count: int, average: Average
) -> Floats:
    """Return `average` as a mean over even angles of the U."""
    shifted = z[:, None] - h[:, None] * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    rows = (np.broadcast_to(one[:, None], shifted.shape) for one in (a, b, rest, dof))
    return np.asarray(over(shifted, *rows, average=average).mean(axis=-1))


def _reached(  # noqa: PLR0917 - the parts of a shape
    z: Floats, a: Floats, b: Floats, rest: Floats, dof: Floats, h: Floats, *, count: int, average: Average
) -> Floats:
    """Return `average` over the angles of a U that a small normal rest reaches; past them it is 0 or 1."""
    spread = np.maximum(rest, _BARE * h)
    begin, end = (np.arccos(np.clip((z + side * _REACH * spread) / h, -1.0, 1.0)) for side in (1.0, -1.0))
    nodes, weights = _rule()
    half = (end - begin) / 2.0
    shifted = z[:, None] - h[:, None] * np.cos(begin[:, None] + half[:, None] * (nodes + 1.0))
    rows = (np.broadcast_to(one[:, None], shifted.shape) for one in (a, b, spread, dof))
    found = (over(shifted, *rows, average=average) * weights).sum(axis=-1) * half
    return np.asarray((found + (np.pi - end if average is cumulated else 0.0)) / np.pi)


@cache
def _rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights


def _angles(a: Floats, b: Floats, rest: Floats, dof: Floats, h: Floats) -> NDArray[np.int64]:
    """Return how many even angles do at each point: 1 where there is no U, 0 where they would be too many.

    Spaced by less than 0.9 of the rest, the mean of what it smooths is exact to 1e-9; a rectangle has kinks
    only, of which n angles leave 0.4·h/(a·n²).
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        smooth = 3.5 * h / rest
        kinked = np.where(a > 0.0, 650.0 * np.sqrt(h / a), np.inf)
        needed = np.clip(np.minimum(smooth, kinked), _FEWEST, _MOST)
        counts = np.exp2(np.ceil(np.log2(np.where(h > 0.0, needed, 1.0)))).astype(np.int64)
    counts[(a == 0.0) & (counts > _NODES) & np.isinf(dof)] = 0
    return np.asarray(counts, dtype=np.int64)
