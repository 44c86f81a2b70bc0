"""A source-measure unit: what it sources, what limits it, and what it measures of it (SCPI command set)."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._truths import SourcePoint, TrueOutput
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import QUERY_NS, SECOND, ScpiDevice
from calibrator_sim.instruments.keithley_2450._buffers import Buffer, Buffers, Reading
from calibrator_sim.instruments.keithley_2450._physics import OVERLOAD, UNITS, Physics
from calibrator_sim.instruments.keithley_2450._program import Program, Sweep
from calibrator_sim.instruments.keithley_2450._sense_commands import add_sense
from calibrator_sim.instruments.keithley_2450._settings import Settings
from calibrator_sim.instruments.keithley_2450._source_commands import add_source
from calibrator_sim.instruments.keithley_2450._system_commands import add_system
from calibrator_sim.instruments.keithley_2450._trace_commands import add_trace
from calibrator_sim.nodes.electrical import DETACHED, Feed
from calibrator_sim.scpi import CommandTree, ScpiError

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keithley2450"]

# QCoDeS' driver leaves the last argument of TRACe:MAKE empty, and is used with the instrument.
_EMPTY_LAST = re.compile(r",\s*$")


class Keithley2450(ScpiDevice):
    """A simulated 2450; its voltage is at NORMAL, its current at AUX of a wiring."""

    VERSION = "1999.0"

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        serial = unit.config.serial
        super().__init__(name, serial, f"KEITHLEY INSTRUMENTS,MODEL 2450,{serial},1.7.3b", world)
        self.unit = unit
        self.settings = Settings()
        self.physics = Physics(name, unit, self.settings, world)
        self.buffers = Buffers()
        self.program = Program()

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def operating(self) -> bool:
        """Say whether the output is on."""
        return self.settings.output

    def trip(self) -> None:
        """Switch the output off: interlock or overheat."""
        self.change(self.settings, "output", False)
        self.status.report(-350)

    def feed(self, ns: int) -> Feed:
        """Return what the terminals present: open where the leads are not on those in use."""
        del ns
        if not self.settings.output or self.settings.rear:
            return DETACHED
        point = self.physics.point()
        return Feed(voltage_v=point.terminal_v, current_a=point.amperes)

    def true_output(self, ns: int) -> TrueOutput:
        """Return what the terminals really give."""
        del ns
        on, point = self.settings.output, self.physics.point()
        volts, amperes = (point.terminal_v, point.amperes) if on else (0.0, 0.0)
        if self.settings.source == "VOLT":
            return TrueOutput("dcv", volts, "V", on, volts)
        return TrueOutput("dci", amperes, "A", on, volts)

    def source_point(self, function: str, value: float, *, frequency_hz: float = 0.0) -> SourcePoint:
        """Return error, standardised error and output resistance at a point."""
        error, u = self.unit.error(function, value), self.unit.limit(function, value)[1]
        del frequency_hz
        return SourcePoint(error, error / u, 0.0)

    def measure(self, name: str | None = None) -> Generator[int, None, None]:
        """Take as many readings as `SENSe:COUNt` says into a buffer."""
        found = self.buffers.named(name)
        for _ in range(self.settings.count):
            yield self.world.time_ns() + self.physics.duration_ns()
            found.add(self._reading(self.world.time_ns()))

    def lines(self, found: Buffer, span: tuple[int, int], elements: Sequence[str]) -> str:
        """Return elements of a buffer's readings as a response."""
        return self.buffers.lines(found, span, elements, self.world.config.start, self._number)

    def say(self, value: float) -> str:
        """Return a value as the instrument writes it."""
        return f"{value:{self._number}}"

    def prepare(self, sweep: Sweep) -> None:
        """Load a sweep into the trigger model."""
        self.stop()
        self.program = Program(sweep)

    def initiate(self) -> None:
        """Start what is loaded: it switches the output on, and off at its end.

        Raises:
            ScpiError: -221 with nothing loaded, -213 while it runs.
        """
        program = self.program
        if program.sweep is None:
            raise ScpiError(-221)
        if self.running():
            raise ScpiError(-213)
        self.choose_source(program.sweep.function)
        self.buffers.named(program.sweep.buffer).clear()
        self._step(program.sweep.levels[0])
        self.change(self.settings, "output", True)
        program.at, program.running = 0, True
        program.due_ns = self.world.time_ns() + self._step_ns(program.sweep)

    def running(self) -> bool:
        """Say whether a sweep is under way."""
        self.catch_up()
        return self.program.running

    def stop(self) -> None:
        """Stop a sweep where it is; the output is switched off."""
        if self.running():
            self.program.running = False
            self.change(self.settings, "output", False)

    def catch_up(self) -> None:
        """Take the readings of a sweep whose time has come."""
        program, sweep = self.program, self.program.sweep
        while program.running and sweep is not None and program.due_ns <= self.world.time_ns():
            reading = self._reading(program.due_ns)
            self.buffers.named(sweep.buffer).add(reading)
            program.at += 1
            if program.at >= len(sweep.levels) or (sweep.abort and reading.held):
                program.running = self.settings.output = False
                return
            self._step(sweep.levels[program.at])
            program.due_ns += self._step_ns(sweep)

    def pending_ns(self) -> int:
        """Return when the next reading of a sweep ends; whoever waits asks again then."""
        return self.program.due_ns if self.running() else 0

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        self.catch_up()
        return (yield from super().respond(_EMPTY_LAST.sub("", message)))

    def protected(self, name: str, level: float) -> float:
        """Return a level that the over-voltage protection allows.

        Raises:
            ScpiError: -222 for another one.
        """
        if name == "VOLT" and abs(level) > self.physics.protection_v():
            raise ScpiError(-222)
        return level

    def over_voltage(self, name: str) -> bool:
        """Say whether the over-voltage protection, and not the limit, holds a source back."""
        settings = self.settings
        if settings.source == name == "VOLT":
            return settings.output and abs(settings.sources["VOLT"].level) > self.physics.protection_v()
        held = settings.output and settings.source == name == "CURR" and self.physics.point().held
        return held and self.physics.protection_v() < settings.sources[name].limit

    def choose_source(self, name: str) -> None:
        """Choose what is sourced; with the output on the other function begins at its own level."""
        self.change(self.settings, "source", name)

    def choose_sense(self, name: str) -> None:
        """Choose what is measured; resistances are found with a current of their range."""
        if name == "RES":
            self.change(self.settings, "source", "CURR")
        self.change(self.settings, "sense", name)

    def change(self, where: object, name: str, value: object) -> None:
        """Change a setting, with everybody told before and after."""
        self.world.before_change()
        setattr(where, name, value)
        self.world.after_change()

    def reset(self) -> None:
        """Do what `*RST` does."""
        self.world.before_change()
        self.settings.take(asdict(Settings()))
        self.buffers.reset()
        self.program = Program()
        self.world.after_change()

    def state(self) -> dict[str, Any]:
        """Return settings, readings and what is running for a snapshot."""
        self.catch_up()
        return {
            "settings": asdict(self.settings),
            "buffers": self.buffers.state(),
            "program": asdict(self.program),
            "last": self.physics.upset.last,
        }

    def take(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.settings.take(state["settings"])
        self.physics.upset.last = state["last"]
        self.buffers.take(state["buffers"])
        program = dict(state["program"])
        if (sweep := program["sweep"]) is not None:
            program["sweep"] = Sweep(**{**sweep, "levels": tuple(sweep["levels"])})
        self.program = Program(**program)

    def fill(self, tree: CommandTree) -> None:
        """Add source, sense, readings and system."""
        for add in (add_source, add_sense, add_trace, add_system):
            add(tree, self)

    @property
    def _number(self) -> str:
        return f".{(self.settings.digits or 7) - 1}E"

    def _reading(self, ns: int) -> Reading:
        settings = self.settings
        measured = settings.senses[settings.sense]
        value = self.physics.read(settings.sense, ns)
        if measured.relative_on and abs(value) < OVERLOAD:
            value -= measured.relative
        sourced, unit = self.physics.sourced(ns)
        held = settings.output and self.physics.point().held
        return Reading(ns, value, UNITS[settings.sense], sourced, unit, held, settings.output)

    def _step(self, level: float) -> None:
        assert self.program.sweep is not None
        self.settings.sources[self.program.sweep.function].level = level

    def _step_ns(self, sweep: Sweep) -> int:
        source = self.settings.sources[sweep.function]
        return round((sweep.delay_s + source.delay_s) * SECOND) + self.physics.duration_ns() + QUERY_NS
