"""What if an input were better known; and a budget's result as a quantity that computes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._expand import expand
from calibrator_uncertainty._leaves import known, remember
from calibrator_uncertainty._shapes import Normal, StudentT
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import (
    difference_in,
    difference_unit,
    is_difference,
    magnitude_in,
    parse_unit,
    quantity,
)

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._combine import Block
    from calibrator_uncertainty._inputs import Input

__all__ = ["Cut", "as_quantity", "find_cuts"]


@dataclass(frozen=True, slots=True)
class Cut:
    """One input: its u, the u that alone reaches the target (None where even 0 does not), U without it."""

    name: str
    unit: str
    u: float
    needed: float | None
    U_without: float


def find_cuts(budget: Budget, target: float, policy: str) -> tuple[Cut, ...]:
    """Search each input's u for the target, the slopes being those at the estimates (see `Budget.cuts`)."""
    target = one_number(difference_in(target, budget.unit, "the target of U"), "the target of U")
    if not (math.isfinite(target) and target > 0.0):
        raise InputError(f"a target of {target} for U is not positive", where=budget.name, code="target")
    value, slopes = budget._trace().value_and_slopes(budget.inputs)
    plan = budget._plan()

    def expanded(place: int, u: float) -> float:
        spreads = (*plan.u[:place], u, *plan.u[place + 1 :])
        changed = budget._with_plan(plan._replace(u=spreads))
        return expand(changed, value, slopes, policy).U

    found = []
    for place, one in enumerate(budget.inputs):
        if one.u == 0.0 or slopes[place] == 0.0:
            continue
        without = expanded(place, 0.0)
        needed: float | None = None
        if expanded(place, one.u) <= target:
            needed = one.u
        elif without <= target:
            needed = _largest(lambda u, place=place: expanded(place, u) <= target, one.u)  # type: ignore[misc]
        found.append(Cut(one.name, one.unit, one.u, needed, without))
    return tuple(sorted(found, key=lambda cut: cut.U_without))


def _largest(holds: Callable[[float], bool], top: float) -> float:
    """Return the largest u below `top` for which the target holds, by halving."""
    low, high = 0.0, top
    for _ in range(60):
        middle = 0.5 * (low + high)
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def _remarks(budget: Budget, block: Block, members: Sequence[Input]) -> list[str]:
    """Return what must stand beside quantities that were made of a correlated block."""
    found = [note for note in budget._plan().notes if members[0].name in note]
    if block.one is None and any(not isinstance(one.distribution, Normal | StudentT) for one in members):
        found.append(f"{', '.join(one.name for one in members)} are correlated, and taken as normal together")
    return found


def as_quantity(budget: Budget) -> Quantity:
    """Run the model on uncertain quantities (see `Budget.uncertain`)."""
    from calibrator_uncertainty._quantity import correlated_in, uncertain
    from calibrator_uncertainty._store import leaf_back

    given: dict[str, Quantity] = {}
    causes = budget._causes()
    for number, block in enumerate(budget._plan().blocks):
        if block.explicit:
            members = [budget.inputs[place] for place in block.places]
            spreads = [one.u for one in members]
            matrix = block.matrix * [[a * b for b in spreads] for a in spreads]
            made = correlated_in(
                f"{causes}.g{number}",
                [one.name for one in members],
                [one.estimate for one in members],
                matrix,
                [one.unit for one in members],
                dof=block.dof,
                shape=block.one() if block.one else None,
                remark="; ".join(_remarks(budget, block, members)),
                source=", ".join(sorted({one.source for one in members})),
            )
            given.update({one.name: each for one, each in zip(members, made, strict=True)})
    for place, one in enumerate(budget.inputs):
        if one.name in given:
            continue
        if one.shared is not None:
            given[one.name] = uncertain(one)
            continue
        facts = (float(one.u), one.dof, one.distribution, one.name, one.source, None)
        error = leaf_back(f"{causes}.{place}", float(one.estimate), facts)
        given[one.name] = quantity(error, parse_unit(one.unit, one.name))
    made = budget.model(**given)
    result = magnitude_in(made, budget.unit, budget.name)
    unit = parse_unit(budget.unit, budget.name)
    if is_difference(made):  # of two temperatures, which a budget in degC tells in kelvins
        unit = difference_unit(unit)
    return quantity(_of_copies(result, f"{causes}.r"), unit)


def _of_copies(result: Numbers, uid: str) -> Numbers:
    """Return the value that a copy of the budget already has, so that both differ by exactly 0."""
    if not isinstance(result, UncertainArray) or result._uid is not None:
        return result
    here = known(uid)
    if here is None:
        result._uid = uid
        remember(uid, result)
        return result
    same = here._value == result._value and (here - result).u <= 1e-12 * here.u
    return here if same else result
