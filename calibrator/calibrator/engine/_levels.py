"""The levels of `safety.toml`: above which something is a hazard, below which it is safe."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

from calibrator.bench import PlannedActions, PlannedStage
from calibrator.engine._types import Hazard
from calibrator.procedure import Point, Section

if TYPE_CHECKING:
    from calibrator_drivers.accuracy import AccuracyTable

__all__ = [
    "SLOW",
    "Level",
    "Levels",
    "hazard_of",
    "hazardous_points",
    "held_sections",
    "is_hazardous",
    "levels",
    "looking_ranges",
    "staged_at",
]

SLOW = ("Pa", "degC")  # units of what stays as it is between points, and is made safe by venting or cooling
Actions = Mapping[str, PlannedActions]  # by point
_AT_I_A = 3.0  # what a terminal I takes; larger ranges have a terminal of their own, where no lead is
_COUNTS = 50.0  # of a display that can tell whether a current is safe


@dataclass(frozen=True, slots=True)
class Level:
    """A magnitude that decides, in `unit`."""

    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class Levels:
    """Everything in `safety.toml`."""

    hazard: Mapping[str, Level]  # by function
    safe: Mapping[str, Level]  # by quantity: voltage, current, pressure, temperature
    proof: Mapping[str, Level]  # by function; of a pressure as a share of the section's highest
    leak: Mapping[str, Level]
    silence_s: float
    start_timeout_s: float
    resume_within_s: float


@cache
def levels() -> Levels:
    """Return the levels, read once."""
    data = tomllib.loads(files("calibrator.engine").joinpath("safety.toml").read_text(encoding="utf-8"))
    tables = {
        name: {key: Level(float(row["limit"]), row["unit"]) for key, row in data[name].items()}
        for name in ("hazard", "safe", "proof", "leak")
    }
    guard = data["guard"]
    return Levels(
        tables["hazard"],
        tables["safe"],
        tables["proof"],
        tables["leak"],
        float(guard["silence_s"]),
        float(guard["start_timeout_s"]),
        float(data["resume"]["within_s"]),
    )


def looking_ranges(table: AccuracyTable) -> tuple[float, float]:
    """Return the ranges (V, A) on which a meter looks whether its terminals are safe (METROLOGY 2).

    The highest of volts; the highest of amperes at the terminal I on which the safe current is 50 counts.
    """
    functions, safe = table.functions(), levels().safe["current"].limit
    rows = [row for row in table.rows if row.function == "dci"]
    telling = [
        row.range_high
        for row in rows
        if row.range_high <= _AT_I_A and safe >= _COUNTS * (row.resolution or 0.0)
    ]
    volts = max(table.ranges("dcv")) if "dcv" in functions else 1000.0
    return volts, max(telling, default=max((row.range_high for row in rows), default=1.0))


def is_hazardous(function: str, value: Decimal) -> bool:
    """Say whether a level of that function is above the hazard threshold."""
    level = levels().hazard.get(function)
    return level is not None and abs(float(value)) > level.limit


def staged_at(point: Point, actions: Actions) -> Sequence[PlannedStage]:
    """Return the levels that a point stages: by its plan, without one the nominal value of the source."""
    if point.id in actions:
        return actions[point.id].stages
    if point.standard != "source":
        return ()
    return (PlannedStage("source", point.function, point.nominal, point.unit),)


def hazardous_points(sections: Iterable[Section], actions: Actions = MappingProxyType({})) -> frozenset[str]:
    """Return the ids of the points whose level a person present has to release."""
    return frozenset(
        point.id
        for section in sections
        for point in section.points
        if any(is_hazardous(stage.function, stage.value) for stage in staged_at(point, actions))
    )


def held_sections(sections: Iterable[Section], actions: Actions) -> frozenset[str]:
    """Return the ids of the sections that hold a pressure or a temperature from point to point."""
    return frozenset(
        section.id
        for section in sections
        for point in section.points
        if any(stage.unit in SLOW for stage in staged_at(point, actions))
    )


def hazard_of(points: Iterable[Point], actions: Actions = MappingProxyType({})) -> Hazard | None:
    """Return the highest hazardous level among points, None where all are harmless."""
    worst: Hazard | None = None
    for stage in (stage for point in points for stage in staged_at(point, actions)):
        if not is_hazardous(stage.function, stage.value):
            continue
        if worst is None or abs(stage.value) > worst.value:
            level = levels().hazard[stage.function]
            worst = Hazard(stage.function, abs(stage.value), stage.unit, level.limit)
    return worst
