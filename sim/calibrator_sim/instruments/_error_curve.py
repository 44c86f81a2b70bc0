"""The error of a standard along its span: by the row of each value, without a jump where rows meet."""

from __future__ import annotations

from functools import cached_property

from calibrator_drivers.accuracy import RangeRow
from calibrator_sim._units import StandardUnit

__all__ = ["ErrorCurve"]

# Of the span, above the end of a row: as far as a point asked for at that very end may lie, it is the row's
# still (a budget takes the limit of the nominal value); then the next one's comes, without a jump.
_HELD = 0.001
_BLEND = 0.002
_DIGITS = ".4g"  # a specification is no finer, and a moving value fills no cache


class ErrorCurve:
    """True minus shown value of one function, z times the limit of the row (METROLOGY 26)."""

    def __init__(self, unit: StandardUnit, function: str, option: str = "") -> None:
        self._unit = unit
        self._function = function
        self._option = option
        self._rows = _rows_of(unit, function, option)
        self.low = min(row.range_low for row in self._rows)
        self.high = max(row.range_high for row in self._rows)

    @cached_property
    def _edges(self) -> tuple[float, ...]:
        """Return where a row ends and another one begins."""
        return tuple(sorted({row.range_high for row in self._rows}))[:-1]

    def at(self, value: float) -> float:
        """Return the error at a value; beyond the span that of its end."""
        inside = min(max(value, self.low), self.high)
        span = self.high - self.low
        for end in self._edges:
            beyond = (inside - end) / span
            if 0.0 < beyond < _HELD + _BLEND:
                below, above = self._of(end), self._of(end + (_HELD + _BLEND) * span)
                return below + (above - below) * max(beyond - _HELD, 0.0) / _BLEND
        return self._of(inside)

    def _of(self, value: float) -> float:
        return self._unit.error(self._function, float(format(value, _DIGITS)), option=self._option)


def _rows_of(unit: StandardUnit, function: str, option: str) -> list[RangeRow]:
    """Return the rows of a function and option; those of the unit's interval where there are such."""
    asked = option or unit.state.option
    rows = [row for row in unit.table.rows if row.function == function]
    own = [row for row in rows if row.option in (None, asked or row.option)]
    return [row for row in own if row.interval == unit.unit.interval] or own
