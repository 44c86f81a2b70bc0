"""Statistics whose sampling unit is the run, since points share the standard (METROLOGY 27)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from calibrator.proof._points import PointProof

__all__ = [
    "Estimate",
    "at_least",
    "coverage",
    "false_accepts",
    "false_rejects",
    "mean_over_runs",
    "over_runs",
    "pull_of",
    "rms_over_runs",
    "rms_z",
    "specific_risks",
]

Run = Sequence[PointProof]

_STATED = 0.95
_TAIL = 0.0013498980316300933  # of a normal distribution beyond 3 standard deviations


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with its between-run standard error (infinite for a single run)."""

    value: float
    error: float
    runs: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval over runs."""
        return self.value - 1.96 * self.error, self.value + 1.96 * self.error

    @property
    def sigmas(self) -> float:
        """How many standard errors are as unlikely as 3 are where there are many runs; t has wide tails."""
        from scipy.special import stdtrit

        return float(stdtrit(self.runs - 1, 1.0 - _TAIL)) if self.runs > 1 else math.inf

    @property
    def is_zero(self) -> bool:
        """Whether it is 0 within 3 standard errors, or as many as that means with so few runs."""
        return math.isinf(self.error) or abs(self.value) <= self.sigmas * self.error

    def within(self, low: float, high: float, sigmas: float = 0.0) -> bool:
        """Say whether the value lies in a band that is widened by some standard errors."""
        return low - sigmas * self.error <= self.value <= high + sigmas * self.error

    def __str__(self) -> str:
        return f"{self.value:.4f} +/- {self.error:.4f}"


def mean_over_runs(per_run: Sequence[float]) -> Estimate:
    """Return the mean of one number a run with its standard error; not a number without runs."""
    if not per_run:
        return Estimate(math.nan, math.inf, 0)
    spread = statistics.stdev(per_run) / math.sqrt(len(per_run)) if len(per_run) > 1 else math.inf
    return Estimate(statistics.fmean(per_run), spread, len(per_run))


def rms_over_runs(squares: Sequence[float]) -> Estimate:
    """Return the root of the mean of one mean square a run, with its standard error."""
    mean = mean_over_runs(squares)
    root = math.sqrt(mean.value)
    return Estimate(root, mean.error / (2.0 * root) if root else mean.error, mean.runs)


def over_runs(runs: Iterable[Run], of: Callable[[PointProof], float]) -> list[float]:
    """Return the mean of a number of each point, one a run; runs without points are left out."""
    return [statistics.fmean(of(point) for point in run) for run in runs if run]


def rms_z(runs: Iterable[Run]) -> Estimate:
    """Return the rms of z pooled over points."""
    return rms_over_runs(over_runs(runs, lambda point: point.z**2))


def coverage(runs: Iterable[Run]) -> Estimate:
    """Return the fraction of points whose stated interval holds the truth."""
    kept = list(runs)
    found = mean_over_runs(over_runs(kept, lambda point: float(point.covered)))
    return at_least(found, _STATED, max(1, sum(map(len, kept))))


def pull_of(runs: Iterable[Run], line: str) -> tuple[Estimate, Estimate]:
    """Return rms and mean of the pull of a budget line (METROLOGY 28)."""
    having = [[point.pulls[line] for point in run if line in point.pulls] for run in runs]
    kept = [run for run in having if run]
    squares = rms_over_runs([statistics.fmean(value**2 for value in run) for run in kept])
    return squares, mean_over_runs([statistics.fmean(run) for run in kept])


def specific_risks(
    runs: Sequence[Run], conforms: Sequence[Sequence[float]], *, accepted: bool
) -> tuple[Estimate, Estimate]:
    """Return predicted wrong fraction of accepted (or rejected) points, and observed minus predicted.

    `conforms` is the probability that each point conforms, as one knows it without prior. Both are sums over
    a run divided by the mean number of such points; the standard error of the second is what counts
    (METROLOGY 29). Nothing was accepted (or rejected) in any run: not a number.
    """
    taken = [
        [(point, p) for point, p in zip(run, chances, strict=True) if _accepted(point) is accepted]
        for run, chances in zip(runs, conforms, strict=True)
    ]
    mean = statistics.fmean(len(run) for run in taken) if taken else 0.0
    if not mean:
        return mean_over_runs([]), mean_over_runs([])
    wrong = [
        [(1.0 - p if accepted else p, _conforming(point) is not accepted) for point, p in run]
        for run in taken
    ]
    predicted = mean_over_runs([math.fsum(chance for chance, _ in run) / mean for run in wrong])
    excess = mean_over_runs([math.fsum(seen - chance for chance, seen in run) / mean for run in wrong])
    return predicted, at_least(excess, predicted.value, sum(map(len, taken)))


def at_least(excess: Estimate, chance: float, points: int) -> Estimate:
    """Return an excess whose error is no less than that of so many single trials of a chance.

    Where hardly anything was falsely decided, hardly anything differs between runs.
    """
    floor = math.sqrt(max(chance * (1.0 - chance), 0.0) / points)
    return replace(excess, error=max(excess.error, floor))


def _accepted(point: PointProof) -> bool:
    """Say whether simple acceptance takes the point, which makes the most of few false accepts."""
    return point.limits[0] <= point.error <= point.limits[1]


def _conforming(point: PointProof) -> bool:
    return point.limits[0] <= point.truth <= point.limits[1]


def false_accepts(run: Run) -> float:
    """Return the fraction of all points of a run that are accepted and do not conform."""
    return statistics.fmean(float(_accepted(point) and not _conforming(point)) for point in run)


def false_rejects(run: Run) -> float:
    """Return the fraction of all points of a run that are rejected and conform."""
    return statistics.fmean(float(not _accepted(point) and _conforming(point)) for point in run)
