"""Appending: one transaction for an event, its projections and what the register says about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from calibrator._errors import UsageError
from calibrator.record import _projections
from calibrator.record._backend import Backend
from calibrator.record._canonical import GENESIS, parse_utc, utc_text
from calibrator.record._model import Event, Head, link
from calibrator.record._reading import REGISTER, find_head
from calibrator.record._schema import events
from calibrator.record._store import Store
from calibrator_drivers.clock import Clock

__all__ = ["STEP_BACK", "Entry", "Writer", "write_event"]

Entry = tuple[str, str, Mapping[str, Any]]
"""Stream, kind and body of an event that is to be written."""

# A clock that follows a time server steps back by less; a clock that was set steps by more.
STEP_BACK = timedelta(seconds=1)
"""How far a clock may fall behind what is recorded before that is an event."""

_INSERT = insert(events)


def write_event(connection: Connection, event: Event) -> None:
    """Insert one event and bring the projections up to date."""
    connection.execute(
        _INSERT,
        {
            "stream": event.stream,
            "seq": event.seq,
            "kind": event.kind,
            "version": event.version,
            "at": utc_text(event.at),
            "canonical": event.canonical,
            "previous": event.previous,
            "hash": event.hash,
        },
    )
    _projections.apply(connection, event)


class Writer:
    """Keeps the heads of the streams, which change only after a commit."""

    def __init__(self, store: Store, station_clock: Clock) -> None:
        self._store = store
        self._clock = station_clock
        self._heads: dict[str, Head] = {}
        self._own_at = ""  # of the register's last event that this process wrote

    def append(
        self, stream: str, kind: str, body: Mapping[str, Any], version: int, at: datetime
    ) -> list[Event]:
        """Commit one event with its companions in the register; return all, in order."""
        return self.append_all([(stream, kind, body)], version, at)

    def append_all(self, entries: Sequence[Entry], version: int, at: datetime) -> list[Event]:
        """Commit several events with their companions in one transaction; return all, in order."""
        with self._store.lock:
            try:
                batch = self._write(entries, version, at)
            except BaseException:
                # Whatever stopped it, an interrupt behind the commit too: the table knows the heads.
                self._heads.clear()
                raise
            self._heads.update(batch.heads)
            if REGISTER in batch.heads:
                self._own_at = batch.heads[REGISTER].at
            if self._store.backend.shared:
                self._heads.pop(REGISTER, None)  # another station may write the next one
            return batch.written

    def _write(self, entries: Sequence[Entry], version: int, at: datetime) -> _Batch:
        with self._store.transaction() as connection:
            batch = _Batch(connection, self._store.backend, self._heads, self._clock, self._own_at)
            for stream, kind, body in entries:
                event = batch.add(stream, kind, body, version, at)
                for companion, details in batch.companions(event):
                    batch.add(REGISTER, companion, details, 1, self._clock.now())
        return batch


class _Batch:
    """The events of one transaction."""

    def __init__(
        self,
        connection: Connection,
        backend: Backend,
        known: dict[str, Head],
        station_clock: Clock,
        own_at: str,
    ) -> None:
        self._connection = connection
        self._backend = backend
        self._clock = station_clock
        self._known = known
        self._own_at = own_at
        self.heads: dict[str, Head] = {}
        self.written: list[Event] = []

    def _head(self, stream: str) -> Head | None:
        head = self.heads.get(stream) or self._known.get(stream)
        if head is not None:
            return head
        if stream == REGISTER:
            self._backend.take_turn(self._connection, REGISTER)
        else:
            self._backend.hold(self._connection, stream)
        return find_head(self._connection, stream)

    def add(self, stream: str, kind: str, body: Mapping[str, Any], version: int, at: datetime) -> Event:
        """Write one event after the head of its stream, and a clock that went back before it."""
        head = self._head(stream)
        _check_beginning(stream, kind, body, head)
        before = self._before(stream, head)
        if before and at < parse_utc(before) - STEP_BACK:
            self._note_clock(stream, before, at)
            head = self._head(stream)
        event = link(head, GENESIS, stream=stream, kind=kind, version=version, at=at, body=body)
        write_event(self._connection, event)
        self.written.append(event)
        self.heads[stream] = _next_head(head, event)
        return event

    def _before(self, stream: str, head: Head | None) -> str:
        """Return the time behind which this station's clock may not fall; "" where there is none."""
        if self._backend.shared and stream == REGISTER:
            return self._own_at  # stations that share a register have clocks of their own
        return "" if head is None or head.mode == "simulated" else head.at

    def _note_clock(self, stream: str, before: str, at: datetime) -> None:
        now = at if stream == REGISTER else self._clock.now()
        details = {"before": before, "now": utc_text(at), "stream": stream}
        register = self._head(REGISTER)
        event = link(
            register, GENESIS, stream=REGISTER, kind="clock.went_back", version=1, at=now, body=details
        )
        write_event(self._connection, event)
        self.written.append(event)
        self.heads[REGISTER] = _next_head(register, event)

    def companions(self, event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what the register says about an event of a run: its beginning and its ends."""
        if event.stream == REGISTER:
            return
        head = self.heads[event.stream]
        details = {"run": event.stream, "head": event.hash, "count": event.seq, "mode": head.mode}
        if event.kind == "run.opened":
            station = self._backend.station
            yield "run.began", details | ({"station": station} if station else {})
        elif event.kind == "run.closed":
            yield "run.ended", details
        elif not head.open:
            yield "run.anchored", details


def _check_beginning(stream: str, kind: str, body: Mapping[str, Any], head: Head | None) -> None:
    """Hold that a run is live or simulated from its first event, and for good (METROLOGY 8)."""
    if stream == REGISTER:
        return
    if (kind == "run.opened") == (head is not None):
        what = f"{stream} has begun already" if head else f"{stream} has not begun: {kind} before run.opened"
        raise UsageError(f"The run {what}", where="record", code="run-not-opened")
    if head is None and body.get("mode") not in ("live", "simulated"):
        raise UsageError(
            f"The run {stream} is neither live nor simulated", where="run.opened, mode", code="run-not-opened"
        )


def _next_head(head: Head | None, event: Event) -> Head:
    mode = "" if head is None else head.mode
    is_open = True if head is None else head.open
    if event.kind == "run.opened":
        mode = str(event.body["mode"])
    elif event.kind == "run.closed":
        is_open = False
    elif event.kind == "resumed":
        is_open = True
    return Head(event.seq, event.hash, utc_text(event.at), mode, is_open)
