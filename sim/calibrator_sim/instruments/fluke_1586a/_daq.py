"""A 1586A as its LAN socket sees it: channels that are configured, then scanned."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._readout import Readout
from calibrator_sim.instruments._status488 import StatusDevice
from calibrator_sim.scpi import (
    ChannelList,
    Choice,
    Command,
    CommandTree,
    Interpreter,
    ScpiError,
    Status,
    add_operation,
    add_questionable,
    add_registers,
)

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Fluke1586A"]

_QUERY_NS = 5_000_000
_CHANNEL_NS = 1_000_000_000  # of a slow scan
_COMPLETE = _INVALID = 16  # bits 4 of the operation and questionable registers, as those of its family
_KINDS = "BEJKNRST"


def _at_once() -> Generator[int, None, None]:
    yield from ()


class Fluke1586A(StatusDevice):
    """A simulated 1586A; its command set is as little known as that of the driver."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"FLUKE,1586A,{self.serial},1.0"
        self.world = world
        self.readout = Readout(name, unit, world)
        self.status = Status()
        self.status.condition = lambda: _COMPLETE if self.readings else 0
        self.kinds: dict[str, str] = {}
        self.scan: list[str] = []
        self.readings: list[float | None] = []

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(_build(self), self.status, _at_once)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        return self._interpreter.run(message)

    def read(self) -> Generator[int, None, str]:
        """Scan once and return the readings."""
        yield from self.sweep()
        return self._told()

    def fetch(self) -> str:
        """Return the readings of the last scan.

        Raises:
            ScpiError: -230 where there was none.
        """
        if not self.readings:
            raise ScpiError(-230)
        return self._told()

    def configure(self, probe: str, channels: tuple[int, ...]) -> None:
        """Set channels to a kind of probe."""
        self.kinds |= dict.fromkeys(map(str, channels), probe)

    def choose(self, channels: tuple[int, ...]) -> None:
        """Set which channels are scanned."""
        self.scan = [str(channel) for channel in channels]

    def sweep(self) -> Generator[int, None, None]:
        """Scan once.

        Raises:
            ScpiError: -221 for a channel that is not configured.
        """
        channels = self.scan or sorted(self.kinds)
        if not channels or any(channel not in self.kinds for channel in channels):
            raise ScpiError(-221)
        found: list[float | None] = []
        for channel in channels:
            yield self.world.time_ns() + _CHANNEL_NS
            found.append(self.readout.celsius(channel, self.kinds[channel], self.world.time_ns()))
        self.readings = found
        if None in found:
            self.status.overload(_INVALID)

    def _told(self) -> str:
        return ",".join("+9.90000000E+37" if each is None else f"{each:+.8E}" for each in self.readings)

    def reset(self) -> None:
        """Forget channels and scan."""
        self.kinds, self.scan, self.readings = {}, [], []

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "kinds": dict(self.kinds),
            "scan": list(self.scan),
            "readings": list(self.readings),
            "status": self.status.save(),
            "last": self.readout.upset.last,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.kinds, self.scan = dict(state["kinds"]), list(state["scan"])
        self.readings = list(state["readings"])
        self.status.load(state["status"])
        self.readout.upset.last = state["last"]


def _build(daq: Fluke1586A) -> CommandTree:
    tree, status = CommandTree(), daq.status
    channels = ChannelList(101, 322)

    def complete() -> None:
        status.esr |= 1

    def ask(pattern: str, answer: Callable[..., object]) -> None:
        tree.add(pattern, Command(answer, cost_ns=_QUERY_NS))

    tree.add("*RST", Command(daq.reset))
    tree.add("*CLS", Command(status.clear))
    tree.add("*OPC", Command(complete))
    tree.add("*WAI", Command(lambda: None))
    add_registers(tree, status, cost_ns=_QUERY_NS)
    add_operation(tree, status, cost_ns=_QUERY_NS)
    add_questionable(
        tree, status, cost_ns=_QUERY_NS, condition=lambda: _INVALID if None in daq.readings else 0
    )
    ask("*IDN?", lambda: daq.identity)
    ask("*OPC?", lambda: "1")
    ask("*TST?", lambda: "0")
    ask("SYSTem:ERRor[:NEXT]?", status.next_error)
    tree.add("UNIT:TEMPerature", Command(lambda _unit: None, (Choice(("C", "CEL")),)))
    ask("UNIT:TEMPerature?", lambda: "C")
    tree.add("CONFigure:TEMPerature:TC", Command(daq.configure, (Choice(tuple(_KINDS)), channels)))
    platinum = Command(lambda _kind, list_: daq.configure("pt100", list_), (Choice(("PT100_385",)), channels))
    tree.add("CONFigure:TEMPerature:FRTD", platinum)
    tree.add("ROUTe:SCAN", Command(daq.choose, (channels,)))
    tree.add("INITiate[:IMMediate]", Command(daq.sweep))
    ask("READ?", daq.read)
    ask("FETCh?", daq.fetch)
    return tree
