"""Effective degrees of freedom and the coverage factor that a policy gives."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._plainly import as_float

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = [
    "POLICIES",
    "coverage_factor",
    "dominant_rectangles",
    "effective_dof",
    "probability_of",
    "shape_factor",
]

POLICIES = {"p95": 0.95, "k2": 0.9545, "p90": 0.90, "p95.45": 0.9545, "p99": 0.99}
_MANY = 65536  # degrees of freedom that are looked up in a table
_PLENTY, _REST_DOF = 1e5, 9.0  # effective dof that are practically infinite: of all, of the rest
_PLAINLY_SMALL = 0.67  # of u: two rectangles, the larger below this, leave a rest above 0.3 of their sum
DOMINANCE = 0.3  # EA-4/02 M:2022, S9.14: the rest is at most 0.3 of the dominant term
# Components are often given to two or three digits: 18.9989 is 19 before it is truncated.
FLOOR_TOLERANCE = 1e-4


def effective_dof(contributions: Iterable[tuple[float, float]]) -> float:
    """Return the Welch-Satterthwaite degrees of freedom of independent contributions (|c·u|, dof).

    Infinite where every contribution that counts has infinite degrees of freedom.

    Raises:
        InputError: a contribution that is not finite, dof below 1 or NaN; by its number from 0.

    Source: JCGM 100:2008, G.4.1, equation G.2b.

    Example:
        >>> effective_dof([(1.0, 4.0), (0.0, 9.0)])
        4.0
    """
    given: list[Any] = []
    try:
        given = list(contributions)
        wrong = [place for place, (size, dof) in enumerate(given) if not (math.isfinite(size) and dof >= 1.0)]
    except (TypeError, ValueError) as problem:
        raise InputError(
            f"the contributions {given or contributions!r} are no pairs of numbers",
            way_out="Give pairs of |c·u| and its degrees of freedom.",
            code="number",
        ) from problem
    if wrong:
        size, dof = given[wrong[0]]
        raise InputError(
            f"contribution {wrong[0]} is {size:g} with {dof:g} degrees of freedom",
            way_out="A contribution is finite, and its degrees of freedom are 1 or more, or infinite.",
            code="dof",
        )
    terms = [(abs(size), dof) for size, dof in given if size != 0.0]
    largest = max((size for size, _ in terms), default=0.0)
    if largest == 0.0:
        return math.inf
    # Scaled by the largest, so that fourth powers neither vanish nor overflow.
    total = math.fsum((size / largest) ** 2 for size, _ in terms)
    weight = math.fsum((size / largest) ** 4 / dof for size, dof in terms if math.isfinite(dof))
    return total * total / weight if weight > 0.0 else math.inf


def whole_dof(dof: float) -> float:
    """Truncate effective degrees of freedom to an integer of at least 1 (JCGM 100:2008, G.4.1, note)."""
    dof = as_float(dof, "dof")
    if math.isinf(dof) or math.isnan(dof):
        return dof
    return max(1.0, float(math.floor(dof * (1.0 + FLOOR_TOLERANCE))))


def probability_of(policy: str) -> float:
    """Return the coverage probability of a policy: `p99.73` is 0.9973; `k2` stands for 0.9545.

    Raises:
        InputError: another text, or a percentage that is not from 50 to below 100.
    """
    known = POLICIES.get(policy) if isinstance(policy, str) else None
    if known is not None:
        return known
    percent = re.fullmatch(r"p(\d{2}(?:\.\d{1,6})?)", policy) if isinstance(policy, str) else None
    if percent is None or not 50.0 <= float(percent[1]) < 100.0:
        raise InputError(
            f"the coverage policy {policy!r} is unknown",
            way_out=f"Use one of: {', '.join(POLICIES)}, or p and a percentage, such as p99.73.",
            code="policy",
        )
    return round(float(percent[1]) / 100.0, 8)


def shape_factor(policy: str, rectangles: Iterable[float], u: float, dof: float = math.inf) -> float | None:
    """Return k where one or two rectangular contributions (|c·u|) dominate, None where none do.

    One rectangle dominates when the rest is at most 0.3 of it: k = p·√3, 1.65 at 95 %. Two dominate when the
    rest is at most 0.3 of theirs: the sum is a trapezoid, and k is 1.83 at 95 % for half-widths 2 to 1.
    None too where the effective `dof` of the sum are not practically infinite: then k follows t.

    Source: EA-4/02 M:2022, S9.14 and S10.13; JCGM 100:2008, G.4 where dof are few.

    Example:
        >>> shape_factor("p95", [1.0, 0.1], 1.005), shape_factor("p95", [2.0, 1.0], 5**0.5)
        (1.65, 1.83)
    """
    if policy == "k2":
        return None
    found = dominant_rectangles(rectangles, u, dof)
    return None if not found else _factor_of(found, probability_of(policy))


def _factor_of(dominant: tuple[float, ...], probability: float) -> float:
    """Return k of a rectangle, or of the trapezoid of two."""
    if len(dominant) == 1:
        return round(probability * math.sqrt(3.0), 2)
    first, second = dominant
    beta = (first - second) / (first + second)
    tail = math.sqrt((1.0 - probability) * (1.0 - beta * beta))
    return round((1.0 - tail) / math.sqrt((1.0 + beta * beta) / 6.0), 2)


def dominant_rectangles(rectangles: Iterable[float], u: float, dof: float) -> tuple[float, ...]:
    """Return the one or two rectangular contributions (|c·u|) that dominate, the larger first; else nothing.

    They make the distribution of the result what it is: its k and its probabilities rest on them.

    Source: EA-4/02 M:2022, S9.14 and S10.13; JCGM 100:2008, G.4 where dof are few.
    """
    first, second = ([*sorted(rectangles, reverse=True), 0.0, 0.0])[:2]
    if first == 0.0 or u == 0.0 or first < _PLAINLY_SMALL * u:
        return ()
    if (rest := _rest(u, first)) <= DOMINANCE * first:
        return (first,) if plainly_known(dof, rest / u) else ()
    both = math.hypot(first, second)
    if (rest := _rest(u, both)) > DOMINANCE * both or not plainly_known(dof, rest / u):
        return ()
    return first, second


def plainly_known(dof: Any, rest: Any) -> Any:  # noqa: ANN401 - floats or arrays
    """Tell whether effective `dof` are practically infinite where the `rest` is this part of u.

    They are from 100 000 on, or where the rest alone, were it what they come from, has nine or more: k of the
    shape then loses at most 0.7 % of its coverage. Fewer, also of the rectangle itself, ask for t.
    """
    square = rest * rest
    with_tolerance = (1.0 + FLOOR_TOLERANCE) * dof
    return (with_tolerance >= _PLENTY) | (with_tolerance * square * square >= _REST_DOF)


def _rest(u: float, part: float) -> float:
    return math.sqrt(max(0.0, u * u - part * part))


def coverage_factor(policy: str, dof: float, *, rectangles: Iterable[float] = (), u: float = 0.0) -> float:
    """Return k of a policy: `p95` (t; 1.65 for a dominant rectangle), `p99.73` and so on, or `k2`.

    `rectangles` are the |c·u| of the rectangular contributions to `u`; without them only t counts.

    Raises:
        InputError: an unknown policy or dof below 1.

    Source: JCGM 100:2008, G.3, G.4, G.6.4; EA-4/02 M:2022, S9.14, S10.13 and appendix E.
    """
    probability = probability_of(policy)
    if policy == "k2":
        return 2.0
    rectangles = row_of(rectangles)
    u = as_float(u, "u")
    rectangles = [as_float(one, "a rectangle's |c·u|") for one in rectangles]
    if not isinstance(dof, float | int):
        raise InputError(
            f"dof = {dof!r}, which is no number",
            way_out="Take one at a time; tables of budgets do many at once.",
            code="dof",
        )
    return plain_factor(policy, probability, dof, rectangles, u)


def row_of(rectangles: Any) -> tuple[Any, ...]:  # noqa: ANN401 - whatever was given
    """Return rectangles as a row.

    Raises:
        InputError: they are no row.
    """
    if (
        isinstance(rectangles, str)
        or hasattr(rectangles, "_magnitude")
        or not isinstance(rectangles, Iterable)
    ):
        raise InputError(f"rectangles are {rectangles!r}; they are a row of |c·u|", code="number")
    return tuple(rectangles)


def plain_factor(policy: str, probability: float, dof: float, rectangles: list[float], u: float) -> float:
    """Return k as `coverage_factor` does, of figures that need no checking."""
    return shaped_factor(
        policy, probability, dof, dominant_rectangles(rectangles, u, dof) if rectangles else ()
    )


def shaped_factor(policy: str, probability: float, dof: float, dominant: tuple[float, ...]) -> float:
    """Return k of a result that these rectangles dominate; t where none do."""
    if policy == "k2":
        return 2.0
    return _factor_of(dominant, probability) if dominant else student_factor(probability, dof)


def student_factor(probability: float, dof: float) -> float:
    """Return the two-sided t factor at `probability` for dof truncated to an integer."""
    if not 0.0 < probability < 1.0:
        raise InputError(
            f"a coverage probability of {probability} does not lie between 0 and 1", code="probability"
        )
    if math.isnan(dof) or dof < 1:
        raise InputError(f"dof = {dof}: degrees of freedom are 1 or more", code="dof")
    return _quantile((1.0 + probability) / 2.0, whole_dof(dof))


@lru_cache(maxsize=4096)
def _quantile(upper: float, dof: float) -> float:
    from scipy.special import ndtri, stdtrit

    return float(ndtri(upper)) if math.isinf(dof) else float(stdtrit(dof, upper))


def coverage_factors(policy: str, dof: Floats, rectangles: tuple[Floats, Floats] | None, u: Floats) -> Floats:
    """Return k for arrays of points; `rectangles` are the two largest rectangular |c·u| at each.

    The t quantile is taken once for each whole number of degrees of freedom that occurs.
    """
    import numpy as np

    if policy == "k2":
        return np.full(dof.shape, 2.0)
    probability = probability_of(policy)
    k = student_factors(probability, dof)
    if rectangles is None:
        return k
    first, second = rectangles
    one, two = dominated(dof, first, second, u)
    if one.any():
        k[one] = round(probability * math.sqrt(3.0), 2)
    if two.any():
        beta = (first[two] - second[two]) / (first[two] + second[two])
        tail = np.sqrt((1.0 - probability) * (1.0 - beta * beta))
        k[two] = np.round((1.0 - tail) / np.sqrt((1.0 + beta * beta) / 6.0), 2)
    return k


def dominated(dof: Floats, first: Floats, second: Floats, u: Floats) -> tuple[Any, Any]:  # of booleans
    """Tell for arrays of points where one rectangle dominates and where two do, the larger given first."""
    import numpy as np

    square = u * u
    rest = square - first * first
    one = (rest <= (DOMINANCE * first) ** 2) & (first > 0.0)
    both = first * first + second * second
    two = (square - both <= DOMINANCE**2 * both) & (first > 0.0) & ~one
    with np.errstate(invalid="ignore", divide="ignore"):
        one &= plainly_known(dof, np.sqrt(np.maximum(0.0, rest) / square))
        two &= plainly_known(dof, np.sqrt(np.maximum(0.0, square - both) / square))
    return one, two


def student_factors(probability: float, dof: Floats) -> Floats:
    """Return the two-sided t factor for an array of degrees of freedom, each truncated to an integer."""
    import numpy as np
    from scipy.special import ndtri, stdtrit

    upper = (1.0 + probability) / 2.0
    whole = np.floor(dof * (1.0 + FLOOR_TOLERANCE))
    np.clip(whole, 1.0, _MANY, out=whole)
    numbers = whole.astype(np.int32)
    present = np.flatnonzero(np.bincount(numbers))
    table = np.empty(int(present[-1]) + 1 if present.size else 1)
    table[present] = stdtrit(present.astype(np.float64), upper)
    factors: Floats = table[numbers]
    huge = whole >= _MANY
    if huge.any():
        exact = np.floor(dof[huge] * (1.0 + FLOOR_TOLERANCE))
        factors[huge] = np.where(np.isinf(exact), ndtri(upper), stdtrit(np.minimum(exact, 1e300), upper))
    return factors
