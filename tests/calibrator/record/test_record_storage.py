"""Full disk, failing disk, read-only and busy files, other writers, killed writers: nothing is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError, RefusedError, StorageError, UsageError
from calibrator.record import Record
from calibrator.record._sqlite import still


@contextmanager
def pragma(filed: Any, setting: str, back: str) -> Iterator[None]:
    """Let the real SQLite come to a real limit."""
    driver = filed.record._store._connection.connection.driver_connection
    driver.execute(f"PRAGMA {setting}")
    yield
    driver.execute(f"PRAGMA {back}")


def fill(filed: Any, run: str) -> None:
    for index in range(1000):
        filed.read(run, index, note="x" * 1000)


def test_a_full_disk_is_named_and_loses_nothing(filed: Any, tmp_path: Path) -> None:
    run = filed.begin()
    before = list(filed.record.events(run))
    heard: list[object] = []
    with pragma(filed, "max_page_count = 1", "max_page_count = 1000000"):
        filed.record.subscribe(heard.append)
        with pytest.raises(StorageError, match="the disk is full") as caught:
            fill(filed, run)
        written = len(heard)
    assert (caught.value.code, caught.value.exit_code) == ("disk-full", 5)
    assert str(tmp_path) in caught.value.where
    assert "resume" in caught.value.way_out
    after = list(filed.record.events(run))
    assert after[:1] == before
    assert len(after) == 1 + written  # what append returned is there, what failed is not
    filed.read(run)  # with room again the chain goes on
    assert filed.record.verify() == ()


def test_several_events_on_a_full_disk_are_all_there_or_none(filed: Any) -> None:
    run = filed.begin()
    several = [(run, "note", {"text": "x" * 1000}) for _ in range(500)]
    with pragma(filed, "max_page_count = 1", "max_page_count = 1000000"):
        with pytest.raises(StorageError, match="the disk is full"):
            filed.record.append_all(several)
        assert filed.record.head(run)[0] == 1
    filed.record.append_all(several)
    assert filed.record.head(run)[0] == 501
    assert filed.record.verify() == ()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a Linux device on which nothing finds room")
def test_a_full_disk_under_the_outside_log_stops_no_run(
    filed: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filed.record.close()
    with Record.open(tmp_path, clock=filed.clock, heads=Path("/dev/full")) as filed.record:
        filed.whole_run()
        assert "the outside log of heads cannot be written" in caplog.text
    log = tmp_path / "heads.jsonl"  # with room again it is caught up
    with Record.open(tmp_path, clock=filed.clock, heads=log) as filed.record:
        pass
    with Record.open(tmp_path, clock=filed.clock, heads=log, write=False) as record:
        assert len(log.read_text(encoding="utf-8").splitlines()) == record.head(Record.REGISTER)[0]
        assert record.verify() == ()


def test_a_record_that_may_not_be_written_is_named(filed: Any) -> None:
    run = filed.begin()
    with (
        pragma(filed, "query_only = 1", "query_only = 0"),
        pytest.raises(StorageError, match="read-only") as caught,
    ):
        filed.read(run)
    assert caught.value.code == "read-only"
    assert filed.read(run) == 2


def test_a_record_that_another_program_holds_is_named(filed: Any, tmp_path: Path) -> None:
    run = filed.begin()
    with closing(sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            pragma(filed, "busy_timeout = 1", "busy_timeout = 5000"),
            pytest.raises(StorageError, match="locked by another program") as caught,
        ):
            filed.read(run)
        other.execute("ROLLBACK")
    assert caught.value.code == "busy"
    assert filed.read(run) == 2


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path, clock: Any) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RefusedError, match="cannot be made") as caught:
        Record.open(tmp_path / "file" / "home", clock=clock)
    assert caught.value.exit_code == 4  # nothing was begun
    assert "--home" in caught.value.way_out


def test_a_record_that_cannot_be_opened_is_named_and_the_lock_given_back(tmp_path: Path, clock: Any) -> None:
    (tmp_path / "record.sqlite").mkdir()
    with pytest.raises(RefusedError, match="cannot be opened"):
        Record.open(tmp_path, clock=clock)
    (tmp_path / "record.sqlite").rmdir()
    Record.open(tmp_path, clock=clock).close()


READ_ONLY = """
import json, os, tempfile
from pathlib import Path
from calibrator._errors import RefusedError
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
clock, told = RealClock(), {}
Record.open(None, clock=clock).close()  # everything is imported before the rights are dropped
if os.geteuid() == 0:
    os.seteuid(65534)
