"""The steps of a run and where a broken run goes on; pure functions of sections and recorded events.

A step is what `resume` does whole or not at all. What is recorded decides: a step is done when
its `step.done` is in the record, and a review's repeats become steps when the review is done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from calibrator.procedure import Section

__all__ = ["History", "RecordedEvent", "Step", "history_of", "next_step", "steps_of"]

StepKind = Literal["self-test", "warm-up", "prompt", "proof", "point", "review", "close", "check"]


class RecordedEvent(Protocol):
    """What is needed of an event of the record."""

    @property
    def kind(self) -> str:
        """Return the kind of event."""
        ...

    @property
    def seq(self) -> int:
        """Return the place in the stream."""
        ...

    @property
    def body(self) -> Mapping[str, Any]:
        """Return what was recorded."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `attempt` counts the times a person wanted it measured, not the times it broke."""

    id: str
    kind: StepKind
    section: str = ""
    point: str | None = None
    attempt: int = 1
    prompt: str = ""  # "connect", "hazard", "interval", "item", "adjustment" where kind is "prompt"


@dataclass(frozen=True, slots=True)
class History:
    """What the record says of a run so far."""

    done: frozenset[str] = frozenset()
    open_step: str | None = None  # begun and not done
    checkpoint: str | None = None  # snapshot to go on from, None on a bench that has none
    repeats: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    broken: tuple[int, ...] = ()  # readings of the open step that nobody discarded yet
    begun: bool = False  # whether any step was begun


def steps_of(
    sections: Sequence[Section],
    *,
    hazardous: Collection[str] = (),
    held: Collection[str] = (),
    repeats: Mapping[str, Sequence[Sequence[str]]] | None = None,
    interval: str = "1y",
    opening: Sequence[Section] = (),
    closing: Sequence[Section] = (),
    items: Sequence[str] = (),
    adjusted: bool = False,
) -> tuple[Step, ...]:
    """Return all steps in order.

    `opening` and `closing` are the sections of the session check, around everything else. `hazardous` holds
    the points above the hazard threshold, `held` the sections that hold a pressure or temperature from point
    to point, whose hazard is released before the first; `repeats` the points each done review of a section
    sent back, first review first. `items` are those of a regulation that a person answers, before anything
    is energised; `adjusted` is an as-left pass, whose adjustment a person confirms first.
    """
    steps = [Step("self-test", "self-test"), Step("warm-up", "warm-up")]
    if interval == "24h":
        steps.insert(0, Step("interval:24h", "prompt", prompt="interval"))
    if adjusted:
        steps.insert(0, Step("adjustment", "prompt", prompt="adjustment"))
    steps += (Step(f"item:{name}", "prompt", prompt="item") for name in items)
    steps += _check_steps("opening", opening)
    for section in sections:
        again = (repeats or {}).get(section.id, ())
        early = section.id in held
        steps += _section_steps(section, frozenset(hazardous), again, early=early)
    steps += _check_steps("closing", closing)
    return tuple(steps)


def _check_steps(phase: str, sections: Sequence[Section]) -> Iterator[Step]:
    """Yield the steps of a phase of the session check; it is judged before its last leads come off."""
    for section in sections:
        name = section.id
        yield Step(f"connect:{name}", "prompt", name, prompt="connect")
        yield Step(f"proof:{name}", "proof", name)
        for point in section.points:
            yield Step(f"point:{point.id}", "point", name, point.id)
        if section is sections[-1]:
            yield Step(f"check:{phase}", "check", name)
        yield Step(f"close:{name}", "close", name)


def _section_steps(
    section: Section, hazardous: frozenset[str], repeats: Sequence[Sequence[str]], *, early: bool
) -> Iterator[Step]:
    name = section.id
    yield Step(f"connect:{name}", "prompt", name, prompt="connect")
    if section.proof is not None or section.lead_checks:
        yield Step(f"proof:{name}", "proof", name)
    own = [point for point in section.points if not point.measured_with]
    released = early and any(point.id in hazardous for point in own)
    if released:
        yield Step(f"hazard:{name}", "prompt", name, prompt="hazard")
    for point in own:
        if point.id in hazardous and not released:
            released = True
            yield Step(f"hazard:{name}", "prompt", name, prompt="hazard")
        yield Step(f"point:{point.id}", "point", name, point.id)
    yield Step(f"review:{name}", "review", name)
    for attempt, again in enumerate(repeats, start=2):
        if not again:
            break
        wanted = {point.measured_with or point.id for point in section.points if point.id in set(again)}
        if section.resume in ("cycle", "section"):  # what depends on its history is not repeated alone
            cycles = {point.settings.get("cycle") for point in own if point.id in wanted}
            wanted |= {point.id for point in own if point.settings.get("cycle") in cycles}
        for point in own:
            if point.id in wanted:
                yield Step(f"point:{point.id}#{attempt}", "point", name, point.id, attempt)
        yield Step(f"review:{name}#{attempt}", "review", name, attempt=attempt)
    yield Step(f"close:{name}", "close", name)


def history_of(events: Iterable[RecordedEvent]) -> History:
    """Read the state of a run from its events, in order."""
    done: set[str] = set()
    open_step: str | None = None
    checkpoint: str | None = None
    begun = False
    repeats: dict[str, list[tuple[str, ...]]] = {}
    decision: tuple[str, tuple[str, ...]] | None = None
    readings: list[int] = []
    for event in events:
        body = event.body
        if event.kind == "step.begun":
            begun, open_step, readings, decision = True, body["step"], [], None
            checkpoint = body["snapshot"] or checkpoint
        elif event.kind == "step.done":
            done.add(body["step"])
            checkpoint = body.get("snapshot") or checkpoint
            if decision is not None:
                repeats.setdefault(decision[0], []).append(decision[1])
            open_step, readings, decision = None, [], None
        elif event.kind == "review":
            decision = (body["section"], tuple(body["repeat"]))
        elif event.kind == "reading":
            readings.append(event.seq)
        elif event.kind == "readings.discarded":
            gone = set(body["seqs"])
            readings = [seq for seq in readings if seq not in gone]
        elif event.kind == "resumed":
            done -= set(body.get("undone", ()))
            for name in body.get("restarted", ()):
                repeats.pop(name, None)
    return History(
        frozenset(done),
        open_step,
        checkpoint,
        {name: tuple(rounds) for name, rounds in repeats.items()},
        tuple(readings) if open_step is not None else (),
        begun,
    )


def next_step(steps: Sequence[Step], history: History) -> Step | None:
    """Return the first step that is not done, None when all are."""
    return next((step for step in steps if step.id not in history.done), None)
