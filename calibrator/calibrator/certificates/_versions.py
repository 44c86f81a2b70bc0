"""Points that were measured more than once: every version, and why one was set aside (METROLOGY 23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from calibrator.certificates._bodies import Body

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["Asked", "Measured", "readings_of_version", "versions_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Why a version was set aside, and who said so; `by` is empty where the program did it itself."""

    reason: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One version of a point: its point object, None where nothing could be evaluated."""

    attempt: int
    point: Body | None
    asked: Asked | None


@dataclass(slots=True)
class _Walk:
    current: str | None = None
    complete: dict[str, int] = field(default_factory=dict)
    ended: dict[tuple[str, int], int] = field(default_factory=dict)  # where in the events a version ended
    owner: dict[int, tuple[str, int]] = field(default_factory=dict)  # whose a reading is
    evaluated: dict[tuple[str, int], Body] = field(default_factory=dict)
    asked: dict[tuple[str, int], Asked] = field(default_factory=dict)


def versions_of(events: Sequence[Event]) -> Mapping[str, tuple[Measured, ...]]:
    """Return all versions of each point that was measured more than once, in the order of measurement.

    A version stands as it was evaluated before it was set aside; one that nobody evaluated then, because the
    run broke, is evaluated now from its readings.
    """
    walk = _Walk()
    for index, event in enumerate(events):
        _take(walk, index, event)
    found: dict[str, tuple[Measured, ...]] = {}
    for point, count in walk.complete.items():
        if count > 1:
            keys = [(point, attempt) for attempt in range(1, count + 1)]
            found[point] = tuple(
                Measured(key[1], walk.evaluated.get(key) or _now(events, walk, key), walk.asked.get(key))
                for key in keys
            )
    return found


def readings_of_version(events: Sequence[Event], point: str, attempt: int) -> tuple[int, ...]:
    """Return the numbers of the readings that a version of a point was evaluated from."""
    walk = _Walk()
    for index, event in enumerate(events):
        _take(walk, index, event)
    used = {event.seq for event in events if event.kind == "reading" and event.body["use"] == "result"}
    return tuple(seq for seq, owner in walk.owner.items() if owner == (point, attempt) and seq in used)


def _take(walk: _Walk, index: int, event: Event) -> None:
    body = event.body
    match event.kind:
        case "step.begun":
            walk.current = str(body["point"]) if body["kind"] == "point" else None
        case "step.done" if walk.current is not None:
            walk.complete[walk.current] = walk.complete.get(walk.current, 0) + 1
            walk.ended[walk.current, walk.complete[walk.current]] = index
            walk.current = None
        case "reading":
            point = str(body["point"])
            walk.owner[event.seq] = (point, walk.complete.get(point, 0) + 1)
        case "section.evaluated":
            walk.evaluated.update({(str(p["id"]), int(p.get("attempt", 1))): p for p in body["results"]})
        case "review":
            for point in map(str, body["repeat"]):
                walk.asked[point, walk.complete.get(point, 0)] = _asked(body)
        case "readings.discarded":
            # of readings that belong to no complete version nothing is told: their step was done again
            for key in {walk.owner[seq] for seq in map(int, body["seqs"]) if seq in walk.owner}:
                if key in walk.ended:
                    walk.asked.setdefault(key, Asked(str(body["reason"]), str(body.get("by") or "")))


def _asked(review: Body) -> Asked:
    return Asked(str(review.get("reason") or ""), str(review.get("by") or ""))


def _now(events: Sequence[Event], walk: _Walk, key: tuple[str, int]) -> Body | None:
    """Evaluate a version from the events up to its end, where nothing had set it aside yet."""
    from calibrator.evaluation import live
    from calibrator.procedure import load

    procedure = load(str(events[0].body["procedure"]["id"]))
    points = live(events[: walk.ended[key] + 1], procedure)
    return next((p for p in points if (str(p["id"]), int(p["attempt"])) == key), None)
