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
_MOST = 1 << 63  # of what a database can hold
_BEGIN = b'{"at": "'
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
        yield from ((number, line) for number, line, _ in self._read())

    def _read(self) -> Iterator[tuple[int, Mapping[str, Any] | None, bool]]:
        """Yield each line with its number, None for one that is no head, and whether a crash tore it."""
        if not self.is_there:  # nor is a device a log, which may have no end
            return
        try:
            data = self.path.read_bytes()
        except OSError:
            return
        for number, line_bytes in enumerate(data.splitlines(), start=1):
            raw = line_bytes.strip(b"\0")  # what a power failure leaves of blocks that were never written
            try:
                line = json.loads(raw)
            except (ValueError, RecursionError):
                # torn by a crash: the next opening wrote it again
                yield number, None, _BEGIN.startswith(raw[: len(_BEGIN)]) and not raw.endswith(b"}")
            else:
                yield number, line if _is_head(line) else None, False

    def check(self, lookup: Lookup, only: str | None) -> Iterator[Finding]:
        """Yield what the record has otherwise than the file, the first of each stream."""
        said: dict[str, list[tuple[int, str, int]]] = {}
        for number, line, torn in self._read():
            if line is None:
                if not torn and only in (None, self.register):
                    what = (
                        f"Line {number} of the outside log {self.path.name} is none that this program writes"
                    )
                    yield Finding(self.register, None, what, "damaged", self._way_out())
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

    def lacking(self, register: Iterable[Event]) -> Iterator[Finding]:
        """Yield that the file lacks events of the register: emptied, cut, or not written at the time."""
        known = {line.get("register_count") for _, line in self._lines() if line is not None}
        events = list(register)
        # a killed process leaves the line of its last word away, and what an opening anchors comes before it
        while events and events[-1].kind == "run.anchored":
            events.pop()
        away = [event.seq for event in events if event.seq not in known]
        if away and away != [events[-1].seq] and self.is_there:
            what = (
                f"The outside log lacks {len(away)} events of the register, the first is event {away[0]}:"
                " it was emptied or cut"
            )
            way_out = (
                f"Bring {self.path} back from a copy. Where it could not be written at that time, the next "
                "command that writes in this home completes it, and the register says so."
            )
            yield Finding(self.register, away[0], what, "cut-tail", way_out)

    def _way_out(self) -> str:
        return (
            f"Keep {self.path}: it is what shows that the record is another one. Where the record was "
            "deleted, restored or begun anew on purpose, `calibrator heads --reason TEXT --person ID` puts "
            "that log aside and records who says so; else bring back the last backup."
        )


def _is_head(line: object) -> bool:
    """Say whether a line is a head as `_line` makes them, of a run, of the register, or of both."""
    if not isinstance(line, dict):
        return False
    there = [keys for keys in (_RUN, _REGISTER) if keys[0] in line or keys[1] in line]
    for stream, count, head in there:
        numbered = type(line.get(count)) is int and 0 <= line[count] < _MOST
        if not (numbered and isinstance(line.get(stream), str) and isinstance(line.get(head), str)):
            return False
    return bool(there)


def _finding(stream: str, count: int, found: str | None, line: str, way_out: str) -> Finding:
    if found is None:
        what = f"The outside log has event {count} ({line}), and it is not here: cut off, or another record"
        return Finding(stream, count, what, "cut-tail", way_out)
    what = (
        f"Event {count} is not the one in the outside log ({line}): the record was replaced or written anew"
    )
    return Finding(stream, count, what, "changed", way_out)
