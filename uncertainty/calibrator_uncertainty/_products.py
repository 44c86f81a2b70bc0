"""numpy's products, derivatives and matrix functions on uncertain arrays, made of sums and products."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._functions import getitem, rearrange
from calibrator_uncertainty._more_functions import handles, indices, lifted, taken
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["contract"]


@handles(np.cumprod)
def running_product(array: UncertainArray, axis: int | None = None) -> Numbers:
    """Return running products along an axis, by doubling."""
    row: Numbers = np.ravel(array) if axis is None else array
    place = 0 if axis is None else axis % array.ndim
    count, step = row.shape[place], 1
    while step < count:
        head = taken(row, np.arange(step), place)
        tail = taken(row, np.arange(step, count), place) * taken(row, np.arange(count - step), place)
        row = np.concatenate([head, tail], axis=place)
        step *= 2
    return row


@handles(np.outer)
def outer(one: Numbers, other: Numbers) -> Numbers:
    """Return every product of two rows."""
    return np.expand_dims(np.ravel(lifted(one)), 1) * np.expand_dims(np.ravel(lifted(other)), 0)


@handles(np.inner)
def inner(one: Numbers, other: Numbers) -> Numbers:
    """Sum products over the last axes."""
    left, right = lifted(one), lifted(other)
    if left.ndim == 0 or right.ndim == 0:
        return left * right
    return np.tensordot(left, right, axes=(-1, -1))


@handles(np.vdot)
def inner_of_all(one: Numbers, other: Numbers) -> Numbers:
    """Sum the products of all elements."""
    return np.sum(np.ravel(lifted(one)) * np.ravel(lifted(other)))


@handles(np.kron)
def kronecker(one: Numbers, other: Numbers) -> Numbers:
    """Return the Kronecker product of two rows or matrices."""
    left: Numbers = lifted(one)
    right: Numbers = lifted(other)
    axes = max(left.ndim, right.ndim)
    left = np.reshape(left, (1,) * (axes - left.ndim) + left.shape)
    right = np.reshape(right, (1,) * (axes - right.ndim) + right.shape)
    spread: Numbers = np.reshape(left, [size for length in left.shape for size in (length, 1)])
    fine: Numbers = np.reshape(right, [size for length in right.shape for size in (1, length)])
    return np.reshape(spread * fine, [a * b for a, b in zip(left.shape, right.shape, strict=True)])


@handles(np.cross)
def cross(one: Numbers, other: Numbers, axis: int = -1) -> Numbers:
    """Return the vector product of vectors of three along an axis."""
    left, right = lifted(one), lifted(other)
    if left.shape[axis] != 3 or right.shape[axis] != 3:
        raise NotSupportedError("numpy.cross of vectors other than of three", way_out="Write it out.")
    after, last = [1, 2, 0], [2, 0, 1]
    return taken(left, after, axis) * taken(right, last, axis) - taken(left, last, axis) * taken(
        right, after, axis
    )


@handles(np.tensordot)
def tensordot(one: Numbers, other: Numbers, axes: Any = 2) -> Numbers:  # noqa: ANN401 - a number or two lists
    """Sum products over chosen axes of two arrays."""
    left, right = lifted(one), lifted(other)
    if isinstance(axes, int):
        mine, theirs = list(range(left.ndim - axes, left.ndim)), list(range(axes))
    else:
        mine = [int(axis) % left.ndim for axis in np.atleast_1d(axes[0])]
        theirs = [int(axis) % right.ndim for axis in np.atleast_1d(axes[1])]
    kept = [axis for axis in range(left.ndim) if axis not in mine]
    rest = [axis for axis in range(right.ndim) if axis not in theirs]
    shape = [left.shape[axis] for axis in kept] + [right.shape[axis] for axis in rest]
    length = math.prod(left.shape[axis] for axis in mine)
    if length != math.prod(right.shape[axis] for axis in theirs):
        raise ValueError(f"shapes {left.shape} and {right.shape} do not fit along axes {mine} and {theirs}")
    rows: Numbers = np.reshape(np.transpose(left, kept + mine), (-1, length))
    columns: Numbers = np.reshape(np.transpose(right, theirs + rest), (length, -1))
    return np.reshape(np.matmul(rows, columns), shape)


@handles(np.einsum)
def contract(subscripts: str, *operands: Numbers, optimize: Option = False) -> Numbers:
    """Sum products as the letters say: `ij,jk->ik`; `optimize` changes nothing but numpy's own order."""
    if not isinstance(subscripts, str) or "..." in subscripts:
        raise NotSupportedError("numpy.einsum with ... or lists", way_out="Write out a letter for each axis.")
    left, _, right = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    letters = sorted(set("".join(terms)))
    if "->" not in subscripts:
        right = "".join(letter for letter in letters if left.count(letter) == 1)
    if len(terms) != len(operands) or not set(right) <= set(letters):
        raise ValueError(f"the subscripts {subscripts!r} do not fit {len(operands)} operands")
    result: Numbers = 1.0
    for term, operand in zip(terms, operands, strict=True):
        own = "".join(sorted(set(term)))
        part: Numbers = lifted(operand)
        places = np.einsum(f"{term}->{own}", indices(part.shape))
        part = _flat(part, places)
        sizes = dict(zip(own, part.shape, strict=True))
        result = result * np.reshape(part, [sizes.get(letter, 1) for letter in letters])
    gone = tuple(place for place, letter in enumerate(letters) if letter not in right)
    summed = np.sum(result, axis=gone) if gone else result
    left_over = [letter for letter in letters if letter in right]
    return np.transpose(summed, [left_over.index(letter) for letter in right]) if right else summed


