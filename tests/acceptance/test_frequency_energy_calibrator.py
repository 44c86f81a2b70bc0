"""Whole jobs of time bases, an energy meter in place and a calibrator over real sockets, to the document."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

PROCEDURES = Path(__file__).parents[2] / "procedures" / "calibrator_procedures"


def errors_of(cli: Any) -> dict[str, dict[str, Any]]:
    return {point["id"]: point for point in cli.json("show", "--json")["points"]}


def document(cli: Any) -> str:
    file = cli.home.parent / "document.html"
    done = cli("certificate", "--format", "html", "--out", str(file))
    assert done.returncode == 0, done.stderr
    return file.read_text(encoding="utf-8")


@pytest.mark.slow  # in process: test_frequency_evaluation.py
def test_a_counter_counts_an_oscillator_to_a_certificate(cli: Any) -> None:
    done = cli("run", "frequency", "--uut", "53230A", "--sim", "--seed", "3", "--non-interactive")
    assert done.returncode == 0, done.stderr
    point = errors_of(cli)["freq:10000000Hz"]
    assert 0.0 < abs(float(point["error"])) < 10.0
    assert 1e-5 < float(point["U"]) < 1e-3
    assert point["figure_status"]["limit"] == "memory_medium"
    page = document(cli)
    for words in ("SIMULATED", "SIMGPSDO001", "allan deviation", "时基频率校准"):
        assert words in page, words


@pytest.mark.slow
def test_a_generator_that_was_killed_goes_on_at_its_point(cli: Any) -> None:
    job = ("run", "frequency", "--uut", "33220A", "--sim", "--seed", "3", "--non-interactive")
    whole = cli(*job)
    assert whole.returncode == 0, whole.stderr
    unbroken = {name: point["error"] for name, point in errors_of(cli).items()}
    running = cli.start(*job, "--json")
    for line in running.stdout:
        event = json.loads(line)
        if event["kind"] == "reading" and event["body"]["point"] == "freq:1000000Hz":
            running.send_signal(signal.SIGKILL)
            break
    running.stdout.close()
    assert running.wait(timeout=60) != 0
    resumed = cli("resume", "--non-interactive")
    assert resumed.returncode == 0, resumed.stderr
    assert {name: point["error"] for name, point in errors_of(cli).items()} == unbroken


@pytest.mark.slow
def test_an_oscillator_that_is_not_locked_gives_no_result(cli: Any, tmp_path: Path) -> None:
    text = (PROCEDURES / "frequency" / "bench-keysight_53230a.toml").read_text(encoding="utf-8")
    line = 'joins = ["oscillator"]'
    assert line in text
    bench = tmp_path / "bench.toml"
    bench.write_text(text.replace(line, f"{line}\nantenna = false"), encoding="utf-8")
    done = cli("run", "frequency", "--uut", "53230A", "--bench", str(bench), "--non-interactive")
    assert done.returncode == 3, done.stderr
    assert errors_of(cli)["freq:10000000Hz"]["verdict"] == "undetermined"


@pytest.mark.slow
def test_an_energy_meter_in_place_at_two_loads(cli: Any) -> None:
    done = cli("run", "energy_meter", "--uut", "SDM630", "--sim", "--seed", "2", "--non-interactive")
    assert done.returncode in (0, 3), done.stderr
    found = errors_of(cli)
    assert set(found) == {"high:error", "half:error"}
    for point in found.values():
        assert abs(float(point["error"])) < 1.5
        assert 0.1 < float(point["U"]) < 1.0
    asked = [event for event in done.stdout.splitlines() if "current transformer" in event]
    assert asked, "the checklist of METROLOGY 7 was not asked"


@pytest.mark.slow
def test_a_calibrator_against_a_meter_near_a_ratio_of_one(cli: Any) -> None:
    job = ("run", "calibrator_dc", "--uut", "5522A", "--sim", "--seed", "1", "--non-interactive")
    done = cli(*job, "--section", "dcv", "--interval", "90d")
    assert done.returncode == 3, done.stderr  # the guard band leaves some points conditional
    found = errors_of(cli)
    assert len(found) == 21
    ten = found["dcv:32.99999V:+10V"]
    assert 7e-5 < float(ten["U"]) < 9e-5
    assert ten["limit"] == "0.00012"
    assert {"pass", "conditional pass"} <= {point["verdict"] for point in found.values()}
