"""A 1529 as its serial line sees it: four channels, each set to the kind of its probe."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Self, cast

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._readout import Readout
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.scpi import (
    Choice,
    Command,
    CommandTree,
    Interpreter,
    Number,
    ScpiError,
    Special,
    Status,
    add_operation,
    add_questionable,
    add_registers,
)

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig
    from calibrator_sim.nodes.thermal import Domain

__all__ = ["Fluke1529"]

_SECOND = 1_000_000_000
_FRAMING = Framing(ends=b"\r\n", reply_end=b"\r\n", blocks=False)
_QUERY_NS = 40_000_000
_COMPLETE = _INVALID = 16  # bits 4 of the operation and questionable registers, as those of its family


def _at_once() -> Generator[int, None, None]:
    yield from ()


class Fluke1529(TextDevice):
    """A simulated 1529; it measures each channel once a second."""

    framing = _FRAMING
    serial_line = SerialLine(framing=_FRAMING)

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"HART,1529,{self.serial},1.10"
        self.world = world
        self.readout = Readout(name, unit, world)
        self.status = Status()
        self.status.condition = lambda: _COMPLETE  # it always has a last conversion
        self.invalid = False  # of the channel that was asked for last
        self._interpreter = Interpreter(_build(self), self.status, _at_once)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        return self._interpreter.run(message)

    def next_reading(self, channel: float | Special = 1.0) -> Generator[int, None, str]:
        """Wait for the end of the conversion that runs, and return it."""
        yield (self.world.time_ns() // _SECOND + 1) * _SECOND
        return self.last_reading(channel)

    def last_reading(self, channel: float | Special = 1.0) -> str:
        """Return the last conversion of a channel."""
        if isinstance(channel, Special) or channel not in (1.0, 2.0, 3.0, 4.0):
            raise ScpiError(-224)
        terminal = str(round(channel))
        moment = self.world.time_ns() // _SECOND * _SECOND
        domain = cast("Domain", self.world.domain("thermal"))
        found = domain.sensor_c(self.name, terminal, moment)
        shown = self.readout.celsius(terminal, found[0].kind, moment) if found else None
        self.invalid = shown is None
        if shown is None:
            self.status.overload(_INVALID)
            return "-----"
        return f"{shown:.3f}"

    def complete(self) -> None:
        """Note that nothing is under way (`*OPC`)."""
        self.status.esr |= 1

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it."""
        return self.status.byte(message_available=message_available)

    def reset(self) -> None:
        """Keep everything: probes and coefficients are set by hand."""

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"status": self.status.save(), "last": self.readout.upset.last, "invalid": self.invalid}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.status.load(state["status"])
        self.readout.upset.last, self.invalid = state["last"], state["invalid"]


def _build(readout: Fluke1529) -> CommandTree:
    tree = CommandTree()
    channel = Number(words=(), optional=True)
    tree.add("*IDN?", Command(lambda: readout.identity, cost_ns=_QUERY_NS))
    tree.add("*CLS", Command(readout.status.clear))
    tree.add("*RST", Command(readout.reset))
    tree.add("*TST?", Command(lambda: "0", cost_ns=_QUERY_NS))
    tree.add("*OPC?", Command(lambda: "1", cost_ns=_QUERY_NS))
    tree.add("*OPC", Command(readout.complete))
    tree.add("*WAI", Command(lambda: None))
    add_registers(tree, readout.status, cost_ns=_QUERY_NS)
    add_operation(tree, readout.status, cost_ns=_QUERY_NS)
    add_questionable(
        tree, readout.status, cost_ns=_QUERY_NS, condition=lambda: _INVALID if readout.invalid else 0
    )
    tree.add("UNIT:TEMPerature", Command(lambda _: None, (Choice(("C",)),)))
    tree.add("UNIT:TEMPerature?", Command(lambda: "C", cost_ns=_QUERY_NS))
    tree.add("READ?", Command(readout.next_reading, (channel,)))
    tree.add("FETCh?", Command(readout.last_reading, (channel,), cost_ns=_QUERY_NS))
    tree.add("SYSTem:ERRor[:NEXT]?", Command(readout.status.next_error, cost_ns=_QUERY_NS))
    return tree
