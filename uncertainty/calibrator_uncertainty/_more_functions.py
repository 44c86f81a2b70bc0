"""Further numpy functions on uncertain arrays, all put together from those of `_functions`.

They are made of sums, products and moved elements only, so that every way of propagating serves them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from calibrator_uncertainty._branches import look
from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._functions import HANDLED, getitem, rearrange
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["handles", "indices", "labelled", "lifted", "taken"]


def handles(*functions: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function of ours for functions of numpy."""

    def register(ours: Callable[..., Any]) -> Callable[..., Any]:
        HANDLED.update(dict.fromkeys(functions, ours))
        return ours

    return register


def lifted(operand: Numbers) -> UncertainArray:
    """Return a bare array as an exact value of the tape."""
    if isinstance(operand, UncertainArray):
        return operand
    number = np.asarray(operand, dtype=np.float64)
    return UncertainArray(number if number.ndim else float(number))


def indices(shape: Sequence[int], start: int = 0) -> np.ndarray:
    """Return the places of the elements of a shape, counted from `start`."""
    count = int(np.prod(shape, dtype=int))
    return np.arange(start, start + count).reshape(shape)


def labelled(arrays: Sequence[Numbers]) -> tuple[UncertainArray, list[np.ndarray]]:
    """Lay arrays end to end, and return where in that row each element stands."""
    parts = [lifted(array) for array in arrays]
    places, start = [], 0
    for part in parts:
        places.append(indices(part.shape, start))
        start += part.size
    row: Numbers = np.concatenate([np.ravel(part) for part in parts])
    return row, places


def taken(array: Numbers, places: Numbers, axis: int) -> UncertainArray:
    """Return elements along one axis."""
    return rearrange(np.take, array, places, axis=axis)


@handles(np.append)
def append(array: Numbers, values: Numbers, axis: int | None = None) -> Numbers:
    """Return `array` with `values` behind it."""
    if axis is None:
        return np.concatenate([np.ravel(lifted(array)), np.ravel(lifted(values))])
    return np.concatenate([lifted(array), lifted(values)], axis=axis)


@handles(np.insert)
def insert(array: Numbers, place: Numbers, values: Numbers, axis: int | None = None) -> UncertainArray:
    """Return `array` with `values` before the given places."""
    row, (mine, theirs) = labelled([array, values])
    return getitem(row, np.insert(mine, place, theirs, axis=axis))


def _splitter(function: Callable[..., Any]) -> Callable[..., Any]:
    def split(array: UncertainArray, *args: Option, **kwargs: Option) -> list[UncertainArray]:
        row: Numbers = np.ravel(array)
        return [getitem(row, part) for part in function(indices(array.shape), *args, **kwargs)]

    return split


HANDLED.update(
    {
        function: _splitter(function)
        for function in (np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit)
    }
)


@handles(np.block)
def block(arrays: Numbers) -> UncertainArray:
    """Put an array together from nested lists of blocks."""
    leaves: list[Numbers] = []

    def number(item: Numbers) -> Numbers:
        if isinstance(item, list):
            return [number(one) for one in item]
        leaves.append(item)
        return len(leaves) - 1

    nested = number(arrays)
    row, places = labelled(leaves)

    def labels(item: Numbers) -> Numbers:
        return [labels(one) for one in item] if isinstance(item, list) else places[item]

    return getitem(row, np.block(labels(nested)))


def _masked(function: Callable[..., Any]) -> Callable[..., Any]:
    def triangle(array: UncertainArray, k: int = 0) -> Numbers:
        return array * function(np.ones(array.shape), k)

    return triangle


HANDLED.update({function: _masked(function) for function in (np.tril, np.triu)})


