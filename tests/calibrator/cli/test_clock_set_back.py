"""A clock set back: the next command that writes says so, once, beside the event of the register."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from calibrator.cli import main
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

LAB = """
name = "Lab"
timezone = "UTC"
[[person]]
id = "li"
name = "Li Wei"
roles = ["technician"]
"""
OPENED = {
    "procedure": {"id": "dmm"},
    "uut": {"model": "keysight_34401a", "asset": "DMM-01", "serial": "MY1"},
}
SAID = {"en": "the clock was set back, or was ahead then", "zh": "时钟被调回过，或当时走快"}


class Ahead(RealClock):
    """A clock that somebody sets back by three hours after what it was here."""

    def now(self):
        return super().now() + timedelta(hours=3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "lab.toml").write_text(LAB, encoding="utf-8")
    return home


def written(home: Path, clock: RealClock, *, run: str = "simulated") -> str:
    """Write an event of the register and an open run to a home, as a process that was killed leaves them."""
    with Record.open(home, clock=clock, heads=home.with_name("home.heads.jsonl")) as record:
        name = record.new_run()
        record.append(name, "run.opened", OPENED | {"mode": run})
        return name


def said(home: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    main(["--home", str(home), *arguments])
    return capsys.readouterr().err


def events(home: Path) -> list[str]:
    with Record.open(home, clock=RealClock(), write=False) as record:
        return [event.body["stream"] for event in record.events("register", kinds={"clock.went_back"})]


NEW_LOG = ("heads", "--reason", "disk changed", "--person", "li")
RUN = ("run", "no_such_procedure", "--uut", "X", "--sim")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_command_that_writes_says_that_the_clock_was_set_back_once(
    home: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    written(home, Ahead())
    told = said(home, capsys, "--language", language, *NEW_LOG)
    assert SAID[language] in told
    assert events(home) == ["register"]
    assert SAID[language] not in said(home, capsys, "--language", language, *NEW_LOG)
    assert events(home) == ["register"]


@pytest.mark.parametrize("command", [RUN, ("resume",), ("safe",)])
def test_run_resume_and_safe_say_it(
    home: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    written(home, Ahead())
    assert SAID["en"] in said(home, capsys, *command)


def test_an_open_live_run_counts_where_the_register_is_older(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = written(home, RealClock(), run="live")
    with Record.open(home, clock=RealClock()) as record:
        record.append(run, "reading", {"point": "p", "attempt": 1, "use": "result", "value": 1.0,
                                       "unit": "V", "raw": "1"}, at=Ahead().now())  # fmt: skip
    assert SAID["en"] in said(home, capsys, *RUN)


def test_the_time_of_a_simulated_bench_is_no_clock(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = written(home, RealClock())
    with Record.open(home, clock=RealClock()) as record:
        record.append(run, "resumed", {}, at=Ahead().now())
    assert SAID["en"] not in said(home, capsys, *RUN)


def test_a_clock_that_goes_on_says_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(home, RealClock())
    assert "set back" not in said(home, capsys, *RUN)
    assert "set back" not in said(home, capsys, *NEW_LOG)
