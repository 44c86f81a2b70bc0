"""What happens when a record is opened to write: versions, projections, heads left open by a crash."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, insert, inspect, select, update

from calibrator._errors import IntegrityError, RefusedError
from calibrator.record import _projections
from calibrator.record import _schema as schema
from calibrator.record._backend import Backend
from calibrator.record._damage import damaged
from calibrator.record._model import Event, Finding
from calibrator.record._reading import (
    REGISTER,
    anchors,
    find_head,
    last_event,
    newest_time,
    streams,
    to_event,
)
from calibrator.record._store import Store
from calibrator.record._writer import Writer
from calibrator_drivers.clock import Clock

__all__ = ["all_events", "altered_versions", "check_readable", "has_events", "prepare"]


def prepare(store: Store, *, home: str, clock: Clock) -> datetime | None:
    """Make or check the tables, rebuild old projections, and anchor runs that a crash left open.

    Returns the latest time that stood in the record before, by this station's clock.

    Raises:
        RefusedError: code `home-newer`, the home was written by a newer program.
        IntegrityError: code `foreign-trigger`, a stranger's trigger or view acts on the tables.
    """
    backend = store.backend
    with store.transaction() as connection:
        backend.take_turn(connection, REGISTER)
        if not has_events(connection):
            _create(connection)
            backend.protect(connection)
        _check_unaltered(connection, store.place)
        _check_version(connection, store.place)
        _refuse_foreign(backend.foreign(connection), store.place)
        if _text(connection, "projections") != str(schema.PROJECTIONS_VERSION):
            _projections.rebuild(connection, all_events(connection))
            _set_version(connection, "projections", schema.PROJECTIONS_VERSION)
        # A file that may not be written says so now, not at the first reading.
        _set_version(connection, "schema", schema.SCHEMA_VERSION)
        opened = last_event(connection, REGISTER, "station.opened")
        unanchored = _unanchored(connection, backend)
        newest = newest_time(connection, backend.station)
    writer = Writer(store, clock)
    program = _program_version()
    if opened is None or opened.body.get("version") != program:
        writer.append(REGISTER, "station.opened", {"home": home, "version": program}, 1, clock.now())
    for details in unanchored:
        writer.append(REGISTER, "run.anchored", details, 1, clock.now())
    return newest


def has_events(connection: Connection) -> bool:
    """Say whether the database holds a record."""
    return inspect(connection).has_table("events")


def altered_versions(connection: Connection) -> Iterator[Finding]:
    """Yield each row of meta that is not as this version of the program, which wrote last, left it.

    What another version wrote is its own to judge: nothing is found then.
    """
    try:
        opened = last_event(connection, REGISTER, "station.opened")
    except IntegrityError:  # the register has its findings
        return
    if opened is None or opened.body.get("version") != _program_version():
        return
    for key, own in (("schema", schema.SCHEMA_VERSION), ("projections", schema.PROJECTIONS_VERSION)):
        held = _text(connection, key)
        if held == str(own):
            continue
        what = f"The row {key} of the table meta was changed: it says {held}, and {own} was written"
        if held is None:
            what = f"The row {key} of the table meta was deleted"
        # the other tables are made again from the events by whatever writes next
        way_out = "" if key == "schema" else "`calibrator safe` makes those tables again from the events."
        yield Finding(REGISTER, None, what, "version", way_out)


def _check_unaltered(connection: Connection, place: str) -> None:
    """Refuse to write where the version of the event table was altered.

    Raises:
        IntegrityError: code `version-altered`.
    """
    for finding in altered_versions(connection):
        if finding.way_out:
            continue
        raise IntegrityError(
            finding.what,
            where=place,
            way_out="See all of it with `calibrator verify`, and bring back the last backup of this folder.",
            code="version-altered",
        )


def _check_version(connection: Connection, place: str) -> None:
    """Refuse a home that a newer program wrote."""
    found = _version(connection, "schema")
    if found > schema.SCHEMA_VERSION:
        raise RefusedError(
            f"This home was written by a newer Calibrator (record version {found}, this one knows "
            f"{schema.SCHEMA_VERSION})",
            where=place,
            way_out="Install the newer version, or name another folder with --home.",
            code="home-newer",
        )


def _refuse_foreign(found: Iterator[str], place: str) -> None:
    """Refuse to write where something of a stranger would act on what is written, such as a trigger."""
    names = ", ".join(sorted(found))
    if names:
        raise IntegrityError(
            f"The record's database holds what is not ours and may change what is written: {names}",
            where=place,
            way_out="Find who put it there, remove it (DROP TRIGGER, DROP VIEW), then `calibrator verify`.",
            code="foreign-trigger",
        )


def check_readable(connection: Connection, place: str) -> None:
    """Refuse to read the home of a newer program, or tables of another version; `verify` names altered ones.

    Raises:
        RefusedError: code `home-newer`, or `projections-old`: only a writer can make them again.
    """
    if any(altered_versions(connection)):
        return
    _check_version(connection, place)
    if _version(connection, "projections") != schema.PROJECTIONS_VERSION:
        raise RefusedError(
            "The tables made from the record are of another version of the program",
            where=place,
            way_out="Run `calibrator safe` once with this version: it writes, and brings them up to date.",
            code="projections-old",
        )


def all_events(connection: Connection, stream: str | None = None) -> Iterator[Event]:
    """Yield the events of one stream or of all, the register's last."""
    for name in streams(connection) if stream is None else (stream,):
        query = select(schema.events).where(schema.events.c.stream == name).order_by(schema.events.c.seq)
        for row in connection.execute(query):
            yield to_event(row)


def _create(connection: Connection) -> None:
    schema.create_events(connection)
    schema.create_projections(connection)
    for key, value in (("schema", schema.SCHEMA_VERSION), ("projections", schema.PROJECTIONS_VERSION)):
        connection.execute(insert(schema.meta), {"key": key, "value": str(value)})


def _version(connection: Connection, key: str) -> int:
    value = _text(connection, key)
    if value is None:
        raise damaged("the table meta", ": it does not say of which version it is")
    return int(value)


def _text(connection: Connection, key: str) -> str | None:
    return connection.execute(select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar()


def _set_version(connection: Connection, key: str, value: int) -> None:
    row = {"key": key, "value": str(value)}
    if not connection.execute(update(schema.meta).where(schema.meta.c.key == key).values(row)).rowcount:
        connection.execute(insert(schema.meta), row)


def _unanchored(connection: Connection, backend: Backend) -> list[dict[str, object]]:
    """Return the heads of open runs that the register does not know yet and nobody writes now."""
    found: list[dict[str, object]] = []
    table, known = schema.runs, anchors(connection)
    for run in connection.execute(select(table.c.run).where(table.c.state == "open")).scalars().all():
        head = find_head(connection, run)
        count = max((int(anchor.body["count"]) for anchor in known.get(run, ())), default=0)
        if head is not None and head.count > count and not backend.held_elsewhere(connection, run):
            found.append({"run": run, "head": head.hash, "count": head.count, "mode": head.mode})
    return found


@cache
def _program_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("calibrator-lab")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "unknown"
