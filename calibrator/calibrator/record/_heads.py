"""The outside log: heads of runs and register, in a file of its own beside or far from the record.

A chain alone cannot tell that its tail was cut, or that all of it was replaced by an older or another one.
Every event of the register is a line, and so is the end of each step of a run and every tenth event of it:
behind a killed process at most nine events could be cut unseen, until the next start anchors the run. The
file is best kept where whoever could change the record cannot: another machine, a share that only appends.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibrator.record._canonical import utc_text
from calibrator.record._model import Event, Finding

__all__ = ["HeadLog"]

STEPS = frozenset({"step.done", "run.closed"})
EVERY = 10  # events of a run: what a killed process leaves behind the last line is fewer
_RUN = ("run", "count", "head")
_REGISTER = ("register", "register_count", "register_head")
_log = logging.getLogger("calibrator.record")
Lookup = Callable[[str, list[int]], Mapping[int, str]]  # the hashes of events by stream and numbers


@dataclass(frozen=True, slots=True)
class HeadLog:
    """One file of JSON lines, only ever appended to."""

    path: Path
    register: str  # the name of the register's stream

    def listen(self, event: Event) -> None:
        """Write the line of an event of the register, of a step's end, or of every tenth event of a run."""
        if event.stream == self.register:
            self._append([event], sync=True)
        elif event.kind in STEPS or event.seq % EVERY == 0:
            self._append([event], sync=False)  # the system holds it: a killed process loses nothing of it

    def catch_up(self, register: Iterable[Event]) -> None:
        """Write the events that are not in the file yet: it was away, or another station wrote them.

        A file that cannot be written stops no run: what is missing is written at the next opening.
        """
        known = {line.get("register_count") for _, line in self._lines() if line is not None}
        self._append([event for event in register if event.seq not in known], sync=True)

    def carry(self, former: Path) -> None:
        """Begin with the lines of the log that was kept elsewhere until now."""
        try:
            with self.path.open("xb") as file:
                file.write(former.read_bytes())
        except OSError as error:
            _log.error("the outside log of heads cannot be carried over: %s", error)

    @property
    def is_there(self) -> bool:
        """Whether there is such a file."""
        return self.path.is_file()

    @property
    def is_away(self) -> bool:
        """Whether not even its folder can be reached: a share or a disk that is not connected."""
        return not self.path.parent.is_dir()

    def _append(self, events: list[Event], *, sync: bool) -> None:
        if not events:
            return
        text = "".join(json.dumps(self._line(event), sort_keys=True) + "\n" for event in events)
        try:
            with self.path.open("ab+") as file:
                if file.seek(0, os.SEEK_END):
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        text = f"\n{text}"  # behind a line that a crash tore
                file.write(text.encode())
                file.flush()
                if sync:
                    os.fsync(file.fileno())
        except OSError as error:
            _log.error("the outside log of heads cannot be written: %s", error)

    def _line(self, event: Event) -> dict[str, Any]:
        body, at = event.body, utc_text(event.at)
        if event.stream != self.register:
            return {"at": at, "run": event.stream, "count": event.seq, "head": event.hash}
        run = {key: body[key] for key in _RUN} if all(key in body for key in _RUN) else {}
        return {
            "at": at,
            **run,
            "register": self.register,
            "register_count": event.seq,
            "register_head": event.hash,
        }

    def _lines(self) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
        """Yield each line with its number, None for one that is no head."""
        if not self.is_there:  # nor is a device a log, which may have no end
            return
        try:
            data = self.path.read_bytes()
        except OSError:
            return
        for number, raw in enumerate(data.splitlines(), start=1):
            try:
                line = json.loads(raw)
            except ValueError:  # torn by a crash: the next opening wrote it again
                line = None
            sound = isinstance(line, dict) and any(
                all(key in line for key in keys) for keys in (_RUN, _REGISTER)
            )
            yield number, line if sound else None

    def check(self, lookup: Lookup, only: str | None) -> Iterator[Finding]:
        """Yield what the record has otherwise than the file, the first of each stream."""
        said: dict[str, list[tuple[int, str, int]]] = {}
        for number, line in self._lines():
            if line is None:
                continue
            for stream, count, head in (_RUN, _REGISTER):
                name = str(line.get(stream))
                if count in line and only in (None, name):
                    said.setdefault(name, []).append((int(line[count]), str(line[head]), number))
        for name, heads in said.items():
            found = lookup(name, sorted({seq for seq, _, _ in heads}))
            for seq, digest, number in heads:
                if found.get(seq) != digest:
                    place = f"line {number} of {self.path.name}"
                    yield _finding(name, seq, found.get(seq), place, self._way_out())
                    break

    def _way_out(self) -> str:
        return (
            f"Keep {self.path}: it is what shows that the record is another one. Where the record was "
            "deleted, restored or begun anew on purpose, `calibrator heads --reason TEXT --person ID` puts "
            "that log aside and records who says so; else bring back the last backup."
        )


def _finding(stream: str, count: int, found: str | None, line: str, way_out: str) -> Finding:
    if found is None:
        what = f"The outside log has event {count} ({line}), and it is not here: cut off, or another record"
        return Finding(stream, count, what, "cut-tail", way_out)
    what = (
        f"Event {count} is not the one in the outside log ({line}): the record was replaced or written anew"
    )
    return Finding(stream, count, what, "changed", way_out)
