"""The command table of the WT310."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from calibrator_sim.instruments.yokogawa_wt310._status import add_status
from calibrator_sim.scpi import (
    Argument,
    Choice,
    Command,
    CommandTree,
    Flag,
    Kind,
    Number,
    ScpiError,
    Special,
    add_registers,
)

if TYPE_CHECKING:
    from calibrator_sim.instruments.yokogawa_wt310._meter import YokogawaWT310

__all__ = ["AMPERES", "VOLTS", "build"]

_QUERY_NS = 3_000_000
_ITEMS = 10
VOLTS = (15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
AMPERES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_RATES = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_NAMES = (
    *("U", "I", "P", "S", "Q", "LAMBDA", "PHI", "FU", "FI", "WH", "AH", "TIME", "NONE"),
    *("UPPEAK", "UMPEAK", "IPPEAK", "IMPEAK", "PPPEAK", "URANGE", "IRANGE"),
)


def build(meter: YokogawaWT310) -> CommandTree:
    """Return the tree of one meter's commands."""
    tree = CommandTree()
    tree.add("*IDN?", Command(lambda: meter.identity, cost_ns=_QUERY_NS))
    tree.add("*RST", Command(meter.reset))
    tree.add("*CLS", Command(meter.status.clear))
    tree.add("*OPC?", Command(lambda: "1", cost_ns=_QUERY_NS))
    tree.add("*TST?", Command(lambda: "0", cost_ns=_QUERY_NS))
    add_registers(tree, meter.status, cost_ns=_QUERY_NS)
    tree.add("STATus:ERRor?", Command(lambda: _plain(meter.status.next_error()), cost_ns=_QUERY_NS))
    _add_input(tree, meter)
    _add_numeric(tree, meter)
    _add_integration(tree, meter)
    _add_words(tree, meter)
    add_status(tree, meter, lambda pattern, header, answer: _ask(tree, meter, pattern, header, answer))
    return tree


def _plain(entry: str) -> str:
    number, _, text = entry.partition(",")
    return f"{int(number)},{text}"


def _headed(meter: YokogawaWT310, header: str, answer: str) -> str:
    return f"{header} {answer}" if meter.settings.header else answer


def _ask(
    tree: CommandTree, meter: YokogawaWT310, pattern: str, header: str, answer: Callable[[], str]
) -> None:
    tree.add(pattern + "?", Command(lambda: _headed(meter, header, answer()), cost_ns=_QUERY_NS))


def _one_of(value: float | Special, known: tuple[float, ...]) -> float:
    if isinstance(value, Special):
        raise ScpiError(-224)
    for each in known:
        if math.isclose(value, each, rel_tol=1e-6):
            return each
    raise ScpiError(-222)


@dataclass(frozen=True, slots=True)
class _Crest:
    """`3`, `6` or `6A`, which differs from 6 by the automatic range alone."""

    optional: bool = False

    def take(self, argument: Argument) -> str:
        """Return the factor as it is written."""
        text = f"{argument.value:g}{argument.suffix.upper()}" if argument.kind is Kind.NUMBER else ""
        if text not in ("3", "6", "6A"):
            raise ScpiError(-222)
        return text


def _add_input(tree: CommandTree, meter: YokogawaWT310) -> None:
    def volts(value: float | Special) -> None:
        meter.settings.volts, meter.settings.volts_auto = _one_of(value, VOLTS), False

    def amperes(value: float | Special) -> None:
        meter.settings.amperes, meter.settings.amperes_auto = _one_of(value, AMPERES), False

    def volts_auto(on: bool) -> None:
        meter.settings.volts_auto = on

    def amperes_auto(on: bool) -> None:
        meter.settings.amperes_auto = on

    def rate(value: float | Special) -> None:
        meter.settings.update_s = _one_of(value, _RATES)

    def crest(factor: str) -> None:
        meter.settings.crest, meter.settings.crest_wide = int(factor[0]), factor == "6A"

    def mode(word: str) -> None:
        meter.settings.mode = word

    tree.add("INPut:VOLTage:RANGe", Command(volts, (Number("V"),)))
    tree.add("INPut:CURRent:RANGe", Command(amperes, (Number("A"),)))
    tree.add("INPut:VOLTage:AUTO", Command(volts_auto, (Flag(),)))
    tree.add("INPut:CURRent:AUTO", Command(amperes_auto, (Flag(),)))
    tree.add("RATE", Command(rate, (Number("S"),)))
    tree.add("INPut:CFACtor", Command(crest, (_Crest(),)))
    tree.add("INPut:MODE", Command(mode, (Choice(("RMS", "VMEan", "DC")),)))
    _ask(tree, meter, "INPut:VOLTage:RANGe", ":INP:VOLT:RANG", lambda: _number(meter.settings.volts))
    _ask(tree, meter, "INPut:CURRent:RANGe", ":INP:CURR:RANG", lambda: _number(meter.settings.amperes))
    _ask(tree, meter, "INPut:VOLTage:AUTO", ":INP:VOLT:AUTO", lambda: str(int(meter.settings.volts_auto)))
    _ask(tree, meter, "INPut:CURRent:AUTO", ":INP:CURR:AUTO", lambda: str(int(meter.settings.amperes_auto)))
    _ask(tree, meter, "RATE", ":RATE", lambda: _number(meter.settings.update_s))
    _ask(
        tree,
        meter,
        "INPut:CFACtor",
        ":INP:CFAC",
        lambda: f"{meter.settings.crest}{'A' * meter.settings.crest_wide}",
    )
    _ask(tree, meter, "INPut:MODE", ":INP:MODE", lambda: meter.settings.mode)


