"""The commands of a 2450's source and output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator_sim.instruments.keithley_2450._physics import OVER
from calibrator_sim.instruments.keithley_2450._settings import RANGES, Settings, Sourced
from calibrator_sim.instruments.keithley_2450._tree import (
    WHICH,
    WORDS,
    between,
    put,
    query,
    query_number,
    slot,
)
from calibrator_sim.scpi import Choice, CommandTree, Flag, Number, ScpiError, Special

if TYPE_CHECKING:
    from calibrator_sim.instruments.keithley_2450._unit import Keithley2450

__all__ = ["add_source"]

_PROTECTION = ("PROT2", "PROT5", *(f"PROT{v}" for v in (10, 20, 40, 60, 80, 100, 120, 140, 160, 180)), "NONE")
_LIMITS = {"VOLT": ("ILIMit", 1e-9, 1.05, 1.05e-4), "CURR": ("VLIMit", 0.02, 210.0, 21.0)}
_HEADERS = {"VOLT": "VOLTage", "CURR": "CURRent"}
_OFF = ("NORMal", "HIMPedance", "ZERO", "GUARd")
_DELAY_S = (0.0, 1e4)

Value = float | Special


def add_source(tree: CommandTree, smu: Keithley2450) -> None:
    """Add `SOURce` and `OUTPut`."""
    settings = smu.settings
    functions = Choice(("VOLTage", "CURRent"))
    put(tree, "SOURce#:FUNCtion[:MODE]", smu.choose_source, functions)
    query(tree, "SOURce#:FUNCtion[:MODE]?", lambda: settings.source)
    put(tree, "OUTPut#[:STATe]", lambda on: smu.change(settings, "output", on), Flag())
    query(tree, "OUTPut#[:STATe]?", lambda: str(int(settings.output)))
    query(tree, "OUTPut#:INTerlock:TRIPped?", lambda: "1")  # asserted: 200 V are available
    for name, header in _HEADERS.items():
        _add_level(tree, smu, name, f"SOURce#:{header}")
        _add_limit(tree, smu, name, f"SOURce#:{header}")
        _add_times(tree, smu, name, f"SOURce#:{header}")
        _add_off(tree, smu, name, f"OUTPut#:{header}:SMODe")


def _add_level(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    top, unit = RANGES[name][-1], "V" if name == "VOLT" else "A"

    def source() -> Sourced:
        return smu.settings.sources[name]

    def level(value: Value) -> None:
        wanted = between(value, -top * OVER, top * OVER, 0.0)
        if not source().auto and abs(wanted) > OVER * source().range_high:
            raise ScpiError(-222)
        smu.change(source(), "level", smu.protected(name, wanted))

    def say_level(which: Special | None = None) -> str:
        ends = source().level if which is None else between(which, -top * OVER, top * OVER, 0.0)
        return smu.say(ends)

    def set_range(value: Value) -> None:
        wanted = abs(between(value, -top * OVER, top * OVER, RANGES[name][0]))
        smu.change(source(), "range_high", next((r for r in RANGES[name] if wanted <= r * (1 + 1e-9)), top))
        smu.change(source(), "auto", False)
        if abs(source().level) > OVER * source().range_high:
            smu.change(source(), "level", 0.0)

    def automatic(on: bool) -> None:
        smu.change(source(), "range_high", smu.physics.source_range(name))
        smu.change(source(), "auto", on)

    put(tree, f"{node}[:LEVel][:IMMediate][:AMPLitude]", level, Number(unit, WORDS))
    query(tree, f"{node}[:LEVel][:IMMediate][:AMPLitude]?", say_level, WHICH)
    put(tree, f"{node}:RANGe", set_range, Number(unit, WORDS))
    ends = (RANGES[name][0], top, RANGES[name][0])
    query_number(tree, f"{node}:RANGe?", lambda: smu.say(smu.physics.source_range(name)), ends, smu.say)
    put(tree, f"{node}:RANGe:AUTO", automatic, Flag())
    query(tree, f"{node}:RANGe:AUTO?", lambda: str(int(source().auto)))


def _add_limit(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    word, low, high, usual = _LIMITS[name]

    def limit(value: Value) -> None:
        wanted = between(abs(value) if isinstance(value, float) else value, low, high, usual)
        smu.change(smu.settings.sources[name], "limit", wanted)

    def tripped() -> str:
        on = smu.settings.output and smu.settings.source == name
        return str(int(on and smu.physics.point().held))

    def say_limit(which: Special | None = None) -> str:
        present = smu.settings.sources[name].limit
        return smu.say(present if which is None else between(which, low, high, usual))

    def protect(chosen: str) -> None:
        smu.change(smu.settings, "protection", chosen)

    unit = "A" if name == "VOLT" else "V"
    put(tree, f"{node}:{word}[:LEVel]", limit, Number(unit, WORDS))
    query(tree, f"{node}:{word}[:LEVel]?", say_limit, WHICH)
    query(tree, f"{node}:{word}[:LEVel]:TRIPped?", tripped)
    put(tree, f"{node}:PROTection[:LEVel]", protect, Choice(_PROTECTION))
    query(tree, f"{node}:PROTection[:LEVel]?", lambda: smu.settings.protection)
    query(tree, f"{node}:PROTection[:LEVel]:TRIPped?", lambda: str(int(smu.over_voltage(name))))


def _add_times(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    def source() -> Sourced:
        return smu.settings.sources[name]

    def delay(value: Value) -> None:
        smu.change(source(), "delay_s", between(value, *_DELAY_S, 0.0))
        smu.change(source(), "delay_auto", False)

    def user(number: int, value: Value) -> None:
        source().user_s[slot(number)] = between(value, *_DELAY_S, 0.0)

    put(tree, f"{node}:DELay", delay, Number("S", WORDS))
    ends = (*_DELAY_S, 0.0)
    query_number(tree, f"{node}:DELay?", lambda: smu.say(source().delay_s), ends, smu.say)
    put(tree, f"{node}:DELay:USER#", user, Number("S", WORDS))
    query_number(
        tree, f"{node}:DELay:USER#?", lambda number: smu.say(source().user_s[slot(number)]), ends, smu.say
    )
    for header, field in (
        ("DELay:AUTO", "delay_auto"),
        ("READ:BACK", "read_back"),
        ("HIGH:CAPacitance", "high_capacitance"),
    ):
        put(tree, f"{node}:{header}", lambda on, field=field: smu.change(source(), field, on), Flag())
        query(tree, f"{node}:{header}?", lambda field=field: str(int(getattr(source(), field))))


def _add_off(tree: CommandTree, smu: Keithley2450, name: str, header: str) -> None:
    settings: Settings = smu.settings
    put(tree, header, lambda word: smu.change(settings.sources[name], "off", word), Choice(_OFF))
    query(tree, f"{header}?", lambda: settings.sources[name].off)
