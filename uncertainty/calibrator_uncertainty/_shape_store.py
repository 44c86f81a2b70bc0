"""Shapes as plain lists of names and figures, for stored quantities."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import astuple

import numpy as np

from calibrator_uncertainty._empirical import BayesianT, CurvilinearTrapezoid, Exponential, Histogram, Samples
from calibrator_uncertainty._errors import FormatError
from calibrator_uncertainty._shapes import NAMED, Shape, StudentT, Trapezoidal
from calibrator_uncertainty._skewed import Beta, Gamma, Lognormal, Weibull

__all__ = ["shape_from", "shape_key"]

Key = list[str | float]
_FIGURED = (
    Trapezoidal,
    StudentT,
    BayesianT,
    CurvilinearTrapezoid,
    Exponential,
    Gamma,
    Lognormal,
    Weibull,
    Beta,
)
_OF_FIGURES: dict[str, Callable[..., Shape]] = {one.name: one for one in _FIGURED}


def shape_key(shape: Shape) -> Key:
    """Return the name and figures of one of our shapes, to be stored.

    Raises:
        FormatError: a shape that is not one of ours.
    """
    if isinstance(shape, _FIGURED) and _OF_FIGURES[shape.name] is type(shape):
        return [shape.name, *astuple(shape)]
    if isinstance(shape, Samples):
        return [shape.name, _pack(shape.deviates)]
    if isinstance(shape, Histogram):
        return [shape.name, _pack(shape.edges), _pack(shape.below)]
    if NAMED.get(shape.name) == shape:
        return [shape.name]
    raise FormatError(
        f"the shape {shape.name!r} is not one of ours and cannot be stored", way_out="Use a named shape."
    )


def shape_from(key: Sequence[str | float]) -> Shape:
    """Return the shape that `shape_key` described.

    Raises:
        FormatError: an unknown name.
    """
    name = str(key[0])
    if name in NAMED:
        return NAMED[name]
    if name in _OF_FIGURES:
        return _OF_FIGURES[name](*map(float, key[1:]))
    if name == Samples.name:
        return Samples(_unpack(str(key[1])))
    if name == Histogram.name:
        return Histogram(_unpack(str(key[1])), _unpack(str(key[2])))
    raise FormatError(f"the shape {name!r} is unknown", code="shape")


def _pack(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode("ascii")


def _unpack(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f8").astype(np.float64)
