"""Verification: chains, the register's heads, the triggers, and projections against events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from calibrator._errors import IntegrityError
from calibrator.record import _projections
from calibrator.record import _schema as schema
from calibrator.record._chain import check_chain
from calibrator.record._damage import damage_named
from calibrator.record._model import Event, Finding
from calibrator.record._opening import all_events, altered_versions
from calibrator.record._quick import Walked, distinct, few_events, of_run, projected, walk, whole
from calibrator.record._reading import REGISTER, anchors
from calibrator.record._sqlite import any_text, in_memory
from calibrator.record._store import Store

__all__ = ["verify"]

_QUICK = (schema.points, schema.readings)


def verify(store: Store, stream: str | None = None) -> tuple[Finding, ...]:
    """Return what is not as it was written in one stream, or in the whole record.

    Raises:
        IntegrityError: code `record-damaged`, so that it cannot even be read as a record.
    """
    try:
        with damage_named(store.place), store.transaction() as connection:
            return _found(connection, store, stream)
    except IntegrityError:
        # slower, and it names the row where bytes of a text are no text
        with damage_named(store.place), store.transaction() as connection, any_text(connection):
            return _found(connection, store, stream)


def _found(connection: Connection, store: Store, stream: str | None) -> tuple[Finding, ...]:
    present = distinct(connection, "events", "stream")
    names = sorted({REGISTER, *(present if stream is None else (stream,))})
    walked = {name: walk(connection, name) for name in names}
    chains = {name: tuple(check_chain(connection, name)) if walked[name] is None else () for name in names}
    found = [finding for name in chains if stream in (None, name) for finding in chains[name]]
    found += altered_versions(connection)
    found += [
        Finding(REGISTER, None, f"The trigger {name} was removed or changed", "trigger")
        for name in store.backend.unprotected(connection)
    ]
    found += [
        Finding(
            REGISTER, None, f"The {name} is not of this program and may change what is written", "foreign"
        )
        for name in store.backend.foreign(connection)
    ]
    if not chains[REGISTER]:
        known = anchors(connection)
        found += _check_heads(connection, known, present, walked, None if stream == REGISTER else stream)
        sound = {name: item for name, item in walked.items() if not chains[name]}
        found += _check_projections(connection, sound, present, stream)
    elif stream not in (None, REGISTER):
        what = "The register is not intact, so that the run's heads cannot be compared"
        found.append(Finding(REGISTER, chains[REGISTER][0].seq, what, "unregistered"))
    return tuple(found)


def _check_heads(
    connection: Connection,
    known: dict[str, list[Event]],
    present: Sequence[str],
    walked: Mapping[str, Walked | None],
    only: str | None,
) -> Iterator[Finding]:
    """Hold the runs against what the register says of them, both ways."""
    runs = {name for name in present if name != REGISTER}
    for run in sorted(runs | set(known)):
        if only is not None and run != only:
            continue
        if run not in known:
            what = f"The register does not know the run {run}: its tail was cut or the run was put in"
            yield Finding(run, None, what, "unregistered")
        elif run not in runs:
            what = f"The run {run} is missing; the register has it with {known[run][-1].body['count']} events"
            yield Finding(run, None, what, "missing-run")
        else:
            found = walked.get(run)
            hashes, closed = _hashes(connection, run) if found is None else _of(found, known[run])
            yield from _check_anchors(run, known[run], hashes, closed)


def _of(walked: Walked, known: Sequence[Event]) -> tuple[dict[int, str], list[int]]:
    """Return the hashes of a sound stream at its end and where the register names one, and its closings."""
    count = len(walked.hashes)
    wanted = {count, *(int(anchor.body["count"]) for anchor in known)}
    return {seq: walked.hashes[seq - 1] for seq in wanted if 1 <= seq <= count}, walked.closed


def _hashes(connection: Connection, run: str) -> tuple[dict[int, str], list[int]]:
    """Return the hashes of a stream that is not sound, and where it says that the run was closed."""
    events = schema.events
    rows = connection.execute(
        select(events.c.seq, events.c.hash, events.c.kind, events.c.canonical)
        .where(events.c.stream == run)
        .order_by(events.c.seq)
    ).fetchall()
    closed = [row for row in rows if row.kind == "run.closed"]
    # a copy of one, which bears another number in its text, is no closing of its own
    own = [row.seq for row in closed if f',"seq":{row.seq},' in str(row.canonical)]
    return {row.seq: row.hash for row in rows}, own


def _check_anchors(
    run: str, known: list[Event], hashes: Mapping[int, str], closed: Sequence[int]
) -> Iterator[Finding]:
    count = max(hashes)
    furthest = max(int(anchor.body["count"]) for anchor in known)
    if furthest > count:
        what = f"The tail of the run was cut: {count} events are left of {furthest}"
        yield Finding(run, count + 1, what, "cut-tail")
    for anchor in known:
        seq = int(anchor.body["count"])
        if seq in hashes and hashes[seq] != anchor.body["head"]:
            what = (
                f"The run was written anew: event {seq} is not the one in event {anchor.seq} of the register"
            )
            yield Finding(run, seq, what, "changed")
            return
    for seq in closed:
        if not any(anchor.kind == "run.ended" and anchor.body["count"] == seq for anchor in known):
            what = f"The register has no end for event {seq}, run.closed: the register's tail was cut"
            yield Finding(run, seq, what, "unregistered")


def _check_projections(
    connection: Connection, sound: Mapping[str, Walked | None], present: Sequence[str], only: str | None
) -> Iterator[Finding]:
    """Make the projections of the sound streams beside the stored ones and compare them row by row.

    An altered stream has its finding; what was made from it cannot be compared. Readings and points of a
    stream whose rows are seen to be the texts of its events need not be made again.
    """
    quick = {
        name
        for name, walked in sound.items()
        if name != REGISTER and walked is not None and projected(connection, name, walked)
    }
    altered = {name for name in present if name not in sound}

    def wanted(table: Table, name: str) -> bool:
        return name not in altered and only in (None, name) and not (name in quick and table in _QUICK)

    fresh = in_memory()
    try:
        with fresh.transaction() as other:
            schema.create_projections(other, anew=True)
            for name in sorted(sound, key=lambda name: (name == REGISTER, name)):
                walked = sound[name] if name in quick else None
                if name in present:
                    yield from _replay(other, few_events(walked) if walked else all_events(connection, name))
            for table in schema.projection_tables:
                yield from _compare(connection, other, table, wanted)
    finally:
        fresh.close()


def _replay(connection: Connection, events: Iterator[Event]) -> Iterator[Finding]:
    """Apply events to fresh projections; one that no writer would have accepted is a finding."""
    for event in events:
        try:
            _projections.apply(connection, event)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            what = f"Event {event.seq} holds what no program wrote: {error}"
            yield Finding(event.stream, event.seq, what, "damaged")


def _compare(
    stored: Connection, made: Connection, table: Table, wanted: Callable[[Table, str], bool]
) -> Iterator[Finding]:
    keys = [column.name for column in table.primary_key]
    was, is_ = _rows(stored, table, keys, wanted), _rows(made, table, keys, wanted)
    for key in sorted(was.keys() | is_.keys(), key=str):
        if was.get(key) != is_.get(key):
            row = is_.get(key) or was.get(key) or {}
            place = ", ".join(f"{k} {v}" for k, v in zip(keys, key, strict=True))
            kind = "is missing" if key not in was else "was put in" if key not in is_ else "was changed"
            what = f"The row {place} of the table {table.name} {kind}: it differs from the events"
            yield Finding(str(row.get("run", REGISTER)), row.get("seq"), what, "projection")


def _rows(
    connection: Connection, table: Table, keys: list[str], wanted: Callable[[Table, str], bool]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a table that come from wanted streams, by key."""
    streams: list[str | None]
    if "run" not in table.c:
        streams = [None] if wanted(table, REGISTER) else []
    else:
        present = distinct(connection, table.name, "run")
        streams = [name for name in present if wanted(table, name)]
        if len(streams) == len(present):
            streams = [None]  # all of them at once: a query costs as much as a hundred rows
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    names, places = [column.name for column in table.c], [list(table.c).index(table.c[key]) for key in keys]
    query = f"SELECT {', '.join(names)} FROM {table.name}"
    for name in streams:
        for row in whole(connection, query) if name is None else of_run(connection, query, name):
            found[tuple(row[place] for place in places)] = dict(zip(names, row, strict=True))
    return found
