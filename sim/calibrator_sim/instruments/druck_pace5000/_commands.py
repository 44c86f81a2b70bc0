"""The command table of the PACE5000 (K0472 revision A): each reply repeats its short header."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrator_sim.scpi import (
    Choice,
    Command,
    CommandTree,
    Flag,
    Number,
    Parameter,
    ScpiError,
    Special,
    Text,
    add_operation,
)

if TYPE_CHECKING:
    from calibrator_sim.instruments.druck_pace5000._controller import DruckPACE5000

__all__ = ["build"]

_FIRST = re.compile(r"[A-Za-z]+")  # word of a pattern
_QUERY_NS = 20_000_000  # a query of the front-end's processor
_LEVEL = "[:LEVel][:IMMediate][:AMPLitude]"
_UNITS = {"HPA": 100.0, "MBAR": 100.0, "BAR": 1e5, "KPA": 1e3, "PA": 1.0, "MPA": 1e6, "PSI": 6894.757293168}


@dataclass(frozen=True, slots=True)
class _Channel:
    """The tree as one channel fills it: the first with and without its number, a further one with it."""

    tree: CommandTree
    number: str = "1"

    def add(self, pattern: str, command: Command) -> None:
        """Add a command, its first word numbered."""
        first = _FIRST.match(pattern)
        assert first is not None
        if self.number == "1":
            self.tree.add(pattern, command)
        self.tree.add(f"{first.group()}{self.number}{pattern[first.end() :]}", command)

    def head(self, header: str) -> str:
        """Return the header of a reply; that of a further channel has its number."""
        if self.number == "1":
            return header
        first, colon, rest = header[1:].partition(":")
        return f":{first}{self.number}{colon}{rest}"


def build(pace: DruckPACE5000, further: Mapping[str, DruckPACE5000] | None = None) -> CommandTree:
    """Return the tree of a controller's commands; `further` channels by their numbers."""
    tree = CommandTree()
    _add_common(tree, pace)
    _add_system(tree, pace, further or {})
    for number, line in {"1": pace, **(further or {})}.items():
        channel = _Channel(tree, number)
        _add_unit(channel, line)
        _add_source(channel, line)
        _add_sense(channel, line)
    return tree


def _ask(channel: _Channel, pattern: str, header: str, answer: Callable[[], str]) -> None:
    """Add a query whose reply begins with its short header."""
    head = channel.head(header)
    channel.add(pattern + "?", Command(lambda: f"{head} {answer()}", cost_ns=_QUERY_NS))


def _set(channel: _Channel, pattern: str, run: Callable[..., None], *parameters: Parameter) -> None:
    channel.add(pattern, Command(run, parameters))


def _plain(value: float | Special) -> float:
    if isinstance(value, Special):
        raise ScpiError(-224)
    return value


def _within(value: float | Special, low: float, high: float) -> float:
    number = _plain(value)
    if not low <= number <= high:
        raise ScpiError(-222)
    return number


def _add_common(tree: CommandTree, pace: DruckPACE5000) -> None:
    status = pace.status

    def enable(value: float | Special) -> None:
        status.ese = round(_within(value, 0, 255))

    def service(value: float | Special) -> None:
        status.sre = round(_within(value, 0, 255))

    tree.add("*IDN?", Command(lambda: pace.identity, cost_ns=_QUERY_NS))
    tree.add("*RST", Command(pace.reset))
    tree.add("*CLS", Command(status.clear))
    tree.add("*TST?", Command(lambda: "*TST 0", cost_ns=_QUERY_NS))
    tree.add("*OPC?", Command(lambda: "*OPC 1", cost_ns=_QUERY_NS))
    tree.add("*ESR?", Command(lambda: f"*ESR {status.read_esr()}", cost_ns=_QUERY_NS))
    tree.add("*ESE", Command(enable, (Number(words=()),)))
    tree.add("*ESE?", Command(lambda: f"*ESE {status.ese}", cost_ns=_QUERY_NS))
    tree.add("*SRE", Command(service, (Number(words=()),)))
    tree.add("*SRE?", Command(lambda: f"*SRE {status.sre}", cost_ns=_QUERY_NS))
    byte = Command(lambda: f"*STB {status.byte(message_available=False)}", cost_ns=_QUERY_NS)
    tree.add("*STB?", byte)
    tree.add("*WAI", Command(lambda: None))


