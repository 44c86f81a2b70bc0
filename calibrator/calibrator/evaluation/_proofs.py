"""The proofs of a run's connections, judged again from what was applied and indicated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._difference import Difference
from calibrator.procedure import load

if TYPE_CHECKING:
    from calibrator.procedure import Proof
    from calibrator.record import Event

__all__ = ["proof_differences"]

_NEAR = 0.5  # relative: nearer than this to what was applied, a level counts as read


def proof_differences(events: Sequence[Event]) -> Iterator[Difference]:
    """Compare what each proof says of itself with what its levels give (METROLOGY 3)."""
    opened = events[0].body
    sections = load(opened["procedure"]["id"]).sections(opened["uut"]["table"])
    levels = {
        section.id: (*([section.proof] if section.proof else []), *section.lead_checks)
        for section in sections
    }
    for event in events:
        if event.kind != "proof":
            continue
        said = bool(event.body["passed"])
        now = {_holds(level, event.body) for level in levels.get(event.body["section"], ())}
        now.discard(None)
        if now and said not in now:
            place = f"proof {event.seq} {event.body['section']}"
            yield Difference("", place, _word(said), _word(not said))


def _holds(level: Proof, body: Mapping[str, Any]) -> bool | None:
    """Say whether a proof passes at this level; None where the proof is of another level."""
    if (
        body.get("function", level.function) != level.function
        or body.get("expect", level.expect) != level.expect
    ):
        return None
    indicated = float.fromhex(body["indicated"])
    if body["applied"] is None:
        return abs(indicated) < float(level.value)
    applied = float.fromhex(body["applied"])
    off = abs(indicated - applied)
    if level.indicates is not None:
        return abs(indicated - float(level.indicates)) <= level.tolerance * abs(float(level.indicates))
    if level.expect == "not-read":
        return not off <= _NEAR * abs(applied)
    return off <= level.tolerance * abs(applied)


def _word(passed: bool) -> str:
    return "passed" if passed else "not passed"
