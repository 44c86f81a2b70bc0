"""Raw bytes, as on a socket or a serial line: replies leave as soon as they are there."""

from __future__ import annotations

from calibrator_sim.instruments import Framing
from calibrator_sim.servers._conversation import Conversation, Outgoing, Served
from calibrator_sim.servers._framing import Framer

__all__ = ["Exchange"]


class Exchange:
    """One connection that carries nothing but the instrument's own messages.

    Args:
        served: the instrument.
        framing: as on this line; the instrument's usual one where None.
    """

    def __init__(self, served: Served, framing: Framing | None = None) -> None:
        self._framing = framing or served.device.framing
        self._talk = Conversation(served, end=self._framing.reply_end)
        self._framer = Framer(served.device.buffer_limit, self._framing)
        self._device = served.device

    @property
    def broken(self) -> bool:
        """Whether a fault closes the connection."""
        return self._talk.broken

    @property
    def busy(self) -> bool:
        """Whether an operation runs: what comes waits in the connection."""
        return self._talk.due_ns is not None

    @property
    def due_ns(self) -> int | None:
        """The bench time at which a running operation ends; None when idle."""
        return self._talk.due_ns

    @property
    def deadline_ns(self) -> int | None:
        """Nothing waits for the machine's time here."""
        return None

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        echo = [Outgoing(data)] if self._framing.echo else []
        for message in self._framer.feed(data):
            self._talk.put(message)
        return echo + self.proceed()

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        out = [part for reply in self._talk.proceed() for part in reply.parts]
        if out and self._framing.prompt:
            out.append(Outgoing(self._framing.prompt))
        return out

    def end_of_input(self) -> None:
        """The client sends no more."""
        if self._framer.partial:
            self._device.unterminated()

    def close(self) -> None:
        """The connection is gone."""
        self._talk.clear()
