"""Function generators: one or two outputs behind one time base."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._truths import SourcePoint, TrueOutput
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import ScpiDevice
from calibrator_sim.instruments.keysight_generator._channel import SOURCE_OHM, Channel, Settings
from calibrator_sim.instruments.keysight_generator._commands import Headers, add_channel
from calibrator_sim.nodes import frequency
from calibrator_sim.nodes.electrical import Feed
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, ScpiError

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keysight33220A", "Keysight33500B"]

_SHAPES = ("SINusoid", "SQUare", "RAMP", "PULSe", "NOISe", "DC", "USER")
_SHAPES_B = ("SINusoid", "SQUare", "TRIangle", "RAMP", "PULSe", "PRBS", "NOISe", "ARB", "DC")


class Generator(ScpiDevice):
    """One generator; a model says its identity, its outputs and its highest frequency."""

    without_faults = ("stuck", "over-range")  # it reads nothing
    model_id = ""
    identity_format = ""
    most_hz = 20e6
    outputs = 1
    shapes: tuple[str, ...] = _SHAPES
    limits = False  # of its own for the output's volts

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        serial = unit.config.serial
        super().__init__(name, serial, self.identity_format.format(serial=serial), world)
        self.unit = unit
        self.reference = "INT"
        self.beeper = True
        self.sync, self.sync_source = True, 1
        self.channels = tuple(
            Channel(unit, world, self.most_hz, self._really_hz) for _ in range(self.outputs)
        )

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        load_table(instrument.model)
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    @property
    def settings(self) -> Settings:
        """The settings of the first output."""
        return self.channels[0].settings

    def operating(self) -> bool:
        """Say whether an output is on."""
        return any(channel.settings.output for channel in self.channels)

    def trip(self) -> None:
        """Switch the outputs off: overload protection."""
        for channel in self.channels:
            channel.change("output", False)
        self.status.report(-350)

    def true_frequency_hz(self, ns: int) -> float:
        """Return the frequency that the first output really has."""
        return self._really_hz(self.settings.frequency_hz, ns)

    def _really_hz(self, hertz: float, ns: int) -> float:
        outside = frequency.of(self.world).reference(self.name, ns)
        if self.reference == "EXT" and outside is not None:
            return hertz * (1.0 + outside)
        return hertz + self.unit.error("freq", hertz)

    def feed(self, ns: int) -> Feed:
        """Return what the first output presents."""
        return self._presented(0, ns)

    def _presented(self, number: int, ns: int) -> Feed:
        """Return what an output presents, with the other one added where that is combined with it."""
        own, named = self.channels[number].feed(ns), self.channels[number].settings.combined
        added = int(named[2:]) - 1 if named != "NONE" else number
        if added == number or added >= len(self.channels) or own.voltage_v is None:
            return own
        other = self.channels[added].feed(ns)
        return replace(own, voltage_v=math.hypot(own.voltage_v, other.voltage_v or 0.0))

    def terminal_feed(self, terminal: str, ns: int) -> Feed:
        """Return what an output presents, `2` being the second one."""
        number = int(terminal) if terminal.isdigit() else 1
        return self._presented(min(max(number, 1), len(self.channels)) - 1, ns)

    def true_output(self, ns: int) -> TrueOutput:
        """Return what the first output's terminals really give, open."""
        feed = self.feed(ns)
        hertz = self.true_frequency_hz(ns)
        return TrueOutput("freq", hertz, "Hz", self.settings.output, feed.voltage_v or 0.0, hertz)

    def source_point(self, function: str, value: float, *, frequency_hz: float = 0.0) -> SourcePoint:
        """Return error, standardised error and output resistance at a point."""
        error = self.unit.error(function, value, frequency_hz)
        u = self.unit.limit(function, value, frequency_hz)[1]
        return SourcePoint(error, error / u, SOURCE_OHM)

    def reset(self) -> None:
        """Do what `*RST` does: 1 kHz, 100 mVpp, outputs off."""
        self.world.before_change()
        for channel in self.channels:
            channel.reset()
        self.reference, self.sync, self.sync_source = "INT", True, 1
        self.world.after_change()

    def state(self) -> dict[str, Any]:
        """Return the settings for a snapshot."""
        return {
            "channels": [asdict(channel.settings) for channel in self.channels],
            "reference": self.reference,
            "beeper": self.beeper,
            "sync": self.sync,
            "sync_source": self.sync_source,
        }

    def take(self, state: dict[str, Any]) -> None:
        """Take the settings of a snapshot."""
        for channel, settings in zip(self.channels, state["channels"], strict=True):
            channel.take(settings)
        self.reference, self.beeper, self.sync = state["reference"], state["beeper"], state["sync"]
        self.sync_source = state.get("sync_source", 1)

    def fill(self, tree: CommandTree) -> None:
        """Add the outputs, the first one also without its number, and the system."""
        first = Headers("[SOURce:]", "OUTPut", "TRIGger")
        add_channel(tree, self.channels[0], first, self.shapes, limits=self.limits)
        for number, channel in enumerate(self.channels, start=1):
            headers = Headers(f"SOURce{number}:", f"OUTPut{number}", f"TRIGger{number}")
            add_channel(tree, channel, headers, self.shapes, limits=self.limits)
        tree.add("ROSCillator:SOURce", Command(self._reference, (Choice(("INTernal", "EXTernal")),)))
        self.ask(tree, "ROSCillator:SOURce?", lambda: self.reference)
        tree.add("*TRG", Command(self._trigger))
        for header in ("OUTPut:SYNC", "OUTPut:SYNC:STATe"):
            tree.add(header, Command(lambda on: setattr(self, "sync", bool(on)), (Flag(),)))
            self.ask(tree, f"{header}?", lambda: str(int(self.sync)))
        if len(self.channels) > 1:
            choice = Choice(tuple(f"CH{number}" for number, _ in enumerate(self.channels, start=1)))
            put = Command(lambda word: setattr(self, "sync_source", int(word[2:])), (choice,))
            tree.add("OUTPut:SYNC:SOURce", put)
            self.ask(tree, "OUTPut:SYNC:SOURce?", lambda: f"CH{self.sync_source}")
        for header in ("PHASe:SYNChronize", "SYSTem:BEEPer[:IMMediate]", "SYSTem:LOCal", "SYSTem:REMote"):
            tree.add(header, Command(lambda: None))
        words = Choice(("LOCal", "REMote", "RWLock"))
        tree.add("SYSTem:COMMunicate:RLSTate", Command(lambda _word: None, (words,)))
        tree.add("SYSTem:BEEPer:STATe", Command(lambda on: setattr(self, "beeper", bool(on)), (Flag(),)))
        self.ask(tree, "SYSTem:BEEPer:STATe?", lambda: str(int(self.beeper)))

    def _trigger(self) -> None:
        """Begin a burst on the outputs that wait for the bus."""
        if not any(one.settings.burst and one.settings.trigger == "BUS" for one in self.channels):
            raise ScpiError(-211)

    def _reference(self, word: str) -> None:
        if word == "EXT" and frequency.of(self.world).reference(self.name, self.world.time_ns()) is None:
            raise ScpiError(-221)
        self.world.before_change()
        self.reference = word
        self.world.after_change()


class Keysight33220A(Generator):
    """A simulated 33220A."""

    model_id = "keysight_33220a"
    identity_format = "Agilent Technologies,33220A,{serial},2.02-2.02-22-2"


class Keysight33500B(Generator):
    """A simulated 33512B of the 33500B series, with its two outputs."""

    model_id = "keysight_33500b"
    identity_format = "Agilent Technologies,33512B,{serial},3.03-1.19-2.00-52-00"
    outputs = 2
    shapes = _SHAPES_B
    limits = True
