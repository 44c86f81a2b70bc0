"""Raw bytes behind a reading: lines of the traffic log at the offset that the reading holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Line", "exchange_at", "last_settings"]

_FAR = 1 << 20  # bytes; one exchange of a block of readings may be long


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the traffic log and where it begins in the file."""

    offset: int
    said: Mapping[str, Any]

    @property
    def content(self) -> bytes:
        """The bytes on the wire."""
        text = self.said.get("text")
        return text.encode("ascii") if text is not None else bytes.fromhex(str(self.said.get("hex", "")))

    def __str__(self) -> str:
        shown = self.content.decode("ascii", "backslashreplace").encode("unicode_escape").decode("ascii")
        return f"{self.said['utc']} {self.said['dir']:>3} {self.said['name']}: {shown} (byte {self.offset})"


def exchange_at(log: Path, offset: int) -> tuple[Line, ...]:
    """Return the lines from `offset` to the reply, of the instrument that the first one names."""
    with log.open("rb") as file:
        file.seek(offset)
        data = file.read(_FAR)
    found: list[Line] = []
    for line in _lines(data, offset):
        if found and line.said.get("name") != found[0].said.get("name"):
            continue
        found.append(line)
        if line.said.get("dir") == "in":
            break
    return tuple(found)


def last_settings(log: Path, before: int, name: str, count: int = 3) -> tuple[Line, ...]:
    """Return the last messages to an instrument before `before` that ask nothing: what it was set to."""
    with log.open("rb") as file:
        start = max(0, before - _FAR)
        file.seek(start)
        data = file.read(before - start)
    if start:
        cut = data.find(b"\n") + 1
        start, data = start + cut, data[cut:]
    sent = [
        line
        for line in _lines(data, start)
        if line.said.get("name") == name and line.said.get("dir") == "out" and b"?" not in line.content
    ]
    return tuple(sent[-count:])


def _lines(data: bytes, offset: int) -> list[Line]:
    found = []
    for raw in data.splitlines(keepends=True):
        if raw.endswith(b"\n"):
            try:
                said = json.loads(raw)
            except ValueError:  # a line torn by a crash; the one after it is whole
                said = None
            if isinstance(said, dict) and {"utc", "name", "dir"} <= said.keys():
                found.append(Line(offset, said))
        offset += len(raw)
    return found
