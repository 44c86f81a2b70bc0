"""The instrument as its servers see it: identity, messages, status, snapshot."""

from __future__ import annotations

from collections.abc import Generator
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import AccuracyError
from calibrator_sim._errors import UnknownTruthError
from calibrator_sim._truths import SourcePoint, TrueOutput
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments.fluke_5522a._commands import build
from calibrator_sim.instruments.fluke_5522a._dialect import parse_call, split_calls
from calibrator_sim.instruments.fluke_5522a._entry import Outcome
from calibrator_sim.instruments.fluke_5522a._faults import FaultError
from calibrator_sim.instruments.fluke_5522a._output import HAZARD_V, UNITS, Output
from calibrator_sim.instruments.fluke_5522a._registers import Registers

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig
    from calibrator_sim.nodes.electrical import Feed

__all__ = ["Fluke5520A", "Fluke5522A"]

_QUERY_NS = 1_000_000
_OUTPUT_LIMIT = 65536
_TRIP = 1503
_POLL = 0x10
_TOO_LONG = 1504
_UNITS = {"OHM": "ohm", "CEL": "degC"}
OPER, TMPCAL, HIVOLT, REMOTE, SETTLED = 1 << 0, 1 << 5, 1 << 7, 1 << 11, 1 << 12


class Fluke5522A(TextDevice):
    """A simulated 5522A: volts, amperes, ohms and simulated temperature."""

    without_faults = ("stuck", "over-range")  # it reads nothing
    gpib_address = 4
    model = "5522A"
    versions = "2.0+1.3+2.0+*"
    most_v = 1020.0

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"FLUKE,{self.model},{self.serial},{self.versions}"
        self.world = world
        self.output = Output(name, unit, world)
        self.registers = Registers()
        self.protected = "#15EMPTY"  # *PUD, as a block
        self.switches: dict[str, str] = {}
        self.reset_switches()
        self.responding = False
        self.on_line = False  # on a serial line, which has no remote-enable wire
        self.local = False
        self.poll_text = "SPL: %02x %02x %04x %04x"
        self._commands = build(self)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    def feed(self, ns: int) -> Feed:
        """Return what the terminals present at a moment."""
        return self.output.feed(ns)

    def power(self, ns: int) -> tuple[float, float, float, float]:
        """Return the true volts, amperes, power factor and hertz of two outputs; 0 V and 0 A without."""
        amperes, state = self.output.second_a(), self.output.state
        if amperes is None:
            return 0.0, 0.0, 1.0, 50.0
        return self.output.level(ns), amperes, state.factor, self.output.true_frequency_hz()

    def passed_j(self, ns: int) -> float:
        """Return the energy that two outputs have given up to a moment."""
        return self.output.passed_j(ns)

    def operating(self) -> bool:
        """Say whether the output is on."""
        return self.output.state.operating

    def true_output(self, ns: int) -> TrueOutput:
        """Return what the terminals really give."""
        state = self.output.state
        return TrueOutput(
            state.function,
            self.output.level(ns) if state.operating else 0.0,
            _UNITS.get(UNITS[state.function], UNITS[state.function]),
            state.operating,
            self.output.feed(ns).voltage_v or 0.0,
            self.output.true_frequency_hz(),
        )

    def source_point(self, function: str, value: float, *, frequency_hz: float = 0.0) -> SourcePoint:
        """Return error, standardised error and output resistance at a point.

        Raises:
            UnknownTruthError: outside the instrument's ranges.
        """
        unit = self.output.unit
        function = "res4w" if function == "res2w" else function  # one resistance, however it is measured
        try:
            error = unit.error(function, value, frequency_hz)
            u = unit.limit(function, value, frequency_hz)[1]
        except AccuracyError as problem:
            raise UnknownTruthError(
                str(problem), where=self.name, way_out="Ask for a point within the source's ranges."
            ) from problem
        ohms = 0.0
        if function in ("dcv", "acv"):
            ohms = self.output.source_ohm(value, alternating=function == "acv")
        return SourcePoint(error, error / u, ohms)

    def reset_switches(self) -> None:
        """Bring the switches that have no physics on this bench to their reset state."""
        self.switches = {
            "RANGELCK": "OFF",
            "LCOMP": "OFF",
            "EARTH": "OPEN",
            "LOWS": "TIED",
            "TC_OTCD": "ON",
        }

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        responses: list[str] = []
        cost, indefinite = 0, False
        hot = self.output.overheats_at_ns()
        if hot is not None and self.world.time_ns() >= hot:
            self.trip(_TOO_LONG)
        for text in split_calls(message):
            self.responding = bool(responses)
            self.observe()
            try:
                call = parse_call(text)
                if indefinite and call.name.endswith("?"):
                    raise FaultError(1310)
                result = self._run(call.name, call.parameters)
                response = (yield from result) if isinstance(result, GeneratorType) else result
            except FaultError as fault:
                self.registers.report(fault.code)
                continue
            self.observe()
            if isinstance(response, str):
                responses.append(response)
                indefinite = indefinite or call.name in ("*IDN?", "*OPT?")
                cost = max(cost, 0 if call.name == "*IDN?" else _QUERY_NS)
        self.responding = False
        whole = ";".join(responses)
        if len(whole) > _OUTPUT_LIMIT:
            self.registers.report(1307)
            return "", 0
        return whole, cost

    def _run(self, name: str, parameters: tuple[str, ...]) -> Outcome:
        command = self._commands.get(name)
        if command is None:
            raise FaultError(1301)
        if not command.least <= len(parameters) <= command.most:
            raise FaultError(1302)
        result: Outcome = command.run(*parameters)
        return result

    def condition(self) -> int:
        """Return the instrument status register of this moment."""
        state, value = self.output.state, 0 if self.local else REMOTE
        if state.operating:
            value |= OPER
        if UNITS[state.function] == "V" and abs(state.value) > HAZARD_V:
            value |= HIVOLT
        if self.output.settled():
            value |= SETTLED
        return value

    def observe(self) -> None:
        """Let the change registers see the present condition."""
        self.registers.observe(self.condition())

    def react(self) -> None:
        """Trip where the current finds no way."""
        if self.output.overloaded():
            self.trip(1500)

    def on_serial_line(self) -> None:
        """Be in local until `REMOTE` comes."""
        self.on_line = self.local = True

    def control(self, byte: int) -> str | None:
        """Act on a control character of the serial line: ^C clears, ^P polls, ^T triggers nothing here.

        Returns the line that goes out, None where none does.
        """
        if byte != _POLL:
            return None
        self.observe()
        registers = self.registers
        values = (self.status_byte(message_available=False), registers.esr, registers.fell, registers.rose)
        return self.poll_text % values if self.poll_text.count("%") == len(values) else self.poll_text

    def trip(self, code: int = _TRIP) -> None:
        """Drop to standby with an error."""
        self.output.standby()
        self.registers.report(code)

    def reset(self) -> None:
        """Do what `*RST` does: standby, 0 V, no compensation; errors and the stored limits stay."""
        self.output.standby()
        self.output.lock(False)
        self.output.program("dcv", 0.0)
        state = self.output.state
        state.sensor, state.couple, state.reference_c, state.rtd = "TC", "K", None, "PT385"
        state.post = "AUX"
        self.reset_switches()

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it."""
        return self.registers.byte(message_available=message_available)

    def service_mask(self) -> int:
        """Return which bits of the status byte ask for service."""
        return self.registers.sre

    def overflow_queue(self) -> None:
        """Fill the fault queue up, as a fault of the bench asks."""
        self.registers.overflow()

    def failed(self) -> bool:
        """A defect of the simulator ended a message: an unknown error."""
        self.registers.report(65535)
        return True

    def interrupted(self) -> None:
        """A message arrived before the last response was read."""
        self.registers.report(1308)

    def unterminated(self) -> None:
        """The client waits for a response to a message that it did not finish."""
        self.registers.report(1309)

    def overflowed(self) -> None:
        """The input buffer was full before a message ended."""
        self.registers.report(1317)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "output": self.output.save(),
            "registers": self.registers.save(),
            "protected": self.protected,
            "switches": dict(self.switches),
            "local": self.local,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.output.load(state["output"])
        self.registers.load(state["registers"])
        self.protected = state["protected"]
        self.switches = dict(state["switches"])
        self.local = state.get("local", False)


class Fluke5520A(Fluke5522A):
    """A simulated 5520A: the 5522A's commands and design, with its own accuracy table."""

    model = "5520A"
    versions = "3.3+1.3+2.0+*"
