"""Which points deserve a look before the leads come off (METROLOGY 24)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator._errors import RunError
from calibrator.engine._types import ReviewDecision, ReviewFlag
from calibrator.procedure import Section
from calibrator.standards import Lab

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["check_repeat", "flags_of", "former_results", "seqs_of"]

FAILED = ("fail", "conditional fail")
MARGINAL = ("conditional pass",)
MAY_REPEAT_AGAIN = ("reviewer", "technical manager")
_WORDS = re.compile(r"\w{2,}")


def flags_of(
    section: Section,
    results: Sequence[Mapping[str, Any]],
    events: Iterable[Event],
    former: Mapping[str, Mapping[str, Any]],
) -> tuple[ReviewFlag, ...]:
    """Return failed, marginal, noisy and unsettled points, and jumps from the former run, in table order.

    Noisy: the readings that count spread wider than the window in which they had settled.
    """
    by_point = {result["id"]: result for result in results}
    settled = _last_settled(events)
    found: list[ReviewFlag] = []
    for point in section.points:
        result, block = by_point.get(point.id), settled.get(point.id)
        if (result is None and not point.supporting) or (block is not None and not block["criterion_met"]):
            found.append(ReviewFlag(point.id, "unsettled"))
        if result is not None:
            found += [ReviewFlag(point.id, why) for why in _of_result(result, block, former.get(point.id))]
    return tuple(found)


def check_repeat(decision: ReviewDecision, attempt: int, section: str, lab: Lab, person: str) -> None:
    """Hold a repeat against METROLOGY 23, never "repeat until pass".

    It needs a reason that says something, and from the second round on a second person who may decide that.

    Raises:
        RunError: code `reason-missing` or `repeat-needs-second-person`; the review is put again by a resume.
    """
    place = f"review of {section}"
    said = decision.reason.strip()
    chinese = sum(ord(letter) > 0x2E7F for letter in said)
    if len(_WORDS.findall(said)) < 2 and chinese < 4:
        raise RunError(
            f"a repeat was asked for {f'with the reason {said!r}' if said else 'without a reason'}",
            where=place,
            way_out="Say in a few words what was wrong (lead, contact, disturbance): without that the first"
            " measurement counts. Then: calibrator resume",
            code="reason-missing",
        )
    if attempt < 2:
        return
    second = lab.person(decision.by)
    itself = second is not None and person in (second.id, second.name)
    if second is None or itself or not set(second.roles) & set(MAY_REPEAT_AGAIN):
        raise RunError(
            f"the points were repeated once, and {decision.by or 'nobody'} may not repeat them again",
            where=place,
            way_out=f"Go on without a repeat, or let a second person with the role"
            f" {' or '.join(MAY_REPEAT_AGAIN)} of lab.toml decide. Then: calibrator resume",
            code="repeat-needs-second-person",
        )


def _of_result(
    result: Mapping[str, Any], block: Mapping[str, Any] | None, former: Mapping[str, Any] | None
) -> Iterator[str]:
    if result["verdict"] in FAILED:
        yield "failed"
    if result["verdict"] in MARGINAL:
        yield "marginal"
    readings = [float(text) for text in result["readings"]]
    if (
        block is not None
        and "part" not in block
        and readings
        and max(readings) - min(readings) > _number(block["window"])
    ):
        yield "noisy"
    if former is not None and _jumped(result["exact"], former.get("exact", {})):
        yield "jump"


def _jumped(now: Mapping[str, str], then: Mapping[str, str]) -> bool:
    if not {"error", "U"} <= set(now) or "error" not in then:
        return False
    return abs(_number(now["error"]) - _number(then["error"])) > _number(now["U"])


def _last_settled(events: Iterable[Event]) -> dict[str, Mapping[str, Any]]:
    return {event.body["point"]: event.body for event in events if event.kind == "settled"}


def former_results(record: Record, opened: Mapping[str, Any], run: str) -> dict[str, Mapping[str, Any]]:
    """Return the results of the last completed run of the same unit, procedure, mode and seed, by point."""
    wanted = (opened["mode"], opened["procedure"]["id"], opened["uut"]["serial"])
    for summary in reversed(record.runs()):
        if summary.id == run or summary.state != "completed":
            continue
        if not wanted[2] or (summary.mode, summary.procedure, summary.serial) != wanted:
            continue
        other = next(record.events(summary.id, kinds={"run.opened"})).body
        if other["seed"] == opened["seed"]:
            return {result["id"]: result for result in record.results(summary.id)}
    return {}


def seqs_of(events: Iterable[Event], points: Iterable[str]) -> dict[str, list[int]]:
    """Return the readings of points that nobody discarded yet, by point."""
    kept: dict[str, list[int]] = {point: [] for point in points}
    for event in events:
        if event.kind == "reading" and event.body["point"] in kept:
            kept[event.body["point"]].append(event.seq)
        elif event.kind == "readings.discarded":
            gone = set(event.body["seqs"])
            kept = {point: [seq for seq in seqs if seq not in gone] for point, seqs in kept.items()}
    return kept


def _number(text: str | float) -> float:
    return float.fromhex(text) if isinstance(text, str) else float(text)
