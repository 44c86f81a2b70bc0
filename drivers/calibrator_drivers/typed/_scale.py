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
from ._words import PATIENCE_S, identity_typed

__all__ = ["ClassIIIScale6And15kg", "ClassIIIScale15kg"]

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
        rows = [row for row in load_table(self.MODEL_ID).rows if row.function == "balance_resolution"]
        self._intervals = sorted((row.range_high, row.floor) for row in rows)
        self._changeover = False
        self._expected: tuple[float, float] | None = None
        self._seen_g = 0.0  # on the display last: small weights lead on from there

    def identify(self) -> Identity:
        """Ask for the serial number on the plate."""
        return identity_typed(self.session, self.MODEL_ID, self.label)

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
            return self._read_added(self._interval(self._seen_g))
        high, interval = self._intervals[-1]
        if len(self._intervals) > 1:
            interval = self._expected_interval()
        shown = Display("g", "g", 1.0, 0, high + 9.0 * self._intervals[-1][1], multiple=interval)
        found = take(self.session, shown, self._expected)
        self._seen_g = found.value
        return found

    def _interval(self, load_g: float) -> float:
        """Return the scale interval at a load (g): that of the partial range that holds it."""
        return next((step for high, step in self._intervals if load_g <= high), self._intervals[-1][1])

    def _expected_interval(self) -> float:
        """Return the interval of what is expected; 0 where several may be right, and grams are sure."""
        if self._expected is None:
            return 0.0
        value, half_width = self._expected
        found = {self._interval(value + sign * half_width) for sign in (-1.0, 1.0)}
        return found.pop() if len(found) == 1 else 0.0

    def _read_added(self, interval: float) -> Indication:
        small = interval / _PARTS
        added = Display("g", "g", 1.0, 1, _MOST * interval, multiple=small)
        likely = (_LIKELY[0] * interval, _LIKELY[1] * interval)
        return take(self.session, added, likely, question=f"ADD {small:g} g")

    def zero(self) -> None:
        """Have the zero key pressed on the empty pan."""
        self.session.query("DIAL zero, with nothing on it", timeout_s=PATIENCE_S)

    def tare(self) -> None:
        """Have the tare key pressed."""
        self.session.query("DIAL tare", timeout_s=PATIENCE_S)

    def close(self) -> None:
        """Close the session."""
        self.session.close()


class ClassIIIScale6And15kg(ClassIIIScale15kg):
    """A multi-interval class III scale: e = d = 2 g to 6 kg and 5 g to 15 kg (OIML R 76-1, 3.3)."""

    MODEL_ID: ClassVar[str] = "class_iii_scale_6_15kg"
