"""A run that was broken off is named at the next start, with the command that goes on with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibrator.cli import main
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

OPENED = {
    "mode": "simulated",
    "procedure": {"id": "dmm"},
    "uut": {"model": "keysight_34401a", "asset": "DMM-01", "serial": "MY1"},
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def broken_off(home: Path, count: int) -> list[str]:
    """Begin runs that nobody ends, as a killed process leaves them."""
    with Record.open(home, clock=RealClock(), heads=home.with_name("home.heads.jsonl")) as record:
        runs = [record.new_run() for _ in range(count)]
        for run in runs:
            record.append(run, "run.opened", OPENED)
    return runs


@pytest.fixture
def begin(home: Path, capsys: pytest.CaptureFixture[str]):
    """Begin a job that is refused for its name: what is said before that is what is looked at."""

    def begun(*options: str) -> str:
        assert main(["--home", str(home), *options, "run", "no_such_procedure", "--uut", "X", "--sim"]) == 2
        return capsys.readouterr().err

    return begun


def test_a_run_that_was_broken_off_is_named_with_the_way_on(home: Path, begin) -> None:
    (run,) = broken_off(home, 1)
    said = begin()
    assert f"run {run} (dmm, DMM-01) was broken off and is open; to go on: calibrator resume {run}" in said


def test_of_many_the_last_are_named_and_the_others_counted_in_chinese_too(home: Path, begin) -> None:
    runs = broken_off(home, 5)
    said = begin("--language", "zh")
    assert [run in said for run in runs] == [False, False, True, True, True]
    assert "另有 2 个任务尚未结束" in said


def test_nothing_is_said_where_nothing_is_open(begin) -> None:
    assert "broken off" not in begin()