def _add_system(tree: CommandTree, pace: DruckPACE5000, further: Mapping[str, DruckPACE5000]) -> None:
    def error() -> str:
        number, _, text = pace.status.next_error().partition(",")
        return f"{int(number)},{text}"

    def limits(sensor: int) -> str:
        line = {1: pace, 5: further.get("2")}.get(sensor)  # the control sensors of both modules (K0472, 4-17)
        if line is None:
            raise ScpiError(-114)
        return f':INST:LIM "{_name(line)}", {_say(line, line.full_scale_pa)}, 0.0'

    def ask(pattern: str, header: str, answer: Callable[[], str]) -> None:
        tree.add(pattern + "?", Command(lambda: f"{header} {answer()}", cost_ns=_QUERY_NS))

    ask("SYSTem:ERRor[:NEXT]", ":SYST:ERR", error)
    ask("SYSTem:VERSion", ":SYST:VERS", lambda: "1995.0")
    ask("SYSTem:ECHO", ":SYST:ECHO", lambda: "0")
    ask("INSTrument:VERSion", ":INST:VERS", lambda: '"02.00.06"')
    ask("INSTrument:MODule", ":INST:MOD", lambda: f'"{pace.panel}"')
    ask("INSTrument:SN", ":INST:SN", lambda: pace.serial)
    tree.add("INSTrument:LIMits#?", Command(limits, cost_ns=_QUERY_NS))
    say = lambda word, value: f":STAT:OPER:PRES:{word} {value}"  # noqa: E731 - a row of the table
    add_operation(tree, pace.status, "STATus:OPERation:PRESsure", cost_ns=_QUERY_NS, say=say)


def _add_unit(channel: _Channel, pace: DruckPACE5000) -> None:
    def unit(word: str) -> None:
        pace.settings.unit = word

    _set(channel, "UNIT[:PRESsure]", unit, Choice(tuple(_UNITS)))
    _ask(channel, "UNIT[:PRESsure]", ":UNIT:PRES", lambda: pace.settings.unit)


def _factor(pace: DruckPACE5000) -> float:
    return _UNITS[pace.settings.unit]


def _say(pace: DruckPACE5000, pressure_pa: float) -> str:
    """Return a pressure in the unit in use, in steps of 0.01 Pa or finer than the display."""
    value = pressure_pa / _factor(pace)
    return f"{value:.7f}" if _factor(pace) >= 1e5 else f"{value:.4f}"


def _names(pace: DruckPACE5000) -> dict[bool, str]:
    """Return the range's names: gauge, and absolute by the barometer, which reaches one bar further."""
    bar = pace.full_scale_pa / 1e5
    return {False: f"{bar:.2f}barg", True: f"{bar + 1.0:.2f}bara"}


def _name(pace: DruckPACE5000) -> str:
    return _names(pace)[pace.settings.absolute]


