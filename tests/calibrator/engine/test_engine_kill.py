"""`kill -9` after any event, then `resume`: the run that never broke, and no completed point twice."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError
from calibrator.engine import SimulatedOperator, StopSignal, resume
from calibrator.record import Event

HELPER = Path(__file__).parent / "engine_job.py"
JOB = {"procedure": "dmm", "uut": "34401A", "sim": True, "seed": 3}


def kill_at(laboratory: Any, at: int, sections: list[str] | None, *, what: str = "run") -> None:
    """Run (or resume) in a process of its own that is killed behind its `at`-th event."""
    given = {
        "home": str(laboratory.path),
        "what": what,
        "at": at,
        "break": "kill",
        "job": JOB | {"sections": sections},
    }
    done = subprocess.run(
        [sys.executable, str(HELPER), json.dumps(given)], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0, "it came to its end"
    assert done.stdout == "struck\n", done.stderr


def check(laboratory: Any, unbroken: Any) -> None:
    """The record is whole, the results are those of the unbroken run, no finished step was done again."""
    assert laboratory.findings() == ()
    assert laboratory.results() == unbroken.results()
    done = Counter(body["step"] for body in laboratory.bodies("step.done"))
    assert set(done.values()) == {1}
    gone = {seq for body in laboratory.bodies("readings.discarded") for seq in body["seqs"]}
    readings = [event for event in laboratory.events(kinds={"reading"}) if event.seq not in gone]
    kept = Counter(event.body["point"] for event in readings)
    assert kept == Counter(body["point"] for body in unbroken.bodies("reading"))
    raw = [event.body["raw"] for event in readings]
    assert raw == [body["raw"] for body in unbroken.bodies("reading")]


def check_times(laboratory: Any) -> None:
    """Every time is of the simulated clock, which goes back to the checkpoint with a resume alone."""
    events = laboratory.events()
    assert all(event.at.date() == events[0].at.date() for event in events)
    assert {event.body["clock"] for event in events if event.kind == "resumed"} == {"simulated"}
    entering = False  # from `resumed` to the first step: the connection is proved, then all is as it was
    for before, event in itertools.pairwise(events):
        entering = event.kind == "resumed" or (entering and before.kind != "step.begun")
        assert entering or before.at <= event.at


INSTANTS = {
    "opened": ("run.opened", ""),
    "proving": ("energise", "proof:dcv"),
    "between two steps": ("step.done", "point:dcv:0.1V:+0.1V"),
    "reading at 1000 V": ("reading", "dcv:1000V:+1000V"),
}
OFTEN = ("opened", "proving", "between two steps")  # which the slow test below meets too


def number_of(unbroken: Any, kind: str, what: str) -> int:
    """Return the number of the first such event in the unbroken run."""
    return next(e.seq for e in unbroken.events() if e.kind == kind and (not what or what in e.body.values()))


@pytest.mark.parametrize(
    "instant", [pytest.param(name, marks=pytest.mark.slow) if name in OFTEN else name for name in INSTANTS]
)
def test_killed_behind_an_event_and_resumed(instant: str, laboratory: Any, volts: Any):
    unbroken = volts[0]
    at = number_of(unbroken, *INSTANTS[instant])
    kill_at(laboratory, at, ["dcv"])
    assert len(laboratory.events()) == at
    assert laboratory.resume().exit_code == 0
    check(laboratory, unbroken)
    check_times(laboratory)


@pytest.mark.slow
def test_killed_again_while_it_is_resumed(laboratory: Any, volts: Any):
    kill_at(laboratory, 60, ["dcv"])
    kill_at(laboratory, 9, ["dcv"], what="resume")  # proving the connection again
    kill_at(laboratory, 25, ["dcv"], what="resume")
    assert laboratory.resume().exit_code == 0
    check(laboratory, volts[0])
    assert len(laboratory.bodies("resumed")) == 3


def test_another_job_may_come_between(laboratory: Any):
    kill_at(laboratory, 60, ["dcv"])
    broken = laboratory.events()[0].stream
    laboratory.run(laboratory.job(("zero-open",)))
    safe = [event.body for event in laboratory.events(broken, kinds={"safe"})]
    assert [(body["by"], body["sources"][0]["reported"]) for body in safe] == [("start", "gone")]
    assert resume(broken, laboratory.home).exit_code == 0
    with pytest.raises(RefusedError, match="nothing to go on") as caught:
        resume(broken, laboratory.home)
    assert caught.value.exit_code == 4


def test_resumed_with_a_repeat_asked_for(laboratory: Any):
    """The review's decision is in the record: whoever answers after the break is not asked again."""
    stop = StopSignal()

    def after_the_review(event: Event) -> None:
        if event.kind == "step.done" and event.body["step"] == "review:zero-open":
            stop.set("SIGINT")

    operator = SimulatedOperator(repeats={"zero-open": ("dci:1A:0A",)})
    job = laboratory.job(("zero-open", "dcv"))
    assert laboratory.run(job, operator, then=after_the_review, stop=stop).exit_code == 130
    assert laboratory.resume(SimulatedOperator()).exit_code == 0
    attempts = {point["id"]: point["attempt"] for point in laboratory.results()["points"]}
    assert attempts["dci:1A:0A"] == 2
    assert Counter(attempts.values()) == {1: 9, 2: 1}


EVERY = int(os.environ.get("KILL_EVERY", "23"))  # 1: behind every single event, about an hour
SLICES = 6


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(SLICES))
def test_killed_behind_every_kth_event_of_the_whole_table(part: int, whole: Any, tmp_path: Path):
    unbroken, outcome = whole
    place = type(unbroken)
    for at in range(1 + part * EVERY, len(unbroken.events()), SLICES * EVERY):
        laboratory = place(tmp_path / f"home-{at}")
        kill_at(laboratory, at, None)
        assert laboratory.resume().exit_code == outcome.exit_code
        check(laboratory, unbroken)
