"""Do the results that a document states follow from the readings that they are recorded with?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from calibrator._errors import IntegrityError, UsageError
from calibrator.certificates._as_evaluated import excusable, versions_text
from calibrator.certificates._at_work import contradicted
from calibrator.certificates._let_stand import KIND, standing
from calibrator.certificates._other_version import evaluated_otherwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from calibrator.evaluation import Difference
    from calibrator.record import Event, Record

__all__ = ["NOT_HERE", "Again", "check_follows", "let_stand", "unlike"]

_VERSIONS: Final = "versions."
_MEASURE_AGAIN: Final = (
    "See all of it: calibrator verify. Nothing is issued on such results, and no version explains them;"
    " measure again."
)
NOT_HERE: Final = "the results cannot be recomputed here and stand as they were evaluated then"


def check_follows(record: Record, run: str) -> None:
    """Evaluate a run again, and refuse to state results that do not follow from its readings.

    Versions alone that differ refuse nothing; they are named with the first difference that they may explain.
    Where a person let the results of the last closing stand as they were evaluated, and versions may explain
    all that differs, nothing is refused.

    Raises:
        IntegrityError: code `results-differ`.
    """
    from calibrator.evaluation import recompute

    found = recompute(record, run)
    if found and not let_stand(record.events(run), found):
        raise IntegrityError(
            f"the recorded results do not follow from the readings: {_told(found)}",
            where=run,
            way_out=_way_out(record, run) if excusable(found) else _MEASURE_AGAIN,
            code="results-differ",
        )


def _way_out(record: Record, run: str) -> str:
    """Return what to do where versions may explain what differs."""
    return (
        "See all of it: calibrator verify. Where a newer program evaluates otherwise, let the results stand"
        ' as they were evaluated then, for a reason that is printed: --as-evaluated "REASON". Or issue with'
        f" the versions of then{_measured_with(record, run)}, or measure again."
    )


def let_stand(events: Iterable[Event], found: Sequence[Difference]) -> str:
    """Say by whom and why results that differ stand as they were evaluated; empty where they do not."""
    known = [event for event in events if event.kind in (KIND, "run.closed")]
    closings = [event.hash for event in known if event.kind == "run.closed"]
    said = standing(known, closings[-1]) if closings and excusable(found) else {}
    if not said:
        return ""
    text = f"{NOT_HERE}: {versions_text(said)}; {said['reason']}"
    return f"{text} ({said['by']})" if said["by"] else text


def _measured_with(record: Record, run: str) -> str:
    """Name the program that a run was measured with, and how it stands beside this one."""
    opened = record.last(run, "run.opened")
    version = str((opened.body.get("versions") or {}).get("calibrator") or "") if opened else ""
    return f" (Calibrator {version} in an environment of its own, on the same home)" if version else ""


@dataclass(frozen=True, slots=True)
class Again:
    """What came of evaluating the results of a run again: what is wrong, what is doubtful, what is said."""

    wrong: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


def unlike(record: Record, run: str) -> Again:
    """Evaluate a run again and say what is wrong with its results, or what only another version explains."""
    from calibrator.evaluation import recompute

    try:
        found = recompute(record, run)
    except IntegrityError as error:
        return Again(wrong=(f"the results cannot be evaluated again: {error.what}",))
    except UsageError as error:  # a procedure of a package that is not installed here
        return Again(said=(f"not recomputed: {error.what}",))
    events = list(record.events(run))
    stands = let_stand(events, found)
    if stands:
        return Again(said=(stands,))
    otherwise = evaluated_otherwise(events, found)
    speaks = contradicted(record, run, found) if otherwise else ""
    if otherwise and not speaks:
        return Again(doubtful=(otherwise,))
    if found:
        differs = f"the recorded results do not follow from the readings: {_told(found)}"
        return Again(wrong=(differs, speaks) if speaks else (differs,))
    return Again(said=("every result recomputes from its readings",))


def _told(found: tuple[Difference, ...]) -> str:
    """Return the first difference, how many more there are, and the versions that differ."""
    versions = [item for item in found if item.field.startswith(_VERSIONS)]
    differences = [item for item in found if item not in versions]
    first = min(differences, key=lambda item: item.field.startswith("clause8"))  # its check says less
    more = f" ({len(differences) - 1} more)" if len(differences) > 1 else ""
    named = f"{first.point} {first.field}".strip()
    text = f"{named}: recorded {first.recorded}, recomputed {first.recomputed}{more}"
    if not versions:
        return text
    told = ", ".join(
        f"{item.field.removeprefix(_VERSIONS)} {item.recorded}, now {item.recomputed}" for item in versions
    )
    return f"{text}; versions differ: {told}"
