"""The sweep back over the tape: from a result to the elementary errors that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._ops import MULTIPLY, Op
from calibrator_uncertainty._refusals import no_slope
from calibrator_uncertainty._structural import RunningSum, fold, scatter_matrix, size_of
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = [
    "by_leaf",
    "by_single",
    "in_order",
    "reachable",
    "singles",
    "slopes_of",
    "spread",
    "sweep",
    "sweep_one",
]

Stop = Callable[[UncertainArray], bool]

_order = attrgetter("_order")


def by_leaf(output: UncertainArray) -> list[tuple[UncertainArray, Any]]:
    """Return each leaf with the derivative of `output` by it.

    A derivative is a number or an array that broadcasts to the shape of `output` (each element of the output
    depends on the one element of the leaf that broadcasts to it), or a sparse matrix (elements of the output
    by elements of the leaf).
    """
    found = by_single(output)
    return sweep(output, _is_leaf) if found is None else found


def _is_leaf(node: UncertainArray) -> bool:
    return node._op is None


def sweep(output: UncertainArray, stop: Stop) -> list[tuple[UncertainArray, Any]]:
    """Sweep back from `output` to the values where `stop` holds; their derivatives, in the order made."""
    if type(output._value) is float:
        return [(node, _row(adjoint, node)) for node, adjoint in sweep_one(output, stop)]
    return _sweep_many(output, stop)


def _row(adjoint: Numbers, node: UncertainArray) -> Numbers:
    if type(node._value) is float:
        return float(adjoint)
    dense = np.broadcast_to(adjoint, node.shape).ravel()
    columns = np.flatnonzero(dense)
    return scatter_matrix(np.zeros(columns.size, dtype=np.int64), columns, dense[columns], (1, dense.size))


def sweep_one(output: UncertainArray, stop: Stop) -> list[tuple[UncertainArray, Any]]:
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
                    term = adjoint * _slope(node, place, values)
                else:
                    term = _pulled(node, arg, place, values, adjoint)
            key = id(arg)
            before = adjoints.get(key)
            adjoints[key] = term if before is None else before + term
    found.reverse()
    return found


def by_single(output: UncertainArray) -> list[tuple[UncertainArray, Any]] | None:
    """Return each leaf with its derivative where all is single numbers and plain operations, else None."""
    found = singles(output)
    if found is None:
        return None
    slopes = slopes_of(*found)
    return [(error, slopes[number]) for number, error in in_order(found[1])]


def singles(
    output: UncertainArray, *, known: bool = True
) -> tuple[list[UncertainArray], dict[int, UncertainArray]] | None:
    """Return the values between a result and its errors, the last made first, and the errors by number.

    None where something is no single number or no elementary operation, or, unless `known`, where a value's
    contributions are known. The errors are not put among the others: of long sums they are half of all.
    """
    if type(output._op) is not Op or type(output._value) is not float:
        return None
    seen = {id(output)}
    inner = [output]
    errors: dict[int, UncertainArray] = {}
    for node in inner:  # grows as it is walked
        for arg in node._args:
            if type(arg) is not UncertainArray:
                continue
            op = arg._op
            if op is None:
                if arg._leaf is None or type(arg._value) is not float:
                    return None
                errors[arg._leaf.number] = arg
            elif id(arg) not in seen:
                if type(op) is not Op or type(arg._value) is not float or (not known and arg._gradient):
                    return None
                seen.add(id(arg))
                inner.append(arg)
    inner.sort(key=_order, reverse=True)
    return inner, errors


def slopes_of(inner: list[UncertainArray], errors: dict[int, UncertainArray]) -> dict[int, float]:
    """Return the derivative of a result by each of its errors, by number, of what `singles` found."""
    slopes = dict.fromkeys(errors, 0.0)
    adjoints: dict[int, float] = {id(inner[0]): 1.0}
    for node in inner:
        adjoint = adjoints.pop(id(node))
        op, args = node._op, node._args
        values: list[Any] | None = None
        for place, arg in enumerate(args):
            if type(arg) is not UncertainArray:
                continue
            slope = op.partials[place]
            if type(slope) is not float:
                if values is None:
                    values = [one._value if type(one) is UncertainArray else one for one in args]
                slope = values[1 - place] if op is MULTIPLY else _slope(node, place, values)
            if arg._op is None:
                slopes[arg._leaf.number] += adjoint * slope  # type: ignore[union-attr]  # seen by singles
            else:
                key = id(arg)
                before = adjoints.get(key)
                adjoints[key] = adjoint * slope if before is None else before + adjoint * slope
    return slopes


def _slope(node: UncertainArray, place: int, values: list[Any]) -> float:
    """Return the derivative of a single number; 0 where there is none by what does not move at all.

    So |z - z'| of a number and its copy is 0 with u = 0.
    """
    try:
        slope: float = node._op.slope(place, values, node._value)
    except ModelError as problem:
        if problem.code != "infinite-slope" or _moves(node._args[place]):
            raise
        return 0.0
    return slope


def _moves(arg: UncertainArray) -> bool:
    from calibrator_uncertainty._flat import value_is_flat

    return any(slope and leaf._leaf is not None for leaf, slope in by_leaf(arg)) or value_is_flat(arg)


def in_order(errors: dict[int, UncertainArray]) -> list[tuple[int, UncertainArray]]:
    """Return errors with their numbers in the order made."""
    return sorted(errors.items(), key=lambda one: one[1]._order)


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
    if type(node._op) is RunningSum:  # its derivative is a full triangle
        if isinstance(adjoint, float | np.ndarray):
            adjoint = spread(adjoint, output.shape, node.shape)
        return node._op.carry(adjoint)
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
