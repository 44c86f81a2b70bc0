"""A pointer before a scale: an elastic gauge, read with parallax to a fifth of a division."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._gauge import FUNCTION, ElasticGauge
from calibrator_sim.instruments._reader import Reader
from calibrator_sim.instruments._text import TextDevice

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["PointerGauge"]

_BAR_PA = 1e5
_FIFTHS = 5.0  # of a division, to which the scale is read
_PARALLAX = 0.2  # of a division
_STOP = 0.05  # of the span beyond either end: there the pointer rests, and a person reads the stop's mark


class PointerGauge(TextDevice):
    """One gauge and its reader; the messages are those of the driver for typed instruments."""

    identity_messages = ("WHO",)
    without_faults = ("queue-overflow", "over-range")  # a pointer rests at its stop, which `garbage` says

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = self.serial
        self.world = world
        self.gauge = ElasticGauge(name, unit, world)
        self.reader = Reader(name, world)
        self._fifth_pa = unit.row(FUNCTION, self.gauge.full_scale_pa).resolution or 1.0
        self._last = 0.0
        self._looked = -1  # at the pressure of this moment (ms)
        self._tapped = False

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        table = load_table(instrument.model)
        return cls(name, MeterUnit(instrument, unit, table, world.draws, world.config), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Do what the operator is asked; returns what is typed."""
        kind, _, _ = message.strip().partition(" ")
        if kind == "WHO":
            return self.identity, 0
        if kind == "DIAL":
            return ("ok" if abs(self.gauge.pressure_pa(self.world.time_ns())) < self._fifth_pa else "no"), 0
        if kind not in ("LOOK", "AGAIN"):
            return "what is meant?", 0
        again = kind == "AGAIN"
        ns = yield from self.reader.look(again=again)
        came, _ = self.gauge.came(ns)
        if not again:  # the person taps the case after a first look at a pressure
            self._tapped, self._looked = came == self._looked, came
        return self.reader.types(self.shows(ns), ns, again=again), 0

    def shows(self, ns: int) -> str:
        """Return what is read off the scale, in bar."""
        if not self.world.stuck(self.name):
            parallax = _PARALLAX * _FIFTHS * self._fifth_pa * self.world.effects.parallax
            slant = parallax * self.world.draws.uniform("parallax", self.name, ns)
            beyond = _STOP * self.gauge.full_scale_pa
            most = self.gauge.full_scale_pa + beyond
            stuck = 0.0 if self._tapped else self.gauge.sticks_pa(self.gauge.came(ns)[1])
            self._last = max(-beyond, min(most, self.gauge.indicated_pa(ns, 0.0) + stuck + slant))
        decimals = max(1, math.ceil(-math.log10(self._fifth_pa / _BAR_PA)))
        return f"{round(self._last / self._fifth_pa) * self._fifth_pa / _BAR_PA + 0.0:.{decimals}f}"

    def true_error(
        self, function: str, range_high: float, value: float, ns: int, *, frequency_hz: float = 0.0
    ) -> float:
        """Return the error of its curve at a true pressure, without hysteresis, creep and reading."""
        del function, range_high, frequency_hz
        return self.gauge.error_pa(value, ns)

    def sensed(self, ns: int) -> Mapping[str, float]:
        """Return the parts of its error at a moment."""
        return self.gauge.sensed(ns)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"last": self._last, "looked": self._looked, "tapped": self._tapped}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._last, self._looked, self._tapped = state["last"], state["looked"], state["tapped"]
