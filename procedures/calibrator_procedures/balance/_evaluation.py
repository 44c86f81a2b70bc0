"""The results of a balance: errors, corners, spreads, and the uncertainty of a weighing in use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from calibrator.procedure import (
    Evaluation,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
)
from calibrator_procedures.balance._budget import (
    eccentricity_budget,
    error_budget,
    spread_budget,
)
from calibrator_procedures.balance._placings import Scatter, indication_g, scatter_at, scatters
from calibrator_procedures.balance._weighing import in_use, repeatability_set

__all__ = ["evaluated"]


def evaluated(
    section: Section,
    observations: Sequence[PointObservations],
    references: Mapping[str, PointReferences],
) -> tuple[Evaluation, ...]:
    """Return the evaluations of a section; a result is left out while placings that it needs are missing."""
    seen = {item.point: item for item in observations}
    known = scatters(section, seen)
    points = tuple(_points(section, seen, references, known)) if known else ()
    sets: tuple[Evaluation, ...] = (repeatability_set(section, known),) if known else ()
    errors = [point for point in section.points if point.settings.get("test") == "error"]
    if known and errors and all(point.id in seen for point in errors):
        budgets = {item.point: item.budget for item in points}
        sets += in_use(section, errors, budgets, known, references)
    return (*points, *sets)


def _points(
    section: Section,
    seen: Mapping[str, PointObservations],
    references: Mapping[str, PointReferences],
    known: Sequence[Scatter],
) -> Iterator[PointEvaluation]:
    centre = next((point for point in section.points if _place(point) == "centre"), None)
    for point in section.points:
        if point.supporting or point.id not in seen:
            continue
        own = references[point.id]
        scatter = scatter_at(float(point.nominal), known)
        test = point.settings["test"]
        if test == "repeatability":
            exact = [item for item in known if item.load_g == float(point.nominal)]
            if exact:
                yield PointEvaluation(point.id, spread_budget(own, exact[0]))
            continue
        shown = indication_g(point, seen[point.id])
        if test == "error":
            yield PointEvaluation(point.id, error_budget(own, shown, scatter))
        elif centre is not None and centre.id in seen:
            middle = indication_g(centre, seen[centre.id])
            yield PointEvaluation(point.id, eccentricity_budget(own, shown, middle, scatter))


def _place(point: Point) -> str:
    is_corner = point.settings.get("test") == "eccentricity"
    return str(point.settings.get("position", "")) if is_corner else ""
