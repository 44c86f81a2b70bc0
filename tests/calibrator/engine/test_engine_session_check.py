"""The check of the standard on the simulated bench: before the first point, after the last (METROLOGY 24)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.engine import Job, SimulatedOperator, plan
from calibrator.engine._leftovers import quantity_in
from calibrator.evidence import all_cells, as_text, explain, find_document
from calibrator_drivers.clock import RealClock

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "simulated-session-check.toml"
HELPER = Path(__file__).parent / "engine_job.py"
FAULTY_LEADS = """
[wirings.check-faulty] # leads with a thermal voltage of 2 mV, as after a warm hand on a bad junction
from = "calibrator"
to = "check"
terminals = "normal-input"
max_voltage_v = 1000
max_current_a = 3
lead_resistance_ohm = { value = 0.05, half_width = 0.05, source = "x", status = "checked" }
emf_v = { value = 2e-3, half_width = 1e-9, source = "x", status = "checked" }

[session_check]
meter"""


def bench_of(laboratory: Any, *changes: tuple[str, str]) -> Path:
    """Write the example bench with some of its text replaced."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in (("[session_check]\nmeter", FAULTY_LEADS), *changes):
        assert old in text, old
        text = text.replace(old, new)
    path = Path(laboratory.path.parent / f"{laboratory.path.name}-check.toml")
    path.write_text(text, encoding="utf-8")
    return path


def job_on(bench: Path, sections: Sequence[str] = ("zero-open",), **changes: Any) -> Job:
    return Job("dmm", "34401A", bench=bench, sections=tuple(sections), **changes)


def unlimited(bench: Path) -> Path:
    """Leave the limits of all points to the first four recorded checks."""
    lines = bench.read_text(encoding="utf-8").splitlines()
    begin, end = lines.index("[session_check]"), lines.index("[environment]")
    left = ("reference", "limit", "status", "source =")
    kept = [line for line in lines[begin + 1 : end] if not line.startswith(left)]
    text = [*lines[:begin], "[session_check]", "baseline = 4", *kept, *lines[end:]]
    bench.write_text("\n".join(text), encoding="utf-8")
    return bench


def test_the_check_stands_around_everything_and_reads_the_check_standard(laboratory: Any) -> None:
    outcome = laboratory.run(job_on(bench_of(laboratory)))
    assert outcome.exit_code == 0
    points = [body["point"] for body in laboratory.bodies("step.begun") if body["kind"] == "point"]
    assert [point.partition(":")[0] for point in points] == ["opening-check"] * 4 + ["dci"] * 4 + [
        "closing-check"
    ] * 4
    by = {body["point"].partition("-check")[0]: body["asset"] for body in laboratory.bodies("reading")}
    assert (by["opening"], by["closing"]) == ("SIM-CHK-01", "SIM-CHK-01")
    assert set(by.values()) == {"SIM-CHK-01", "SIM-DMM-01"}
    assert [(body["phase"], body["passed"]) for body in laboratory.bodies("session.checked")] == [
        ("opening", True),
        ("closing", True),
    ]
    proofs = [body["section"] for body in laboratory.bodies("proof") if body["passed"]]
    assert [name for name in proofs if "check" in name] == [
        "opening-check:check-volts",
        "opening-check:check-ohms4w",
        "closing-check:check-volts",
        "closing-check:check-ohms4w",
    ]
    for safe in laboratory.bodies(
        "safe"
    ):  # looked at by the check standard's own meter while it is on the leads
        assert all(source["confirmed"] for source in safe["sources"])
    shown = laboratory.results()
    assert shown["run"]["session_check"]["state"] == "passed"
    assert [point["id"].partition(":")[0] for point in shown["points"]] == ["dci"] * 4
    assert laboratory.findings() == ()
    recomputed(laboratory)


def recomputed(laboratory: Any) -> None:
    from calibrator.evaluation import recompute
    from calibrator_drivers.clock import RealClock

    with laboratory.home.open_record(RealClock(), write=False) as record:
        run = record.find_run("last")
        assert recompute(record, run, traffic=laboratory.home.traffic) == ()


