"""A copy of the record by its database's own online backup, while others may be writing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from calibrator._errors import RefusedError, StorageError
from calibrator.record._sqlite import backup_source, sqlite_error

__all__ = ["copy_file", "dump_server", "restored_server"]

DUMP = "record.dump"


def copy_file(source: Path, target: Path) -> None:
    """Copy a record's file by SQLite's online backup: one consistent moment, also during a run.

    Raises:
        StorageError: the target cannot be written.
        IntegrityError: the source is damaged.
    """
    try:
        with closing(backup_source(source)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            # The copy stands alone: no write-ahead log beside it that could be left behind.
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise sqlite_error(error, f"{source} to {target}") from error


def dump_server(url: str, folder: Path) -> Path:
    """Dump a record in PostgreSQL by its own pg_dump, one consistent moment, and return the file.

    Raises:
        RefusedError: code `no-pg-dump`, the tool is not on this machine.
        StorageError: code `backup-failed`, what the tool said.
    """
    file = folder / DUMP
    _tool("pg_dump", url, "--format=custom", "--no-owner", f"--file={file}")
    return file


@contextmanager
def restored_server(url: str, dump: Path) -> Iterator[str]:
    """Restore a dump into a database of its own on the same server, dropped at the end; yield its address.

    Raises:
        RefusedError: code `backup-unchecked`, the user may not make a database to try it in.
    """
    import psycopg
    from sqlalchemy import make_url

    name = f"calibrator_check_{uuid4().hex}"
    address = make_url(url)
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}")  # the name is our own, of letters and digits
    except psycopg.Error as error:
        raise RefusedError(
            f"The dump was written and could not be checked by restoring it: {str(error).splitlines()[0]}",
            where=str(dump),
            way_out="Let a user who may create databases make the backup, or try pg_restore elsewhere.",
            code="backup-unchecked",
        ) from error
    try:
        fresh = address.set(database=name).render_as_string(hide_password=False)
        _tool("pg_restore", fresh, "--no-owner", "--exit-on-error", str(dump))
        yield fresh
    finally:
        with psycopg.connect(plain, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _tool(name: str, url: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL; a password goes by the environment, where no list of processes shows it."""
    from sqlalchemy import make_url

    program = shutil.which(name)
    if program is None:
        raise RefusedError(
            f"{name} is not on this machine, and a record in PostgreSQL is backed up by it",
            where="PATH",
            way_out="Install the client tools of PostgreSQL, or back the database up where the server runs.",
            code="no-pg-dump",
        )
    address = make_url(url).set(drivername="postgresql")
    environ = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    address = address.set(password=None)
    command = [program, f"--dbname={address.render_as_string(hide_password=False)}", *arguments]
    done = _run(command, environ)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise StorageError(
            f"{name} reports: {said[-1] if said else done.returncode}",
            where=make_url(url).render_as_string(hide_password=True),
            way_out="Check disk, rights and the version of the tool: it must be at least the server's.",
            code="backup-failed",
        )


def _run(command: Sequence[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environ, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
