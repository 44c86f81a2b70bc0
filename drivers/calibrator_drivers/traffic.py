"""The traffic log: every message on the wire, one JSON line each, beside the record.

A line is `{"utc", "ns", "name", "dir", "text" or "hex", "duration_ns"}`; `dir` is "out" for what was
sent, "in" for a reply, whose `duration_ns` counts from the message before it, and "note" for what befell the
connection: `read-timeout`, `connection-lost`, `resynchronise`, `retry …`, `reconnected after …`,
`status-byte 80`. A log replays as a strict fake instrument (`calibrator_drivers.replay`).
"""

from __future__ import annotations

import hashlib
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from threading import Lock

from .clock import Clock

__all__ = ["TrafficLog"]


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
        now = self._clock.now()  # in UTC; formatted so at half the cost of isoformat()
        utc = "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ" % (  # noqa: UP031 - as above
            now.year,
            now.month,
            now.day,
            now.hour,
            now.minute,
            now.second,
            now.microsecond,
        )
        text = message.decode("ascii", errors="replace")
        if message.isascii() and text.rstrip("\r\n").isprintable():
            content = f'"text": {_quoted(text)}'
        else:
            content = f'"hex": "{message.hex()}"'
        duration_ns = now_ns - self._last_ns.get(name, now_ns) if direction == "in" else 0
        self._last_ns[name] = now_ns
        head = f'{{"utc": "{utc}", "ns": {now_ns}, "name": {_quoted(name)}, "dir": "{direction}", '
        with self._lock:
            return self._append(f'{head}{content}, "duration_ns": {duration_ns}}}\n'.encode("ascii"))

    def _append(self, line: bytes) -> int:
        if self._torn:
            self._write(b"\n")
        at = self._offset
        try:
            self._write(line)
        finally:
            self._torn = at < self._offset < at + len(line)
        return at

    def _write(self, data: bytes) -> None:
        """Write all of it; what a full disk takes counts, since hash and length are those of the file."""
        view = memoryview(data)
        while view:
            written = self._file.write(view)
            self._hash.update(view[:written])
            self._offset += written
            view = view[written:]
