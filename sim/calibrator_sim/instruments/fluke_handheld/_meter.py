"""A hand-held meter: no interface but its display, which the simulated operator reads and types."""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import RangeRow, load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._reader import SECOND, Reader
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments.keysight_34401a._physics import OVERLOAD, Aperture, Physics
from calibrator_sim.instruments.keysight_34401a._settings import Settings

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Fluke87V", "Fluke179"]

_DIAL_S = 5
_DIAL = re.compile(r"([A-Za-z ]+), range ([0-9.]+(?:e[+-]?\d+)?) ([Mkmu]?)(V|A|ohm|Hz)")
_WORDS = {
    "DC volts": "VOLT",
    "AC volts": "VOLT:AC",
    "ohms": "RES",
    "DC amperes": "CURR",
    "AC amperes": "CURR:AC",
    "hertz": "FREQ",
}
_PREFIXES = {"M": 1e6, "k": 1e3, "": 1.0, "m": 1e-3, "u": 1e-6}
_FLICKER = 0.25  # of a count, rms
_INPUT_S = 1e-7
_TEST_A = {600.0: 5e-4, 6e3: 1e-4, 6e4: 1e-5, 6e5: 1e-6, 6e6: 2e-7, 5e7: 5e-8}
_SHUNT_OHM = {0.0006: 100.0, 0.006: 100.0, 0.06: 1.8, 0.4: 1.8}
_FUSED_OHM = 0.03


class HandheldPhysics(Physics):
    """The measuring part of one hand-held meter: 10 Mohm, two wires, and a last digit that flickers."""

    alternating_s = _INPUT_S

    def shunt_ohm(self, settings: Settings) -> float:
        """Return the resistance between its current terminals."""
        return _SHUNT_OHM.get(settings.range[settings.function], _FUSED_OHM)

    def test_a(self, range_ohm: float) -> float:
        """Return the current of a resistance range."""
        return _TEST_A.get(range_ohm, 1e-6)

    def error(self, function: str, range_: float, value: float, ns: int, frequency_hz: float = 0.0) -> float:
        """Return the unit's true error of indication; its offset is up to the counts of its table."""
        kind = "res2w" if function == "res4w" else function
        if kind == "freq":
            ranges = self.unit.table.ranges("freq")
            curve = self.unit.curve("freq", next((r for r in ranges if value <= r), ranges[-1]))
        else:
            curve = self.unit.curve(kind, range_, (frequency_hz or 60.0) if kind in ("acv", "aci") else 0.0)
        drifted = self.world.drift(self.name, ns) * value
        return drifted + curve.error(value, ns / SECOND, self.world.excess_c(ns), 0.0)

    def row_of(self, kind: str, range_: float, frequency_hz: float = 0.0) -> RangeRow:
        """Return the accuracy row of a range."""
        return self.unit.row("res2w" if kind == "res4w" else kind, range_, frequency_hz)

    def quantise(self, value: float, row: RangeRow, settings: Settings, nplc: float) -> float:
        """Return what the display shows: whole counts."""
        step = (row.resolution or 0.0) * self.world.effects.quantisation
        return round(value / step) * step + 0.0 if step else value

    def disturbance(self, settings: Settings, row: RangeRow, aperture: Aperture) -> float:
        """Return the flicker of the last digit."""
        drawn = self.world.draws.normal("noise", self.name, aperture.end_ns)
        return self.world.effects.noise * _FLICKER * (row.resolution or 0.0) * drawn


