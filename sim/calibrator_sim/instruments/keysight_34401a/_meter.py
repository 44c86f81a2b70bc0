"""The instrument as its servers see it: identity, messages, status, snapshot."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from calibrator_drivers.accuracy import load_table
from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments.keysight_34401a._commands import build
from calibrator_sim.instruments.keysight_34401a._configuration import Configuration
from calibrator_sim.instruments.keysight_34401a._physics import Physics
from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.instruments.keysight_34401a._trigger import Trigger
from calibrator_sim.scpi import CommandTree, Interpreter, ScpiError, Status, Unit

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Keysight34401A"]

_IN_LOCAL = ("*CLS", "*ESE", "*SRE", "L1", "L2", "L3")
_MEASURING = ("READ", "MEAS", "FETC", "*TST")


class Keysight34401A(TextDevice):
    """A simulated 34401A; it reports serial 0 as the real one does."""

    model_id = "keysight_34401a"
    gpib_address = 22
    has_serial_line = True

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.world = world
        self.status = Status()
        self.settings = Settings.of(self.model_id)
        self.identity = self.settings.model.identity.format(serial=self.serial)
        self.physics = Physics(name, unit, world)
        self.trigger = Trigger(self.physics, self.settings, self.status, world)
        self.configuration = Configuration(self.settings, self.trigger)
        self.local = False  # on other buses being addressed takes control

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        table = load_table(instrument.model)
        return cls(name, MeterUnit(instrument, unit, table, world.draws, world.config), world)

    @cached_property
    def _interpreter(self) -> Interpreter:
        # Made with the first message: a proof opens thousands of benches and asks few of them.
        return Interpreter(
            self.commands(),
            self.status,
            self.trigger.finish,
            blank_before_comma=False,
            guard=self._allow if self.has_serial_line else None,
        )

    def _allow(self, unit: Unit) -> None:
        """Refuse in local what sets or measures (550).

        That `SYST:REM` has to come first is remembered with high confidence, which queries need it not with
        medium confidence.
        """
        if not self.local:
            return
        header = unit.header.upper().lstrip(":")
        if header.startswith("SYST") or header in _IN_LOCAL:
            return
        if not unit.query or header.startswith(_MEASURING):
            raise ScpiError(550)

    def on_serial_line(self) -> None:
        """The front panel has control until `SYST:REM` comes; RS-232 has no line for it."""
        self.local = self.has_serial_line

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        return build(self)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        self.trigger.catch_up()
        return self._interpreter.run(message)

    @property
    def responding(self) -> bool:
        """Whether a part of the response stands in the output queue (MAV)."""
        return self._interpreter.responding

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it."""
        return self.status.byte(message_available=message_available)

    def service_mask(self) -> int:
        """Return which bits of the status byte ask for service."""
        return self.status.sre

    def catch_up(self) -> None:
        """Take the readings whose end lies in the past."""
        self.trigger.catch_up()

    def true_error(
        self, function: str, range_high: float, value: float, ns: int, *, frequency_hz: float = 0.0
    ) -> float:
        """Return the error of indication at a true value and moment, before noise and rounding.

        Raises:
            UnknownTruthError: the meter has no such function or range.
        """
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
        """Return the current of a resistance range.

        Raises:
            UnknownTruthError: the meter has no such range.
        """
        return self.physics.test_a(range_ohm)

    def reset(self) -> None:
        """Do what `*RST` does; errors and status stay."""
        self.trigger.forget()
        self._take(Settings.of(self.model_id))
        self.world.after_change()

    def shunt_ohm(self) -> float:
        """Return the resistance between the I and LO terminals now."""
        return self.physics.shunt_ohm(self.settings)

    def interrupted(self) -> None:
        """A message arrived before the last response was read."""
        self.status.report(-410)

    def unterminated(self) -> None:
        """The client waits for a response to a message that it did not finish."""
        self.status.report(-420)

    def overflowed(self) -> None:
        """The input buffer was full before a message ended."""
        self.status.report(521)

    def abort(self) -> None:
        """The connection that waited for a measurement is gone."""
        self.trigger.abort()

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "settings": asdict(self.settings),
            "status": self.status.save(),
            "trigger": self.trigger.save(),
            "local": self.local,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._take(Settings(**state["settings"]))
        self.status.load(state["status"])
        self.trigger.load(state["trigger"])
        self.local = state.get("local", False)

    def _take(self, settings: Settings) -> None:
        # The parts share one settings object, so its fields are replaced and not the object.
        for name, value in asdict(settings).items():
            setattr(self.settings, name, value)
