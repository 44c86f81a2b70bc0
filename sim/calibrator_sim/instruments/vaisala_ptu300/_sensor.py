"""A PTU300 as its serial line sees it: the room, with its own errors and once a second."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, cast

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes.pressure import Domain

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["VaisalaPTU300"]

_SECOND = 1_000_000_000
_FRAMING = Framing(ends=b"\r\n", reply_end=b"\r\n", blocks=False)
_REPLY_NS = 150_000_000  # at 4800 baud


class VaisalaPTU300(TextDevice):
    """A simulated sensor of the room."""

    identity_messages = ("VERS", "SNUM")
    without_faults = ("queue-overflow",)
    framing = _FRAMING
    serial_line = SerialLine(baud=4800, bits=7, parity="E", framing=replace(_FRAMING, echo=True, prompt=b">"))

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = "PTU300 / 5.16"
        self.world = world
        self.unit = unit
        self._upset: Upset[list[float]] = Upset(name, world)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message."""
        yield from ()
        word = message.strip().upper()
        if word in ("S", "SEND"):
            return self._line(), _REPLY_NS
        if word in ("ECHO ON", "ECHO OFF"):
            self.echoes = word == "ECHO ON"
            return f"Echo           : {word[5:]}", _REPLY_NS
        told = {"VERS": self.identity, "SNUM": f"Serial number  : {self.serial}"}.get(word)
        return (told or "Unknown command. Type '?' for help."), _REPLY_NS

    def shown(self, ns: int) -> tuple[float, float, float]:
        """Return temperature, humidity and pressure as it has them: the room's, with its errors."""
        domain = cast("Domain", self.world.domain("pressure"))
        room, air = self.world.room(ns), domain.air_pa(ns)
        celsius, humidity = room["temperature_c"], room["humidity_rh"]
        return (
            celsius + self.unit.error("temp_ambient", round(celsius)),
            min(100.0, max(0.0, humidity + self.unit.error("humidity", round(humidity)))),
            air + self.unit.error("pressure_abs", round(air, -3)),
        )

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of one of its quantities."""
        del range_high, ns
        return self.unit.error(function, value)

    def _line(self) -> str:
        now = self.world.time_ns() // _SECOND * _SECOND
        off = 1.0 + self.world.drift(self.name, now)
        celsius, humidity, pascal = self._upset.shown([value * off for value in self.shown(now)])
        if self._upset.beyond():
            return "P= ******* hPa  T= ****** 'C  RH= ***** %RH"
        return f"P= {pascal / 100.0:7.2f} hPa  T= {celsius:6.2f} 'C  RH= {humidity:5.1f} %RH"

    def reset(self) -> None:
        """Keep everything."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"last": self._upset.last, "echoes": self.echoes}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._upset.last, self.echoes = state["last"], state.get("echoes", True)
