"""What a model gives, kept beside a stored budget, so that another model is not taken for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._errors import UncertaintyError

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget

__all__ = ["differs", "what_it_gives"]

_STEPS = 0.3, -0.7, 1.0  # of u, each input by another part of it
_GOLDEN = 0.6180339887498949
_SAME = 1e-7  # numeric derivatives of one model differ by less from machine to machine


def what_it_gives(budget: Budget) -> dict[str, Any]:
    """Return value and slopes at the estimates, and the value at three points nearby (None for no number).

    A model that fails at its estimates, or cannot be run elsewhere, leaves out what it cannot give.
    """
    places = [
        [
            one.estimate + step * (0.3 + (_GOLDEN * place) % 0.7) * (one.u or abs(one.estimate) or 1.0)
            for place, one in enumerate(budget.inputs)
        ]
        for step in _STEPS
    ]
    return _at(budget, places)


def _at(budget: Budget, places: Sequence[Sequence[float]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        whole, count = budget._whole(), len(budget.inputs)
        estimates = [one.estimate for one in whole.inputs]
        value, slopes = budget._trace().program.value_and_gradient(estimates)
        found.update(value=_number(value), slopes=[_number(slope) for slope in slopes[:count]])
        nearby = []
        for place in places:
            columns = [np.array([figure]) for figure in (*place, *estimates[count:])]
            nearby.append([*place, _number(float(np.ravel(whole._sample(columns))[0]))])
        found["nearby"] = nearby
    except UncertaintyError:  # the budget is stored as it is; it fails again where it is evaluated
        return found
    return found


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def differs(budget: Budget, kept: Mapping[str, Any]) -> str:
    """Return in which figure a model differs from what was kept, empty where it gives the same."""
    if "value" not in kept or "slopes" not in kept:
        return ""
    count = len(budget.inputs)
    rows = [[float(figure) for figure in row[:count]] for row in kept.get("nearby", ())]
    found = _at(budget, rows)
    if "value" not in found:
        return "it fails at the estimates"
    value, slopes = kept["value"], kept["slopes"]
    scale = abs(value or 0.0) + max(
        (abs(slope or 0.0) * one.u for slope, one in zip(slopes, budget.inputs, strict=True)), default=0.0
    )
    if not _close(found["value"], value, scale):
        return f"it gives {found['value']} at the estimates, not {value}"
    for one, mine, theirs in zip(budget.inputs, found["slopes"], slopes, strict=True):
        if not _close(mine, theirs, scale / one.u if one.u else abs(theirs or 0.0)):
            return f"its slope by {one.name} is {mine}, not {theirs}"
    for mine, theirs in zip(found.get("nearby", []), kept.get("nearby", []), strict=True):
        if not _close(mine[-1], theirs[-1], max(scale, abs(theirs[-1] or 0.0))):
            return f"it gives {mine[-1]} near the estimates, not {theirs[-1]}"
    return ""


def _close(one: float | None, other: float | None, scale: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * scale
