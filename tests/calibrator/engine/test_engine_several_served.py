"""Several units on a bench that another process serves: the engine is killed, the bench is not, resume.

Such a bench cannot be put back: what broke is measured again on what is there. With its scatter off two
servings show the same digits, so that the results have to be those of the run that never broke.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from calibrator.evaluation import show
from calibrator_drivers.clock import RealClock

HERE = Path(__file__).parent
LINE = HERE / "lab_procedures" / "lab_line"
GAUGES = ("SIM-GAUGE-01", "SIM-GAUGE-02")
ANSWERS = (
    'by = "T"\n[answers]\n"connect:*" = "yes"\n"hazard:*" = "yes"\n"warm-up" = "90"\n"unsafe:*" = "yes"\n'
)
SECOND = (
    '[instruments.second]\nasset = "SIM-GAUGE-02"\nmodel = "additel_681"\nserial = "SIMADT0002"\nuut = true\n'
)
STILL = (
    "noise",
    "creep",
    "hysteresis",
    "adiabatic",
    "line_leak",
    "barometer",
    "drift",
    "warm_up",
)
QUICKER = {"minimum_s=20.0": "minimum_s=0.3", "every_s=1.0": "every_s=0.05", "every_s=5.0": "every_s=0.02"}
SHORTER = {"settle_min_s = 5.0": "settle_min_s = 0.3", "hold_s = 60.0": "settle_min_s = 0.3, hold_s = 0.3"}
SPEED = "200"


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install the line's procedure as one that waits less, for the bench is served faster than life."""
    place = tmp_path / "quick"
    shutil.copytree(LINE, place / "quick_line", ignore=shutil.ignore_patterns("__pycache__"))
    for name, changes in (
        ("__init__.py", QUICKER),
        ("table.toml", SHORTER),
        ("procedure.toml", {'id = "lab_line"': 'id = "quick_line"', "warm_up_s = 600": "warm_up_s = 0"}),
    ):
        path = place / "quick_line" / name
        text = path.read_text(encoding="utf-8")
        for old, new in changes.items():
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    info = place / "quick_line-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: quick-line\nVersion: 1.0\n", encoding="utf-8"
    )
    entry = "[calibrator.procedures]\nquick_line = quick_line:PROCEDURE\n"
    (info / "entry_points.txt").write_text(entry, encoding="utf-8")
    monkeypatch.syspath_prepend(str(place))
    return str(place)


@contextmanager
def served(folder: Path) -> Iterator[Path]:
    """Serve the line with two gauges in a process of its own; yield the bench file that leads there."""
    folder.mkdir()
    effects = "\n".join(f"{name} = 0.0" for name in STILL)
    text = (LINE / "bench.toml").read_text(encoding="utf-8")
    text = text.replace("max_pressure_pa = 700000", "max_pressure_pa = 700000\nunits = { second = {} }")
    text = (
        text.replace("[environment]", f"{SECOND}\n[environment]", 1) + f"\n[simulation.effects]\n{effects}\n"
    )
    bench = folder / "bench.toml"
    bench.write_text(text, encoding="utf-8")
    command = [sys.executable, str(HERE / "served_bench.py"), str(bench), SPEED, "line"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for row in json.loads(process.stdout.readline()):
            line = f'serial = "{row["serial"]}"\n'
            text = text.replace(line, f'{line}resource = "{row["resource"]}"\n', 1)
        bench.write_text(text, encoding="utf-8")
        (folder / "answers.toml").write_text(ANSWERS, encoding="utf-8")
        yield bench
    finally:
        process.kill()
        process.communicate()


def engine(laboratory: Any, bench: Path, quick: str, **options: Any) -> str:
    """Run or resume in a process of its own; return what it printed."""
    answers = str(bench.with_name("answers.toml"))
    job = {
        "procedure": "quick_line",
        "uut": GAUGES[0],
        "further": GAUGES[1:],
        "bench": str(bench),
        "answers": answers,
        "interactive": False,
    }
    given = {"home": str(laboratory.path), "what": "run", "job": job, "answers": answers} | options
    done = subprocess.run(
        [sys.executable, str(HERE / "engine_job.py"), json.dumps(given)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": quick},
    )
    assert done.stdout, done.stderr
    return done.stdout


def shown_of(laboratory: Any) -> dict[str, Any]:
    """Return by unit what `show --json` has, without ids, wall-clock times and attempts."""
    found = {}
    with laboratory.home.open_record(RealClock(), write=False) as record:
        for summary in record.runs():
            shown = json.loads(json.dumps(show(record, summary.id)))
            for key in ("id", "opened_at", "closed_at", "batch"):
                del shown["run"][key]
            points = [{**point, "attempt": 1, "attempts": 1} for point in shown["points"]]
            found[shown["run"]["uut"]["asset"]] = {**shown, "points": points}
        assert record.verify() == ()
    return found


def counted(laboratory: Any) -> list[Counter[tuple[str, str]]]:
    """Return of each run how often each reply counts at a point."""
    found = []
    with laboratory.home.open_record(RealClock(), write=False) as record:
        for summary in record.runs():
            events = list(record.events(summary.id))
            gone = {
                seq for event in events if event.kind == "readings.discarded" for seq in event.body["seqs"]
            }
            readings = [event.body for event in events if event.kind == "reading" and event.seq not in gone]
            found.append(Counter((body["point"], body["raw"]) for body in readings))
    return found


def unbroken_and_killed(laboratory: Any, tmp_path: Path, quick: str, at: int | str) -> tuple[Any, Any]:
    whole = type(laboratory)(tmp_path / "unbroken")
    with served(tmp_path / "whole") as bench:
        assert json.loads(engine(whole, bench, quick))["exit_code"] == 0
    with served(tmp_path / "served") as bench:
        assert engine(laboratory, bench, quick, at=at, every=True, **{"break": "kill"}) == "struck\n"
        again = json.loads(engine(laboratory, bench, quick, what="resume"))
        assert again["exit_code"] == 0, again
    return whole, laboratory


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("at", ["energise 6000", "step.begun up300", "settled up600", 120, "review"])
def test_units_on_a_served_bench_go_on_together_after_a_kill(
    at: int | str, laboratory: Any, quick: str, tmp_path: Path
) -> None:
    whole, again = unbroken_and_killed(laboratory, tmp_path, quick, at)
    assert shown_of(again) == shown_of(whole)
    assert counted(again) == counted(whole)
