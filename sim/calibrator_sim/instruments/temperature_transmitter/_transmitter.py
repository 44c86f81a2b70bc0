"""A head transmitter: a sensor in a block or bath, 4 to 20 mA on an electrical node, no words of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self, cast

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.nodes.electrical import Feed

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig
    from calibrator_sim.nodes.thermal import Domain

__all__ = ["TemperatureTransmitter"]

_TICK_NS = 100_000_000  # ten conversions a second
_NOISE_A = 1e-6
_LOW_A, _HIGH_A = 0.0038, 0.0205  # NAMUR NE 43
_FUNCTION = "temperature"


class TemperatureTransmitter(TextDevice):
    """A simulated transmitter whose span is the range of its accuracy table."""

    identity_messages = ()  # nobody speaks to it
    without_faults = ("stuck", "over-range")

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = ""
        self.world = world
        self.unit = unit
        (row,) = unit.table.rows
        self.low_c, self.high_c = row.range_low, row.range_high

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        meter = MeterUnit(instrument, unit, load_table(instrument.model), world.draws, world.config)
        return cls(name, meter, world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Take no text: there is nobody to speak to."""
        yield from ()
        return "", 0

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error at a true temperature of its sensor (K): what the current says less the truth."""
        del function, range_high
        seconds, excess_c = ns / 1e9, self.world.excess_c(ns)
        return self.unit.curve(_FUNCTION, self.high_c).error(value, seconds, excess_c, 0.0)

    def current_a(self, ns: int) -> float:
        """Return the true loop current."""
        found = cast("Domain", self.world.domain("thermal")).sensor_c(self.name, "", ns)
        celsius = 23.0 + self.world.excess_c(ns) if found is None else found[1]
        shown = celsius + self.true_error(_FUNCTION, self.high_c, celsius, ns)
        shown += self.world.drift(self.name, ns) * celsius
        share = (shown - self.low_c) / (self.high_c - self.low_c)
        noise = self.world.draws.normal("loop", self.serial, ns // _TICK_NS)
        made = 0.004 + 0.016 * share + self.world.effects.noise * _NOISE_A * noise
        return min(_HIGH_A, max(_LOW_A, made))

    def feed(self, ns: int) -> Feed:
        """Return what the loop presents to a meter's current terminals."""
        return Feed(current_a=self.current_a(ns))

    def reset(self) -> None:
        """Do nothing: it has no settings."""

    def save(self) -> dict[str, Any]:
        """Return nothing: it has no state."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take nothing."""