with tempfile.TemporaryDirectory() as folder:
    home = Path(folder, "home")
    with Record.open(home, clock=clock) as record:
        record.append("run", "run.opened", {"mode": "live"})
    for name, file, mode in (("folder", home, 0o500), ("file", home / "record.sqlite", 0o400)):
        file.chmod(mode)
        try:
            Record.open(home, clock=clock).close()
        except RefusedError as error:
            told[name] = [error.code, error.where]
        with Record.open(home, clock=clock, write=False) as reader:
            told[name].append(reader.find_run("last"))
        home.chmod(0o700)
        for other in home.iterdir():  # SQLite gives its -wal and -shm files the rights of the database
            other.chmod(0o600)
    with Record.open(home, clock=clock) as record:
        told["after"] = len(record.verify())
    print(json.dumps(told))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_a_read_only_folder_or_file_is_named_and_can_be_read() -> None:
    done = subprocess.run([sys.executable, "-c", READ_ONLY], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["folder"][::2] == ["read-only", "run"]
    assert told["file"][::2] == ["read-only", "run"]
    assert told["file"][1].endswith("record.sqlite")
    assert told["after"] == 0


@pytest.mark.parametrize("write", [True, False])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, clock: Any, write: bool) -> None:
    (tmp_path / "record.sqlite").write_text("this is a letter, not a record" * 50, encoding="utf-8")
    with pytest.raises(IntegrityError, match="damaged") as caught:
        Record.open(tmp_path, clock=clock, write=write)
    assert caught.value.exit_code == 6
    assert "backup" in caught.value.way_out


@pytest.mark.parametrize("write", [True, False])
def test_a_home_of_a_newer_program_is_refused_and_left_as_it_is(
    filed: Any, tmp_path: Path, clock: Any, write: bool
) -> None:
    filed.whole_run()
    filed.record.append("register", "station.opened", {"home": str(tmp_path), "version": "99.0"})
    filed.record.close()
    with closing(sqlite3.connect(tmp_path / "record.sqlite", isolation_level=None)) as raw:
        raw.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    content = (tmp_path / "record.sqlite").read_bytes()
    with pytest.raises(RefusedError, match="newer Calibrator") as caught:
        Record.open(tmp_path, clock=clock, write=write)
    assert (caught.value.code, caught.value.exit_code) == ("home-newer", 4)
    assert (tmp_path / "record.sqlite").read_bytes() == content


@pytest.mark.parametrize("address", ["mysql://host/record", "no address", "sqlite:///elsewhere.sqlite"])
def test_an_address_of_another_kind_is_refused(tmp_path: Path, clock: Any, address: str) -> None:
    with pytest.raises(UsageError, match="The record's address is not right") as caught:
        Record.open(tmp_path, clock=clock, url=address)
    assert caught.value.code == "record-url"
    Record.open(tmp_path, clock=clock).close()  # the lock was given back


def test_a_second_writer_is_refused_with_the_holders_name(filed: Any, tmp_path: Path, clock: Any) -> None:
    with pytest.raises(RefusedError, match="Another process writes in this home") as caught:
        Record.open(tmp_path, clock=clock)
    assert (caught.value.code, caught.value.exit_code) == ("home-in-use", 4)
    assert f"process {os.getpid()} on " in caught.value.what
    assert "since 2026-11-23T08:00:01" in caught.value.what
    filed.record.close()
    Record.open(tmp_path, clock=clock).close()


