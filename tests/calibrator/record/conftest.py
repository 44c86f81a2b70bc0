"""A record on a real SQLite file, and a clock that a test moves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

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

    def __init__(self, home: Path | None, clock: HandClock) -> None:
        self.home = home
        self.clock = clock
        self.record = Record.open(home, clock=clock)

    def reopen(self) -> Record:
        self.record.close()
        self.record = Record.open(self.home, clock=self.clock)
        return self.record

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


@pytest.fixture
def station(tmp_path: Path, clock: HandClock) -> Iterator[Station]:
    opened = Station(tmp_path, clock)
    yield opened
    opened.record.close()


@pytest.fixture
def memory(clock: HandClock) -> Iterator[Station]:
    opened = Station(None, clock)
    yield opened
    opened.record.close()


@pytest.fixture
def tamper(tmp_path: Path) -> Callable[..., None]:
    """Write into the file as an attacker: triggers off, statements, triggers back as they were."""

    def write(*statements: tuple[str, tuple[object, ...]] | str, triggers: bool = True) -> None:
        with closing(sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)) as raw:
            kept = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _sql in kept:
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                raw.execute(*((statement,) if isinstance(statement, str) else statement))
            for _name, sql in kept if triggers else ():
                raw.execute(sql)

    return write
