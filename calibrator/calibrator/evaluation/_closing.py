"""What a run's closing says, again from what stands before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._collect import collect
from calibrator.evaluation._difference import Difference
from calibrator.evaluation._joint import joint
from calibrator.evaluation._session_check import provisional
from calibrator.evaluation._show import recorded_results
from calibrator.evaluation._summary import VERDICTS, summarize, verdict_of_run
from calibrator.procedure import load, sections_asked

if TYPE_CHECKING:
    from calibrator.procedure import Procedure
    from calibrator.record import Event

__all__ = ["closing_differences"]

_INTERRUPTED = 130
_NOT_SAFE = 7
_STOPPED = 5
_OF_RESULTS = (0, 1, 3)  # exit codes that only results give


def closing_differences(events: Sequence[Event]) -> Iterator[Difference]:
    """Compare every closing of a run with what its own earlier events give.

    Of a completed run: verdict, exit code, joint statement and the points not tested; of one that was
    stopped: that it has no verdict, and the exit code as far as faults and the safe state decide it.
    """
    after = 0  # where the part of the run begins that this closing ends
    for index, event in enumerate(events):
        if event.kind == "run.closed":
            yield from _closing(events[:index], events[after:index], event)
            after = index + 1


def _closing(before: Sequence[Event], part: Sequence[Event], closing: Event) -> Iterator[Difference]:
    then = closing.body
    results = [point for points in recorded_results(before).values() for point in points]
    if any(point["verdict"] not in VERDICTS for point in results):
        return  # the points differ themselves, and no verdict follows from such words
    opened = before[0].body
    procedure = load(opened["procedure"]["id"])
    now = {
        "head": closing.previous,
        "outcome": _outcome(part, then),
        "not_tested": _not_tested(procedure, opened, results),
        **_ends(before, part, then, procedure, results),
    }
    if "provisional" in then or provisional(before):  # a closing of before there were session checks has none
        now["provisional"] = then["outcome"] == "completed" and provisional(before)
    for key, value in now.items():
        if then.get(key) != value:
            yield Difference("", f"closing.{key}", _shown(then.get(key)), _shown(value))


def _outcome(part: Sequence[Event], then: Mapping[str, Any]) -> str:
    """A run is completed when its last step is done and no fault but that of a point came."""
    last = next((event.kind for event in reversed(part) if event.kind in ("step.begun", "step.done")), "")
    fault = any(event.kind == "fault" and event.body.get("point") is None for event in part)
    if not fault and last != "step.begun":
        return "completed"
    return "interrupted" if then["exit_code"] == _INTERRUPTED else "stopped"


def _ends(
    before: Sequence[Event],
    part: Sequence[Event],
    then: Mapping[str, Any],
    procedure: Procedure,
    results: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    if then["outcome"] != "completed":
        return {"verdict": "", "joint": None, "exit_code": _stopped(part, int(then["exit_code"]))}
    summary = summarize(results)
    have = {point["id"] for point in results}
    missing = [name for name in _of_the_job(procedure, before[0].body) if name not in have]
    unsure = bool(missing) or provisional(before)
    code = 3 if unsure and not summary.exit_code else summary.exit_code
    return {
        "verdict": verdict_of_run(summary, unsure=unsure),
        "exit_code": code,
        "joint": joint(before, procedure) if collect(before).points else then.get("joint"),
    }


def _stopped(part: Sequence[Event], code: int) -> int:
    """Return the exit code of a stopped run, where what stopped it leaves no other; else the recorded one."""
    safe = next((event for event in reversed(part) if event.kind == "safe"), None)
    if safe is not None and not all(source["confirmed"] for source in safe.body["sources"]):
        return _NOT_SAFE
    return _STOPPED if code in _OF_RESULTS else code


def _of_the_job(procedure: Procedure, opened: Mapping[str, Any]) -> list[str]:
    sections = procedure.sections(opened["uut"]["table"])
    return [
        point.id
        for section in sections
        if section.id in opened["sections"]
        for point in section.points
        if not point.supporting
    ]


def _not_tested(
    procedure: Procedure, opened: Mapping[str, Any], results: Sequence[Mapping[str, Any]]
) -> list[str]:
    have = {point["id"] for point in results}
    sections = sections_asked(procedure.sections(opened["uut"]["table"]), opened["sections"])
    return [
        point.id
        for section in sections
        for point in section.points
        if point.id not in have and not point.supporting
    ]


def _shown(value: object) -> str:
    """Return a closing's value in short: a joint statement by its probability, points by their number."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    if isinstance(value, list):
        return f"{len(value)} points ({', '.join(map(str, value[:3]))}{', ...' if len(value) > 3 else ''})"
    return "none" if value is None else str(value) or "none"
