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
    mounting: int = 1  # 2 after the unit was taken off and mounted again


@dataclass(frozen=True, slots=True)
class _Run:
    """Series that follow each other in one mounting."""

    first: int  # number of its first series, less one
    preloads: range
    series: Sequence[str]
    more: Mapping[str, int | str]  # settings of its visits

    def visits(self, points: Sequence[Point]) -> Iterator[Point]:
        """Yield the visits in order: preloads, then series."""
        by_pressure: Mapping[Decimal, Point] = {_pressure(point): point for point in reversed(points)}
        targets = sorted(by_pressure)
        top, bottom = by_pressure[targets[-1]], by_pressure[targets[0]]
        for number in self.preloads:
            for point in (top, bottom):
                yield self._visit(point, f"preload{number}", "preload", 0, "dwell_s")
        for number, direction in enumerate(self.series, start=self.first + 1):
            for pressure in targets if direction == "up" else reversed(targets):
                point = by_pressure[pressure]
                held = point is top and direction == "down"
                rested = point is bottom and direction == "up"
                wait = "hold_s" if held else "rest_s" if rested else "dwell_s"
                yield self._visit(point, f"{direction}{number}", direction, number, wait)

    def _visit(self, point: Point, name: str, kind: str, series: int, wait: str) -> Point:
        settings = {key: value for key, value in point.settings.items() if key not in ("result", "part")}
        return replace(
            point,
            id=f"{point.section}:{name}:{_pressure(point):f}",
            limits={},
            supporting=True,
            settings={**settings, "visit": kind, "series": series, "dwell_s": settings[wait], **self.more},
        )


def expanded(section: Section) -> Section:
    """Return the section with its visits before its results, in the order of measurement."""
    settings = section.points[0].settings if section.points else {}
    if settings.get("sequence") is None:
        return section
    plan = tomllib.loads(_SEQUENCES.read_text(encoding="utf-8"))[str(settings["sequence"])]
    preloads, series = int(plan["preloads"]), list(plan["series"])
    runs = [_Run(0, range(1, preloads + 1), series, {})]
    again, more = plan.get("mounted_again"), settings.get("again")
    if again and more:
        after = range(preloads + 1, 2 * preloads + 1)
        runs.append(_Run(len(series), after, again, {"mounting": 2, "wiring": str(more)}))
    visits = [visit for run in runs for visit in run.visits(section.points)]
    last = {_pressure(visit): visit.id for visit in visits if visit.settings["visit"] != "preload"}
    results = [replace(point, measured_with=last[_pressure(point)]) for point in section.points]
    return replace(section, points=(*visits, *results))


def visits_of(points: Sequence[Point], observations: Sequence[PointObservations]) -> tuple[Visit, ...]:
    """Return the observed visits in the order of measurement, without preloads."""
    seen = {item.point: item for item in observations}
    return tuple(
        Visit(
            int(point.settings["series"]),
            str(point.settings["visit"]),
            _pressure(point),
            seen[point.id],
            int(point.settings.get("mounting", 1)),
        )
        for point in points
        if point.supporting and point.id in seen and point.settings["visit"] != "preload"
    )


def _pressure(point: Point) -> Decimal:
    return Decimal(str(point.settings["pressure_pa"]))
