"""The status of IEEE 488.2 as an instrument's servers see it."""

from __future__ import annotations

from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.scpi import Status

__all__ = ["StatusDevice"]


class StatusDevice(TextDevice):
    """A device whose status byte, service requests and query errors are those of its `status`."""

    status: Status

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it."""
        return self.status.byte(message_available=message_available)

    def service_mask(self) -> int:
        """Return which bits of the status byte ask for service."""
        return self.status.sre

    def interrupted(self) -> None:
        """A message arrived before the last response was read."""
        self.status.report(-410)

    def unterminated(self) -> None:
        """The client waits for a response to a message that it did not finish."""
        self.status.report(-420)