def _add_source(tree: _Channel, pace: DruckPACE5000) -> None:
    def set_point(value: float | Special) -> None:
        pascal = _plain(value) * _factor(pace)
        if not pace.holds(pascal):
            raise ScpiError(-222)
        pace.settings.set_point_pa = pascal
        pace.changed()

    def slew(value: float | Special) -> None:
        pace.settings.slew_pa_s = _within(_plain(value) * _factor(pace), 0.01, pace.full_scale_pa)
        pace.changed()

    def slew_mode(word: str) -> None:
        pace.settings.slew_mode = word
        pace.changed()

    def overshoot(on: bool) -> None:
        pace.settings.overshoot = on

    def band(value: float | Special) -> None:
        pace.settings.band_percent = _within(value, 0.0, 100.0)

    def dwell(value: float | Special) -> None:
        pace.settings.dwell_s = round(_within(value, 2.0, 999.0))

    def vent(value: float | Special) -> None:
        pace.vent(start=_within(value, 0, 1) == 1)

    now = pace.world.time_ns
    source = "SOURce[:PRESsure]"
    _set(tree, source + _LEVEL, set_point, Number(words=()))
    _ask(tree, source + _LEVEL, ":SOUR:PRES:LEV:IMM:AMPL", lambda: _say(pace, pace.settings.set_point_pa))
    _set(tree, source + _LEVEL + ":VENT", vent, Number(words=()))
    _ask(
        tree, source + _LEVEL + ":VENT", ":SOUR:PRES:LEV:IMM:AMPL:VENT", lambda: str(pace.vent_status(now()))
    )
    _set(tree, source + ":SLEW", slew, Number(words=()))
    _ask(tree, source + ":SLEW", ":SOUR:PRES:SLEW", lambda: _say(pace, pace.settings.slew_pa_s))
    _set(tree, source + ":SLEW:MODE", slew_mode, Choice(("LINear", "MAXimum")))
    _ask(tree, source + ":SLEW:MODE", ":SOUR:PRES:SLEW:MODE", lambda: pace.settings.slew_mode)
    _set(tree, source + ":SLEW:OVERshoot", overshoot, Flag())
    _ask(tree, source + ":SLEW:OVERshoot", ":SOUR:PRES:SLEW:OVER", lambda: str(int(pace.settings.overshoot)))
    _set(tree, source + ":INLimits", band, Number(words=()))
    _ask(tree, source + ":INLimits", ":SOUR:PRES:INL", lambda: f"{pace.settings.band_percent:g}")
    _set(tree, source + ":INLimits:TIME", dwell, Number(words=()))
    _ask(tree, source + ":INLimits:TIME", ":SOUR:PRES:INL:TIME", lambda: f"{pace.settings.dwell_s:g}")
    _ask(tree, source + ":EFFort", ":SOUR:PRES:EFF", lambda: f"{pace.effort_percent(now()):.2f}")
    supply = 1.1 * pace.full_scale_pa
    _ask(tree, source + ":COMPensate1", ":SOUR:PRES:COMP1", lambda: _say(pace, supply))
    _ask(tree, source + ":COMPensate2", ":SOUR:PRES:COMP2", lambda: _say(pace, 0.0))
    _add_output(tree, pace)


def _add_output(tree: _Channel, pace: DruckPACE5000) -> None:
    def mode(word: str) -> None:
        pace.settings.mode = word

    _set(tree, "OUTPut:STATe", lambda on: pace.switch(control=on), Flag())
    _ask(tree, "OUTPut:STATe", ":OUTP:STAT", lambda: str(int(pace.settings.control)))
    _set(tree, "OUTPut:ISOLation:STATe", lambda on: pace.isolate(open_=on), Flag())
    _ask(tree, "OUTPut:ISOLation:STATe", ":OUTP:ISOL:STAT", lambda: str(int(pace.settings.isolation_open)))
    _set(tree, "OUTPut:MODE", mode, Choice(("ACTive", "PASSive", "GAUGe")))
    _ask(tree, "OUTPut:MODE", ":OUTP:MODE", lambda: pace.settings.mode)


def _add_sense(tree: _Channel, pace: DruckPACE5000) -> None:
    now = pace.world.time_ns

    def choose(text: str) -> None:
        for absolute, name in _names(pace).items():
            if text.casefold() in (name, f"{float(name[:-4]):g}{name[-4:]}"):
                pace.refer(absolute=absolute)
                return
        raise ScpiError(-224)

    def in_limits() -> str:
        moment = now()
        return f"{_say(pace, pace.reading_pa())}, {int(pace.in_limits(moment))}"

    def measured() -> str:
        return _say(pace, pace.reading_pa())

    _ask(tree, "SENSe[:PRESsure]", ":SENS:PRES", measured)
    _ask(tree, "MEASure[:PRESsure]", ":MEAS:PRES", measured)
    _ask(tree, "SENSe[:PRESsure]:INLimits", ":SENS:PRES:INL", in_limits)
    barometer = lambda: _say(pace, pace.barometer_pa(now()))  # noqa: E731 - a row of the table
    _ask(tree, "SENSe[:PRESsure]:BARometer", ":SENS:PRES:BAR", barometer)
    _set(tree, "SENSe[:PRESsure]:RANGe", choose, Text())
    _ask(tree, "SOURce[:PRESsure]:RANGe", ":SOUR:PRES:RANG", lambda: f'"{_name(pace)}"')
    _ask(tree, "SENSe[:PRESsure]:RANGe", ":SENS:PRES:RANG", lambda: f'"{_name(pace)}"')
