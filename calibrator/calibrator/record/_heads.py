"""The outside log: heads of runs and register, a line at each end of a run, in a file of its own.

A chain alone cannot tell that its tail was cut, or that all of it was replaced by an older or another one.
The file belongs where whoever could change the record cannot: another machine, a share that only appends.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibrator.record._canonical import utc_text
from calibrator.record._model import Event, Finding

__all__ = ["HeadLog"]

KINDS = ("run.ended", "run.anchored")
_KEYS = ("run", "count", "head", "register", "register_count", "register_head")
_log = logging.getLogger("calibrator.record")
Lookup = Callable[[str, int], "str | None"]  # the hash of an event by stream and number


@dataclass(frozen=True, slots=True)
class HeadLog:
    """One file of JSON lines, only ever appended to."""

    path: Path
    register: str  # the name of the register's stream

    def listen(self, event: Event) -> None:
        """Write the line of an end of a run; another event is none."""
        if event.stream == self.register and event.kind in KINDS:
            self._append([event])

    def catch_up(self, ends: Iterator[Event]) -> None:
        """Write the ends that are not in the file yet: it was away, or another station wrote them.

        A file that cannot be written stops no run: what is missing is written at the next opening.
        """
        known = {line["register_count"] for _, line in self._lines() if line is not None}
        self._append([event for event in ends if event.seq not in known])

    def _append(self, events: list[Event]) -> None:
        if not events:
            return
        text = "".join(json.dumps(self._line(event), sort_keys=True) + "\n" for event in events)
        try:
            with self.path.open("ab") as file:
                if file.tell() and not self.path.read_bytes().endswith(b"\n"):
                    text = f"\n{text}"  # behind a line that a crash tore
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            _log.error("the outside log of heads cannot be written: %s", error)

    def _line(self, event: Event) -> dict[str, Any]:
        body = event.body
        return {
            "at": utc_text(event.at),
            "run": body["run"],
            "count": body["count"],
            "head": body["head"],
            "register": self.register,
            "register_count": event.seq,
            "register_head": event.hash,
        }

    def _lines(self) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
        """Yield each line with its number, None for one that is no head."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return
        for number, raw in enumerate(data.splitlines(), start=1):
            try:
                line = json.loads(raw)
            except ValueError:  # torn by a crash: the next opening wrote it again
                line = None
            sound = isinstance(line, dict) and all(key in line for key in _KEYS)
            yield number, line if sound else None

    def check(self, lookup: Lookup, only: str | None) -> Iterator[Finding]:
        """Yield what the record has otherwise than the file, the first of each stream."""
        said: set[str] = set()
        for number, line in self._lines():
            if line is None:
                continue
            for stream, count, head in (
                (str(line["run"]), int(line["count"]), line["head"]),
                (self.register, int(line["register_count"]), line["register_head"]),
            ):
                found = lookup(stream, count)
                if found != head and stream not in said and only in (None, stream):
                    said.add(stream)
                    yield _finding(stream, count, found, f"line {number} of {self.path.name}")


def _finding(stream: str, count: int, found: str | None, line: str) -> Finding:
    if found is None:
        what = f"The outside log has event {count} ({line}), and it is not here: cut off, or another record"
        return Finding(stream, count, what, "cut-tail")
    what = (
        f"Event {count} is not the one in the outside log ({line}): the record was replaced or written anew"
    )
    return Finding(stream, count, what, "changed")
