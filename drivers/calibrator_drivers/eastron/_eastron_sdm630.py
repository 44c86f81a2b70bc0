"""Eastron SDM630 energy meter: Modbus registers, and a pulse output that another instrument counts.

Input registers hold 32-bit floats, high word first. The map (volts, amperes, watts, hertz, kWh) is
remembered with high confidence, the serial number's register with medium. The kWh register steps by 0.01
kWh: for a count that is to mean something, take a hundred steps at least, or count pulses.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import InstrumentError, WrongIdentity
from calibrator_drivers.clock import Clock
from calibrator_drivers.modbus import ModbusSession
from calibrator_drivers.roles import Identity, Indication, PowerIndication

__all__ = ["EastronSDM630"]

RESOLUTION_WH = 10.0
_SERIAL, _CODE = 0xFC00, 0xFC02
_VOLT, _AMPERE, _WATT, _VA, _VAR, _FACTOR = 0x0000, 0x0006, 0x000C, 0x0012, 0x0018, 0x001E
_HERTZ, _TOTAL_KWH = 0x0046, 0x0156
_PLAUSIBLE_V = (0.0, 1000.0)


class EastronSDM630:
    """An SDM630 behind a Modbus session (its first phase); fills the role of a meter of energy."""

    MODEL_ID: ClassVar[str] = "eastron_sdm630"
    FRAMES: ClassVar[str] = "Modbus"
    ROLES: ClassVar[tuple[str, ...]] = ("X.MeasureEnergy",)

    def __init__(self, session: ModbusSession, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._begin_wh: float | None = None
        self._end: Indication | None = None

    def identify(self) -> Identity:
        """Read serial number and meter code.

        Raises:
            WrongIdentity: the registers hold no voltage of a mains.
        """
        volts = self._float(_VOLT)
        serial = int(self.session.read_number("holding", _SERIAL, "I"))
        code = int(self.session.read("holding", _CODE)[0])
        raw = f"serial {serial}, code {code:04X}, {volts:.1f} V"
        if not _PLAUSIBLE_V[0] <= volts <= _PLAUSIBLE_V[1]:
            raise WrongIdentity(
                f"An SDM630 is expected, its voltage register holds {volts:g}",
                identity=raw,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Check model, unit number and the order of words.",
            )
        return Identity("Eastron", "SDM630", str(serial), f"{code:04X}", raw)

    def reset(self) -> None:
        """Forget a count; the register of a meter is never changed."""
        self._begin_wh = self._end = None

    def self_test(self) -> tuple[bool, str]:
        """Return whether its frequency is one of a mains: it has no self-test to be asked for."""
        hertz = self._float(_HERTZ)
        return 40.0 < hertz < 70.0, f"{hertz:.3f} Hz"

    def check_errors(self) -> None:
        """Do nothing: a refused register is an error at once."""

    def read_power(self) -> PowerIndication:
        """Return what the first phase shows now."""
        volts, amperes, watts = self._float(_VOLT), self._float(_AMPERE), self._float(_WATT)
        apparent, reactive, factor = self._float(_VA), self._float(_VAR), self._float(_FACTOR)
        raw = f"{volts!r},{amperes!r},{watts!r},{apparent!r},{reactive!r},{factor!r}"
        offset = self.session.last_offset
        return PowerIndication(
            raw, volts, amperes, watts, apparent, reactive, factor, self._float(_HERTZ), traffic_offset=offset
        )

    def register_wh(self) -> Indication:
        """Return the meter's total (Wh); it steps by 10 Wh."""
        value = self._float(_TOTAL_KWH)
        return Indication(f"{value!r}", value * 1e3, "Wh", traffic_offset=self.session.last_offset)

    def prepare_energy(self) -> None:
        """Do nothing: the register of a meter is never changed, and is asked for once at both ends."""

    def start_energy(self) -> None:
        """Begin a count: keep what the register holds now."""
        self._end = None
        self._begin_wh = self.register_wh().value

    def stop_energy(self) -> None:
        """End the count: keep its energy."""
        self._end = self.read_energy()

    def read_energy(self) -> Indication:
        """Return the energy since the start (Wh), by the register's difference.

        Raises:
            InstrumentError: no count was begun.
        """
        if self._end is not None:
            return self._end
        if self._begin_wh is None:
            raise InstrumentError(
                "No count of energy was begun",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Call start_energy first.",
            )
        now = self.register_wh()
        return Indication(now.raw, now.value - self._begin_wh, "Wh", traffic_offset=now.traffic_offset)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _float(self, address: int) -> float:
        return self.session.read_number("input", address)
