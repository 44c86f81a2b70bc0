"""What a 34401A indicates for what its terminals see."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from calibrator_drivers.accuracy import RangeRow
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._noise import falling
from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.nodes import electrical

__all__ = ["OVERLOAD", "Aperture", "Physics"]

OVERLOAD = 9.9e37
_SECOND = 1_000_000_000
# White noise at 10 power line cycles as a fraction of range (memory_medium: 2 uV on 10 V).
_NOISE = {
    "dcv": {0.1: 1.2e-6, 1.0: 0.3e-6, 10.0: 0.2e-6, 100.0: 0.3e-6, 1000.0: 0.2e-6},
    "res4w": {100.0: 1.2e-6, 1e7: 0.8e-6, 1e8: 5e-6},
    "dci": {3.0: 1.0e-6},
    "acv": {},
    "aci": {},
}
_NOISE_ELSE = 0.4e-6
_NOISE_AC = 10e-6
_AC_FLOOR = 20e-6  # of range: noise that an rms converter adds as a square
_TEST_A = {
    100.0: 1e-3,
    1e3: 1e-3,
    1e4: 1e-4,
    1e5: 1e-5,
    1e6: 5e-6,
    1e7: 5e-7,
    1e8: 5e-7,
}  # where the table is silent
_AC_S, _AC_F = 1e-6, 100e-12  # alternating input: 1 Mohm and 100 pF
_RIPPLE = (
    0.005  # of reading at a filter's lowest frequency (memory_medium; S-MEM additional low-frequency errors)
)
# Error of an rms converter by crest factor, a fraction of reading (memory_medium).
_CREST = ((1.5, 0.0), (2.0, 0.0005), (3.0, 0.0015), (4.0, 0.003), (math.inf, 0.004))
_COUNTS = {1.0: 1e-6, 0.1: 1e-5, 0.01: 1e-4}  # resolution of a frequency by gate time
_BOLTZMANN = 1.380649e-23  # J/K, exact
_QUIET_OHM = 1000.0  # below it thermal noise is lost in that of every meter here
_LEAST_SIGNAL = 0.01  # of range, below which nothing is counted
_COUNTED = 3e5  # name of the frequency range from 40 Hz in the accuracy table
_FIXED_S = 1e-7  # 10 Mohm
_HIGH_S = 1e-10  # > 10 Gohm
_LEAST_OVER_RANGE = 0.05  # 1000 V and 3 A still show a little more than their range


@dataclass(frozen=True, slots=True)
class Aperture:
    """When a reading integrates its signal; the source is taken at the middle."""

    nplc: float
    middle_ns: int
    end_ns: int


class Physics:
    """The measuring part of one meter."""

    alternating_s = _AC_S
    offset_free_to: Mapping[str, float] = MappingProxyType({})  # ohms: the range to which EMF is taken off

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self.acal_c = 0.0  # by how much the room differed from 23 degC at the last self-calibration
        self.world = world
        self._loading: dict[tuple[float, bool], float] = {}  # drawn once for each range

    def shunt_ohm(self, settings: Settings) -> float:
        """Return the resistance between I and LO: burden over range."""
        if settings.function != "CURR":
            return 0.1  # the 3 A shunt stays in the path (memory_medium)
        row = self.unit.row("dci", settings.range["CURR"])
        return (row.burden_v or 0.1) / row.range_high

    def alternating_load(self) -> tuple[float, float]:
        """Return conductance (S) and capacitance (F) of the alternating input."""
        effects = self.world.effects
        return effects.loading * self.alternating_s, effects.capacitance * _AC_F

    def row_of(self, kind: str, range_: float, frequency_hz: float = 0.0) -> RangeRow:
        """Return the accuracy row of a range and band.

        Raises:
            UnknownTruthError: the meter has no such range.
        """
        return self.unit.row(kind, range_, frequency_hz)

    def test_a(self, range_ohm: float) -> float:
        """Return the current of a resistance range.

        Raises:
            UnknownTruthError: the meter has no such range.
        """
        return self.unit.row("res4w", range_ohm).test_current_a or _TEST_A.get(range_ohm, 1e-3)

    def loading_s(self, range_v: float, *, impedance_auto: bool) -> float:
        """Return the input conductance on a direct voltage range, as drawn for this serial."""
        high = impedance_auto and range_v <= 10.0
        known = self._loading.get((range_v, high))
        if known is not None:
            return known
        key = ("loading", self.unit.config.serial, f"{range_v:.9g}")
        if high:
            conductance = _HIGH_S * self.world.draws.unit(*key)
        else:
            conductance = _FIXED_S * (1.0 + 0.01 * self.world.draws.uniform(*key))
        self._loading[range_v, high] = conductance * self.world.effects.loading
        return self._loading[range_v, high]

    def measure(self, settings: Settings, ns: int) -> float:
        """Return the indication of a reading that ends at `ns`; `OVERLOAD` where it does not fit."""
        function = settings.active()
        nplc = settings.nplc[function.name] if function.integrating else 1.0
        aperture = Aperture(nplc, ns - round(nplc / self.world.line_frequency_hz / 2.0 * _SECOND), ns)
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

    def true_value(self, settings: Settings, range_: float, aperture: Aperture) -> float:
        """Return what the meter's terminals bring to it: the UUT's true value of the model equations."""
        function = settings.active()
        feed, connection = electrical.of(self.world).feed(self._fed(settings), aperture.middle_ns)
        if function.accuracy == "dcv":
            loading = self.loading_s(range_, impedance_auto=settings.impedance_auto)
            if settings.fixed_s:
                loading = settings.fixed_s * self.world.effects.loading
            volts = electrical.voltage(feed, connection, loading)
            if volts is None:
                return self._wander(loading, aperture.end_ns)
            return volts + self._ripple(feed, aperture) + self._johnson(feed, connection, aperture)
        if function.accuracy == "dci":
            return electrical.current(feed, connection)
        wires = 4 if function.accuracy == "res4w" else 2
        ohms = electrical.resistance(feed, connection, wires=wires, test_a=self.test_a(range_))
        if range_ <= self.offset_free_to.get(function.accuracy, 0.0) and math.isfinite(ohms):
            ohms -= connection.emf_v / self.test_a(range_)
        return ohms - electrical.absorbed(connection, ohms, (aperture.end_ns - self.world.wired_ns) / _SECOND)

    def _fed(self, settings: Settings) -> str:
        """Return whose leads are felt: those of the front terminals, at the rear ones there are none."""
        return "" if settings.rear else self.name

    def _ripple(self, feed: electrical.Feed, aperture: Aperture) -> float:
        """Return what an integration leaves of an alternating voltage: nothing over whole cycles."""
        if not feed.frequency_hz or feed.voltage_v is None:
            return 0.0
        turns = math.pi * feed.frequency_hz * aperture.nplc / self.world.line_frequency_hz
        phase = math.pi * self.world.draws.uniform("ripple", self.name, aperture.end_ns)
        return math.sqrt(2.0) * feed.voltage_v * math.sin(turns) / turns * math.sin(phase)

    def _johnson(self, feed: electrical.Feed, connection: electrical.Connection, aperture: Aperture) -> float:
        """Return the thermal noise of source and leads in the bandwidth of an integration, 1 / (2 T)."""
        ohms = feed.source_ohm + connection.leads_ohm
        effects, ns = self.world.effects, aperture.end_ns
        if ohms < _QUIET_OHM or not effects.johnson:
            return 0.0
        kelvin = 296.15 + self.world.excess_c(ns)
        bandwidth = self.world.line_frequency_hz / (2.0 * aperture.nplc)
        rms = math.sqrt(4.0 * _BOLTZMANN * kelvin * ohms * bandwidth)
        return effects.johnson * rms * self.world.draws.normal("johnson", self.name, ns)

    def error(self, function: str, range_: float, value: float, ns: int, frequency_hz: float = 0.0) -> float:
        """Return the unit's true error of indication at a true value and moment."""
        seconds = ns / _SECOND
        if function in ("freq", "per"):
            curve = self.unit.curve("freq", _COUNTED)
            gain = curve.gain + curve.gain_per_s * seconds
            return value * (gain if function == "freq" else -gain)
        if function in ("acv", "aci"):
            curve = self.unit.curve(function, range_, frequency_hz or 1000.0)
        else:  # one curve of a resistance, however many wires
            function = "res4w" if function == "res2w" else function
            whole = self.unit.whole_error(function, range_, value)
            if whole is not None:
                return whole + self.world.drift(self.name, ns) * value
            curve = self.unit.curve(function, range_)
        cold = self.unit.warm_up(seconds)
        drifted = self.world.drift(self.name, ns) * value
        whole = curve.error(value, seconds, self.world.excess_c(ns) - self.acal_c, cold) + drifted
        return whole + self._heated(range_, value) if function in ("dci", "aci") else whole

    def _heated(self, range_: float, amperes: float) -> float:
        """Return what a current reads more by the warmth that it makes in the shunt of a range."""
        relative = self.world.effects.shunt_heating * self.unit.unit.shunt_heating_ppm_per_w * 1e-6
        if not relative:
            return 0.0
        ohms = (self.unit.row("dci", range_).burden_v or 0.1) / range_
        return relative * ohms * amperes**3

    def _indicate(self, settings: Settings, range_: float, aperture: Aperture) -> float:
        accuracy = settings.active().accuracy
        if accuracy in ("freq", "per"):
            return self._count(settings, aperture)
        if accuracy in ("acv", "aci"):
            return self._alternating(settings, range_, aperture)
        value = self.true_value(settings, range_, aperture)
        kind = "res4w" if accuracy == "res2w" else accuracy
        row = self.row_of(kind, range_)
        if math.isinf(value) or abs(value) > 10.0 * range_:
            return math.copysign(OVERLOAD, value)
        shown = value + self.error(kind, range_, value, aperture.end_ns)
        if self.unit.unit.population == "transfer":
            _, connection = electrical.of(self.world).feed(self._fed(settings), aperture.middle_ns)
            shown += self.unit.connection_error(kind, range_, value, connection.name)
        shown += self.disturbance(settings, row, aperture)
        if self._beyond(shown, row):
            return math.copysign(OVERLOAD, shown)
        return self.quantise(shown, row, settings, aperture.nplc)

    def _alternating(self, settings: Settings, range_: float, aperture: Aperture) -> float:
        """Return the rms value that an alternating function shows; its input lets no direct part through."""
        kind = settings.active().accuracy
        feed, connection = electrical.of(self.world).feed(self._fed(settings), aperture.middle_ns)
        if kind == "acv":
            load = self.alternating_load()
            value = electrical.alternating_voltage(feed, connection, *load)
            value = self._wander(1e-7, aperture.end_ns) if value is None else value
        else:
            value = electrical.alternating_current(feed, connection)
        hertz = feed.frequency_hz
        row = self.row_of(kind, range_, hertz or 1000.0)
        if value > 10.0 * range_:
            return OVERLOAD
        shown = abs(value + self.error(kind, range_, value, aperture.end_ns, hertz)) if value else 0.0
        shown *= (
            1.0 + self._crest(feed.crest) - (_RIPPLE * (settings.bandwidth / hertz) ** 2 if hertz else 0.0)
        )
        effects, draws = self.world.effects, self.world.draws
        shown += effects.noise * _NOISE_AC * range_ * draws.normal("noise", self.name, aperture.end_ns)
        shown = math.hypot(shown, effects.noise * _AC_FLOOR * range_)
        if self._beyond(shown, row):
            return OVERLOAD
        step = (row.resolution or 1e-6 * range_) * effects.quantisation
        return round(shown / step) * step if step else shown

    def _crest(self, crest: float) -> float:
        size = next(size for most, size in _CREST if crest <= most)
        return self.world.effects.crest * size * self.world.draws.uniform("crest", self.unit.config.serial)

    def _count(self, settings: Settings, aperture: Aperture) -> float:
        """Return the frequency or period of the signal, 0 where there is none to count."""
        feed, connection = electrical.of(self.world).feed(self._fed(settings), aperture.middle_ns)
        volts = electrical.alternating_voltage(feed, connection, self.alternating_s, _AC_F)
        function = settings.active()
        range_ = settings.range[function.name]
        if not volts or volts < _LEAST_SIGNAL * (
            function.ranges[0] if settings.auto[function.name] else range_
        ):
            return 0.0
        period = function.accuracy == "per"
        value = 1.0 / feed.frequency_hz if period else feed.frequency_hz
        shown = value + self.error(function.accuracy, range_, value, aperture.end_ns)
        effects, draws = self.world.effects, self.world.draws
        fraction = _COUNTS[settings.aperture_s]
        shown += effects.noise * 0.3 * fraction * value * draws.normal("noise", self.name, aperture.end_ns)
        step = fraction * 10.0 ** math.floor(math.log10(shown)) * effects.quantisation
        return round(shown / step) * step if step else shown

    def _beyond(self, shown: float, row: RangeRow) -> bool:
        over = row.over_range_fraction
        if over is None:
            over = self.unit.table.over_range_fraction
        return abs(shown) > row.range_high * (1.0 + max(over, _LEAST_OVER_RANGE))

    def quantise(self, value: float, row: RangeRow, settings: Settings, nplc: float) -> float:
        """Return a value in the steps of a reply with an integration time."""
        model = settings.model
        finest = row.indication_resolution or 0.0
        if row.remote_resolution_of_range is None:
            finest = model.reply_step * row.range_high
        step = finest * model.steps[nplc] * self.world.effects.quantisation
        return round(value / step) * step + 0.0 if step else value

    def disturbance(self, settings: Settings, row: RangeRow, aperture: Aperture) -> float:
        """Return noise, hum and the offset without autozero, in the row's unit."""
        nplc, ns = aperture.nplc, aperture.end_ns
        effects, draws = self.world.effects, self.world.draws
        total = 0.0
        if effects.noise:
            rms = _NOISE[row.function].get(row.range_high, _NOISE_ELSE) * row.range_high
            rms *= settings.model.noise
            falls = falling(10.0 / nplc, effects.flicker)
            total += effects.noise * rms * falls * draws.normal("noise", self.name, ns)
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
        effects, draws = self.world.effects, self.world.draws
        size = 20e-6 if loading_s > 1e-9 else 5e-3
        drift = effects.open_input * size * draws.uniform("open", self.name, ns // _SECOND)
        return drift + effects.hum * 1e-6 * math.sin(math.pi * draws.uniform("open hum", self.name, ns))

    def _signalless(self, settings: Settings, aperture: Aperture) -> float:
        """Return what a diode test or a ratio shows."""
        function = settings.active()
        if function.name == "DIOD":
            feed, connection = electrical.of(self.world).feed(self._fed(settings), aperture.middle_ns)
            ohms = electrical.resistance(feed, connection, wires=2, test_a=1e-3)
            return OVERLOAD if ohms * 1e-3 > 1.2 else round(ohms * 1e-3, 5)
        return OVERLOAD  # a ratio without a reference at the sense terminals
