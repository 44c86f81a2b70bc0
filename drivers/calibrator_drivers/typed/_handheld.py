"""Fluke 87V and 179 hand-held multimeters, read by a person: they have no remote interface.

The messages are this program's own, no maker's: they become questions at a terminal, or go to a simulated
operator.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Session

from ._display import Display, display_of, take
from ._words import PATIENCE_S, identity_typed, set_by_hand

__all__ = ["Fluke87V", "Fluke179"]

_LOOK_S = 10.0  # until a person has read and typed a display
_MIDDLE_HZ = 60.0  # of every alternating range
_WORDS = {
    "dcv": "DC volts",
    "acv": "AC volts",
    "res2w": "ohms",
    "dci": "DC amperes",
    "aci": "AC amperes",
    "freq": "hertz",
}


class Handheld:
    """A hand-held meter behind a person; what a model adds is its accuracy table, which tells its display."""

    MODEL_ID: ClassVar[str]
    ROLES: ClassVar[tuple[str, ...]] = (
        "MeasureVoltageDC",
        "MeasureResistance",
        "MeasureCurrentDC",
        "MeasureVoltageAC",
        "MeasureCurrentAC",
        "MeasureFrequency",
    )

    # fmt: off
    label = reading("WHO", str.strip, "the serial number on the label", "S-OWN", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._display: Display | None = None
        self._expected: tuple[float, float] | None = None

    def identify(self) -> Identity:
        """Ask for the serial number on the label.

        Raises:
            UnexpectedReply: none was typed.
        """
        return identity_typed(self.session, self.MODEL_ID, self.label)

    def reset(self) -> None:
        """Forget what was set and expected."""
        self._display, self._expected = None, None

    def self_test(self) -> tuple[bool, str]:
        """Ask whether every segment shows when it is switched on."""
        reply = self.session.query(
            "DIAL OFF and on again: type ok if every segment shows", timeout_s=PATIENCE_S
        )
        return reply.strip().lower() == "ok", reply

    def check_errors(self) -> None:
        """A hand-held meter keeps no errors."""

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Have the dial set to DC volts on a range; its integration and its 10 Mohm are fixed."""
        self._turn("dcv", range_v, "V")

    def configure_voltage_ac(self, range_v: float, *, frequency_hz: float) -> None:
        """Have the dial set to AC volts on a range."""
        self._turn("acv", range_v, "V", frequency_hz)

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Have the dial set to ohms on a range; the meter has two wires."""
        self._turn("res2w", range_ohm, "ohm")

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Have the dial set to DC amperes on a range; above 0.4 A the leads move to the A terminal."""
        self._turn("dci", range_a, "A")

    def configure_current_ac(self, range_a: float, *, frequency_hz: float) -> None:
        """Have the dial set to AC amperes on a range; above 0.4 A the leads move to the A terminal."""
        self._turn("aci", range_a, "A", frequency_hz)

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Have the meter set to hertz; the range follows the frequency."""
        self._turn("freq", expected_hz, "Hz")

    def expect(self, value: float, half_width: float) -> None:
        """Say what is expected (in the function's unit): an indication further away is looked at twice."""
        self._expected = (value, half_width)

    def reading_time_s(self) -> float:
        """Return how long a person takes for a reading."""
        return _LOOK_S

    def read(self) -> Indication:
        """Ask what the display shows; a suspicious indication is looked at again.

        Raises:
            OutOfLimits: no function was set before.
            UnexpectedReply: what is typed cannot be what the display shows.
        """
        if self._display is None:
            raise OutOfLimits(
                "No function is set, so nothing can be read",
                command="LOOK",
                value=0.0,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Configure a function and a range first.",
            )
        return take(self.session, self._display, self._expected)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _turn(self, function: str, range_high: float, unit: str, frequency_hz: float = 0.0) -> None:
        """Have function and range set; the display's digits are those of the accuracy table's row.

        Raises:
            UnexpectedReply: the person does not say that it is set.
        """
        alternating = function in ("acv", "aci")
        value = range_high if function == "freq" else 0.0
        row = load_table(self.MODEL_ID).row(
            function,
            value,
            range_high=None if function == "freq" else range_high,
            frequency_hz=(frequency_hz or _MIDDLE_HZ) if alternating else 0.0,
        )
        display = display_of(row.range_high, row.resolution or 0.0, unit, signed=function in ("dcv", "dci"))
        words = f"{_WORDS[function]}, range {row.range_high / display.scale:g} {display.unit}"
        set_by_hand(self.session, words)
        self._display, self._expected = display, None


class Fluke87V(Handheld):
    """An 87V that a person reads."""

    MODEL_ID: ClassVar[str] = "fluke_87v"


class Fluke179(Handheld):
    """A 179 that a person reads."""

    MODEL_ID: ClassVar[str] = "fluke_179"
