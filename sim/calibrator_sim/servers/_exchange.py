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
        # No bus tells the instrument whether a reply was read: each message is answered, in order.
        self._talk = Conversation(served, end=self._framing.reply_end, interrupts=False)
        self._framer = Framer(served.device.buffer_limit, self._framing)
        self._device = served.device
        self._served = served
        self._streams = False  # whoever spoke last gets the lines that nobody asks for

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
        """The bench time at which a running operation ends or a stream goes on; None when idle."""
        if self._talk.due_ns is None and self._streams and self._served.advance is None:
            return self._device.stream_due_ns()  # virtual time stands still while nobody speaks
        return self._talk.due_ns

    @property
    def deadline_ns(self) -> int | None:
        """Nothing waits for the machine's time here."""
        return None

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        echo = [Outgoing(data.replace(b"\r", b"\r\n"))] if self._framing.echo and self._device.echoes else []
        streamed = self._stream()
        for message in self._framer.feed(data):
            self._talk.put(message)
        out = self.proceed()
        self._streams = self._device.stream_due_ns() is not None
        return streamed + echo + out

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        out = [part for reply in self._talk.proceed() for part in reply.parts]
        if out and self._framing.prompt and self._device.echoes:
            out.append(Outgoing(self._framing.prompt))
        return out + self._stream()

    def _stream(self) -> list[Outgoing]:
        """Return the line of a stream whose time has come."""
        due = self._device.stream_due_ns() if self._streams and self._talk.due_ns is None else None
        if due is None or due > self._served.time_ns():
            return []
        line = self._device.stream_line()
        return [Outgoing(line.encode("latin-1", "replace") + self._framing.reply_end)] if line else []

    def clear(self) -> None:
        """Forget messages and replies that wait."""
        self._framer.clear()
        self._talk.clear()

    def end_of_input(self) -> None:
        """The client sends no more."""
        if self._framer.partial:
            self._device.unterminated()

    def close(self) -> None:
        """The connection is gone."""
        self._talk.clear()
