"""What may be asked of uncertain arrays without losing anything: kind, likeness, arrays of one shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._branches import look
from calibrator_uncertainty._functions import HANDLED
from calibrator_uncertainty._more_functions import handles, lifted
from calibrator_uncertainty._moves import named
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__: list[str] = []


def _always(answer: bool) -> Callable[..., Any]:
    return lambda array: np.full(array.shape, answer) if array.shape else answer


HANDLED.update({np.isreal: _always(True), np.iscomplex: _always(False)})
HANDLED.update({np.isposinf: _always(False), np.isneginf: _always(False)})
HANDLED.update({np.isrealobj: lambda array: True, np.iscomplexobj: lambda array: False})


@handles(np.real, np.real_if_close, np.nan_to_num, *named("astype"))
def same(array: UncertainArray, *args: Option, **kwargs: Option) -> UncertainArray:
    """Return the array: it is real, of floats, and holds no NaN."""
    return array


@handles(np.imag)
def imaginary(array: UncertainArray) -> Numbers:
    """Return zeros."""
    return np.zeros(array.shape) if array.shape else 0.0


@handles(np.zeros_like, np.empty_like)
def zeros(array: UncertainArray, *args: Option, **kwargs: Option) -> Numbers:
    """Return plain zeros of that shape."""
    return np.zeros(array.shape)


@handles(np.ones_like)
def ones(array: UncertainArray, *args: Option, **kwargs: Option) -> Numbers:
    """Return plain ones of that shape."""
    return np.ones(array.shape)


@handles(np.full_like)
def full(array: Numbers, fill_value: Numbers, dtype: Option = None, **kwargs: Option) -> Numbers:
    """Return one value, which may be uncertain, everywhere; an answer where pint compares."""
    if dtype is not None and np.dtype(dtype).kind == "b":
        return np.full(np.shape(array), fill_value) if np.shape(array) else bool(fill_value)
    return np.broadcast_to(fill_value, np.shape(array))


@handles(np.broadcast_arrays)
def broadcast(*arrays: Numbers, **kwargs: Option) -> tuple[Numbers, ...]:
    """Return the arrays in one shape."""
    shape = np.broadcast_shapes(*(np.shape(one) for one in arrays))
    return tuple(np.broadcast_to(one, shape) for one in arrays)


@handles(np.array_equal, np.array_equiv)
def equal(one: Numbers, other: Numbers, **kwargs: Option) -> bool:
    """Tell whether all estimates are equal; a model that does so holds for its own estimates only."""
    found, against = lifted(one), lifted(other)
    look(found, against)
    return np.array_equal(found._value, against._value)
