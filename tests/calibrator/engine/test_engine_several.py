"""Several units at once: one soak and one standard, a run of its own for each, and all of them resumed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import Job, Outcome, StopSignal, resume
from calibrator.evaluation import recompute, show
from calibrator.procedure import load
from calibrator_drivers.clock import RealClock

HERE = Path(__file__).parent
GAUGES = ("SIM-GAUGE-01", "SIM-GAUGE-02")
UNITS = {"lab_line": GAUGES[0], "lab_block": "lab_pt100_probe"}


def job_of(name: str, **changes: Any) -> Job:
    given = {"sim": True, "seed": 3, "uut": UNITS[name]} | changes
    return Job(name, **given)


def changed(name: str, folder: Path, change: dict[str, str]) -> Path:
    """Write the bench of a procedure with something else in it."""
    text = load(name).info.simulated_bench
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


def several(name: str, folder: Path) -> Path:
    """Write the bench of a procedure with a second unit beside the first."""
    if name == "lab_line":
        unit = (
            '[instruments.second]\nasset = "SIM-GAUGE-02"\nmodel = "additel_681"\nserial = "SIMADT0002"\n'
            "uut = true\n"
        )
        wired = {"max_pressure_pa = 700000": "max_pressure_pa = 700000\nunits = { second = {} }"}
    else:
        unit = (
            '[instruments.second]\nasset = "SIM-PROBE-02"\nmodel = "lab_pt100_probe"\nserial = "SIMPROBE2"\n'
            "artefact = true\nuut = true\n"
        )
        probe = 'probes."readout:103" = { serial = "SIMPROBE2", kind = "pt100", depth_mm = 150, bore = 2 }'
        further = f'units = {{ second = {{ reader = "readout", channel = 103 }} }}\n{probe}'
        wired = {"max_temperature_c = 140": f"max_temperature_c = 140\n{further}"}
    text = load(name).info.simulated_bench
    path = changed(name, folder, wired)
    path.write_text(
        path.read_text(encoding="utf-8").replace("[environment]", f"{unit}\n[environment]", 1),
        encoding="utf-8",
    )
    assert len(path.read_text(encoding="utf-8")) > len(text)
    return path


@pytest.mark.parametrize("name", ["lab_line", pytest.param("lab_block", marks=pytest.mark.slow)])
def test_a_second_unit_costs_its_own_readings_and_not_another_soak(
    name: str, laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    bench = several(name, tmp_path)
    units = {"lab_line": ("SIM-GAUGE-01", "SIM-GAUGE-02"), "lab_block": ("SIM-PROBE-01", "SIM-PROBE-02")}[
        name
    ]
    alone = laboratory.run(job_of(name, sim=False, bench=bench, uut=units[0]))
    both = laboratory.run(job_of(name, sim=False, bench=bench, uut=units[0], further=units[1:]))
    assert [len(both.further), both.exit_code] == [1, 0]
    assert both.duration_s <= 1.3 * alone.duration_s
    shown = []
    with laboratory.home.open_record(RealClock(), write=False) as record:
        for outcome in (both, *both.further):
            assert recompute(record, outcome.run, traffic=laboratory.home.traffic) == ()
            shown.append(json.loads(json.dumps(show(record, outcome.run))))
        assert record.verify() == ()
    assert [item["run"]["uut"]["asset"] for item in shown] == list(units)
    first, second = ([point["error"] for point in item["points"]] for item in shown)
    assert len(first) == len(second) == 3
    assert first != second
    # one standard: the same readings of it, and the same shared error, in both runs
    part = {"lab_line": "source", "lab_block": "standard"}[name]
    assert [p["parts"][part] for p in shown[0]["points"]] == [p["parts"][part] for p in shown[1]["points"]]
    with pytest.raises(UsageError) as caught:
        laboratory.run(job_of(name, sim=False, bench=bench, uut=units[0], further=units[:1]))
    assert caught.value.code == "units-differ"


@pytest.mark.slow
def test_eight_gauges_on_one_standard(laboratory: Any, site: list[str], tmp_path: Path) -> None:
    text = load("lab_line").info.simulated_bench
    names = [f"g{number}" for number in range(2, 9)]
    units = ", ".join(f"{name} = {{}}" for name in names)
    text = text.replace("max_pressure_pa = 700000", f"max_pressure_pa = 700000\nunits = {{ {units} }}")
    for name in names:
        text = text.replace(
            "[environment]",
            f'[instruments.{name}]\nasset = "SIM-{name}"\nmodel = "additel_681"\nserial = "SIM{name}"\n'
            "uut = true\n\n[environment]",
            1,
        )
    bench = tmp_path / "bench.toml"
    bench.write_text(text, encoding="utf-8")
    alone = laboratory.run(job_of("lab_line", sim=False, bench=bench, uut="SIM-GAUGE-01"))
    further = tuple(f"SIM-{name}" for name in names)
    all_ = laboratory.run(job_of("lab_line", sim=False, bench=bench, uut="SIM-GAUGE-01", further=further))
    assert (len(all_.further), all_.exit_code) == (7, 0)
    sys.stdout.write(f"simulated: one {alone.duration_s:.0f} s, eight {all_.duration_s:.0f} s\n")
    assert all_.duration_s <= 1.3 * alone.duration_s


def both(laboratory: Any, bench: Path, **options: Any) -> Outcome:
    """Measure both gauges at once."""
    job = job_of("lab_line", sim=False, bench=bench, uut=GAUGES[0], further=GAUGES[1:])
    return laboratory.run(job, **options)


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
            assert recompute(record, summary.id) == ()
        assert record.verify() == ()
    return found


def check_each(laboratory: Any, unbroken: Any) -> None:
    """Each unit has the results of the run that never broke, and no reading is lost or counted twice."""
    assert shown_of(laboratory) == shown_of(unbroken)
    with laboratory.home.open_record(RealClock(), write=False) as record:
        runs = [summary.id for summary in record.runs()]
        assert {summary.state for summary in record.runs()} == {"completed"}
    assert len(runs) == len(GAUGES)
    with unbroken.home.open_record(RealClock(), write=False) as record:
        wholes = [summary.id for summary in record.runs()]
    for run, whole in zip(runs, wholes, strict=True):
        assert counted(laboratory.events(run)) == counted(unbroken.events(whole))


def counted(events: list[Any]) -> Counter[str]:
    """Return how many readings of each point count."""
    gone = {seq for event in events if event.kind == "readings.discarded" for seq in event.body["seqs"]}
    readings = (event for event in events if event.kind == "reading" and event.seq not in gone)
    return Counter(event.body["point"] for event in readings)


@pytest.fixture
def unbroken(laboratory: Any, site: list[str], tmp_path: Path) -> Any:
    whole = type(laboratory)(tmp_path / "unbroken")
    assert both(whole, several("lab_line", tmp_path)).exit_code == 0
    return whole


def test_units_that_were_stopped_together_go_on_together(
    laboratory: Any, unbroken: Any, tmp_path: Path
) -> None:
    bench, stop = several("lab_line", tmp_path), StopSignal()

    def at_the_second_point(event: Any) -> None:
        if event.kind == "reading" and event.body["point"] == "up600":
            stop.set("SIGINT")

    outcome = both(laboratory, bench, then=at_the_second_point, stop=stop)
    assert (outcome.exit_code, len(outcome.further)) == (130, 1)
    assert "calibrator resume" in outcome.message
    again = resume(outcome.further[0].run, laboratory.home)  # whichever of them is named
    assert (again.run, again.exit_code) == (outcome.run, 0)
    assert [item.run for item in again.further] == [item.run for item in outcome.further]
    check_each(laboratory, unbroken)
    with pytest.raises(RefusedError) as caught:
        resume(outcome.run, laboratory.home)
    assert caught.value.code == "nothing-to-resume"


def strike(laboratory: Any, site: list[str], bench: Path, at: int) -> bool:
    """Measure both in a process of its own that is killed behind its `at`-th event, of whichever unit."""
    job = {"procedure": "lab_line", "uut": GAUGES[0], "further": GAUGES[1:], "bench": str(bench), "seed": 3}
    given = {
        "home": str(laboratory.path),
        "what": "run",
        "at": at,
        "break": "kill",
        "every": True,
        "job": job,
    }
    done = subprocess.run(
        [sys.executable, str(HERE / "engine_job.py"), json.dumps(given)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(site)},
    )
    assert done.stdout.startswith(("struck\n", "{")), done.stderr
    return done.stdout == "struck\n"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("at", [*range(2, 200, 9), 199])
def test_killed_units_go_on_together(
    at: int, laboratory: Any, unbroken: Any, site: list[str], tmp_path: Path
) -> None:
    """Every other event is one of the second unit's that the first one's run has not yet."""
    assert strike(laboratory, site, several("lab_line", tmp_path), at)
    assert laboratory.resume().exit_code == 0
    check_each(laboratory, unbroken)


@pytest.mark.slow
def test_units_of_which_one_run_was_never_opened_begin_anew(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    assert strike(laboratory, site, several("lab_line", tmp_path), 1)
    with pytest.raises(RefusedError) as caught:
        laboratory.resume()
    assert caught.value.code == "batch-not-begun"
