"""A traffic log replayed as a strict fake instrument: a failure at a site becomes a test by copying one file.

In process, as a test uses it::

    with replayed(Path("failure.jsonl"), "meter") as session:
        Keysight34401A(session, clock).read()

The program must send what the log holds, in its order, byte by byte; it gets the replies of the log, and
where the log notes a time-out or a lost connection it meets that again, at once. `serve_replay` does the same
on a socket, for programs that are not ours.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

from ._errors import ReplayMismatch
from .transport import LinkSession, Policy, Session, Step
from .transport._failures import Failures

__all__ = ["Message", "ReplayLink", "load_traffic", "names_in", "replayed", "scripted", "serve_replay"]

_BREAKS = ("read-timeout", "connection-lost")
_DIRECTIONS = ("out", "in", "stray", "own", "note")
_DONE = (b"clear", b"reopen")  # by the program itself


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a traffic log; `line` counts from 1."""

    name: str
    direction: str  # out, in, stray, own, note
    data: bytes
    line: int


def load_traffic(path: Path, name: str = "") -> tuple[Message, ...]:
    """Return the messages of an instrument, of all with an empty name; a line that a crash tore is left out.

    Raises:
        ReplayMismatch: the log has no message of that name.
    """
    messages = tuple(_messages(path))
    found = tuple(message for message in messages if name in ("", message.name))
    if not found:
        known = ", ".join(sorted({message.name for message in messages})) or "none at all"
        raise ReplayMismatch(
            f'The traffic log has no message of "{name}"',
            instrument=name,
            resource=str(path),
            way_out=f"It has messages of {known}.",
        )
    return found


def names_in(path: Path) -> tuple[str, ...]:
    """Return the instruments of a log, in the order in which they first speak."""
    return tuple(dict.fromkeys(message.name for message in _messages(path)))


def _messages(path: Path) -> Iterator[Message]:
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            entry = json.loads(line)
            data = bytes.fromhex(entry["hex"]) if "hex" in entry else entry["text"].encode("utf-8")
            message = Message(str(entry["name"]), str(entry["dir"]), data, number)
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
        ):  # a line torn by a crash, or no line of a log
            continue
        if message.direction in _DIRECTIONS:
            yield message


class ReplayLink:
    """Plays the instrument of a log; satisfies `Link`."""

    ends_messages = False

    def __init__(
        self, messages: Sequence[Message], *, name: str = "", resource: str = "replay", logged: bool = False
    ) -> None:
        self.step = Step()
        self._messages = [message for message in messages if not _is_ours(message)]
        self._logged = logged
        self._at = 0
        self._buffer = bytearray()
        self._name = name
        self._resource = resource
        self._fail = Failures(name, resource)

    @property
    def finished(self) -> bool:
        """Whether every message of the log was used."""
        return self._at == len(self._messages)

    def open(self) -> None:
        """Nothing: the log is always there."""

    def send(self, message: bytes) -> None:
        """Take what the log holds as sent here, and nothing else."""
        expected = self._next("out")
        if expected is None or expected.data != message:
            raise self._mismatch(message, expected)
        self._at += 1
        self._break_off(0.0, lost_only=True)

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return what the log holds as received here, or break off as it did."""
        while (end := self._buffer.find(terminator)) < 0:
            self._more(timeout_s)
        return self._cut(end + len(terminator))

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return `count` bytes of what the log holds as received here."""
        while len(self._buffer) < count:
            self._more(timeout_s)
        return self._cut(count)

    def receive_some(self, timeout_s: float) -> bytes:
        """Return the next bytes that the log holds as received here."""
        if not self._buffer:
            self._more(timeout_s)
        return self._cut(len(self._buffer))

    def waiting(self, timeout_s: float) -> bool:
        """Say whether the log has a reply here."""
        return bool(self._buffer) or self._next("in") is not None

    def drain(self) -> int:
        """Return how many bytes the log holds as strays here; its replies wait for their questions."""
        self._buffer.clear()
        return self._pass_strays()

    def clear(self) -> None:
        """Pass over what the log holds as strays here."""
        self._buffer.clear()
        self._pass_strays()

    def expect(self, note: str) -> None:
        """Hold the program to what it did to the connection itself: `clear` and `reopen` of the log."""
        found = self._next("note")
        if found is not None and found.data == note.encode("ascii"):
            self._at += 1
        elif self._logged:
            raise self._mismatch(note.encode("ascii"), found)

    def _pass_strays(self) -> int:
        count = 0
        while (stray := self._next("stray")) is not None and not self._breaks_at(self._at + 1):
            self._at += 1
            count += len(stray.data)
        return count

    def _breaks_at(self, place: int) -> bool:
        """Say whether an exchange breaks off there, so that what stands before is its half reply."""
        note = self._messages[place] if place < len(self._messages) else None
        return note is not None and note.direction == "note" and note.data.decode() in _BREAKS

    def status_byte(self) -> int | None:
        """Return the status byte that was noted here, None where it was asked in words."""
        return self._noted(b"status-byte ")

    def trigger(self) -> bool:
        """Say whether a trigger by the interface was noted here."""
        if (found := self._next("note")) is not None and found.data == b"trigger":
            self._at += 1
            return True
        return False

    def wait_for_service(self, timeout_s: float) -> int | None:
        """Return the status byte of the service request that was noted here."""
        return self._noted(b"service ")

    def close(self) -> None:
        """Nothing: a log stays as it is."""

    def assert_finished(self) -> None:
        """Raise `ReplayMismatch` where the log goes on and the program did not."""
        self._pass_strays()
        expected = self._messages[self._at] if not self.finished else None
        if expected is not None:
            raise ReplayMismatch(
                f"The program ended before line {expected.line}, where the log has {expected.direction} "
                f"{expected.data[:72]!r}",
                instrument=self._name,
                resource=self._resource,
                way_out="Replay what was run, to the end, or cut the log behind the line of interest.",
            )

    def _next(self, direction: str) -> Message | None:
        found = self._messages[self._at] if not self.finished else None
        return found if found is not None and found.direction == direction else None

    def _more(self, timeout_s: float) -> None:
        self._break_off(timeout_s)
        found = self._next("in")
        if found is None and self._breaks_at(self._at + 1):
            found = self._next("stray")  # half a reply, and then what broke it off
        if found is None:
            raise self._fail.timeout(timeout_s, bytes(self._buffer))
        self._at += 1
        self._buffer += found.data

    def _break_off(self, timeout_s: float, *, lost_only: bool = False) -> None:
        note = self._next("note")
        if note is None or note.data.decode() not in (_BREAKS[1:] if lost_only else _BREAKS):
            return
        self._at += 1
        if note.data == b"read-timeout":
            raise self._fail.timeout(timeout_s, bytes(self._buffer))
        raise self._fail.lost(f"as in line {note.line} of the log")

    def _noted(self, head: bytes) -> int | None:
        found = self._next("note")
        if found is None or not found.data.startswith(head):
            return None
        self._at += 1
        return int(found.data.removeprefix(head))

    def _cut(self, count: int) -> bytes:
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def _mismatch(self, message: bytes, expected: Message | None) -> ReplayMismatch:
        if expected is None and not self.finished:
            expected = self._messages[self._at]
        there = "ends" if expected is None else f"has {expected.direction} {expected.data[:72]!r}"
        line = "" if expected is None else f" in line {expected.line}"
        return ReplayMismatch(
            f"The program sends {message[:72]!r}, the log {there}{line}",
            instrument=self._name,
            resource=self._resource,
            way_out="Compare the program with the one that wrote the log, or record the log anew.",
        )


