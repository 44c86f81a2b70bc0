"""numpy functions of quantities in degC and dB: kept, taken as differences, or refused.

A unit with a zero of its own stays where values are moved, chosen or averaged; differences have another unit;
sums and products of temperatures in degC or of levels in dBm mean nothing. pint lets several of those pass.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import UnitsError
from calibrator_uncertainty._moves import named
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import LOGARITHMIC, Scale, difference_unit, quantity, scale_of

__all__ = ["function_on_scale", "ufunc_on_scale"]

_KEPT = frozenset(
    named(
        "ravel", "transpose", "squeeze", "flip", "fliplr", "flipud", "rot90", "reshape", "swapaxes",
        "moveaxis", "rollaxis", "expand_dims", "broadcast_to", "broadcast_arrays", "roll", "repeat",
        "tile", "take", "delete", "take_along_axis", "resize", "insert", "append", "atleast_1d",
        "atleast_2d", "atleast_3d", "copy", "diagonal", "matrix_transpose", "linalg.diagonal",
        "linalg.matrix_transpose", "unstack", "astype", "concatenate", "stack", "vstack", "hstack",
        "dstack", "column_stack", "block", "split", "array_split", "hsplit", "vsplit", "dsplit",
        "compress", "extract", "choose", "select", "where", "clip", "piecewise", "real", "real_if_close",
        "nan_to_num", "full_like", "meshgrid", "lib.stride_tricks.sliding_window_view", "fft.fftshift",
        "fft.ifftshift", "mean", "average", "median", "quantile", "percentile", "max", "min", "amax",
        "amin", "sort", "interp", "shape", "ndim", "size", "isclose", "allclose", "array_equal",
        "array_equiv", "isreal", "iscomplex", "isrealobj", "iscomplexobj", "isposinf", "isneginf",
        "ones_like", "zeros_like", "empty_like",
    )
)  # fmt: skip
_DIFFERENCES = frozenset({np.diff, np.ediff1d, np.std, np.ptp})
_SUMS = frozenset(named("sum", "cumsum", "cumulative_sum", "trace", "linalg.trace"))
_OPERATORS: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: operator.truediv,
    np.power: operator.pow,
}
_BARRED = frozenset(
    {np.sqrt, np.cbrt, np.square, np.reciprocal, np.hypot, np.arctan2, np.matmul, np.float_power}
    | set(named("vecdot", "matvec", "vecmat"))
)


def _first(operands: Any) -> Quantity | None:  # noqa: ANN401 - whatever numpy was given
    """Return the first quantity whose unit has a zero of its own."""
    for one in operands:
        if isinstance(one, list | tuple):
            found = _first(one)
        else:
            found = one if hasattr(one, "_units") and scale_of(one) is not Scale.PLAIN else None
        if found is not None:
            return found
    return None


def _refused(name: str, unit: Quantity) -> UnitsError:
    return UnitsError(
        f"{name} of quantities in {unit} means nothing",
        way_out="Convert first: .to('K') of a temperature, .to('mW') of a level, .to('') of a ratio.",
        code="scale",
    )


def function_on_scale(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Apply a function where a unit has a zero of its own; NotImplemented where the usual rule stands.

    Raises:
        UnitsError: a function that means nothing on such a scale.
    """
    one = _first(args)
    if one is None or func in _KEPT:
        return NotImplemented
    scale = scale_of(one)
    if func in _DIFFERENCES and scale is not Scale.MIXED:
        return quantity(func(one._magnitude, *args[1:], **kwargs), difference_unit(one.units))
    if func in (np.var, np.gradient) and scale is Scale.OFFSET:
        return NotImplemented
    if (func in _SUMS and scale is Scale.RATIO) or func is np.linspace:
        return NotImplemented
    raise _refused(f"numpy.{func.__name__}", one.units)


def ufunc_on_scale(ufunc: np.ufunc, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Apply a ufunc where a unit has a zero of its own; NotImplemented where the usual rule stands.

    Raises:
        UnitsError: a function that means nothing on such a scale.
    """
    one = _first(inputs)
    if one is None:
        return NotImplemented
    if ufunc in _OPERATORS and not kwargs:
        if hasattr(inputs[0], "_units"):
            return _OPERATORS[ufunc](*inputs)
        # a plain array on the left would ask numpy, and numpy us, without end
        return getattr(inputs[1], f"__r{_OPERATORS[ufunc].__name__.strip('_')}__")(inputs[0])
    if ufunc in _BARRED or (ufunc is np.absolute and scale_of(one) in LOGARITHMIC - {Scale.RATIO}):
        raise _refused(f"numpy.{ufunc.__name__}", one.units)
    return NotImplemented
