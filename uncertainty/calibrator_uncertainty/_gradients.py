"""Contributions of a single value by elementary error, kept for the value that is made of it next.

A running sum whose u is read at each step starts from the one before. What a step adds is kept beside the
arrays of what was there, which are neither copied nor summed anew: u at each of n steps takes n steps.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import ReferenceType, ref

import numpy as np

from calibrator_uncertainty._sweep import singles, slopes_of, spread, sweep
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers

__all__ = ["contributions", "length_of"]

_FEW = 48  # contributions that are cheaper as a dictionary than as arrays
# Values whose gradients are kept; more than a few would cost memory that grows with the square.
_recent: deque[ReferenceType[UncertainArray]] = deque()
_KEPT = 16


@dataclass(frozen=True, slots=True, eq=False)
class _Many:
    """Contributions `factor`·`sizes` of errors in rising `numbers`, and a few `later` ones behind them."""

    numbers: Any
    sizes: Any
    factor: float
    later: dict[int, float]
    length: float  # of sizes

    @classmethod
    def of(cls, numbers: Any, sizes: Any) -> _Many:  # noqa: ANN401 - arrays
        """Return contributions without later ones."""
        largest = float(np.abs(sizes).max(initial=0.0)) or 1.0
        return cls(numbers, sizes, 1.0, {}, largest * float(np.linalg.norm(sizes / largest)))

    def grown(self, slope: float, parts: dict[int, float]) -> _Many | None:
        """Return these times `slope` with new parts beside them; None where they do not stand behind."""
        if parts and min(parts) <= self.numbers[-1]:
            return None
        later = dict(self.later) if slope == 1.0 else {at: slope * one for at, one in self.later.items()}
        for number, part in parts.items():
            later[number] = later.get(number, 0.0) + part
        if len(later) > _FEW:
            return None
        return _Many(self.numbers, self.sizes, self.factor * slope, later, self.length)


Gradient: TypeAlias = "dict[int, float] | _Many"


def length_of(gradient: Gradient) -> float:
    """Return the root of the sum of squares: the standard uncertainty."""
    if isinstance(gradient, dict):
        return math.hypot(*gradient.values())
    return math.hypot(gradient.factor * gradient.length, *gradient.later.values())


def contributions(output: UncertainArray) -> Gradient:
    """Return c·u of a single value by number of the elementary error.

    Elements of an array leaf are numbered below zero, by the leaf's number and their place.
    """
    if output._gradient is not None:
        known: Gradient = output._gradient
        return known
    alone = _of_singles(output)
    if alone is not None:
        _keep(output, alone)
        return alone
    parts: dict[int, float] = {}
    many: list[tuple[_Many, float]] = []
    arrays: list[tuple[Any, Any]] = []
    for node, adjoint in sweep(output, _known_gradient):
        # one by one, but reached by way of an array
        slope = float(adjoint.sum()) if type(node._value) is float and type(adjoint) is not float else adjoint
        if isinstance(node._gradient, dict):
            _add(parts, node._gradient.items(), slope)
        elif node._gradient is not None:
            many.append((node._gradient, slope))
        elif node._leaf is not None:
            if isinstance(slope, float) and type(node._value) is float:
                _add(parts, ((node._leaf.number, node._leaf.u),), slope)
            else:
                arrays.append(_of_elements(node, slope, output))
    grown = many[0][0].grown(many[0][1], parts) if len(many) == 1 and not arrays else None
    if grown is None:
        for one, slope in many:
            arrays.append((one.numbers, slope * one.factor * one.sizes))
            _add(parts, one.later.items(), slope)
    gradient: Gradient = _merge(parts, arrays) if grown is None else grown
    _keep(output, gradient)
    return gradient


def _of_singles(output: UncertainArray) -> Gradient | None:
    """Return the contributions where all is single numbers and nothing is known yet, else None."""
    alone = singles(output, known=False)
    if alone is None:
        return None
    errors = alone[1]
    slopes = slopes_of(*alone)
    spreads = [error._leaf.u for error in errors.values()]  # type: ignore[union-attr]
    if len(errors) <= _FEW:
        return {number: slopes[number] * u for number, u in zip(errors, spreads, strict=True)}
    numbers = np.fromiter(errors, np.int64, len(errors))
    sizes = np.fromiter(slopes.values(), np.float64, len(errors)) * np.array(spreads)
    order = np.argsort(numbers)
    return _Many.of(numbers[order], sizes[order])


def _add(parts: dict[int, float], others: Iterable[tuple[int, float]], slope: float) -> None:
    for number, part in others:
        parts[number] = parts.get(number, 0.0) + slope * part


def _known_gradient(node: UncertainArray) -> bool:
    return node._op is None or node._gradient is not None


def _of_elements(node: UncertainArray, slope: Numbers, output: UncertainArray) -> tuple[Any, Any]:
    """Number the elements of an array leaf by -(number · 2³² + element) - 1, and give their parts."""
    if isinstance(slope, float | np.ndarray):
        slope = spread(slope, output.shape, node.shape)
    parts = np.asarray(slope.todense()).ravel() * np.broadcast_to(node._leaf.u, node.shape).ravel()  # type: ignore[union-attr]
    numbers = -(node._leaf.number * 2**32 + np.arange(parts.size, dtype=np.int64)) - 1  # type: ignore[union-attr]
    return numbers[::-1], parts[::-1]


def _merge(parts: dict[int, float], many: list[tuple[Any, Any]]) -> Gradient:
    if not many and len(parts) <= _FEW:
        return parts
    if parts:
        numbers = np.fromiter(parts, dtype=np.int64, count=len(parts))
        sizes = np.fromiter(parts.values(), dtype=np.float64, count=len(parts))
        order = np.argsort(numbers)
        many.append((numbers[order], sizes[order]))
    merged, size = many[0]
    for numbers, sizes in many[1:]:
        if numbers[0] > merged[-1]:
            merged, size = np.concatenate((merged, numbers)), np.concatenate((size, sizes))
        elif numbers.size == merged.size and np.array_equal(numbers, merged):
            size = size + sizes
        else:
            merged, place = np.unique(np.concatenate((merged, numbers)), return_inverse=True)
            size = np.bincount(place, weights=np.concatenate((size, sizes)))
    return _Many.of(merged, size)


def _keep(output: UncertainArray, gradient: Gradient) -> None:
    output._gradient = gradient
    _recent.append(ref(output))
    while len(_recent) > _KEPT:
        oldest = _recent.popleft()()
        if oldest is not None:
            oldest._gradient = None
