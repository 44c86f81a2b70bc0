"""What most instruments that speak text have in common."""

from __future__ import annotations

from calibrator_sim.instruments._line import GPIB_LIKE, Framing, SerialLine
from calibrator_sim.scpi import Status

__all__ = ["TextDevice"]


class TextDevice:
    """Answers for what an instrument does not have; a class of its own overrides what it does."""

    buffer_limit: int = 4096
    framing: Framing = GPIB_LIKE
    serial_line: SerialLine = SerialLine()
    identity_messages: tuple[str, ...] = ("*IDN?",)  # what it tells its identity to
    without_faults: tuple[str, ...] = ()  # kinds of the fault script that nothing here can show
    echoes: bool = True  # on a line whose framing has an echo
    gpib_address: int = 0  # as from the factory; 0: any free one

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte: message available, and nothing else."""
        return 16 if message_available else 0

    def service_mask(self) -> int:
        """Return which bits of the status byte ask for service: none."""
        return 0

    def trigger_message(self) -> str:
        """Return the message that a group execute trigger stands for."""
        return "*TRG"

    def read_message(self) -> str | None:
        """Return the message that a read without one stands for; None where it stands for nothing."""
        return None

    def stream_due_ns(self) -> int | None:
        """Return when it may send a line that nobody asks for; None where it sends none."""
        return None

    def stream_line(self) -> str:
        """Return the line that it sends now, or nothing."""
        return ""

    def on_serial_line(self) -> None:
        """It hangs on a serial line, which cannot take control from its front panel."""

    def interrupted(self) -> None:
        """A message arrived before the last response was read: it is lost."""

    def unterminated(self) -> None:
        """The client waits for a response to a message that it did not finish."""

    def overflowed(self) -> None:
        """The input buffer was full before a message ended: the message is lost."""

    def overflow_queue(self) -> None:
        """Fill the error queue up, where there is a SCPI one."""
        status = getattr(self, "status", None)
        if isinstance(status, Status):
            status.overflow()

    def failed(self) -> bool:
        """A defect of the simulator ended a message; say whether the error queue tells the client."""
        status = getattr(self, "status", None)
        if isinstance(status, Status):
            status.report(-310)
            return True
        return False

    def abort(self) -> None:
        """The connection that waited is gone; the instrument stays as it is."""

    def catch_up(self) -> None:
        """Nothing is running."""

    def react(self) -> None:
        """Nothing around matters."""