def test_a_departure_on_the_certificate_is_walked_to_the_readings_of_the_check_standard(
    laboratory: Any,
) -> None:
    laboratory.run(job_on(bench_of(laboratory)))
    with laboratory.home.open_record(RealClock(), write=False) as record:
        document = find_document(record, "last")
        cells = [name for name in all_cells(record, document) if name.startswith("check/")]
        texts = {name: as_text(explain(record, document, name, laboratory.home.traffic)) for name in cells}
    readings = [body for body in laboratory.bodies("reading") if body["use"] == "result"]
    for name, text in texts.items():
        _, point, phase = name.split("/")
        own = [body for body in readings if body["point"] == f"{phase}-check:{point}"]
        assert text.count("bytes on the wire") == len(own)
        assert (phase == "limit") != bool(own)
    assert len(texts) == 4 * 3


def test_a_failed_opening_check_ends_the_run_before_anything_is_measured(laboratory: Any) -> None:
    operator = SimulatedOperator(connects={"opening-check:check-volts": "check-faulty"})
    outcome = laboratory.run(job_on(bench_of(laboratory)), operator)
    assert (outcome.exit_code, outcome.code) == (5, "opening-check-failed")
    assert "SIM-CAL-01" in outcome.message
    assert {body["asset"] for body in laboratory.bodies("reading")} == {"SIM-CHK-01"}
    assert laboratory.bodies("safe")[-1]["sources"][0]["confirmed"]
    with pytest.raises(RefusedError, match="the run is over") as caught:
        laboratory.resume()
    assert (caught.value.exit_code, caught.value.code) == (4, "opening-check-failed")
    recomputed(laboratory)


def test_a_failed_closing_check_makes_the_session_provisional(laboratory: Any) -> None:
    operator = SimulatedOperator(connects={"closing-check:check-volts": "check-faulty"})
    outcome = laboratory.run(job_on(bench_of(laboratory)), operator)
    assert (outcome.exit_code, outcome.verdict) == (3, "undetermined")
    assert "provisional" in outcome.message
    closing = laboratory.bodies("run.closed")[-1]
    assert (closing["outcome"], closing["provisional"]) == ("completed", True)
    shown = laboratory.results()
    assert (shown["run"]["verdict"], shown["run"]["session_check"]["provisional"]) == ("undetermined", True)
    assert {point["verdict"] for point in shown["points"]} == {"pass"}  # as measured; the session is in doubt
    recomputed(laboratory)


def test_a_fail_stays_a_fail_in_a_provisional_session(laboratory: Any) -> None:
    out = ('error = "inside"\npopulation = "two-term"\nwidth = 0.5', 'error = "outside"\noutside = ["dci"]')
    operator = SimulatedOperator(connects={"closing-check:check-volts": "check-faulty"})
    outcome = laboratory.run(job_on(bench_of(laboratory, out), ("dci",)), operator)
    assert (outcome.exit_code, outcome.verdict) == (1, "fail")
    recomputed(laboratory)


INSTANTS = {
    "judged and not done": ("session.checked", "opening"),
    "in the closing check": ("energise", "closing-check:dcv:1V:+1V"),
}


