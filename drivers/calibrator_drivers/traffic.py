"""The traffic log: every message on the wire, one JSON line each, beside the record.

A line is `{"utc", "ns", "name", "dir", "text" or "hex", "duration_ns"}`. `dir` is "out" for what was sent,
"in" for a reply, whose `duration_ns` counts from the message before it, "stray" for bytes that came in and
answer nothing (half a reply, one that was late or that nobody asked for), "own" for what the session sent by
itself (the marker of a serial line, a gateway's `++` lines), and "note" for what befell the connection:
`read-timeout`, `connection-lost`, `resynchronise`, `retry …`, `reconnected after …`, `status-byte 80`,
`clear`, `reopen`. A log replays as a strict fake instrument (`calibrator_drivers.replay`).

What may change an instrument is in the file before it goes out. On a socket a question and its reply are held
back, up to a kilobyte, until anything else is written, a quarter of a second has passed without a reply, the
engine commits an event or waits, or `flush`: so much a killed process can lose.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from threading import Lock, get_ident

from .clock import Clock

__all__ = ["TrafficLog"]

_SHORT, _KEPT = 64, 256  # bytes of a message and how many of them that are kept as lines have them
_LINE = b'{"utc": "%b.%06dZ", "ns": %d, %b, "duration_ns": %d}\n'
_HELD = 1024  # bytes of questions and replies that are held back
_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class TrafficLog:
    """Appends to one file; a line reaches the operating system at once, but for questions as told above.

    A line that cannot be written stops the exchange that it tells of, but on the way to safety: there, and
    wherever `_lost` does not raise, the exchange goes on and the line is missing.

    Raises:
        OSError: the file cannot be opened or written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._monotonic_ns = clock.monotonic_ns
        self._utc_ns: Callable[[], int] = getattr(clock, "utc_ns", lambda: _nanoseconds(clock.now()))
        self._lock = Lock()
        self.counts: dict[str, int] = {}  # of this process's notes, by their first word
        self._hash = hashlib.sha256()
        self._last_ns: dict[str, int] = {}
        self._told: dict[tuple[str, str, bytes], bytes] = {}  # messages as lines have them
        self._second = -_SECOND, b""  # the last line's second, and how it is written
        before = path.read_bytes() if path.exists() else b""
        self._hash.update(before)
        self._offset = len(before)
        self._held = bytearray()
        self._towards_safety: set[int] = set()  # the threads that bring an output to rest
        self._file = path.open("ab", buffering=0)
        self._append, self._update = self._file.write, self._hash.update
        # The line that was being written when a process died or the disk was full.
        self._torn = bool(before) and not before.endswith(b"\n")

    @property
    def offset(self) -> int:
        """Bytes logged so far: where the next line will begin."""
        return self._offset + len(self._held)

    def sent(self, name: str, message: bytes) -> int:
        """Log what goes out to the instrument `name`; return the line's offset."""
        return self._line(name, "out", message)

    def asked(self, name: str, message: bytes) -> int:
        """Log a question that is on its way to the instrument `name`, held back; return the line's offset."""
        return self._line(name, "out", message, hold=True)

    def received(self, name: str, message: bytes) -> int:
        """Log what came in from the instrument `name`; return the line's offset.

        It is held back where its question is.
        """
        return self._line(name, "in", message, hold=bool(self._held))

    def stray(self, name: str, data: bytes) -> int:
        """Log bytes that came in and answer nothing; return the line's offset."""
        return self._line(name, "stray", data)

    def own(self, name: str, data: bytes) -> int:
        """Log what the session sent by itself; return the line's offset."""
        return self._line(name, "own", data)

    def note(self, name: str, text: str) -> int:
        """Log what befell the connection to the instrument `name`; return the line's offset.

        The first word is counted in `counts`.
        """
        word = text.split(" ", 1)[0]
        with self._lock:
            self.counts[word] = self.counts.get(word, 0) + 1
        return self._line(name, "note", text.encode("utf-8"))

    @contextmanager
    def unhindered(self) -> Iterator[None]:
        """Let no line that cannot be written stop a command: what brings an output to rest goes out.

        It holds for the thread that asks: what another one sends meanwhile is still stopped.
        """
        thread = get_ident()
        if thread in self._towards_safety:  # within one that is on its way already
            yield
            return
        try:
            self._towards_safety.add(thread)
            yield
        finally:
            self._towards_safety.discard(thread)

    def close(self) -> tuple[str, int]:
        """Close the file; return the SHA-256 of all of it in hex, and its length in bytes."""
        with self._lock:
            try:
                if self._held:
                    self._write_held()
            finally:
                self._file.close()
            return self._hash.hexdigest(), self._offset

    def flush(self) -> None:
        """Write what is held back."""
        try:
            with self._lock:
                if self._held:
                    self._write_held()
        except (OSError, ValueError) as error:
            self._lost(error)

    def _lost(self, error: OSError | ValueError) -> None:
        """Raise the error of a line that was not written; on the way to safety nothing does.

        Every way of writing ends here, so that a log which says otherwise says it once. A `ValueError` is
        that of a file that was closed.
        """
        if get_ident() not in self._towards_safety:
            raise error

    def _line(self, name: str, direction: str, message: bytes, *, hold: bool = False) -> int:
        try:
            return self._append_line(name, direction, message, hold)
        except (OSError, ValueError) as error:
            self._lost(error)
            return self.offset

    def _append_line(self, name: str, direction: str, message: bytes, hold: bool) -> int:
        """Append a line; it is put together by hand, since it is written between a query and the next."""
        now_ns, utc_ns, (second_ns, text) = self._monotonic_ns(), self._utc_ns(), self._second
        if not 0 <= utc_ns - second_ns < _SECOND:  # what lines of a second share is formatted once
            second_ns, text = self._begin_second(utc_ns)
        duration_ns = now_ns - self._last_ns.get(name, now_ns) if direction == "in" else 0
        self._last_ns[name] = now_ns
        told = self._told.get((name, direction, message)) or self._tell(name, direction, message)
        line = _LINE % (text, (utc_ns - second_ns) // 1000, now_ns, told, duration_ns)
        with self._lock:
            if self._torn:  # nothing is held then
                self._write(b"\n")
                self._torn = False
            held = self._held
            at = self._offset + len(held)
            held += line
            if not hold or len(held) > _HELD:
                self._write_held()
        return at

    def _write_held(self) -> None:
        data = bytes(self._held)
        self._held.clear()  # what a full disk does not take is lost, as the error says
        if (written := self._append(data)) == len(data):
            self._update(data)
            self._offset += written
        else:  # the disk is full within the line
            self._part(data, written)

    def _begin_second(self, utc_ns: int) -> tuple[int, bytes]:
        """Return when the present second began, and how it is written."""
        second = utc_ns // _SECOND
        text = (_EPOCH + timedelta(seconds=second)).isoformat()[:19].encode("ascii")
        found = self._second = second * _SECOND, text  # in one step: threads share it
        return found

    def _tell(self, name: str, direction: str, message: bytes) -> bytes:
        """Return what a line says besides times; a program says the same again and again."""
        if message.isascii() and (text := message.decode("ascii")).rstrip("\r\n").isprintable():
            content = f'"text": {_quoted(text)}'
        else:
            content = f'"hex": "{message.hex()}"'
        told = f'"name": {_quoted(name)}, "dir": "{direction}", {content}'.encode("ascii")
        if len(message) <= _SHORT:
            if len(self._told) >= _KEPT:
                self._told.clear()
            self._told[name, direction, message] = told
        return told

    def _part(self, line: bytes, written: int) -> None:
        self._hash.update(line[:written])
        self._offset += written
        self._torn = written > 0
        self._write(line[written:])
        self._torn = False

    def _write(self, data: bytes) -> None:
        """Write all of it; what a full disk takes counts, since hash and length are those of the file."""
        while data:
            written = self._file.write(data)
            self._hash.update(data[:written])
            self._offset += written
            data = data[written:]


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND * 1000
