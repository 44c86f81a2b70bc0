"""numpy's second names for products and matrix functions, and powers of matrices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._functions import HANDLED, matmul, rearrange
from calibrator_uncertainty._more_functions import handles, lifted
from calibrator_uncertainty._moves import named
from calibrator_uncertainty._products import convolve, cross, norm, outer, tensordot
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__: list[str] = []

for _paths, _ours in (
    (("linalg.matmul",), matmul),
    (("linalg.outer",), outer),
    (("linalg.cross",), cross),
    (("linalg.tensordot",), tensordot),
    (("polymul",), convolve),
):
    HANDLED.update(dict.fromkeys(named(*_paths), _ours))


@handles(*named("linalg.trace"))
def trace(array: UncertainArray, *, offset: int = 0) -> Numbers:
    """Sum the diagonal of the last two axes."""
    return np.sum(rearrange(np.diagonal, array, offset, -2, -1), axis=-1)


@handles(*named("linalg.vecdot"))
def vector_product(one: Numbers, other: Numbers, *, axis: int = -1) -> Numbers:
    """Sum products along an axis."""
    return np.sum(lifted(one) * lifted(other), axis=axis)


@handles(*named("linalg.vector_norm"))
def vector_norm(
    array: UncertainArray, *, axis: Numbers = None, keepdims: bool = False, ord: Numbers = 2
) -> Numbers:
    """Return the length of vectors; without an axis, of all elements."""
    if keepdims:
        raise NotSupportedError("linalg.vector_norm with keepdims", way_out="Use numpy.expand_dims.")
    return norm(array.ravel() if axis is None else array, ord, axis)


@handles(*named("linalg.matrix_norm"))
def matrix_norm(array: UncertainArray, *, keepdims: bool = False, ord: Numbers = "fro") -> Numbers:
    """Return the Frobenius norm of one matrix."""
    if keepdims or array.ndim != 2:
        raise NotSupportedError("linalg.matrix_norm of several matrices", way_out="Take one: m[0].")
    return norm(array, ord)


@handles(np.linalg.multi_dot)
def product_of_many(arrays: Sequence[Numbers]) -> Numbers:
    """Multiply matrices from left to right."""
    return reduce(np.matmul, arrays)


@handles(np.linalg.matrix_power)
def matrix_power(array: Numbers, n: int) -> Numbers:
    """Multiply a square matrix with itself; its inverse where `n` is negative."""
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise NotSupportedError("powers of other than one square matrix", way_out="Take one: m[0].")
    if n == 0:
        return np.eye(array.shape[0])
    base: Numbers = array if n > 0 else np.linalg.inv(array)
    result: Numbers = base
    for digit in bin(abs(n))[3:]:  # squares, and one more factor for each 1 behind the first digit
        result = np.matmul(result, result)
        result = np.matmul(result, base) if digit == "1" else result
    return result


@handles(np.correlate)
def correlate(one: Numbers, other: Numbers, mode: str = "valid") -> Numbers:
    """Sum products of two rows at every shift."""
    left, right = lifted(one), lifted(other)
    if left.size < right.size and mode != "full":
        raise NotSupportedError("numpy.correlate with the shorter row first", way_out="Turn them round.")
    return convolve(left, rearrange(np.flip, right), mode)


def _running(function: Numbers, array: UncertainArray, axis: int | None, start: Numbers) -> Numbers:
    if axis is None and array.ndim != 1:
        raise NotSupportedError("running sums of more than one axis", way_out="Name the axis.")
    place = 0 if axis is None else axis % array.ndim
    run = function(array, axis=place)
    if start is None:
        return run
    first = np.full([1 if at == place else size for at, size in enumerate(array.shape)], start)
    return np.concatenate([first, run], axis=place)


@handles(*named("cumulative_sum"))
def cumulative_sum(
    array: UncertainArray, *, axis: int | None = None, include_initial: bool = False
) -> Numbers:
    """Return running sums along an axis."""
    return _running(np.cumsum, array, axis, 0.0 if include_initial else None)


@handles(*named("cumulative_prod"))
def cumulative_product(
    array: UncertainArray, *, axis: int | None = None, include_initial: bool = False
) -> Numbers:
    """Return running products along an axis."""
    return _running(np.cumprod, array, axis, 1.0 if include_initial else None)
