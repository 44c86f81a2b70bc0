"""An ADT681 as its serial line sees it: `address:R:CODE:1` (manual page 43)."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._gauge import FUNCTION, ElasticGauge
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments._upset import Upset

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["AdditelADT681"]

_FRAMING = Framing(ends=b"\r\n\0", reply_end=b"\r\n", blocks=False)
_UNITS = {"kPa": 1e3, "MPa": 1e6, "bar": 1e5, "psi": 6894.757293168, "Pa": 1.0, "mbar": 100.0}
_TICK_NS = 340_000_000  # three conversions a second: a reply tells the last one
_REPLY_NS = 30_000_000
_BROADCAST = 255


class AdditelADT681(TextDevice):
    """A simulated ADT681 with the range of the accuracy table; it answers address 1 and 255."""

    identity_messages = ("255:R:OTYPE",)
    without_faults = ("queue-overflow",)
    framing = _FRAMING
    serial_line = SerialLine(stop=2.0, framing=_FRAMING)

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = "ADT681"
        self.world = world
        self.gauge = ElasticGauge(name, unit, world)
        self.unit = "kPa"
        self._upset: Upset[float] = Upset(name, world)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        meter = MeterUnit(instrument, unit, load_table(instrument.model), world.draws, world.config)
        return cls(name, meter, world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: an address that is not its own is left to others."""
        yield from ()
        fields = message.strip().split(":")
        if not (fields[0].isascii() and fields[0].isdigit()) or int(fields[0]) not in (1, _BROADCAST):
            return "", 0
        return f"{fields[0]}:{self._answer([field.strip() for field in fields[1:]])}", _REPLY_NS

    def _answer(self, fields: list[str]) -> str:
        if len(fields) < 2 or fields[0].upper() not in ("R", "W"):
            return "E:1020"
        code, argument = fields[1].upper(), fields[2] if len(fields) > 2 else ""
        if fields[0].upper() == "W":
            return self._write(code, argument)
        if code == "MRMD":
            return f"F:MRMD:{self._shown()}:{self.unit}"
        if code == "OTYPE":
            return "F:OTYPE:ADT681"
        return "E:1018"

    def _write(self, code: str, argument: str) -> str:
        if code != "UNIT":
            return "E:1018"
        for unit in _UNITS:
            if unit.casefold() == argument.casefold():
                self.unit = unit
                return "F:UNIT:OK"
        return "E:1024"

    def _shown(self) -> str:
        moment = self.world.time_ns() // _TICK_NS * _TICK_NS
        step = self.gauge.unit.row(FUNCTION, self.gauge.full_scale_pa).resolution or 10.0
        pascal = self._upset.shown(self.gauge.indicated_pa(moment, step))
        if self._upset.beyond():
            pascal = 1.25 * self.gauge.full_scale_pa
        value = pascal / _UNITS[self.unit]
        digits = max(0, len(f"{_UNITS[self.unit] / step:.0f}") - 1)
        return f"{value:.{digits}f}"

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of its curve at a true gauge pressure, without hysteresis and creep."""
        del function, range_high
        return self.gauge.error_pa(value, ns)

    def reset(self) -> None:
        """Go back to its first unit."""
        self.unit = "kPa"

    def sensed(self, ns: int) -> Mapping[str, float]:
        """Return the parts of its error at a moment."""
        return self.gauge.sensed(ns)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"unit": self.unit, "last": self._upset.last}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.unit, self._upset.last = state["unit"], state["last"]
