"""A 6270A as its servers see it; its physics is that of every controller."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._pressure_control import PressureControl
from calibrator_sim.scpi import (
    Argument,
    Choice,
    Command,
    CommandTree,
    Interpreter,
    Kind,
    Number,
    ScpiError,
    Special,
    add_operation,
    add_registers,
)

__all__ = ["Fluke6270A"]

_QUERY_NS = 10_000_000
_UNITS = {"KPA": 1e3, "PA": 1.0, "BAR": 1e5, "MBAR": 100.0, "PSI": 6894.757293168, "MPA": 1e6}
_READY = 16


def _at_once() -> Generator[int, None, None]:
    yield from ()


class Fluke6270A(PressureControl):
    """A simulated 6270A with one gauge module."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        super().__init__(name, unit, world)
        self.status.condition = lambda: _READY if self.in_limits(world.time_ns()) else 0
        self.identity = f"FLUKE,6270A,{self.serial},1.05"
        self._begin()

    def reset(self) -> None:
        """Do what `*RST` does: measure, in kPa, at a limited slew; the line keeps its pressure."""
        super().reset()
        self._begin()

    def _begin(self) -> None:
        self.settings.unit, self.settings.slew_mode, self.settings.overshoot = "KPA", "LIN", False
        self.settings.dwell_s, self.settings.mode = 4.0, "AUTO"

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(_build(self), self.status, _at_once)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        return self._interpreter.run(message)

    def choose(self, mode: str) -> None:
        """Control, measure or vent."""
        if mode == "VENT":
            self.vent(start=True)
            return
        if self.settings.vent:
            self.vent(start=False)
        self.switch(control=mode == "CONT")

    def mode(self) -> str:
        """Return the mode in use."""
        return "VENT" if self.settings.vent else "CONT" if self.settings.control else "MEAS"

    def module_name(self) -> str:
        """Return the name of the module that fits; its form is remembered badly (memory_low)."""
        return f"PM200-BG{self.full_scale_pa / 1e3:.0f}K"

    def say(self, pressure_pa: float) -> str:
        """Return a pressure in the unit in use, in steps of a pascal or finer."""
        return f"{pressure_pa / _UNITS[self.settings.unit]:.6g}"

    def uncertainty_pa(self, pressure_pa: float) -> float:
        """Return what it states for a reading: its specification."""
        return self.unit.limit("pressure_gauge", min(abs(pressure_pa), self.full_scale_pa))[0]


@dataclass(frozen=True, slots=True)
class _Module:
    """`AUTO`, or the number of the one module."""

    optional: bool = False

    def take(self, argument: Argument) -> str:
        """Return the module as it is asked back.

        Raises:
            ScpiError: -224 for a module that is not there.
        """
        if argument.kind is Kind.MNEMONIC:
            return Choice(("AUTO",)).take(argument)
        if argument.kind is not Kind.NUMBER or argument.value != 1:
            raise ScpiError(-224)
        return "1"


def _plain(value: float | Special, low: float, high: float) -> float:
    if isinstance(value, Special):
        raise ScpiError(-224)
    if not low <= value <= high:
        raise ScpiError(-222)
    return value


def _build(unit: Fluke6270A) -> CommandTree:
    tree = CommandTree()
    now = unit.world.time_ns

    def choose_unit(word: str) -> None:
        unit.settings.unit = word

    tree.add("*RST", Command(unit.reset))
    tree.add("*CLS", Command(unit.status.clear))
    add_registers(tree, unit.status, cost_ns=_QUERY_NS)
    _ask(tree, "*IDN", lambda: unit.identity)
    _ask(tree, "*TST", lambda: "0")
    _ask(tree, "SYSTem:ERRor[:NEXT]", lambda: _error(unit.status.next_error()))
    tree.add("UNIT:PRESsure", Command(choose_unit, (Choice(tuple(_UNITS)),)))
    _ask(tree, "UNIT:PRESsure", lambda: unit.settings.unit)
    _add_source(tree, unit)
    _add_sense(tree, unit)
    tree.add("OUTPut[:PRESsure]:MODE", Command(unit.choose, (Choice(("CONTrol", "MEASure", "VENT")),)))
    _ask(tree, "OUTPut[:PRESsure]:MODE", unit.mode)
    _ask(tree, "MEASure:PRESsure", lambda: unit.say(unit.reading_pa()))
    stated = lambda: unit.say(unit.uncertainty_pa(unit.sensed_pa(now())))  # noqa: E731 - a row of the table
    _ask(tree, "MEASure:PRESsure:UNCertainty", stated)
    add_operation(tree, unit.status, cost_ns=_QUERY_NS)
    return tree


def _ask(tree: CommandTree, pattern: str, answer: Callable[[], str]) -> None:
    tree.add(pattern + "?", Command(answer, cost_ns=_QUERY_NS))


def _add_source(tree: CommandTree, unit: Fluke6270A) -> None:
    def factor() -> float:
        return _UNITS[unit.settings.unit]

    def set_point(value: float | Special) -> None:
        pascal = _plain(value, -1e9, 1e9) * factor()
        low, high = (0.0, 100e3) if unit.settings.absolute else (-100e3, 0.0)
        unit.settings.set_point_pa = _plain(pascal, low, high + 1.02 * unit.full_scale_pa)
        unit.changed()

    def slew(value: float | Special) -> None:
        unit.settings.slew_pa_s = _plain(_plain(value, 0.0, 1e9) * factor(), 1.0, unit.full_scale_pa)
        unit.changed()

    source = "SOURce:PRESsure[:LEVel][:IMMediate][:AMPLitude]"
    tree.add(source, Command(set_point, (Number(words=()),)))
    _ask(tree, source, lambda: unit.say(unit.settings.set_point_pa))
    tree.add("SOURce:PRESsure:SLEW", Command(slew, (Number(words=()),)))
    _ask(tree, "SOURce:PRESsure:SLEW", lambda: unit.say(unit.settings.slew_pa_s))


def _add_sense(tree: CommandTree, unit: Fluke6270A) -> None:
    def refer(word: str) -> None:
        unit.refer(absolute=word == "ABS")

    def module(word: str) -> None:
        unit.settings.mode = word

    tree.add("SENSe:PRESsure:MODule", Command(module, (_Module(),)))
    _ask(tree, "SENSe:PRESsure:MODule", lambda: unit.settings.mode)
    _ask(tree, "SENSe:PRESsure:MODule1:NAME", unit.module_name)
    tree.add("SENSe:PRESsure:MODE", Command(refer, (Choice(("ABSolute", "GAUGe")),)))
    _ask(tree, "SENSe:PRESsure:MODE", lambda: "ABS" if unit.settings.absolute else "GAUG")


def _error(entry: str) -> str:
    number, _, text = entry.partition(",")
    return f"{int(number)},{text}"
