"""Bytes to an instrument of this process: no socket, no thread, so that thousands of runs cost little.

The other end is whoever holds the instrument: it plugs in under a resource `MEMORY::name::INSTR` and answers
each message while it is sent. Session, log, policy and driver are those of any other link.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Protocol

from ._failures import Failures
from ._link import Step

__all__ = ["BytePeer", "MemoryLink", "plug", "unplug"]


class BytePeer(Protocol):
    """The instrument's end of one connection."""

    @property
    def broken(self) -> bool:
        """Whether the instrument closes the connection."""
        ...

    def feed(self, data: bytes) -> bytes:
        """Take bytes; return what the instrument answers to them."""
        ...

    def close(self) -> None:
        """The connection is gone."""
        ...


# Whoever opens a session must find the instrument that another room has built, hence one table a process.
_PLUGGED: dict[str, Callable[[], BytePeer | None]] = {}
_GUARD = Lock()


def plug(resource: str, connect: Callable[[], BytePeer | None]) -> None:
    """Let sessions on `resource` reach an instrument; `connect` makes a connection, or refuses with None."""
    with _GUARD:
        _PLUGGED[resource.upper()] = connect


def unplug(resource: str) -> None:
    """Forget an instrument; nothing where it was not plugged in."""
    with _GUARD:
        _PLUGGED.pop(resource.upper(), None)


class MemoryLink:
    """One connection in this process; what is not there after a message never comes, so no time is waited."""

    ends_messages = False

    def __init__(self, resource: str, *, name: str) -> None:
        self.step = Step()
        self._resource = resource
        self._fail = Failures(name, resource)
        self._peer: BytePeer | None = None
        self._buffer = bytearray()

    def open(self) -> None:
        """Open the connection, closing a former one."""
        self.close()
        connect = _PLUGGED.get(self._resource.upper())
        peer = None if connect is None else connect()
        if peer is None:
            raise self._fail.no_answer("no such instrument in this process" if connect is None else "refused")
        self._peer = peer

    def send(self, message: bytes) -> None:
        """Send all bytes; the instrument acts on them now."""
        if self._peer is None:
            raise self._fail.lost("the connection is closed")
        if self._peer.broken:
            raise self._fail.lost("the peer closed the connection")
        self._buffer += self._peer.feed(message)

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return bytes up to and with the terminator."""
        buffer = self._buffer
        end = buffer.find(terminator)
        if end < 0:
            raise self._none(timeout_s)
        return self._cut(end + len(terminator))

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes."""
        if len(self._buffer) < count:
            raise self._none(timeout_s)
        return self._cut(count)

    def drain(self) -> int:
        """Discard what has come in unasked; return how many bytes."""
        count = len(self._buffer)
        if count:
            self._buffer.clear()
        return count

    def clear(self) -> None:
        """Begin a new connection: what the old one still held dies with it."""
        self.open()

    def status_byte(self) -> None:
        """Return None: bytes alone have no serial poll."""
        return

    def trigger(self) -> bool:
        """Return False: bytes alone have no group execute trigger."""
        return False

    def wait_for_service(self, timeout_s: float) -> None:
        """Return None: bytes alone have no service request."""
        return

    def close(self) -> None:
        """Close the connection."""
        peer, self._peer = self._peer, None
        self._buffer.clear()
        if peer is not None:
            peer.close()

    def _none(self, timeout_s: float) -> Exception:
        """Return the error for a reply that is not there: the peer is gone, or says nothing."""
        if self._peer is None or self._peer.broken:
            return self._fail.lost("the peer closed the connection")
        return self._fail.timeout(timeout_s, bytes(self._buffer[:40]))

    def _cut(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data
