"""Methods of ufuncs, and ufuncs that are others by a second name: for bare arrays and quantities alike.

All are put together from numpy functions, which find their way by the kind of operand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from calibrator_uncertainty._moves import named
from calibrator_uncertainty._refusals import unsupported
from calibrator_uncertainty._types import Numbers

__all__ = ["SUBSTITUTES", "by_method", "name_of"]

_REDUCE: dict[str, Callable[..., Any]] = {
    "add": np.sum, "multiply": np.prod, "maximum": np.max, "minimum": np.min, "fmax": np.max, "fmin": np.min,
}  # fmt: skip
_ACCUMULATE: dict[str, Callable[..., Any]] = {"add": np.cumsum, "multiply": np.cumprod}


def _inner(one: Numbers, other: Numbers) -> Numbers:
    return np.sum(np.conjugate(one) * other, axis=-1)


# numpy.vecdot, matvec and vecmat came with numpy 2
SUBSTITUTES: dict[Any, Callable[..., Any]] = {
    np.fmax: np.maximum,
    np.fmin: np.minimum,
    np.float_power: np.power,
    **dict.fromkeys(named("vecdot"), _inner),
    **dict.fromkeys(named("matvec"), np.matmul),
    **dict.fromkeys(named("vecmat"), lambda one, other: np.matmul(np.conjugate(one), other)),
}


def name_of(ufunc: np.ufunc, method: str) -> str:
    """Return how a person would write the call."""
    return f"numpy.{ufunc.__name__}{'' if method == '__call__' else '.' + method}"


def by_method(ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Numbers:
    """Apply `ufunc.reduce`, `accumulate` or `outer`; any other call is refused.

    Raises:
        NotSupportedError: what has no derivative here, saying what to call.
    """
    given = {key: value for key, value in kwargs.items() if value is not None and value is not np._NoValue}
    if method == "reduce" and ufunc.__name__ in _REDUCE and given.keys() <= {"axis", "keepdims"}:
        # a ufunc reduces its first axis where none is named, a function all of them
        axis = kwargs.get("axis", 0)
        keep = {"keepdims": True} if given.get("keepdims") else {}
        return _REDUCE[ufunc.__name__](inputs[0], axis=axis if np.ndim(inputs[0]) else None, **keep)
    if method == "accumulate" and ufunc.__name__ in _ACCUMULATE and given.keys() <= {"axis"}:
        return _ACCUMULATE[ufunc.__name__](inputs[0], axis=given.get("axis", 0))
    if method == "outer" and not given and len(inputs) == 2:
        one, other = inputs
        spread = (*np.shape(one), *((1,) * np.ndim(other)))
        return ufunc(np.reshape(one, spread) if np.ndim(one) else one, other)
    raise unsupported(name_of(ufunc, method))
