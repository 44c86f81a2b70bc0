"""What a certificate is made from: the recorded bodies of one run, gathered once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates._bodies import Body
from calibrator.certificates._checked import Check, checks_of
from calibrator.certificates._let_stand import standing
from calibrator.certificates._versions import Measured, versions_of

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["AFFIRMATION", "Sources", "Stamp", "gather", "sources_of"]

AFFIRMATION: Final = "interval:24h"
"""The prompt that asks whether the instrument was adjusted within 24 h, at this temperature."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A place in a stream: how many events up to it and the hash there."""

    count: int
    head: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The recorded bodies that a certificate speaks of, up to the last closing of the run."""

    run: str
    opened: Body
    identified: Body
    references: Body
    preflight: Body
    environments: tuple[Body, ...]
    preparation: tuple[tuple[str, str], ...]  # self-test and warm-up with their outcome
    affirmation: Body | None  # the answer that limits of 24 hours depend on
    people: tuple[str, ...]  # ids of the persons who ran it, in the order of appearance
    closed: Body | None
    began_at: datetime
    ended_at: datetime
    stamp: Stamp
    register: Stamp
    issued: tuple[Body, ...]  # certificate.issued, in order
    points: tuple[Body, ...]  # the point objects of `show --json`
    summary: Body  # the `run` object of `show --json`
    curves: Mapping[str, tuple[Body, ...]]  # by section, as last evaluated
    answers: Mapping[str, Body]  # the last to each prompt
    asked: Mapping[str, Body]  # the prompts, by id
    readers: frozenset[str]  # assets that gave readings
    amendments: tuple[Body, ...]  # certificate.amended, in order
    checks: tuple[Check, ...]  # of the results as they were closed last, in order
    replaced: tuple[Body, ...]  # certificate.replaced: by the certificate of which other run
    versions: Mapping[str, tuple[Measured, ...]]  # of the points that were measured more than once
    reading_units: Mapping[str, frozenset[str]]  # of the readings that count, by point
    customer: Body  # customer.stated at an issue; empty where nobody stated it
    found: Sources | None  # of the run that found the unit, up to the closing that this one names
    as_evaluated: Body  # results.as-evaluated of the last closing; empty where everything recomputed


def gather(record: Record, run: str) -> Sources:
    """Read the run's stream and the register once.

    Raises:
        UsageError: code `no-such-run`, when the record holds no such run.
    """
    from calibrator.evaluation import show

    events = tuple(record.events(run))
    if not events or events[0].kind != "run.opened":
        raise UsageError(
            f"there is no run {run} in the record",
            where=run,
            way_out="See the runs: calibrator runs.",
            code="no-such-run",
        )
    ended = tuple(record.events("register", kinds={"run.ended"}))
    sources = sources_of(run, events, show(record, run), ended)
    return replace(sources, found=_found(record, sources.opened.get("adjustment"), ended))


def _found(record: Record, adjustment: Body | None, ended: Sequence[Event]) -> Sources | None:
    """Return what was found before an adjustment; None where this record does not hold it.

    It ends at the closing that the as-left run names: what was recorded of that run later, such as its own
    documents, changes nothing in a document of this one.
    """
    from calibrator.evaluation import show_events

    if adjustment is None:
        return None
    run, head = str(adjustment["after"]), str(adjustment.get("head") or "")
    events = tuple(record.events(run))
    places = [
        index for index, event in enumerate(events) if event.kind == "run.closed" and event.hash == head
    ]
    if not places:
        return None
    sealed = events[: places[0] + 1]
    return sources_of(run, sealed, show_events(sealed, run), ended)


def sources_of(run: str, events: Sequence[Event], shown: Body, ended: Sequence[Event]) -> Sources:
    """Gather from events and the object of `show --json`; pure."""
    from calibrator.evaluation import collect

    closing = _last(events, "run.closed")
    until = closing if closing is not None else events[-1]
    register = [event for event in ended if event.body.get("run") == run]
    return Sources(
        run=run,
        opened=events[0].body,
        identified=_body(events, "instruments.identified"),
        references=_body(events, "references.fixed"),
        preflight=_body(events, "preflight"),
        environments=tuple(event.body for event in events if event.kind == "environment"),
        preparation=_preparation(events),
        affirmation=_affirmation(events),
        people=_people(events),
        closed=closing.body if closing is not None else None,
        began_at=events[0].at,
        ended_at=until.at,
        stamp=Stamp(until.seq, until.hash),
        register=Stamp(register[-1].seq, register[-1].hash) if register else Stamp(0, ""),
        issued=tuple(event.body for event in events if event.kind == "certificate.issued"),
        curves={
            str(e.body["section"]): tuple(e.body.get("curves") or ())
            for e in events
            if e.kind == "section.evaluated"
        },
        answers={str(e.body["prompt"]): e.body for e in events if e.kind == "prompt.answered"},
        asked={str(e.body["prompt"]): e.body for e in events if e.kind == "prompt.asked"},
        readers=frozenset(str(e.body.get("asset")) for e in events if e.kind == "reading"),
        amendments=tuple(event.body for event in events if event.kind == "certificate.amended"),
        checks=checks_of(events, until.hash),
        replaced=tuple(event.body for event in events if event.kind == "certificate.replaced"),
        points=tuple(shown["points"]),
        summary=shown["run"],
        versions=versions_of(events),
        customer=_body(events, "customer.stated"),
        found=None,
        as_evaluated=standing(events, until.hash),
        reading_units={
            point: frozenset(reading.unit for reading in seen.observations.readings)
            for point, seen in collect(events).points.items()
        },
    )


def _last(events: Sequence[Event], kind: str) -> Event | None:
    return next((event for event in reversed(events) if event.kind == kind), None)


def _body(events: Sequence[Event], kind: str) -> Body:
    event = _last(events, kind)
    return event.body if event is not None else {}


def _preparation(events: Sequence[Event]) -> tuple[tuple[str, str], ...]:
    """Return how self-test and warm-up ended, the last of each (METROLOGY 18, 22)."""
    kinds: dict[str, str] = {}
    found: dict[str, str] = {}
    for event in events:
        if event.kind == "step.begun" and event.body["kind"] in ("self-test", "warm-up"):
            kinds[str(event.body["step"])] = str(event.body["kind"])
        elif event.kind == "step.done" and event.body["step"] in kinds:
            found[kinds[str(event.body["step"])]] = str(event.body["outcome"])
    return tuple(found.items())


def _affirmation(events: Sequence[Event]) -> Body | None:
    """Return the last answer to the question that the engine puts where the limits are those of 24 hours."""
    answers = [e.body for e in events if e.kind == "prompt.answered" and e.body["prompt"] == AFFIRMATION]
    return answers[-1] if answers else None


def _people(events: Sequence[Event]) -> tuple[str, ...]:
    found = [e.body["person"] for e in events if e.kind == "run.opened"]
    found += [
        e.body["by"] for e in events if e.kind in ("prompt.answered", "review") and _by_a_person(e.body)
    ]
    return tuple(dict.fromkeys(name for name in found if name))


def _by_a_person(body: Body) -> bool:
    return body.get("how") != "simulated operator" and bool(body.get("by"))