class Handheld(TextDevice):
    """One hand-held meter and its reader; the messages are those of the driver for typed instruments."""

    identity_messages = ("WHO",)
    without_faults = ("queue-overflow",)
    model_id = ""

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = self.serial
        self.world = world
        self.settings = Settings.of(self.model_id)
        self.physics = HandheldPhysics(name, unit, world)
        self.reader = Reader(name, world)
        self._last = 0.0

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        table = load_table(instrument.model)
        return cls(name, MeterUnit(instrument, unit, table, world.draws, world.config), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Do what the operator is asked; returns what is typed."""
        kind, _, rest = message.strip().partition(" ")
        if kind == "WHO":
            return self.identity, 0
        if kind == "DIAL":
            yield self.world.time_ns() + _DIAL_S * SECOND
            return ("ok" if self._dial(rest) else "there is no such setting"), 0
        if kind not in ("LOOK", "AGAIN"):
            return "what is meant?", 0
        again = kind == "AGAIN"
        ns = yield from self.reader.look(again=again)
        return self.reader.types(self.shows(rest.partition(" ")[0], ns), ns, again=again), 0

    def shows(self, unit: str, ns: int) -> str:
        """Return the display's text in a unit, such as `600.1` for `mV`."""
        value = self._last
        if not self.world.stuck(self.name):
            value = self._last = self.physics.measure(self.settings, ns)
        if self.world.over_range(self.name):
            return "OL"
        if abs(value) >= OVERLOAD:
            return "OL" if value > 0 else "-OL"
        scale = _PREFIXES[unit[0]] if len(unit) > 1 and unit[0] in _PREFIXES and unit != "ohm" else 1.0
        decimals = max(0, round(-math.log10(self._count() / scale)))
        return f"{value / scale + 0.0:.{decimals}f}"

    def true_error(
        self, function: str, range_high: float, value: float, ns: int, *, frequency_hz: float = 0.0
    ) -> float:
        """Return the error of indication at a true value and moment, before flicker and rounding."""
        return self.physics.error(function, range_high, value, ns, frequency_hz)

    def alternating_load(self) -> tuple[float, float]:
        """Return conductance (S) and capacitance (F) of the alternating input."""
        return self.physics.alternating_load()

    def loading_s(self, range_v: float, *, impedance_auto: bool) -> float:
        """Return the input conductance: 10 Mohm on every range."""
        return self.physics.loading_s(range_v, impedance_auto=False)

    def test_current_a(self, range_ohm: float) -> float:
        """Return the current of a resistance range."""
        return self.physics.test_a(range_ohm)

    def shunt_ohm(self) -> float:
        """Return the resistance between its current terminals now."""
        return self.physics.shunt_ohm(self.settings)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"settings": asdict(self.settings), "last": self._last}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        for name, value in state["settings"].items():
            setattr(self.settings, name, value)
        self._last = state["last"]

    def _dial(self, text: str) -> bool:
        """Set function and range; say whether the meter has them. `OFF and on again` shows every segment."""
        match = _DIAL.fullmatch(text)
        if match is None or match.group(1) not in _WORDS:
            return text.startswith("OFF")
        name = _WORDS[match.group(1)]
        high = float(match.group(2)) * _PREFIXES[match.group(3)]
        ranges = self.settings.model.functions[name].ranges
        fitting = [r for r in ranges if abs(r - high) <= 1e-4 * high] or (
            [ranges[0]] if name == "FREQ" else []
        )
        if not fitting:
            return False
        self.world.before_change()
        self.settings.function, self.settings.range[name] = name, fitting[0]
        self.settings.auto[name] = 0.0
        self.world.after_change()
        return True

    def _count(self) -> float:
        function = self.settings.active()
        if function.accuracy == "freq":
            rows = [row for row in self.physics.unit.table.rows if row.function == "freq"]
            return next((r.resolution or 1.0 for r in rows if self._last <= r.range_high), 1.0)
        hertz = 60.0 if function.accuracy in ("acv", "aci") else 0.0
        row = self.physics.row_of(function.accuracy, self.settings.range[function.name], hertz)
        return row.resolution or 1.0


class Fluke87V(Handheld):
    """A simulated 87V."""

    model_id = "fluke_87v"


class Fluke179(Handheld):
    """A simulated 179."""

    model_id = "fluke_179"