def _add_numeric(tree: CommandTree, meter: YokogawaWT310) -> None:
    def count(value: float | Special) -> None:
        number = round(_one_of(value, tuple(float(n) for n in range(1, _ITEMS + 1))))
        items = [*meter.settings.items, *["NONE"] * _ITEMS]
        meter.settings.items = items[:number]

    def item(place: int) -> Callable[..., None]:
        def choose(name: str, element: float | Special = 1.0) -> None:
            if element != 1.0:
                raise ScpiError(-222)
            if place > len(meter.settings.items):
                meter.settings.items += ["NONE"] * (place - len(meter.settings.items))
            meter.settings.items[place - 1] = name

        return choose

    def chosen(place: int) -> str:
        items = meter.settings.items
        name = items[place - 1] if place <= len(items) else "NONE"
        return name if name == "NONE" else f"{name},1"

    def values() -> str:
        shown = meter.shown()
        return ",".join(_number(shown.get(name, math.nan)) for name in meter.settings.items)

    tree.add("NUMeric[:NORMal]:NUMber", Command(count, (Number(),)))
    _ask(tree, meter, "NUMeric[:NORMal]:NUMber", ":NUM:NORM:NUM", lambda: str(len(meter.settings.items)))
    element = Number(words=(), optional=True)
    for place in range(1, _ITEMS + 1):
        header = f"NUMeric[:NORMal]:ITEM{place}"
        tree.add(header, Command(item(place), (Choice(_NAMES), element)))
        _ask(tree, meter, header, f":NUM:NORM:ITEM{place}", partial(chosen, place))
    tree.add("NUMeric[:NORMal]:VALue?", Command(values, cost_ns=_QUERY_NS))


def _add_integration(tree: CommandTree, meter: YokogawaWT310) -> None:
    def mode(word: str) -> None:
        if meter.settings.state != "RES":
            raise ScpiError(-221)
        meter.settings.integration = word

    def timer(hours: float, minutes: float, seconds: float) -> None:
        if meter.settings.state != "RES":
            raise ScpiError(-221)
        if not (0 <= hours <= 10000 and 0 <= minutes <= 59 and 0 <= seconds <= 59):
            raise ScpiError(-222)
        meter.settings.timer_s = 3600.0 * round(hours) + 60.0 * round(minutes) + round(seconds)

    def start() -> None:
        if meter.settings.state == "STAR":
            raise ScpiError(-221)
        meter.start()

    def stop() -> None:
        if meter.settings.state != "STAR":
            raise ScpiError(-221)
        meter.stop()

    def clear() -> None:
        if meter.settings.state == "STAR":
            raise ScpiError(-221)
        meter.clear()

    tree.add("INTEGrate:STARt", Command(start))
    tree.add("INTEGrate:STOP", Command(stop))
    tree.add("INTEGrate:RESet", Command(clear))
    tree.add("INTEGrate:MODE", Command(mode, (Choice(("NORMal", "CONTinuous")),)))
    tree.add("INTEGrate:TIMer", Command(timer, (Number(words=()),) * 3))
    _ask(tree, meter, "INTEGrate:MODE", ":INTEG:MODE", lambda: meter.settings.integration)
    _ask(tree, meter, "INTEGrate:TIMer", ":INTEG:TIM", lambda: _clock_of(meter.settings.timer_s))
    _ask(tree, meter, "INTEGrate:STATe", ":INTEG:STAT", meter.integration_state)


def _add_words(tree: CommandTree, meter: YokogawaWT310) -> None:
    """Add settings that have no physics on this bench."""

    def header(on: bool) -> None:
        meter.settings.header = on

    tree.add("COMMunicate:HEADer", Command(header, (Flag(),)))
    for pattern in ("COMMunicate:VERBose", "COMMunicate:REMote", "COMMunicate:LOCKout", "SYSTem:KLOCk"):
        tree.add(pattern, Command(lambda _: None, (Flag(),)))
    tree.add("NUMeric:FORMat", Command(lambda _: None, (Choice(("ASCii",)),)))
    _ask(tree, meter, "NUMeric:FORMat", ":NUM:FORM", lambda: "ASC")


def _clock_of(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600},{whole // 60 % 60},{whole % 60}"


def _number(value: float) -> str:
    """Return a number as the meter writes it: engineering notation, NAN, INF.

    Example:
        >>> _number(230.12), _number(0.0123), _number(math.nan), _number(math.inf)
        ('230.12E+00', '12.300E-03', 'NAN', 'INF')
    """
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INF"
    power = 0 if value == 0.0 else max(-3, min(3, math.floor(math.log10(abs(value)) / 3))) * 3
    mantissa = value / 10.0**power
    digits = max(0, 4 - len(f"{abs(mantissa):.0f}") + 1)
    return f"{mantissa:.{digits}f}E{power:+03d}"
