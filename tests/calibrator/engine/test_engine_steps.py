"""Steps: whatever was recorded when a run broke, going on gives the run that did not break."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator.engine._steps import Step, history_of, next_step, steps_of
from calibrator.procedure import Point, Proof, Section, Text

TEXT = Text("a", "b")


@dataclass(frozen=True)
class Event:
    seq: int
    kind: str
    body: Mapping[str, Any]


def section(name: str, count: int, *, proof: bool = True) -> Section:
    points = tuple(
        Point(f"{name}:{n}", name, "dcv", Decimal(n), Decimal(n + 1), "V", {}, "source") for n in range(count)
    )
    return Section(
        name, TEXT, name, TEXT, points, Proof("dcv", Decimal(1), Decimal(1), "V") if proof else None
    )


class Log:
    """A run that records as the engine does; `repeats` are the decisions of successive reviews."""

    def __init__(
        self, sections: Sequence[Section], hazardous: set[str], repeats: Mapping[str, list[tuple[str, ...]]]
    ):
        self.sections, self.hazardous, self.repeats = sections, hazardous, repeats
        self.events: list[Event] = []
        self.measured: list[str] = []

    def add(self, kind: str, **body: Any) -> None:
        self.events.append(Event(len(self.events) + 1, kind, body))

    def go_on(self, *, stop_after: int | None = None) -> None:
        while True:
            history = history_of(self.events)
            steps = steps_of(self.sections, hazardous=self.hazardous, repeats=history.repeats)
            step = next_step(steps, history)
            if step is None:
                return
            if history.broken:
                self.add("readings.discarded", seqs=list(history.broken), point="?", reason="broken")
            for kind, body in self.of_step(step):
                self.add(kind, **body)
                if stop_after is not None and len(self.events) >= stop_after:
                    return

    def of_step(self, step: Step) -> list[tuple[str, dict[str, Any]]]:
        begun = ("step.begun", {"step": step.id, "snapshot": f"before {step.id}"})
        done = ("step.done", {"step": step.id, "outcome": "done", "snapshot": f"after {step.id}"})
        inside: list[tuple[str, dict[str, Any]]] = []
        if step.kind == "point":
            inside = [("reading", {"point": step.point, "attempt": step.attempt})] * 2
        if step.kind == "review":
            decisions = self.repeats.get(step.section, [])
            again = decisions[step.attempt - 1] if step.attempt <= len(decisions) else ()
            inside = [("review", {"section": step.section, "repeat": list(again)})]
        return [begun, *inside, done]

    def kept(self) -> list[tuple[str, int]]:
        """Points and attempts of readings that nobody discarded, in order."""
        gone = {seq for e in self.events if e.kind == "readings.discarded" for seq in e.body["seqs"]}
        return [
            (e.body["point"], e.body["attempt"])
            for e in self.events
            if e.kind == "reading" and e.seq not in gone
        ]


SECTIONS = [section("zero", 2, proof=False), section("dcv", 3), section("dci", 1)]
HAZARDOUS = {"dcv:2"}
REPEATS: dict[str, list[tuple[str, ...]]] = {"dcv": [("dcv:0", "dcv:2"), ("dcv:2",), ()]}


def test_order_of_steps():
    ids = [step.id for step in steps_of(SECTIONS[1:2], hazardous=HAZARDOUS)]
    assert ids == [
        "self-test", "warm-up", "connect:dcv", "proof:dcv", "point:dcv:0", "point:dcv:1", "hazard:dcv",
        "point:dcv:2", "review:dcv", "close:dcv",
    ]  # fmt: skip


def test_a_section_without_proof_has_no_proof_step():
    assert not [step for step in steps_of(SECTIONS[:1]) if step.kind == "proof"]


def test_repeats_come_after_the_review_that_asked_and_are_reviewed_again():
    ids = [step.id for step in steps_of(SECTIONS[1:2], repeats=REPEATS)]
    tail = ids[ids.index("review:dcv") :]
    assert tail == [
        "review:dcv", "point:dcv:0#2", "point:dcv:2#2", "review:dcv#2", "point:dcv:2#3", "review:dcv#3",
        "close:dcv",
    ]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.integers(1, 120), min_size=1, max_size=4))
def test_broken_anywhere_any_number_of_times_ends_like_the_unbroken_run(breaks: list[int]):
    unbroken = Log(SECTIONS, HAZARDOUS, REPEATS)
    unbroken.go_on()
    broken = Log(SECTIONS, HAZARDOUS, REPEATS)
    for more in breaks:
        broken.go_on(stop_after=len(broken.events) + more)
    broken.go_on()
    assert broken.kept() == unbroken.kept()
    done = [e.body["step"] for e in broken.events if e.kind == "step.done"]
    assert len(done) == len(set(done)), "a completed step was done twice"
    assert done == [e.body["step"] for e in unbroken.events if e.kind == "step.done"]


@settings(max_examples=100)
@given(st.integers(1, 120))
def test_the_checkpoint_is_the_state_before_the_step_that_comes_next(cut: int):
    log = Log(SECTIONS, HAZARDOUS, REPEATS)
    log.go_on(stop_after=cut)
    history = history_of(log.events)
    step = next_step(steps_of(SECTIONS, hazardous=HAZARDOUS, repeats=history.repeats), history)
    begun = [e.body["step"] for e in log.events if e.kind == "step.begun"]
    if step is None:
        assert history.open_step is None
    elif history.open_step == step.id:
        assert history.checkpoint == f"before {step.id}"
    else:
        assert history.checkpoint == f"after {begun[-1]}"


def test_a_restarted_section_is_done_again_with_its_reviews():
    log = Log(SECTIONS, HAZARDOUS, REPEATS)
    log.go_on()
    undone = [s.id for s in steps_of(SECTIONS, hazardous=HAZARDOUS, repeats=REPEATS) if s.section == "dcv"]
    log.add("resumed", step="connect:dcv", undone=undone, restarted=["dcv"])
    history = history_of(log.events)
    assert "dcv" not in history.repeats
    step = next_step(steps_of(SECTIONS, hazardous=HAZARDOUS, repeats=history.repeats), history)
    assert step is not None
    assert step.id == "connect:dcv"


@pytest.mark.parametrize("kind", ["step.begun", "step.done"])
def test_a_bench_without_snapshots_has_no_checkpoint(kind: str):
    assert history_of([Event(1, kind, {"step": "self-test", "snapshot": None})]).checkpoint is None
