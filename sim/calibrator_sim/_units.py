"""True errors of units: of a standard as its budget says, of a unit under test from a population."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial

from calibrator_drivers.accuracy import AccuracyError, AccuracyTable, RangeRow, State, load_table
from calibrator_sim._config_types import BenchConfig, InstrumentConfig, UnitConfig
from calibrator_sim._errors import UnknownTruthError
from calibrator_sim._points import Named
from calibrator_sim._random import Draws

__all__ = ["Curve", "MeterUnit", "StandardUnit"]

_PPM = 1e-6
_FROM_ABOVE_ZERO = ("freq",)  # ranges that do not begin at zero
_YEAR_S = 365.25 * 86400.0
# A unit drawn outside lies this many limits away: clear of any guard band, still of the same instrument.
_OUTSIDE = (2.4, 3.2)


@dataclass(frozen=True, slots=True)
class StandardUnit:
    """A calibrator whose error at a point is z times its limit there (METROLOGY 26), untruncated."""

    config: InstrumentConfig
    unit: UnitConfig
    table: AccuracyTable
    draws: Draws
    scale: float
    state: State
    _cache: dict[tuple[str, float, float, str, float | None], tuple[float, float]] = field(
        default_factory=dict
    )

    @classmethod
    def of(cls, config: InstrumentConfig, unit: UnitConfig, bench: BenchConfig, draws: Draws) -> StandardUnit:
        """Return the unit as the bench file describes it."""
        zeroed, degrees = config.zeroed_at, config.zeroed_temperature_c
        state = State(
            temperature_c=bench.room.temperature_c,
            hours_since_zero=None if zeroed is None else (bench.start - zeroed).total_seconds() / 3600.0,
            temperature_change_since_zero_c=None if degrees is None else bench.room.temperature_c - degrees,
            calibration_temperature_c=config.calibrated_at_c,
        )
        return cls(config, unit, load_table(config.model), draws, bench.effects.standard_error, state)

    def row(
        self,
        function: str,
        value: float,
        frequency_hz: float = 0.0,
        option: str = "",
        *,
        range_high: float | None = None,
    ) -> RangeRow:
        """Return the row of the accuracy table that holds `value`: of a range, else of the lowest one.

        Raises:
            AccuracyError: none does.
        """
        return self.table.row(
            function,
            value,
            interval=self.unit.interval,
            frequency_hz=frequency_hz,
            option=option or None,
            range_high=range_high,
        )

    def z(
        self,
        function: str,
        value: float,
        frequency_hz: float = 0.0,
        option: str = "",
        *,
        range_high: float | None = None,
    ) -> float:
        """Return the standardised error of the range row that holds `value`."""
        row = self.row(function, value, frequency_hz, option, range_high=range_high)
        if self.unit.z is not None:
            return self.unit.z
        key = ("standard", self.config.serial, function, *_marked(option), f"{row.range_high:.9g}")
        if (self.unit.treat_as or row.treat_as) == "normal_k":
            return self.draws.normal(*key)
        return math.sqrt(3.0) * self.draws.uniform(*key)

    def limit(
        self,
        function: str,
        value: float,
        frequency_hz: float = 0.0,
        option: str = "",
        *,
        range_high: float | None = None,
    ) -> tuple[float, float]:
        """Return half-width and standard uncertainty of the specification at `value`."""
        key = (function, value, frequency_hz, option, range_high)
        if key not in self._cache:
            self._cache[key] = self._limit(*key)
        return self._cache[key]

    def error(
        self,
        function: str,
        value: float,
        frequency_hz: float = 0.0,
        option: str = "",
        *,
        range_high: float | None = None,
    ) -> float:
        """Return the error of the output at `value`, in the function's unit."""
        if self.unit.error == "none" or self.scale == 0.0:
            return 0.0
        half_width, u = self.limit(function, value, frequency_hz, option, range_high=range_high)
        if self.unit.error == "limit":
            return self.scale * half_width
        if self.unit.error == "inside":
            row = self.row(function, value, frequency_hz, option, range_high=range_high)
            key = ("inside", self.config.serial, function, *_marked(option), f"{row.range_high:.9g}")
            return self.scale * self.unit.width * self.draws.uniform(*key) * half_width
        return self.scale * self.z(function, value, frequency_hz, option, range_high=range_high) * u

    def _limit(
        self, function: str, value: float, frequency_hz: float, option: str, range_high: float | None
    ) -> tuple[float, float]:
        state = replace(self.state, option=option or self.state.option)
        bare = State(option=option or None)
        ask = partial(
            self.table.limit,
            function,
            value,
            interval=self.unit.interval,
            frequency_hz=frequency_hz,
            range_high=range_high,
        )
        try:
            limit = ask(state=state)
        except AccuracyError:
            # Outside its conditions the unit still has an error: that of the figure without them.
            limit = ask(state=bare)
        u = limit.standard_uncertainty
        if self.unit.treat_as == "limit_rectangular":
            u = limit.half_width / math.sqrt(3.0)
        return limit.half_width, u


