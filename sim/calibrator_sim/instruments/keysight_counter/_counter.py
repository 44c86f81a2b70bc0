"""Counters: true frequency against a time base, resolution by gate, trigger noise by slew rate."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, runtime_checkable

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import SECOND, ScpiDevice, span
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes import electrical, frequency
from calibrator_sim.scpi import (
    Argument,
    ChannelList,
    Choice,
    Command,
    CommandTree,
    Flag,
    Kind,
    Number,
    ScpiError,
    Special,
    Text,
)

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keysight53131A", "Keysight53230A"]

_NOISE_V = 200e-6  # rms of the input amplifier
_LEAST_V = 0.02  # rms that triggers
_OVERRANGE = 9.91e37
_OVERHEAD_S = 0.05


@runtime_checkable
class Pulses(Protocol):
    """An instrument whose output gives single pulses, each at its moment."""

    def pulses(self, ns: int) -> int:
        """Return how many there were up to a moment."""
        ...


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back."""

    function: str = "FREQ"
    gate_s: float = 0.1
    reference: str = "INT"
    impedance_ohm: float = 1e6
    coupling: str = "AC"
    continuous: bool = False
    level_v: float = 0.0
    level_auto: bool = True
    armed: bool = False
    counted: str = ""  # the last measurement as it was said, which FETCh? repeats until there is a new one
    configured: list[float] = field(default_factory=lambda: [1e7, 1e-4])  # expected, resolution (Hz)
    total_gate_s: float = 0.0  # of a total that ends by itself
    filtered: bool = False  # below 100 kHz, which no source of a bench needs
    mode: str = "AUTO"
    check: str = "ON"
    total_from: list[int] = field(default_factory=list)  # ns of start and, where it has ended, stop


_INPUTS = ChannelList(1, 2, optional=True)


@dataclass(frozen=True, slots=True)
class _OrInput:
    """A number, or already the input where the number is left out."""

    number: Number
    optional: bool = True

    def take(self, argument: Argument) -> float | Special | tuple[int, ...]:
        """Return the number, or the inputs."""
        return (_INPUTS if argument.kind is Kind.EXPRESSION else self.number).take(argument)


