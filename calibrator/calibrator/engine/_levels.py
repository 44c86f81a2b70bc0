"""The levels of `safety.toml`: above which something is a hazard, below which it is safe."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from calibrator.engine._types import Hazard
from calibrator.procedure import Point, Section

__all__ = ["Level", "Levels", "hazard_of", "hazardous_points", "is_hazardous", "levels"]


@dataclass(frozen=True, slots=True)
class Level:
    """A magnitude that decides, in `unit`."""

    limit: float
    unit: str


@dataclass(frozen=True, slots=True)
class Levels:
    """Everything in `safety.toml`."""

    hazard: Mapping[str, Level]  # by function
    safe: Mapping[str, Level]  # by quantity: voltage, current
    proof: Mapping[str, Level]  # by function
    silence_s: float
    start_timeout_s: float
    resume_within_s: float


@cache
def levels() -> Levels:
    """Return the levels, read once."""
    data = tomllib.loads(files("calibrator.engine").joinpath("safety.toml").read_text(encoding="utf-8"))
    tables = {
        name: {key: Level(float(row["limit"]), row["unit"]) for key, row in data[name].items()}
        for name in ("hazard", "safe", "proof")
    }
    guard = data["guard"]
    return Levels(
        tables["hazard"],
        tables["safe"],
        tables["proof"],
        float(guard["silence_s"]),
        float(guard["start_timeout_s"]),
        float(data["resume"]["within_s"]),
    )


def is_hazardous(function: str, value: Decimal) -> bool:
    """Say whether a level of that function is above the hazard threshold."""
    level = levels().hazard.get(function)
    return level is not None and abs(float(value)) > level.limit


def hazardous_points(sections: Iterable[Section]) -> frozenset[str]:
    """Return the ids of the points whose level a person present has to release."""
    return frozenset(
        point.id
        for section in sections
        for point in section.points
        if point.standard == "source" and is_hazardous(point.function, point.nominal)
    )


def hazard_of(points: Iterable[Point]) -> Hazard | None:
    """Return the highest hazardous level among points, None where all are harmless."""
    worst: Hazard | None = None
    for point in points:
        if point.standard != "source" or not is_hazardous(point.function, point.nominal):
            continue
        if worst is None or abs(point.nominal) > worst.value:
            level = levels().hazard[point.function]
            worst = Hazard(point.function, abs(point.nominal), point.unit, level.limit)
    return worst
