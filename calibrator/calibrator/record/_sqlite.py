"""A record in an SQLite file: pragmas, triggers, and its errors in the technician's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from calibrator._errors import CalibratorError, StorageError
from calibrator.record._damage import damaged
from calibrator.record._schema import META, TABLES, event_tables, projection_tables
from calibrator.record._store import Store

__all__ = ["TRIGGERS", "any_text", "backup_source", "in_memory", "reader", "sqlite_error", "still", "writer"]

# FULL, or a power failure takes the last commits; recursive triggers, or REPLACE walks through the
# append-only ones (DESIGN 5).
_PRAGMAS = ("recursive_triggers=ON", "foreign_keys=ON", "busy_timeout=5000")
_WRITER_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")

TRIGGERS = {
    "events_are_never_changed": (
        "CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events BEGIN"
        " SELECT RAISE(ABORT, 'the record is append-only: no event is ever changed'); END"
    ),
    "events_are_never_deleted": (
        "CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events BEGIN"
        " SELECT RAISE(ABORT, 'the record is append-only: no event is ever deleted'); END"
    ),
    "events_follow_each_other": (
        "CREATE TRIGGER events_follow_each_other BEFORE INSERT ON events"
        " WHEN NEW.seq != (SELECT coalesce(max(seq), 0) + 1 FROM events WHERE stream = NEW.stream) BEGIN"
        " SELECT RAISE(ABORT, 'the record is append-only: an event follows the last one of its stream'); END"
    ),
}

_REASONS = (
    (
        "disk is full",
        "disk-full",
        "The record cannot be written: the disk is full",
        "Free some space there, then go on with `calibrator resume`; what is recorded is kept.",
    ),
    (
        "readonly",
        "read-only",
        "The record cannot be written: the file or folder is read-only",
        "Give this user the right to write there, or choose another folder with --home.",
    ),
    (
        "unable to open",
        "cannot-open",
        "The record cannot be opened",
        "Check that the folder exists and that this user may write there, or name another with --home.",
    ),
    (
        "locked",
        "busy",
        "The record is locked by another program",
        "Close the program that has the file open (a database browser, a backup), then try again.",
    ),
    (
        "disk i/o error",
        "disk-error",
        "The disk under the record reports an error",
        "Check the disk and its connection, then go on with `calibrator resume`; what is recorded is kept.",
    ),
    (
        "append-only",
        "append-only",
        "The record refused an event that does not follow the last one",
        "Another program wrote to the record: run `calibrator verify`.",
    ),
)

# what SQLite says of a file that is none any more, or whose table of contents lost a table
_DAMAGE = (
    *("malformed", "not a database", "unsupported file format", "could not decode", "schema has changed"),
    *("no such table", "no such column", "has no column", "datatype mismatch", "out of memory", "too big"),
)


class _Sqlite:
    """Satisfies `Backend`; one process writes, which the home's lock holds."""

    shared = False
    station = ""

    def protect(self, connection: Connection) -> None:
        for statement in TRIGGERS.values():
            connection.exec_driver_sql(statement)

    def unprotected(self, connection: Connection) -> Iterator[str]:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'"
        present = {row.name: row.sql for row in connection.exec_driver_sql(query)}
        return (name for name, statement in TRIGGERS.items() if present.get(name) != statement)

    def foreign(self, connection: Connection) -> Iterator[str]:
        query = "SELECT type, name, tbl_name, sql FROM sqlite_master"
        for row in connection.exec_driver_sql(query).fetchall():
            if row.type == "trigger":
                ours = row.name in TRIGGERS and row.tbl_name == "events"
            elif (
                row.type == "index"
            ):  # one of the key alone is the table itself; a stale one answers otherwise
                ours = row.sql is None and row.name == f"sqlite_autoindex_{row.tbl_name}_1"
            else:
                ours = row.type == "table" and row.name in TABLES
            if not ours:
                yield f"{row.type} {row.name}"
        for table in (*event_tables, *projection_tables):
            held = connection.exec_driver_sql(f"PRAGMA table_xinfo({table.name})").fetchall()
            for row in held:
                if row.name not in table.c:
                    yield f"column {table.name}.{row.name}"
        known = connection.exec_driver_sql("SELECT key FROM meta").scalars()
        yield from (f"row {key} of meta" for key in known if key not in META)

    def take_turn(self, connection: Connection, what: str) -> None:
        """Nobody else is there: BEGIN IMMEDIATE holds the file."""

    def hold(self, connection: Connection, run: str) -> None:
        """The home's lock holds every run of the home."""

    def held_elsewhere(self, connection: Connection, run: str) -> bool:
        return False

    def error(self, error: Exception, place: str) -> CalibratorError:
        return sqlite_error(error, place)


def sqlite_error(error: Exception, place: str) -> CalibratorError:
    """Return what SQLite reports of the file at `place` in the technician's words."""
    text = str(error).lower()
    # first: of a damaged table of contents SQLite cites the text, which may hold any other word
    if any(sign in text for sign in _DAMAGE):
        return damaged(place)
    for sign, code, what, way_out in _REASONS:
        if sign in text:
            return StorageError(what, where=place, way_out=way_out, code=code)
    return StorageError(
        f"The record's database reports: {error}",
        where=place,
        way_out="Run `calibrator doctor` and keep its report.",
        code="database",
    )


def in_memory() -> Store:
    """Open a database that lives in this process only."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    _prepare(engine, _PRAGMAS, "BEGIN")
    return Store(engine, "the record in memory", _Sqlite())


def writer(path: Path) -> Store:
    """Open the database file to read and append, making it where there is none."""
    address = URL.create("sqlite", database=str(path))
    engine = create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
    _prepare(engine, _PRAGMAS + _WRITER_PRAGMAS, "BEGIN IMMEDIATE")
    return Store(engine, str(path), _Sqlite())


def reader(path: Path) -> Store:
    """Open an existing database file to read only, also on media where nobody can write."""
    try:
        return _reader(path, "mode=ro")
    except StorageError:
        # SQLite wants to make its -shm file beside the database. Where it cannot and no -wal file
        # holds later events, nobody writes: the file stands still.
        if path.with_name(f"{path.name}-wal").exists():
            raise
        return still(path)


def still(path: Path) -> Store:
    """Open a database file that does not change while it is read."""
    return _reader(path, "immutable=1")


def _reader(path: Path, query: str) -> Store:
    address = f"{_uri(path)}?{query}"
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
    )
    _prepare(engine, _PRAGMAS, "BEGIN")
    store = Store(engine, str(path), _Sqlite())
    try:
        with store.transaction() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except BaseException:
        store.close()
        raise
    return store


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    """Let SQLAlchemy, not the sqlite3 module, say when a transaction begins, and how."""

    @event.listens_for(engine, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


@contextmanager
def any_text(connection: Connection) -> Iterator[None]:
    """Read text that is no UTF-8 with marks in place of its bytes, so that its row can be named."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        driver.text_factory = str


def backup_source(path: Path) -> sqlite3.Connection:
    """Open a database file to copy it, also on media where nobody can write; see `reader`."""
    place = _uri(path)
    opened = sqlite3.connect(f"{place}?mode=ro", uri=True)
    try:
        opened.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        opened.close()
        if path.with_name(f"{path.name}-wal").exists():
            raise
        opened = sqlite3.connect(f"{place}?immutable=1", uri=True)
    return opened


def _uri(path: Path) -> str:
    """Return the address that SQLite takes for a file, also for drives and shares of Windows."""
    text = path.absolute().as_posix()
    return f"file://{quote(text if text.startswith('/') else f'/{text}')}"
