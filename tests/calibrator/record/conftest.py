"""A record on a real SQLite file or in a real PostgreSQL server, and a clock that a test moves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from calibrator.record import Record


class HandClock:
    """A clock that goes on by a second at each look and can be set."""

    def __init__(self, start: datetime = datetime(2026, 11, 23, 8, tzinfo=UTC)) -> None:
        self.at = start

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at

    def monotonic_ns(self) -> int:
        return round(self.at.timestamp() * 1e9)

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=max(0.0, seconds))


OPENED = {
    "mode": "live",
    "procedure": {"id": "dmm"},
    "uut": {"model": "keysight_34401a", "asset": "DMM-01", "serial": "MY1"},
}


class Station:
    """A record in a folder, with the runs that tests need."""

    def __init__(self, home: Path | None, clock: HandClock, url: str | None = None) -> None:
        self.home = home
        self.clock = clock
        self.url = url
        self.record = self.open()

    def open(self, *, write: bool = True) -> Record:
        name = "station-1" if self.url else ""
        return Record.open(self.home, clock=self.clock, url=self.url, station=name, write=write)

    def reopen(self) -> Record:
        self.record.close()
        self.record = self.open()
        return self.record

    @contextmanager
    def raw(self) -> Iterator[Callable[..., list[Any]]]:
        """Give a way to the database that goes past the record; parameters are written as `?`."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url, autocommit=True) as server:

                def ask(statement: str, values: tuple[object, ...] = ()) -> list[Any]:
                    # "?" stands for a parameter; what is written as % stays
                    text: Any = statement.replace("%", "%%").replace("?", "%s") if values else statement
                    cursor = server.execute(text, values or None)
                    return cursor.fetchall() if cursor.description else []

                yield ask
            return
        assert self.home is not None
        with closing(sqlite3.connect(self.home / "record.sqlite", isolation_level=None)) as file:
            yield lambda statement, values=(): file.execute(statement, values).fetchall()

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """Return the rows of a stream as they stand."""
        names = ("stream", "seq", "kind", "version", "at", "canonical", "previous", "hash")
        with self.raw() as ask:
            found = ask(f"SELECT {', '.join(names)} FROM events WHERE stream = '{stream}' ORDER BY seq")
        return [dict(zip(names, row, strict=True)) for row in found]

    def begin(self, **changes: object) -> str:
        """Begin a run and return its id."""
        run = self.record.new_run()
        self.record.append(run, "run.opened", {**OPENED, **changes})
        return run

    def read(self, run: str, index: int = 0, **changes: object) -> int:
        """Append a reading and return its number."""
        body = {
            "point": "dcv:10V:+10V",
            "attempt": 1,
            "index": index,
            "use": "result",
            "value": 10.0,
            "unit": "V",
        }
        return self.record.append(run, "reading", {**body, **changes}).seq

    def finish(self, run: str, outcome: str = "completed") -> None:
        """Evaluate a section and close the run."""
        point = {"id": "dcv:10V:+10V", "verdict": "pass"}
        self.record.append(run, "section.evaluated", {"section": "dcv", "results": [point]})
        self.record.append(run, "run.closed", {"outcome": outcome, "exit_code": 0, "verdict": "pass"})

    def whole_run(self, readings: int = 6) -> str:
        """Write a run from beginning to end: opened, readings, evaluated, closed."""
        run = self.begin()
        for index in range(readings):
            self.read(run, index)
        self.finish(run)
        return run


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(params=["sqlite", "postgres"])
def station(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> Iterator[Station]:
    """A record of each kind of database."""
    url = request.getfixturevalue("database") if request.param == "postgres" else None
    opened = Station(tmp_path, clock, url)
    yield opened
    opened.record.close()


@pytest.fixture
def served(tmp_path: Path, clock: HandClock, database: str) -> Iterator[Station]:
    """A record in a server."""
    opened = Station(tmp_path, clock, database)
    yield opened
    opened.record.close()


@pytest.fixture
def filed(tmp_path: Path, clock: HandClock) -> Iterator[Station]:
    """A record in a file."""
    opened = Station(tmp_path, clock)
    yield opened
    opened.record.close()


@pytest.fixture
def memory(clock: HandClock) -> Iterator[Station]:
    opened = Station(None, clock)
    yield opened
    opened.record.close()


@pytest.fixture
def tamper(station: Station) -> Callable[..., None]:
    """Write into the database as an attacker: triggers off, statements, triggers back as they were."""

    def write(*statements: tuple[str, tuple[object, ...]] | str) -> None:
        with station.raw() as ask:
            kept: list[Any] = []
            if station.url:
                ask("ALTER TABLE events DISABLE TRIGGER ALL")
            else:
                kept = ask("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                for name, _sql in kept:
                    ask(f"DROP TRIGGER {name}")
            for statement in statements:
                ask(*((statement,) if isinstance(statement, str) else statement))
            if station.url:
                ask("ALTER TABLE events ENABLE TRIGGER ALL")
            for _name, sql in kept:
                ask(sql)

    return write
