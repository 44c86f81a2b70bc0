"""Shapes as plain lists of names and figures, for stored quantities."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from calibrator_uncertainty._empirical import BayesianT, CurvilinearTrapezoid, Exponential, Histogram, Samples
from calibrator_uncertainty._errors import FormatError
from calibrator_uncertainty._shapes import NAMED, Shape, StudentT, Trapezoidal

__all__ = ["shape_from", "shape_key"]

Key = list[str | float]


def shape_key(shape: Shape) -> Key:
    """Return the name and figures of one of our shapes, to be stored.

    Raises:
        FormatError: a shape that is not one of ours.
    """
    if isinstance(shape, Trapezoidal):
        return [shape.name, shape.beta]
    if isinstance(shape, StudentT | BayesianT):
        return [shape.name, shape.dof]
    if isinstance(shape, CurvilinearTrapezoid):
        return [shape.name, shape.ratio]
    if isinstance(shape, Samples):
        return [shape.name, _pack(shape.deviates)]
    if isinstance(shape, Histogram):
        return [shape.name, _pack(shape.edges), _pack(shape.below)]
    if isinstance(shape, Exponential) or NAMED.get(shape.name) == shape:
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
    made: dict[str, Shape] = {}
    if name == "exponential":
        made[name] = Exponential()
    elif name == "trapezoidal":
        made[name] = Trapezoidal(float(key[1]))
    elif name == "t":
        made[name] = StudentT(float(key[1]))
    elif name == "t (Bayesian)":
        made[name] = BayesianT(float(key[1]))
    elif name == "curvilinear trapezoid":
        made[name] = CurvilinearTrapezoid(float(key[1]))
    elif name == "samples":
        made[name] = Samples(_unpack(str(key[1])))
    elif name == "histogram":
        made[name] = Histogram(_unpack(str(key[1])), _unpack(str(key[2])))
    else:
        raise FormatError(f"the shape {name!r} is unknown", code="shape")
    return made[name]


def _pack(numbers: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode("ascii")


def _unpack(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f8").astype(np.float64)
