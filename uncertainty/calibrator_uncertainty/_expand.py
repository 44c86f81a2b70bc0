"""From value and slopes to the result with its lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul
from typing import TYPE_CHECKING, Any

from calibrator_uncertainty._arcsine import arcsine_factor
from calibrator_uncertainty._coverage import dominant_rectangles, probability_of, shaped_factor
from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._result import BudgetLine, BudgetResult, BudgetResultDraft
from calibrator_uncertainty._shapes import Arcsine, Rectangular, Shape

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._combine import Block, Plan

__all__ = ["expand"]

_TINY = 1e-12  # of the value, or a slope: what is less may be flat but for rounding
_MOST = 0.5  # of u²: a correlated block above decides how the result is distributed
_row: Any = tuple.__new__  # of a named tuple: its own constructor costs twice as much
_SMALL, _LARGE = 1e-280, 1e280  # squares beyond have lost digits


def expand(budget: Budget, value: float, slopes: Sequence[float], policy: str) -> BudgetResult:
    """Combine the contributions, find k by `policy` and lay out the lines."""
    plan = budget._plan()
    parts = list(map(mul, slopes, plan.u))
    if plan.blocks and not _fits(parts):  # their squares are summed before anything else
        u, dof, weights, rectangles, square = _scaled(plan, parts)
    else:
        u, dof, weights, rectangles = plan.combine(parts)
        square = u * u
        if not _SMALL < square < _LARGE:
            u, dof, weights, rectangles, square = _scaled(plan, parts)
    if not (math.isfinite(u) and math.isfinite(value)):
        raise _not_finite(budget, value, slopes)
    probability = probability_of(policy)
    arcsines = [abs(parts[place]) for place in plan.arcsines]
    if budget._trace().sources:
        rectangles = rectangles + _elements(budget, Rectangular)
        arcsines += _elements(budget, Arcsine)
    for number in plan.arcsine_blocks:
        arcsines.append(u * math.sqrt(_share(plan.blocks[number], weights) / square))
    flat = _flat_note(budget, value, u, slopes)
    dominant = dominant_rectangles(rectangles, u, dof) if rectangles else ()
    k = shaped_factor(policy, probability, dof, dominant)
    if arcsines:
        k = arcsine_factor(policy, max(arcsines), u, dof) or k
    bent = max(arcsines, default=0.0)
    # fmt: off
    lines = [
        _row(BudgetLine, (
            one.name, one.estimate, one.unit, one.distribution.name, one.u, one.dof, slope, part,
            weight / square, one.source, one.shared,
        ))
        for one, slope, part, weight in zip(budget.inputs, slopes, parts, weights, strict=True)
    ]
    # fmt: on
    trace = budget._trace()
    made: Any = BudgetResultDraft()
    made.name, made.value, made.unit, made.u, made.dof = budget.name, value, budget.unit, u, dof
    made.k, made.U, made.probability, made.policy = k, math.nan if flat else k * u, probability, policy
    made.lines, made.correlations = tuple(lines), budget.correlations
    made.notes = (
        *plan.notes,
        *(_together(budget, weights, square, k) if plan.blocks else ()),
        *flat,
        *(() if flat else _cancelled(budget, parts, u)),
        *trace.remarks,
    )
    made.clause8, made.unexamined, made.difference, made.origin = None, "", trace.difference, budget._base()
    made.rectangles = tuple(sorted([one for one in rectangles if one], reverse=True)[:2])
    made.arcsine = bent
    made.__class__ = BudgetResult  # the same slots
    found: BudgetResult = made
    return found


def _elements(budget: Budget, kind: type[Shape]) -> list[float]:
    """Return the two largest |c·u| of single errors of one shape in the arrays that the model uses."""
    u = budget._plan().u
    rows = budget._trace().elements([one.estimate for one in budget.inputs], kind)
    return [float(part) * u[line] for line, row in rows for part in row]


def _share(block: Block, weights: Sequence[float]) -> float:
    """Return the part of u² that a block is, in the unit of the weights."""
    return max(0.0, math.fsum(weights[place] for place in block.places))


def _together(budget: Budget, weights: Sequence[float], square: float, k: float) -> tuple[str, ...]:
    """Return a note for each block of correlated rectangles or U-shapes that makes most of u².

    The sum of such is neither a rectangle nor normal: no rule gives its k, and it is said.
    """
    found = []
    for block in budget._plan().blocks:
        if not block.explicit or block.one is not None or _share(block, weights) <= _MOST * square:
            continue
        ours = [budget.inputs[place] for place in block.places]
        if any(isinstance(one.distribution, Rectangular | Arcsine) for one in ours):
            shapes = " and ".join(sorted({one.distribution.name for one in ours}))
            found.append(
                f"{', '.join(one.name for one in ours)} are {shapes} and correlated, and most of u: "
                f"k = {k:.3g} takes their sum as normal or t; Monte Carlo joins them by a Gaussian copula"
            )
    return tuple(found)


def _cancelled(budget: Budget, parts: Sequence[float], u: float) -> tuple[str, ...]:
    """Return the note on a u of 0, where inputs do contribute and their common errors cancel."""
    plan = budget._plan()
    largest = max(map(abs, parts), default=0.0)
    if not plan.blocks or u > _TINY * largest or not largest:
        return ()
    places = [place for block in plan.blocks for place in block.places if parts[place]]
    names = ", ".join(budget.inputs[place].name for place in places)
    return (f"u = 0: {names} have one error in common, or are correlated, and it cancels in the result",)


def _flat_note(budget: Budget, value: float, u: float, slopes: Sequence[float]) -> tuple[str, ...]:
    """Return the note on a u that is nothing to the first order alone, where it is so."""
    if u > _TINY * abs(value) and (abs(slopes[0]) > _TINY or max(map(abs, slopes)) > _TINY):
        return ()
    from calibrator_uncertainty._flat import flat_note

    note = flat_note(budget, u)
    return (note,) if note else ()


def _fits(parts: list[float]) -> bool:
    return 1e-140 < max(map(abs, parts)) < 1e140


def _scaled(plan: Plan, parts: list[float]) -> tuple[float, float, list[float], list[float], float]:
    """Combine contributions whose squares would vanish or overflow, as parts of the largest."""
    largest = max(map(abs, parts), default=0.0)
    if largest == 0.0 or not math.isfinite(largest):
        return (*plan.combine(parts), 1.0)
    u, dof, weights, rectangles = plan.combine([part / largest for part in parts])
    return u * largest, dof, weights, [one * largest for one in rectangles], u * u or 1.0


def _not_finite(budget: Budget, value: float, slopes: Sequence[float]) -> ModelError:
    bad = [one.name for one, slope in zip(budget.inputs, slopes, strict=True) if not math.isfinite(slope)]
    what = f"the result of the model at the estimates is {value}"
    if math.isfinite(value):
        what = f"the model's slope by {', '.join(bad) or 'its inputs'} is not finite"
    return ModelError(what, where=budget.name, way_out="Check the estimates.", code="not-finite")
