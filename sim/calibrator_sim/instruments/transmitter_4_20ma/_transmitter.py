"""The transmitter: an elastic sensor, a converter to 4-20 mA on an electrical node, a HART slave."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._gauge import ElasticGauge
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.instruments.transmitter_4_20ma._commands import Slave
from calibrator_sim.nodes.electrical import Feed

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Settings", "Transmitter"]

_BINARY = Framing(ends=b"", blocks=False)
_DAMPING_NS = 400_000_000
_TICK_NS = 50_000_000  # twenty conversions a second
_DAC_GAIN, _DAC_ZERO_A = 1e-4, 1.5e-6  # half-widths, before a loop trim
_DAC_STEP_A = 1e-6  # 14 bits of the span
_NOISE_A = 2e-6
_RIPPLE_A = 1e-6  # what integration leaves of 0.5 mA peak to peak
_FRAME_NS = 180_000_000  # twenty characters of 11 bits at 1200 baud
_LOW_A, _HIGH_A = 0.0038, 0.0205  # NAMUR NE 43


@dataclass(slots=True)
class Settings:
    """What a snapshot must hold."""

    lower_pa: float = 0.0
    upper_pa: float = 1e6
    unit_code: int = 12  # kPa
    fixed_ma: float = 0.0  # 0: the current follows the input
    zero_pa: float = 0.0  # digital zero trim
    trim_zero_a: float = 0.0
    trim_gain: float = 1.0
    changed: bool = False
    polling_address: int = 0


class Transmitter(TextDevice):
    """A simulated transmitter whose sensor's limit is the range of its accuracy table."""

    without_faults = ("queue-overflow",)
    framing = _BINARY
    serial_line = SerialLine(baud=1200, parity="O", framing=_BINARY)

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"HART {self.serial}"
        self.world = world
        self.gauge = ElasticGauge(name, unit, world)
        self.spoken_ns = -_FRAME_NS  # when the last frame went over the loop
        self.settings = Settings(upper_pa=self.gauge.full_scale_pa)
        self._upset: Upset[float] = Upset(name, world)
        self._slave = Slave(self)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        meter = MeterUnit(instrument, unit, load_table(instrument.model), world.draws, world.config)
        return cls(name, meter, world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Take no text: the loop speaks in frames."""
        yield from ()
        return "", 0

    def hart(self) -> Slave:
        """Return the slave on the loop."""
        return self._slave

    def pressure_pa(self, ns: int) -> float:
        """Return the digital value: what its sensor makes of the pressure, damped, after its zero trim."""
        moment = (ns - _DAMPING_NS) // _TICK_NS * _TICK_NS
        return self.gauge.indicated_pa(moment, 0.0) - self.settings.zero_pa

    def reading_pa(self) -> float:
        """Return the digital value that a frame tells."""
        if self._upset.beyond():
            return 1.25 * self.gauge.full_scale_pa
        return self._upset.shown(self.pressure_pa(self.world.time_ns()))

    def asked_a(self, ns: int) -> float:
        """Return the current that its digital side asks for."""
        settings = self.settings
        if settings.fixed_ma:
            return settings.fixed_ma * 1e-3
        share = (self.pressure_pa(ns) - settings.lower_pa) / (settings.upper_pa - settings.lower_pa)
        return min(_HIGH_A, max(_LOW_A, 0.004 + 0.016 * share))

    def saturated(self, ns: int) -> bool:
        """Say whether the current is at its limit."""
        return not self.settings.fixed_ma and self.asked_a(ns) in (_LOW_A, _HIGH_A)

    def converted_a(self, asked_a: float) -> float:
        """Return what the converter makes of an asked current, without noise."""
        effects, draws = self.world.effects, self.world.draws
        gain = 1.0 + effects.unit_error * _DAC_GAIN * draws.uniform("dac gain", self.serial)
        zero = effects.unit_error * _DAC_ZERO_A * draws.uniform("dac zero", self.serial)
        trimmed = (asked_a - 0.004) * self.settings.trim_gain + 0.004 + self.settings.trim_zero_a
        return trimmed * gain + zero

    def current_a(self, ns: int) -> float:
        """Return the true loop current."""
        made = self.converted_a(self.asked_a(ns))
        if self.world.effects.quantisation:
            made = round(made / _DAC_STEP_A) * _DAC_STEP_A
        noise = self.world.draws.normal("loop", self.serial, ns // _TICK_NS)
        return made + self.world.effects.noise * _NOISE_A * noise + self._ripple_a(ns)

    def _ripple_a(self, ns: int) -> float:
        """Return what the tones of a frame add while it is on the loop."""
        if not 0 <= ns - self.spoken_ns < _FRAME_NS:
            return 0.0
        phase = math.pi * self.world.draws.uniform("ripple", self.serial, ns)
        return self.world.effects.hart_ripple * _RIPPLE_A * math.sin(phase)

    def feed(self, ns: int) -> Feed:
        """Return what the loop presents to a meter's current terminals."""
        return Feed(current_a=self.current_a(ns))

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of its sensor's curve at a true gauge pressure, without hysteresis."""
        del function, range_high
        return self.gauge.error_pa(value, ns) - self.settings.zero_pa

    def sensed(self, ns: int) -> Mapping[str, float]:
        """Return the parts of its error at a moment: of the digital value, and of the current it becomes."""
        settings, parts = self.settings, self.gauge.sensed(ns)
        parts["error_pa"] -= settings.zero_pa
        true = self.gauge.pressure_pa(ns)
        span = settings.upper_pa - settings.lower_pa
        ideal = 0.004 + 0.016 * (true - settings.lower_pa) / span
        asked = ideal + 0.016 * sum(parts.values()) / span
        return parts | {"loop_error_a": self.converted_a(min(_HIGH_A, max(_LOW_A, asked))) - ideal}

    def before_change(self) -> None:
        """Let meters on the loop finish what lies in the past."""
        self.world.before_change()

    def reset(self) -> None:
        """Let the current follow the input."""
        self.settings.fixed_ma = 0.0

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"settings": asdict(self.settings), "last": self._upset.last, "spoken": self.spoken_ns}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.settings, self._upset.last = Settings(**state["settings"]), state["last"]
        self.spoken_ns = state["spoken"]
