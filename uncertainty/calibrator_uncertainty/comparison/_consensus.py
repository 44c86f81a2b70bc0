"""The weighted mean as reference value, its consistency, and the exclusion of what does not fit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from calibrator_uncertainty._doors import MAPPING, NUMBER, TEXTS, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.comparison._results import (
    Floats,
    Results,
    chi_squared_of,
    read_results,
    weights_of,
)

__all__ = ["Consensus", "combine", "consensus_of", "largest_consistent_subset", "weighted_mean"]

LEVEL = 0.05
_MOST_SUBSETS = 50_000


@dataclass(frozen=True, slots=True)
class Consensus:
    """A reference value and how well the results agree about it.

    `reference` is an uncertain quantity, correlated with each result that went into it. `between` is the
    standard deviation between laboratories that a random-effects method found (0 for the weighted mean).
    `chi_squared` and `probability` speak of the included results under their stated uncertainties.
    """

    method: str
    reference: Quantity
    weights: Mapping[str, float]
    excluded: tuple[str, ...]
    chi_squared: float
    dof: int
    probability: float
    level: float
    between: Quantity = 0.0
    # each laboratory's own deviation of that size; None for a method that knows no such deviation
    effects: Mapping[str, Quantity] | None = field(default=None, repr=False)

    @property
    def consistent(self) -> bool:
        """True where chi-squared is not improbably large: probability >= level."""
        return self.probability >= self.level

    @property
    def birge_ratio(self) -> float:
        """Square root of chi-squared over its degrees of freedom; 1 is expected."""
        return math.sqrt(self.chi_squared / self.dof)


@asks(results=MAPPING, exclude=TEXTS, level=NUMBER)
def weighted_mean(
    results: Mapping[str, Quantity], *, exclude: Iterable[str] = (), level: float = LEVEL
) -> Consensus:
    """Return the weighted mean of the results, with all their correlations, and its consistency test.

    Args:
        results: uncertain quantities by laboratory.
        exclude: laboratories that stay out of the reference value.
        level: probability of chi-squared below which the results count as inconsistent.

    Raises:
        InputError: fewer than two results, a result without uncertainty, unknown names.

    Source: M. G. Cox, "The evaluation of key comparison data", Metrologia 39 (2002) 589, procedure A.
    """
    everything = read_results(results)
    left_out = tuple(exclude)
    for name in left_out:
        if name not in results:
            raise InputError(
                f"{name} is excluded and is not among the results",
                way_out=f"The laboratories are: {', '.join(results)}.",
                code="unknown-name",
            )
    used = everything.only(name for name in results if name not in left_out)
    if len(used.names) < 2:
        raise InputError("after the exclusions fewer than two results are left", code="too-few")
    return consensus_of(used, left_out, _check_level(level))


def consensus_of(used: Results, excluded: tuple[str, ...], level: float) -> Consensus:
    """Return the weighted mean of results that are already in one unit."""
    weights, inverse = weights_of(used)
    chi_squared = chi_squared_of(used, weights, inverse)
    return Consensus(
        method="weighted mean (Cox 2002, procedure A)",
        reference=used.wrap(combine(used.held, weights)),
        weights=dict(zip(used.names, map(float, weights), strict=True)),
        excluded=excluded,
        chi_squared=chi_squared,
        dof=len(used.names) - 1,
        probability=chi_squared_tail(chi_squared, len(used.names) - 1),
        level=level,
    )


def combine(
    held: tuple[UncertainArray, ...], weights: Floats, effects: tuple[UncertainArray, ...] = ()
) -> UncertainArray:
    """Return the weighted mean of uncertain values as one step of the tape.

    `effects` are deviations of estimate 0, one per value, that get the same weights.
    """
    origins = tuple(float(one._value) for one in held)
    factors = tuple(float(w) for w in weights)
    # Summed about the first value, so that a common large part costs no digits.
    value = origins[0] + math.fsum(w * (x - origins[0]) for w, x in zip(factors, origins, strict=True))
    step = Linear(
        "weighted mean",
        value,
        origins + (0.0,) * len(effects),
        factors + factors[: len(effects)],
    )
    return UncertainArray(value, step, held + effects)


def chi_squared_tail(chi_squared: float, dof: int) -> float:
    """Return the probability that chi-squared exceeds what was observed."""
    from scipy.special import chdtrc

    return float(chdtrc(dof, chi_squared))


def _check_level(level: float) -> float:
    if not 0.0 < level < 1.0:
        raise InputError(
            f"a level of {level} does not lie between 0 and 1",
            way_out="Give a probability, 0.05 for 5 %.",
            code="probability",
        )
    return level


@asks(results=MAPPING, level=NUMBER)
def largest_consistent_subset(results: Mapping[str, Quantity], *, level: float = LEVEL) -> Consensus:
    """Return the weighted mean of the largest set of results that is consistent.

    All sets of one size are tried before a smaller size; of several the one with the smallest chi-squared is
    taken. Who is excluded is named, and remains in the degrees of equivalence.

    Raises:
        InputError: results of which no two agree, or more sets than can be tried.

    Source: M. G. Cox, "The evaluation of key comparison data: determining the largest consistent subset",
    Metrologia 44 (2007) 187.
    """
    everything = read_results(results)
    _check_level(level)
    names = everything.names
    tried = 0
    for left_out in range(len(names) - 1):
        tried += math.comb(len(names), left_out)
        if tried > _MOST_SUBSETS:
            raise InputError(
                f"more than {left_out - 1} of {len(names)} results would have to be excluded",
                way_out="Use a random-effects method (mandel_paule), or exclude by name for a known reason.",
                code="too-many",
            )
        kept = min(
            (everything.only(some) for some in itertools.combinations(names, len(names) - left_out)),
            key=lambda some: chi_squared_of(some, *weights_of(some)),
        )
        best = consensus_of(kept, tuple(n for n in names if n not in kept.names), level)
        if best.consistent:
            return best
    raise InputError(
        "no two of the results are consistent with each other",
        way_out="Check the stated uncertainties, or use a random-effects method (mandel_paule).",
        code="inconsistent",
    )
