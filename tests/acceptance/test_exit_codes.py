"""Every exit code by a command that a person could type."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RUN = ("run", "dmm", "--uut", "34401A", "--non-interactive")
DRAWN_INSIDE = 'error = "inside"\n'


def closed(cli: Any) -> dict[str, Any]:
    """Return the last event of the last run."""
    (*_, last) = cli.json("runs", "--json")
    return dict(last)


def test_0_every_point_passes(demo: Any) -> None:
    cli, done = demo
    assert done.returncode == 0
    assert closed(cli)["exit_code"] == 0


def test_1_a_unit_outside_its_specification_fails_by_name(cli: Any, bench: Callable[..., Path]) -> None:
    file = bench((DRAWN_INSIDE, 'error = "outside"\noutside = ["dcv:10"]\n'))
    done = cli(*RUN, "--bench", str(file), "--section", "dcv")
    assert done.returncode == 1, done.stderr
    shown = cli.json("show", "--json")
    failed = {point["id"] for point in shown["points"] if point["verdict"] == "fail"}
    assert failed
    assert all(name.startswith("dcv:10V:") for name in failed)
    assert set(shown["run"]["failed"]) == failed
    for name in failed:
        assert name in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["run", "dmm", "--uut", "34401A"], ["run", "no-such", "--uut", "34401A", "--sim"], ["shw"]],
)
def test_2_what_is_not_right_is_named(cli: Any, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip().count("\n") == 0
    assert not cli.home.exists() or cli("runs").returncode in (0, 2)


def test_3_conditional_points(cli: Any) -> None:
    """Against the 24-hour limits a good unit is often too near to say."""
    done = cli(*RUN, "--sim", "--seed", "1", "--interval", "24h", "--section", "dcv")
    verdicts = {point["verdict"] for point in cli.json("show", "--json")["points"]}
    assert "fail" not in verdicts
    assert verdicts & {"conditional pass", "conditional fail"}
    assert done.returncode == 3, done.stderr


def test_4_a_standard_out_of_date_refuses_before_anything_is_energised(
    cli: Any, bench: Callable[..., Path]
) -> None:
    file = bench(
        (
            'number = "SIM-CERT-5522A-001"\nissued = 2026-05-07\ndue = 2027-05-07\n',
            'number = "SIM-CERT-5522A-001"\nissued = 2024-05-07\ndue = 2025-05-07\n',
        )
    )
    done = cli(*RUN, "--bench", str(file))
    assert done.returncode == 4
    assert "SIM-CAL-01" in done.stderr
    assert "energise" not in kinds(cli)


def test_5_an_instrument_that_trips(cli: Any, bench: Callable[..., Path]) -> None:
    fault = '\n[[simulation.faults]]\nkind = "trip"\ninstrument = "calibrator"\n'
    done = cli(*RUN, "--bench", str(bench(more=fault + "after = 60\n")), "--section", "dcv")
    assert done.returncode == 5, done.stdout + done.stderr
    assert done.stderr.startswith("calibrator: ")
    assert "resume" in done.stdout, "the next step is named"
    assert "energise" in kinds(cli)
    assert closed(cli)["exit_code"] == 5


def test_7_a_meter_that_is_gone_cannot_confirm_the_safe_state(cli: Any, bench: Callable[..., Path]) -> None:
    """Standby alone is not safe: the meter reads it (METROLOGY 2), and here it is gone for good."""
    fault = '\n[[simulation.faults]]\nkind = "closed"\ninstrument = "meter"\n'
    done = cli(*RUN, "--bench", str(bench(more=fault + "after = 30\ncount = 1000\n")), "--section", "dcv")
    assert done.returncode == 7, done.stdout + done.stderr
    assert "meter" in done.stderr
    assert "safe" in done.stdout, "the next step is named"
    assert closed(cli)["exit_code"] == 7


def test_6_an_altered_record(cli: Any) -> None:
    assert cli(*RUN, "--sim", "--seed", "1", "--section", "zero-open").returncode in (0, 3)
    with sqlite3.connect(cli.home / "record.sqlite") as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f"drop trigger {name}")
        changed = database.execute(
            """update events set canonical = replace(canonical, '"index":2', '"index":9')
               where kind = 'reading'"""
        )
        assert changed.rowcount > 0
    database.close()
    done = cli("verify")
    assert done.returncode == 6
    assert "NOT intact" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to another process")
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_130_interrupted_then_resumed(cli: Any, number: int) -> None:
    process = cli.start(*RUN, "--sim", "--seed", "1", "--section", "dcv", "--json")
    for _, line in zip(range(40), process.stdout, strict=False):
        assert line
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert closed(cli)["state"] == "interrupted"
    done = cli("resume", "--non-interactive")
    assert done.returncode in (0, 3), done.stderr
    assert closed(cli)["state"] == "completed"


def kinds(cli: Any) -> list[str]:
    """Return the kinds of all events of the record, none where there is no record."""
    path = cli.home / "record.sqlite"
    if not path.exists():
        return []
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return [kind for (kind,) in database.execute("select kind from events")]
    finally:
        database.close()
