"""Druck PACE6000 pressure controllers: two channels, each with its line.

The commands of the first channel are those of a PACE5000. Those of the second have the module's number behind
their first word: `:SENSe[x]` with x of 1 or 2 was seen in the manual (S-K0472), `:SOUR2:PRES`, `:OUTP2:STAT`
and `:UNIT2` in public programs. How well a command itself is known is as for the first channel.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers._safety import every_step
from calibrator_drivers.clock import Clock
from calibrator_drivers.transport import Session

from ._druck_pace5000 import DruckPACE5000
from ._headers import numbered, unheaded

__all__ = ["DruckPACE6000"]


class DruckPACE6000(DruckPACE5000):
    """A PACE6000 behind a session: its first channel, and by `channel(2)` its second; safe is both."""

    MODEL_ID: ClassVar[str] = "druck_pace6000"

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self._second = DruckPACE5000(numbered(unheaded(session), 2), clock)

    def channel(self, number: int) -> DruckPACE5000:
        """Return the controller of a line, on the same session.

        Raises:
            OutOfLimits: there is no such channel.
        """
        if number not in (1, 2):
            raise OutOfLimits(
                f"A PACE6000 has the channels 1 and 2, not {number}",
                command="channel",
                value=number,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Choose one of these. Nothing was sent.",
            )
        return self if number == 1 else self._second

    def make_safe(self) -> None:
        """Bring both lines down, vent them, and confirm each by its sensor.

        Raises:
            ReadbackError: a line is not below 1 kPa, or its controller stays on; the other was looked after.
            InstrumentError: the instrument cannot be reached.
        """
        every_step(super().make_safe, self._second.make_safe)
