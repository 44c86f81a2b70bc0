"""Commands of a generator's outputs: waveform, levels, pulse, burst, trigger (user's guides, ch. 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from calibrator_sim.instruments._scpi_device import QUERY_NS, span
from calibrator_sim.instruments.keysight_generator._channel import OPEN_OHM, Channel
from calibrator_sim.scpi import Argument, Choice, Command, CommandTree, Flag, Number, Special

__all__ = ["Headers", "add_channel", "say"]

_WORDS = (Special.MIN, Special.MAX, Special.DEF)
_ENDLESS = (*_WORDS, Special.INF)
_VARIED = ("SWEep", "AM", "FM", "PM", "FSKey", "PWM")
_VARIED_B = (*_VARIED, "BPSK", "SUM")  # of those with limits of their own

Ends = Callable[[], tuple[float, float, float]]  # what MIN, MAX and DEF stand for at present


@dataclass(frozen=True, slots=True)
class Headers:
    """How the commands of one output begin, such as `SOURce1:`, `OUTPut1` and `TRIGger1`."""

    source: str
    output: str
    trigger: str


def say(value: float) -> str:
    """Return a number as the generator prints it."""
    return f"{value:+.13E}"


@dataclass(frozen=True, slots=True)
class Amplitude:
    """An amplitude, in the chosen unit or in the one that is written behind it."""

    optional: bool = False

    def take(self, argument: Argument) -> float | Special | tuple[float, str]:
        """Return the number with its unit, if it has one."""
        unit = next((one for one in ("VPP", "VRMS", "DBM") if argument.suffix.endswith(one)), "")
        value = Number(unit or "V", _WORDS).take(argument)
        return value if isinstance(value, Special) or not unit else (value, unit)


class _Adder:
    """Adds the commands of one output under one beginning."""

    def __init__(self, tree: CommandTree, channel: Channel, headers: Headers) -> None:
        self._tree = tree
        self._channel = channel
        self._headers = headers

    def add(self, header: str, run: Callable[..., Any], *parameters: Any) -> None:  # noqa: ANN401
        """Add a command."""
        self._tree.add(header, Command(run, parameters))

    def ask(self, header: str, answer: Callable[[], str], ends: Ends | None = None) -> None:
        """Add a query of a setting; one of a number may be asked for its least, most and usual value too."""
        if ends is None:
            self._tree.add(header, Command(answer, cost_ns=QUERY_NS))
            return

        def either(which: Special | None = None) -> str:
            return answer() if which is None else say(ends()[_WORDS.index(which)])

        words = Number("", _WORDS, optional=True)
        self._tree.add(header, Command(either, (words,), cost_ns=QUERY_NS))

    def number(
        self, header: str, name: str, low_high: tuple[float, float], usual: float, unit: str = ""
    ) -> None:
        """Add a number that is kept, with its query."""
        channel = self._channel

        def put(value: float | Special) -> None:
            if value is Special.INF:
                channel.change(name, OPEN_OHM)
            else:
                channel.change(name, usual if value is Special.DEF else span(value, *low_high))

        self.add(header, put, Number(unit, _ENDLESS))
        ends = (*low_high, usual)
        self.ask(f"{header}?", lambda: say(getattr(channel.settings, name)), lambda: ends)

    def word(self, header: str, name: str, words: tuple[str, ...]) -> None:
        """Add a choice that is kept, with its query."""
        channel = self._channel
        self.add(header, lambda word: channel.change(name, word), Choice(words))
        self.ask(f"{header}?", lambda: str(getattr(channel.settings, name)))

    def flag(self, header: str, name: str, *also: str) -> None:
        """Add a switch that is kept, with its query."""
        channel = self._channel
        self.add(header, lambda on: channel.change(name, bool(on)), Flag(also))
        self.ask(f"{header}?", lambda: str(int(getattr(channel.settings, name))))


def add_channel(
    tree: CommandTree, channel: Channel, headers: Headers, shapes: tuple[str, ...], *, limits: bool = False
) -> None:
    """Add the commands of one output under one beginning; `limits` says whether it has limits of its own."""
    adder = _Adder(tree, channel, headers)
    _add_waveform(adder, channel, headers.source, shapes)
    _add_levels(adder, channel, headers.source)
    if limits:
        _add_limits(adder, channel, headers.source)
        adder.word(f"{headers.source}FREQuency:MODE", "frequency_mode", ("CW", "FIXed", "LIST", "SWEep"))
        adder.word(f"{headers.source}COMBine:FEED", "combined", ("NONE", "CH1", "CH2"))
    else:
        adder.add(f"{headers.source}FREQuency:MODE", lambda _word: None, Choice(("CW", "FIXed")))
        adder.ask(f"{headers.source}FREQuency:MODE?", lambda: "CW")
    _add_pulse(adder, channel, headers.source)
    _add_burst(adder, channel, headers.source)
    _add_varied(adder, channel, headers.source, _VARIED_B if limits else _VARIED)
    _add_output(adder, channel, headers.output)
    _add_trigger(adder, headers.trigger)


def _add_waveform(adder: _Adder, channel: Channel, source: str, shapes: tuple[str, ...]) -> None:
    settings = channel.settings
    hertz, volts = Number("HZ", _WORDS, optional=True), Number("V", _WORDS, optional=True)

    def applier(shape: str) -> Callable[..., None]:
        return lambda f=Special.DEF, v=Special.DEF, o=Special.DEF: channel.apply(shape, f, v, o)

    for word in shapes:
        adder.add(
            f"{source}APPLy:{word}",
            applier("".join(c for c in word if c.isupper())),
            hertz,
            Amplitude(True),
            volts,
        )

    def describe() -> str:
        numbers = (settings.frequency_hz, channel.shown_amplitude(), settings.offset_v)
        return f'"{settings.shape} {",".join(say(one) for one in numbers)}"'

    adder.ask(f"{source}APPLy?", describe)
    adder.word(f"{source}FUNCtion", "shape", shapes)
    adder.add(f"{source}FREQuency", channel.frequency, Number("HZ", _WORDS))
    adder.ask(f"{source}FREQuency?", lambda: say(settings.frequency_hz), channel.hertz_ends)
    adder.number(f"{source}PHASe", "phase_deg", (-360.0, 360.0), 0.0, "DEG")
    adder.number(f"{source}FUNCtion:SQUare:DCYCle", "square_duty", (0.01, 99.99), 50.0)
    adder.number(f"{source}FUNCtion:RAMP:SYMMetry", "ramp_symmetry", (0.0, 100.0), 100.0)


def _add_levels(adder: _Adder, channel: Channel, source: str) -> None:
    settings = channel.settings
    adder.add(f"{source}VOLTage", channel.amplitude, Amplitude())
    adder.ask(f"{source}VOLTage?", lambda: say(channel.shown_amplitude()), channel.amplitude_ends)
    adder.word(f"{source}VOLTage:UNIT", "unit", ("VPP", "VRMS", "DBM"))
    adder.add(f"{source}VOLTage:OFFSet", channel.offset, Number("V", _WORDS))
    adder.ask(f"{source}VOLTage:OFFSet?", lambda: say(settings.offset_v), channel.offset_ends)
    adder.add(f"{source}VOLTage:HIGH", lambda v: channel.level(v, high=True), Number("V", _WORDS))
    adder.ask(f"{source}VOLTage:HIGH?", lambda: say(channel.levels()[1]), lambda: channel.level_ends(0.05))
    adder.add(f"{source}VOLTage:LOW", lambda v: channel.level(v, high=False), Number("V", _WORDS))
    adder.ask(f"{source}VOLTage:LOW?", lambda: say(channel.levels()[0]), lambda: channel.level_ends(-0.05))
    adder.flag(f"{source}VOLTage:RANGe:AUTO", "ranging", "ONCE")


def _add_limits(adder: _Adder, channel: Channel, source: str) -> None:
    settings = channel.settings
    adder.add(f"{source}VOLTage:LIMit:HIGH", lambda v: channel.limit(v, high=True), Number("V", _WORDS))
    adder.ask(
        f"{source}VOLTage:LIMit:HIGH?", lambda: say(settings.limit_high_v), lambda: _limit_ends(channel, 1)
    )
    adder.add(f"{source}VOLTage:LIMit:LOW", lambda v: channel.limit(v, high=False), Number("V", _WORDS))
    adder.ask(
        f"{source}VOLTage:LIMit:LOW?", lambda: say(settings.limit_low_v), lambda: _limit_ends(channel, -1)
    )
    adder.add(f"{source}VOLTage:LIMit:STATe", lambda on: channel.heed(bool(on)), Flag())
    adder.ask(f"{source}VOLTage:LIMit:STATe?", lambda: str(int(settings.limited)))


def _add_pulse(adder: _Adder, channel: Channel, source: str) -> None:
    settings, pulse = channel.settings, f"{source}FUNCtion:PULSe"
    for header in (f"{source}PULSe:PERiod", f"{pulse}:PERiod"):
        adder.add(header, channel.period, Number("S", _WORDS))
        adder.ask(f"{header}?", lambda: say(1.0 / settings.frequency_hz), channel.period_ends)
    adder.word(f"{pulse}:HOLD", "pulse_hold", ("WIDTh", "DCYCle"))
    adder.add(f"{pulse}:WIDTh", channel.pulse_width, Number("S", _WORDS))
    adder.ask(f"{pulse}:WIDTh?", lambda: say(settings.pulse_width_s), channel.width_ends)
    adder.add(f"{pulse}:DCYCle", channel.pulse_duty, Number("", _WORDS))
    adder.ask(
        f"{pulse}:DCYCle?",
        lambda: say(100.0 * settings.pulse_width_s * settings.frequency_hz),
        lambda: (0.0, 100.0, 10.0),
    )
    for header in (f"{pulse}:TRANsition", f"{pulse}:TRANsition:BOTH"):
        adder.number(header, "pulse_edge_s", (5e-9, 1e-6), 1e-8, "S")


def _add_varied(adder: _Adder, channel: Channel, source: str, kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        adder.add(f"{source}{kind}:STATe", partial(channel.vary, kind), Flag())
        adder.ask(f"{source}{kind}:STATe?", partial(_is_varied, channel, kind))


def _is_varied(channel: Channel, kind: str) -> str:
    return str(int(channel.settings.varied == kind))


def _limit_ends(channel: Channel, sign: int) -> tuple[float, float, float]:
    low, high, _ = channel.level_ends(0.0)
    return low, high, sign * high


def _add_burst(adder: _Adder, channel: Channel, source: str) -> None:
    adder.add(f"{source}BURSt:STATe", lambda on: channel.send_bursts(bool(on)), Flag())
    adder.ask(f"{source}BURSt:STATe?", lambda: str(int(channel.settings.burst)))
    adder.word(f"{source}BURSt:MODE", "burst_mode", ("TRIGgered", "GATed"))
    adder.number(f"{source}BURSt:NCYCles", "burst_cycles", (1.0, 1e8), 1.0)
    adder.number(f"{source}BURSt:PHASe", "burst_phase_deg", (-360.0, 360.0), 0.0, "DEG")
    adder.number(f"{source}BURSt:INTernal:PERiod", "burst_period_s", (1e-6, 8000.0), 0.01, "S")
    adder.word(f"{source}BURSt:GATE:POLarity", "gate_polarity", ("NORMal", "INVerted"))


def _add_output(adder: _Adder, channel: Channel, output: str) -> None:
    adder.flag(f"{output}[:STATe]", "output")
    adder.add(f"{output}:LOAD", channel.load, Number("OHM", _ENDLESS))
    adder.ask(f"{output}:LOAD?", lambda: say(channel.settings.load_ohm), lambda: (1.0, OPEN_OHM, 50.0))
    adder.word(f"{output}:POLarity", "polarity", ("NORMal", "INVerted"))
    adder.flag(f"{output}:TRIGger", "trigger_output")


def _add_trigger(adder: _Adder, trigger: str) -> None:
    adder.word(f"{trigger}:SOURce", "trigger", ("IMMediate", "EXTernal", "TIMer", "BUS"))
    adder.word(f"{trigger}:SLOPe", "trigger_slope", ("POSitive", "NEGative"))
    adder.number(f"{trigger}:DELay", "trigger_delay_s", (0.0, 1000.0), 0.0, "S")
    adder.number(f"{trigger}:COUNt", "trigger_count", (1.0, 1e6), 1.0)
    adder.number(f"{trigger}:TIMer", "trigger_timer_s", (1e-6, 8000.0), 1.0, "S")
