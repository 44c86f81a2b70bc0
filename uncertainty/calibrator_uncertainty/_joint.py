"""Conformity of an instrument with many points: one joint statement, never a product of per-point risks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from calibrator_uncertainty._asked import check_generator, check_whole, one_number
from calibrator_uncertainty._copula import copula_note
from calibrator_uncertainty._doors import BUDGETS, SEVERAL, asks
from calibrator_uncertainty._draws import SharedDraws
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import figures_in

if TYPE_CHECKING:
    import numpy as np

    from calibrator_uncertainty._budget import Budget

__all__ = ["JointConformity", "joint_conformity"]


class _Pair(Protocol):
    """Limits as an object, such as `risk.Limits`."""

    @property
    def lower(self) -> Quantity: ...
    @property
    def upper(self) -> Quantity: ...


Limits: TypeAlias = "tuple[Quantity, Quantity] | _Pair"


@dataclass(frozen=True, slots=True)
class JointConformity:
    """Probability, specific (no prior), that all true values lie within their limits at once.

    `standard_error` is that of the Monte Carlo estimate; `points` holds each point's own probability.
    """

    probability: float
    standard_error: float
    draws: int
    points: tuple[float, ...]
    notes: tuple[str, ...] = ()  # what the draws could not see or took as given, by point

    @property
    def pfa(self) -> float:
        """Specific joint probability that at least one true value lies outside its limits."""
        return 1.0 - self.probability


@asks(budgets=BUDGETS, limits=SEVERAL)
def joint_conformity(
    budgets: Sequence[Budget],
    limits: Sequence[Limits],
    *,
    draws: int = 50_000,
    rng: np.random.Generator,
) -> JointConformity:
    """Return the joint conformance probability of the measurands of `budgets` by joint Monte Carlo.

    Inputs that bear the same `shared` text take the same draw in every budget, so that points measured with
    one standard move together.

    Args:
        budgets: one per point.
        limits: (lower, upper) per point in the budget's unit or as quantities, or `risk.Limits`; None where
            there is no limit on that side.
        draws: number of joint draws.
        rng: seeded generator.

    Raises:
        InputError: limits that cross, are both missing or do not match the budgets.
        UnitsError: limits of another dimension.

    Source: JCGM 106:2012, 7.1 (conformance probability); METROLOGY 17.
    """
    import numpy as np

    if len(budgets) != len(limits) or not budgets:
        raise InputError(
            f"{len(budgets)} budgets and {len(limits)} pairs of limits do not match", code="limits"
        )
    check_generator(rng)
    check_whole(draws, "the number of draws", 1)
    given = budgets
    budgets = [budget._whole() for budget in given]
    shared = SharedDraws(budgets, [draws] * len(budgets), rng)
    together = np.ones(draws, dtype=bool)
    points: list[float] = []
    seen: dict[int, np.ndarray] = {}  # a budget that is given twice is one measurand
    for base, budget, pair in zip(given, budgets, limits, strict=True):
        low, high = _ends(pair, budget)
        if id(base) not in seen:
            seen[id(base)] = shared.result(budget, draws)
        drawn = seen[id(base)]
        inside = (drawn >= low) & (drawn <= high)
        points.append(float(inside.mean()))
        together &= inside
    probability = float(together.mean())
    # A fraction that came out 0 or 1 is still not known better than about 1/draws.
    spread = max(probability * (1.0 - probability), 1.0 / draws)
    told = [(budget._trace().unseen, copula_note(budget._plan().blocks, budget.inputs)) for budget in budgets]
    notes = tuple(f"point {place}: {why}" for place, whys in enumerate(told) for why in whys if why)
    return JointConformity(probability, math.sqrt(spread / draws), draws, tuple(points), notes)


def _ends(pair: Any, budget: Budget) -> tuple[float, float]:  # noqa: ANN401 - whatever was given
    """Return the two limits of a point as figures in the budget's unit."""
    several = isinstance(pair, tuple | list) and len(pair) == 2
    if not (several or (hasattr(pair, "lower") and not isinstance(pair, str))):
        raise InputError(
            f"the limits {pair!r} are no pair", way_out="Give Limits(lower, upper).", code="argument"
        )
    lower, upper = pair if several else (pair.lower, pair.upper)
    if lower is None and upper is None:
        raise InputError(
            "there is neither a lower nor an upper limit to judge against",
            where=budget.name,
            code="no-limits",
        )
    low = (
        -math.inf
        if lower is None
        else one_number(figures_in(lower, budget.unit, "the lower limit"), "the lower limit")
    )
    high = (
        math.inf
        if upper is None
        else one_number(figures_in(upper, budget.unit, "the upper limit"), "the upper limit")
    )
    if not low <= high:
        raise InputError(
            f"the lower limit {low} lies above the upper limit {high}",
            where=budget.name,
            code="limits-crossed",
        )
    return low, high
