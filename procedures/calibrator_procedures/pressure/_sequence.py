"""From the targets of a table to the order of visits: preloads, series up and down (DKD-R 6-1).

A visit is a supporting point, `up1:250000`; the results of a target are measured with its last visit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from calibrator.procedure import Point, PointObservations, Section

__all__ = ["Visit", "expanded", "visits_of"]

_SEQUENCES = Path(__file__).with_name("sequences.toml")


@dataclass(frozen=True, slots=True)
class Visit:
    """What was seen at one pressure of one series."""

    series: int  # 1 for the first
    direction: str  # "up", "down"
    pressure: Decimal  # Pa
    seen: PointObservations


def expanded(section: Section) -> Section:
    """Return the section with its visits before its results, in the order of measurement."""
    name = section.points[0].settings.get("sequence") if section.points else None
    if name is None:
        return section
    plan = tomllib.loads(_SEQUENCES.read_text(encoding="utf-8"))[str(name)]
    visits = list(_visits(section.points, int(plan["preloads"]), plan["series"]))
    last = {_pressure(visit): visit.id for visit in visits if visit.settings["visit"] != "preload"}
    results = [replace(point, measured_with=last[_pressure(point)]) for point in section.points]
    return replace(section, points=(*visits, *results))


def visits_of(points: Sequence[Point], observations: Sequence[PointObservations]) -> tuple[Visit, ...]:
    """Return the observed visits in the order of measurement, without preloads."""
    seen = {item.point: item for item in observations}
    return tuple(
        Visit(int(point.settings["series"]), str(point.settings["visit"]), _pressure(point), seen[point.id])
        for point in points
        if point.supporting and point.id in seen and point.settings["visit"] != "preload"
    )


def _visits(points: Sequence[Point], preloads: int, series: Sequence[str]) -> Iterator[Point]:
    by_pressure: Mapping[Decimal, Point] = {_pressure(point): point for point in reversed(points)}
    targets = sorted(by_pressure)
    top, bottom = by_pressure[targets[-1]], by_pressure[targets[0]]
    for number in range(1, preloads + 1):
        for point in (top, bottom):
            yield _visit(point, f"preload{number}", "preload", 0, "dwell_s")
    for number, direction in enumerate(series, start=1):
        for pressure in targets if direction == "up" else reversed(targets):
            point = by_pressure[pressure]
            held = point is top and direction == "down"
            rested = point is bottom and direction == "up"
            wait = "hold_s" if held else "rest_s" if rested else "dwell_s"
            yield _visit(point, f"{direction}{number}", direction, number, wait)


def _visit(point: Point, name: str, kind: str, series: int, wait: str) -> Point:
    settings = {key: value for key, value in point.settings.items() if key not in ("result", "part")}
    return replace(
        point,
        id=f"{point.section}:{name}:{_pressure(point):f}",
        limits={},
        supporting=True,
        settings={**settings, "visit": kind, "series": series, "dwell_s": settings[wait]},
    )


def _pressure(point: Point) -> Decimal:
    return Decimal(str(point.settings["pressure_pa"]))