def killed_and_resumed(place: Any, at: int) -> None:
    """Kill a run behind its `at`-th event, in a process of its own, and go on with it here."""
    job = {"procedure": "dmm", "uut": "34401A", "bench": str(bench_of(place)), "sections": ["zero-open"]}
    given = {"home": str(place.path), "what": "run", "at": at, "break": "kill", "job": job}
    done = subprocess.run(
        [sys.executable, str(HELPER), json.dumps(given)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "struck\n", done.stderr
    assert place.resume().exit_code == 0


@pytest.mark.slow
def test_killed_in_a_check_and_resumed(laboratory: Any, tmp_path: Path) -> None:
    unbroken = laboratory
    assert unbroken.run(job_on(bench_of(unbroken))).exit_code == 0
    for name, (kind, what) in INSTANTS.items():
        place = type(unbroken)(tmp_path / name.replace(" ", "-"))
        at = next(e.seq for e in unbroken.events() if e.kind == kind and what in e.body.values())
        killed_and_resumed(place, at)
        assert place.findings() == (), name
        assert place.results() == unbroken.results(), name
        steps = Counter(body["step"] for body in place.bodies("step.done"))
        assert set(steps.values()) == {1}, name
        recomputed(place)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_behind_every_17th_event_and_resumed(laboratory: Any, tmp_path: Path) -> None:
    unbroken = laboratory
    assert unbroken.run(job_on(bench_of(unbroken))).exit_code == 0
    for at in range(2, len(unbroken.events()), 17):
        place = type(unbroken)(tmp_path / f"home-{at}")
        killed_and_resumed(place, at)
        assert place.results() == unbroken.results(), at


@pytest.mark.slow
def test_limits_come_from_the_first_recorded_checks_where_none_is_stated(laboratory: Any) -> None:
    bench = unlimited(bench_of(laboratory))
    seen = []
    for seed in range(1, 6):
        outcome = laboratory.run(job_on(bench, seed=seed))
        shown = laboratory.results()["run"]["session_check"]
        seen.append(
            (outcome.exit_code, shown["control"][0]["basis"], shown["control"][0]["checks"], shown["state"])
        )
    assert seen[:4] == [(0, "collecting", number, "not judged") for number in range(4)]
    assert seen[4][1:3] == ("history", 4)
    made = plan(job_on(bench), laboratory.home).session_check
    assert made is not None
    assert [point.basis for point in made.points] == ["history"] * 4
    assert made.points[0].limit is not None
    recomputed(laboratory)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (('role = "check standard"', 'role = "uut"'), "check-standard-role", 'has the role "uut"'),
        (("nominal = -10\nrange = 10", "nominal = -100\nrange = 100"), "check-level", "at most 30 V"),
        (("nominal = 10000\nrange = 10000", "nominal = 10000\nrange = 20000"), None, "20000"),
        (("due = 2027-05-07", "due = 2026-05-08"), "certificate-expired", "cannot be checked"),
    ],
)
def test_what_stands_against_the_check_refuses_the_job(
    change: tuple[str, str], code: str | None, words: str, laboratory: Any
) -> None:
    refused = plan(job_on(bench_of(laboratory, change)), laboratory.home).refused
    found = [item for item in refused if words in item.reason]
    assert found, refused
    assert code is None or found[0].code == code
    with pytest.raises(RefusedError):
        laboratory.run(job_on(bench_of(laboratory, change)))
    assert laboratory.runs() == 0


def test_the_check_standard_is_never_the_unit_under_test(laboratory: Any) -> None:
    job = Job("dmm", "SIM-CHK-01", bench=bench_of(laboratory))
    with pytest.raises(UsageError, match="SIM-CHK-01"):
        plan(job, laboratory.home)


def test_a_plan_counts_prompts_and_time_of_both_checks(laboratory: Any) -> None:
    bench = bench_of(laboratory)
    made = plan(job_on(bench), laboratory.home)
    bare = plan(Job("dmm", "34401A", sim=True, sections=("zero-open",)), laboratory.home)
    assert bare.session_check is None
    assert [prompt.id for prompt in made.prompts if "check" in prompt.id] == [
        "connect:opening-check:check-volts",
        "connect:opening-check:check-ohms4w",
        "connect:closing-check:check-volts",
        "connect:closing-check:check-ohms4w",
    ]
    assert made.duration_s > bare.duration_s + 30


def test_a_source_left_energised_by_a_check_is_not_looked_at_with_the_wrong_meter(laboratory: Any) -> None:
    laboratory.run(job_on(bench_of(laboratory)))
    energised = laboratory.events(kinds={"energise"})
    first = next(number for number, event in enumerate(energised) if "check" in event.body["point"])
    assert quantity_in(energised[: first + 1]) == "none"