def test_a_holder_without_a_note_is_still_refused(filed: Any, tmp_path: Path, clock: Any) -> None:
    (tmp_path / "record.lock.holder").write_text("[]", encoding="utf-8")
    with pytest.raises(RefusedError, match="left no note"):
        Record.open(tmp_path, clock=clock)


def test_a_reader_needs_no_lock_and_cannot_write(filed: Any, tmp_path: Path, clock: Any) -> None:
    run = filed.whole_run()
    with Record.open(tmp_path, clock=clock, write=False) as reader:
        assert reader.head(run) == filed.record.head(run)
        with pytest.raises(StorageError, match="to read only"):
            reader.append(run, "note", {})
        with (
            pytest.raises(StorageError, match="read-only"),
            reader._store.transaction() as connection,
        ):
            connection.exec_driver_sql("DELETE FROM runs")


def test_a_reader_of_an_empty_folder_makes_nothing(tmp_path: Path, clock: Any) -> None:
    home = tmp_path / "nothing #1 %20 ü"
    with Record.open(home, clock=clock, write=False) as reader:
        assert reader.runs() == ()
        assert reader.verify() == ()
    assert not home.exists()


def test_a_folder_may_have_any_name(tmp_path: Path, clock: Any) -> None:
    home = tmp_path / "Labor #1 %20 ü?x=1"
    with Record.open(home, clock=clock) as record:
        record.append("run", "run.opened", {"mode": "live"})
        with Record.open(home, clock=clock, write=False) as reader:
            assert reader.find_run("last") == "run"
    assert (home / "record.sqlite").exists()


def test_a_closed_home_is_one_file_that_read_only_media_can_hold(filed: Any, tmp_path: Path) -> None:
    run = filed.whole_run()
    filed.record.close()
    assert {path.name for path in tmp_path.iterdir()} <= {"record.sqlite", "record.lock"}
    store = still(tmp_path / "record.sqlite")
    with store.transaction() as connection:
        assert connection.exec_driver_sql("SELECT run FROM runs").scalar() == run
    store.close()


WRITER = """
import sys
from pathlib import Path
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
record = Record.open(Path(sys.argv[1]), clock=RealClock())
run = record.new_run()
record.append(run, "run.opened", {"mode": "live"})
index = 0
while True:
    event = record.append(run, "reading", {"point": "p", "index": index, "value": 1.0, "unit": "V"})
    print(event.seq, event.hash, flush=True)
    index += 1
"""


@pytest.mark.parametrize("after", [1, 20, 137])
def test_what_was_appended_survives_a_killed_writer(tmp_path: Path, clock: Any, after: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().split() for _ in range(after)]
        process.kill()
        told += [line.split() for line in process.stdout if line.endswith("\n")]
    with Record.open(tmp_path, clock=clock) as record:
        (run,) = (summary.id for summary in record.runs())
        assert record.runs()[0].state == "open"
        kept = {str(event.seq): event.hash for event in record.events(run)}
        assert all(kept[seq] == digest for seq, digest in told)
        assert len(kept) - 1 - len(told) in (0, 1)  # one may have been committed and not been told
        assert record.verify() == ()
        record.append(run, "resumed", {})


FILLER = """
import json, resource, signal, sys
from pathlib import Path
from calibrator._errors import StorageError
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
record = Record.open(Path(sys.argv[1]), clock=RealClock())
run = record.new_run()
record.append(run, "run.opened", {"mode": "live"})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
count = 1
try:
    while True:
        count = record.append(run, "note", {"text": "x" * 500}).seq
except StorageError as error:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = record.append(run, "note", {"text": "room again"}).seq
    print(json.dumps([error.code, count, again, len(record.verify())]))
record.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on a file's size is POSIX")
def test_a_write_that_the_system_refuses_loses_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLER, str(tmp_path)], capture_output=True, text=True, check=True
    )
    code, count, again, findings = json.loads(done.stdout)
    assert code in ("disk-error", "disk-full")
    assert again == count + 1 > 10
    assert findings == 0
