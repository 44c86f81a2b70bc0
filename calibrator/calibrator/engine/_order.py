"""The order in which points are measured: that of the table, or a random one where a drift must not look like
a result.

Random order is drawn once, recorded with the opening and kept on resume. It never crosses a hazard, a change
of leads or a cycle whose history matters (METROLOGY 4).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from calibrator._errors import UsageError
from calibrator.bench import PlannedActions
from calibrator.engine._levels import SLOW, is_hazardous, staged_at
from calibrator.procedure import Point, Section

__all__ = ["drawn_order", "in_order", "order_of"]


def drawn_order(
    sections: Sequence[Section], actions: Mapping[str, PlannedActions], seed: str
) -> tuple[Section, ...]:
    """Return the sections with the points of those of random order permuted.

    Raises `UsageError` (code `order-not-free`) for a section whose points may not change places.
    """
    return tuple(
        _drawn(section, actions, seed) if section.order == "random" else section for section in sections
    )


def _drawn(section: Section, actions: Mapping[str, PlannedActions], seed: str) -> Section:
    reason = next(_bound(section, actions), "")
    if reason:
        raise UsageError(
            f"the points of the section {section.id!r} may not change places: {reason}",
            where=f"point table, section {section.id}, key order",
            way_out='Write order = "table".',
            code="order-not-free",
        )
    steps = [point for point in section.points if not point.measured_with]
    random.Random(f"{seed}:{section.id}").shuffle(steps)
    return _arranged(section, [point.id for point in steps])


def _bound(section: Section, actions: Mapping[str, PlannedActions]) -> Iterator[str]:
    """Yield what binds the order of a section."""
    if section.resume in ("cycle", "section", "never"):
        yield "a cycle begins again as a whole"
    for point in section.points:
        if any(is_hazardous(stage.function, stage.value) for stage in staged_at(point, actions)):
            yield f"{point.id} is above the hazard threshold"
        if any(stage.unit in SLOW for stage in staged_at(point, actions)):
            yield f"{point.id} depends on the pressure or temperature before it"
        if point.id in actions and actions[point.id].connects:
            yield f"{point.id} asks for other leads"


def order_of(sections: Sequence[Section]) -> dict[str, list[str]]:
    """Return the order of the sections whose points were permuted, for the record."""
    return {
        section.id: [point.id for point in section.points]
        for section in sections
        if section.order == "random"
    }


def in_order(sections: Sequence[Section], order: Mapping[str, Sequence[str]]) -> tuple[Section, ...]:
    """Return sections with their points in a recorded order."""
    return tuple(
        _arranged(section, order[section.id]) if section.id in order else section for section in sections
    )


def _arranged(section: Section, names: Sequence[str]) -> Section:
    """Put the points in an order; those that are measured with another one follow it."""
    rank = {name: place for place, name in enumerate(names)}

    def place(point: Point) -> int:
        return (
            rank[point.measured_with or point.id] if (point.measured_with or point.id) in rank else len(rank)
        )

    return replace(section, points=tuple(sorted(section.points, key=place)))
