"""Meters of a class and a constant without an interface; a counter looks at their pulses."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, ClassVar, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._energy_count import EnergyCount
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.nodes.electrical import Feed

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig
    from calibrator_sim.instruments._device import World

__all__ = ["PulseMeterClass05S", "PulseMeterClass2"]


class _PulseMeter(TextDevice):
    """A simulated meter with nothing but a pulse output."""

    identity = ""
    PULSES_PER_KWH: ClassVar[float]
    PHASE_RAD: ClassVar[float]

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self._count = EnergyCount(name, unit, world, self.PULSES_PER_KWH, self.PHASE_RAD)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the meter as the bench file describes it."""
        return cls(
            name, MeterUnit(instrument, unit, load_table(instrument.model), world.draws, world.config), world
        )

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Answer nothing: there is nothing to speak to."""
        yield from ()
        return "", 0

    def pulses(self, ns: int) -> int:
        """Return how many pulses its output has given since the bench's start."""
        return self._count.pulses(ns)

    def feed(self, ns: int) -> Feed:
        """Return what its pulse output gives to a counter."""
        return self._count.feed(ns)

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of an energy (Wh) at the power factor of its load."""
        del function, range_high
        return self._count.true_error(value, ns)

    def reset(self) -> None:
        """Keep everything: nobody resets a meter's register."""

    def save(self) -> dict[str, Any]:
        """Return nothing for a snapshot: a count is a function of time."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take nothing."""


class PulseMeterClass05S(_PulseMeter):
    """A meter of class 0.5 S behind current transformers of 5 A; 5000 pulses a kWh."""

    PULSES_PER_KWH = 5000.0
    PHASE_RAD = math.radians(0.02)


class PulseMeterClass2(_PulseMeter):
    """A household meter of class 2, connected directly; 800 pulses a kWh."""

    PULSES_PER_KWH = 800.0
    PHASE_RAD = math.radians(0.1)
