"""Procedure B: the median as reference value, by Monte Carlo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._asked import check_generator, check_whole
from calibrator_uncertainty._doors import MAPPING, WHOLE, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._quantity import factor_of
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.comparison._results import Floats, Results, read_results

__all__ = ["MedianConsensus", "MedianEquivalence", "median"]

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class MedianEquivalence:
    """Deviation of a laboratory from the median: u and the shortest interval of 95 % from the draws."""

    laboratory: str
    difference: Quantity
    u: Quantity
    lower: Quantity
    upper: Quantity

    @property
    def satisfactory(self) -> bool:
        """True where the interval of the deviation holds 0."""
        return bool(self.lower <= 0 * self.lower <= self.upper)


@dataclass(frozen=True, slots=True)
class MedianConsensus:
    """The reference value with u and the shortest 95 % interval, and the degrees of equivalence.

    `value` is the mean of the drawn medians, to which u and the interval belong; `of_results` is the median
    of the results as they stand, which jumps from one result to another and is given for comparison.
    """

    value: Quantity
    u: Quantity
    lower: Quantity
    upper: Quantity
    equivalences: tuple[MedianEquivalence, ...]
    draws: int
    of_results: Quantity


@asks(results=MAPPING, draws=WHOLE)
def median(
    results: Mapping[str, Quantity], *, rng: np.random.Generator, draws: int = 200_000
) -> MedianConsensus:
    """Return the median as reference value, where a weighted mean is not consistent.

    Each draw takes all results from their joint normal distribution, correlations included, and their median;
    the reference value is the mean of these medians.

    Args:
        results: uncertain quantities by laboratory, three or more.
        rng: seeded generator.
        draws: number of draws, at least 10 000.

    Raises:
        InputError: fewer than three results, or too few draws for an interval of 95 %.

    Source: M. G. Cox, Metrologia 39 (2002) 589, procedure B; JCGM 101:2008, 7.7 (shortest interval).
    """
    if draws < 10_000:
        raise InputError(f"{draws} draws are too few for an interval of 95 %", code="draws")
    everything = read_results(results, least=3)
    drawn, centres = _draw(everything, draws, rng)
    value = float(centres.mean())
    made = []
    for i, name in enumerate(everything.names):
        deviation = drawn[i] - centres
        low, high = _shortest(deviation)
        made.append(
            MedianEquivalence(
                name,
                everything.wrap(float(everything.values[i]) - value, difference=True),
                everything.wrap(float(np.std(deviation, ddof=1)), difference=True),
                everything.wrap(low, difference=True),
                everything.wrap(high, difference=True),
            )
        )
    low, high = _shortest(centres)
    return MedianConsensus(
        everything.wrap(value),
        everything.wrap(float(np.std(centres, ddof=1)), difference=True),
        everything.wrap(low),
        everything.wrap(high),
        tuple(made),
        draws,
        everything.wrap(float(np.median(everything.values))),
    )


def _draw(results: Results, draws: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    check_generator(rng)
    check_whole(draws, "the number of draws", 1)
    factor = factor_of(results.covariances, ", ".join(results.names))
    drawn = np.empty((len(results.names), draws))
    for start in range(0, draws, _CHUNK):
        stop = min(start + _CHUNK, draws)
        noise = rng.standard_normal((factor.shape[1], stop - start))
        drawn[:, start:stop] = results.values[:, None] + factor @ noise
    return drawn, np.median(drawn, axis=0)


def _shortest(sample: Floats) -> tuple[float, float]:
    ordered = np.sort(sample)
    held = round(0.95 * ordered.size)
    widths = ordered[held:] - ordered[:-held]
    place = int(np.argmin(widths))
    return float(ordered[place]), float(ordered[place + held])
