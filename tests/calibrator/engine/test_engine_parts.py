"""Any part of a bench, over real sockets: a pressure line, a probe in a block."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import Job, plan
from calibrator.engine._steps import steps_of
from calibrator.evaluation import recompute
from calibrator.procedure import load
from calibrator_drivers.clock import Deadline, RealClock

HERE = Path(__file__).parent
CONFORMS = 'kind = "specification conformity"'
UNITS = {"lab_line": "ADT681", "lab_block": "lab_pt100_probe"}


def job_of(name: str, **changes: Any) -> Job:
    given = {"sim": True, "seed": 3, "uut": UNITS[name]} | changes
    return Job(name, **given)


def killed(laboratory: Any, site: list[str], name: str, at: str) -> None:
    given = {
        "home": str(laboratory.path),
        "what": "run",
        "at": at,
        "break": "kill",
        "job": {"procedure": name, "uut": UNITS[name], "sim": True, "seed": 3},
    }
    command = [sys.executable, str(HERE / "engine_job.py"), json.dumps(given)]
    path = os.pathsep.join(site)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": path}
    )
    assert done.stdout == "struck\n", done.stderr


def test_a_gauge_on_a_line_is_measured_vented_and_recomputed(laboratory: Any, site: list[str]) -> None:
    outcome = laboratory.run(job_of("lab_line"))
    assert outcome.exit_code == 0, outcome
    shown = laboratory.results()
    assert [point["id"] for point in shown["points"]] == ["up300", "up600", "down300"]
    up = shown["points"][0]
    assert (len(up["readings"]), len(up["parts"]["source"])) == (4, 4)
    assert up["standard"] == "SIM-PACE-01"
    assert {line["name"] for line in up["budget"]} >= {"indication", "standard", "resolution"}
    # the ladder of METROLOGY 3: a hundredth of the pressure, then the leak test at a tenth
    proofs = laboratory.bodies("proof")
    assert [(body["expect"], body["passed"]) for body in proofs] == [("read", True), ("hold", True)]
    # what is held between points stays recorded as energised, and the vent is confirmed by the line itself
    assert [body["point"] for body in laboratory.bodies("held")] == ["proof:cycle"] * 2 + [
        "up300",
        "up600",
        "down300",
    ]
    review, closing = laboratory.bodies("safe")[-2:]
    for body in (review, closing):
        assert [source["unit"] for source in body["sources"]] == ["Pa"]
        assert float.fromhex(body["sources"][0]["indicated"]) < 1000.0
        assert body["sources"][0]["confirmed"] is True
    assert {body["what"] for body in laboratory.bodies("decision")} == {"settled"}
    assert Counter(body["use"] for body in laboratory.bodies("reading"))["look"] == 3
    with laboratory.home.open_record(RealClock(), write=False) as record:
        assert recompute(record, record.find_run("last"), traffic=laboratory.home.traffic) == ()


def test_a_probe_without_a_driver_is_read_by_its_readout(laboratory: Any, site: list[str]) -> None:
    outcome = laboratory.run(job_of("lab_block"))
    assert outcome.exit_code == 0, outcome
    shown = laboratory.results()
    assert shown["run"]["uut"]["asset"] == "SIM-PROBE-01"
    deep, shallow, cooler = shown["points"]
    assert deep["answers"] == {"ice": "0.25"}
    # each point has the figures of the wiring in which it was read
    place = {p["id"]: next(x for x in p["budget"] if x["name"] == "place")["u"] for p in shown["points"]}
    assert float(place["shallow60"]) > 3 * float(place["deep60"])
    # the stem of a shallow probe is cooler than that of its standard, more so where the block is hotter
    assert float(shallow["error"]) < float(cooler["error"]) < -0.2 < float(deep["error"])
    asked = [body["prompt"] for body in laboratory.bodies("prompt.asked")]
    assert asked.count("wire:shallow") == 1
    assert asked.count("hazard:depths") == 1
    last = laboratory.bodies("safe")[-1]["sources"][0]
    assert (last["confirmed"], last["reported"], last["unit"]) == (True, "standby", "degC")
    hot = [body for body in laboratory.bodies("held") if body["unit"] == "degC"]
    assert len(hot) == 3
    with laboratory.home.open_record(RealClock(), write=False) as record:
        assert recompute(record, record.find_run("last")) == ()


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("lab_line", "decision down300"),  # the second cycle begins again, the first stays
        # in the wiring that the section does not begin with
        pytest.param("lab_block", "settled shallow60", marks=pytest.mark.slow),
        pytest.param("lab_line", "decision up300", marks=pytest.mark.slow),
        pytest.param("lab_line", "step.begun down300", marks=pytest.mark.slow),
        pytest.param("lab_line", "safe", marks=pytest.mark.slow),
        pytest.param("lab_block", "energise 40", marks=pytest.mark.slow),
        pytest.param("lab_block", "prompt.answered", marks=pytest.mark.slow),
    ],
)
def test_killed_and_resumed_gives_the_results_of_the_unbroken_run(
    name: str, at: str, laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    unbroken = type(laboratory)(tmp_path / "unbroken")
    unbroken.run(job_of(name))
    killed(laboratory, site, name, at)
    assert laboratory.resume().exit_code == 0
    assert counted(laboratory.results()) == counted(unbroken.results())
    assert laboratory.findings() == ()
    if at == "decision down300":
        begun = Counter(body["point"] for body in laboratory.bodies("step.begun") if body["kind"] == "point")
        assert begun == {"zero": 1, "up300": 1, "up600": 2, "down300": 2}


def counted(shown: dict[str, Any]) -> dict[str, Any]:
    """Return results without how often a point was begun: a cycle that broke begins again from its first."""
    points = [{**point, "attempt": 1, "attempts": 1} for point in shown["points"]]
    return {**shown, "points": points}


def changed(name: str, folder: Path, change: Mapping[str, str]) -> Path:
    """Write the bench of a procedure with something else in it."""
    text = load(name).info.simulated_bench
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "bench.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        ("lab_line", {"max_pressure_pa = 700000": "max_pressure_pa = 500000"}, "above-wiring"),
        ("lab_line", {CONFORMS: f'{CONFORMS}\nfunctions = ["dcv"]'}, "certificate-function"),
        ("lab_block", {"max_temperature_c = 140\n": "max_voltage_v = 1\nmax_current_a = 1\n"}, "no-maximum"),
        ("lab_block", {'standard = "readout", ': ""}, "no-part"),
        ("lab_block", {"due = 2027-05-07": "due = 2026-05-08"}, "certificate-expired"),
        ("lab_block", {"place = {": "other = {"}, "figure-missing"),
    ],
)
def test_every_part_that_realises_a_value_is_checked_before_anything_is_energised(
    name: str, change: Mapping[str, str], code: str, laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    bench = changed(name, tmp_path, change)
    job = job_of(name, sim=False, bench=bench)
    assert code in {item.code for item in plan(job, laboratory.home).refused}
    with pytest.raises(RefusedError):
        laboratory.run(job)
    assert laboratory.runs() == 0


def test_a_plan_says_what_may_be_expected_where_the_procedure_says_what_it_will_read(
    laboratory: Any, site: list[str]
) -> None:
    made = plan(job_of("lab_line"), laboratory.home)
    assert made.refused == ()
    expected = {point.id: point.expected_U for point in made.points}
    assert expected["zero"] is None
    assert 10.0 < (expected["up600"] or 0.0) < 500.0
    planned = plan(job_of("lab_block"), laboratory.home)
    assert {point.expected_U for point in planned.points} == {None}
    prompts = [prompt.id for prompt in planned.prompts]
    assert prompts[1:4] == ["connect:depths", "hazard:depths", "wire:deep"]
    assert "ask:deep60:ice" in prompts


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_an_engine_that_dies_under_pressure_leaves_a_vented_line(
    laboratory: Any, site: list[str], tmp_path: Path
) -> None:
    """METROLOGY 1, 2: the guard vents on a session of its own, and the line itself confirms it."""
    bench = tmp_path / "bench.toml"
    text = load("lab_line").info.simulated_bench
    bench.write_text(text, encoding="utf-8")
    serving = [sys.executable, str(HERE / "served_bench.py"), str(bench), "20", "line"]
    served = subprocess.Popen(serving, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None
        for row in json.loads(served.stdout.readline()):
            line = f'serial = "{row["serial"]}"\n'
            text = text.replace(line, f'{line}resource = "{row["resource"]}"\n', 1)
        bench.write_text(text, encoding="utf-8")
        killed_on(laboratory, site, bench, "proof")  # at 6 kPa
        report = awaited(laboratory.path / "guard")
    finally:
        served.kill()
        served.communicate()
    assert report["confirmed"] is True
    assert [source["asset"] for source in report["sources"]] == ["SIM-PACE-01"]
    assert report["sources"][0]["unit"] == "Pa"
    assert report["sources"][0]["indicated"] < 1000.0


def killed_on(laboratory: Any, site: list[str], bench: Path, at: str) -> None:
    """Run the job on a served bench until it is killed."""
    answers = bench.with_name("answers.toml")
    told = '"connect:*" = "yes"\n"warm-up" = "90"\n'
    answers.write_text(f'by = "T"\n[answers]\n{told}', encoding="utf-8")
    job = {"procedure": "lab_line", "uut": "ADT681", "bench": str(bench), "answers": str(answers)}
    given = {"home": str(laboratory.path), "what": "run", "at": at, "break": "kill"}
    command = [sys.executable, str(HERE / "engine_job.py"), json.dumps(given | {"job": job})]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(site)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=100)
    assert done.stdout == "struck\n", done.stderr


def awaited(folder: Path) -> dict[str, Any]:
    """Wait for the guard's last report; a test fails by it, not by a time that a busy machine needs."""
    clock = RealClock()
    deadline = Deadline.after(clock, 60.0)
    report: dict[str, Any] = {}
    while not deadline.passed() and not report.get("confirmed"):
        clock.sleep(0.1)
        for path in folder.glob("*.json"):
            report = json.loads(path.read_text(encoding="utf-8"))
    return report


