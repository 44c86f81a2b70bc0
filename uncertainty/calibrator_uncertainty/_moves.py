"""Functions of numpy that pick, lay out and repeat elements, beyond those of `_functions`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import NotSupportedError
from calibrator_uncertainty._functions import HANDLED, getitem, rearrange
from calibrator_uncertainty._more_functions import handles, indices, labelled, lifted, taken
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option

__all__ = ["named"]


def named(*paths: str) -> tuple[Callable[..., Any], ...]:
    """Return functions of numpy by name, those that this numpy has."""
    found = []
    for path in paths:
        function: Any = np
        for name in path.split("."):
            function = getattr(function, name, None)
        if function is not None:
            found.append(function)
    return tuple(found)


_MOVES = named(
    "matrix_transpose", "linalg.matrix_transpose", "linalg.diagonal", "atleast_3d", "take_along_axis",
    "fft.fftshift", "fft.ifftshift", "lib.stride_tricks.sliding_window_view",
)  # fmt: skip
HANDLED.update({function: partial(rearrange, function) for function in _MOVES})


@handles(np.compress)
def compress(condition: Numbers, array: UncertainArray, axis: int | None = None) -> UncertainArray:
    """Return the elements, or slices along an axis, where the condition holds."""
    return getitem(array.ravel(), np.compress(condition, indices(array.shape), axis=axis))


@handles(np.extract)
def extract(condition: Numbers, array: UncertainArray) -> UncertainArray:
    """Return the elements where the condition holds."""
    return getitem(array.ravel(), np.extract(condition, indices(array.shape)))


@handles(np.choose)
def choose(index: Numbers, choices: Sequence[Numbers], **kwargs: Option) -> UncertainArray:
    """Return elements of the choice whose number stands in `index`."""
    row, places = labelled(choices)
    return getitem(row, np.choose(index, places, **kwargs))


@handles(np.pad)
def pad(
    array: UncertainArray, width: Numbers, mode: str = "constant", constant_values: Numbers = 0.0
) -> UncertainArray:
    """Return `array` with a border: of one constant, or of its own elements."""
    if mode == "constant" and np.ndim(constant_values) == 0:
        row: Numbers = np.concatenate([array.ravel(), np.reshape(lifted(constant_values), 1)])
        return getitem(row, np.pad(indices(array.shape), width, constant_values=array.size))
    if mode not in ("edge", "wrap", "reflect", "symmetric"):
        raise NotSupportedError(f"numpy.pad with mode {mode!r}", way_out="Join parts with numpy.concatenate.")
    moved: Any = np.pad
    return getitem(array.ravel(), moved(indices(array.shape), width, mode=mode))


@handles(np.meshgrid)
def grid(*rows: Numbers, **kwargs: Option) -> list[UncertainArray]:
    """Return the coordinates of a grid."""
    each = [lifted(row).ravel() for row in rows]
    places = np.meshgrid(*(np.arange(one.size) for one in each), **kwargs)
    return [getitem(one, place) for one, place in zip(each, places, strict=True)]


@handles(np.diagflat)
def flat_diagonal(array: UncertainArray, k: int = 0) -> Numbers:
    """Return a matrix with the elements on a diagonal."""
    row: Numbers = lifted(array).ravel()
    return np.diag(row, k)


@handles(*named("unstack"))
def unstack(array: UncertainArray, axis: int = 0) -> tuple[UncertainArray, ...]:
    """Return the slices along an axis."""
    return tuple(taken(array, place, axis) for place in range(array.shape[axis]))


@handles(np.ediff1d)
def differences(array: UncertainArray, to_end: Numbers = None, to_begin: Numbers = None) -> Numbers:
    """Return differences of neighbours, with what is to stand before and behind them."""
    row: Numbers = array.ravel()
    between: Numbers = np.diff(row)
    parts = [part for part in (to_begin, between, to_end) if part is not None]
    return np.concatenate([np.reshape(lifted(part), -1) for part in parts]) if len(parts) > 1 else between


def _quantile(scale: float) -> Callable[..., Any]:
    def quantile(
        array: UncertainArray,
        q: Numbers,
        axis: int | None = None,
        *,
        method: str = "linear",
        keepdims: bool = False,
    ) -> Numbers:
        """Return the value below which a share `q` of the elements lies, between two by a straight line."""
        if np.ndim(q) or method != "linear" or not 0.0 <= q / scale <= 1.0:
            raise NotSupportedError(
                "quantiles other than one, from 0 to 1, with the method 'linear'",
                way_out="Ask for one at a time.",
            )
        row: Numbers = array.ravel() if axis is None else array
        place = 0 if axis is None else axis
        ordered: Numbers = np.sort(row, axis=place)
        position = q / scale * (row.shape[place] - 1)
        low = min(int(position), max(row.shape[place] - 2, 0))
        high = min(low + 1, row.shape[place] - 1)
        found = taken(ordered, low, place) * (1.0 - (position - low)) + taken(ordered, high, place) * (
            position - low
        )
        if not keepdims:
            return found
        return np.reshape(found, (1,) * array.ndim) if axis is None else np.expand_dims(found, place)

    return quantile


HANDLED[np.quantile] = _quantile(1.0)
HANDLED[np.percentile] = _quantile(100.0)
