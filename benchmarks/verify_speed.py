"""Verification against the time to read and hash the rows: `python benchmarks/verify_speed.py [--runs N]`.

Both are measured in turns in this process, as CPU time, on one record of N runs: a whole run of the default
bench and its events again. The first yardstick reads the event rows alone, with sqlite3 itself, and hashes
them; the second reads the rows of the projections too, which verification compares with the events.
"""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from calibrator.record import Record
from calibrator_drivers.clock import RealClock

EVENTS = "SELECT stream, seq, kind, version, at, canonical, previous, hash FROM events ORDER BY stream, seq"
TABLES = ("runs", "points", "readings", "assets", "certificates")
BAR = 2.0  # of verification over reading and hashing the rows that it compares
JOB = ["run", "dmm", "--uut", "34401A", "--sim", "--seed", "3", "--non-interactive"]


def made(home: Path, runs: int) -> None:
    command = [sys.executable, "-m", "calibrator", "--home", str(home), *JOB]
    subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    with Record.open(home, clock=RealClock()) as record:
        events = list(record.events(record.find_run("last")))
        for _ in range(runs - 1):
            run = record.new_run()
            for event in events:
                record.append(run, event.kind, event.body, at=event.at)


def read_and_hash(home: Path, tables: tuple[str, ...]) -> tuple[int, float]:
    begun, count = time.process_time(), 0
    with closing(sqlite3.connect(home / "record.sqlite")) as file:
        for _, _, _, _, _, text, previous, digest in file.execute(EVENTS):
            assert hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest() == digest
            count += 1
        for table in tables:
            for _ in file.execute(f"SELECT * FROM {table}"):
                pass
    return count, time.process_time() - begun


def verified(home: Path) -> float:
    with Record.open(home, clock=RealClock(), write=False) as record:
        begun = time.process_time()
        assert record.verify() == ()
        return time.process_time() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        made(home, parser.parse_args().runs)
        turns = [(read_and_hash(home, ()), read_and_hash(home, TABLES), verified(home)) for _ in range(7)]
    count = turns[0][0][0]
    events, rows = (min(turn[i][1] for turn in turns) for i in (0, 1))
    verify = min(turn[2] for turn in turns)
    print(f"{count} events: event rows read and hashed {events * 1e3:.1f} ms, all rows {rows * 1e3:.1f} ms")
    print(
        f"verify {verify * 1e3:.1f} ms = {verify / events:.2f} x event rows, {verify / rows:.2f} x all rows"
    )
    if verify > BAR * rows:
        print(f"missed: at most {BAR} x all rows", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
