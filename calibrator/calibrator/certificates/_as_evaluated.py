"""Results that a newer program evaluates otherwise: stated as they were then, for a recorded reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from calibrator._errors import IntegrityError, UsageError
from calibrator.certificates._at_work import contradicted
from calibrator.certificates._people import GIVE_A_ROLE, may_authorise, named

if TYPE_CHECKING:
    from calibrator.certificates._sources import Sources
    from calibrator.evaluation import Difference
    from calibrator.record import Record

__all__ = ["excusable", "plan_as_evaluated", "versions_text"]


_MEASURE: Final = "See all of it: calibrator verify. Nothing is issued on such results; measure again."
_VERSIONS: Final = "versions."
_SENTENCE: Final = 4  # characters of a language that is written without blanks
_CALCULATE: Final = frozenset({"calibrator", "procedure", "numpy", "scipy"})
"""Whose version may explain that a result comes out otherwise."""

Body = Mapping[str, Any]


def excusable(found: Sequence[Difference]) -> bool:
    """Say whether versions may explain every difference: results and the joint statement, nothing else.

    What a reading's raw text says, how a proof or a check was judged and how a run ended follow from the
    record without a procedure's mathematics: no version explains that.
    """
    versions = {
        item.field.removeprefix(_VERSIONS) for item in found if not item.point and _is_version(item.field)
    }
    return bool(versions & _CALCULATE) and all(map(_of_results, found))


def _is_version(field: str) -> bool:
    return field.startswith(_VERSIONS)


def _of_results(item: Difference) -> bool:
    if not item.point:
        return _is_version(item.field) or item.field == "closing.joint"
    return not item.point.startswith("check ") and not item.field.startswith("reading ")


def plan_as_evaluated(record: Record, sources: Sources, reason: str, by: str) -> Body:
    """Examine whether the results of a run may stand as they were evaluated, and return what is recorded.

    Args:
        record: of the run.
        sources: what was gathered of it.
        reason: why they stand.
        by: who decides it: of a live run one who may authorise; nobody decides anything of a simulated one.

    Raises:
        UsageError: code `no-reason`, `may-not-authorise`, or `nothing-differs`: everything recomputes, so
            that nothing needs to be let stand.
        IntegrityError: code `results-differ`: no version explains what differs, or the register speaks
            against it.
    """
    from calibrator.evaluation import recompute

    run = sources.run
    who = _who(sources, reason, by)
    found = recompute(record, run)
    if not found:
        raise UsageError(
            "every result of the run recomputes with this program",
            where="--as-evaluated",
            way_out="Leave --as-evaluated out.",
            code="nothing-differs",
        )
    if not excusable(found):
        first = found[0]
        raise IntegrityError(
            f"no version explains what differs: {first}",
            where=run,
            way_out=_MEASURE,
            code="results-differ",
        )
    speaks = contradicted(record, run, found)
    if speaks:
        raise IntegrityError(
            f"no version explains what differs: {speaks}", where=run, way_out=_MEASURE, code="results-differ"
        )
    return {
        "head": sources.stamp.head,
        "reason": reason.strip(),
        "by": who,
        "differences": sum(not _is_version(item.field) for item in found),
        "versions": [_version(item, sources.opened) for item in found if _told(item)],
    }


def _who(sources: Sources, reason: str, by: str) -> str:
    """Return the id of the person who lets results stand; empty for a simulated run."""
    ideographs = sum("\u3400" <= letter <= "\u9fff" for letter in reason)
    if (len(reason.split()) < 2 and ideographs < _SENTENCE) or not reason.isprintable():
        raise UsageError(
            "results stand only for a reason of at least two words",
            where="--as-evaluated",
            way_out='Say why in one line: --as-evaluated "measured before the program was renewed".',
            code="no-reason",
        )
    if sources.opened["mode"] != "live":
        return ""
    lab = sources.opened["lab"]
    allowed = may_authorise(lab)
    found = next((entry.id for entry in allowed if by in (entry.id, entry.name)), "")
    if not found:
        raise UsageError(
            f'"{by}" may not let results of this run stand' if by else "nobody named lets the results stand",
            where="--authorised-by",
            way_out=f"Name one of: {named(allowed)}." if allowed else GIVE_A_ROLE,
            code="may-not-authorise",
        )
    return found


def _told(item: Difference) -> bool:
    return _is_version(item.field) and item.field.removeprefix(_VERSIONS) in _CALCULATE


def _version(item: Difference, opened: Body) -> dict[str, str]:
    """Return the versions then and now; of a procedure with its number and the beginning of its hash."""
    name, then, now = item.field.removeprefix(_VERSIONS), item.recorded, item.recomputed
    if name == "procedure":
        from calibrator.procedure import load

        procedure = opened["procedure"]
        name = f"{name} {procedure['id']}"
        then = f"{procedure['version']} ({then[:8]})"
        now = f"{load(str(procedure['id'])).info.version} ({now[:8]})"
    return {"name": name, "then": then, "now": now}


def versions_text(body: Body) -> str:
    """Return the versions then and now in one line, in no language."""
    return "; ".join(f"{item['name']} {item['then']} → {item['now']}" for item in body["versions"])
