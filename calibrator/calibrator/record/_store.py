"""The database under a record: one connection behind one lock, and errors in the technician's words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from calibrator._errors import StorageError
from calibrator.record._backend import Backend

__all__ = ["Store"]


class Store:
    """One database connection behind one lock; every use is a transaction of its own."""

    def __init__(self, engine: Engine, place: str, backend: Backend) -> None:
        self.lock = threading.RLock()
        self.place = place
        self.backend = backend
        self._engine = engine
        try:
            self._connection: Connection | None = engine.connect()
        except DBAPIError as error:
            raise backend.error(_cause(error), place) from error
        except sqlite3.Error as error:  # a refused pragma comes as sqlite3's own
            raise backend.error(error, place) from error

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Hold the lock and one transaction; committed at the end, rolled back on an error.

        Raises:
            StorageError: full disk, read-only folder, locked or failing file, lost server; nothing was
                written that was not acknowledged.
            IntegrityError: the file is damaged.
        """
        with self.lock:
            if self._connection is None:
                raise StorageError("The record is closed", where=self.place, code="record-closed")
            try:
                with self._connection.begin():
                    yield self._connection
            except DBAPIError as error:
                raise self.backend.error(_cause(error), self.place) from error
            except sqlite3.Error as error:  # of rows that were fetched from the driver's own cursor
                raise self.backend.error(error, self.place) from error

    def close(self) -> None:
        """Close the connection; SQLite folds the write-ahead log into the file."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._engine.dispose()


def _cause(error: DBAPIError) -> Exception:
    return error.orig if isinstance(error.orig, Exception) else error
