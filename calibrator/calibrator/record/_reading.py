"""Reading events back out of the table, page by page."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from calibrator._errors import IntegrityError
from calibrator.record._canonical import parse_utc, utc_text
from calibrator.record._model import Event, Head, RunSummary
from calibrator.record._schema import events, runs
from calibrator.record._store import Store

__all__ = [
    "REGISTER",
    "anchors",
    "event_of",
    "find_head",
    "iterate",
    "last_event",
    "newest_time",
    "point_of",
    "streams",
    "summary_of",
    "to_event",
]

REGISTER = "register"

_PAGE = 500


def to_event(row: Row[Any]) -> Event:
    """Return the event of a row, as its canonical text says.

    Raises:
        IntegrityError: code `record-damaged`, the text is no event.
    """
    return event_of(row.canonical, row.previous, row.hash, f"Event {row.seq} of {row.stream}")


def event_of(text: str, previous: str, digest: str, name: str) -> Event:
    """Return the event that a canonical text says; see `to_event`."""
    try:
        held = json.loads(text)
        return Event(
            held["stream"],
            held["seq"],
            held["kind"],
            held["version"],
            parse_utc(held["at"]),
            held["body"],
            text,
            previous,
            digest,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityError(
            f"{name} cannot be read",
            where="record",
            way_out="Run `calibrator verify`, which names all that is wrong.",
            code="record-damaged",
        ) from error


def point_of(text: str, place: str) -> dict[str, Any]:
    """Return the point object that a row of the table of points holds.

    Raises:
        IntegrityError: code `record-damaged`, the row holds none, or several.
    """
    try:
        held = json.loads(text)
    except ValueError:
        held = None
    if not isinstance(held, dict):
        raise IntegrityError(
            "A row of the table points holds no single point",
            where=place,
            way_out="Run `calibrator verify`, which names all that is wrong.",
            code="record-damaged",
        )
    return held


def iterate(store: Store, stream: str, kinds: Collection[str] | None = None) -> Iterator[Event]:
    """Yield a stream's events in order; other threads may append meanwhile."""
    after = 0
    while True:
        query = select(events).where(events.c.stream == stream, events.c.seq > after)
        if kinds is not None:
            query = query.where(events.c.kind.in_(sorted(kinds)))
        with store.transaction() as connection:
            rows = connection.execute(query.order_by(events.c.seq).limit(_PAGE)).fetchall()
        for row in rows:
            yield to_event(row)
        if len(rows) < _PAGE:
            return
        after = rows[-1].seq


def last_event(connection: Connection, stream: str, kind: str | None = None) -> Event | None:
    """Return the newest event of a stream, or of one kind in it."""
    query = select(events).where(events.c.stream == stream)
    if kind is not None:
        query = query.where(events.c.kind == kind)
    row = connection.execute(query.order_by(events.c.seq.desc()).limit(1)).first()
    return None if row is None else to_event(row)


def newest_time(connection: Connection, station: str) -> datetime | None:
    """Return the latest time that this station's clock gave the register or a live run that is open.

    Stations that share a register have clocks of their own: of theirs nothing is taken. A simulated run has
    the time of its bench.
    """
    mine = select(runs.c.run).where(runs.c.mode == "live", runs.c.state == "open", runs.c.station == station)
    names = [*(() if station else (REGISTER,)), *connection.execute(mine).scalars().all()]
    column = events.c.at
    newest = [select(column).where(events.c.stream == name).order_by(events.c.seq.desc()) for name in names]
    found = [connection.execute(query.limit(1)).scalar() for query in newest]
    return max((parse_utc(text) for text in found if text is not None), default=None)


def find_head(connection: Connection, stream: str) -> Head | None:
    """Return the end of a stream as the table has it, None where there is no such stream."""
    newest = last_event(connection, stream)
    if newest is None:
        return None
    if stream == REGISTER:
        return Head(newest.seq, newest.hash, utc_text(newest.at), "", True)
    opened = last_event(connection, stream, "run.opened")
    closed = last_event(connection, stream, "run.closed")
    resumed = last_event(connection, stream, "resumed")
    still_open = closed is None or (resumed is not None and resumed.seq > closed.seq)
    mode = "" if opened is None else str(opened.body.get("mode", ""))
    return Head(newest.seq, newest.hash, utc_text(newest.at), mode, still_open)


def anchors(connection: Connection) -> dict[str, list[Event]]:
    """Return what the register says of each run's heads, in order."""
    found: dict[str, list[Event]] = {}
    query = select(events).where(
        events.c.stream == REGISTER, events.c.kind.in_(("run.began", "run.ended", "run.anchored"))
    )
    for row in connection.execute(query.order_by(events.c.seq)):
        event = to_event(row)
        if {"run", "head", "count"} <= event.body.keys():
            found.setdefault(str(event.body["run"]), []).append(event)
    return found


def streams(connection: Connection) -> tuple[str, ...]:
    """Return the names of all streams, the register last."""
    names = [row[0] for row in connection.execute(select(events.c.stream).distinct())]
    return tuple(sorted(names, key=lambda name: (name == REGISTER, name)))


def summary_of(row: Row[Any]) -> RunSummary:
    """Return the line of a row of the table of runs."""
    return RunSummary(
        row.run,
        row.mode,
        row.procedure,
        row.uut,
        row.asset,
        row.serial,
        parse_utc(row.opened_at),
        row.state,
        row.verdict,
        row.exit_code,
        row.station,
    )
