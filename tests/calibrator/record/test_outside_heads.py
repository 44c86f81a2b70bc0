"""An outside log of heads tells what a chain cannot: that the record was cut, replaced or written anew."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from calibrator._home import Home
from calibrator.cli import main
from calibrator.record import Record
from calibrator_drivers.clock import RealClock


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "outside" / "heads.jsonl"


def opened(station: Any, log: Path, *, write: bool = True) -> Record:
    name = "station-1" if station.url else ""
    return Record.open(
        station.home, clock=station.clock, url=station.url, station=name, write=write, heads=log
    )


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_each_word_of_the_register_and_each_step_is_one_line(station: Any, log: Path) -> None:
    log.parent.mkdir()
    station.record.close()
    station.record = opened(station, log)
    first = station.whole_run()
    run = station.record.new_run()
    station.record.append(run, "run.opened", {"mode": "live"})
    done = station.record.append(run, "step.done", {"step": "a"})
    register = list(station.record.events("register"))
    said = lines(log)
    assert sorted(line["register_count"] for line in said if "register" in line) == [
        event.seq for event in register
    ]
    assert {line["register_head"] for line in said if "register" in line} == {e.hash for e in register}
    assert (first, *station.record.head(first)) in {
        (line.get("run"), line.get("count"), line.get("head")) for line in said
    }
    assert (said[-1]["run"], said[-1]["count"], said[-1]["head"]) == (run, done.seq, done.hash)
    assert station.record.verify() == ()
    station.record.close()
    station.record = opened(station, log)  # the open run is anchored, and nothing stands twice
    assert len(lines(log)) == len(said) + 1
    assert station.record.verify() == ()


def test_a_log_that_was_away_stops_nothing_and_is_caught_up(station: Any, log: Path) -> None:
    station.record.close()
    station.record = opened(station, log)  # the folder is not there
    run = station.whole_run()
    assert station.record.verify() == ()
    assert not log.exists()
    station.record.close()
    log.parent.mkdir()
    log.write_bytes(b'{"at": "2026-')  # torn by a crash
    station.record = opened(station, log)
    texts = log.read_text(encoding="utf-8").splitlines()[1:]
    assert run in {json.loads(text).get("run") for text in texts}
    assert station.record.verify() == ()


def cut(home: Path, where: str) -> None:
    """Delete events as somebody with an editor of databases would, triggers off."""
    with closing(sqlite3.connect(home / "record.sqlite", isolation_level=None)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        db.execute(f"DELETE FROM events WHERE {where}")
        for _, sql in triggers:
            db.execute(sql)


def home_with_a_run(path: Path, *, ended: bool = True) -> tuple[Home, str]:
    """Return a home as the command line opens it, nothing configured, with one run."""
    home = Home(path)
    with home.open_record(RealClock()) as record:
        run = record.new_run()
        record.append(run, "run.opened", {"mode": "live"})
        for step in "abc":
            record.append(run, "step.begun", {"step": step})
            record.append(run, "step.done", {"step": step})
        if ended:
            record.append(run, "run.closed", {"outcome": "completed", "exit_code": 0, "verdict": "pass"})
            record.append(Record.REGISTER, "lab.noted", {"text": "after the run"})
    return home, run


def codes(home: Home) -> set[tuple[str, str]]:
    with home.open_record(RealClock(), write=False) as record:
        return {(item.stream, item.code) for item in record.verify()}


def test_without_any_setting_a_log_lies_beside_the_home(tmp_path: Path) -> None:
    home, run = home_with_a_run(tmp_path / "home")
    assert (tmp_path / "home.heads.jsonl").is_file()
    assert codes(home) == set()
    shutil.copytree(home.path, tmp_path / "whole")
    # the whole last run and what the register says of it
    cut(home.path, f"stream = '{run}' OR (stream = 'register' AND seq >= 2)")
    assert {(run, "cut-tail"), ("register", "cut-tail")} <= codes(home)
    # a cut copy under another name is held against the log that its register names
    copy = Home(tmp_path / "whole")
    assert codes(copy) == set()
    cut(copy.path, "stream = 'register' AND kind = 'lab.noted'")
    assert codes(copy) == {("register", "cut-tail")}


def test_the_steps_of_a_killed_run_cannot_be_cut_unseen(tmp_path: Path) -> None:
    home, run = home_with_a_run(tmp_path / "home", ended=False)
    cut(home.path, f"stream = '{run}' AND seq > 5")
    assert codes(home) == {(run, "cut-tail")}
    with home.open_record(RealClock()):
        pass  # the next opening anchors what is left, and hides nothing
    assert (run, "cut-tail") in codes(home)


@pytest.mark.parametrize(("left", "seen"), [(39, True), (40, False), (47, False)])
def test_of_a_step_that_a_kill_broke_fewer_than_ten_events_can_be_cut_unseen(
    tmp_path: Path, left: int, seen: bool
) -> None:
    home = Home(tmp_path / "home")
    with home.open_record(RealClock(), write=True) as record:
        run = record.new_run()
        record.append(run, "run.opened", {"mode": "live"})
        record.append_all([(run, "configured", {"n": n}) for n in range(46)])  # no step ends
    cut(home.path, f"stream = '{run}' AND seq > {left}")
    assert ((run, "cut-tail") in codes(home)) == seen
    with home.open_record(RealClock(), write=True) as record:  # the next start anchors what it finds
        assert record.last(Record.REGISTER, "run.anchored").body["count"] == left  # type: ignore[union-attr]


def test_a_log_that_was_deleted_is_a_finding_until_somebody_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = home_with_a_run(tmp_path / "home")
    log = tmp_path / "home.heads.jsonl"
    log.unlink()
    assert codes(home) == {("register", "no-heads")}
    with home.open_record(RealClock()):
        pass  # writes the log anew, which does not mend it
    assert log.is_file()
    assert codes(home) == {("register", "no-heads")}
    assert main(["--home", str(home.path), "heads", "--reason", "x", "--person", "li"]) == 2
    assert codes(home) == {("register", "no-heads")}
    why = "the disk was formatted"
    assert main(["--home", str(home.path), "heads", "--reason", why, "--person", "li"]) == 0
    assert codes(home) == set()
    with home.open_record(RealClock(), write=False) as record:
        said = record.last(Record.REGISTER, "heads.renewed")
    assert said is not None
    assert (said.body["by"], said.body["reason"]) == ("li", why)
    assert "former-1" in capsys.readouterr().out


@pytest.mark.parametrize("kept", [0, 0.5])
def test_a_log_that_was_emptied_or_cut_is_a_finding_and_stands_in_the_register(
    tmp_path: Path, kept: float
) -> None:
    home, _ = home_with_a_run(tmp_path / "home")
    with home.open_record(RealClock()):
        pass
    assert home.heads is not None
    log = home.heads
    assert codes(home) == set()
    text = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(text[: int(len(text) * kept)]))
    assert (Record.REGISTER, "cut-tail") in codes(home)
    with home.open_record(RealClock()) as record:  # completes it, and says so for good
        said = [event.body["said"] for event in record.events(Record.REGISTER, kinds={"heads.short"})]
    assert len(said) == 1
    assert "emptied or cut" in said[0]


@pytest.mark.parametrize(
    "line",
    [
        b'{"at": "x", "run": "r", "count": "abc", "head": "h"}',
        b'{"at": "x", "run": "r", "count": null, "head": "h"}',
        b'{"at": "x", "run": "r", "count": 99999999999999999999, "head": "h"}',
        b'{"at": "x", "run": "r", "count": true, "head": "h"}',
        b'{"at": "x", "run": "r", "count": 1.0, "head": 7}',
        b"[" * 100_000,
        b"{}",
        b"no line of ours",
    ],
)
def test_a_line_that_no_program_wrote_is_a_finding_and_no_crash(tmp_path: Path, line: bytes) -> None:
    home, _ = home_with_a_run(tmp_path / "home")
    assert home.heads is not None
    with home.heads.open("ab") as file:
        file.write(line + b"\n")
    assert codes(home) == {(Record.REGISTER, "damaged")}


def test_no_log_is_kept_where_the_settings_say_so(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    settings = tmp_path / "home" / "calibrator.toml"
    settings.write_text("[record]\nheads = false\n", encoding="utf-8")
    home = Home(tmp_path / "home")
    with home.open_record(RealClock()):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]
    assert main(["--home", str(home.path), "verify"]) == 0
    settings.unlink()
    with home.open_record(RealClock()):
        pass
    settings.write_text("[record]\nheads = false\n", encoding="utf-8")
    assert main(["--home", str(home.path), "verify"]) == 6  # it was kept, and nobody said why not any more
    why = "heads are printed each evening"
    assert main(["--home", str(home.path), "heads", "--reason", why, "--person", "li"]) == 0
    assert main(["--home", str(home.path), "verify"]) == 0


def test_an_older_copy_of_the_record_is_not_taken_for_it(filed: Any, tmp_path: Path, log: Path) -> None:
    log.parent.mkdir()
    filed.record.close()
    with opened(filed, log) as filed.record:
        filed.whole_run()
    old = shutil.copy(tmp_path / "record.sqlite", tmp_path / "old")
    with opened(filed, log) as filed.record:
        second = filed.whole_run()
    shutil.copy(old, tmp_path / "record.sqlite")
    with opened(filed, log, write=False) as record:
        found = record.verify()
    assert {(item.code, item.stream) for item in found} == {("cut-tail", second), ("cut-tail", "register")}
    with Record.open(tmp_path, clock=filed.clock, write=False) as record:
        assert record.verify() == ()  # the chains of the older copy are sound: only the outside log knows


def test_a_record_written_anew_is_not_taken_for_it(
    filed: Any, tmp_path: Path, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log.parent.mkdir()
    filed.record.close()
    with opened(filed, log) as filed.record:
        run = filed.whole_run()
    (tmp_path / "record.sqlite").unlink()
    filed.record = Record.open(tmp_path, clock=filed.clock)  # a forger's, with the same ids
    filed.record.append(run, "run.opened", {"mode": "live"})
    for index in range(20):
        filed.read(run, index, value=11.0)
    filed.finish(run)
    filed.record.close()
    (tmp_path / "calibrator.toml").write_text(f"[record]\nheads = {json.dumps(str(log))}\n", encoding="utf-8")
    assert main(["--home", str(tmp_path), "verify"]) == 6
    said = capsys.readouterr().err
    assert "is not the one in the outside log (line 1 of heads.jsonl)" in said
    assert said.count(f"Keep {log}: it is what shows that the record is another one") == 1
