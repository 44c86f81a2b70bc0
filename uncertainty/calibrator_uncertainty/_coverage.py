"""Effective degrees of freedom and the coverage factor that a policy gives."""

from __future__ import annotations

import math
from collections.abc import Iterable

from calibrator_uncertainty._errors import InputError

__all__ = ["POLICIES", "coverage_factor", "effective_dof", "is_rectangle_dominant"]

POLICIES = {"p95": 0.95, "k2": 0.9545, "p90": 0.90, "p95.45": 0.9545, "p99": 0.99}
DOMINANCE = 0.3  # EA-4/02 M:2022, S9.14: the rest is at most 0.3 of the dominant term
# Components are often given to two or three digits: 18.9989 is 19 before it is truncated.
FLOOR_TOLERANCE = 1e-4


def effective_dof(contributions: Iterable[tuple[float, float]]) -> float:
    """Return the Welch-Satterthwaite degrees of freedom of independent contributions (|c·u|, dof).

    Infinite where every contribution that counts has infinite degrees of freedom.

    Source: JCGM 100:2008, G.4.1, equation G.2b.

    Example:
        >>> effective_dof([(1.0, 4.0), (0.0, 9.0)])
        4.0
    """
    terms = [(abs(size), dof) for size, dof in contributions if size != 0.0]
    largest = max((size for size, _ in terms), default=0.0)
    if largest == 0.0:
        return math.inf
    # Scaled by the largest, so that fourth powers neither vanish nor overflow.
    total = math.fsum((size / largest) ** 2 for size, _ in terms)
    weight = math.fsum((size / largest) ** 4 / dof for size, dof in terms if math.isfinite(dof))
    return total * total / weight if weight > 0.0 else math.inf


def whole_dof(dof: float) -> float:
    """Truncate effective degrees of freedom to an integer of at least 1 (JCGM 100:2008, G.4.1, note)."""
    if math.isinf(dof):
        return dof
    return max(1.0, float(math.floor(dof * (1.0 + FLOOR_TOLERANCE))))


def is_rectangle_dominant(rectangles: Iterable[float], u: float) -> bool:
    """Say whether one rectangular contribution (|c·u|) leaves at most 0.3 of itself to the rest.

    Source: EA-4/02 M:2022, S9.14.
    """
    largest = max(rectangles, default=0.0)
    if largest == 0.0 or u == 0.0:
        return False
    rest = math.sqrt(max(0.0, u * u - largest * largest))
    return rest <= DOMINANCE * largest


def coverage_factor(policy: str, dof: float, *, rectangle_dominates: bool = False) -> float:
    """Return k of a policy: `p95` (t at 95 %; 1.65 for a dominant rectangle), p90, p95.45, p99 or `k2`.

    Raises:
        InputError: an unknown policy or dof below 1.

    Source: JCGM 100:2008, G.3, G.6.4; EA-4/02 M:2022, S9.14 and appendix E.
    """
    if policy not in POLICIES:
        raise InputError(
            f"the coverage policy {policy!r} is unknown",
            way_out=f"Use one of: {', '.join(POLICIES)}.",
            code="policy",
        )
    if policy == "k2":
        return 2.0
    if rectangle_dominates:
        return round(POLICIES[policy] * math.sqrt(3.0), 2)  # 1.65 at 95 %, as EA-4/02 prints it
    return student_factor(POLICIES[policy], dof)


def student_factor(probability: float, dof: float) -> float:
    """Return the two-sided t factor at `probability` for dof truncated to an integer."""
    from scipy.special import ndtri, stdtrit

    if not 0.0 < probability < 1.0:
        raise InputError(
            f"a coverage probability of {probability} does not lie between 0 and 1", code="probability"
        )
    if math.isnan(dof) or dof < 1:
        raise InputError(f"dof = {dof}: degrees of freedom are 1 or more", code="dof")
    upper = (1.0 + probability) / 2.0
    return float(ndtri(upper)) if math.isinf(dof) else float(stdtrit(whole_dof(dof), upper))
