"""The sweep back over the tape: from a result to the elementary errors that it is made of."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from operator import attrgetter
from typing import Any
from weakref import ReferenceType, ref

import numpy as np

from calibrator_uncertainty._ops import Op
from calibrator_uncertainty._refusals import no_slope, overflown
from calibrator_uncertainty._structural import fold, scatter_matrix, size_of
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = ["by_leaf", "covariance", "degrees_of_freedom", "standard_uncertainty", "sweep"]

Stop = Callable[[UncertainArray], bool]

_FEW = 48  # contributions that are cheaper as a dictionary than as arrays
# Gradients of the values whose u was read last. A running sum whose u is read at each step starts from the
# one before; more than a few would cost memory that grows with the square.
_recent: deque[ReferenceType[UncertainArray]] = deque()
_KEPT = 16
_TINY = 1e-280  # squares below have lost digits
_order = attrgetter("_order")


def by_leaf(output: UncertainArray) -> list[tuple[UncertainArray, Any]]:
    """Return each leaf with the derivative of `output` by it.

    A derivative is a number or an array that broadcasts to the shape of `output` (each element of the output
    depends on the one element of the leaf that broadcasts to it), or a sparse matrix (elements of the output
    by elements of the leaf).
    """
    return sweep(output, stop=_is_leaf)


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None


def sweep(output: UncertainArray, stop: Stop) -> list[tuple[UncertainArray, Any]]:
    """Sweep back from `output` to the values where `stop` holds; their derivatives, in the order made."""
    if type(output._value) is float:
        return [(node, _row(adjoint, node)) for node, adjoint in _sweep_one(output, stop)]
    return _sweep_many(output, stop)


def _row(adjoint: Numbers, node: UncertainArray) -> Numbers:
    if type(node._value) is float:
        return float(adjoint)
    dense = np.broadcast_to(adjoint, node.shape).ravel()
    columns = np.flatnonzero(dense)
    return scatter_matrix(np.zeros(columns.size, dtype=np.int64), columns, dense[columns], (1, dense.size))


def _sweep_one(output: UncertainArray, stop: Stop) -> list[tuple[UncertainArray, Any]]:
    """Sweep back from a single number: adjoints have the shapes of the values they belong to."""
    adjoints: dict[int, Any] = {id(output): 1.0}
    found: list[tuple[UncertainArray, Any]] = []
    for node in reversed(reachable(output, stop)):
        adjoint = adjoints.pop(id(node), None)
        if adjoint is None:
            continue
        if stop(node):
            found.append((node, adjoint))
            continue
        op, result, args = node._op, node._value, node._args
        single = type(op) is Op and type(result) is float
        values: list[Any] | None = None
        for place, arg in enumerate(args):
            if type(arg) is not UncertainArray:
                continue
            term: Any
            if single and type(partial := op.partials[place]) is float:
                term = adjoint * partial
            else:
                if values is None:
                    values = [one._value if type(one) is UncertainArray else one for one in args]
                if single:
                    term = adjoint * op.slope(place, values, result)
                else:
                    term = _pulled(node, arg, place, values, adjoint)
            key = id(arg)
            before = adjoints.get(key)
            adjoints[key] = term if before is None else before + term
    found.reverse()
    return found


def _pulled(
    node: UncertainArray, arg: UncertainArray, place: int, values: list[Any], adjoint: Numbers
) -> Numbers:
    """Carry an adjoint of a node's shape to one of its operands, in the operand's shape."""
    if type(node._op) is not Op:
        return node._op.pull(place, adjoint, values, node._value)
    slope = node._op.slope(place, values, node._value)
    if type(slope) is not float and not np.isfinite(slope).all():
        raise no_slope(node._op.name, values, slope)
    term = adjoint * slope
    return term if arg.shape == node.shape else fold(np.broadcast_to(term, node.shape), arg.shape, node.shape)


def _sweep_many(output: UncertainArray, stop: Stop) -> list[tuple[UncertainArray, Any]]:
    """Sweep back from an array: elementwise while elements keep their places, else by sparse matrices."""
    adjoints: dict[int, Any] = {id(output): 1.0}
    found: list[tuple[UncertainArray, Any]] = []
    for node in reversed(reachable(output, stop)):
        adjoint = adjoints.pop(id(node), None)
        if adjoint is None:
            continue
        if stop(node):
            found.append((node, adjoint))
            continue
        values = [arg._value if type(arg) is UncertainArray else arg for arg in node._args]
        for place, arg in enumerate(node._args):
            if type(arg) is not UncertainArray:
                continue
            term = _back(output, node, arg, place, values, adjoint)
            before = adjoints.get(id(arg))
            adjoints[id(arg)] = term if before is None else _add(before, term, output, arg)
    found.reverse()
    return found


def reachable(output: UncertainArray, stop: Numbers) -> list[UncertainArray]:
    """Return what `output` was made of, itself included, in the order made, not looking behind `stop`."""
    seen = {id(output): output}
    waiting = [output]
    while waiting:
        node = waiting.pop()
        if stop(node):
            continue
        for arg in node._args:
            if type(arg) is UncertainArray and id(arg) not in seen:
                seen[id(arg)] = arg
                waiting.append(arg)
    return sorted(seen.values(), key=_order)


def _back(  # noqa: PLR0917
    output: UncertainArray,
    node: UncertainArray,
    arg: UncertainArray,
    place: int,
    values: list[Any],
    adjoint: Numbers,
) -> Numbers:
    """Carry an adjoint from a value to one of its operands."""
    slope = node._op.slope(place, values, node._value)
    elementwise = isinstance(slope, float | np.ndarray)
    if type(slope) is np.ndarray and not np.isfinite(slope).all():
        raise no_slope(node._op.name, values, slope)
    if elementwise and isinstance(adjoint, float | np.ndarray):
        return adjoint * slope
    if isinstance(adjoint, float | np.ndarray):
        adjoint = spread(adjoint, output.shape, node.shape)
    if not elementwise:
        return adjoint @ slope
    scaled = adjoint * np.broadcast_to(slope, node.shape).ravel()[None, :]
    return scaled if arg.shape == node.shape else scaled @ spread(1.0, node.shape, arg.shape)


def spread(elementwise: Numbers, to: tuple[int, ...], by: tuple[int, ...]) -> Numbers:
    """Return an elementwise derivative as a sparse matrix (elements of shape `to` by elements of `by`)."""
    rows = np.arange(size_of(to))
    columns = np.broadcast_to(np.arange(size_of(by)).reshape(by), to).ravel()
    data = np.broadcast_to(np.asarray(elementwise, dtype=np.float64), to).ravel()
    return scatter_matrix(rows, columns, data, (size_of(to), size_of(by)))


def _add(one: Numbers, other: Numbers, output: UncertainArray, arg: UncertainArray) -> Numbers:
    plain = isinstance(one, float | np.ndarray), isinstance(other, float | np.ndarray)
    if plain == (True, False):
        one = spread(one, output.shape, arg.shape)
    elif plain == (False, True):
        other = spread(other, output.shape, arg.shape)
    return one + other


def standard_uncertainty(output: UncertainArray) -> Numbers:
    """Return u of a scalar, or of each element of an array.

    Raises:
        ModelError: the value itself, or a slope, is not finite.
    """
    if type(output._value) is float:
        gradient = contributions(output)
        if isinstance(gradient, dict):
            u = math.hypot(*gradient.values())
        else:
            largest = float(np.abs(gradient[1]).max(initial=0.0)) or 1.0
            u = largest * float(np.linalg.norm(gradient[1] / largest))
        if not (math.isfinite(u) and math.isfinite(output._value)):
            raise overflown(output._value, u)
        return u
    with np.errstate(over="ignore"):
        total = variance(output)
    if np.all((total > _TINY) & (total < math.inf)):
        return np.sqrt(total)
    return u_without_squares(output)


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


def contributions(output: UncertainArray) -> Numbers:
    """Return c·u of a scalar by number of the elementary error: a dictionary, or (numbers, parts) where many.

    Elements of an array leaf are numbered below zero, by the leaf's number and their place.
    """
    if output._gradient is not None:
        return output._gradient
    parts: dict[int, float] = {}
    many: list[tuple[Any, Any]] = []
    for node, adjoint in sweep(output, _known_gradient):
        # one by one, but reached by way of an array
        slope = float(adjoint.sum()) if type(node._value) is float and type(adjoint) is not float else adjoint
        if node._gradient is not None:
            if isinstance(node._gradient, dict):
                for number, part in node._gradient.items():
                    parts[number] = parts.get(number, 0.0) + slope * part
            else:
                many.append((node._gradient[0], slope * node._gradient[1]))
        elif node._leaf is not None:
            if isinstance(slope, float) and type(node._value) is float:
                parts[node._leaf.number] = parts.get(node._leaf.number, 0.0) + slope * node._leaf.u
            else:
                many.append(_of_elements(node, slope, output))
    gradient = _merge(parts, many)
    _keep(output, gradient)
    return gradient


def _known_gradient(node: UncertainArray) -> bool:
    return node._op is None or node._gradient is not None


def _of_elements(node: UncertainArray, slope: Numbers, output: UncertainArray) -> tuple[Any, Any]:
    """Number the elements of an array leaf by -(number · 2³² + element) - 1, and give their parts."""
    if isinstance(slope, float | np.ndarray):
        slope = spread(slope, output.shape, node.shape)
    parts = np.asarray(slope.todense()).ravel() * np.broadcast_to(node._leaf.u, node.shape).ravel()  # type: ignore[union-attr]
    numbers = -(node._leaf.number * 2**32 + np.arange(parts.size, dtype=np.int64)) - 1  # type: ignore[union-attr]
    return numbers[::-1], parts[::-1]


def _merge(parts: dict[int, float], many: list[tuple[Any, Any]]) -> Numbers:
    if not many and len(parts) <= _FEW:
        return parts
    if parts:
        numbers = np.fromiter(parts, dtype=np.int64, count=len(parts))
        sizes = np.fromiter(parts.values(), dtype=np.float64, count=len(parts))
        order = np.argsort(numbers)
        many.append((numbers[order], sizes[order]))
    merged, size = many[0]
    for numbers, sizes in many[1:]:
        if numbers[0] > merged[-1]:
            merged, size = np.concatenate((merged, numbers)), np.concatenate((size, sizes))
        elif numbers.size == merged.size and np.array_equal(numbers, merged):
            size = size + sizes
        else:
            merged, place = np.unique(np.concatenate((merged, numbers)), return_inverse=True)
            size = np.bincount(place, weights=np.concatenate((size, sizes)))
    return merged, size


def _keep(output: UncertainArray, gradient: Numbers) -> None:
    output._gradient = gradient
    _recent.append(ref(output))
    while len(_recent) > _KEPT:
        oldest = _recent.popleft()()
        if oldest is not None:
            oldest._gradient = None


def degrees_of_freedom(output: UncertainArray) -> Numbers:
    """Return Welch-Satterthwaite effective degrees of freedom of each element.

    Errors of one ensemble, estimated together with ν degrees of freedom, are one term: their joint variance
    squared over ν. Infinite where nothing with finite degrees of freedom counts.

    Source: JCGM 100:2008, G.4.1; R. Willink, Metrologia 44 (2007) 340 for the ensembles.
    """
    if type(output._value) is float:
        return _dof_of_one(output)
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
    for leaf, adjoint in _sweep_one(output, _is_leaf):
        info = leaf._leaf
        if info is None or info.dof == math.inf:
            continue
        parts = np.ravel(np.broadcast_to(adjoint * info.u / u, leaf.shape)).tolist()
        if info.group is None:
            fourths.append(math.fsum(part**4 for part in parts) / info.dof)
        else:
            known = squares.setdefault(info.group, [0.0, info.dof])
            known[0] += math.fsum(part * part for part in parts)
            known[1] = min(known[1], info.dof)
    weight = math.fsum(fourths) + math.fsum(square * square / dof for square, dof in squares.values())
    return 1.0 / weight if weight > 0.0 else math.inf


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
