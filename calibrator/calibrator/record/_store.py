"""The database under a record: one connection, its pragmas, and errors in the technician's words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from calibrator._errors import CalibratorError, IntegrityError, StorageError, UsageError

__all__ = ["Store", "storage_error"]

# FULL, or a power failure takes the last commits; recursive triggers, or REPLACE walks through the
# append-only ones (DESIGN 5).
_PRAGMAS = ("recursive_triggers=ON", "foreign_keys=ON", "busy_timeout=5000")
_WRITER_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")

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


def storage_error(error: DBAPIError | sqlite3.Error, place: str) -> CalibratorError:
    """Return the error that says in one sentence what is wrong with the storage at `place`."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = str(cause).lower()
    for sign, code, what, way_out in _REASONS:
        if sign in text:
            return StorageError(what, where=place, way_out=way_out, code=code)
    if "malformed" in text or "not a database" in text:
        return IntegrityError(
            "The record's file is damaged",
            where=place,
            way_out="Keep the file as it is and bring back the last backup of this folder.",
            code="record-damaged",
        )
    return StorageError(
        f"The record's database reports: {cause}",
        where=place,
        way_out="Run `calibrator doctor` and keep its report.",
        code="database",
    )


class Store:
    """One database connection behind one lock; every use is a transaction of its own."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.lock = threading.RLock()
        self.place = place
        self._engine = engine
        try:
            self._connection: Connection | None = engine.connect()
        except (DBAPIError, sqlite3.Error) as error:  # a refused pragma comes as sqlite3's own
            raise storage_error(error, place) from error

    @classmethod
    def in_memory(cls) -> Store:
        """Open a database that lives in this process only."""
        engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        _prepare(engine, _PRAGMAS, "BEGIN")
        return cls(engine, "the record in memory")

    @classmethod
    def writer(cls, path: Path, url: str | None = None) -> Store:
        """Open the database file to read and append, making it where there is none."""
        address = make_url(url) if url else URL.create("sqlite", database=str(path))
        if address.get_backend_name() != "sqlite":
            raise UsageError(
                f"The record cannot be kept in {address.get_backend_name()}",
                where="url",
                way_out="Leave the address out: this release keeps its record in SQLite.",
                code="record-url",
            )
        engine = create_engine(address, poolclass=StaticPool, connect_args={"check_same_thread": False})
        _prepare(engine, _PRAGMAS + _WRITER_PRAGMAS, "BEGIN IMMEDIATE")
        return cls(engine, str(path))

    @classmethod
    def reader(cls, path: Path) -> Store:
        """Open an existing database file to read only, also on media where nobody can write."""
        try:
            return cls._reader(path, "mode=ro")
        except StorageError:
            # SQLite wants to make its -shm file beside the database. Where it cannot and no -wal file
            # holds later events, nobody writes: the file stands still.
            if path.with_name(f"{path.name}-wal").exists():
                raise
            return cls.still(path)

    @classmethod
    def still(cls, path: Path) -> Store:
        """Open a database file that does not change while it is read."""
        return cls._reader(path, "immutable=1")

    @classmethod
    def _reader(cls, path: Path, query: str) -> Store:
        address = f"{_uri(path)}?{query}"
        engine = create_engine(
            "sqlite://",
            poolclass=StaticPool,
            creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        )
        _prepare(engine, _PRAGMAS, "BEGIN")
        store = cls(engine, str(path))
        try:
            with store.transaction() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
        except BaseException:
            store.close()
            raise
        return store

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Hold the lock and one transaction; committed at the end, rolled back on an error.

        Raises:
            StorageError: full disk, read-only folder, locked or failing file; nothing was written.
            IntegrityError: the file is damaged.
        """
        with self.lock:
            if self._connection is None:
                raise StorageError("The record is closed", where=self.place, code="record-closed")
            try:
                with self._connection.begin():
                    yield self._connection
            except DBAPIError as error:
                raise storage_error(error, self.place) from error

    def close(self) -> None:
        """Close the connection; SQLite folds the write-ahead log into the file."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._engine.dispose()


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


def _uri(path: Path) -> str:
    """Return the address that SQLite takes for a file, also for drives and shares of Windows."""
    text = path.absolute().as_posix()
    return f"file://{quote(text if text.startswith('/') else f'/{text}')}"
