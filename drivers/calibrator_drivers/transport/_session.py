"""A session: messages and replies with one instrument, never out of step."""

from __future__ import annotations

from threading import RLock
from typing import Protocol, runtime_checkable

from calibrator_drivers.traffic import TrafficLog

__all__ = ["Link", "LinkSession", "Session"]


@runtime_checkable
class Session(Protocol):
    """What drivers speak through; texts are without terminator."""

    @property
    def name(self) -> str:
        """The instrument's name in the bench file, for messages."""
        ...

    @property
    def resource(self) -> str:
        """The VISA resource."""
        ...

    @property
    def dirty(self) -> bool:
        """Whether an exchange broke off, so that the next one resynchronises first."""
        ...

    @property
    def resynchronisations(self) -> int:
        """How often the session had to be brought back into step."""
        ...

    @property
    def last_offset(self) -> int | None:
        """Where the last message stands in the traffic log; None without a log."""
        ...

    def write(self, text: str) -> None:
        """Send a message.

        Raises:
            ConnectionLost: the peer is gone.
        """
        ...

    def read(self, *, timeout_s: float | None = None) -> str:
        """Return the next reply.

        Raises:
            ReadTimeout: none came within `timeout_s` (default: the session's).
            ConnectionLost: the peer is gone.
        """
        ...

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        """Send a message and return its reply; nothing else on the bus comes between.

        Raises:
            ReadTimeout: none came within `timeout_s` (default: the session's).
            ConnectionLost: the peer is gone.
        """
        ...

    def clear(self) -> None:
        """Abandon what is under way on both sides (IEEE 488.2 device clear, or a new connection)."""
        ...

    def reopen(self) -> None:
        """Close the connection and open it anew; changes no setting of the instrument.

        Raises:
            ConnectFailed: nothing answers.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Link(Protocol):
    """A way for bytes; a session adds lock, log and step."""

    def open(self) -> None:
        """Open the connection, closing a former one."""
        ...

    def send(self, message: bytes) -> None:
        """Send all bytes."""
        ...

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        ...

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        ...

    def clear(self) -> None:
        """Make sure that no earlier reply can come any more."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class LinkSession:
    """A `Session` over a `Link`: whole exchanges under the bus's lock, logged, and always in step.

    An exchange marks the session dirty when it begins and clean when its reply is complete, so that
    whatever breaks it off, a time-out, a lost peer or a person's Ctrl-C, makes the next one begin anew.
    """

    def __init__(
        self,
        link: Link,
        *,
        name: str,
        resource: str,
        terminator: str,
        timeout_s: float,
        lock: RLock,
        traffic: TrafficLog | None,
    ) -> None:
        self._link = link
        self._name = name
        self._resource = resource
        self._terminator = terminator.encode("ascii")
        self._timeout_s = timeout_s
        self._lock = lock
        self._traffic = traffic
        self._dirty = False
        self._resynchronisations = 0
        self._last_offset: int | None = None

    @property
    def name(self) -> str:
        """The instrument's name in the bench file, for messages."""
        return self._name

    @property
    def resource(self) -> str:
        """The VISA resource."""
        return self._resource

    @property
    def dirty(self) -> bool:
        """Whether an exchange broke off, so that the next one resynchronises first."""
        return self._dirty

    @property
    def resynchronisations(self) -> int:
        """How often the session had to be brought back into step."""
        return self._resynchronisations

    @property
    def last_offset(self) -> int | None:
        """Where the last message stands in the traffic log; None without a log."""
        return self._last_offset

    def write(self, text: str) -> None:
        """Send a message."""
        with self._lock:
            self._begin()
            self._send(text)
            self._dirty = False

    def read(self, *, timeout_s: float | None = None) -> str:
        """Return the next reply."""
        with self._lock:
            self._dirty = True
            reply = self._receive(timeout_s)
            self._dirty = False
            return reply

    def query(self, text: str, *, timeout_s: float | None = None) -> str:
        """Send a message and return its reply; nothing else on the bus comes between."""
        with self._lock:
            self._begin()
            if self._link.drain():  # a reply that nobody asked for must not answer this message
                self._resynchronisations += 1
            self._send(text)
            reply = self._receive(timeout_s)
            self._dirty = False
            return reply

    def clear(self) -> None:
        """Abandon what is under way on both sides."""
        with self._lock:
            self._link.clear()
            self._dirty = False

    def reopen(self) -> None:
        """Close the connection and open it anew."""
        with self._lock:
            self._link.open()
            self._dirty = False

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._link.close()

    def _begin(self) -> None:
        if self._dirty:
            self._link.clear()
            self._resynchronisations += 1
        self._dirty = True

    def _send(self, text: str) -> None:
        message = text.encode("ascii") + self._terminator
        if self._traffic is not None:
            self._last_offset = self._traffic.sent(self._name, message)
        self._link.send(message)

    def _receive(self, timeout_s: float | None) -> str:
        message = self._link.receive(self._terminator, self._timeout_s if timeout_s is None else timeout_s)
        if self._traffic is not None:
            self._traffic.received(self._name, message)
        return message.removesuffix(self._terminator).decode("latin-1").rstrip("\r\n")
