"""What a run's events say about its points: references, and the version of each point that counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from calibrator._errors import IntegrityError
from calibrator.procedure import (
    Point,
    PointObservations,
    PointReferences,
    Reading,
    Section,
    Text,
    decode_references,
)

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["Collector", "ObservedPoint", "RunContent", "collect", "number"]

Body = Mapping[str, Any]
UUT = "uut"
BROKEN = frozenset({"not-settled", "overload"})  # outcomes of a step that ended before its last reading


@dataclass(frozen=True, slots=True)
class ObservedPoint:
    """The version of a point that counts, and how many complete versions were measured.

    `problem` says why there is no number: "overload", or the outcome of a step that ended without readings,
    such as "not-settled"; it is empty where the readings can be evaluated.
    """

    observations: PointObservations
    versions: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RunContent:
    """What evaluation needs of a run: its opening, its references, its complete points in table order."""

    opened: Body
    references: Mapping[str, PointReferences]
    points: Mapping[str, ObservedPoint]

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections that have a complete point, in the order of the references."""
        return tuple(dict.fromkeys(self.references[point].point.section for point in self.points))

    def section(self, section: str) -> Section:
        """Return a section as it was recorded: the points that were fixed, the recorded title."""
        titles = self.opened["procedure"].get("section_titles") or {}
        title = titles.get(section, {"en": section, "zh": section})
        points = tuple(item.point for item in self.references.values() if item.point.section == section)
        nothing = Text(en="", zh="")
        return Section(section, Text(en=title["en"], zh=title["zh"]), "", nothing, points, None)

    def observed(self, section: str) -> dict[str, ObservedPoint]:
        """Return the complete points of a section, in the order of its references."""
        return {
            name: item for name, item in self.points.items() if self.references[name].point.section == section
        }


@dataclass(slots=True)
class _Version:
    """One measurement of a point, from `step.begun` to `step.done`."""

    point: str
    readings: list[tuple[Reading, Body]] = field(default_factory=list)
    environment: Body = field(default_factory=dict)
    outcome: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    set_aside: bool = False  # for a version without readings, which no sequence number can name


@dataclass(slots=True)
class _Walk:
    """The state while the events are walked once, in order."""

    opened: Body | None = None
    references: dict[str, PointReferences] = field(default_factory=dict)
    environment: Body = field(default_factory=dict)
    current: _Version | None = None
    complete: dict[str, list[_Version]] = field(default_factory=dict)
    discarded: set[int] = field(default_factory=set)
    valid: dict[str, ObservedPoint | None] = field(default_factory=dict)  # what was found and still holds


def collect(events: Iterable[Event]) -> RunContent:
    """Walk a run's events and return what its evaluation needs.

    A version of a point is complete when its step was done, and counts unless one of its result readings was
    discarded (a version without readings: unless it was set aside); the first that counts is taken
    (METROLOGY 23).

    Raises `IntegrityError` (code `run-not-opened`) where the stream does not begin with `run.opened`.
    """
    walk = _Walk()
    for event in events:
        _take(walk, event)
    return _content(walk)


class Collector:
    """Collects a run that goes on: what was walked is not walked again."""

    def __init__(self) -> None:
        self._walk = _Walk()
        self._count = 0

    def content(self, events: Sequence[Event]) -> RunContent:
        """Return what `collect` does of all events of the run so far; they may only have grown."""
        for event in events[self._count :]:
            _take(self._walk, event)
        self._count = len(events)
        return _content(self._walk)


def _content(walk: _Walk) -> RunContent:
    if walk.opened is None:
        raise IntegrityError(
            "the run has no opening event",
            where="run.opened",
            way_out="Check the record: calibrator verify.",
            code="run-not-opened",
        )
    points = {}
    for name, item in walk.references.items():
        measured = item.point.measured_with or name
        if measured not in walk.valid:
            walk.valid[measured] = _first_valid(walk, measured)
        found = walk.valid[measured]
        if found is not None:
            own = _own(found.observations, item.point)
            points[name] = found if own is found.observations else replace(found, observations=own)
    return RunContent(walk.opened, walk.references, points)


