"""An instrument on a bus where replies wait until they are read: VXI-11 and GPIB."""

from __future__ import annotations

from collections import deque

from calibrator_sim.servers._conversation import Conversation, Served
from calibrator_sim.servers._framing import Framer

__all__ = ["Talker"]

_MOST_WAITING = 64  # messages that the input buffer holds


class Talker:
    """Input buffer, conversation and output queue of one client (IEEE 488.2:1992, 6.1)."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._talk = Conversation(served, available=lambda: self.available)
        self._framer = Framer(served.device.buffer_limit, served.device.framing, ended=True)
        self._output: deque[tuple[int, bytes, bool]] = deque()  # real ns from which it is there, bytes, END

    @property
    def broken(self) -> bool:
        """Whether a fault closes the connection."""
        return self._talk.broken

    def mend(self) -> None:
        """Serve again after a connection that was closed: on a bus others go on using it."""
        self._talk.broken = False

    @property
    def available(self) -> bool:
        """Whether the output queue holds something (MAV)."""
        return bool(self._output) and self._output[0][0] <= self.served.real.monotonic_ns()

    @property
    def full(self) -> bool:
        """Whether the input buffer takes no more messages for now."""
        return self._talk.waiting >= _MOST_WAITING

    @property
    def due_ns(self) -> int | None:
        """The bench time at which a running operation ends; None when idle."""
        return self._talk.due_ns

    @property
    def ready_ns(self) -> int | None:
        """The machine's time from which the next reply can be read; None where none waits."""
        return self._output[0][0] if self._output else None

    def write(self, data: bytes, *, end: bool) -> None:
        """Take bytes; `end` says that the last one came with END."""
        for message in self._framer.feed(data, last=end):
            self.put(message)

    def put(self, message: str | None) -> None:
        """Take a message; an unread reply is lost."""
        if self._output:
            self._output.clear()
            self.served.device.interrupted()
        self._talk.put(message)
        self.proceed()

    def proceed(self) -> None:
        """Go on with what waits."""
        replies = self._talk.proceed()
        now = self.served.real.monotonic_ns() if replies else 0
        for reply in replies:
            self._output.extend(
                (now + round(part.delay_s * 1e9), part.data, part.ends) for part in reply.parts
            )
        if replies:
            self.served.watch.look(message_available=self.available)

    def speechless(self) -> bool:
        """Say whether the instrument is asked to talk and has nothing to say (-420)."""
        return not self._output and self._talk.due_ns is None and not self._talk.waiting

    def asked(self) -> None:
        """Begin a read: where nothing is to be said, some instruments take it for a trigger."""
        if self.speechless():
            message = self.served.device.read_message()
            if message is None:
                self.served.device.unterminated()
            else:
                self.put(message)

    def take(self, most: int, stop: int | None = None) -> tuple[bytes, bool, bool]:
        """Return up to `most` bytes of the reply, whether END came with the last, whether `stop` did."""
        ready, data, ends = self._output.popleft()
        cut = min(most, len(data))
        found = -1 if stop is None else data.find(bytes((stop,)), 0, cut)
        if found >= 0:
            cut = found + 1
        if cut < len(data):
            self._output.appendleft((ready, data[cut:], ends))
        self.served.watch.look(message_available=self.available)
        return data[:cut], ends and cut == len(data), found >= 0

    def poll(self) -> int:
        """Return the status byte of a serial poll."""
        return self.served.watch.poll(message_available=self.available)

    def trigger(self) -> None:
        """Do what a group execute trigger does."""
        message = self.served.device.trigger_message()
        if message:
            self.put(message)

    def clear(self) -> None:
        """Do what a device clear does: buffers are empty, the parser begins anew, settings stay."""
        self._framer.clear()
        self._output.clear()
        self._talk.clear()
