"""Published verification points: only there is a `checked` figure confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ._select import same_range
from ._types import RangeRow

__all__ = ["TabulatedPoint", "is_tabulated"]


@dataclass(frozen=True, slots=True)
class TabulatedPoint:
    """A point whose limit is printed in a document, by interval, in `unit`."""

    functions: tuple[str, ...]
    nominal: float
    range_high: float
    unit: str
    limits: tuple[tuple[str, float], ...]
    frequency_hz: float = 0.0


def is_tabulated(points: Sequence[TabulatedPoint], row: RangeRow, value: float, frequency_hz: float) -> bool:
    """Say whether the row's limit at `value` is printed.

    The sign does not matter: the specification is in terms of the magnitude.
    """
    return any(
        row.function in point.functions
        and same_range(row, point.range_high)
        and abs(abs(value) - abs(point.nominal)) <= 1e-9 * abs(point.nominal)
        and point.frequency_hz == frequency_hz
        and any(interval == row.interval for interval, _ in point.limits)
        for point in points
    )
