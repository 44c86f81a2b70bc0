"""What a 34401A indicates for what its terminals see."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibrator_drivers.accuracy import RangeRow
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.nodes import electrical

__all__ = ["OVERLOAD", "Physics"]

OVERLOAD = 9.9e37
_SECOND = 1_000_000_000
# White noise at 10 power line cycles as a fraction of range (memory_medium: 2 uV on 10 V).
_NOISE = {
    "dcv": {0.1: 1.2e-6, 1.0: 0.3e-6, 10.0: 0.2e-6, 100.0: 0.3e-6, 1000.0: 0.2e-6},
    "res4w": {100.0: 1.2e-6, 1e7: 0.8e-6, 1e8: 5e-6},
    "dci": {3.0: 1.0e-6},
}
_NOISE_ELSE = 0.4e-6
# Counts in steps of the table's resolution: 6.5 digits from 10 cycles, 5.5 and 4.5 digits below.
_STEPS = {0.02: 100.0, 0.2: 10.0, 1.0: 10.0, 10.0: 1.0, 100.0: 1.0}
_FIXED_S = 1e-7  # 10 Mohm
_HIGH_S = 1e-10  # > 10 Gohm
_LEAST_OVER_RANGE = 0.05  # 1000 V and 3 A still show a little more than their range


@dataclass(frozen=True, slots=True)
class _Aperture:
    """When a reading integrates its signal; the source is taken at the middle."""

    nplc: float
    middle_ns: int
    end_ns: int


class Physics:
    """The measuring part of one meter."""

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self._world = world

    def shunt_ohm(self, settings: Settings) -> float:
        """Return the resistance between I and LO: burden over range."""
        if settings.function != "CURR":
            return 0.1  # the 3 A shunt stays in the path (memory_medium)
        row = self.unit.row("dci", settings.range["CURR"])
        return (row.burden_v or 0.1) / row.range_high

    def loading_s(self, range_v: float, *, impedance_auto: bool) -> float:
        """Return the input conductance on a direct voltage range, as drawn for this serial."""
        key = ("loading", self.unit.config.serial, f"{range_v:.9g}")
        if impedance_auto and range_v <= 10.0:
            conductance = _HIGH_S * self._world.draws.unit(*key)
        else:
            conductance = _FIXED_S * (1.0 + 0.01 * self._world.draws.uniform(*key))
        return conductance * self._world.effects.loading

    def measure(self, settings: Settings, ns: int) -> float:
        """Return the indication of a reading that ends at `ns`; `OVERLOAD` where it does not fit."""
        function = settings.active()
        nplc = settings.nplc[function.name] if function.integrating else 1.0
        aperture = _Aperture(nplc, ns - round(nplc / self._world.line_frequency_hz / 2.0 * _SECOND), ns)
        if not function.accuracy:
            return self._signalless(settings, aperture)
        if not settings.auto[function.name]:
            return self._indicate(settings, settings.range[function.name], aperture)
        for range_ in function.ranges:
            value = self._indicate(settings, range_, aperture)
            if abs(value) <= 1.2 * range_:
                break
        settings.range[function.name] = range_
        return value

    def _true_value(self, settings: Settings, range_: float, aperture: _Aperture) -> float:
        """Return what the meter's terminals bring to it: the UUT's true value of the model equations."""
        function = settings.active()
        feed, connection = electrical.of(self._world).feed(self.name, aperture.middle_ns)
        if function.accuracy == "dcv":
            loading = self.loading_s(range_, impedance_auto=settings.impedance_auto)
            volts = electrical.voltage(feed, connection, loading)
            return self._wander(loading, aperture.end_ns) if volts is None else volts
        if function.accuracy == "dci":
            return electrical.current(feed, connection)
        wires = 4 if function.accuracy == "res4w" else 2
        test = self.unit.row("res4w", range_).test_current_a or 1e-3
        return electrical.resistance(feed, connection, wires=wires, test_a=test)

    def error(self, function: str, range_: float, value: float, ns: int) -> float:
        """Return the unit's true error of indication at a true value and moment."""
        seconds = ns / _SECOND
        curve = self.unit.curve(function, range_)
        return curve.error(value, seconds, self._world.excess_c(ns), self.unit.warm_up(seconds))

    def _indicate(self, settings: Settings, range_: float, aperture: _Aperture) -> float:
        value = self._true_value(settings, range_, aperture)
        accuracy = settings.active().accuracy
        kind = "res4w" if accuracy == "res2w" else accuracy
        row = self.unit.row(kind, range_)
        if math.isinf(value) or abs(value) > 10.0 * range_:
            return math.copysign(OVERLOAD, value)
        shown = value + self.error(kind, range_, value, aperture.end_ns)
        shown += self._disturbance(settings, row, aperture)
        over = row.over_range_fraction
        if over is None:
            over = self.unit.table.over_range_fraction
        if abs(shown) > range_ * (1.0 + max(over, _LEAST_OVER_RANGE)):
            return math.copysign(OVERLOAD, shown)
        return self._quantise(shown, row, aperture.nplc)

    def _quantise(self, value: float, row: RangeRow, nplc: float) -> float:
        step = (row.indication_resolution or 0.0) * _STEPS[nplc] * self._world.effects.quantisation
        return round(value / step) * step + 0.0 if step else value

    def _disturbance(self, settings: Settings, row: RangeRow, aperture: _Aperture) -> float:
        """Return noise, hum and the offset without autozero, in the row's unit."""
        nplc, ns = aperture.nplc, aperture.end_ns
        effects, draws = self._world.effects, self._world.draws
        total = 0.0
        if effects.noise:
            rms = _NOISE[row.function].get(row.range_high, _NOISE_ELSE) * row.range_high
            total += effects.noise * rms * math.sqrt(10.0 / nplc) * draws.normal("noise", self.name, ns)
        if row.function == "dcv" and effects.hum:
            # The clock that times the aperture is not locked to the line: the rest has a random phase.
            rejected = 1e-3 if nplc >= 1.0 else 1.0
            total += effects.hum * 20e-6 * rejected * math.sin(math.pi * draws.uniform("hum", self.name, ns))
        if not settings.autozero and effects.autozero:
            drawn = draws.uniform("autozero", self.unit.config.serial, row.function, f"{row.range_high:.9g}")
            floor = 5e-6 if row.function == "dcv" else 5e-6 * row.range_high
            total += effects.autozero * drawn * (2e-6 * row.range_high + floor)
        return total

    def _wander(self, loading_s: float, ns: int) -> float:
        """Return the voltage of an open input: charge that drifts, and hum."""
        effects, draws = self._world.effects, self._world.draws
        size = 20e-6 if loading_s > 1e-9 else 5e-3
        drift = effects.open_input * size * draws.uniform("open", self.name, ns // _SECOND)
        return drift + effects.hum * 1e-6 * math.sin(math.pi * draws.uniform("open hum", self.name, ns))

    def _signalless(self, settings: Settings, aperture: _Aperture) -> float:
        """Return what functions show for which the bench has no signal."""
        function = settings.active()
        if function.name == "DIOD":
            feed, connection = electrical.of(self._world).feed(self.name, aperture.middle_ns)
            ohms = electrical.resistance(feed, connection, wires=2, test_a=1e-3)
            return OVERLOAD if ohms * 1e-3 > 1.2 else round(ohms * 1e-3, 5)
        if function.name == "VOLT:RAT":
            return OVERLOAD  # no reference at the sense terminals
        if function.name in ("FREQ", "PER"):
            return 0.0
        floor = settings.range[function.name] * 1e-6
        return floor * abs(self._world.draws.normal("noise", self.name, aperture.end_ns))
