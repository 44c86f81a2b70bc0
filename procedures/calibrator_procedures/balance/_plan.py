"""From the table to single placings: the repeated ones of one load become supporting points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from calibrator.procedure import Point, Section

__all__ = ["expanded"]


def expanded(section: Section) -> Section:
    """Return the section with every placing of its repeatability tests as a point before the result."""
    return replace(section, points=tuple(_points(section)))


def _points(section: Section) -> Iterator[Point]:
    for point in section.points:
        count = int(point.settings.get("placings", 0))
        placings = [
            replace(point, id=f"{point.id}:{number}", limits={}, supporting=True)
            for number in range(1, count + 1)
        ]
        yield from placings
        yield replace(point, measured_with=placings[-1].id) if placings else point
