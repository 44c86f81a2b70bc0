"""Risks predicted and observed: specific without prior, global from the population itself (METROLOGY 29)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from calibrator.proof._points import PointProof
from calibrator.proof._runner import RunProof
from calibrator.proof._statistics import (
    Estimate,
    at_least,
    false_accepts,
    false_rejects,
    mean_over_runs,
    specific_risks,
)
from calibrator.proof._summary import Risk

__all__ = ["always_small", "out_of_reach", "risks_of"]

_ENOUGH = 20  # runs, to tell that errors are spread as the prior is
_ALIKE = 0.05  # of the rms of a uniform prior: how near the drawn errors must be for a global prediction


def risks_of(runs: Sequence[RunProof], width: float) -> tuple[Risk, ...]:
    """Return specific PFA and PFR, and the global ones where the units were uniform over `width` limits.

    Specific ones suppose errors of any size: a point whose true errors stay small whatever unit is drawn,
    such as that of a balance near zero, or are always the same, such as what a load costs a block, tells
    nothing about them and is left out.
    """
    judged = [[point for point in run.points if _limited(point)] for run in runs]
    kept = [run for run in judged if run]
    if not kept:
        return ()
    small = set(always_small(runs, width))
    wide = [rest for run in kept if (rest := [point for point in run if point.point not in small])]
    chances = [_conform(run) for run in wide]
    found = [
        Risk("specific PFA", *specific_risks(wide, chances, accepted=True)),
        Risk("specific PFR", *specific_risks(wide, chances, accepted=False)),
    ]
    return (*found, *_global(kept, width))


def always_small(runs: Sequence[RunProof], width: float) -> tuple[str, ...]:
    """Return the points whose true errors, over all runs, spread well less than METROLOGY 29 asks for.

    That is uniform over the limits + 4u, or over `width` limits where that is less: they stay small, or they
    hardly differ between units. What was stated is not looked at, so that no wrong verdict can hide here.
    """
    by_point: dict[str, list[PointProof]] = {}
    for run in runs:
        for point in run.points:
            if _limited(point):
                by_point.setdefault(point.point, []).append(point)
    return tuple(
        name for name, points in by_point.items() if len(points) >= _ENOUGH and _small(points, width)
    )


def _small(points: Sequence[PointProof], width: float) -> bool:
    low, high = points[0].limits
    two_sided = math.isfinite(low) and math.isfinite(high)
    half = (high - low) / 2.0 if two_sided else abs(high if math.isfinite(high) else low)
    middle = (high + low) / 2.0 if two_sided else 0.0
    reach = min(half + 4.0 * statistics.fmean(point.u for point in points), width * half)
    rms = math.sqrt(statistics.fmean((point.truth - middle) ** 2 for point in points))
    spread = statistics.pstdev(point.truth for point in points)
    wanted = reach / math.sqrt(3.0) * (1.0 - _ALIKE - 3.0 * 0.45 / math.sqrt(len(points)))
    # errors that have one limit may have one sign: uniform over 0 to the reach spreads half as much
    return rms < wanted or spread < (wanted if two_sided else wanted / 2.0)


def out_of_reach(runs: Sequence[RunProof], width: float) -> tuple[str, ...]:
    """Return the points whose limits + 4u lie beyond `width` limits, where specific risks are not tested."""
    found: dict[str, None] = {}
    for run in runs[:50]:
        for point in run.points:
            half = (point.limits[1] - point.limits[0]) / 2.0
            if math.isfinite(half) and half + 4.0 * point.u > width * half:
                found[point.point] = None
    return tuple(found)


def _limited(point: PointProof) -> bool:
    return math.isfinite(point.limits[0]) or math.isfinite(point.limits[1])


def _conform(run: Sequence[PointProof]) -> list[float]:
    import numpy as np

    from calibrator_uncertainty.risk import conformance_probabilities

    found = conformance_probabilities(
        [point.error for point in run],
        lower=[point.limits[0] for point in run],
        upper=[point.limits[1] for point in run],
        u=[point.u for point in run],
        dof=np.array([point.dof for point in run]),
        rectangles=(_part(run, 0), _part(run, 1)),
        arcsine=np.array([point.arcsine for point in run]),
    )
    return [float(chance) for chance in found]


def _part(run: Sequence[PointProof], place: int) -> Any:  # noqa: ANN401 - an array
    """Return the larger or the smaller |c·u| of the two rectangles of each point, 0 where there are none."""
    import numpy as np

    return np.array([([*point.rectangles, 0.0, 0.0])[place] for point in run])


def _global(runs: Sequence[Sequence[PointProof]], width: float) -> list[Risk]:
    """Return the global risks over all points, nothing where the population is not the uniform one."""
    by_point: dict[str, list[PointProof]] = {}
    for run in runs:
        for point in run:
            by_point.setdefault(point.point, []).append(point)
    predicted: Mapping[str, tuple[float, float]] = {
        name: found for name, points in by_point.items() if (found := _predicted(points, width)) is not None
    }
    kept = [[point for point in run if point.point in predicted] for run in runs]
    kept = [run for run in kept if run]
    if not kept:
        return []
    prior = f"uniform over {width:g} times the limits, {len(predicted)} of {len(by_point)} points"
    risks = []
    for index, (name, observed) in enumerate((("PFA", false_accepts), ("PFR", false_rejects))):
        per_run = [statistics.fmean(predicted[point.point][index] for point in run) for run in kept]
        mean = Estimate(statistics.fmean(per_run), 0.0, len(kept))
        beyond = mean_over_runs([observed(run) - chance for run, chance in zip(kept, per_run, strict=True)])
        excess = at_least(beyond, mean.value, sum(map(len, kept)))
        risks.append(Risk(f"global {name}", mean, excess, prior))
    return risks


def _predicted(points: Sequence[PointProof], width: float) -> tuple[float, float] | None:
    """Return global PFA and PFR of a point by the library, None where its errors are not the prior's."""
    from calibrator_uncertainty.risk import Limits, global_risk, uniform_prior

    low, high = points[0].limits
    half, middle = (high - low) / 2.0, (high + low) / 2.0
    if not math.isfinite(half) or not half or len(points) < _ENOUGH:
        return None
    rms = math.sqrt(statistics.fmean((point.truth - middle) ** 2 for point in points))
    uniform = width * half / math.sqrt(3.0)
    # a few runs scatter by themselves: rms of n uniform values by 0.45/sqrt(n)
    if abs(rms / uniform - 1.0) > _ALIKE + 3.0 * 0.45 / math.sqrt(len(points)):
        return None
    prior = uniform_prior(middle - width * half, middle + width * half)
    u = statistics.fmean(point.u for point in points)
    dof = statistics.median(point.dof for point in points)
    shapes = [(_part([point], 0)[0], _part([point], 1)[0], point.arcsine, point.u) for point in points]
    first, second, bent = (
        statistics.fmean(shape[place] / shape[3] for shape in shapes) * u for place in range(3)
    )
    found = global_risk(Limits(low, high), u, prior, dof=dof, rectangles=(first, second), arcsine=bent)
    return found.pfa, found.pfr
