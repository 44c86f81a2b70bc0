"""A pointer gauge for pressure, read by a person to a fifth of a scale division.

The messages are this program's own; they become questions at a terminal, or go to a simulated operator.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Session

from ._display import Display, take
from ._words import PATIENCE_S, identity_typed

__all__ = ["HydraulicGauge10Bar", "PointerGauge", "PointerGauge10Bar", "PrecisionGauge10Bar"]

_LOOK_S = 15.0
_BAR_PA = 1e5
_SPAN_OVER = 1.05


class PointerGauge:
    """A pointer gauge in bar behind a person; span and division are those of its accuracy table."""

    MODEL_ID: ClassVar[str] = "pointer_gauge"
    ROLES: ClassVar[tuple[str, ...]] = ("MeasurePressure",)

    # fmt: off
    label = reading("WHO", str.strip, "the serial number on the dial", "S-OWN", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        row = load_table(self.MODEL_ID).rows[0]
        step = (row.resolution or 0.0) / _BAR_PA
        most = row.range_high / _BAR_PA * _SPAN_OVER
        self._span_pa = row.range_high
        below = -(_SPAN_OVER - 1.0) * row.range_high / _BAR_PA
        self._display = Display("bar", "Pa", _BAR_PA, 0, most, multiple=step, least=below, overloads=False)
        self._expected: tuple[float, float] | None = None

    def identify(self) -> Identity:
        """Ask for the serial number on the dial.

        Raises:
            UnexpectedReply: none was typed.
        """
        return identity_typed(self.session, self.MODEL_ID, self.label)

    def reset(self) -> None:
        """Forget what is expected."""
        self._expected = None

    def self_test(self) -> tuple[bool, str]:
        """Ask whether the pointer stands within its zero mark."""
        reply = self.session.query("DIAL vented: type ok if the pointer stands at zero", timeout_s=PATIENCE_S)
        return reply.strip().lower() == "ok", reply

    def check_errors(self) -> None:
        """A pointer keeps no errors."""

    def configure_pressure(self, range_pa: float, *, absolute: bool) -> None:
        """Check that the one span of the gauge is meant.

        Raises:
            OutOfLimits: another span, or absolute pressure.
        """
        if absolute or abs(range_pa - self._span_pa) > 1e-6 * self._span_pa:
            raise OutOfLimits(
                f"This gauge shows gauge pressure to {self._span_pa / _BAR_PA:g} bar, nothing else",
                command="DIAL",
                value=range_pa,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the range in the point table.",
            )
        self._expected = None

    def expect(self, value: float, half_width: float) -> None:
        """Say what is expected (Pa): an indication further away is looked at twice."""
        self._expected = (value, half_width)

    def reading_time_s(self) -> float:
        """Return how long a person takes to tap, look and type."""
        return _LOOK_S

    def read(self) -> Indication:
        """Ask what the pointer shows; a suspicious indication is looked at again.

        Raises:
            UnexpectedReply: what is typed cannot be on this scale.
        """
        return take(self.session, self._display, self._expected)

    def close(self) -> None:
        """Close the session."""
        self.session.close()


class PointerGauge10Bar(PointerGauge):
    """A pointer gauge of class 1.0 with 10 bar and divisions of 0.2 bar."""

    MODEL_ID: ClassVar[str] = "pointer_gauge_10bar"


class PrecisionGauge10Bar(PointerGauge):
    """A precision gauge of class 0.4 with 10 bar and divisions of 0.05 bar."""

    MODEL_ID: ClassVar[str] = "precision_gauge_10bar"


class HydraulicGauge10Bar(PointerGauge):
    """A hydraulic gauge of class 1.6 with 10 bar and divisions of 0.2 bar."""

    MODEL_ID: ClassVar[str] = "hydraulic_gauge_10bar"
