"""What a bench needs of its host, and the host of a connection's protocol."""

from __future__ import annotations

from typing import Protocol

from calibrator_sim.servers._conversation import Outgoing

__all__ = ["Host", "Session"]


class Host(Protocol):
    """What a bench does with whatever carries its messages."""

    def start(self) -> None:
        """Begin to serve."""
        ...

    def drain(self) -> None:
        """Carry out every message that clients have sent."""
        ...

    def close(self) -> None:
        """Stop serving."""
        ...


class Session(Protocol):
    """The protocol of one connection: bytes in, bytes out; it never blocks."""

    @property
    def broken(self) -> bool:
        """Whether the connection is to be closed."""
        ...

    @property
    def busy(self) -> bool:
        """Whether it takes no bytes now: what the client sends waits in the connection."""
        ...

    @property
    def due_ns(self) -> int | None:
        """The bench time at which it wants to go on; None when idle."""
        ...

    @property
    def deadline_ns(self) -> int | None:
        """The machine's time at which it wants to go on; None where it does not wait."""
        ...

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        ...

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        ...

    def end_of_input(self) -> None:
        """The client sends no more."""
        ...

    def close(self) -> None:
        """The connection is gone."""
        ...
