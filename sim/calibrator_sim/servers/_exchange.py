"""The message exchange of one connection (IEEE 488.2:1992, 6): input buffer, parser, output queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Protocol

from calibrator_sim.instruments import Device
from calibrator_sim.servers._framing import Framer

__all__ = ["Exchange", "Outgoing", "ReplyFilter"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes for the client and how much later, in real seconds, they are to leave."""

    data: bytes
    delay_s: float = 0.0


class ReplyFilter(Protocol):
    """What a fault may do to messages and replies."""

    def closes(self, device: Device) -> bool:
        """Say whether the connection breaks now."""
        ...

    def replies(self, device: Device, message: str, response: str) -> list[Outgoing]:
        """Return what goes out in place of a response."""
        ...


class Exchange:
    """Carries out the messages of one connection, one after the other.

    Args:
        device: the instrument behind the connection.
        replies: what faults do to the replies.
        time_ns: the bench's time.
        advance: moves a virtual clock; None where time goes by itself.
    """

    def __init__(
        self,
        device: Device,
        replies: ReplyFilter,
        time_ns: Callable[[], int],
        advance: Callable[[int], None] | None,
    ) -> None:
        self.device = device
        self.broken = False
        self._replies = replies
        self._time_ns = time_ns
        self._advance = advance
        self._framer = Framer(device.buffer_limit)
        self._messages: deque[str | None] = deque()
        self._running: Generator[int, None, tuple[str, int]] | None = None
        self._message = ""
        self._due_ns = 0

    @property
    def due_ns(self) -> int | None:
        """The bench time at which a running operation ends; None when idle."""
        return None if self._running is None else self._due_ns

    def feed(self, data: bytes) -> list[Outgoing]:
        """Take bytes from the client; return what goes out now."""
        self._messages.extend(self._framer.feed(data))
        return self.proceed()

    def proceed(self) -> list[Outgoing]:
        """Go on with what waits; return what goes out now."""
        out: list[Outgoing] = []
        while not self.broken:
            if self._running is None:
                if not self._messages:
                    break
                message = self._messages.popleft()
                if message is None:
                    self.device.overflowed()
                    continue
                self._message = message
                if self._replies.closes(self.device):
                    self.broken = True
                    break
                self._running = self.device.respond(self._message)
                self._due_ns = self._time_ns()
            response = self._step()
            if response is None:
                break
            if response and self._messages:
                # A message stands in the input buffer already: nobody has read this response.
                self.device.interrupted()
            elif response:
                out += self._replies.replies(self.device, self._message, response)
        return out

    def end_of_input(self) -> None:
        """The client sends no more."""
        if self._framer.partial:
            self.device.unterminated()

    def close(self) -> None:
        """The connection is gone."""
        if self._running is not None:
            self._running.close()
            self._running = None
            self.device.abort()

    def _step(self) -> str | None:
        """Run until the response is there; None while the operation goes on in real time."""
        running = self._running
        assert running is not None
        try:
            while True:
                if self._advance is None and self._due_ns > self._time_ns():
                    return None
                self._due_ns = next(running)
                if self._advance is not None:
                    self._advance(self._due_ns)
        except StopIteration as stop:
            self._running = None
            response, cost_ns = stop.value
            if self._advance is not None:
                self._advance(self._time_ns() + cost_ns)
            return str(response)
