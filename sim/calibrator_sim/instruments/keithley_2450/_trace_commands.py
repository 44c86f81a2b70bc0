"""The commands of a 2450's readings: taking them, keeping them, and running sweeps."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

from calibrator_sim.instruments.keithley_2450._buffers import ELEMENTS, STYLES
from calibrator_sim.instruments.keithley_2450._physics import OVER
from calibrator_sim.instruments.keithley_2450._program import Sweep
from calibrator_sim.instruments.keithley_2450._sense_commands import SENSES
from calibrator_sim.instruments.keithley_2450._settings import RANGES
from calibrator_sim.instruments.keithley_2450._tree import put, query
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Text

if TYPE_CHECKING:
    from calibrator_sim.instruments.keithley_2450._unit import Keithley2450

__all__ = ["add_trace"]

_BUFFER = Text(optional=True)
_ELEMENTS = tuple(Choice(ELEMENTS, optional=True) for _ in range(14))
_STATISTICS = ("AVERage", "MAXimum", "MINimum", "STDDev", "PK2Pk")
_MODES = ("CONTinuous", "ONCE")
_MOST_POINTS = 1_000_000
_MOST_SWEEPS = 1000  # one without an end is not simulated
_SWEEP_USUAL: tuple[Any, ...] = (-1.0, 1.0, "BEST", True, False, "defbuffer1")
_OPTIONAL = Number("", optional=True)


def add_trace(tree: CommandTree, smu: Keithley2450) -> None:
    """Add `READ?`, `MEASure?`, `FETCh?`, `TRACe`, sweeps and the trigger model."""
    _add_readings(tree, smu)
    _add_buffers(tree, smu)
    _add_statistics(tree, smu)
    _add_sweeps(tree, smu)


def _add_readings(tree: CommandTree, smu: Keithley2450) -> None:
    def last(name: str | None = None, *elements: str) -> str:
        found = smu.buffers.named(name)
        if not found.readings:
            raise ScpiError(-230)
        return smu.lines(found, (len(found.readings),) * 2, elements)

    def read(name: str | None = None, *elements: str) -> Generator[int, None, str]:
        yield from smu.measure(name)
        return last(name, *elements)

    tree.add("READ?", Command(read, (_BUFFER, *_ELEMENTS)))
    tree.add("MEASure?", Command(read, (_BUFFER, *_ELEMENTS)))
    query(tree, "FETCh?", last, _BUFFER, *_ELEMENTS)
    put(tree, "TRACe:TRIGger", smu.measure, _BUFFER)
    for function, header in SENSES.items():

        def measured(
            name: str | None = None, *elements: str, function: str = function
        ) -> Generator[int, None, str]:
            smu.choose_sense(function)
            return (yield from read(name, *elements))

        tree.add(f"MEASure:{header}?", Command(measured, (_BUFFER, *_ELEMENTS)))


def _add_buffers(tree: CommandTree, smu: Keithley2450) -> None:
    buffers = smu.buffers

    def data(first: float, last: float, name: str | None = None, *elements: str) -> str:
        return smu.lines(buffers.named(name), (round(first), round(last)), elements)

    def mode(word: str, name: str | None = None) -> None:
        found = buffers.named(name)
        found.once = word == "ONCE"
        found.clear()

    def make(name: str, size: float, _style: str = "") -> None:
        buffers.make(name, size)

    def start(name: str | None = None) -> str:
        return str(int(bool(buffers.named(name).readings)))

    plain = Number("", ())
    query(tree, "TRACe:DATA?", data, plain, plain, _BUFFER, *_ELEMENTS)
    put(tree, "TRACe:MAKE", make, Text(), plain, Choice(STYLES, optional=True))
    put(tree, "TRACe:DELete", buffers.delete, Text())
    put(tree, "TRACe:CLEar", lambda name=None: buffers.named(name).clear(), _BUFFER)
    put(tree, "TRACe:POINts", lambda size, name=None: buffers.resize(name, size), plain, _BUFFER)
    query(tree, "TRACe:POINts?", lambda name=None: str(buffers.named(name).size), _BUFFER)
    query(tree, "TRACe:ACTual?", lambda name=None: str(len(buffers.named(name).readings)), _BUFFER)
    query(tree, "TRACe:ACTual:STARt?", start, _BUFFER)
    query(tree, "TRACe:ACTual:END?", lambda name=None: str(len(buffers.named(name).readings)), _BUFFER)
    put(tree, "TRACe:FILL:MODE", mode, Choice(_MODES), _BUFFER)
    query(tree, "TRACe:FILL:MODE?", lambda name=None: "ONCE" if buffers.named(name).once else "CONT", _BUFFER)


def _add_statistics(tree: CommandTree, smu: Keithley2450) -> None:
    for word in _STATISTICS:
        short = "".join(char for char in word if not char.islower())

        def answer(name: str | None = None, short: str = short) -> str:
            return smu.say(smu.buffers.named(name).statistic(short))

        query(tree, f"TRACe:STATistics:{word}?", answer, _BUFFER)
    put(
        tree,
        "TRACe:STATistics:CLEar",
        lambda name=None: smu.buffers.named(name).forget_statistics(),
        _BUFFER,
    )


def _add_sweeps(tree: CommandTree, smu: Keithley2450) -> None:
    options = (
        _OPTIONAL,  # delay
        _OPTIONAL,  # count
        Choice(("AUTO", "BEST", "FIXed"), optional=True),
        Flag(optional=True),  # end at the limit
        Flag(optional=True),  # and back again
        Text(optional=True),
    )
    spreads: dict[str, Callable[[float, float, float], list[float]]] = {
        "LINear": _linear,
        "LINear:STEP": _steps,
        "LOG": _logarithmic,
    }
    plain = Number("", ())
    for name, header in (("VOLT", "VOLTage"), ("CURR", "CURRent")):
        for kind, spread in spreads.items():

            def prepare(
                *given: Any,  # noqa: ANN401 - three numbers, then options
                name: str = name,
                spread: Callable[[float, float, float], list[float]] = spread,
            ) -> None:
                smu.prepare(_sweep(smu, name, spread(*given[:3]), given[3:]))

            put(tree, f"SOURce#:SWEep:{header}:{kind}", prepare, plain, plain, plain, *options)
    put(tree, "INITiate[:IMMediate]", smu.initiate)
    put(tree, "ABORt", smu.stop)
    query(tree, "TRIGger:STATe?", lambda: "RUNNING;RUNNING;1" if smu.running() else "IDLE;IDLE;0")


def _sweep(smu: Keithley2450, name: str, levels: list[float], options: Sequence[Any]) -> Sweep:
    """Return the sweep of some levels; options that are not given are the manual's defaults."""
    delay, count, _ranging, abort, dual, buffer = [*options, *_SWEEP_USUAL[len(options) :]]
    if max(map(abs, levels)) > RANGES[name][-1] * OVER or not 1 <= count <= _MOST_SWEEPS:
        raise ScpiError(-222)
    smu.buffers.named(buffer)
    there_and_back = tuple(levels) + (tuple(reversed(levels)) if dual else ())
    return Sweep(name, there_and_back * round(count), max(delay, 0.0), bool(abort), buffer)


def _points(number: float) -> int:
    if not 2 <= number <= _MOST_POINTS:
        raise ScpiError(-222)
    return round(number)


def _linear(start: float, stop: float, points: float) -> list[float]:
    number = _points(points)
    return [start + (stop - start) * index / (number - 1) for index in range(number)]


def _steps(start: float, stop: float, step: float) -> list[float]:
    if step <= 0.0:
        raise ScpiError(-222)
    return _linear(start, stop, math.floor(abs(stop - start) / step + 1e-9) + 1)


def _logarithmic(start: float, stop: float, points: float) -> list[float]:
    if start * stop <= 0.0:
        raise ScpiError(-222)
    number = _points(points)
    return [start * (stop / start) ** (index / (number - 1)) for index in range(number)]
