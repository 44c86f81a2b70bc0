"""The ratio of two specifications, called TAR and kept apart from TUR (METROLOGY 13)."""

from __future__ import annotations

from calibrator.engine._standards import Candidate
from calibrator.procedure import Point, PointReferences

__all__ = ["accuracy_ratio"]

# Kinds of the figures that realise the value of a point; what else is in a budget has no ratio to its limit.
REALISES = ("standard", "reference", "meter")
_ENDS = ("reference_low", "reference_high")  # of a window of power, between which its figure is a line


def accuracy_ratio(
    point: Point, half: float, references: PointReferences | None, candidate: Candidate | None
) -> float | None:
    """Return half the tolerance over the half-width of the one figure that realises the value.

    A reference frequency's figure is a share of the value, that of a reference meter at a live load a line
    between both ends of its window. None where there is none, or where it is in another unit than the
    result: a thermocouple's standard in degC, whose output is in V, has no such ratio without the slope
    between them.
    """
    figures = [] if references is None else references.contributions
    for kind in REALISES:
        found = [(item.half_width, item.unit) for item in figures if item.kind == kind]
        if found:
            return _ratio(half, *found[0], point) if len(found) == 1 else None
    ends = {item.kind: item.half_width for item in figures if item.kind in _ENDS and item.unit == "W"}
    if len(ends) == len(_ENDS):
        return _of_power(half, ends[_ENDS[0]], ends[_ENDS[1]], point)
    if candidate is None or references is not None:
        return None
    return _ratio(half, candidate.limit.half_width, candidate.limit.unit, point)


def _of_power(half: float, low: float, high: float, point: Point) -> float | None:
    """Return the ratio at the power that is expected, of a limit in percent of it."""
    keys = ("power_low_w", "power_high_w", "expected_power")
    if point.unit != "%" or not all(key in point.settings for key in keys):
        return None
    low_w, high_w, expected_w = (float(point.settings[key]) for key in keys)
    half_width = low + (high - low) * (expected_w - low_w) / (high_w - low_w)
    return half / (100.0 * half_width / expected_w) if half_width > 0.0 else None


def _ratio(half: float, half_width: float, unit: str, point: Point) -> float | None:
    if point.function == "freq" and unit in ("", "1"):
        half_width, unit = half_width * abs(float(point.nominal)), point.unit
    return half / half_width if unit == point.unit and half_width > 0.0 else None
