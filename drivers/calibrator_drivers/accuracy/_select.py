"""Finding the row for a point: range, frequency band, time since calibration, option."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ._types import RangeRow

__all__ = [
    "at_lowest_range",
    "contains",
    "covering",
    "held_values",
    "in_band",
    "in_lower_range",
    "named_option",
    "nearest_interval",
    "same_range",
]

# How long a calibration interval reaches; a longer one covers a shorter one, never the reverse.
_REACH = {"transfer": 0, "24h": 1, "90d": 2, "1y": 3, "2y": 4}
# A range may be named by its nominal (3.3 V) or its highest settable value (3.299999 V).
_SAME_RANGE = 1e-4
_SLACK = 1e-9  # of binary floats, such as 1.2 * 0.1


def contains(row: RangeRow, value: float, over_range: float, *, signed: bool) -> bool:
    """Say whether the row's range holds the value; `over_range` is a fraction of the range."""
    low, high = held_values(row, over_range)
    return low <= (value if signed else abs(value)) <= high


def held_values(row: RangeRow, over_range: float) -> tuple[float, float]:
    """Return the lowest and the highest value that the row's range holds."""
    return (
        row.range_low - _SLACK * abs(row.range_low),
        row.range_high * (1.0 + over_range) + _SLACK * abs(row.range_high),
    )


def same_range(row: RangeRow, range_high: float) -> bool:
    """Say whether the row belongs to the range that a person calls `range_high`."""
    return abs(row.range_high - range_high) <= _SAME_RANGE * abs(range_high)


def in_band(row: RangeRow, frequency_hz: float) -> bool:
    """Say whether the row's band holds the frequency; DC rows have no band."""
    if row.freq_high_hz == 0.0:
        return frequency_hz == 0.0
    return row.freq_low_hz <= frequency_hz <= row.freq_high_hz


def at_lowest_range(rows: Sequence[RangeRow]) -> list[RangeRow]:
    """Keep the rows of the lowest range and, a band edge belonging to the lower band, of the lowest band."""
    if not rows:
        return []
    lowest = min((row.range_high, row.freq_high_hz) for row in rows)
    return [row for row in rows if (row.range_high, row.freq_high_hz) == lowest]


def in_lower_range(rows: Sequence[RangeRow]) -> list[RangeRow]:
    """Drop the rows of an option whose range is above one that holds the value whatever the option is."""
    plain = [row.range_high for row in rows if row.option is None]
    return [row for row in rows if row.option is None or not plain or row.range_high <= min(plain)]


def _reach(interval: str) -> int | None:
    return _REACH.get(interval.rpartition("_to_")[2])


def covering(rows: Sequence[RangeRow], interval: str) -> list[RangeRow]:
    """Keep the rows of the interval, or of the shortest longer one, whose figure holds as well."""
    exact = [row for row in rows if row.interval == interval]
    asked = _reach(interval)
    if exact or asked is None:
        return exact
    longer = [(reach, row) for row in rows if (reach := _reach(row.interval)) is not None and reach >= asked]
    if not longer:
        return []
    shortest = min(reach for reach, _ in longer)
    return [row for reach, row in longer if reach == shortest]


def nearest_interval(rows: Sequence[RangeRow], interval: str) -> list[RangeRow]:
    """Of rows that cover the interval keep those of the interval, else of the shortest one."""
    exact = [row for row in rows if row.interval == interval]
    reaches = {id(row): reach if (reach := _reach(row.interval)) is not None else 0 for row in rows}
    return exact or [row for row in rows if reaches[id(row)] == min(reaches.values())]


def named_option(option: str, known: Iterable[str]) -> str | None:
    """Return the option of the table that a person calls `option`, such as "002" for "002 high stability"."""
    return next((name for name in known if name == option or name.startswith(f"{option} ")), None)
