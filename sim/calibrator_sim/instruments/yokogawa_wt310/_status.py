"""Averaging, filters, hold and the extended status of the WT310, as public programs use them (S-WT310, seen).

The bits of the check of ranges, and which part of an update counts as updating, are remembered (memory_low).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Special

if TYPE_CHECKING:
    from calibrator_sim.instruments.yokogawa_wt310._meter import YokogawaWT310

__all__ = ["add_status"]

_UPDATED, _INTEGRATING = 1, 2  # bits of condition and of extended events
_COUNTS = (8, 16, 32, 64)
_FILTERS = ("RISE", "FALL", "BOTH", "NEVer")
Ask = Callable[[str, str, Callable[[], str]], None]


def add_status(tree: CommandTree, meter: YokogawaWT310, ask: Ask) -> None:
    """Add MEASure, HOLD, INPut:FILTer, INPut:CRANge? and STATus; `ask` adds a query with its header."""
    _add_averaging(tree, meter, ask)
    _add_filters(tree, meter, ask)
    _add_events(tree, meter, ask)


def _add_averaging(tree: CommandTree, meter: YokogawaWT310, ask: Ask) -> None:
    settings = meter.settings_now

    def count(value: float | Special) -> None:
        if isinstance(value, Special) or round(value) not in _COUNTS:
            raise ScpiError(-222)
        settings().average_count = round(value)

    def state(on: bool) -> None:
        settings().average = on

    def kind(word: str) -> None:
        settings().average_kind = word

    tree.add("MEASure:AVERaging:STATe", Command(state, (Flag(),)))
    tree.add("MEASure:AVERaging:TYPE", Command(kind, (Choice(("LINear", "EXPonent")),)))
    tree.add("MEASure:AVERaging:COUNt", Command(count, (Number(words=()),)))
    tree.add("HOLD", Command(meter.hold, (Flag(),)))
    tree.add("MEASure:MHOLd", Command(meter.hold_largest, (Flag(),)))
    ask("MEASure:MHOLd", ":MEAS:MHOL", lambda: str(int(settings().most is not None)))
    ask("MEASure:AVERaging:STATe", ":MEAS:AVER:STAT", lambda: str(int(settings().average)))
    ask("MEASure:AVERaging:TYPE", ":MEAS:AVER:TYPE", lambda: settings().average_kind)
    ask("MEASure:AVERaging:COUNt", ":MEAS:AVER:COUN", lambda: str(settings().average_count))
    ask("HOLD", ":HOLD", lambda: str(int(settings().held is not None)))


def _add_filters(tree: CommandTree, meter: YokogawaWT310, ask: Ask) -> None:
    settings = meter.settings_now

    def line(on: bool) -> None:
        settings().line_filter = on

    def frequency(on: bool) -> None:
        settings().frequency_filter = on

    def synchronise(word: str) -> None:
        settings().synchronise = word

    tree.add("INPut:FILTer[:LINE]", Command(line, (Flag(),)))
    tree.add("INPut:FILTer:FREQuency", Command(frequency, (Flag(),)))
    tree.add("INPut:SYNChronize", Command(synchronise, (Choice(("VOLTage", "CURRent", "OFF")),)))
    ask("INPut:FILTer[:LINE]", ":INP:FILT:LINE", lambda: str(int(settings().line_filter)))
    ask("INPut:FILTer:FREQuency", ":INP:FILT:FREQ", lambda: str(int(settings().frequency_filter)))
    ask("INPut:SYNChronize", ":INP:SYNC", lambda: settings().synchronise)
    ask("INPut:CRANge", ":INP:CRAN", lambda: str(meter.over_ranges()))
    ask("INPut:WIRing", ":INP:WIR", lambda: "P1W2")


def _add_events(tree: CommandTree, meter: YokogawaWT310, ask: Ask) -> None:
    settings = meter.settings_now

    def filtered(number: int, word: str) -> None:
        if not 1 <= number <= 16:
            raise ScpiError(-114)
        settings().filters[str(number)] = word

    def wait(mask: float | Special) -> Generator[int, None, None]:
        if isinstance(mask, Special) or not 0 <= mask <= 65535:
            raise ScpiError(-222)
        if round(mask) & _UPDATED:
            yield meter.next_update_ns()

    def wait_and_say(mask: float | Special) -> Generator[int, None, str]:
        yield from wait(mask)
        return "1"

    register = Number(words=())
    tree.add("STATus:FILTer#", Command(filtered, (Choice(_FILTERS),)))
    tree.add("COMMunicate:WAIT", Command(wait, (register,)))
    tree.add("COMMunicate:WAIT?", Command(wait_and_say, (register,)))
    ask("STATus:EESR", ":STAT:EESR", lambda: str(_events(meter)))
    ask("STATus:CONDition", ":STAT:COND", lambda: str(_condition(meter)))


def _condition(meter: YokogawaWT310) -> int:
    length, now = meter.update_ns(), meter.world.time_ns()
    meter.expire(now)
    updating = now % length < length // 10
    return updating * _UPDATED | (meter.settings.state == "STAR") * _INTEGRATING


def _events(meter: YokogawaWT310) -> int:
    """Return and clear the extended events: what its transition filter lets through since the last look."""
    settings, now = meter.settings, meter.world.time_ns()
    meter.expire(now)
    found, filters = 0, settings.filters
    update = now // meter.update_ns()
    if update != settings.seen_update and filters.get("1", "NEV") != "NEV":  # it rises and falls each time
        found |= _UPDATED
    running = settings.state == "STAR"
    edge = ("RISE", "BOTH") if running else ("FALL", "BOTH")
    if running != settings.seen_running and filters.get("2", "NEV") in edge:
        found |= _INTEGRATING
    settings.seen_update, settings.seen_running = update, running
    return found
