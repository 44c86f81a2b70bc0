"""A source-measure unit: what it sources, what limits it, and what it measures of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._truths import SourcePoint, TrueOutput
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import SECOND, ScpiDevice, span
from calibrator_sim.nodes import electrical
from calibrator_sim.nodes.electrical import DETACHED, Feed
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Special, Text

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keithley2450"]

_VOLTS = (0.02, 0.2, 2.0, 20.0, 200.0)
_AMPERES = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0)
_OVER = 1.05
_OVERLOAD = 9.9e37
_NOISE = 1e-6  # of range at one cycle (memory_medium)
_PROTECTION = ("PROT2", "PROT5", *(f"PROT{v}" for v in (10, 20, 40, 60, 80, 100, 120, 140, 160, 180)), "NONE")


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back."""

    source: str = "VOLT"
    volts: float = 0.0
    amperes: float = 0.0
    most_a: float = 1.05e-4
    most_v: float = 2.0
    protection: str = "NONE"
    sense: str = "CURR"
    sense_volts: float = 20.0
    sense_amperes: float = 1e-4
    nplc: float = 1.0
    output: bool = False


class Keithley2450(ScpiDevice):
    """A simulated 2450; its voltage is at NORMAL, its current at AUX of a wiring."""

    VERSION = "1999.0"

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        serial = unit.config.serial
        super().__init__(name, serial, f"KEITHLEY INSTRUMENTS,MODEL 2450,{serial},1.7.3b", world)
        self.unit = unit
        self.settings = Settings()

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def operating(self) -> bool:
        """Say whether the output is on."""
        return self.settings.output

    def trip(self) -> None:
        """Switch the output off: interlock or overheat."""
        self._change("output", False)
        self.status.report(-350)

    def truth(self) -> tuple[float, float, bool]:
        """Return true volts and amperes at the terminals, and whether a limit holds the output back."""
        settings = self.settings
        connection, shunt = electrical.of(self.world).shunt_ohm(self.name)
        if settings.source == "VOLT":
            volts = settings.volts + self.unit.error("dcv", settings.volts)
            if connection.terminals != "aux-current":
                return volts, 0.0, False
            ohms = shunt + connection.leads_ohm
            amperes = volts / ohms if ohms else 0.0
            if abs(amperes) <= settings.most_a:
                return volts, amperes, False
            held = settings.most_a if amperes > 0 else -settings.most_a
            return held * ohms, held, True
        amperes = settings.amperes + self.unit.error("dci", settings.amperes)
        volts = amperes * (shunt + connection.leads_ohm)
        if connection.terminals == "aux-current" and abs(volts) <= settings.most_v:
            return volts, amperes, False
        return (settings.most_v if settings.amperes > 0 else -settings.most_v), 0.0, settings.amperes != 0.0

    def feed(self, ns: int) -> Feed:
        """Return what the terminals present."""
        del ns
        if not self.settings.output:
            return DETACHED
        volts, amperes, _ = self.truth()
        return Feed(voltage_v=volts) if self.settings.source == "VOLT" else Feed(current_a=amperes)

    def true_output(self, ns: int) -> TrueOutput:
        """Return what the terminals really give."""
        del ns
        volts, amperes, _ = self.truth() if self.settings.output else (0.0, 0.0, False)
        if self.settings.source == "VOLT":
            return TrueOutput("dcv", volts, "V", self.settings.output, volts)
        return TrueOutput("dci", amperes, "A", self.settings.output, volts)

    def source_point(self, function: str, value: float, *, frequency_hz: float = 0.0) -> SourcePoint:
        """Return error, standardised error and output resistance at a point."""
        error, u = self.unit.error(function, value), self.unit.limit(function, value)[1]
        del frequency_hz
        return SourcePoint(error, error / u, 0.0)

    def measure(self) -> Generator[int, None, str]:
        """Measure what is at the terminals."""
        settings = self.settings
        yield self.world.time_ns() + round(3.0 * settings.nplc / self.world.line_frequency_hz * SECOND)
        volts, amperes, _ = self.truth() if settings.output else (0.0, 0.0, False)
        sense_v = settings.sense == "VOLT"
        value, range_ = (volts, settings.sense_volts) if sense_v else (amperes, settings.sense_amperes)
        if abs(value) > _OVER * range_:
            return f"{_OVERLOAD:.6E}"
        shown = value + self.unit.error("dcv_measure" if sense_v else "dci_measure", value)
        drawn = self.world.draws.normal("noise", self.name, self.world.time_ns())
        shown += self.world.effects.noise * _NOISE * range_ / settings.nplc**0.5 * drawn
        return f"{shown:.6E}"

    def reset(self) -> None:
        """Do what `*RST` does."""
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
        """Add source, sense and output."""
        settings = self.settings
        functions = Choice(("VOLTage", "CURRent"))
        tree.add("[SOURce:]FUNCtion[:MODE]", Command(lambda word: self._change("source", word), (functions,)))
        self.ask(tree, "SOURce:FUNCtion[:MODE]?", lambda: settings.source)
        self._add_level(tree, "VOLTage", "volts", _VOLTS)
        self._add_level(tree, "CURRent", "amperes", _AMPERES)
        self._add_limit(tree, "VOLTage:ILIMit", "most_a", (1e-9, 1.05), "VOLT")
        self._add_limit(tree, "CURRent:VLIMit", "most_v", (0.02, 210.0), "CURR")
        protect = Choice(_PROTECTION)
        tree.add("SOURce:VOLTage:PROTection[:LEVel]", Command(self._protect, (protect,)))
        self.ask(tree, "SOURce:VOLTage:PROTection[:LEVel]?", lambda: settings.protection)
        tree.add("[SENSe:]FUNCtion[:ON]", Command(self._sense, (Text(),)))
        self.ask(tree, "SENSe:FUNCtion[:ON]?", lambda: f'"{settings.sense}:DC"')
        for header, name, ranges in (
            ("VOLTage", "sense_volts", _VOLTS),
            ("CURRent", "sense_amperes", _AMPERES),
        ):
            tree.add(f"SENSe:{header}:RANGe[:UPPer]", Command(self._ranger(name, ranges), (Number(),)))
            self.ask(tree, f"SENSe:{header}:RANGe[:UPPer]?", self._asker(name))
            nplc = Command(lambda value: self._change("nplc", span(value, 0.01, 10.0)), (Number(),))
            tree.add(f"SENSe:{header}:NPLCycles", nplc)
        tree.add("OUTPut[:STATe]", Command(lambda on: self._change("output", on), (Flag(),)))
        self.ask(tree, "OUTPut[:STATe]?", lambda: str(int(settings.output)))
        tree.add("READ?", Command(self.measure))
        tree.add("MEASure?", Command(self.measure))

    def _add_level(self, tree: CommandTree, header: str, name: str, ranges: tuple[float, ...]) -> None:
        def level(value: float | Special) -> None:
            self._change(name, span(value, -ranges[-1] * _OVER, ranges[-1] * _OVER))

        def range_high() -> str:
            present = abs(getattr(self.settings, name))
            return f"{next(r for r in ranges if present <= r * _OVER):.6E}"

        node = f"SOURce:{header}"
        tree.add(f"{node}[:LEVel]", Command(level, (Number("V" if name == "volts" else "A"),)))
        self.ask(tree, f"{node}[:LEVel]?", self._asker(name))
        self.ask(tree, f"{node}:RANGe?", range_high)

    def _add_limit(
        self, tree: CommandTree, header: str, name: str, ends: tuple[float, float], source: str
    ) -> None:
        def limit(value: float | Special) -> None:
            self._change(name, span(value, *ends))

        def tripped() -> str:
            on = self.settings.output and self.settings.source == source
            return str(int(on and self.truth()[2]))

        tree.add(f"SOURce:{header}[:LEVel]", Command(limit, (Number(),)))
        self.ask(tree, f"SOURce:{header}[:LEVel]?", self._asker(name))
        self.ask(tree, f"SOURce:{header}:TRIPped?", tripped)

    def _asker(self, name: str) -> Any:  # noqa: ANN401 - a command
        return lambda: f"{getattr(self.settings, name):.6E}"

    def _ranger(self, name: str, ranges: tuple[float, ...]) -> Any:  # noqa: ANN401 - a command
        def take(value: float | Special) -> None:
            wanted = span(value, 0.0, ranges[-1] * _OVER)
            self._change(name, next((r for r in ranges if wanted <= r * (1.0 + 1e-9)), ranges[-1]))

        return take

    def _protect(self, word: str) -> None:
        self._change("protection", word)

    def _sense(self, text: str) -> None:
        word = text.upper().split(":")[0][:4]
        if word not in ("VOLT", "CURR"):
            raise ScpiError(-224)
        self._change("sense", word)

    def _change(self, name: str, value: object) -> None:
        most = {"volts": self.settings.protection}.get(name, "NONE")
        if most != "NONE" and isinstance(value, float) and abs(value) > float(most.removeprefix("PROT")):
            raise ScpiError(-222)
        self.world.before_change()
        setattr(self.settings, name, value)
        self.world.after_change()
