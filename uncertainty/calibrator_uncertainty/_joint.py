"""Conformity of an instrument with many points: one joint statement, never a product of per-point risks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator_uncertainty._draws import SharedDraws
from calibrator_uncertainty._errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from calibrator_uncertainty._budget import Budget

__all__ = ["JointConformity", "joint_conformity"]

Limits = tuple["float | Decimal | None", "float | Decimal | None"]


@dataclass(frozen=True, slots=True)
class JointConformity:
    """Probability, specific (no prior), that all true values lie within their limits at once.

    `standard_error` is that of the Monte Carlo estimate; `points` holds each point's own probability.
    """

    probability: float
    standard_error: float
    draws: int
    points: tuple[float, ...]

    @property
    def pfa(self) -> float:
        """Specific joint probability that at least one true value lies outside its limits."""
        return 1.0 - self.probability


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
        limits: (lower, upper) per point in the budget's unit; None where there is no limit.
        draws: number of joint draws.
        rng: seeded generator.

    Raises:
        InputError: limits that cross or do not match the budgets.

    Source: JCGM 106:2012, 7.1 (conformance probability); METROLOGY 17.
    """
    import numpy as np

    if len(budgets) != len(limits) or not budgets:
        raise InputError(
            f"{len(budgets)} budgets and {len(limits)} pairs of limits do not match", code="limits"
        )
    if draws < 1:
        raise InputError(f"{draws} draws give no probability", code="draws")
    budgets = [budget._whole() for budget in budgets]
    shared = SharedDraws(budgets, [draws] * len(budgets), rng)
    together = np.ones(draws, dtype=bool)
    points: list[float] = []
    for budget, (lower, upper) in zip(budgets, limits, strict=True):
        low = -math.inf if lower is None else float(lower)
        high = math.inf if upper is None else float(upper)
        if not low <= high:
            raise InputError(
                f"the lower limit {low} lies above the upper limit {high}",
                where=budget.name,
                code="limits-crossed",
            )
        drawn = shared.result(budget, draws)
        inside = (drawn >= low) & (drawn <= high)
        points.append(float(inside.mean()))
        together &= inside
    probability = float(together.mean())
    # A fraction that came out 0 or 1 is still not known better than about 1/draws.
    spread = max(probability * (1.0 - probability), 1.0 / draws)
    return JointConformity(probability, math.sqrt(spread / draws), draws, tuple(points))
