"""What a 3458A indicates: the multimeter's physics with 8.5 digits, self-calibration and its own inputs."""

from __future__ import annotations

import math

from calibrator_drivers.accuracy import RangeRow
from calibrator_sim.instruments._noise import falling
from calibrator_sim.instruments.keysight_34401a._physics import Aperture, Physics
from calibrator_sim.instruments.keysight_34401a._settings import Settings

__all__ = ["Physics3458A"]

_PPM = 1e-6
_TEST_A = {
    1e1: 1e-2, 1e2: 1e-3, 1e3: 1e-3, 1e4: 1e-4, 1e5: 5e-5, 1e6: 5e-6, 1e7: 5e-7, 1e8: 5e-7, 1e9: 5e-7,
}  # fmt: skip
_SHUNT_OHM = {
    1e-7: 5e5, 1e-6: 5e4, 1e-5: 5e3, 1e-4: 730.0, 1e-3: 100.0, 1e-2: 10.0, 0.1: 1.0, 1.0: 0.1,
}  # fmt: skip
# Digits by integration time: 8.5 from 10 cycles, 7.5 from 1, 6.5 from 0.01 (memory_high).
_DIGITS = ((10.0, 1e-9), (1.0, 1e-8), (0.01, 1e-7), (0.0, 1e-6))
_NOISE = 0.05 * _PPM  # of 10 V at 100 cycles (memory_medium)
_NOISE_OF = {0.1: 8.0, 1.0: 1.5, 10.0: 1.0, 100.0: 3.0, 1000.0: 1.5}
_PER_C = 0.5 * _PPM  # gain that follows the temperature since the last self-calibration
_HEATED = 12.0 * _PPM  # of reading at 1000 V: the divider warms itself
_HIGH_V = 1000.0


class Physics3458A(Physics):
    """The measuring part of one 3458A."""

    def test_a(self, range_ohm: float) -> float:
        """Return the current of a resistance range."""
        return _TEST_A[range_ohm]

    def shunt_ohm(self, settings: Settings) -> float:
        """Return the resistance between I and LO."""
        name = settings.function
        return _SHUNT_OHM[settings.range[name]] if name in ("CURR", "CURR:AC") else _SHUNT_OHM[1.0]

    def error(self, function: str, range_: float, value: float, ns: int, frequency_hz: float = 0.0) -> float:
        """Return the unit's true error of indication at a true value and moment."""
        drifted = self.world.drift(self.name, ns) * value
        return drifted + self._own_error(function, range_, value, ns, frequency_hz)

    def _own_error(self, function: str, range_: float, value: float, ns: int, frequency_hz: float) -> float:
        seconds, excess = ns / 1e9, self.world.excess_c(ns) - self.acal_c
        draws, serial = self.world.draws, self.unit.config.serial
        if function in ("freq", "per"):
            return value * 50.0 * _PPM * draws.uniform("time base", serial) * self.world.effects.unit_error
        hertz = frequency_hz or (1000.0 if function in ("acv", "aci") else 0.0)
        whole = self.unit.whole_error(function, range_, value, hertz)
        if whole is not None:
            return whole
        curve = self.unit.curve(function, range_, hertz)
        gain = self.world.effects.temperature * _PER_C * excess * draws.uniform("acal", serial, function)
        if function == "dcv" and range_ == _HIGH_V:
            size = self.world.effects.unit_error * _HEATED * draws.uniform("divider", serial)
            gain += size * (value / _HIGH_V) ** 2
        return curve.error(value, seconds, 0.0, self.unit.warm_up(seconds)) + gain * value

    def quantise(self, value: float, row: RangeRow, settings: Settings, nplc: float) -> float:
        """Return a value in the steps of the integration time's digits."""
        fraction = next(fraction for least, fraction in _DIGITS if nplc >= least)
        step = fraction * row.range_high * self.world.effects.quantisation
        return round(value / step) * step + 0.0 if step else value

    def disturbance(self, settings: Settings, row: RangeRow, aperture: Aperture) -> float:
        """Return noise, hum and the offset without autozero, in the row's unit."""
        effects, draws, ns = self.world.effects, self.world.draws, aperture.end_ns
        rms = _NOISE * _NOISE_OF.get(row.range_high, 2.0) * row.range_high
        falls = falling(100.0 / aperture.nplc, effects.flicker)
        total = effects.noise * rms * falls * draws.normal("noise", self.name, ns)
        if row.function == "dcv" and effects.hum:
            rejected = 1e-4 if aperture.nplc >= 1.0 else 1.0
            total += effects.hum * 20e-6 * rejected * math.sin(math.pi * draws.uniform("hum", self.name, ns))
        if not settings.autozero:
            drawn = draws.uniform("autozero", self.unit.config.serial, row.function, f"{row.range_high:.9g}")
            total += effects.autozero * drawn * 0.5 * _PPM * row.range_high
        return total