def _flat(array: Numbers, places: np.ndarray) -> UncertainArray:
    row: Numbers = np.ravel(array)
    return getitem(row, places)


@handles(np.convolve)
def convolve(one: Numbers, other: Numbers, mode: str = "full") -> Numbers:
    """Convolve two rows."""
    long, short = lifted(one), lifted(other)
    if long.size < short.size:
        long, short = short, long
    count = short.size
    pad = np.zeros(count - 1)
    row: Numbers = np.concatenate([pad, long, pad]) if count > 1 else long
    places = np.arange(long.size + count - 1)[:, None] + np.arange(count)[None, :]
    full = np.matmul(getitem(row, places), rearrange(np.flip, short))
    if mode == "full":
        return full
    start, length = ((count - 1) // 2, long.size) if mode == "same" else (count - 1, long.size - count + 1)
    if mode not in ("same", "valid"):
        raise NotSupportedError(f"numpy.convolve with mode {mode!r}", way_out="Use full, same or valid.")
    return full[start : start + length]


@handles(np.gradient)
def gradient(array: UncertainArray, *steps: Numbers, axis: Numbers = None, edge_order: int = 1) -> Numbers:
    """Return slopes by central differences, at the edges of the given order; points may be uneven."""
    axes = list(range(array.ndim)) if axis is None else [int(one) % array.ndim for one in np.atleast_1d(axis)]
    if any(isinstance(step, UncertainArray) for step in steps):
        raise NotSupportedError(
            "numpy.gradient over uncertain points", way_out="Divide numpy.diff(y) by numpy.diff(x)."
        )
    given = list(steps) * len(axes) if len(steps) == 1 else list(steps) or [1.0] * len(axes)
    found = [_slopes(array, place, step, edge_order) for place, step in zip(axes, given, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _slopes(array: UncertainArray, axis: int, step: Numbers, edge_order: int) -> Numbers:
    count = array.shape[axis]
    x = np.arange(count) * float(step) if np.ndim(step) == 0 else np.asarray(step, dtype=np.float64)
    if x.shape != (count,) or count < edge_order + 1:
        raise ValueError(f"{x.size} points for {count} values; {edge_order + 1} are the least")
    if count == 2:
        return np.repeat(np.diff(array, axis=axis), 2, axis=axis) / (x[1] - x[0])
    middle = np.clip(np.arange(count), 1, count - 2)
    weights = np.array([_three_points(x[i - 1 : i + 2], x[place]) for place, i in enumerate(middle)])
    if edge_order == 1:
        first, last = 1.0 / (x[1] - x[0]), 1.0 / (x[-1] - x[-2])
        weights[0], weights[-1] = (-first, first, 0.0), (0.0, -last, last)
    shape = [-1 if place == axis else 1 for place in range(array.ndim)]
    terms = [taken(array, middle + shift - 1, axis) * weights[:, shift].reshape(shape) for shift in range(3)]
    return terms[0] + terms[1] + terms[2]


def _three_points(x: np.ndarray, at: float) -> tuple[float, float, float]:
    """Return the weights of three values in the slope of their parabola."""
    a, b, c = x
    return (
        (2.0 * at - b - c) / ((a - b) * (a - c)),
        (2.0 * at - a - c) / ((b - a) * (b - c)),
        (2.0 * at - a - b) / ((c - a) * (c - b)),
    )


@handles(np.linalg.norm)
def norm(array: UncertainArray, ord: Numbers = None, axis: Numbers = None) -> Numbers:
    """Return the length of vectors: Euclidean (of matrices Frobenius), 1 or infinity."""
    matrix = array.ndim > 1 and axis is None
    if ord is None or ord == "fro" or (ord == 2 and not matrix):
        return np.sqrt(np.sum(array * array, axis=axis))
    if matrix or ord not in (1, np.inf):
        raise NotSupportedError(f"numpy.linalg.norm of order {ord}", way_out="Use 1, 2, infinity or 'fro'.")
    return np.sum(abs(array), axis=axis) if ord == 1 else np.max(abs(array), axis=axis)


@handles(np.linalg.det)
def determinant(matrix: Numbers) -> Numbers:
    """Return the determinant of a square matrix, by elimination with the largest pivot of the estimates."""
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise NotSupportedError("determinants of other than one square matrix", way_out="Take one: m[0].")
    if matrix.shape[0] <= 3:
        return _small_determinant(matrix)
    result: Numbers = 1.0
    while matrix.shape[0] > 1:
        column = np.abs(np.asarray(matrix._value)[:, 0])
        pivot = int(np.argmax(column))
        if column[pivot] == 0.0:
            raise NotSupportedError(
                "the determinant of a singular matrix of more than three rows", way_out="Expand it by hand."
            )
        others = [row for row in range(matrix.shape[0]) if row != pivot]
        top = matrix[pivot]
        result = result * top[0] * (-1.0 if pivot % 2 else 1.0)
        below = matrix[others]
        matrix = below[:, 1:] - np.outer(below[:, 0], top[1:]) / top[0]
    return result * matrix[0, 0]


def _small_determinant(m: Numbers) -> Numbers:
    if m.shape[0] == 1:
        return m[0, 0]
    if m.shape[0] == 2:
        return m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
    return np.sum(m[0] * np.cross(m[1], m[2]))


@handles(np.linalg.pinv)
def pseudo_inverse(matrix: UncertainArray) -> Numbers:
    """Return the pseudo-inverse of a matrix of full rank."""
    rows, columns = matrix.shape
    if np.linalg.matrix_rank(np.asarray(matrix._value)) < min(rows, columns):
        raise NotSupportedError(
            "the pseudo-inverse of a matrix below full rank, which has no derivative",
            way_out="Leave out the columns that depend on others.",
        )
    turned: Numbers = np.transpose(matrix)
    if rows >= columns:
        return np.linalg.solve(np.matmul(turned, matrix), turned)
    return np.transpose(np.linalg.solve(np.matmul(matrix, turned), matrix))
