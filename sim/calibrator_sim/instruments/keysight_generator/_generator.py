"""Function generators: an EMF behind 50 ohm, whatever load the display is told of."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._truths import SourcePoint, TrueOutput
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import ScpiDevice, span
from calibrator_sim.nodes import frequency
from calibrator_sim.nodes.electrical import DETACHED, Feed
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Special

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keysight33220A", "Keysight33500B"]

_SOURCE_OHM = 50.0
_OPEN_OHM = 9.9e37
_SHAPES = ("SINusoid", "SQUare", "RAMP", "PULSe", "NOISe", "DC", "USER")
# rms and crest factor of a waveform with a peak of 1.
_RMS = {
    "SIN": math.sqrt(0.5),
    "SQU": 1.0,
    "RAMP": math.sqrt(1.0 / 3.0),
    "PULS": 1.0,
    "NOIS": 0.3,
    "USER": 0.5,
}
_CALIBRATED_HZ = 1000.0
_WORDS = (Special.MIN, Special.MAX, Special.DEF)


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back; volts are peak to peak into the stated load."""

    shape: str = "SIN"
    frequency_hz: float = 1000.0
    amplitude_vpp: float = 0.1
    offset_v: float = 0.0
    unit: str = "VPP"
    load_ohm: float = 50.0
    output: bool = False
    ranging: bool = True
    phase_deg: float = 0.0
    reference: str = "INT"


