"""An instrument's accuracy table: which row holds at a point, and the limit there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

from calibrator_drivers._errors import OutOfRange, UnknownFunction, UnknownInterval, UnknownOption

from ._limit import base_limit, limit_of_row
from ._select import (
    at_lowest_range,
    contains,
    covering,
    held_values,
    in_band,
    in_lower_range,
    named_option,
    nearest_interval,
    same_range,
)
from ._tabulated import TabulatedPoint, is_tabulated
from ._types import Limit, RangeRow, State, Status

__all__ = ["AccuracyTable"]

_MOST_KEPT = 1024  # selections


@dataclass(frozen=True, slots=True)
class _Selection:
    """The candidates of one way to ask, by where a value lies among the ends of the rows' ranges.

    Simulated instruments ask the same of other values at each reading. A value's place is how many ends lie
    below it and how many do not lie above, which decides every comparison with them.
    """

    signed: bool
    ends: tuple[float, ...]
    found: dict[tuple[int, int], list[RangeRow]] = field(default_factory=dict)

    def place(self, value: float) -> tuple[int, int]:
        x = value if self.signed else abs(value)
        return bisect_left(self.ends, x), bisect_right(self.ends, x)


@dataclass(frozen=True, slots=True)
class AccuracyTable:
    """Accuracy of one instrument model, row by row, with status and source of each figure."""

    id: str
    manufacturer: str
    model: str
    kind: str
    title: str
    file: str
    rows: tuple[RangeRow, ...]
    warm_up_s: float | None = None
    t_ref_c: float = 23.0
    over_range_fraction: float = 0.0
    tabulated: tuple[TabulatedPoint, ...] = ()
    idn_example: str = ""
    _by_function: Mapping[str, tuple[RangeRow, ...]] = field(default_factory=dict, repr=False, compare=False)
    _selections: dict[tuple[object, ...], _Selection] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        grouped: dict[str, list[RangeRow]] = {}
        for row in self.rows:
            grouped.setdefault(row.function, []).append(row)
        object.__setattr__(self, "_by_function", {name: tuple(rows) for name, rows in grouped.items()})

    def functions(self) -> tuple[str, ...]:
        """Return the functions of the table, in its order."""
        return tuple(self._by_function)

    def intervals(self, function: str) -> tuple[str, ...]:
        """Return the intervals that rows of a function hold for, in the table's order."""
        return tuple(dict.fromkeys(row.interval for row in self._of(function)))

    def options(self, function: str) -> tuple[str, ...]:
        """Return the options that rows of a function are marked with."""
        return tuple(dict.fromkeys(row.option for row in self._of(function) if row.option is not None))

    def ranges(self, function: str) -> tuple[float, ...]:
        """Return the distinct ranges (their highest nominal value) of a function, ascending."""
        return tuple(sorted({row.range_high for row in self._of(function)}))

    def span(self, function: str) -> tuple[float, float]:
        """Return the lowest and the highest nominal value of a function."""
        rows = self._of(function)
        return min(row.range_low for row in rows), max(row.range_high for row in rows)

    def limit(
        self,
        function: str,
        value: float,
        *,
        range_high: float | None = None,
        frequency_hz: float = 0.0,
        interval: str = "1y",
        state: State = State(),  # noqa: B008 - frozen
    ) -> Limit:
        """Return the half-width that the specification gives at `value` (in the function's unit).

        `range_high` locks the range, by nominal or highest value; without it the lowest range that
        holds the value nominally is used. A longer interval stands in where the table lacks the asked one.
        An option that is not stated takes the largest limit among the options.

        Raises:
            AccuracyError: no figure can be given; see its sub-classes.
        """
        rows = self._candidates(
            function,
            value,
            range_high=range_high,
            frequency_hz=frequency_hz,
            interval=interval,
            option=state.option,
        )
        limits = [self._limit(row, value, frequency_hz, state) for row in rows]
        worst = max(limits, key=lambda limit: limit.half_width)
        notes = list(worst.notes)
        if worst.interval != interval:
            notes.append(f"no {interval} figure: the {worst.interval} figure is used")
        if len(rows) > 1:
            names = ", ".join(str(row.option) for row in rows)
            notes.append(f"option not stated ({names}): the largest figure is used")
        return worst if len(notes) == len(worst.notes) else replace(worst, notes=tuple(notes))

    def row(
        self,
        function: str,
        value: float,
        *,
        range_high: float | None = None,
        frequency_hz: float = 0.0,
        interval: str = "1y",
        option: str | None = None,
    ) -> RangeRow:
        """Return the row that `limit` uses at `value`: range, resolution, impedance, currents.

        Raises:
            AccuracyError: no row holds the point; see its sub-classes.
        """
        rows = self._candidates(
            function,
            value,
            range_high=range_high,
            frequency_hz=frequency_hz,
            interval=interval,
            option=option,
        )
        return rows[0] if len(rows) == 1 else max(rows, key=lambda row: base_limit(row, value))

    def _of(self, function: str) -> tuple[RangeRow, ...]:
        rows = self._by_function.get(function)
        if rows is None:
            raise UnknownFunction(
                f"{self.id} has no function {function!r}; it has {', '.join(self._by_function)}",
                where=self.file,
                way_out="Use one of these, or another instrument.",
            )
        return rows

    def _candidates(
        self,
        function: str,
        value: float,
        *,
        range_high: float | None,
        frequency_hz: float,
        interval: str,
        option: str | None,
    ) -> list[RangeRow]:
        asked = (function, range_high, frequency_hz, interval, option)
        selection = self._selections.get(asked)
        if selection is None:
            selection = self._selection(function)
            if len(self._selections) >= _MOST_KEPT:
                self._selections.clear()
            self._selections[asked] = selection
        place = selection.place(value)
        found = selection.found.get(place)
        if found is None:
            found = self._selected(
                function, value, range_high, frequency_hz, interval=interval, option=option
            )
            selection.found[place] = found
        return found

    def _selection(self, function: str) -> _Selection:
        rows = self._of(function)
        ends = {end for row in rows for over in (0.0, self._over(row)) for end in held_values(row, over)}
        ends |= {-inf, inf}  # so that a NaN, not below any and not above any, has a place of its own
        return _Selection(_signed(rows), tuple(sorted(ends)))

    def _selected(
        self,
        function: str,
        value: float,
        range_high: float | None,
        frequency_hz: float,
        *,
        interval: str,
        option: str | None,
    ) -> list[RangeRow]:
        rows = self._of(function)
        holding = self._holding(rows, value, range_high, frequency_hz)
        if not holding:
            raise self._out_of_range(rows, value, range_high, frequency_hz)
        known = self.options(function)
        name = named_option(option, known) if option is not None else None
        if option is not None and known and name is None:
            raise UnknownOption(
                f"{self.id} {function} has no option {option!r}; it has {', '.join(known)}",
                where=self.file,
                way_out="Use one of these names.",
            )
        options = (name, None) if name is not None else (*known, None)  # an unmarked row holds for all
        found = [
            row
            for marked in dict.fromkeys(options)
            for row in covering(at_lowest_range([row for row in holding if row.option == marked]), interval)
        ]
        if not found:
            raise UnknownInterval(
                f"{self.id} {function} {value:g} {rows[0].unit} has no figure for {interval}; "
                f"it has {', '.join(dict.fromkeys(row.interval for row in holding))}",
                where=self.file,
                way_out="Ask for one of these, or have the instrument calibrated.",
            )
        return nearest_interval(in_lower_range(found), interval)

    def _holding(
        self, rows: Sequence[RangeRow], value: float, range_high: float | None, frequency_hz: float
    ) -> list[RangeRow]:
        signed = _signed(rows)
        eligible = [
            row
            for row in rows
            if in_band(row, frequency_hz) and (range_high is None or same_range(row, range_high))
        ]
        nominal = [row for row in eligible if contains(row, value, 0.0, signed=signed)]
        return nominal or [row for row in eligible if contains(row, value, self._over(row), signed=signed)]

    def _over(self, row: RangeRow) -> float:
        return self.over_range_fraction if row.over_range_fraction is None else row.over_range_fraction

    def _out_of_range(
        self, rows: Sequence[RangeRow], value: float, range_high: float | None, frequency_hz: float
    ) -> OutOfRange:
        function, unit = rows[0].function, rows[0].unit
        span = self.span(function)
        on = f" on the {range_high:g} {unit} range" if range_high is not None else ""
        at = f" at {frequency_hz:g} Hz" if frequency_hz else ""
        return OutOfRange(
            f"{self.id} has no row for {function} {value:g} {unit}{on}{at}; "
            f"it reaches from {span[0]:g} to {span[1]:g} {unit}",
            function=function,
            value=value,
            span=span,
            where=self.file,
            way_out="Choose a value within, or another instrument.",
        )

    def _limit(self, row: RangeRow, value: float, frequency_hz: float, state: State) -> Limit:
        status = row.status
        if status is Status.CHECKED and not is_tabulated(self.tabulated, row, value, frequency_hz):
            status = Status.MEMORY_HIGH
        return limit_of_row(
            row,
            value,
            frequency_hz=frequency_hz,
            state=state,
            status=status,
            base_90d=self._base_90d(row, value),
            where=self.file,
        )

    def _base_90d(self, row: RangeRow, value: float) -> float | None:
        if row.tc_fraction_of_90d_per_c is None:
            return None
        for other in self._by_function[row.function]:
            if (
                other.interval == "90d"
                and other.range_high == row.range_high
                and other.freq_high_hz == row.freq_high_hz
                and other.option == row.option
            ):
                return base_limit(other, value)
        return None


def _signed(rows: Sequence[RangeRow]) -> bool:
    """Say whether ranges hold values with their signs, as of temperatures; else they hold magnitudes."""
    return any(row.range_low < 0.0 for row in rows)