def _own(observed: PointObservations, point: Point) -> PointObservations:
    """Return what was recorded for a point that is measured with another one: its own part's readings."""
    part = str(point.settings.get("part", UUT)) if point.measured_with else UUT
    if part == UUT:
        return observed if observed.point == point.id else replace(observed, point=point.id)
    others = {name: readings for name, readings in observed.parts.items() if name != part}
    return replace(
        observed,
        point=point.id,
        readings=observed.parts.get(part, ()),
        parts={**others, UUT: observed.readings},
    )


def number(value: str | float | None) -> float | None:
    """Return a recorded number: a decimal text, a hex float, an integer, or None."""
    if not isinstance(value, str):
        return value
    return float.fromhex(value) if "x" in value.lower() else float(value)


def _take(walk: _Walk, event: Event) -> None:
    body = event.body
    match event.kind:
        case "run.opened":
            walk.opened = body
        case "references.fixed":
            decoded = (decode_references(item) for item in body["points"])
            walk.references = {item.point.id: item for item in decoded}
        case "environment":
            walk.environment = body
            if walk.current is not None:
                walk.current.environment = body
        case "step.begun":
            is_point = body["kind"] == "point"
            walk.current = _Version(body["point"], environment=walk.environment) if is_point else None
        case "step.done":
            if walk.current is not None:
                walk.current.outcome = str(body.get("outcome", ""))
                walk.complete.setdefault(walk.current.point, []).append(walk.current)
                walk.valid.pop(walk.current.point, None)
            walk.current = None
        case "reading":
            _take_reading(walk, event)
        case "prompt.answered":
            _take_answer(walk, body)
        case "readings.discarded":
            walk.discarded.update(int(seq) for seq in body["seqs"])
            walk.valid.clear()
            for version in walk.complete.get(body["point"], []):
                version.set_aside = True


def _take_answer(walk: _Walk, body: Body) -> None:
    asked = "" if walk.current is None else f"ask:{walk.current.point}:"
    if walk.current is not None and body["prompt"].startswith(asked):
        walk.current.answers[body["prompt"].removeprefix(asked)] = str(body["answer"])


def _take_reading(walk: _Walk, event: Event) -> None:
    body = event.body
    if body["use"] != "result" or walk.current is None or walk.current.point != body["point"]:
        return
    value = number(body["value"])
    reading = Reading(
        body["raw"],
        float("nan") if value is None else value,
        event.at,
        event.seq,
        str(body.get("unit", "")),
        int(body.get("monotonic_ns", 0)),
        number(body.get("applied")),
    )
    walk.current.readings.append((reading, body))


def _first_valid(walk: _Walk, point: str) -> ObservedPoint | None:
    versions = walk.complete.get(point, [])
    for index, version in enumerate(versions, start=1):
        kept = [(reading, body) for reading, body in version.readings if reading.seq not in walk.discarded]
        if len(kept) < len(version.readings) or (not version.readings and version.set_aside):
            continue
        by_part: dict[str, list[Reading]] = {}
        for reading, body in kept:
            by_part.setdefault(body.get("part", UUT), []).append(reading)
        observations = PointObservations(
            point=point,
            version=index,
            applied=number(kept[0][1].get("applied")) if kept else None,
            readings=tuple(by_part.pop(UUT, ())),
            temperature_c=number(version.environment.get("temperature_c")),
            humidity_rh=number(version.environment.get("humidity_rh")),
            parts={part: tuple(readings) for part, readings in by_part.items()},
            answers=dict(version.answers),
        )
        return ObservedPoint(observations, len(versions), _problem(version, [body for _, body in kept]))
    return None


def _problem(version: _Version, kept: Sequence[Body]) -> str:
    """Say why a version has no number: an overload, or a step that ended without readings or early."""
    if any(bool(body.get("overload")) for body in kept):
        return "overload"
    if version.outcome in BROKEN:
        return version.outcome
    return "" if kept or version.answers else version.outcome or "no-readings"