def _marked(option: str) -> tuple[str, ...]:
    return (option,) if option else ()


@dataclass(frozen=True, slots=True)
class Curve:
    """The error curve of a unit on one range: gain and offset, and how both follow time and temperature."""

    gain: float
    offset: float
    gain_per_c: float
    offset_per_c: float
    gain_per_s: float

    def error(self, value: float, seconds: float, excess_c: float, warm_up: float) -> float:
        """Return the error of indication at the true value, `seconds` after the start."""
        gain = self.gain + self.gain_per_c * excess_c + self.gain_per_s * seconds + warm_up
        return gain * value + self.offset + self.offset_per_c * excess_c


@dataclass(frozen=True, slots=True)
class MeterUnit:
    """A meter whose errors are drawn once per serial, function and range from its 1-year rows."""

    config: InstrumentConfig
    unit: UnitConfig
    table: AccuracyTable
    draws: Draws
    bench: BenchConfig
    _curves: dict[tuple[str, float, float], Curve] = field(default_factory=dict)
    _whole: list[StandardUnit] = field(default_factory=list)
    _connections: dict[tuple[str, float, float, str], float] = field(default_factory=dict)

    def row(self, function: str, range_high: float, frequency_hz: float = 0.0) -> RangeRow:
        """Return the 1-year row of a range, for alternating quantities that of the nearest band.

        Raises:
            UnknownTruthError: the meter has no such range.
        """
        try:
            hertz = self._in_band(function, frequency_hz) if frequency_hz else 0.0
            value = range_high if function in _FROM_ABOVE_ZERO else 0.0
            return self.table.row(function, value, range_high=range_high, interval="1y", frequency_hz=hertz)
        except AccuracyError as error:
            raise UnknownTruthError(
                str(error), where=self.config.name, way_out="Ask for a range of the meter."
            ) from error

    def curve(self, function: str, range_high: float, frequency_hz: float = 0.0) -> Curve:
        """Return the error curve of a range and band; 2-wire and 4-wire resistance share their hardware."""
        if function == "res2w" and "res4w" in self.table.functions():
            function = "res4w"
        key = (function, range_high, self._in_band(function, frequency_hz) if frequency_hz else 0.0)
        if key not in self._curves:
            self._curves[key] = self._draw(*key)
        return self._curves[key]

    def whole_error(
        self, function: str, range_high: float, value: float, frequency_hz: float = 0.0
    ) -> float | None:
        """Return the error of a meter that is a standard: z times the limit at the point, all in all.

        None for a meter whose population is another. Temperature, drift and time since zero are within it.
        """
        if self.unit.population != "standard":
            return None
        if not self._whole:
            self._whole.append(StandardUnit.of(self.config, self.unit, self.bench, self.draws))
        # to six digits, so that scatter fills no cache: a specification is no finer; a source that gives
        # 1000.01 V at 1000 V does not leave the meter's last range
        at = min(float(f"{abs(value):.6g}"), self.table.span(function)[1])
        return self._whole[0].error(function, at, frequency_hz, range_high=range_high)

    def connection_error(self, function: str, range_high: float, value: float, connection: str) -> float:
        """Return what a meter that compares reads otherwise on one connection than on the next.

        z times its transfer specification, one z a function, range and connection; 0 of another population,
        and where the table has no such row.
        """
        if self.unit.population != "transfer" or not self.bench.effects.standard_error:
            return 0.0
        key = (function, range_high, float(f"{abs(value):.6g}"), connection)
        if key not in self._connections:
            self._connections[key] = self._on_connection(*key)
        return self._connections[key]

    def _on_connection(self, function: str, range_high: float, value: float, connection: str) -> float:
        state = State(option=self.config.options[0] if self.config.options else None)
        try:
            limit = self.table.limit(function, value, interval="transfer", range_high=range_high, state=state)
        except AccuracyError:
            return 0.0
        key = ("transfer", self.config.serial, function, f"{range_high:.9g}", connection)
        rectangular = limit.treat_as == "limit_rectangular"
        z = math.sqrt(3.0) * self.draws.uniform(*key) if rectangular else self.draws.normal(*key)
        return self.bench.effects.standard_error * z * limit.standard_uncertainty

    def warm_up(self, seconds: float) -> float:
        """Return the gain error that is left of switching on, `seconds` after the start."""
        effect = self.bench.effects.warm_up
        return effect * 5.0 * _PPM * math.exp(-(self.unit.on_for_s + seconds) / 1200.0) if effect else 0.0

    def _in_band(self, function: str, frequency_hz: float) -> float:
        """Return the frequency, or the nearest one that the table has a band for.

        To four digits: an oscillator that is parts in a million high does not change the band.
        """
        frequency_hz = float(f"{frequency_hz:.4g}")
        bands = [row for row in self.table.rows if row.function == function]
        low, high = min(r.freq_low_hz for r in bands), max(r.freq_high_hz for r in bands)
        return min(max(frequency_hz, low), high)

    def _draw(self, function: str, range_high: float, frequency_hz: float) -> Curve:
        row, effects = self.row(function, range_high, frequency_hz), self.bench.effects
        band = (f"{row.freq_high_hz:.9g}",) if row.freq_high_hz else ()
        key = ("unit", self.config.serial, function, f"{range_high:.9g}", *band)
        gain, offset = self._terms(row, key)
        degree = effects.temperature * _PPM
        return Curve(
            gain=effects.unit_error * gain,
            offset=effects.unit_error * offset,
            gain_per_c=degree * (row.tc_reading_ppm_per_c or 0.0) * self.draws.uniform(*key, "tc gain"),
            offset_per_c=degree
            * (row.tc_range_ppm_per_c or 0.0)
            * range_high
            * self.draws.uniform(*key, "tc offset"),
            gain_per_s=effects.drift * 5.0 * _PPM / _YEAR_S * self.draws.uniform(*key, "drift"),
        )

    def _terms(self, row: RangeRow, key: tuple[str, ...]) -> tuple[float, float]:
        """Return gain and offset as the population says."""
        unit, draws = self.unit, self.draws
        gain = row.coef_reading_ppm * _PPM
        offset = _offset(row)
        if unit.error == "none":
            return 0.0, 0.0
        if unit.error == "limit":
            return gain, offset
        if unit.population == "uniform":
            first = second = unit.width * draws.uniform(*key, "error")
        elif unit.population == "normal":
            first = second = unit.width / 2.58 * draws.normal(*key, "error")
        else:
            first = unit.width * draws.uniform(*key, "gain")
            second = unit.width * draws.uniform(*key, "offset")
        gain_error, offset_error = first * gain, second * offset
        if unit.error == "outside":
            return self._outside(row, key, gain_error, offset_error)
        return gain_error, offset_error

    def _outside(
        self, row: RangeRow, key: tuple[str, ...], gain: float, offset: float
    ) -> tuple[float, float]:
        """Move the named functions, ranges or points clear of their limits."""
        for name in self.unit.outside or (Named(row.function),):
            if name.function != row.function or name.range_high not in (None, row.range_high):
                continue
            limit = _offset(row)
            far = _OUTSIDE[0] + (_OUTSIDE[1] - _OUTSIDE[0]) * self.draws.unit(*key, "outside")
            sign = math.copysign(1.0, self.draws.uniform(*key, "side"))
            if name.value == 0.0:
                offset = sign * far * limit
            else:
                at = abs(name.value) if name.value else row.range_high
                gain = sign * far * (row.coef_reading_ppm * _PPM + limit / at)
        return gain, offset


def _offset(row: RangeRow) -> float:
    """Return the part of a row's limit that does not grow with the value."""
    return row.coef_range_ppm * _PPM * row.range_high + row.floor + row.counts * (row.resolution or 0.0)
