"""The verdict of clause 8 beside every U that is printed or stored: drawn when it is first needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

from calibrator_uncertainty._errors import UncertaintyError

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._clause8 import Clause8
    from calibrator_uncertainty._result import BudgetResult

    Verdict: TypeAlias = tuple[Clause8 | None, str]

__all__ = ["verdict_on"]

_SEED = 101  # the same budget gets the same verdict, in any process
_SAME = 1e-9
_LEAST, _MOST = 10_000, 260_000  # draws of one verdict
_FIGURES = 20_000_000  # drawn at once, 160 MB


def verdict_on(result: BudgetResult) -> Verdict:
    """Return the verdict on a result's U, or None and why there is none.

    It is the one that the result bears, else one drawn from its budget with a fixed seed, and kept.

    Source: JCGM 101:2008, clause 8.
    """
    from calibrator_uncertainty._dataframe import belongs

    if result.clause8 is not None:
        ours = belongs(result, result.clause8)
        return (
            (result.clause8, "") if ours else (None, "U was raised or the result changed after the verdict")
        )
    if math.isnan(result.U):
        return None, "first order gives no U here"
    if result.unexamined:
        return None, result.unexamined
    budget: Any = result.origin
    if budget is None or isinstance(budget, str):
        return None, "the result came without its budget"
    known: dict[str, tuple[Verdict, float, float]] = budget._verdicts()
    if result.policy not in known:
        known[result.policy] = _drawn(budget, result.policy)
    verdict, value, U = known[result.policy]
    if not (math.isclose(value, result.value, rel_tol=_SAME, abs_tol=_SAME * U) and _close(U, result.U)):
        return None, f"U was raised or the result changed; first order gives U = {U:.3g}"
    return verdict


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_SAME)


def _drawn(budget: Budget, policy: str) -> tuple[Verdict, float, float]:
    """Draw the verdict; what Monte Carlo refuses is said in its place."""
    import numpy as np

    from calibrator_uncertainty._clause8 import validate_first_order

    result = budget.evaluate(policy=policy)
    traced = budget._trace()
    if traced.unseen:
        return (None, traced.unseen), result.value, result.U
    rng = np.random.Generator(np.random.SFC64(_SEED))
    errors = sum(getattr(one.distribution, "errors", 1) for one in budget._whole().inputs)
    draws = min(_MOST, max(_LEAST, _FIGURES // max(1, errors)))
    if traced.branches:  # run anew for each draw
        draws = _LEAST
    try:
        verdict = validate_first_order([budget], draws=draws, rng=rng, policy=policy)[0]
    except UncertaintyError as problem:
        return (None, problem.what.rstrip(".")), result.value, result.U
    return (verdict, ""), result.value, result.U
