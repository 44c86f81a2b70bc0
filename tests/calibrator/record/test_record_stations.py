"""Several stations on one PostgreSQL server: whole chains, one hand a run, a server that goes away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, StorageError
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

READINGS = 40

STATION = """
import json, sys
from pathlib import Path
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
home, url, name, count = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
with Record.open(home, clock=RealClock(), url=url, station=name) as record:
    run = record.new_run()
    record.append(run, "run.opened", {"mode": "live"})
    for index in range(count):
        event = record.append(run, "reading", {"point": "p", "index": index, "value": 1.0, "unit": "V"})
        print(json.dumps([run, event.seq, event.hash]), flush=True)
    record.append(run, "run.closed", {"outcome": "completed"})
"""


def start(home: Path, url: str, name: str, count: int = READINGS) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", STATION, str(home), url, name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("stations", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_stations_write_at_once_and_nothing_interleaves(
    stations: int, database: str, tmp_path: Path, clock: Any
) -> None:
    names = [f"station-{number}" for number in range(stations)]
    processes = [
        start(tmp_path / name, database, name) for name in names
    ]  # they make the tables together too
    told: dict[str, list[tuple[int, str]]] = {}
    for process in processes:
        for line in process.communicate()[0].splitlines():
            run, seq, digest = json.loads(line)
            told.setdefault(run, []).append((seq, digest))
        assert process.returncode == 0
    with Record.open(tmp_path / "look", clock=clock, url=database, write=False) as record:
        assert record.verify() == ()
        runs = record.runs()
        assert sorted(run.station for run in runs) == names
        for run in runs:
            kept = {event.seq: event.hash for event in record.events(run.id)}
            assert len(kept) == READINGS + 2
            assert all(kept[seq] == digest for seq, digest in told[run.id])
        began = list(record.events(record.REGISTER, kinds={"run.began", "run.ended"}))
        assert len(began) == 2 * stations


@pytest.mark.parametrize("after", [1, 30])
def test_what_a_killed_station_was_told_is_there(
    database: str, tmp_path: Path, clock: Any, after: int
) -> None:
    process = start(tmp_path / "one", database, "one", 100_000)
    assert process.stdout is not None
    told = [json.loads(process.stdout.readline()) for _ in range(after)]
    process.kill()
    told += [json.loads(line) for line in process.stdout if line.endswith("\n")]
    process.communicate()
    with Record.open(tmp_path / "one", clock=clock, url=database, station="one") as record:
        (run,) = record.runs()
        kept = {event.seq: event.hash for event in record.events(run.id)}
        assert all(kept[seq] == digest for _, seq, digest in told)
        assert len(kept) - 1 - len(told) in (0, 1)  # one may have been committed and not been told
        assert record.verify() == ()
        record.append(run.id, "resumed", {})  # its lock went with the process


def test_a_run_is_in_one_hand(served: Any, database: str, tmp_path: Path, clock: Any) -> None:
    run = served.begin()
    with Record.open(tmp_path / "two", clock=clock, url=database, station="station-2") as other:
        assert [(item.id, other.is_own(item)) for item in other.runs()] == [(run, False)]
        with pytest.raises(
            RefusedError, match="Another process writes this run: calibrator station-1"
        ) as caught:
            other.append(run, "note", {})
        assert (caught.value.code, caught.value.exit_code) == ("run-in-use", 4)
        # a run that goes on elsewhere is not taken for one that a crash left
        assert other.last(other.REGISTER, "run.anchored") is None
        second = other.new_run()
        other.append(second, "run.opened", {"mode": "simulated"})
        assert (other.find_run("last"), served.record.find_run("last")) == (second, run)
        served.record.close()
        other.append(run, "resumed", {})
    assert served.open(write=False).verify() == ()


def test_one_home_has_one_writer_there_too(served: Any, database: str) -> None:
    with pytest.raises(RefusedError, match="Another process writes in this home"):
        served.open()


def test_a_lost_server_is_named_and_the_chain_goes_on_when_it_is_back(served: Any) -> None:
    run = served.begin()
    with served.raw() as ask:
        ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'calibrator station-1%'"
        )
    with pytest.raises(StorageError, match="The record's server ended the connection") as caught:
        served.read(run)
    assert (caught.value.code, caught.value.exit_code) == ("server-lost", 5)
    assert served.read(run) == 2
    assert served.record.verify() == ()


@pytest.mark.slow  # it breaks off every connection to the server of this worker
@pytest.mark.skipif(
    "CALIBRATOR_TEST_POSTGRES" in os.environ or sys.platform == "win32", reason="not a server to be killed"
)
def test_a_killed_server_loses_nothing_that_was_acknowledged(served: Any, database: str, clock: Any) -> None:
    """SIGKILL of a server process makes PostgreSQL drop every connection and recover from its own log."""
    run = served.begin()
    told = [served.read(run, index) for index in range(20)]
    with served.raw() as ask:
        query = "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'calibrator station-1%'"
        (pid,), *_ = list(ask(query))
    os.kill(pid, signal.SIGKILL)
    with suppress(StorageError):
        for index in range(20, 40):
            told.append(served.read(run, index))
    assert len(told) < 40
    for _ in range(600):  # until it has recovered
        try:
            told.append(served.read(run, 40))
            break
        except StorageError:
            RealClock().sleep(0.1)
    kept = [event.seq for event in served.record.events(run)]
    assert kept == list(range(1, len(kept) + 1))
    assert set(told) <= set(kept)
    assert len(kept) - 1 - len(told) in (0, 1)  # one may have been committed and not been told
    assert served.record.verify() == ()


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("postgresql://nobody@127.0.0.1:9/record", "no-server", "does not answer"),
        ("{nowhere}", "no-database", "is not there"),
    ],
)
def test_a_server_or_database_that_is_not_there_is_named(
    postgres: str, tmp_path: Path, clock: Any, address: str, code: str, said: str
) -> None:
    from sqlalchemy import make_url

    nowhere = make_url(postgres).set(database="nowhere").render_as_string(hide_password=False)
    for write in (True, False):
        with pytest.raises(RefusedError, match=said) as caught:
            Record.open(tmp_path, clock=clock, url=address.format(nowhere=nowhere), write=write)
        assert caught.value.code == code


def test_no_password_is_ever_shown(tmp_path: Path, clock: Any) -> None:
    with pytest.raises(RefusedError) as caught:
        Record.open(tmp_path, clock=clock, url="postgresql://jm:secret@127.0.0.1:9/record")
    assert "secret" not in str(caught.value)
    assert "jm:***@" in caught.value.where


def test_a_reader_of_an_empty_database_sees_an_empty_record(
    database: str, tmp_path: Path, clock: Any
) -> None:
    with Record.open(tmp_path, clock=clock, url=database, write=False) as reader:
        assert (reader.runs(), reader.verify()) == ((), ())
