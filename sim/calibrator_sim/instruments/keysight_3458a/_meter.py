"""The instrument as its servers see it: messages, readings, errors, snapshot."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments.keysight_3458a._commands import READ, Entry, build, split
from calibrator_sim.instruments.keysight_3458a._errors import HARDWARE, SYNTAX, UNKNOWN, Errors, MistakeError
from calibrator_sim.instruments.keysight_3458a._physics import Physics3458A
from calibrator_sim.instruments.keysight_3458a._state import State
from calibrator_sim.instruments.keysight_34401a._settings import Settings

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keysight3458A"]

_QUERY_NS = 2_000_000


_OVERLOAD = 1e38
_OFFSET_FREE = {"res2w": 1e5, "res4w": 1e5}


class Keysight3458A(TextDevice):
    """A simulated 3458A; it tells neither maker nor serial."""

    identity_messages = ("ID?",)
    without_faults = ("queue-overflow",)  # it has an error register
    identity = "HP3458A"
    framing = Framing(ends=b"\n", reply_end=b"\r\n", blocks=False)

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.world = world
        self.errors = Errors()
        self.settings = _fresh()
        self.state = State()
        self.physics = Physics3458A(name, unit, world)
        self._commands: dict[str, Entry] = build(self)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        table = load_table(instrument.model)
        return cls(name, MeterUnit(instrument, unit, table, world.draws, world.config), world)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        responses: list[str] = []
        for name, parameters in [(READ, [])] if message == READ else split(message):
            entry = self._commands.get(name)
            try:
                if entry is None:
                    raise MistakeError(UNKNOWN)
                result = entry.run(*parameters[: entry.most])
                response = (yield from result) if isinstance(result, GeneratorType) else result
            except MistakeError as mistake:
                self.errors.report(mistake.bit)
                continue
            if isinstance(response, str):
                responses.append(response)
        return "\r\n".join(responses), _QUERY_NS if responses else 0

    def readings(self, count: int) -> Generator[int, None, str]:
        """Take readings one after the other."""
        taken: list[str] = []
        for _ in range(count):
            yield self.world.time_ns() + self.state.reading_ns(self.settings, self.world.line_frequency_hz)
            value = self.state.last
            if not self.world.stuck(self.name):
                self.physics.offset_free_to = _OFFSET_FREE if self.state.offset_free(self.settings) else {}
                value = self.physics.measure(self.settings, self.world.time_ns())
            if self.world.over_range(self.name):
                value = _OVERLOAD
            self.state.last = value
            taken.append(say(self.state.nulled(value)))
        return "\r\n".join(taken)

    def true_error(
        self, function: str, range_high: float, value: float, ns: int, *, frequency_hz: float = 0.0
    ) -> float:
        """Return the error of indication at a true value and moment, before noise and rounding."""
        return self.physics.error(function, range_high, value, ns, frequency_hz)

    def connection_error(self, function: str, range_high: float, value: float, connection: str) -> float:
        """Return what it reads otherwise on this connection; 0 where it is not a meter that compares."""
        return self.physics.unit.connection_error(function, range_high, value, connection)

    def alternating_load(self) -> tuple[float, float]:
        """Return conductance (S) and capacitance (F) of the alternating input."""
        return self.physics.alternating_load()

    def loading_s(self, range_v: float, *, impedance_auto: bool) -> float:
        """Return the input conductance on a direct voltage range."""
        return self.physics.loading_s(range_v, impedance_auto=impedance_auto)

    def test_current_a(self, range_ohm: float) -> float:
        """Return the current of a resistance range."""
        return self.physics.test_a(range_ohm)

    def shunt_ohm(self) -> float:
        """Return the resistance between the I and LO terminals now."""
        return self.physics.shunt_ohm(self.settings)

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte: ready, error, data, service."""
        value = 16 | (32 if self.errors.register else 0) | (128 if message_available else 0)
        return value | 64 if value & self.state.service & ~64 else value

    def service_mask(self) -> int:
        """Return which bits of the status byte ask for service (`RQS`)."""
        return self.state.service

    def trigger_message(self) -> str:
        """Return the message that a group execute trigger stands for."""
        return "TRIG SGL"

    def read_message(self) -> str | None:
        """A read without a message: `SYN`, an event of arm and trigger, and what `AUTO` measures anyway."""
        return READ

    def unterminated(self) -> None:
        """A message that was not finished is a syntax error."""
        self.errors.report(SYNTAX)

    def failed(self) -> bool:
        """A defect of the simulator ended a message: a hardware error."""
        self.errors.report(HARDWARE)
        return True

    def preset(self) -> None:
        """Bring every setting to its state after `PRESET NORM`; self-calibration stays."""
        service = self.state.service
        for name, value in asdict(_fresh()).items():
            setattr(self.settings, name, value)
        self.state = State(service=service, last=self.state.last)
        self.world.after_change()

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "settings": asdict(self.settings),
            "state": asdict(self.state),
            "errors": self.errors.save(),
            "acal_c": self.physics.acal_c,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        for name, value in state["settings"].items():
            setattr(self.settings, name, value)
        self.state = State(**state["state"])
        self.errors.load(state["errors"])
        self.physics.acal_c = state["acal_c"]


def _fresh() -> Settings:
    """Return the settings after `PRESET NORM`: high impedance, and no filter that loses low frequencies."""
    settings = Settings.of("keysight_3458a")
    settings.impedance_auto, settings.bandwidth = True, 0.0
    return settings


def say(value: float) -> str:
    """Return a reading as the meter prints it; an overload is 1E+38."""
    if abs(value) >= 9.9e37:
        return f"{' ' if value > 0 else '-'}1.000000000E+38"
    return f"{value: .9E}"
