"""What follows from the sweep: standard uncertainties, degrees of freedom and covariances."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._gradients import contributions, length_of
from calibrator_uncertainty._refusals import overflown
from calibrator_uncertainty._structural import RunningSum
from calibrator_uncertainty._sweep import by_leaf, by_single, reachable, spread, sweep_one
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = ["covariance", "degrees_of_freedom", "standard_uncertainty", "u_without_squares"]

_TINY = 1e-280  # squares below have lost digits
_LARGEST = 1_000_000  # elements of a dense derivative


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None


def standard_uncertainty(output: UncertainArray) -> Numbers:
    """Return u of a scalar, or of each element of an array.

    Raises:
        ModelError: the value itself, or a slope, is not finite.
    """
    if type(output._value) is float:
        u = length_of(contributions(output))
        if not (math.isfinite(u) and math.isfinite(output._value)):
            raise overflown(output._value, u)
        return u
    block = _block(output)
    if block < output.size:
        return _by_blocks(standard_uncertainty, output, block)
    with np.errstate(over="ignore"):
        total = variance(output)
    if np.all((total > _TINY) & (total < math.inf)):
        return np.sqrt(total)
    return u_without_squares(output)


def _block(output: UncertainArray) -> int:
    """Return how many elements may be looked at at once, where each depends on all before it."""
    longest = max(
        (node.size for node in reachable(output, _is_leaf) if type(node._op) is RunningSum), default=0
    )
    return max(1, _LARGEST // longest) if longest else output.size


def _by_blocks(function: Callable[[UncertainArray], Numbers], output: UncertainArray, block: int) -> Numbers:
    """Apply a function of each element to a few at a time, so that memory does not grow with the square."""
    flat = output.ravel()
    parts = [
        function(flat[start : min(start + block, output.size)]) for start in range(0, output.size, block)
    ]
    return np.concatenate([np.atleast_1d(part) for part in parts]).reshape(output.shape)


def u_without_squares(output: UncertainArray) -> Numbers:
    """Return u of each element without squares, which would vanish or overflow."""
    found: Numbers = np.zeros(output.shape)
    for leaf, slope in by_leaf(output):
        parts = _parts(leaf, slope)
        if not isinstance(parts, float | np.ndarray):
            rows = np.asarray(abs(parts).max(axis=1).todense()).ravel()
            safe = np.where(rows > 0.0, rows, 1.0)
            scaled = parts.multiply((1.0 / safe)[:, None]).tocsr()
            parts = (safe * np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())).reshape(
                output.shape
            )
        found = np.hypot(found, parts)
    if not np.isfinite(found).all():
        raise overflown(output._value, found)
    return found


def variance(output: UncertainArray) -> Numbers:
    """Return u² of each element."""
    total = np.zeros(output.shape)
    for leaf, slope in by_leaf(output):
        total += _squared(_parts(leaf, slope), output.shape)
    return total


def _parts(leaf: UncertainArray, slope: Numbers) -> Numbers:
    """Return the contributions c·u of one leaf: elementwise, or a sparse matrix."""
    spreads = leaf._leaf.u if leaf._leaf is not None else 0.0
    if isinstance(slope, float | np.ndarray):
        return slope * spreads
    return slope * np.broadcast_to(spreads, leaf.shape).ravel()[None, :]


def _squared(parts: Numbers, shape: tuple[int, ...]) -> Numbers:
    """Return the square of each output element's contribution from one leaf, summed over its elements."""
    if isinstance(parts, float | np.ndarray):
        return parts * parts
    return np.asarray((parts * parts).sum(axis=1)).reshape(shape)


