"""What comparisons with a standard thermometer have alike: one sequence S X X S, and what is made of it.

A procedure that compares in a bath, block or furnace takes its settling, its rounds, its differences and
the inputs of the standard and its place from here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrator.procedure._figures import figure_input, required_figure
from calibrator.procedure._results import (
    CurveEvaluation,
    DerivedEvaluations,
    ParametersEvaluation,
    PointEvaluation,
)

if TYPE_CHECKING:
    from calibrator.procedure._facade import Bench
    from calibrator.procedure._types import Point, PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = [
    "ROUND",
    "SETTINGS",
    "CurvePoint",
    "differences",
    "domain",
    "errors_and_changes",
    "expected",
    "mean_input",
    "paired",
    "place_share",
    "room_c",
    "settle_standard",
    "standard_input",
    "symmetric",
    "through_points",
]

ROUND = ("standard", "uut", "uut", "standard")
SETTINGS: Mapping[str, type] = {
    "table": str,  # of the document, as the section titles it
    "against": str,  # id of the point that a change is stated against
    "rounds": int,  # each is S X X S
    "settle_min_s": float,
    "settle_window": str,  # decimal, K: the standard stays within it
    "settle_samples": int,
    "settle_every_s": float,
    "settle_timeout_s": float,
}
_SQRT12 = 12.0**0.5
_ROOM_C = 23.0  # where nobody has measured the room
_RECORDED_AS = {"certificate": "standard"}  # so that an unchecked one decides nothing live (METROLOGY 9)

Curves = tuple[CurveEvaluation | ParametersEvaluation, ...]
ErrorOf = Callable[["PointReferences", "PointObservations"], "Budget"]
ChangeOf = Callable[["PointReferences", "PointObservations", "PointObservations"], "Budget"]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A temperature by the standard, and the budget of the unit's error there."""

    id: str
    celsius: float  # mean of the standard's readings
    error: Budget  # K


def expected(point: Point) -> dict[str, float]:
    """Return what standard and unit should read at a point (degC), for the expected U of a plan."""
    nominal = float(point.nominal)
    return {"standard": nominal, "uut": nominal}


def settle_standard(bench: Bench, point: Point) -> None:
    """Wait, with the source energised, until the standard stays within the point's window."""
    settings = point.settings
    bench.settle(
        part="standard",
        minimum_s=float(settings["settle_min_s"]),
        window=float(settings["settle_window"]),
        samples=int(settings["settle_samples"]),
        every_s=float(settings["settle_every_s"]),
        timeout_s=float(settings["settle_timeout_s"]),
    )


def paired(readings: Sequence[Reading]) -> list[float]:
    """Return the mean of the two readings that each round S X X S has of a part."""
    values = [reading.value for reading in readings]
    return [0.5 * (one + other) for one, other in zip(values[::2], values[1::2], strict=False)]


def symmetric(unit: Sequence[Reading], standard: Sequence[Reading]) -> list[float]:
    """Return unit minus standard of each round S X X S: a slow drift of both cancels."""
    return [one - other for one, other in zip(paired(unit), paired(standard), strict=True)]


def differences(observed: PointObservations, *, sign: float = 1.0) -> list[float]:
    """Return unit minus standard of each round of a point, times `sign`."""
    return [sign * found for found in symmetric(observed.readings, observed.parts["standard"])]


def mean_input(
    name: str, values: Sequence[float], references: PointReferences, *, per_unit: float = 1.0
) -> Input:
    """Return a mean difference (K); the resolution of both readouts enters once, as a floor (METROLOGY 14).

    `per_unit` is K per unit of what reads the unit under test. Raises `MissingReferenceError` where the
    references hold no resolution.
    """
    from calibrator_uncertainty import type_a

    steps = [
        2.0 * factor * required_figure(references, f"resolution_{part}").half_width
        for part, factor in (("uut", per_unit), ("standard", 1.0))
    ]
    return type_a(name, values, "K", floor_u=math.hypot(*steps) / _SQRT12)


def standard_input(references: PointReferences, kind: str, unit: str = "K") -> Input:
    """Return the input of a recorded figure: what belongs to the standard or its place is one error.

    Raises `MissingReferenceError` where the references lack it.
    """
    return figure_input(references, kind, unit, recorded_as=_RECORDED_AS.get(kind, ""), of_standard=True)


def room_c(observed: PointObservations) -> float:
    """Return the temperature of the room at a point (degC), 23 where nobody has measured it."""
    return _ROOM_C if observed.temperature_c is None else observed.temperature_c


def place_share(references: PointReferences, observed: PointObservations) -> Input:
    """Return the part of the full span's inhomogeneity that is there: it grows with the way from the room."""
    from calibrator_uncertainty import constant

    span = required_figure(references, "full_span").estimate
    share = abs(float(references.point.nominal) - room_c(observed)) / span
    return constant("share", share, "", source="distance from the room over that of the span's end")


def errors_and_changes(
    observations: Sequence[PointObservations],
    references: Mapping[str, PointReferences],
    error: ErrorOf,
    change: ChangeOf,
) -> list[PointEvaluation]:
    """Return the error at every observed point, or its change where it names a point `against` it."""
    seen = {item.point: item for item in observations}
    found: list[PointEvaluation] = []
    for item in observations:
        its = references[item.point]
        against = str(its.point.settings.get("against", ""))
        if not against:
            found.append(PointEvaluation(item.point, error(its, item)))
        elif against in seen:
            found.append(PointEvaluation(item.point, change(its, item, seen[against])))
    return found


def through_points(
    wanted: Sequence[Point],
    least: int,
    found: Iterable[PointEvaluation],
    observations: Sequence[PointObservations],
    fit: Callable[[list[CurvePoint]], Curves],
) -> tuple[DerivedEvaluations, ...]:
    """Return what `fit` makes of the wanted points; nothing where fewer than `least`, or one is missing."""
    seen = {item.point: item for item in observations}
    budgets = {item.point: item.budget for item in found}
    if len(wanted) < least or any(point.id not in budgets for point in wanted):
        return ()

    def make() -> Curves:
        return fit([CurvePoint(p.id, _mean_c(seen[p.id]), budgets[p.id]) for p in wanted])

    return (DerivedEvaluations(make),)


def _mean_c(observed: PointObservations) -> float:
    readings = observed.parts["standard"]
    return sum(reading.value for reading in readings) / len(readings)


def domain(points: Sequence[CurvePoint]) -> tuple[float, float]:
    """Return where a curve through points holds (degC), to a hundredth of a degree."""
    celsius = [point.celsius for point in points]
    return round(min(celsius), 2), round(max(celsius), 2)
