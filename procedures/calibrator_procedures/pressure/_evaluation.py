"""The results of a section: an error and a hysteresis a pressure, and what tapping did to a pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from calibrator.procedure import (
    Evaluation,
    ParametersEvaluation,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
    Text,
)
from calibrator_procedures.pressure._budget import difference_budget, error_budget
from calibrator_procedures.pressure._sequence import Visit, visits_of
from calibrator_procedures.pressure._visits import Target, tapping

__all__ = ["evaluated"]

_TAPPING = Text(en="Tapping: what it moved the pointer by, mean of the visits", zh="轻敲位移（各次平均）")


def evaluated(
    section: Section,
    observations: Sequence[PointObservations],
    references: Mapping[str, PointReferences],
) -> tuple[Evaluation, ...]:
    """Return the evaluations of a section; a result is left out while visits that it needs are missing."""
    visits = visits_of(section.points, observations)
    found: list[Evaluation] = []
    for point in section.points:
        if point.supporting:
            continue
        target = _target(point, visits)
        if target.complete:
            budget = difference_budget if point.settings["result"] == "hysteresis" else error_budget
            found.append(PointEvaluation(point.id, budget(references[point.id], target)))
    return (*found, *_tapping(section, visits))


def _target(point: Point, visits: Sequence[Visit]) -> Target:
    pressure = Decimal(str(point.settings["pressure_pa"]))
    lowest = min((visit.pressure for visit in visits), default=pressure)
    return Target(
        tuple(visit for visit in visits if visit.pressure == pressure),
        tuple(visit for visit in visits if visit.pressure == lowest),
        str(point.settings.get("part", "uut")),
        bool(point.settings.get("tap", False)),
        0.016 / float(str(point.settings["span_pa"])) if point.unit == "A" else 1.0,  # IEC 60381-1
    )


def _tapping(section: Section, visits: Sequence[Visit]) -> tuple[ParametersEvaluation, ...]:
    """Return the displacement by tapping as a set of parameters: it is told, and not judged."""
    tapped = [visit for visit in visits if visit.seen.answers.get("tapped")]
    moved = tapping(tapped)
    if not moved:
        return ()
    count = len(moved)
    return (
        ParametersEvaluation(
            id=f"{section.id}-tapping",
            title=_TAPPING,
            names=tuple(f"{pressure:f} Pa" for pressure in moved),
            values=tuple(sum(each) / len(each) for each in moved.values()),
            units=("Pa",) * count,
            covariance=tuple(tuple(0.0 for _ in range(count)) for _ in range(count)),
            points=tuple(visit.seen.point for visit in tapped),
        ),
    )
