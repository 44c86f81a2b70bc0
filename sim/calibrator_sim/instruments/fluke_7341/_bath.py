"""A 7341 as its serial line sees it: words that may be shortened, `word=value` sets."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._heater import DISPLAY, Heated, Heater
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.nodes.thermal import BlockModel

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Fluke7341"]

_MODEL = BlockModel(1.4, 1.2, 0.55, 120.0, 0.1, 20_000.0, 280.0)
_FRAMING = Framing(ends=b"\r\n", reply_end=b"\r\n", blocks=False)
_REPLY_NS = 80_000_000
# Words with their shortest form.
_WORDS = {"setpoint": 1, "temperature": 1, "cutout": 1, "power": 2, "duplex": 2, "linefeed": 2, "units": 1}


class Fluke7341(Heated, TextDevice):
    """A simulated 7341 with the span of its accuracy table."""

    identity_messages = ("*VER",)
    without_faults = ("queue-overflow",)
    framing = _FRAMING
    serial_line = SerialLine(baud=2400, framing=replace(_FRAMING, echo=True))

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"ver.7341,1.02,{self.serial}"
        self.world = world
        self.heater = Heater(unit, world, _MODEL)
        self.set_point_c = 25.0
        self.cut_out_c = 160.0
        self.heater.go(self.set_point_c, None, self.cut_out_c)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message; spaces are ignored, and so is what it does not know."""
        yield from ()
        self.catch_up()
        word, equals, value = message.replace(" ", "").casefold().partition("=")
        if word.startswith("*ver"):
            return self.identity, _REPLY_NS
        name = next((full for full, least in _WORDS.items() if _means(word, full, least)), "")
        if not name:
            return "", 0
        if equals:
            self._set(name, value)
            return "", 0
        return self._tell(name), _REPLY_NS

    def catch_up(self) -> None:
        """Let the cut-out act if its moment has passed."""
        self.heater.observe(self.world.time_ns())

    def duty_percent(self, ns: int) -> float:
        """Return how hard the heater works: against losses, and to go up."""
        state = self.block.state
        if not state.control:
            return 0.0
        level = self.block.level(ns)
        losses = 0.3 * (level - self.world.config.room.temperature_c) + 5.0
        return min(100.0, max(0.0, losses + 40.0 * (state.target_c - level)))

    def _set(self, name: str, value: str) -> None:
        if name == "duplex" and value[:1] in ("f", "h"):
            self.echoes = value.startswith("f")
        try:
            number = float(value)
        except ValueError:
            return  # lf=off changes nothing here
        if name == "setpoint" and self.span_c[0] <= number <= self.span_c[1]:
            self._go(round(number, 2), self.cut_out_c)
        elif name == "cutout":
            self._go(self.set_point_c, number)

    def _go(self, set_point_c: float, cut_out_c: float) -> None:
        self.world.before_change()
        self.set_point_c, self.cut_out_c = set_point_c, cut_out_c
        if not self.heater.tripped:
            self.heater.go(set_point_c, None, cut_out_c)
        self.world.after_change()

    def _tell(self, name: str) -> str:
        now = self.world.time_ns()
        if name == "setpoint":
            return f"set: {self.set_point_c:.2f} C"
        if name == "temperature":
            return f"t: {self.heater.displayed_c(now):.3f} C"
        if name == "cutout":
            return f"cu: {self.cut_out_c:.0f} C, {'out' if self.heater.tripped else 'in'}"
        if name == "power":
            return f"po: {self.duty_percent(now):.1f}"
        return {"duplex": f"du: {'FULL' if self.echoes else 'HALF'}", "linefeed": "lf: ON", "units": "u: C"}[
            name
        ]

    def operating(self) -> bool:
        """Say whether it controls a temperature away from the room's."""
        return self.block.state.control and self.set_point_c > 30.0

    def trip(self) -> None:
        """Trip the cut-out."""
        self.heater.off()
        self.heater.tripped = True

    def reset(self) -> None:
        """Close the cut-out and go to 25 degC."""
        self.heater.tripped = False
        self._go(25.0, self.cut_out_c)

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of the display at a true temperature."""
        del range_high, ns
        return -self.heater.error_k(value) if function == DISPLAY else 0.0

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "set_point_c": self.set_point_c,
            "cut_out_c": self.cut_out_c,
            "echoes": self.echoes,
            "block": self.block.save(),
            "tripped": self.heater.tripped,
            "trip_ns": self.heater.trip_ns,
            "last": self.heater.upset.last,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.set_point_c, self.cut_out_c = state["set_point_c"], state["cut_out_c"]
        self.echoes = state.get("echoes", True)
        self.block.load(state["block"])
        self.heater.tripped, self.heater.trip_ns = state["tripped"], state["trip_ns"]
        self.heater.upset.last = state["last"]


def _means(word: str, full: str, least: int) -> bool:
    return len(word) >= least and full.startswith(word)