@handles(np.diag)
def diagonal_matrix(array: UncertainArray, k: int = 0) -> Numbers:
    """Return the diagonal of a matrix, or the matrix with a given diagonal."""
    if array.ndim == 2:
        return rearrange(np.diagonal, array, offset=k)
    row: Numbers = np.concatenate([array, [0.0]])
    count = array.size + abs(k)
    places = np.full((count, count), array.size)
    np.fill_diagonal(places[max(-k, 0) :, max(k, 0) :], np.arange(array.size))
    return getitem(row, places)


@handles(np.trace)
def trace(array: UncertainArray, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Numbers:
    """Sum a diagonal."""
    return np.sum(rearrange(np.diagonal, array, offset, axis1, axis2), axis=-1)


@handles(np.select)
def select(conditions: Sequence[Any], choices: Sequence[Numbers], default: Numbers = 0.0) -> Numbers:
    """Choose where the first condition holds, else the next, else the default."""
    found: Numbers = lifted(default)
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        found = np.where(condition, lifted(choice), found)
    return found


@handles(np.piecewise)
def piecewise(
    x: Numbers, conditions: Sequence[Any], functions: Sequence[Any], *args: Option, **kwargs: Option
) -> UncertainArray:
    """Compute each piece with the function whose condition holds there, the last one that does."""
    x = lifted(x)
    holds: Numbers = np.atleast_2d(np.asarray(conditions, dtype=bool)).reshape(-1, *x.shape)
    if len(functions) == len(holds) + 1:
        holds = np.concatenate([holds, ~holds.any(axis=0)[None]])
    if len(functions) != len(holds):
        raise NotSupportedError(
            f"{len(functions)} functions for {len(holds)} conditions", way_out="Give one each, or one more."
        )
    parts: list[Numbers] = [[0.0]]
    places, start = np.zeros(x.shape, dtype=int), 1
    row: Numbers = np.ravel(x)
    for condition, function in zip(holds, functions, strict=True):
        own = indices(x.shape)[condition]
        if own.size == 0:
            continue
        piece = function(getitem(row, own), *args, **kwargs) if callable(function) else function
        parts.append(np.ravel(lifted(piece) + np.zeros(own.shape)))
        places[condition] = np.arange(start, start + own.size)
        start += own.size
    joined: Numbers = np.concatenate(parts)
    return getitem(joined, places)


@handles(np.median)
def median(array: Numbers, axis: int | None = None, *, keepdims: bool = False) -> Numbers:
    """Return the middle value, or the mean of the two in the middle."""
    row: Numbers = np.ravel(array) if axis is None else array
    place = 0 if axis is None else axis
    ordered = np.sort(row, axis=place)
    count = row.shape[place]
    middle = taken(ordered, [(count - 1) // 2, count // 2], place)
    found = np.mean(middle, axis=place, keepdims=keepdims and axis is not None)
    return np.reshape(found, (1,) * array.ndim) if keepdims and axis is None else found


@handles(np.ptp)
def extent(array: UncertainArray, axis: int | None = None) -> Numbers:
    """Return the largest less the smallest value."""
    return np.max(array, axis=axis) - np.min(array, axis=axis)


@handles(np.linspace)
def spaced(start: Numbers, stop: Numbers, num: int = 50, endpoint: bool = True) -> Numbers:
    """Return evenly spaced values between two numbers, either of which may be uncertain."""
    if lifted(start).shape or lifted(stop).shape:
        raise NotSupportedError("numpy.linspace between arrays", way_out="Interpolate between them.")
    share = np.linspace(0.0, 1.0, num, endpoint=endpoint)
    return start * (1.0 - share) + stop * share


@handles(np.isclose)
def near(
    one: Numbers, other: Numbers, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Numbers:
    """Tell where estimates are close; a model that does so holds for its own estimates only."""
    first, second = lifted(one), lifted(other)
    look(first, second)
    return np.isclose(first._value, second._value, rtol=rtol, atol=atol, equal_nan=equal_nan)


@handles(np.allclose)
def all_near(one: Numbers, other: Numbers, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Tell whether all estimates are close."""
    return bool(np.all(near(one, other, rtol, atol)))
