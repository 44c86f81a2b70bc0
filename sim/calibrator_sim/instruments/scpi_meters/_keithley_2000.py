"""A Keithley 2000: what it takes beyond, or otherwise than, a 34401A (user's manual, ch. 4 and 5).

The reference, the buffer, triggers and the sine filter act; the digits are those of the display, and
the averaging filter is kept as a setting without making readings quieter or slower.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, field
from typing import Any

from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.instruments.keysight_34401a._table import WHICH, Span, Value, add_query, say
from calibrator_sim.instruments.keysight_truevolt._commands import add_defaults
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Special

__all__ = ["Keithley2000"]

_OVERLOAD = 9.9e37
_FULL = 512  # of the measurement event register: the buffer is full
_FILTERS_HZ = (3.0, 30.0, 300.0)
_RANGED = ("VOLT", "VOLT:AC", "CURR", "CURR:AC", "RES", "FRES")
_WORDS = (Special.MIN, Special.MAX, Special.DEF)
# Header of each function, and the largest reference that it takes.
_FUNCTIONS = {
    "VOLT": ("VOLTage[:DC]", 1010.0),
    "VOLT:AC": ("VOLTage:AC", 757.5),
    "CURR": ("CURRent[:DC]", 3.1),
    "CURR:AC": ("CURRent:AC", 3.1),
    "RES": ("RESistance", 120e6),
    "FRES": ("FRESistance", 120e6),
    "FREQ": ("FREQuency", 15e6),
    "PER": ("PERiod", 1.0),
}


@dataclass(slots=True)
class _Own:
    """What a 34401A does not have, by function where it belongs to one; plain values for snapshots."""

    digits: dict[str, int] = field(default_factory=dict)
    sine_nplc: dict[str, float] = field(default_factory=dict)
    filter_on: dict[str, bool] = field(default_factory=dict)
    filter_kind: dict[str, str] = field(default_factory=dict)
    filter_count: dict[str, int] = field(default_factory=dict)
    continuous: bool = False
    points: int = 100
    storing: bool = False
    enable: int = 0
    timer_s: float = 0.1


class Keithley2000(Keysight34401A):
    """A simulated 2000; it measures by itself until `INIT:CONT OFF`."""

    model_id = "keithley_2000"
    gpib_address = 16
    has_serial_line = False  # it has one, and takes commands there without being told to

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()
        self._add_system(tree)
        self._add_trigger(tree)
        self._add_buffer(tree)
        for name, (header, most) in _FUNCTIONS.items():
            self._add_function(tree, name, f"[SENSe:]{header}", Span(-most, most))
        for name in _RANGED:
            add_defaults(tree, self, name, _FUNCTIONS[name][0])
        for name in ("VOLT:AC", "CURR:AC"):
            self._add_sine(tree, name, f"[SENSe:]{_FUNCTIONS[name][0]}")
        for name in ("FREQ", "PER"):
            self._add_threshold(tree, name, f"[SENSe:]{_FUNCTIONS[name][0]}:THReshold:VOLTage:RANGe")
        return tree

    def reset(self) -> None:
        """Do what `*RST` does; the input is always above 10 Gohm to 10 V, the gate 1 s."""
        super().reset()
        self.settings.impedance_auto, self.settings.aperture_s = True, 1.0
        self.own = _Own(enable=self.own.enable)

    @property
    def own(self) -> _Own:
        """What a 34401A does not have."""
        if not hasattr(self, "_own"):
            self._own = _Own()
        return self._own

    @own.setter
    def own(self, own: _Own) -> None:
        self._own = own

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte: a full buffer is in bit 0, the measurement summary."""
        self._look()
        return super().status_byte(message_available=message_available)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        result = yield from super().respond(message)
        self._look()
        return result

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {**super().save(), "own": asdict(self.own)}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        super().load(state)
        self.own = _Own(**state["own"])

    def _look(self) -> None:
        """Note that the buffer has become full."""
        own = self.own
        full = own.storing and self.trigger.points() >= own.points
        self.status.measurement = bool(full and own.enable & _FULL)

    def _add_system(self, tree: CommandTree) -> None:
        settings = self.settings
        tree.add("FORMat:ELEMents", Command(lambda _word: None, (Choice(("READing",)),)))
        tree.add("FORMat[:DATA]", Command(lambda _word: None, (Choice(("ASCii",)),)))
        add_query(tree, "FORMat[:DATA]?", lambda: "ASC")
        tree.add("SYSTem:PRESet", Command(self.reset))
        add_query(tree, "*OPT?", lambda: "0")  # no scanner card
        tones = (Number("HZ", optional=True), Number("S", optional=True))
        tree.add("SYSTem:BEEPer[:IMMediate]", Command(lambda *_tone: None, tones))
        tree.add("DISPlay:ENABle", Command(lambda on: setattr(settings, "display", on), (Flag(),)))
        add_query(tree, "DISPlay:ENABle?", lambda: str(int(settings.display)))
        tree.add("STATus:QUEue:CLEar", Command(self.status.errors.clear))
        # The function's name alone, with :DC, as the drivers of PyMeasure and QCoDeS read it.
        for header in ("CONFigure?", "[SENSe:]FUNCtion[:ON]?"):
            tree.add(header, Command(self._function_name))
        tree.add("[SENSe:]DATA[:LATest]?", Command(self._latest))
        tree.add("[SENSe:]DATA:FRESh?", Command(self.trigger.read))

    def _add_trigger(self, tree: CommandTree) -> None:
        settings, delay = self.settings, Span(0.0, 999999.999)

        def set_delay(value: Value) -> None:
            settings.delay_s = 0.0 if value is Special.DEF else delay.take(value)
            settings.delay_auto = False

        tree.add("TRIGger[:SEQuence]:DELay", Command(set_delay, (Number("S", _WORDS),)))
        add_query(
            tree,
            "TRIGger[:SEQuence]:DELay?",
            lambda which=None: say(delay.ask(which, self.trigger.delay_s())),
            WHICH,
        )
        count = Span(1.0, 9999.0)

        def counted(which: Value | None = None) -> str:
            number = count.ask(which, settings.trigger_count)
            return say(number) if number >= _OVERLOAD else str(round(number))

        add_query(tree, "TRIGger[:SEQuence]:COUNt?", counted, WHICH)
        timer = Span(0.001, 999999.999)
        tree.add(
            "TRIGger[:SEQuence]:TIMer",
            Command(lambda value: setattr(self.own, "timer_s", timer.take(value)), (Number("S"),)),
        )
        add_query(
            tree,
            "TRIGger[:SEQuence]:TIMer?",
            lambda which=None: say(timer.ask(which, self.own.timer_s)),
            WHICH,
        )
        tree.add("INITiate:CONTinuous", Command(lambda on: setattr(self.own, "continuous", on), (Flag(),)))
        add_query(tree, "INITiate:CONTinuous?", lambda: str(int(self.own.continuous)))
        tree.add("ABORt", Command(self.trigger.abort))

    def _add_buffer(self, tree: CommandTree) -> None:
        points = Span(2.0, 1024.0)

        def enable(value: float) -> None:
            self.own.enable = round(value) & 0x7FFF

        def clear() -> None:
            self.trigger.forget()
            self.own.storing = False

        def feed(word: str) -> None:
            self.own.storing = word == "NEXT"

        def set_points(value: Value) -> None:
            self.own.points = round(points.take(value))

        for root in ("TRACe", "DATA"):
            tree.add(f"{root}:CLEar", Command(clear))
            tree.add(f"{root}:POINts", Command(set_points, (Number(),)))
            add_query(
                tree,
                f"{root}:POINts?",
                lambda which=None: f"{round(points.ask(which, self.own.points)):d}",
                WHICH,
            )
            tree.add(f"{root}:FEED", Command(lambda _word: None, (Choice(("SENSe", "CALCulate", "NONE")),)))
            add_query(tree, f"{root}:FEED?", lambda: "SENS")
            tree.add(f"{root}:FEED:CONTrol", Command(feed, (Choice(("NEVer", "NEXT")),)))
            add_query(tree, f"{root}:FEED:CONTrol?", lambda: "NEXT" if self.own.storing else "NEV")
        tree.add("TRACe:DATA?", Command(self.trigger.fetch))
        tree.add("*STB?", Command(self._byte))
        tree.add("STATus:MEASurement:ENABle", Command(enable, (Number(words=()),)))
        add_query(tree, "STATus:MEASurement:ENABle?", lambda: str(self.own.enable))
        add_query(tree, "STATus:MEASurement[:EVENt]?", self._event)

    def _event(self) -> str:
        self._look()
        return str(_FULL if self.own.storing and self.trigger.points() >= self.own.points else 0)

    def _add_function(self, tree: CommandTree, name: str, sense: str, span: Span) -> None:
        settings = self.settings

        def reference(value: Value) -> None:
            settings.null_value[name] = 0.0 if value is Special.DEF else span.take(value)

        def acquire() -> None:
            settings.null_value[name] = self._raw()

        def state(on: bool) -> None:
            settings.null[name] = float(on)

        tree.add(f"{sense}:REFerence", Command(reference, (Number("", _WORDS),)))

        def ask_reference(which: Value | None = None) -> str:
            present = settings.null_value.get(name, 0.0)
            return say(0.0 if which is Special.DEF else span.ask(which, present))

        add_query(tree, f"{sense}:REFerence?", ask_reference, Number("", _WORDS, optional=True))
        tree.add(f"{sense}:REFerence:STATe", Command(state, (Flag(),)))
        add_query(tree, f"{sense}:REFerence:STATe?", lambda: str(int(settings.null.get(name, 0.0))))
        tree.add(f"{sense}:REFerence:ACQuire", Command(acquire))
        self._keeps(tree, f"{sense}:DIGits", lambda: self.own.digits, name, Span(4, 7), usual=7)
        if name in ("FREQ", "PER"):
            return
        self._keeps(
            tree, f"{sense}:AVERage:COUNt", lambda: self.own.filter_count, name, Span(1, 100), usual=10
        )
        kinds = Choice(("MOVing", "REPeat"))
        tree.add(
            f"{sense}:AVERage:TCONtrol",
            Command(lambda word: self.own.filter_kind.__setitem__(name, word), (kinds,)),
        )
        add_query(tree, f"{sense}:AVERage:TCONtrol?", lambda: self.own.filter_kind.get(name, "MOV"))
        tree.add(
            f"{sense}:AVERage[:STATe]",
            Command(lambda on: self.own.filter_on.__setitem__(name, on), (Flag(),)),
        )
        add_query(tree, f"{sense}:AVERage[:STATe]?", lambda: str(int(self.own.filter_on.get(name, False))))

    def _keeps(
        self,
        tree: CommandTree,
        header: str,
        held: Callable[[], dict[str, int]],
        name: str,
        span: Span,
        *,
        usual: int,
    ) -> None:
        """Add a whole number that is kept by function."""

        def put(value: Value) -> None:
            held()[name] = usual if value is Special.DEF else round(span.take(value))

        tree.add(header, Command(put, (Number("", _WORDS),)))
        add_query(
            tree, f"{header}?", lambda which=None: str(round(span.ask(which, held().get(name, usual)))), WHICH
        )

    def _add_sine(self, tree: CommandTree, name: str, sense: str) -> None:
        span = Span(0.01, 10.0)
        tree.add(f"{sense}:DETector:BANDwidth", Command(self._filter, (Number("HZ"),)))
        add_query(tree, f"{sense}:DETector:BANDwidth?", lambda: say(self._filter_hz()))
        tree.add(
            f"{sense}:NPLCycles",
            Command(lambda value: self.own.sine_nplc.__setitem__(name, span.take(value)), (Number(),)),
        )
        add_query(
            tree,
            f"{sense}:NPLCycles?",
            lambda which=None: say(span.ask(which, self.own.sine_nplc.get(name, 10.0))),
            WHICH,
        )

    def _add_threshold(self, tree: CommandTree, name: str, header: str) -> None:
        tree.add(header, Command(lambda value: self.configuration.set_range(name, value), (Number("V"),)))
        add_query(tree, f"{header}?", lambda which=None: say(self.configuration.range(name, which)), WHICH)

    def _function_name(self) -> str:
        name = self.settings.function
        return f'"{name}:DC"' if name in ("VOLT", "CURR") else f'"{name}"'

    def _raw(self) -> float:
        """Return the last reading before its reference is taken off."""
        raw = self.trigger.raw()
        if abs(raw) >= _OVERLOAD:
            raise ScpiError(-221)
        return raw

    def _latest(self) -> str:
        return say(self.settings.nulled(self._raw()))

    def _byte(self) -> str:
        self._look()
        return f"{self.status.byte(message_available=self.responding):+d}"

    def _filter_hz(self) -> float:
        return max(step for step in _FILTERS_HZ if step <= max(self.settings.bandwidth, _FILTERS_HZ[0]))

    def _filter(self, value: float | Special) -> None:
        if isinstance(value, Special) or not _FILTERS_HZ[0] <= value <= 300e3:
            raise ScpiError(-222)
        self.settings.bandwidth = max(step for step in _FILTERS_HZ if step <= value)