def _is_ours(message: Message) -> bool:
    """Say whether a line tells what our session did about a broken exchange, which it will do again."""
    return message.direction == "own" or (
        message.direction == "note"
        and not message.data.startswith(
            (b"read-timeout", b"connection-lost", b"status-byte", b"service", b"trigger", *_DONE)
        )
    )


@contextmanager
def replayed(
    path: Path, name: str, *, terminator: str = "\n", policy: Policy | None = None, resource: str = ""
) -> Iterator[Session]:
    """Give a session on which a log's instrument answers; at the end the whole log must have been used.

    Some drivers say more on a serial line: `resource` is the one of the log where it was such a line.

    Raises:
        ReplayMismatch: something else was sent, or not everything.
    """
    link = ReplayLink(load_traffic(path, name), name=name, resource=str(path), logged=True)
    yield _session(link, name, resource or str(path), terminator, policy)
    link.assert_finished()


@contextmanager
def scripted(exchanges: Sequence[tuple[str, str | None]], *, terminator: str = "\n") -> Iterator[Session]:
    """Give a session that accepts these exchanges only: (sent, reply), or (sent, None) for what has none.

    The one line of a driver's wire test; at the end every exchange must have taken place.

    Raises:
        ReplayMismatch: something else was sent, or not everything.

    Example:
        >>> with scripted([("*RST", None), ("READ?", "1.5")]) as session:
        ...     session.write("*RST")
        ...     session.query("READ?")
        '1.5'
    """
    messages = []
    for number, (sent, reply) in enumerate(exchanges, start=1):
        messages.append(Message("script", "out", (sent + terminator).encode("ascii"), number))
        if reply is not None:
            messages.append(Message("script", "in", (reply + terminator).encode("ascii"), number))
    link = ReplayLink(messages, name="script", resource="exchange")
    yield _session(link, "script", "exchange", terminator, None)
    link.assert_finished()


def _session(
    link: ReplayLink, name: str, resource: str, terminator: str, policy: Policy | None
) -> LinkSession:
    return LinkSession(
        link,
        name=name,
        resource=resource,
        terminator=terminator,
        timeout_s=5.0,
        lock=RLock(),
        traffic=None,
        policy=policy,
    )


def serve_replay(path: Path, name: str, server: socket.socket) -> None:
    """Play a log's instrument to the one client that connects to a listening socket, to the end of the log.

    A noted time-out is a reply that never comes; at a noted loss the connection is closed, and the client may
    connect again.

    Raises:
        ReplayMismatch: the client sent something else, or left before the end.
    """
    link = ReplayLink(load_traffic(path, name), name=name, resource=str(path))
    while not link.finished:
        connection, _ = server.accept()
        with connection:
            _converse(link, connection)


def _converse(link: ReplayLink, connection: socket.socket) -> None:
    while True:
        while (found := link._next("in") or link._next("stray")) is not None:
            link._at += 1
            connection.sendall(found.data)
        if (note := link._next("note")) is not None:
            link._at += 1
            if note.data == b"connection-lost":
                return
            continue
        expected = link._next("out")
        if expected is None:
            return
        link.send(_receive(connection, expected))


def _receive(connection: socket.socket, expected: Message) -> bytes:
    """Return as many bytes as the log holds; fewer where the client leaves or differs."""
    data = b""
    while len(data) < len(expected.data) and expected.data.startswith(data):
        part = connection.recv(len(expected.data) - len(data))
        if not part:
            return data
        data += part
    return data