def test_what_was_found_is_sealed_before_anything_is_adjusted(laboratory: Any, site: list[str]) -> None:
    """METROLOGY 23: as-found and as-left are result sets of their own, with who adjusted what and why."""
    found = laboratory.run(job_of("lab_line"))
    said = {"adjustment": "zero of the gauge", "because": "it was off by 3 digits", "person": "w.li"}
    left = laboratory.run(job_of("lab_line", after=found.run, **said))
    assert (found.exit_code, left.exit_code) == (0, 0)
    opened = {run: laboratory.events(run, kinds={"run.opened"})[0].body for run in (found.run, left.run)}
    assert [opened[run]["pass"] for run in (found.run, left.run)] == ["as-found", "as-left"]
    sealed = laboratory.events(found.run, kinds={"run.closed"})[-1]
    adjustment = opened[left.run]["adjustment"]
    assert (adjustment["after"], adjustment["head"]) == (found.run, sealed.hash)
    assert (adjustment["what"], adjustment["by"]) == ("zero of the gauge", "w.li")
    assert laboratory.register("adjustment.recorded")[0]["run"] == left.run
    assert laboratory.bodies("prompt.asked")[0]["prompt"] == "adjustment"
    assert laboratory.results()["run"]["pass"] == "as-left"
    with pytest.raises(RefusedError) as caught:  # what was left is not what was found
        laboratory.run(job_of("lab_line", after=left.run, **said))
    assert caught.value.code == "as-found-of-another"
    with pytest.raises(UsageError) as refused:
        laboratory.run(job_of("lab_line", after=found.run, adjustment="zero", because="it was off"))
    assert refused.value.code == "adjustment-incomplete"
    with pytest.raises(UsageError) as none:
        laboratory.run(job_of("lab_block", after=found.run, **said))
    assert none.value.code == "adjustment-not-permitted"


def test_a_point_of_a_cycle_is_not_repeated_alone(site: list[str]) -> None:
    """A gauge remembers how it came to a pressure: the whole cycle is measured again."""
    (section,) = load("lab_line").sections("additel_681")
    steps = steps_of([section], repeats={"cycle": [("down300",)]})
    assert [step.point for step in steps if step.attempt == 2 and step.kind == "point"] == [
        "up600",
        "down300",
    ]
