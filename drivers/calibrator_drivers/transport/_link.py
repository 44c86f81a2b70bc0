"""A way for bytes to one instrument; a session adds lock, log, policy and step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Link", "Step"]


@dataclass(slots=True)
class Step:
    """Whether a wire is in step; instruments that share one (a serial port, a gateway) share this too."""

    dirty: bool = False


class Link(Protocol):
    """What a session needs of GPIB, USB, VXI-11, HiSLIP, a socket, a serial line or a gateway.

    Whatever breaks off is `ConnectionLost` at once, whatever lasts too long is `ReadTimeout`.
    """

    @property
    def step(self) -> Step:
        """Whether the wire is in step, shared with whoever shares the wire."""
        ...

    @property
    def ends_messages(self) -> bool:
        """Whether the interface marks the end of a message itself (EOI, END), as no stream of bytes does."""
        ...

    def open(self) -> None:
        """Open the connection, closing a former one."""
        ...

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        ...

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator; an empty one asks for all up to the end mark."""
        ...

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes; `timeout_s` counts anew while they keep coming."""
        ...

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        ...

    def clear(self) -> None:
        """Make sure that no earlier reply can come any more."""
        ...

    def status_byte(self) -> int | None:
        """Return the status byte asked beside the messages (serial poll); None where there is no such way."""
        ...

    def trigger(self) -> bool:
        """Send a group execute trigger; False where the interface has none."""
        ...

    def wait_for_service(self, timeout_s: float) -> int | None:
        """Wait until service is requested and return the status byte; None where there is no such way.

        Raises:
            ReadTimeout: none was requested within `timeout_s`.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...