class Generator(ScpiDevice):
    """One generator; a model says its identity and its highest frequency."""

    model_id = ""
    identity_format = ""
    most_hz = 20e6

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        serial = unit.config.serial
        super().__init__(name, serial, self.identity_format.format(serial=serial), world)
        self.unit = unit
        self.settings = Settings()

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        load_table(instrument.model)
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def operating(self) -> bool:
        """Say whether the output is on."""
        return self.settings.output

    def trip(self) -> None:
        """Switch the output off: overload protection."""
        self._change("output", False)
        self.status.report(-350)

    def true_frequency_hz(self, ns: int) -> float:
        """Return the frequency that the output really has."""
        hertz = self.settings.frequency_hz
        outside = frequency.of(self.world).reference(self.name, ns)
        if self.settings.reference == "EXT" and outside is not None:
            return hertz * (1.0 + outside)
        return hertz + self.unit.error("freq", hertz)

    def emf_vpp(self) -> float:
        """Return the open-circuit amplitude: what is set, times what the stated load divides."""
        settings = self.settings
        load = settings.load_ohm
        divided = 1.0 if load >= _OPEN_OHM else load / (load + _SOURCE_OHM)
        shown = settings.amplitude_vpp
        # The table holds into 50 ohm: an EMF of twice that bears twice its error.
        into_50 = shown / divided / 2.0
        error = self.unit.error("ac_amplitude_vpp", min(max(into_50, 0.01), 10.0), _CALIBRATED_HZ)
        return 2.0 * (into_50 + error)

    def feed(self, ns: int) -> Feed:
        """Return what the output presents."""
        settings = self.settings
        if not settings.output:
            return DETACHED
        load = settings.load_ohm
        divided = 1.0 if load >= _OPEN_OHM else load / (load + _SOURCE_OHM)
        offset = settings.offset_v / divided
        if settings.shape == "DC":
            return Feed(voltage_v=offset, source_ohm=_SOURCE_OHM)
        rms = _RMS[settings.shape]
        return Feed(
            voltage_v=self.emf_vpp() / 2.0 * rms,
            source_ohm=_SOURCE_OHM,
            frequency_hz=self.true_frequency_hz(ns),
            crest=1.0 / rms,
            offset_v=offset,
        )

    def true_output(self, ns: int) -> TrueOutput:
        """Return what the terminals really give, open."""
        feed = self.feed(ns)
        hertz = self.true_frequency_hz(ns)
        return TrueOutput("freq", hertz, "Hz", self.settings.output, feed.voltage_v or 0.0, hertz)

    def source_point(self, function: str, value: float, *, frequency_hz: float = 0.0) -> SourcePoint:
        """Return error, standardised error and output resistance at a point."""
        error = self.unit.error(function, value, frequency_hz)
        u = self.unit.limit(function, value, frequency_hz)[1]
        return SourcePoint(error, error / u, _SOURCE_OHM)

    def reset(self) -> None:
        """Do what `*RST` does: 1 kHz, 100 mVpp, output off."""
        self.world.before_change()
        self.take(asdict(Settings()))
        self.world.after_change()

    def state(self) -> dict[str, Any]:
        """Return the settings for a snapshot."""
        return asdict(self.settings)

    def take(self, state: dict[str, Any]) -> None:
        """Take the settings of a snapshot."""
        for name, value in state.items():
            setattr(self.settings, name, value)

    def fill(self, tree: CommandTree) -> None:
        """Add the source and output subsystems, also with the channel of a 33500B."""
        for source in ("[SOURce:]", "SOURce1:"):
            self._fill_source(tree, source)
        for output in ("OUTPut", "OUTPut1"):
            tree.add(f"{output}[:STATe]", Command(lambda on: self._change("output", on), (Flag(),)))
            self.ask(tree, f"{output}[:STATe]?", lambda: str(int(self.settings.output)))
            tree.add(f"{output}:LOAD", Command(self._load, (Number("OHM", (*_WORDS, Special.INF)),)))
            self.ask(tree, f"{output}:LOAD?", lambda: self.say(self.settings.load_ohm))
        words = Choice(("INTernal", "EXTernal"))
        tree.add("ROSCillator:SOURce", Command(self._reference, (words,)))
        self.ask(tree, "ROSCillator:SOURce?", lambda: self.settings.reference)

    def say(self, value: float) -> str:
        """Return a number as the generator prints it."""
        return f"{value:+.13E}"

    def _fill_source(self, tree: CommandTree, source: str) -> None:
        settings = self.settings
        number = Number("", _WORDS, optional=True)
        hertz = Number("HZ", _WORDS, optional=True)
        for word in _SHAPES:
            short = "".join(char for char in word if char.isupper())
            tree.add(f"{source}APPLy:{word}", Command(self._applier(short), (hertz, number, number)))
        self.ask(tree, f"{source}APPLy?", self._describe)
        tree.add(f"{source}FUNCtion", Command(lambda word: self._change("shape", word), (Choice(_SHAPES),)))
        self.ask(tree, f"{source}FUNCtion?", lambda: settings.shape)
        tree.add(f"{source}FREQuency", Command(self._frequency, (Number("HZ", _WORDS),)))
        self.ask(tree, f"{source}FREQuency?", lambda: self.say(settings.frequency_hz))
        tree.add(f"{source}VOLTage", Command(self._amplitude, (Number("", _WORDS),)))
        self.ask(tree, f"{source}VOLTage?", lambda: self.say(self._in_unit(settings.amplitude_vpp)))
        tree.add(
            f"{source}VOLTage:UNIT",
            Command(lambda w: self._change("unit", w), (Choice(("VPP", "VRMS", "DBM")),)),
        )
        self.ask(tree, f"{source}VOLTage:UNIT?", lambda: settings.unit)
        tree.add(f"{source}VOLTage:OFFSet", Command(self._offset, (Number("V", _WORDS),)))
        self.ask(tree, f"{source}VOLTage:OFFSet?", lambda: self.say(settings.offset_v))
        tree.add(
            f"{source}VOLTage:RANGe:AUTO",
            Command(lambda on: self._change("ranging", bool(on)), (Flag(("ONCE",)),)),
        )
        self.ask(tree, f"{source}VOLTage:RANGe:AUTO?", lambda: str(int(settings.ranging)))
        tree.add(
            f"{source}PHASe",
            Command(lambda v: self._change("phase_deg", span(v, -360, 360)), (Number("DEG"),)),
        )
        self.ask(tree, f"{source}PHASe?", lambda: self.say(settings.phase_deg))

    def _change(self, name: str, value: object) -> None:
        self.world.before_change()
        setattr(self.settings, name, value)
        self.world.after_change()

    def _frequency(self, value: float | Special) -> None:
        self._change("frequency_hz", 1000.0 if value is Special.DEF else span(value, 1e-6, self.most_hz))

    def _most_vpp(self) -> float:
        return 20.0 if self.settings.load_ohm >= _OPEN_OHM else 10.0

    def _amplitude(self, value: float | Special) -> None:
        if isinstance(value, Special):
            vpp = 0.1 if value is Special.DEF else span(value, 0.01, self._most_vpp())
        else:
            vpp = span(self._from_unit(value), 0.001, self._most_vpp())
        if vpp / 2.0 + abs(self.settings.offset_v) > self._most_vpp() / 2.0 * (1.0 + 1e-9):
            raise ScpiError(-221)
        self._change("amplitude_vpp", vpp)

    def _offset(self, value: float | Special) -> None:
        room = self._most_vpp() / 2.0 - self.settings.amplitude_vpp / 2.0
        self._change("offset_v", 0.0 if value is Special.DEF else span(value, -room, room))

    def _load(self, value: float | Special) -> None:
        """Tell the display of another load; the EMF stays, so the amplitude is shown anew."""
        settings = self.settings
        old = settings.load_ohm
        if value in (Special.INF, Special.MAX):
            new = _OPEN_OHM
        else:
            new = 50.0 if value is Special.DEF else span(value, 1.0, 1e4)
        before = 1.0 if old >= _OPEN_OHM else old / (old + _SOURCE_OHM)
        after = 1.0 if new >= _OPEN_OHM else new / (new + _SOURCE_OHM)
        settings.load_ohm = new
        settings.amplitude_vpp *= after / before
        settings.offset_v *= after / before

    def _reference(self, word: str) -> None:
        if word == "EXT" and frequency.of(self.world).reference(self.name, self.world.time_ns()) is None:
            raise ScpiError(-221)
        self._change("reference", word)

    def _applier(self, shape: str) -> Any:  # noqa: ANN401 - a command
        def run(
            hertz: float | Special = Special.DEF,
            volts: float | Special = Special.DEF,
            offset: float | Special = Special.DEF,
        ) -> None:
            self._change("shape", shape)
            self._frequency(hertz)
            self._change("offset_v", 0.0)
            self._amplitude(volts)
            self._offset(offset)
            self._change("output", True)  # APPLy switches the output on

        return run

    def _describe(self) -> str:
        settings = self.settings
        numbers = (settings.frequency_hz, self._in_unit(settings.amplitude_vpp), settings.offset_v)
        return f'"{settings.shape} {",".join(self.say(number) for number in numbers)}"'

    def _in_unit(self, vpp: float) -> float:
        rms = vpp / 2.0 * _RMS.get(self.settings.shape, 1.0)
        if self.settings.unit == "VRMS":
            return rms
        if self.settings.unit == "DBM":
            return 10.0 * math.log10(rms * rms / min(self.settings.load_ohm, 1e4) / 1e-3)
        return vpp

    def _from_unit(self, value: float) -> float:
        shape = _RMS.get(self.settings.shape, 1.0)
        if self.settings.unit == "VRMS":
            return value / shape * 2.0
        if self.settings.unit == "DBM":
            return math.sqrt(10.0 ** (value / 10.0) * 1e-3 * min(self.settings.load_ohm, 1e4)) / shape * 2.0
        return value


class Keysight33220A(Generator):
    """A simulated 33220A."""

    model_id = "keysight_33220a"
    identity_format = "Agilent Technologies,33220A,{serial},2.02-2.02-22-2"


class Keysight33500B(Generator):
    """A simulated 33500B (33512B: one of its channels)."""

    model_id = "keysight_33500b"
    identity_format = "Agilent Technologies,33512B,{serial},3.03-1.19-2.00-52-00"
    most_hz = 20e6
