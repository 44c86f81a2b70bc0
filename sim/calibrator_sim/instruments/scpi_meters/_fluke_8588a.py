"""A Fluke 8588A: what it takes beyond, or otherwise than, a 34401A (S-8588A-PY, seen).

Two arm layers before the trigger, apertures, three input impedances and the rear terminals act; the guard is
kept as a setting, since no bench has a common-mode voltage. Functions without figures are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, field
from typing import Any

from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.instruments.keysight_34401a._table import QUERY_NS, WHICH, Span, Value, add_query, say
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
    add_operation,
)

__all__ = ["Fluke8588A"]

_INSIDE_C = 14.0
_MEASURING, _WAITING = 16, 32  # of the operation register (SCPI-1999, 20.2)
_SOURCES = ("BUS", "IMMediate", "EXTernal")
_HEADERS = {"VOLT": "VOLTage[:DC]", "RES": "RESistance", "FRES": "FRESistance"}
_COUNT = Span(1.0, 50_000.0)
_DELAY = Span(0.0, 3600.0)
_TRUE_OHMS = {"res4w": 1e4}  # four-wire ranges up to 10 kohm (memory)


@dataclass(frozen=True, slots=True)
class _Impedance:
    """`AUTO`, or a resistance such as `10M` or `1M`."""

    optional: bool = False

    def take(self, argument: Argument) -> float:
        """Return the resistance (ohm), 0 for the highest that the range has."""
        if argument.kind is Kind.MNEMONIC and argument.text.upper() == "AUTO":
            return 0.0
        if argument.kind is not Kind.NUMBER:
            raise ScpiError(-224)
        suffixed = Argument(argument.kind, argument.text, argument.value, f"{argument.suffix}OHM")
        ohms = Number("OHM").take(suffixed)
        if isinstance(ohms, Special) or ohms not in (1e6, 10e6):
            raise ScpiError(-224)
        return ohms


@dataclass(slots=True)
class _Own:
    """What a 34401A does not have; plain values for snapshots."""

    sources: dict[str, str] = field(default_factory=dict)  # of ARM1, ARM2 and TRIG
    counts: dict[str, int] = field(default_factory=dict)  # of ARM1 and ARM2
    delays_s: dict[str, float] = field(default_factory=dict)
    aperture: dict[str, str] = field(default_factory=dict)  # its mode by function
    guard: bool = False
    ohms: str = "NORM"  # TRUE: the current flows both ways, so that EMF is taken off


class Fluke8588A(Keysight34401A):
    """A simulated 8588A with its direct volts and ohms."""

    model_id = "fluke_8588a"
    has_serial_line = False

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        super().__init__(name, unit, world)
        self.own = _Own()
        self.status.condition = self._condition

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()
        self._add_system(tree)
        self._add_inputs(tree)
        for layer in ("ARM1", "ARM2", "TRIG"):
            self._add_layer(tree, layer)
        for name, header in _HEADERS.items():
            self._add_aperture(tree, name, f"[SENSe:]{header}:APERture")
        return tree

    def reset(self) -> None:
        """Do what `*RST` does."""
        super().reset()
        self.own = _Own()
        self._choose_ohms("NORM")

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        result = yield from super().respond(message)
        self.status.look()  # the next message waits for readings, and would not see that they were under way
        return result

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {**super().save(), "own": asdict(self.own)}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        super().load(state)
        self.own = _Own(**state.get("own", {}))
        self._choose_ohms(self.own.ohms)

    def _choose_ohms(self, word: str) -> None:
        self.trigger.forget()
        self.own.ohms = word
        self.physics.offset_free_to = _TRUE_OHMS if word == "TRUE" else {}

    def _condition(self) -> int:
        return self.trigger.measuring() * _MEASURING | self.trigger.waiting() * _WAITING

    def _add_system(self, tree: CommandTree) -> None:
        tree.add("INITiate:CONTinuous", Command(lambda _on: None, (Flag(),)))
        tree.add("INITiate:CONTinuous?", Command(lambda: "0"))
        tree.add("SYSTem:TEMPerature?", Command(self._inside))
        add_query(tree, "SYSTem:LFRequency?", lambda: f"{self.world.line_frequency_hz:.0f}")
        # The name was seen, what it says is a guess: volts of the mains.
        add_query(tree, "SYSTem:MLEVel?", lambda: "+230")
        add_operation(tree, self.status, cost_ns=QUERY_NS, say=lambda _word, value: f"{value:+d}")

    def _inside(self) -> str:
        return f"{23.0 + _INSIDE_C + self.world.excess_c(self.world.time_ns()):+.6E}"

    def _add_inputs(self, tree: CommandTree) -> None:
        settings = self.settings

        def impedance(ohms: float) -> None:
            self.trigger.forget()
            settings.impedance_auto = not ohms
            settings.fixed_s = 1e-6 if ohms == 1e6 else 0.0

        def terminals(word: str) -> None:
            self.trigger.forget()
            settings.rear = word == "REAR"

        def guard(on: bool) -> None:
            self.own.guard = on

        def impedance_in_use() -> str:
            return "AUTO" if settings.impedance_auto else "1M" if settings.fixed_s else "10M"

        tree.add("[SENSe:]VOLTage[:DC]:IMPedance", Command(impedance, (_Impedance(),)))
        add_query(tree, "[SENSe:]VOLTage[:DC]:IMPedance?", impedance_in_use)
        tree.add("[SENSe:]FRESistance:MODE", Command(self._choose_ohms, (Choice(("NORMal", "TRUE")),)))
        add_query(tree, "[SENSe:]FRESistance:MODE?", lambda: self.own.ohms)
        tree.add("ROUTe:TERMinals", Command(terminals, (Choice(("FRONt", "REAR")),)))
        add_query(tree, "ROUTe:TERMinals?", lambda: "REAR" if settings.rear else "FRON")
        tree.add("ROUTe:INPut:GUARd", Command(guard, (Flag(),)))
        add_query(tree, "ROUTe:INPut:GUARd?", lambda: str(int(self.own.guard)))

    def _add_layer(self, tree: CommandTree, layer: str) -> None:
        settings, header = self.settings, "TRIGger" if layer == "TRIG" else layer
        number = (Number("S"),)

        def source(word: str) -> None:
            self.trigger.forget()
            self.own.sources[layer] = word
            chosen = set(self.own.sources.values())
            settings.trigger = next((word for word in ("BUS", "EXT") if word in chosen), "IMM")

        tree.add(f"{header}:SOURce", Command(source, (Choice(_SOURCES),)))
        add_query(tree, f"{header}:SOURce?", lambda: self.own.sources.get(layer, "IMM"))
        if layer == "TRIG":
            return

        def count(value: Value) -> None:
            self.trigger.forget()
            self.own.counts[layer] = round(_COUNT.take(value))
            settings.arm_count = self.own.counts.get("ARM1", 1) * self.own.counts.get("ARM2", 1)

        def delay(value: Value) -> None:
            self.own.delays_s[layer] = _DELAY.take(value)
            settings.arm_s = sum(self.own.delays_s.values())

        tree.add(f"{header}:COUNt", Command(count, (Number(),)))
        add_query(
            tree,
            f"{header}:COUNt?",
            lambda which=None: str(round(_COUNT.ask(which, self.own.counts.get(layer, 1)))),
            WHICH,
        )
        tree.add(f"{header}:DELay", Command(delay, number))
        add_query(
            tree,
            f"{header}:DELay?",
            lambda which=None: say(_DELAY.ask(which, self.own.delays_s.get(layer, 0.0))),
            WHICH,
        )

    def _add_aperture(self, tree: CommandTree, name: str, header: str) -> None:
        settings, hertz = self.settings, self.world.line_frequency_hz
        cycles = settings.model.nplc
        span = Span(cycles[0] / hertz, cycles[-1] / hertz)
        modes: dict[str, Callable[[], None]] = {
            "AUTO": lambda: self.configuration.set_nplc(name, 10.0),
            "FAST": lambda: self.configuration.set_nplc(name, cycles[0]),
            "MAN": lambda: None,
        }

        def aperture(value: Value) -> None:
            self.configuration.set_nplc(name, span.take(value) * hertz)
            self.own.aperture[name] = "MAN"

        def mode(word: str) -> None:
            modes[word]()
            self.own.aperture[name] = word

        tree.add(header, Command(aperture, (Number("S"),)))
        add_query(
            tree, f"{header}?", lambda which=None: say(span.ask(which, settings.nplc[name] / hertz)), WHICH
        )
        tree.add(f"{header}:MODE", Command(mode, (Choice(("AUTO", "FAST", "MANual")),)))
        add_query(tree, f"{header}:MODE?", lambda: self.own.aperture.get(name, "AUTO"))
