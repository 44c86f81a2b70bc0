"""What a proof found, as data: over all and per section, pulls, effects, risks."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrator.proof._bench import Drawn
from calibrator.proof._points import PointProof
from calibrator.proof._runner import RunProof
from calibrator.proof._statistics import Estimate, coverage, pull_of, rms_z

__all__ = ["Effects", "Figures", "Pull", "Risk", "Summary", "figures_of", "pulls_of"]


@dataclass(frozen=True, slots=True)
class Figures:
    """How well stated and true agree over some points; `points` in all runs together.

    `ratio` is the median of U over the smallest U that had covered 95 % of the errors at a point.
    """

    runs: int
    points: int
    rms_z: Estimate
    coverage: Estimate
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True, slots=True)
class Pull:
    """Pull of a budget line over runs: rms and mean, over all and by section."""

    line: str
    rms: Estimate
    mean: Estimate
    sections: Mapping[str, tuple[Estimate, Estimate]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk as predicted, and how much more was observed; `prior` is "" for a specific one."""

    name: str
    predicted: Estimate
    excess: Estimate
    prior: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects and lines that have no counterpart, and those that need none, with the reason."""

    gaps: Mapping[str, tuple[str, float]]  # name -> (where, size in u): acts at points whose budgets lack it
    without_line: Mapping[str, str]  # effect -> the line that no budget has
    unexplained: tuple[str, ...]  # effects that nobody has thought of
    unmatched: Mapping[str, str]  # line -> where: the bench knows no truth for it
    excused_effects: Mapping[str, str]
    excused_lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole proof."""

    procedure: str
    version: str
    content_hash: str
    uut: str
    budget_kind: str
    truth: str
    sections: tuple[str, ...]
    complete: bool
    first_seed: int
    overall: Figures
    by_section: Mapping[str, Figures]
    pulls: tuple[Pull, ...]
    effects: Effects
    risks: tuple[Risk, ...]
    drawn: Mapping[Drawn, Figures]
    model_off: float
    model_off_at: str
    compares_model: bool
    repeated: int
    differs: tuple[str, ...]
    reach: tuple[str, ...]  # points whose T + 4u the population does not reach
    duration_s: Estimate
    seconds_a_run: float
    seconds: float
    planted: str = ""
    notes: tuple[str, ...] = ()
    small: tuple[str, ...] = ()  # points whose true errors stay small: no specific risks
    lost: tuple[str, ...] = ()  # runs that gave fewer numbers than were asked for: seed and message


def figures_of(runs: Sequence[RunProof], section: str = "") -> Figures:
    """Return the figures of a section, of all points for ""."""
    picked = [[point for point in run.points if section in ("", point.section)] for run in runs]
    kept = [run for run in picked if run]
    ratios = _ratios(kept)
    return Figures(
        len(kept),
        sum(map(len, kept)),
        rms_z(kept),
        coverage(kept),
        statistics.median(ratios) if ratios else math.nan,
        min(ratios, default=math.nan),
        max(ratios, default=math.nan),
    )


def _ratios(runs: Sequence[Sequence[PointProof]]) -> list[float]:
    """Return, for each point, the mean U over the 95 % quantile of |stated - true|."""
    by_point: dict[str, list[PointProof]] = {}
    for run in runs:
        for point in run:
            by_point.setdefault(point.point, []).append(point)
    found = []
    for points in by_point.values():
        errors = sorted(abs(point.error - point.truth) for point in points)
        smallest = errors[min(len(errors) - 1, math.ceil(0.95 * len(errors)) - 1)]
        if smallest:
            found.append(statistics.fmean(point.U for point in points) / smallest)
    return found


def pulls_of(runs: Sequence[RunProof], sections: Sequence[str]) -> tuple[Pull, ...]:
    """Return the pull of every line that has one, in the order in which the budgets hold them."""
    points = [run.points for run in runs]
    lines = dict.fromkeys(line for run in points for point in run for line in point.pulls)
    found = []
    for line in lines:
        rms, mean = pull_of(points, line)
        by_section = {}
        for section in sections:
            picked = [[point for point in run if point.section == section] for run in points]
            if any(line in point.pulls for run in picked for point in run):
                by_section[section] = pull_of(picked, line)
        found.append(Pull(line, rms, mean, by_section))
    return tuple(found)
