"""The message exchange of one client with one instrument (IEEE 488.2:1992, 6)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Protocol

from calibrator_drivers.clock import Clock
from calibrator_sim._defects import Defects
from calibrator_sim.instruments import Device
from calibrator_sim.servers._service import Locks, ServiceWatch

__all__ = ["Conversation", "Outgoing", "Reply", "ReplyFilter", "Served"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes for the client and how much later, in real seconds, they are to leave.

    `ends` says whether a bus that marks ends (END, EOI) marks one behind them.
    """

    data: bytes
    delay_s: float = 0.0
    ends: bool = True


class ReplyFilter(Protocol):
    """What a fault may do to messages and replies."""

    def closes(self, device: Device) -> bool:
        """Say whether the connection breaks now."""
        ...

    def refuses(self, device: Device) -> bool:
        """Say whether a new connection is refused now."""
        ...

    def mutes(self, device: Device) -> bool:
        """Say whether a request for service gets lost now."""
        ...

    def replies(self, device: Device, message: str, response: str, end: bytes) -> list[Outgoing]:
        """Return what goes out in place of a response."""
        ...


@dataclass(slots=True)
class Served:
    """An instrument as its servers share it.

    Args:
        device: the instrument.
        replies: what faults do.
        time_ns: the bench's time.
        advance: moves a virtual clock; None where time goes by itself.
        real: the machine's clock, for time-outs of protocols.
        defects: where errors of the simulator itself are noted.
    """

    device: Device
    replies: ReplyFilter
    time_ns: Callable[[], int]
    advance: Callable[[int], None] | None
    real: Clock
    defects: Defects = field(default_factory=Defects)
    watch: ServiceWatch = field(init=False)
    locks: Locks = field(default_factory=Locks)

    def __post_init__(self) -> None:
        self.watch = ServiceWatch(self.device, lambda: self.replies.mutes(self.device))


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out for a message; `tag` is what the server gave with it."""

    tag: int
    parts: list[Outgoing]


class Conversation:
    """Carries out the messages of one client, one after the other.

    Args:
        served: the instrument.
        end: what ends a reply; as the instrument frames it where None.
        interrupts: whether a response is lost when the next message stands in the input buffer already.
        available: says whether a response waits to be read (MAV).
        interrupted: told the tag of the message that came before a response was read.
    """

    def __init__(
        self,
        served: Served,
        *,
        end: bytes | None = None,
        interrupts: bool = True,
        available: Callable[[], bool] = lambda: False,
        interrupted: Callable[[int], None] = lambda _tag: None,
    ) -> None:
        self.served = served
        self.device = served.device
        self.broken = False
        self._end = served.device.framing.reply_end if end is None else end
        self.interrupts = interrupts
        self._available = available
        self._interrupted = interrupted
        self._messages: deque[tuple[str | None, int]] = deque()
        self._running: Generator[int | str, None, tuple[str, int]] | None = None
        self._said: list[str] = []  # lines that go out before the response
        self._message = ("", 0)
        self._due_ns = 0

    @property
    def due_ns(self) -> int | None:
        """The bench time at which a running operation ends; None when idle."""
        return None if self._running is None else self._due_ns

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn."""
        return len(self._messages)

    def put(self, message: str | None, tag: int = 0) -> None:
        """Take a message; None is one that overflowed the input buffer."""
        self._messages.append((message, tag))

    def proceed(self) -> list[Reply]:
        """Go on with what waits; return what goes out now."""
        out: list[Reply] = []
        while not self.broken:
            if self._running is None:
                if not self._messages:
                    break
                self._begin()
                if self._running is None:
                    continue
            response = self._step()
            message, tag = self._message
            out += [
                Reply(tag, [Outgoing(line.encode("latin-1", "replace") + self._end)]) for line in self._said
            ]
            self._said.clear()
            if response is None:
                break
            if response and self._messages and self.interrupts:
                # A message stands in the input buffer already: nobody has read this response.
                self.device.interrupted()
                self._interrupted(self._messages[0][1])
            elif response:
                parts = self.served.replies.replies(self.device, message, response, self._end)
                out.append(Reply(tag, parts))
            self.served.watch.look(message_available=self._available())
        return out

    def clear(self) -> None:
        """Forget everything: device clear, or the connection is gone."""
        self._messages.clear()
        if self._running is not None:
            self._running.close()
            self._running = None
            self.device.abort()

    def _begin(self) -> None:
        """Begin the next message, which there is; nothing runs after one that is lost."""
        message, tag = self._messages.popleft()
        if message is None:
            self.device.overflowed()
            self.served.watch.look(message_available=self._available())
            return
        if self.served.replies.closes(self.device):
            self.broken = True
            return
        self._message = (message, tag)
        self._running = self._respond(message)
        self._due_ns = self.served.time_ns()

    def _respond(self, message: str) -> Generator[int | str, None, tuple[str, int]]:
        """Begin within the first step, so that a defect there is one of the step."""
        return (yield from self.device.respond(message))

    def _step(self) -> str | None:
        """Run until the response is there; None while the operation goes on in real time."""
        running, advance = self._running, self.served.advance
        assert running is not None
        try:
            while True:
                if advance is None and self._due_ns > self.served.time_ns():
                    return None
                moment = next(running)
                if isinstance(moment, str):
                    self._said.append(moment)
                    continue
                self._due_ns = moment
                if advance is not None:
                    advance(moment)
        except StopIteration as stop:
            self._running = None
            response, cost_ns = stop.value
            if advance is not None:
                advance(self.served.time_ns() + cost_ns)
            return str(response)
        except Exception as defect:  # noqa: BLE001 - whatever it is, it is noted and answered as one
            self._running = None
            self.served.defects.note(self.device.name, defect)
            self.broken = not self.device.failed()
            return ""
