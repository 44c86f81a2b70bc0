"""A scale without an interface, read by a person; at the changeover point by small weights (OIML R 76-1).

The messages are this program's own; they become questions at a terminal, or go to a simulated operator.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers.accuracy import load_table
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Session

from ._display import Display, take
from ._words import PATIENCE_S, serial_typed

__all__ = ["ClassIIIScale15kg"]

_LOOK_S = 10.0
_ADDING_S = 60.0
_PARTS = 10.0  # small weights are tenths of the scale interval
_MOST = 1.6  # scale intervals that may have to be added, with some scatter
_LIKELY = (0.5, 0.3)  # of the scale interval: what lies further off is asked again, 0.5 g being typed as 5.0


class ClassIIIScale15kg:
    """A class III scale of 15 kg with e = d = 5 g; span and interval are those of its accuracy table."""

    MODEL_ID: ClassVar[str] = "class_iii_scale_15kg"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureMass",)

    # fmt: off
    label = reading("WHO", str.strip, "the serial number on its plate", "S-OWN", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        row = next(row for row in load_table(self.MODEL_ID).rows if row.function == "balance_resolution")
        interval, small = row.floor, row.floor / _PARTS
        self._small = f"ADD {small:g} g"
        self._shown = Display("g", "g", 1.0, 0, row.range_high + 9.0 * interval, multiple=interval)
        self._added = Display("g", "g", 1.0, 1, _MOST * interval, multiple=small)
        self._likely = (_LIKELY[0] * interval, _LIKELY[1] * interval)
        self._changeover = False
        self._expected: tuple[float, float] | None = None

    def identify(self) -> Identity:
        """Ask for the serial number on the plate."""
        table, serial = load_table(self.MODEL_ID), serial_typed(self.session, self.label)
        return Identity(table.manufacturer, table.model, serial, "", serial)

    def reset(self) -> None:
        """Forget what is expected; zero and tare stay."""
        self._expected, self._changeover = None, False

    def self_test(self) -> tuple[bool, str]:
        """Ask whether the display has shown all its segments and then zero."""
        reply = self.session.query("DIAL switched on: type ok if it counts to zero", timeout_s=PATIENCE_S)
        return reply.strip().lower() == "ok", reply

    def check_errors(self) -> None:
        """A display keeps no errors."""

    def configure_mass(self, *, changeover: bool) -> None:
        """Read the display, or the sum of the small weights that bring it one interval up."""
        self._changeover = changeover

    def expect(self, value: float, half_width: float) -> None:
        """Say what is expected (g): an indication further away is looked at twice."""
        self._expected = (value, half_width)

    def reading_time_s(self) -> float:
        """Return how long a person takes to look, or to add weights, and to type."""
        return _ADDING_S if self._changeover else _LOOK_S

    def read(self) -> Indication:
        """Ask what the display shows (g), or what was added until it went up by one interval (g).

        Raises:
            UnexpectedReply: what is typed cannot be on this display, or is no sum of the small weights.
        """
        if self._changeover:
            return take(self.session, self._added, self._likely, question=self._small)
        return take(self.session, self._shown, self._expected)

    def zero(self) -> None:
        """Have the zero key pressed on the empty pan."""
        self.session.query("DIAL zero, with nothing on it", timeout_s=PATIENCE_S)

    def tare(self) -> None:
        """Have the tare key pressed."""
        self.session.query("DIAL tare", timeout_s=PATIENCE_S)

    def close(self) -> None:
        """Close the session."""
        self.session.close()
