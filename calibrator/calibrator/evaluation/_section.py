"""Evaluation of a section, and of a run so far: a pure function of the run's events."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._collect import RunContent, collect
from calibrator.evaluation._curves import curves_in, evaluation_of
from calibrator.evaluation._point import NO_UNCERTAINTY, judged_point, numberless_point
from calibrator.procedure import PointEvaluation

if TYPE_CHECKING:
    import numpy as np

    from calibrator.procedure import Evaluation, Procedure
    from calibrator.record import Event
    from calibrator_uncertainty import Budget, BudgetResult, Clause8

__all__ = ["budgets_of", "evaluate_content", "evaluate_now", "evaluate_section", "generator", "live"]

CLAUSE_8_DRAWS = 260_000  # the most for one point; one significant digit of u takes no more


def evaluate_section(events: Iterable[Event], procedure: Procedure, section: str) -> list[dict[str, Any]]:
    """Return the point objects of a section's complete points, in table order, with the clause-8 verdicts.

    The same events give the same objects, on every machine that has the same numpy.

    Raises:
        IntegrityError: the stream does not begin with `run.opened`.
    """
    return evaluate_content(collect(events), procedure, section, draws=CLAUSE_8_DRAWS)


def evaluate_now(
    content: RunContent, procedure: Procedure, section: str, *, monte_carlo: bool = True
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the point objects of `evaluate_section` and the curves of `curves_of_section`, evaluated once.

    Without `monte_carlo` clause-8 verdicts and what is derived from the points are left out, as in a proof.
    """
    evaluated = evaluation_of(content, procedure, section)
    draws = CLAUSE_8_DRAWS if monte_carlo else 0
    return _points(content, section, evaluated, draws), curves_in(evaluated, procedure, derived=monte_carlo)


def live(events: Iterable[Event], procedure: Procedure) -> list[dict[str, Any]]:
    """Return the point objects of every complete point so far, without Monte Carlo: the verdict so far."""
    content = collect(events)
    return [
        point
        for section in content.sections
        for point in evaluate_content(content, procedure, section, draws=0)
    ]


def evaluate_content(
    content: RunContent, procedure: Procedure, section: str, *, draws: int
) -> list[dict[str, Any]]:
    """Return the point objects of a section; `draws` of 0 leaves out the clause-8 verdicts."""
    return _points(content, section, evaluation_of(content, procedure, section), draws)


def _points(
    content: RunContent, section: str, evaluated: Sequence[Evaluation], draws: int
) -> list[dict[str, Any]]:
    budgets = _numbers(content, evaluated)
    results = _results(budgets, content)
    verdicts = _clause8(budgets, draws, content.opened["policy"])
    found = []
    for name, observed in content.observed(section).items():
        references = content.references[name]
        if name in results and math.isnan(results[name].U):
            point = numberless_point(references, observed, opened=content.opened, why=NO_UNCERTAINTY)
        elif name in results:
            point = judged_point(
                references, observed, results[name], opened=content.opened, clause8=verdicts.get(name)
            )
        elif references.point.supporting:
            continue
        else:
            point = numberless_point(references, observed, opened=content.opened)
        found.append(point)
    return found


def budgets_of(content: RunContent, procedure: Procedure, section: str) -> dict[str, Budget]:
    """Return the budget of every complete point of a section that has a number."""
    return _numbers(content, evaluation_of(content, procedure, section))


def _numbers(content: RunContent, evaluated: Sequence[Evaluation]) -> dict[str, Budget]:
    """Return the budgets of results; a point that serves others has none, whatever was made of it."""
    return {
        item.point: item.budget
        for item in evaluated
        if isinstance(item, PointEvaluation) and not content.references[item.point].point.supporting
    }


def generator(budgets: Sequence[Budget]) -> np.random.Generator:
    """Return a generator whose seed follows from the numbers of the budgets, never from ids or times."""
    import numpy as np

    digest = hashlib.sha256()
    for budget in budgets:
        for item in budget.inputs:
            digest.update(f"{item.name} {item.estimate.hex()} {item.u.hex()}\n".encode())
    return np.random.default_rng(int.from_bytes(digest.digest()))


def _results(budgets: dict[str, Budget], content: RunContent) -> dict[str, BudgetResult]:
    policy = content.opened["policy"]
    return {name: budget.evaluate(policy=policy) for name, budget in budgets.items()}


def _clause8(budgets: dict[str, Budget], draws: int, policy: str) -> dict[str, Clause8]:
    if not draws or not budgets:
        return {}
    from calibrator_uncertainty import validate_first_order

    ordered = list(budgets.values())
    verdicts = validate_first_order(ordered, draws=draws, rng=generator(ordered), policy=policy)
    return dict(zip(budgets, verdicts, strict=True))
