"""What the register says of the programs that were at work: which one began a run, and what another wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from calibrator.evaluation import Difference
    from calibrator.record import Event, Record

__all__ = ["contradicted"]

_PROGRAM: Final = "versions.calibrator"
_ANCHORS: Final = ("run.began", "run.ended", "run.anchored")

Era = tuple[int, str]
"""Number of the last event of a run before a program took over, and that program's version."""


def contradicted(record: Record, run: str, found: Sequence[Difference]) -> str:
    """Say why the register speaks against another version of the program; empty where nothing does.

    The register names the program that opens a home to write whenever it is another one. So it knows which
    one was at work when a run began, and behind which event of the run this program took over: what stands
    behind that was not evaluated by a former one.
    """
    programs = [item for item in found if item.field == _PROGRAM]
    opened = record.last(run, "run.opened")
    if opened is None:
        return ""
    then = str(opened.body["versions"].get("calibrator"))
    eras = _eras(record, run, then)
    if eras and eras[0][1] != then:
        return f"the run says calibrator {then}, and the register says that calibrator {eras[0][1]} began it"
    if not eras or not programs:
        return ""
    events, own = list(record.events(run)), programs[0].recomputed
    for what, seq in _doubted(events, found, eras):
        at_work = next(version for last, version in reversed(eras) if last < seq)
        if at_work == own:
            return f"{what} was recorded by calibrator {own}, by event {seq}, and does not follow from it"
    return ""


def _eras(record: Record, run: str, then: str) -> list[Era]:
    """Return which programs wrote in this home from the run's beginning on; empty where none is known.

    In a record that stations share, only the home whose program could have begun the run is looked at.
    """
    register = list(record.events(record.REGISTER, kinds={"station.opened", *_ANCHORS}))
    began = next((i for i, e in enumerate(register) if e.kind == "run.began" and e.body.get("run") == run), 0)
    before = [event.body for event in register[:began] if event.kind == "station.opened"]
    likely = [body for body in before if body.get("version") == then] if record.station else []
    if not before:
        return []
    body = (likely or before)[-1]
    return [(0, str(body.get("version"))), *_later(record, run, register[began:], body.get("home"))]


def _later(record: Record, run: str, register: Sequence[Event], home: object) -> Iterator[Era]:
    last = 0
    for index, event in enumerate(register):
        if event.kind != "station.opened":
            last = int(event.body["count"]) if event.body.get("run") == run else last
        elif not record.station or event.body.get("home") == home:
            left = _left(run, register[index + 1 :])
            # one event more is one that was written behind an end, and not what an opening found
            yield (left if left > last + 1 else last), str(event.body.get("version"))


def _left(run: str, behind: Sequence[Event]) -> int:
    """Return how far a run had come that a crash left open: it is anchored at the opening that finds it."""
    anchored = takewhile(lambda event: event.kind == "run.anchored", behind)
    return max((int(event.body["count"]) for event in anchored if event.body.get("run") == run), default=0)


def _doubted(
    events: Sequence[Event], found: Sequence[Difference], eras: Sequence[Era]
) -> Iterator[tuple[str, int]]:
    """Yield each section and the joint statement that differ, with the number of the event that says them."""
    left = {item.point for item in found if item.point}
    last: dict[str, int] = {}
    known: dict[str, set[str]] = {}
    for event in events:
        if event.kind == "section.evaluated":
            name = str(event.body["section"])
            last[name] = event.seq
            known.setdefault(name, set()).update(str(point["id"]) for point in event.body["results"])
    for name, seq in last.items():
        own = {point for point in left if point in known[name] or point.startswith(f"{name}/")}
        if own:
            yield f"the section {name}", seq
        left -= own
    if left and last:  # results that were never recorded
        yield f"the result {min(left)}", max(last.values())
    if any(item.field == "closing.joint" for item in found):
        yield from _joint(events, eras)


def _joint(events: Sequence[Event], eras: Sequence[Era]) -> Iterator[tuple[str, int]]:
    """Yield the closings behind the last change of program whose joint statement differs."""
    from calibrator.evaluation._closing import closing_differences

    def differ(until: Sequence[Event]) -> int:
        return sum(item.field == "closing.joint" for item in closing_differences(until))

    before = [event for event in events if event.seq <= eras[-1][0]]
    if differ(events) > differ(before):
        yield "the joint statement", events[-1].seq
