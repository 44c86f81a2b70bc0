"""Two stations that share a record in PostgreSQL: what each sees, and what it leaves alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def stations(cli: Any, database: str, tmp_path: Path) -> tuple[Any, Any]:
    """The command line of two stations, each with a home of its own."""
    made = []
    for name in ("bench-1", "bench-2"):
        home = tmp_path / name
        home.mkdir()
        text = f"[record]\nurl = {json.dumps(database)}\nstation = {json.dumps(name)}\n"
        (home / "calibrator.toml").write_text(text, encoding="utf-8")
        made.append(type(cli)(home))
    return made[0], made[1]


@pytest.mark.slow
def test_one_station_measures_and_the_other_reads(stations: tuple[Any, Any], tmp_path: Path) -> None:
    one, two = stations
    done = one("run", "dmm", "--uut", "34401A", "--sim", "--seed", "3", "--section", "zero-open")
    assert done.returncode == 0, done.stderr
    assert not (one.home / "record.sqlite").exists()
    (run,) = two.json("runs", "--json")
    shown = one.json("show", "--json")
    assert two.json("show", run["id"], "--json") == shown
    assert two("verify").returncode == 0
    document = tmp_path / "there.json"
    assert two("certificate", run["id"], "--format", "json", "--out", str(document)).returncode == 0
    assert one("verify", str(document)).returncode == 0
    # "last" is a station's own, and another station's bench is out of reach
    last = two("show", "--json")
    assert (last.returncode, "There is no run" in last.stderr) == (2, True)
    assert "Nothing is recorded as energised" in two("safe").stdout


def test_a_run_goes_on_only_where_it_began(stations: tuple[Any, Any]) -> None:
    one, two = stations
    arguments = ("--sim", "--seed", "3", "--section", "zero-open", "--json")
    process = one.start("run", "dmm", "--uut", "34401A", *arguments)
    for line in process.stdout:
        event = json.loads(line)
        if event["kind"] == "reading":
            break
    process.kill()
    process.communicate()
    run = event["stream"]
    refused = two("resume", run)
    assert (refused.returncode, "begun at another station, bench-1" in refused.stderr) == (4, True)
    done = one("resume")
    assert done.returncode == 0, done.stderr
    assert two("verify").returncode == 0


def test_a_shared_record_without_the_stations_name_is_refused(cli: Any, database: str) -> None:
    cli.home.mkdir()
    text = f"[record]\nurl = {json.dumps(database)}\n"
    (cli.home / "calibrator.toml").write_text(text, encoding="utf-8")
    done = cli("runs")
    assert (done.returncode, "record.station" in done.stderr) == (2, True)
