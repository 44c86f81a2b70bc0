"""numpy functions on uncertain arrays, by what they do to elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from calibrator_uncertainty._choosing import Choose, Interpolation
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._structural import Gather, RunningSum, Solve, Sum, size_of
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["HANDLED", "getitem", "matmul", "mean", "rearrange", "total"]

HANDLED: dict[Callable[..., Any], Callable[..., Any]] = {}


def _handles(*functions: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(ours: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            HANDLED[function] = ours
        return ours

    return register


def _value(operand: Numbers) -> Numbers:
    return operand._value if isinstance(operand, UncertainArray) else operand


def _make(op: Numbers, operands: Sequence[Any]) -> UncertainArray:
    args = tuple(o if isinstance(o, UncertainArray) else np.asarray(o, dtype=np.float64) for o in operands)
    return UncertainArray(op.run([_value(arg) for arg in args], False), op, args)


def _gather(name: str, index: Numbers, operands: Sequence[Any]) -> UncertainArray:
    return _make(Gather(name, np.asarray(index), tuple(np.shape(_value(o)) for o in operands)), operands)


def _indices(shape: tuple[int, ...], start: int = 0) -> np.ndarray:
    return np.arange(start, start + size_of(shape)).reshape(shape)


def getitem(array: UncertainArray, key: Numbers) -> UncertainArray:
    """Return `array[key]`."""
    return _gather("getitem", _indices(array.shape)[key], [array])


def rearrange(
    function: Callable[..., Any], array: UncertainArray, *args: Option, **kwargs: Option
) -> UncertainArray:
    """Apply a function that only moves or repeats elements."""
    return _gather(function.__name__, function(_indices(array.shape), *args, **kwargs), [array])


_MOVES: tuple[Callable[..., Any], ...] = (
    np.reshape, np.ravel, np.transpose, np.swapaxes, np.moveaxis, np.rollaxis, np.expand_dims, np.squeeze,
    np.broadcast_to, np.flip, np.fliplr, np.flipud, np.roll, np.rot90, np.repeat, np.tile, np.take,
    np.diagonal, np.atleast_1d, np.atleast_2d, np.delete, np.resize,
)  # fmt: skip
_JOINS: tuple[Callable[..., Any], ...] = (
    np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack,
)  # fmt: skip


def _join(
    function: Callable[..., Any], arrays: Sequence[Any], *args: Option, **kwargs: Option
) -> UncertainArray:
    index, start = [], 0
    for array in arrays:
        shape = np.shape(_value(array))
        index.append(_indices(shape, start))
        start += size_of(shape)
    return _gather(function.__name__, function(index, *args, **kwargs), list(arrays))


HANDLED.update({function: partial(rearrange, function) for function in _MOVES})
HANDLED.update({function: partial(_join, function) for function in _JOINS})


@_handles(np.sum)
def total(
    array: UncertainArray, axis: Numbers = None, keepdims: Numbers = False, **kwargs: Option
) -> UncertainArray:
    """Sum over axes."""
    _no_options("sum", kwargs)
    axes = range(array.ndim) if axis is None else np.atleast_1d(axis)
    counted = tuple(sorted(int(one) % max(array.ndim, 1) for one in axes))
    return _make(Sum("sum", counted, keepdims is True, array.shape), [array])


@_handles(np.mean)
def mean(array: UncertainArray, axis: Numbers = None, keepdims: Numbers = False, **kwargs: Option) -> Numbers:
    """Average over axes."""
    _no_options("mean", kwargs)
    summed = total(array, axis=axis, keepdims=keepdims)
    return summed / (array.size / max(summed.size, 1))


@_handles(np.average)
def average(
    array: Numbers, axis: Numbers = None, weights: Numbers = None, keepdims: Numbers = False, **kwargs: Option
) -> Numbers:
    """Average over axes with weights, of the shape of the array or one for each place along one axis."""
    # pint 0.26 says that the weights are not to be returned
    _no_options("average", {key: one for key, one in kwargs.items() if key != "returned" or one})
    if weights is None:
        return mean(array, axis=axis, keepdims=keepdims)
    array = _array(array)
    heavy = weights if isinstance(weights, UncertainArray) else np.asarray(weights, dtype=np.float64)
    if heavy.shape != array.shape:
        if axis is None or isinstance(axis, tuple) or heavy.shape != (array.shape[axis],):
            raise InputError(
                f"weights of shape {heavy.shape} do not fit values of shape {array.shape} along axis {axis}",
                way_out="Give as many weights as there are values, or as the axis is long.",
                code="shape",
            )
        heavy = _along(heavy, _place(axis, array.ndim), array.ndim)
    spread = heavy + np.zeros(array.shape)
    whole = np.sum(spread, axis=axis, keepdims=keepdims is True)
    if np.any(np.asarray(_value(whole)) == 0.0):
        raise InputError("the weights add up to zero", code="weights")
    return total(_array(array * spread), axis=axis, keepdims=keepdims) / whole


def _place(axis: int, axes: int) -> int:
    """Return an axis counted from the front."""
    return range(axes)[axis]


def _along(row: Numbers, axis: int, axes: int) -> Numbers:
    """Lay a row along one of several axes."""
    return row.reshape(tuple(-1 if place == axis else 1 for place in range(axes)))


@_handles(np.var)
def variance(array: UncertainArray, axis: Numbers = None, ddof: int = 0, **kwargs: Option) -> Numbers:
    """Return the variance of the elements, as a function of them."""
    _no_options("var", kwargs)
    around = array - mean(array, axis=axis, keepdims=True)
    summed = total(around * around, axis=axis)
    return summed / (array.size / max(summed.size, 1) - ddof)


@_handles(np.std)
def deviation(array: UncertainArray, axis: Numbers = None, ddof: int = 0, **kwargs: Option) -> Numbers:
    """Return the standard deviation of the elements, as a function of them."""
    return np.sqrt(variance(array, axis=axis, ddof=ddof, **kwargs))


@_handles(np.cumsum)
def running_total(array: UncertainArray, axis: Numbers = None, **kwargs: Option) -> UncertainArray:
    """Return running sums along an axis."""
    _no_options("cumsum", kwargs)
    row = array.ravel() if axis is None and array.ndim != 1 else array
    return _make(RunningSum("cumsum", 0 if axis is None else _place(axis, row.ndim), row.shape), [row])


@_handles(np.prod)
def product(array: UncertainArray, axis: Numbers = None, **kwargs: Option) -> Numbers:
    """Multiply along an axis, in pairs, so that zeros keep their derivatives."""
    _no_options("prod", kwargs)
    row = array.ravel() if axis is None else array
    place = 0 if axis is None else axis
    while row.shape[place] > 1:
        half = row.shape[place] // 2
        first = rearrange(np.take, row, np.arange(half), axis=place)
        second = rearrange(np.take, row, np.arange(half, 2 * half), axis=place)
        rest = rearrange(np.take, row, np.arange(2 * half, row.shape[place]), axis=place)
        row = _join(np.concatenate, [first * second, rest], axis=place)
    return rearrange(np.take, row, 0, axis=place)


@_handles(np.max, np.amax)
def largest(array: UncertainArray, axis: Numbers = None, **kwargs: Option) -> Numbers:
    """Return the element with the largest value."""
    return _pick("max", array, axis, kwargs)


@_handles(np.min, np.amin)
def smallest(array: UncertainArray, axis: Numbers = None, **kwargs: Option) -> Numbers:
    """Return the element with the smallest value."""
    return _pick("min", array, axis, kwargs)


def _pick(name: str, array: UncertainArray, axis: Numbers, kwargs: dict[str, Any]) -> UncertainArray:
    _no_options("max and min", kwargs)
    row, place = (array.ravel(), 0) if axis is None else (array, _place(axis, array.ndim))
    chosen = _make(Choose(name, place, row.shape), [row])
    return rearrange(np.squeeze, chosen, axis=place)


@_handles(np.sort)
def ordered(array: UncertainArray, axis: Numbers = -1, **kwargs: Option) -> UncertainArray:
    """Return the elements in the order of their values."""
    _no_options("sort", kwargs)
    row = array.ravel() if axis is None else array
    return _make(Choose("sort", 0 if axis is None else _place(axis, row.ndim), row.shape), [row])


@_handles(np.argsort, np.argmax, np.argmin)
def _refuse_order(array: UncertainArray, *args: Option, **kwargs: Option) -> Numbers:
    raise NotSupportedError(
        "positions of uncertain values are positions of their estimates",
        way_out="Take .value first: numpy.argsort(x.value).",
    )


@_handles(np.where)
def choose(condition: Numbers, first: Numbers, second: Numbers) -> UncertainArray:
    """Return elements of `first` where the condition holds, else of `second`."""
    shape = np.broadcast_shapes(np.shape(condition), np.shape(_value(first)), np.shape(_value(second)))
    one = np.broadcast_to(_indices(np.shape(_value(first))), shape)
    other = np.broadcast_to(_indices(np.shape(_value(second)), np.size(_value(first))), shape)
    return _gather("where", np.where(condition, one, other), [first, second])


@_handles(np.clip)
def clip(array: Numbers, low: Numbers = None, high: Numbers = None, **kwargs: Option) -> Numbers:
    """Hold the values between two limits."""
    _no_options("clip", {key: value for key, value in kwargs.items() if key not in ("min", "max")})
    low, high = kwargs.get("min", low), kwargs.get("max", high)
    array = array if low is None else np.maximum(array, low)
    return array if high is None else np.minimum(array, high)


@_handles(np.diff)
def difference(array: UncertainArray, n: int = 1, axis: int = -1, **kwargs: Option) -> UncertainArray:
    """Return differences of neighbours."""
    _no_options("diff", kwargs)
    for _ in range(n):
        count = array.shape[axis]
        array = rearrange(np.take, array, np.arange(1, count), axis=axis) - rearrange(
            np.take, array, np.arange(count - 1), axis=axis
        )
    return array


def trapezoid(y: Numbers, x: Numbers = None, dx: Numbers = 1.0, axis: int = -1) -> Numbers:
    """Integrate by the trapezoidal rule; abscissae may be uncertain."""
    y = _array(y)
    place = _place(axis, y.ndim)
    steps = dx
    if x is not None:
        across = _array(x)
        steps = (
            _along(difference(across), place, y.ndim) if across.ndim == 1 else difference(across, axis=axis)
        )
    count = y.shape[axis]
    pairs = rearrange(np.take, y, np.arange(1, count), axis=axis) + rearrange(
        np.take, y, np.arange(count - 1), axis=axis
    )
    return total(_array(pairs * steps), axis=axis) / 2.0


# numpy 2 renamed trapz
HANDLED.update({getattr(np, name): trapezoid for name in ("trapezoid", "trapz") if hasattr(np, name)})


@_handles(np.interp)
def interpolate(
    x: Numbers, xp: Numbers, fp: Numbers, left: Numbers = None, right: Numbers = None, **kwargs: Option
) -> UncertainArray:
    """Interpolate in a table whose points, values and argument may each be uncertain and correlated."""
    _no_options("interp", kwargs)
    if left is not None or right is not None:
        raise NotSupportedError("numpy.interp with left or right", way_out="Stay inside the table.")
    shapes = (np.shape(_value(x)), np.shape(_value(xp)), np.shape(_value(fp)))
    if len(shapes[1]) != 1 or shapes[1] != shapes[2] or shapes[1][0] < 2:
        raise InputError(
            f"a table of {shapes[1]} points and {shapes[2]} values cannot be interpolated", code="shape"
        )
    return _make(Interpolation("interp", shapes), [x, xp, fp])


@_handles(np.matmul, np.dot)
def matmul(one: Numbers, other: Numbers) -> Numbers:
    """Return the product of vectors and matrices."""
    left, right = np.ndim(_value(one)), np.ndim(_value(other))
    if left == 0 or right == 0:
        return one * other
    if left > 2 or right > 2:
        raise NotSupportedError("products of arrays with more than two axes", way_out="Use sums of products.")
    one, other = _array(one), _array(other)
    if right == 1:
        return total(one * other, axis=-1)
    if left == 1:
        return total(rearrange(np.expand_dims, one, -1) * other, axis=0)
    return total(rearrange(np.expand_dims, one, -1) * rearrange(np.expand_dims, other, 0), axis=1)


@_handles(np.linalg.solve)
def solve(matrix: Numbers, right: Numbers) -> UncertainArray:
    """Solve a linear system whose matrix and right side may be uncertain."""
    return _make(Solve("solve", (np.shape(_value(matrix)), np.shape(_value(right)))), [matrix, right])


@_handles(np.linalg.inv)
def inverse(matrix: UncertainArray) -> UncertainArray:
    """Return the inverse of a square matrix."""
    found: UncertainArray = solve(matrix, np.eye(matrix.shape[0]))
    return found


@_handles(np.polyval)
def polynomial(coefficients: Numbers, x: Numbers) -> Numbers:
    """Evaluate a polynomial, highest power first (Horner)."""
    result: Numbers = 0.0
    for place in range(np.shape(_value(coefficients))[0]):
        result = result * x + coefficients[place]
    return result


@_handles(np.shape)
def _shape(array: UncertainArray) -> tuple[int, ...]:
    return array.shape


@_handles(np.ndim)
def _ndim(array: UncertainArray) -> int:
    return array.ndim


@_handles(np.size)
def _size(array: UncertainArray) -> int:
    return array.size


@_handles(np.copy)
def _copy(array: UncertainArray, **kwargs: Option) -> UncertainArray:
    return array


@_handles(np.all, np.any)
def _truth(array: UncertainArray, *args: Option, **kwargs: Option) -> Numbers:
    raise NotSupportedError("the truth of uncertain values", way_out="Compare them first: x > 0.")


def _array(operand: Numbers) -> UncertainArray:
    """Return a bare array as an exact value of the tape."""
    if isinstance(operand, UncertainArray):
        return operand
    number = np.asarray(operand, dtype=np.float64)
    return UncertainArray(number if number.ndim else float(number))


def _no_options(name: str, kwargs: dict[str, Any]) -> None:
    given = sorted(key for key, value in kwargs.items() if value is not None and value is not np._NoValue)
    if given:
        raise NotSupportedError(f"{name} with {', '.join(given)} is not supported on uncertain values")
