"""Models whose trace holds at their own estimates only: run anew for each draw or point.

Such a model compares values, asks for an estimate, or uses a result that was made linear where it stood.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._outside import hidden_and_anew
from calibrator_uncertainty._running import arguments, call
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers
from calibrator_uncertainty._units import magnitude_in

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._outside import WideProgram
    from calibrator_uncertainty._program import Program

__all__ = ["holds_at_one_place", "rows_anew", "sample_anew"]

_PROBES = 8  # draws at which a run on arrays is held against runs on single numbers


def holds_at_one_place(program: Program | WideProgram, inputs: int | None = None) -> bool:
    """Tell whether a trace holds a result of its first `inputs` that was made linear at their estimates."""
    count = program.inputs if inputs is None else inputs
    moving = set(range(count))
    for step in program.steps:
        if any(place in moving for place in step.args):
            if isinstance(step.op, Linear):
                return True
            moving.add(step.out)
    return False


def sample_anew(budget: Budget, draws: Sequence[Any]) -> Numbers:
    """Run the model on draws: on all at once where that gives the same, else on one after the other."""
    if budget._trace().sources:
        raise hidden_and_anew(budget.name)
    count = max((np.size(column) for column in draws), default=1)
    rows = [np.broadcast_to(np.asarray(column, dtype=np.float64), (count,)) for column in draws]
    program = budget._trace().program
    if not (holds_at_one_place(program) or any(step.shape for step in program.steps)):
        found = _at_once(budget, draws, count)
        if found is not None and _same(budget, rows, found):
            return found
    return np.array([_one(budget, [float(row[place]) for row in rows]) for place in range(count)])


def _at_once(budget: Budget, draws: Sequence[Any], count: int) -> Numbers:
    """Run the model on arrays; None where it cannot take them."""
    try:
        with np.errstate(all="ignore"):  # what is not finite is counted and reported by the caller
            given = arguments(budget, [_read_only(column) for column in draws])
            found = magnitude_in(budget.model(**given), budget.unit, budget.name)
    except (TypeError, ValueError, AttributeError, IndexError):
        return None  # a model of single numbers; a model that fails fails again on them
    return found if isinstance(found, np.ndarray) and found.shape == (count,) else None


def _read_only(column: Numbers) -> Numbers:
    """Return draws that a model with += cannot change under its other names; it is run on single numbers."""
    if not isinstance(column, np.ndarray):
        return column
    kept = column.view()
    kept.flags.writeable = False
    return kept


def _same(budget: Budget, rows: Sequence[np.ndarray], found: np.ndarray) -> bool:
    """Hold a run on arrays against single runs: at even steps and at both extremes."""
    places = {
        *range(0, found.size, max(1, found.size // _PROBES)),
        int(np.argmin(found)),
        int(np.argmax(found)),
    }
    for place in places:
        if not np.isfinite(found[place]):
            continue  # refused by the caller, who names the place
        alone = _one(budget, [float(row[place]) for row in rows])
        if not np.isclose(alone, found[place], rtol=1e-9, atol=0.0):
            return False
    return True


def _one(budget: Budget, estimates: Sequence[float]) -> float:
    """Run the model at one place, on the values that it was traced with."""
    leaves = [
        UncertainArray(value, None, (), Leaf(one.u))
        for value, one in zip(estimates, budget.inputs, strict=True)
    ]
    result = call(budget, arguments(budget, leaves))
    magnitude = magnitude_in(result, budget.unit, budget.name)
    return float(magnitude._value if isinstance(magnitude, UncertainArray) else magnitude)


def rows_anew(budget: Budget, columns: Sequence[Any], count: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return value and slopes at each point, the model traced anew for each."""
    names = [one.name for one in budget._base().inputs]
    values, slopes = np.empty(count), np.empty((len(budget.inputs), count))
    for place in range(count):
        here = [column if isinstance(column, float) else float(column[place]) for column in columns]
        there = budget._base().at(**dict(zip(names, here, strict=False)))
        values[place], slopes[:, place] = there._trace().value_and_slopes(there.inputs)
    return values, list(slopes)
