"""The commands of what a 2450 measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator_sim.instruments.keithley_2450._physics import OVER, OVERLOAD
from calibrator_sim.instruments.keithley_2450._settings import RANGES, Measured
from calibrator_sim.instruments.keithley_2450._tree import (
    WHICH,
    WORDS,
    between,
    put,
    query,
    query_number,
    slot,
)
from calibrator_sim.scpi import Choice, CommandTree, Flag, Number, ScpiError, Special, Text

if TYPE_CHECKING:
    from calibrator_sim.instruments.keithley_2450._unit import Keithley2450

__all__ = ["SENSES", "add_sense"]

SENSES = {"VOLT": "VOLTage[:DC]", "CURR": "CURRent[:DC]", "RES": "RESistance"}
_NAMES = {
    "VOLT": "VOLT",
    "VOLTAGE": "VOLT",
    "CURR": "CURR",
    "CURRENT": "CURR",
    "RES": "RES",
    "RESISTANCE": "RES",
}
_USUAL = {"VOLT": 20.0, "CURR": 1e-4, "RES": 2e5}
_NPLC = (0.01, 10.0, 1.0)
_MOST_COUNT = 300_000

Value = float | Special


def _whole(value: float) -> str:
    return str(round(value))


def add_sense(tree: CommandTree, smu: Keithley2450) -> None:
    """Add `SENSe`."""
    settings = smu.settings

    def choose(text: str) -> None:
        word, _, rest = text.upper().partition(":")
        if word not in _NAMES or rest not in ("", "DC") or (rest and _NAMES[word] == "RES"):
            raise ScpiError(-224)
        smu.choose_sense(_NAMES[word])

    def chosen() -> str:
        return f'"{settings.sense}"' if settings.sense == "RES" else f'"{settings.sense}:DC"'

    def count(value: Value) -> None:
        settings.count = round(between(value, 1, _MOST_COUNT, 1))

    put(tree, "[SENSe#:]FUNCtion[:ON]", choose, Text())
    query(tree, "[SENSe#:]FUNCtion[:ON]?", chosen)
    put(tree, "[SENSe#:]COUNt", count, Number("", WORDS))
    query_number(tree, "[SENSe#:]COUNt?", lambda: str(settings.count), (1, _MOST_COUNT, 1), _whole)
    put(tree, "[SENSe#:]AZERo:ONCE", lambda: None)
    for name, header in SENSES.items():
        _add_range(tree, smu, name, f"[SENSe#:]{header}:RANGe")
        _add_numbers(tree, smu, name, f"[SENSe#:]{header}")
        _add_flags(tree, smu, name, f"[SENSe#:]{header}")
        _add_relative(tree, smu, name, f"[SENSe#:]{header}:RELative")


def _add_range(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    ranges = RANGES[name]

    def measured() -> Measured:
        return smu.settings.senses[name]

    def fitting(value: Value) -> float:
        wanted = abs(between(value, -ranges[-1] * OVER, ranges[-1] * OVER, _USUAL[name]))
        return next((r for r in ranges if wanted <= r * (1.0 + 1e-9)), ranges[-1])

    def set_range(value: Value) -> None:
        smu.change(measured(), "range_high", ranges[0] if value is Special.MIN else fitting(value))
        smu.change(measured(), "auto", False)

    def say_range(which: Special | None = None) -> str:
        ends = {Special.MIN: ranges[0], Special.MAX: ranges[-1], Special.DEF: _USUAL[name]}
        return smu.say(smu.physics.sense_range(name) if which is None else ends[which])

    def automatic(on: bool) -> None:
        smu.change(measured(), "range_high", smu.physics.sense_range(name))
        smu.change(measured(), "auto", on)

    put(tree, f"{node}[:UPPer]", set_range, Number("", WORDS))
    query(tree, f"{node}[:UPPer]?", say_range, WHICH)
    put(tree, f"{node}:AUTO", automatic, Flag())
    query(tree, f"{node}:AUTO?", lambda: str(int(measured().auto)))
    put(
        tree,
        f"{node}:AUTO:LLIMit",
        lambda value: smu.change(measured(), "lowest", fitting(value)),
        Number("", WORDS),
    )
    lowest = (ranges[0], ranges[-1], _USUAL[name])
    query_number(tree, f"{node}:AUTO:LLIMit?", lambda: smu.say(measured().lowest), lowest, smu.say)
    query(tree, f"{node}:AUTO:ULIMit?", lambda: smu.say(ranges[-1]))


def _add_numbers(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    def measured() -> Measured:
        return smu.settings.senses[name]

    def nplc(value: Value) -> None:
        smu.change(measured(), "nplc", between(value, *_NPLC))

    def count(value: Value) -> None:
        smu.change(measured(), "count", round(between(value, 1, 100, 10)))

    def user(number: int, value: Value) -> None:
        measured().user_s[slot(number)] = between(value, 0.0, 1e4, 0.0)

    put(tree, f"{node}:NPLCycles", nplc, Number("", WORDS))
    query_number(tree, f"{node}:NPLCycles?", lambda: smu.say(measured().nplc), _NPLC, smu.say)
    put(tree, f"{node}:AVERage:COUNt", count, Number("", WORDS))
    query_number(tree, f"{node}:AVERage:COUNt?", lambda: str(measured().count), (1, 100, 10), _whole)
    kinds = Choice(("REPeat", "MOVing"))
    put(tree, f"{node}:AVERage:TCONtrol", lambda word: smu.change(measured(), "kind", word), kinds)
    query(tree, f"{node}:AVERage:TCONtrol?", lambda: measured().kind)
    put(tree, f"{node}:DELay:USER#", user, Number("S", WORDS))
    ends = (0.0, 1e4, 0.0)
    query_number(
        tree, f"{node}:DELay:USER#?", lambda number: smu.say(measured().user_s[slot(number)]), ends, smu.say
    )


def _add_flags(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    for header, field in (
        ("RSENse", "four_wires"),
        ("AZERo[:STATe]", "autozero"),
        ("AVERage[:STATe]", "averaging"),
    ):

        def switch(on: bool, field: str = field) -> None:
            smu.change(smu.settings.senses[name], field, on)

        put(tree, f"{node}:{header}", switch, Flag())
        query(
            tree,
            f"{node}:{header}?",
            lambda field=field: str(int(getattr(smu.settings.senses[name], field))),
        )


def _add_relative(tree: CommandTree, smu: Keithley2450, name: str, node: str) -> None:
    def measured() -> Measured:
        return smu.settings.senses[name]

    def relative(value: float) -> None:
        measured().relative = value

    def acquire() -> None:
        if smu.settings.sense != name or abs(now := smu.physics.read(name, smu.world.time_ns())) >= OVERLOAD:
            raise ScpiError(-221)
        measured().relative = now

    put(tree, node, relative, Number("", ()))
    query(tree, f"{node}?", lambda: smu.say(measured().relative))
    put(tree, f"{node}:STATe", lambda on: smu.change(measured(), "relative_on", on), Flag())
    query(tree, f"{node}:STATe?", lambda: str(int(measured().relative_on)))
    put(tree, f"{node}:ACQuire", acquire)
