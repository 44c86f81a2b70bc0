"""A record in PostgreSQL, which several stations share: triggers, turns, and its errors in plain words.

Every station appends to its own runs and to the one register; advisory locks keep the register's chain in
order and a run in one hand (PostgreSQL manual, 13.3.5 "Advisory Locks").
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from calibrator._errors import CalibratorError, RefusedError, StorageError, UsageError
from calibrator.record._schema import TABLES
from calibrator.record._store import Store

__all__ = ["TRIGGERS", "open_store"]

_KEY = "hashtextextended(:what, 2026)"
_CONNECT_WITHIN_S = 10

_CHANGED = "the record is append-only: no event is ever changed"
_DELETED = "the record is append-only: no event is ever deleted"
_FOLLOWS = "the record is append-only: an event follows the last one of its stream"

FUNCTIONS = {
    "events_are_never_changed": f" BEGIN RAISE EXCEPTION '{_CHANGED}'; END ",
    "events_are_never_deleted": f" BEGIN RAISE EXCEPTION '{_DELETED}'; END ",
    "events_follow_each_other": (
        " BEGIN IF NEW.seq != (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE stream = NEW.stream) THEN"
        f" RAISE EXCEPTION '{_FOLLOWS}'; END IF; RETURN NEW; END "
    ),
}
TRIGGERS = {
    "events_are_never_changed": ("BEFORE UPDATE", "ROW", "events_are_never_changed"),
    "events_are_never_deleted": ("BEFORE DELETE", "ROW", "events_are_never_deleted"),
    "events_are_never_emptied": ("BEFORE TRUNCATE", "STATEMENT", "events_are_never_deleted"),
    "events_follow_each_other": ("BEFORE INSERT", "ROW", "events_follow_each_other"),
}

_REASONS = (
    (
        ("append-only",),
        "append-only",
        "The record refused an event that does not follow the last one",
        "Another program wrote to the record: run `calibrator verify`.",
    ),
    (
        ("no space left", "could not extend", "disk full"),
        "disk-full",
        "The record cannot be written: the server's disk is full",
        "Free some space there, then go on with `calibrator resume`; what is recorded is kept.",
    ),
    (
        ("read-only transaction",),
        "read-only",
        "The record cannot be written: the server takes no changes now",
        "Ask who runs the server whether it is a standby, then go on with `calibrator resume`.",
    ),
    (
        ("permission denied", "must be owner"),
        "no-permission",
        "The record's database does not let this user do that",
        "Ask who runs the server for the right to create and to insert, not to change.",
    ),
    (
        ("password authentication failed", "no password supplied", "role "),
        "no-login",
        "The record's server does not take this user",
        "Check user and password in the address, in PGPASSWORD or in the password file (pgpass).",
    ),
    (
        ("does not exist",),
        "no-database",
        "The record's database is not there",
        "Have it created on the server: createdb NAME.",
    ),
    (
        (
            "connection refused",
            "could not connect",
            "connection failed",
            "no such file",
            "could not translate host",
            "timeout expired",
            "failed to resolve",
        ),
        "no-server",
        "The record's server does not answer",
        "Check the address, the network and the server, then try again.",
    ),
    (
        (
            "server closed the connection",
            "terminating connection",
            "connection is lost",
            "consuming input failed",
        ),
        "server-lost",
        "The record's server ended the connection",
        "Check network and server, then go on with `calibrator resume`; what is recorded is kept.",
    ),
)


class _Postgres:
    """Satisfies `Backend`."""

    shared = True

    def __init__(self, station: str) -> None:
        self.station = station
        self._held: set[str] = set()

    def protect(self, connection: Connection) -> None:
        for name, source in FUNCTIONS.items():
            connection.exec_driver_sql(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${source}$$"
            )
        for name, (when, level, function) in TRIGGERS.items():
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} {when} ON events FOR EACH {level} EXECUTE FUNCTION {function}()"
            )

    def unprotected(self, connection: Connection) -> Iterator[str]:
        query = text(
            "SELECT t.tgname, t.tgenabled::text AS enabled, p.prosrc, pg_get_triggerdef(t.oid) AS definition"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE t.tgrelid = 'events'::regclass AND NOT t.tgisinternal"
        )
        present = {row.tgname: row for row in connection.execute(query)}
        for name, (when, level, function) in TRIGGERS.items():
            row = present.get(name)
            wanted = f" {when} ON "
            sound = (
                row is not None
                and row.enabled == "O"
                and row.prosrc == FUNCTIONS[function]
                and wanted in row.definition
                and f"FOR EACH {level}" in row.definition
                and " WHEN " not in row.definition
            )
            if not sound:
                yield name

    def foreign(self, connection: Connection) -> Iterator[str]:
        query = text(
            "SELECT 'trigger' AS type, t.tgname AS name, c.relname AS place FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname = ANY(:ours)"
            " AND c.relnamespace = current_schema()::regnamespace"
            " UNION ALL SELECT 'rule', rulename, tablename FROM pg_rules"
            " WHERE tablename = ANY(:ours) AND schemaname = current_schema()"
            " UNION ALL SELECT 'view', viewname, viewname FROM pg_views"
            " WHERE viewname = ANY(:ours) AND schemaname = current_schema()"
        )
        for row in connection.execute(query, {"ours": list(TABLES)}).fetchall():
            if row.type != "trigger" or row.name not in TRIGGERS or row.place != "events":
                yield f"{row.type} {row.name}"

    def take_turn(self, connection: Connection, what: str) -> None:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_KEY})"), {"what": what})

    def hold(self, connection: Connection, run: str) -> None:
        if run in self._held:
            return
        if not connection.execute(text(f"SELECT pg_try_advisory_lock({_KEY})"), {"what": run}).scalar():
            raise RefusedError(
                f"Another process writes this run: {_holder(connection, run)}",
                where=f"run {run}",
                way_out="Wait until it ends, or end it there.",
                code="run-in-use",
            )
        self._held.add(run)

    def held_elsewhere(self, connection: Connection, run: str) -> bool:
        if run in self._held:
            return False
        free = connection.execute(text(f"SELECT pg_try_advisory_xact_lock({_KEY})"), {"what": run}).scalar()
        return not free

    def error(self, error: Exception, place: str) -> CalibratorError:
        self._held.clear()  # a lost connection has lost its locks
        said = str(error).lower()
        for signs, code, what, way_out in _REASONS:
            if any(sign in said for sign in signs):
                return StorageError(what, where=place, way_out=way_out, code=code)
        return StorageError(
            f"The record's database reports: {str(error).splitlines()[0] if str(error) else error!r}",
            where=place,
            way_out="Run `calibrator doctor` and keep its report.",
            code="database",
        )


def open_store(address: str, *, station: str, write: bool) -> Store:
    """Open a record in PostgreSQL at an address such as `postgresql://user@host/database`.

    Raises:
        UsageError: the address is none, or the extra `postgres` is not installed.
        StorageError: the server does not answer or does not let this user in.
    """
    url = _url(address)
    options = "" if write else "-c default_transaction_read_only=on"
    engine = create_engine(
        url,
        poolclass=NullPool,
        # A reader sees one moment however long it looks; a writer sees what others committed before its turn.
        isolation_level="READ COMMITTED" if write else "REPEATABLE READ",
        connect_args={
            "application_name": _name(station),
            "connect_timeout": _CONNECT_WITHIN_S,
            "options": options,
        },
    )
    return Store(engine, url.render_as_string(hide_password=True), _Postgres(station))


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise _unknown_url("it is no address of a database") from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise _unknown_url(f"no record can be kept in {url.get_backend_name()}")
    try:
        import psycopg  # noqa: F401 - whether it is installed
    except ImportError as error:
        raise UsageError(
            "A record in PostgreSQL needs the extra `postgres`, which is not installed",
            where="the record's address",
            way_out='Install it: python -m pip install "calibrator-lab[postgres]".',
            code="no-postgres",
        ) from error
    return url.set(drivername="postgresql+psycopg")


def _unknown_url(why: str) -> UsageError:
    return UsageError(
        f"The record's address is not right: {why}",
        where="the record's address",
        way_out="Write postgresql://USER@HOST/DATABASE, or leave it out: SQLite in the home needs none.",
        code="record-url",
    )


def _name(station: str) -> str:
    """Return what other stations see of this process."""
    return f"calibrator {station or socket.gethostname()} {os.getpid()}"[:63]


def _holder(connection: Connection, run: str) -> str:
    query = text(
        "SELECT a.application_name, a.client_addr::text, a.backend_start::text FROM pg_locks l"
        " JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted"
        f" AND ((l.classid::bigint << 32) | l.objid::bigint) = {_KEY} LIMIT 1"
    )
    row = connection.execute(query, {"what": run}).first()
    if row is None:
        return "it has ended by now"
    return f"{row[0]}{f' at {row[1]}' if row[1] else ''}, since {row[2]}"
