"""The traffic log: every message on the wire, one JSON line each, beside the record.

A line is `{"utc", "ns", "name", "dir", "text" or "hex", "duration_ns"}`; `dir` is "out" for what was
sent, "in" for a reply, whose `duration_ns` counts from the message before it, and "note" for what befell the
connection: `read-timeout`, `connection-lost`, `resynchronise`, `retry …`, `reconnected after …`,
`status-byte 80`. A log replays as a strict fake instrument (`calibrator_drivers.replay`).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from threading import Lock

from .clock import Clock

__all__ = ["TrafficLog"]

_SHORT, _KEPT = 64, 256  # bytes of a message and how many of them that are kept as lines have them
_NEVER = datetime.min.replace(tzinfo=UTC)


class TrafficLog:
    """Appends to one file; each line reaches the operating system at once, so a killed process loses none.

    Raises:
        OSError: the file cannot be opened or written.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._lock = Lock()
        self.counts: dict[str, int] = {}  # of this process's notes, by their first word
        self._hash = hashlib.sha256()
        self._last_ns: dict[str, int] = {}
        self._told: dict[tuple[str, str, bytes], bytes] = {}  # messages as lines have them
        self._second = _NEVER, b""  # the last line's second, and how it is written
        before = path.read_bytes() if path.exists() else b""
        self._hash.update(before)
        self._offset = len(before)
        self._file = path.open("ab", buffering=0)
        # The line that was being written when a process died or the disk was full.
        self._torn = bool(before) and not before.endswith(b"\n")

    @property
    def offset(self) -> int:
        """Bytes written so far: where the next line will begin."""
        return self._offset

    def sent(self, name: str, message: bytes) -> int:
        """Log what goes out to the instrument `name`; return the line's offset."""
        return self._line(name, "out", message)

    def received(self, name: str, message: bytes) -> int:
        """Log what came in from the instrument `name`; return the line's offset."""
        return self._line(name, "in", message)

    def note(self, name: str, text: str) -> int:
        """Log what befell the connection to the instrument `name`; return the line's offset.

        The first word is counted in `counts`.
        """
        word = text.split(" ", 1)[0]
        with self._lock:
            self.counts[word] = self.counts.get(word, 0) + 1
        return self._line(name, "note", text.encode("utf-8"))

    def close(self) -> tuple[str, int]:
        """Close the file; return the SHA-256 of all of it in hex, and its length in bytes."""
        with self._lock:
            self._file.close()
            return self._hash.hexdigest(), self._offset

    def _line(self, name: str, direction: str, message: bytes) -> int:
        """Append a line; it is put together by hand, since it is written between a query and the next."""
        now_ns = self._clock.monotonic_ns()
        now = self._clock.now()
        second, text = self._second
        since = now - second
        if since.days or since.seconds:  # what a line shares with the one before it is not formatted anew
            second = now.replace(microsecond=0)
            text = second.isoformat()[:19].encode("ascii")
            self._second = second, text
            since = now - second
        last_ns = self._last_ns
        duration_ns = now_ns - last_ns.get(name, now_ns) if direction == "in" else 0
        last_ns[name] = now_ns
        told = self._told.get((name, direction, message)) or self._tell(name, direction, message)
        line = b'{"utc": "%b.%06dZ", "ns": %d, %b, "duration_ns": %d}\n' % (
            text,
            since.microseconds,
            now_ns,
            told,
            duration_ns,
        )
        with self._lock:
            if self._torn:
                self._write(b"\n")
                self._torn = False
            at = self._offset
            if (written := self._file.write(line)) == len(line):
                self._hash.update(line)
                self._offset += written
            else:  # the disk is full within the line
                self._part(line, written)
            return at

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