def degrees_of_freedom(output: UncertainArray) -> Numbers:
    """Return Welch-Satterthwaite effective degrees of freedom of each element.

    Errors of one ensemble, estimated together with ν degrees of freedom, are one term: their joint variance
    squared over ν. Infinite where nothing with finite degrees of freedom counts.

    Source: JCGM 100:2008, G.4.1; R. Willink, Metrologia 44 (2007) 340 for the ensembles.
    """
    if type(output._value) is float:
        return _dof_of_one(output)
    block = _block(output)
    if block < output.size:
        return _by_blocks(degrees_of_freedom, output, block)
    u = standard_uncertainty(output)
    scale = 1.0 / np.where(u > 0.0, u, 1.0)  # parts of u, so that fourth powers neither vanish nor overflow
    groups: dict[Any, list[Any]] = {}
    for leaf, slope in by_leaf(output):
        info = leaf._leaf
        if info is None or info.dof == math.inf:
            continue
        parts = _parts(leaf, slope)
        elementwise = isinstance(parts, float | np.ndarray)
        parts = parts * scale if elementwise else parts.multiply(scale.ravel()[:, None]).tocsr()
        if info.group is None and not elementwise:
            groups[info.number] = [np.asarray((parts**4).sum(axis=1)).reshape(output.shape), info.dof]
            continue
        known = groups.setdefault(info.group or info.number, [0.0, info.dof, 2])
        known[0] = known[0] + _squared(parts, output.shape)
        known[1] = min(known[1], info.dof)
    weight: Numbers = np.zeros(output.shape)
    for found, dof, *power in groups.values():
        weight = weight + (found**2 if power else found) / dof
    with np.errstate(divide="ignore"):
        result: Numbers = np.where(weight > 0.0, 1.0 / weight, math.inf)
    return result


def _dof_of_one(output: UncertainArray) -> float:
    u = standard_uncertainty(output)
    if u == 0.0:
        return math.inf
    squares: dict[Any, list[float]] = {}
    fourths: list[float] = []
    for leaf, adjoint in by_single(output) or sweep_one(output, _is_leaf):
        info = leaf._leaf
        if info is None or info.dof == math.inf:
            continue
        parts = _parts_of(adjoint * info.u / u, leaf)
        if info.group is None:
            one = parts[0] ** 4 if len(parts) == 1 else math.fsum(part**4 for part in parts)
            fourths.append(one / info.dof)
        else:
            known = squares.setdefault(info.group, [0.0, info.dof])
            known[0] += math.fsum(part * part for part in parts)
            known[1] = min(known[1], info.dof)
    weight = math.fsum(fourths) + math.fsum(square * square / dof for square, dof in squares.values())
    return 1.0 / weight if weight > 0.0 else math.inf


def _parts_of(part: Numbers, leaf: UncertainArray) -> list[float]:
    """Return the contributions of each element of one leaf."""
    if type(part) is float and type(leaf._value) is float:
        return [part]
    found: list[float] = np.ravel(np.broadcast_to(part, leaf.shape)).tolist()
    return found


def covariance(one: UncertainArray, other: UncertainArray) -> Numbers:
    """Return the covariance matrix (elements of `one` by elements of `other`), or a float for two scalars."""
    left = {leaf._leaf.number: (leaf, slope) for leaf, slope in by_leaf(one) if leaf._leaf is not None}
    total = np.zeros((one.size, other.size))
    for leaf, slope in by_leaf(other):
        if leaf._leaf is None or leaf._leaf.number not in left:
            continue
        mine = left[leaf._leaf.number][1]
        if isinstance(mine, float) and isinstance(slope, float) and not leaf.shape:
            total += (mine * leaf._leaf.u) * (slope * leaf._leaf.u)
            continue
        spreads = np.broadcast_to(leaf._leaf.u, leaf.shape).ravel()
        a = spread(mine, one.shape, leaf.shape) if isinstance(mine, float | np.ndarray) else mine
        b = spread(slope, other.shape, leaf.shape) if isinstance(slope, float | np.ndarray) else slope
        total += np.asarray(((a * spreads[None, :]) @ (b * spreads[None, :]).T).todense())
    return float(total[0, 0]) if one.shape == other.shape == () else total
