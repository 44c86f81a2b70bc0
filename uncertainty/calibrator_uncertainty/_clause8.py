"""May first order be used here? JCGM 101 clause 8, for a whole run at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrator_uncertainty._asked import check_generator, check_whole
from calibrator_uncertainty._doors import BUDGETS, TEXT, asks
from calibrator_uncertainty._draws import SharedDraws
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._histogram import symmetric_interval
from calibrator_uncertainty._rounding import leading_place

if TYPE_CHECKING:
    import numpy as np

    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._result import BudgetResult

__all__ = ["Clause8", "validate_first_order"]

# Standard error of the 2.5 % quantile of M normal draws is √(p(1-p))/φ(z)/√M = 2.67·u/√M.
_QUANTILE_ERROR = 2.67
_FEWEST = 10_000
_HEAVY = 2.0  # times the error of a normal's endpoint: more than the noise of its own estimate


@dataclass(frozen=True, slots=True)
class Clause8:
    """The verdict of JCGM 101:2008, 8.2, in the unit of the result.

    `low` and `high` are the Monte Carlo endpoints of the probabilistically symmetric interval, `delta` the
    numerical tolerance of u at `ndig` digits, `d_low` and `d_high` how far the first-order endpoints lie
    from them, `endpoint_error` the standard error of a Monte Carlo endpoint with this many draws (as of a
    normal, unless the draws scatter more).
    """

    name: str
    ok: bool
    low: float
    high: float
    delta: float
    d_low: float
    d_high: float
    mean: float
    u: float
    endpoint_error: float
    draws: int
    ndig: int
    probability: float


@asks(budgets=BUDGETS, policy=TEXT)
def validate_first_order(
    budgets: Sequence[Budget],
    *,
    draws: int = 260_000,
    rng: np.random.Generator,
    policy: str = "p95",
    ndig: int = 1,
) -> tuple[Clause8, ...]:
    """Compare first order with Monte Carlo for each budget, shared inputs drawn once.

    `ndig` is 1 as JCGM 101, 8.1 allows ("the results are taken to one or two digits"). A budget takes as
    many draws as bring two standard errors of its endpoints below delta/5 (8.2, note 1), which is between
    10 000 and 260 000 for one digit, and never more than `draws`. Two digits would take a hundred times that.

    Args:
        budgets: the budgets, evaluated here to first order.
        draws: the most draws for one budget.
        rng: seeded generator; the same seed and budgets give the same verdicts.
        policy: policy of the first-order interval; `k2` is compared at 95.45 %.
        ndig: significant digits of u that must be right.

    Raises:
        ModelError: a model that gives NaN or infinity inside the sampled range.
        NotSupportedError: a model with values that are linear as stored, or were chosen by a comparison.
        InputError: fewer than 1000 draws, or inputs that share one error with different distributions.

    Source: JCGM 101:2008, clause 8.
    """
    from calibrator_uncertainty._unseen import refuse_unseen

    check_generator(rng)
    check_whole(draws, "the number of draws", 1)
    check_whole(ndig, "the number of digits", 1)
    if hasattr(budgets, "evaluate"):
        raise InputError("validate_first_order takes a row of budgets", way_out="Give [budget].", code="row")
    for one in budgets:
        if not hasattr(one, "_whole"):
            raise InputError(f"{one!r} is no budget", way_out="Make one with Budget().", code="no-budget")
    if draws < 1000:
        raise InputError(
            f"{draws} draws cannot fix the ends of a 95 % interval; 1000 are the least", code="draws"
        )
    budgets = [budget._whole() for budget in budgets]
    refuse_unseen(budgets)
    results = [budget.evaluate(policy=policy) for budget in budgets]
    deltas = [0.5 * 10.0 ** leading_place(one.u, ndig) if one.u > 0 else 0.0 for one in results]
    counts = [min(draws, _needed(one.u, delta)) for one, delta in zip(results, deltas, strict=True)]
    shared = SharedDraws(budgets, counts, rng)
    return tuple(
        _compare(result, delta, shared.result(budget, count), ndig)
        for budget, result, delta, count in zip(budgets, results, deltas, counts, strict=True)
    )


def _needed(u: float, delta: float) -> int:
    if delta == 0.0:
        return _FEWEST
    return max(_FEWEST, math.ceil((2.0 * _QUANTILE_ERROR * 5.0 * u / delta) ** 2))


def _endpoint_error(drawn: np.ndarray, result: BudgetResult) -> float:
    """Return the standard error of an endpoint: that of a normal, or of the draws where tails are heavy.

    Source: H. A. David, Order Statistics, 2.5: half the distance of the order statistics one standard
    deviation of their rank apart.
    """
    import numpy as np

    normal = _QUANTILE_ERROR * result.u / math.sqrt(drawn.size)
    tail = (1.0 - result.probability) / 2.0
    rank = math.sqrt(tail * (1.0 - tail) * drawn.size)
    near = (tail * drawn.size + np.array([-rank, rank])).astype(int).clip(0, drawn.size - 1)
    places = np.concatenate((near, drawn.size - 1 - near))
    low, high, above, below = np.partition(drawn, places)[places].tolist()
    own = max(high - low, above - below) / 2.0
    return own if own > _HEAVY * normal else normal


def _compare(result: BudgetResult, delta: float, drawn: np.ndarray, ndig: int) -> Clause8:
    low, high = symmetric_interval(drawn, result.probability)
    d_low = abs(result.value - result.U - low)
    d_high = abs(result.value + result.U - high)
    return Clause8(
        name=result.name,
        ok=d_low <= delta and d_high <= delta,
        low=low,
        high=high,
        delta=delta,
        d_low=d_low,
        d_high=d_high,
        mean=float(drawn.mean()),
        u=float(drawn.std(ddof=1)),
        endpoint_error=_endpoint_error(drawn, result),
        draws=int(drawn.size),
        ndig=ndig,
        probability=result.probability,
    )
