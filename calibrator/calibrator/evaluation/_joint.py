"""Conformity of the instrument: a joint statement over all its points (METROLOGY 17)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._collect import collect
from calibrator.evaluation._numbers import fixed
from calibrator.evaluation._section import budgets_of, generator

if TYPE_CHECKING:
    from calibrator.procedure import Procedure
    from calibrator.record import Event

__all__ = ["joint"]

DRAWS = 100_000


def joint(events: Iterable[Event], procedure: Procedure, *, draws: int = DRAWS) -> dict[str, Any]:
    """Return the probability that the true errors at all measured points lie within their limits.

    It is specific: it rests on this run alone and has no prior. Inputs that points share are drawn once.
    The object goes into `run.closed` as `joint`; `complete` says whether the job held every section.
    """
    from calibrator_uncertainty import joint_conformity

    content = collect(events)
    budgets = {
        name: budget
        for section in content.sections
        for name, budget in budgets_of(content, procedure, section).items()
    }
    judged = [name for name in content.points if not content.references[name].point.supporting]
    numberless = [name for name in judged if name not in budgets]
    ordered = list(budgets.values())
    probability = 0.0
    if ordered and not numberless:
        limits = [
            (content.references[name].limits.lower, content.references[name].limits.upper) for name in budgets
        ]
        found = joint_conformity(ordered, limits, draws=draws, rng=generator(ordered))
        probability = found.probability
    return {
        "probability": fixed(probability, 4),
        "exact": probability.hex(),
        "points": len(judged),
        "draws": draws,
        "statement": "specific (no prior)",
        "complete": bool(content.opened["complete"]),
    }
