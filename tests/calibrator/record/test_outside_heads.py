"""An outside log of heads tells what a chain cannot: that the record was cut, replaced or written anew."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from calibrator.cli import main
from calibrator.record import Record


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


def test_each_end_of_a_run_is_one_line(station: Any, log: Path) -> None:
    log.parent.mkdir()
    station.record.close()
    station.record = opened(station, log)
    first, second = station.whole_run(), station.whole_run()
    assert [line["run"] for line in lines(log)] == [first, second]
    count, head = station.record.head(second)
    assert (lines(log)[1]["count"], lines(log)[1]["head"]) == (count, head)
    assert (lines(log)[1]["register_count"], lines(log)[1]["register_head"]) == station.record.head(
        "register"
    )
    assert station.record.verify() == ()
    station.record.close()
    station.record = opened(station, log)  # nothing twice
    assert len(lines(log)) == 2


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
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[1])["run"] == run
    assert station.record.verify() == ()


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
    assert "is not the one in the outside log (line 1 of heads.jsonl)" in capsys.readouterr().err
