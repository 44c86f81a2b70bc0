"""The ratio of two specifications, called TAR and kept apart from TUR (METROLOGY 13)."""

from __future__ import annotations

from calibrator.engine._standards import Candidate
from calibrator.procedure import Point, PointReferences

__all__ = ["accuracy_ratio"]

# Kinds of the figures that realise the value of a point; what else is in a budget has no ratio to its limit.
REALISES = ("standard", "reference", "meter")


def accuracy_ratio(
    point: Point, half: float, references: PointReferences | None, candidate: Candidate | None
) -> float | None:
    """Return half the tolerance over the half-width of the one figure that realises the value.

    A reference frequency's figure is a share of the value. None where there is none, or where it is in
    another unit than the result: a thermocouple's standard in degC, whose output is in V, has no such ratio
    without the slope between them.
    """
    figures = [] if references is None else references.contributions
    for kind in REALISES:
        found = [(item.half_width, item.unit) for item in figures if item.kind == kind]
        if found:
            return _ratio(half, *found[0], point) if len(found) == 1 else None
    if candidate is None or references is not None:
        return None
    return _ratio(half, candidate.limit.half_width, candidate.limit.unit, point)


def _ratio(half: float, half_width: float, unit: str, point: Point) -> float | None:
    if point.function == "freq" and unit in ("", "1"):
        half_width, unit = half_width * abs(float(point.nominal)), point.unit
    return half / half_width if unit == point.unit and half_width > 0.0 else None
