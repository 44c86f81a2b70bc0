"""An SDM630 on a power node: Modbus registers, and the pulses of its output."""

from __future__ import annotations

import math
import struct
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._energy_count import EnergyCount
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._protocols import ModbusError
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes.electrical import Feed
from calibrator_sim.nodes.power import Moment

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["EastronSDM630"]

_SECOND = 1_000_000_000
_BINARY = Framing(ends=b"", blocks=False)
_PHASE_RAD = math.radians(0.05)
_PULSES_PER_KWH = 1000.0
_CODE = 0x0070
# Input registers: address of a float, and what it holds of a moment.
_MAP = {0x0000: "u", 0x0006: "i", 0x000C: "p", 0x0012: "s", 0x0018: "q", 0x001E: "pf", 0x0034: "p"} | {
    0x0046: "f",
    0x0048: "kwh",
    0x0156: "kwh",
}
_HIGHEST = 0x0180
_MOST_SHOWN = 999_999.0


class EastronSDM630(TextDevice):
    """A simulated class 1 meter; its pulse output gives 1000 pulses a kWh."""

    without_faults = ("queue-overflow",)
    framing = _BINARY
    serial_line = SerialLine(parity="E", framing=_BINARY)
    unit_id = 1

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"SDM630 {self.serial}"
        self.world = world
        self.count = EnergyCount(name, unit, world, _PULSES_PER_KWH, _PHASE_RAD)
        self._upset: Upset[dict[str, float]] = Upset(name, world)
        digits = "".join(char for char in self.serial if char.isdigit())
        self.number = int(digits or "1") % 0x100000000

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        meter = MeterUnit(instrument, unit, load_table(instrument.model), world.draws, world.config)
        return cls(name, meter, world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Take no text: the line speaks Modbus."""
        yield from ()
        return "", 0

    def registers(self) -> _Registers:
        """Return the registers."""
        return _Registers(self)

    def pulses(self, ns: int) -> int:
        """Return how many pulses its output has given since the bench's start."""
        return self.count.pulses(ns)

    def feed(self, ns: int) -> Feed:
        """Return what its pulse output gives to a counter: a square wave at the rate of its pulses."""
        return self.count.feed(ns)

    def number_told(self) -> int:
        """Return the serial number that its registers hold, or another one where a fault says so."""
        other = self.world.strike("identity", self.name) is not None
        return self.number ^ 1 if other else self.number

    def shown(self) -> dict[str, float]:
        """Return what its registers hold now."""
        now = self.world.time_ns() // _SECOND * _SECOND
        count, node = self.count, self.count.node
        kwh = math.floor(count.counted_wh(now) / 10.0) / 100.0
        if node is None:
            found = {**dict.fromkeys(("u", "i", "p", "s", "q", "f"), 0.0), "pf": 1.0, "kwh": kwh}
        else:
            found = {**self._phase(count.domain.mean(node, now - _SECOND, now)), "kwh": kwh}
        off = 1.0 + self.world.drift(self.name, now)
        found |= {name: found[name] * off for name in ("u", "i", "p", "s", "q")}
        if self._upset.beyond():
            found |= dict.fromkeys(("u", "i", "p", "s", "q"), _MOST_SHOWN)
        return self._upset.shown(found)

    def _phase(self, true: Moment) -> dict[str, float]:
        watts = true.active_w * (1.0 + self.count.gain(true.power_factor))
        apparent = true.apparent_va
        return {
            "u": true.voltage_v,
            "i": true.current_a,
            "p": watts,
            "s": apparent,
            "q": math.sqrt(max(0.0, apparent**2 - watts**2)),
            "pf": watts / apparent if apparent else 1.0,
            "f": true.frequency_hz,
        }

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of an energy (Wh) at the power factor of its load, 1 where it has none."""
        del function, range_high
        return self.count.true_error(value, ns)

    def reset(self) -> None:
        """Keep everything: nobody resets a meter's register."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot: a count is a function of time."""
        return {"last": self._upset.last}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._upset.last = state["last"]


class _Registers:
    """The register map of one meter."""

    def __init__(self, meter: EastronSDM630) -> None:
        self._meter = meter

    def read(self, table: str, address: int, count: int) -> list[int]:
        """Return registers; those of the map that hold nothing are zero."""
        if table == "input":
            if address + count > _HIGHEST:
                raise ModbusError(2)
            shown = self._meter.shown()
            words: dict[int, int] = {}
            for place, name in _MAP.items():
                words[place], words[place + 1] = struct.unpack(">HH", struct.pack(">f", shown[name]))
            return [words.get(each, 0) for each in range(address, address + count)]
        if table == "holding":
            number = self._meter.number_told()
            held = {0xFC00: number >> 16, 0xFC01: number & 0xFFFF, 0xFC02: _CODE}
            if any(each not in held for each in range(address, address + count)):
                raise ModbusError(2)
            return [held[each] for each in range(address, address + count)]
        raise ModbusError(1)

    def write(self, table: str, address: int, values: list[int]) -> None:
        """Refuse: what can be written needs a password."""
        del table, address, values
        raise ModbusError(3)