class Counter(ScpiDevice):
    """One counter; a model says its timing resolution and how it prints."""

    model_id = ""
    identity_format = ""
    single_shot_s = 0.0
    most_hz = 0.0
    FUNCTIONS: ClassVar[Mapping[str, str]] = {
        "FREQ": "FREQ",
        "FREQUENCY": "FREQ",
        "PER": "PER",
        "PERIOD": "PER",
    }

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        serial = unit.config.serial
        super().__init__(name, serial, self.identity_format.format(serial=serial), world)
        self.unit = unit
        self.settings = Settings()
        self._upset: Upset[float] = Upset(name, world)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        table = load_table(instrument.model)
        return cls(name, MeterUnit(instrument, unit, table, world.draws, world.config), world)

    def say(self, value: float) -> str:
        """Return a number as the counter prints it."""
        return f"{value:+.11E}"

    def time_base(self, ns: int) -> float:
        """Return the fractional deviation of the time base in use, in truth."""
        outside = frequency.of(self.world).reference(self.name, ns)
        if self.settings.reference == "EXT" and outside is not None:
            return outside
        seconds = ns / SECOND
        curve = self.unit.curve("freq", self.most_hz)
        return curve.gain + curve.gain_per_s * seconds + self.unit.warm_up(seconds)

    def true_error(
        self, function: str, range_high: float, value: float, ns: int, *, frequency_hz: float = 0.0
    ) -> float:
        """Return the error of indication at a true frequency, before resolution and trigger noise."""
        del function, range_high, frequency_hz
        return value * ((1.0 + self.world.drift(self.name, ns)) / (1.0 + self.time_base(ns)) - 1.0)

    def measure(self, ns: int) -> float:
        """Return the frequency (Hz) that a gate ending at `ns` gives; over-range where nothing triggers."""
        feed, connection = electrical.of(self.world).feed(self.name, ns)
        load_s = 1.0 / self.settings.impedance_ohm
        volts = electrical.alternating_voltage(feed, connection, load_s, 30e-12)
        if not volts or volts < _LEAST_V or feed.frequency_hz > self.most_hz:
            return _OVERRANGE
        true = feed.frequency_hz
        shown = true + self.true_error("freq", self.most_hz, true, ns)
        effects, draws = self.world.effects, self.world.draws
        slew = 2.0 * math.pi * true * volts * math.sqrt(2.0)
        jitter_s = math.hypot(self.single_shot_s, math.sqrt(2.0) * _NOISE_V / slew)
        shown += effects.noise * true * jitter_s / self.settings.gate_s * draws.normal("noise", self.name, ns)
        step = true * self.single_shot_s / self.settings.gate_s * effects.quantisation
        step = 10.0 ** math.floor(math.log10(step)) if step else 0.0
        return round(shown / step) * step if step else shown

    def read(self) -> Generator[int, None, str]:
        """Open the gate and return what was counted."""
        yield self.world.time_ns() + round((self.settings.gate_s + _OVERHEAD_S) * SECOND)
        value = self._upset.shown(self.measure(self.world.time_ns()))
        if self._upset.beyond():
            value = _OVERRANGE
        if value != _OVERRANGE and self.settings.function == "PER":
            value = 1.0 / value
        self.settings.armed, self.settings.counted = False, self.say(value)
        return self.settings.counted

    def total(self, begin_ns: int, end_ns: int) -> int:
        """Return how many edges came between two moments."""
        for node in self.world.connected(self.name, "electrical"):
            for peer in self.world.peers(self.name, node):
                if isinstance(peer, Pulses):
                    return peer.pulses(end_ns) - peer.pulses(begin_ns)
        feed, _ = electrical.of(self.world).feed(self.name, end_ns)
        return int(feed.frequency_hz * (end_ns - begin_ns) / SECOND)

    def _configured(self) -> str:
        return f'"{self.settings.function} {",".join(f"{one:+.11E}" for one in self.settings.configured)}"'

    def _total(self) -> str:
        held = self.settings.total_from
        if not held:
            raise ScpiError(-230)
        return self.say(float(self.total(held[0], held[1] if len(held) > 1 else self.world.time_ns())))

    def _abort(self) -> None:
        held = self.settings.total_from
        if len(held) == 1:
            held.append(self.world.time_ns())
        self._set("armed", False)

    def _continue(self, on: bool) -> None:
        self._set("continuous", on)

    def fetch(self) -> Generator[int, None, str]:
        """Return the measurement that `INITiate` began, or the last one once more."""
        if self.settings.armed or self.settings.continuous:
            return (yield from self.read())
        if not self.settings.counted:
            raise ScpiError(-230)
        return self.settings.counted

    def reset(self) -> None:
        """Do what `*RST` does."""
        self._put(asdict(Settings()))

    def state(self) -> dict[str, Any]:
        """Return settings and last reading for a snapshot."""
        return asdict(self.settings) | {"last": self._upset.last}

    def take(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._upset.last = state["last"]
        self._put({name: value for name, value in state.items() if name != "last"})

    def fill(self, tree: CommandTree) -> None:
        """Add what both counters take."""
        settings = self.settings

        def function(text: str) -> None:
            words = text.upper().replace('"', "").split()
            if not words or words[0] not in self.FUNCTIONS:
                raise ScpiError(-224)
            settings.function, settings.counted = self.FUNCTIONS[words[0]], ""

        def configure(*told: float | Special | tuple[int, ...]) -> None:
            settings.function, settings.continuous, settings.counted = "FREQ", False, ""
            numbers = [one for one in told if isinstance(one, float)]
            settings.configured = [*numbers, *Settings().configured[len(numbers) :]]

        def totalize() -> None:
            settings.function, settings.continuous, settings.total_from = "TOT", False, []

        def initiate() -> None:
            settings.armed = True
            if settings.function == "TOT":
                settings.total_from = [self.world.time_ns()]

        number = Number("HZ", (Special.MIN, Special.MAX, Special.DEF), optional=True)
        tree.add("[SENSe:]FUNCtion[:ON]", Command(function, (Text(),)))
        self.ask(tree, "[SENSe:]FUNCtion[:ON]?", lambda: f'"{settings.function} 1"')
        told = (_OrInput(number), _OrInput(number), _INPUTS)
        tree.add("CONFigure:FREQuency", Command(configure, told))
        self.ask(tree, "CONFigure?", self._configured)
        tree.add("MEASure:FREQuency?", Command(lambda *_: self.read(), told))
        tree.add("READ?", Command(self.read))
        tree.add("FETCh?", Command(self.fetch))
        tree.add("INITiate[:IMMediate]", Command(initiate))
        tree.add("INITiate:CONTinuous", Command(self._continue, (Flag(),)))
        self.ask(tree, "INITiate:CONTinuous?", lambda: str(int(settings.continuous)))
        tree.add("ABORt", Command(self._abort))
        tree.add("CONFigure:TOTalize:CONTinuous", Command(totalize))
        self.ask(tree, "[SENSe:]TOTalize:DATA?", self._total)
        self._inputs(tree)

    def _inputs(self, tree: CommandTree) -> None:
        settings = self.settings
        for node in ("INPut", "INPut1"):
            tree.add(
                f"{node}:COUPling", Command(lambda word: self._set("coupling", word), (Choice(("AC", "DC")),))
            )
            self.ask(tree, f"{node}:COUPling?", lambda: settings.coupling)
            tree.add(f"{node}:IMPedance", Command(self._impedance, (Number("OHM"),)))
            self._tell(tree, f"{node}:IMPedance?", "impedance_ohm", 50.0, 1e6)
            self._number(tree, f"{node}:LEVel", "level_v", "V", -5.0, 5.0)
            tree.add(f"{node}:FILTer", Command(lambda on: self._set("filtered", on), (Flag(),)))
            self.ask(tree, f"{node}:FILTer?", lambda: str(int(settings.filtered)))
        source = Choice(("INTernal", "EXTernal"))
        tree.add("[SENSe:]ROSCillator:SOURce", Command(self._reference, (source,)))
        self.ask(tree, "[SENSe:]ROSCillator:SOURce?", lambda: settings.reference)

    def _impedance(self, value: float | Special) -> None:
        ohms = span(value, 50.0, 1e6)
        if ohms not in (50.0, 1e6):
            raise ScpiError(-224)
        self._set("impedance_ohm", ohms)

    def _reference(self, word: str) -> None:
        if word == "EXT" and frequency.of(self.world).reference(self.name, self.world.time_ns()) is None:
            raise ScpiError(-221)  # no signal at the reference input
        self._set("reference", word)

    def _number(self, tree: CommandTree, header: str, name: str, unit: str, *ends: float) -> None:
        """Add a number that is kept between its ends, with its query."""
        put = Command(lambda value: self._set(name, span(value, *ends)), (Number(unit),))
        tree.add(header, put)
        self._tell(tree, f"{header}?", name, *ends)

    def _tell(self, tree: CommandTree, header: str, name: str, *ends: float) -> None:
        """Add the query of a number, which may be asked for its ends too."""

        def either(which: float | Special | None = None) -> str:
            return self.say(getattr(self.settings, name) if which is None else span(which, *ends))

        self.ask(tree, header, either, Number("", optional=True))

    def _set(self, name: str, value: object) -> None:
        setattr(self.settings, name, value)

    def _put(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self.settings, name, value)


class Keysight53131A(Counter):
    """A simulated 53131A; it tells no serial and prints three digits of exponent."""

    model_id = "keysight_53131a"
    identity_format = "HEWLETT-PACKARD,53131A,0,4806"
    single_shot_s = 500e-12
    most_hz = 225e6
    FUNCTIONS: ClassVar[Mapping[str, str]] = {**Counter.FUNCTIONS, "TOT": "TOT", "TOTALIZE": "TOT"}

    def say(self, value: float) -> str:
        """Return a number with three digits of exponent."""
        mantissa, exponent = f"{value:+.11E}".split("E")
        return f"{mantissa}E{exponent[0]}{int(exponent[1:]):03d}"

    def read(self) -> Generator[int, None, str]:
        """Open the gate and return what was counted; a total that nothing ends never comes."""
        if self.settings.function != "TOT":
            return (yield from super().read())
        if not self.settings.total_gate_s:
            raise ScpiError(-214)
        begin = self.world.time_ns()
        yield begin + round(self.settings.total_gate_s * SECOND)
        return self.say(float(self.total(begin, self.world.time_ns())))

    def _continue(self, on: bool) -> None:
        super()._continue(on)
        if self.settings.function == "TOT":
            if on:
                self.settings.total_from = [self.world.time_ns()]
            else:
                self._abort()

    def _arm_total(self, tree: CommandTree) -> None:
        def stop(word: str) -> None:
            if word == "IMM":
                self._set("total_gate_s", 0.0)

        arm, sources = "[SENSe:]TOTalize:ARM", Choice(("IMMediate", "EXTernal", "TIMer"))
        tree.add(f"{arm}:STARt:SOURce", Command(lambda _word: None, (sources,)))
        tree.add(f"{arm}:STOP:SOURce", Command(stop, (sources,)))
        self._number(tree, f"{arm}:STOP:TIMer", "total_gate_s", "S", 1e-3, 1000.0)
        self.ask(tree, "[SENSe:]DATA?", self._total)

    def fill(self, tree: CommandTree) -> None:
        """Add the arming of a 53131A."""
        super().fill(tree)
        self._arm_total(tree)

        arm = "[SENSe:]FREQuency:ARM"
        sources = Choice(("IMMediate", "EXTernal", "TIMer", "DIGits"))
        for part in ("STARt", "STOP"):
            tree.add(f"{arm}:{part}:SOURce", Command(lambda _word: None, (sources,)))
        self._number(tree, f"{arm}:STOP:TIMer", "gate_s", "S", 1e-3, 1000.0)
        tree.add("[SENSe:]EVENt1:LEVel:AUTO", Command(lambda on: self._set("level_auto", on), (Flag(),)))
        self._number(tree, "[SENSe:]EVENt1:LEVel", "level_v", "V", -5.0, 5.0)
        self.ask(tree, "[SENSe:]EVENt1:LEVel:AUTO?", lambda: str(int(self.settings.level_auto)))
        check = Choice(("ON", "OFF", "ONCE"))
        tree.add(
            "[SENSe:]ROSCillator:EXTernal:CHECk", Command(lambda word: self._set("check", word), (check,))
        )
        self.ask(tree, "[SENSe:]ROSCillator:EXTernal:CHECk?", lambda: self.settings.check)


class Keysight53230A(Counter):
    """A simulated 53230A."""

    model_id = "keysight_53230a"
    identity_format = "Agilent Technologies,53230A,{serial},02.05-1519.666-1.19-4.15-127-159-35"
    single_shot_s = 20e-12
    most_hz = 350e6

    def say(self, value: float) -> str:
        """Return a number with fifteen digits."""
        return f"{value:+.14E}"

    def fill(self, tree: CommandTree) -> None:
        """Add the gate of a 53230A."""
        super().fill(tree)

        modes = Choice(("AUTO", "RCONtinuous", "RCON", "CONTinuous"))
        sources = Choice(("TIME", "EXTernal", "ADVanced"))
        self._number(tree, "[SENSe:]FREQuency:GATE:TIME", "gate_s", "S", 100e-6, 1000.0)
        tree.add("[SENSe:]FREQuency:GATE:SOURce", Command(lambda _word: None, (sources,)))
        tree.add("[SENSe:]FREQuency:MODE", Command(lambda word: self._set("mode", word), (modes,)))
        self.ask(tree, "[SENSe:]FREQuency:MODE?", lambda: self.settings.mode[:4])
        tree.add("R?", Command(self._block))

    def _block(self) -> Generator[int, None, str]:
        """Return what was counted since `INITiate` as a definite block."""
        text = yield from self.fetch()
        size = str(len(text))
        return f"#{len(size)}{size}{text}"
