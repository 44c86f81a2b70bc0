"""What a verification document rests on: regulation, authority, items with their outcome, validity."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, get_args

from calibrator._errors import UsageError
from calibrator.certificates._bodies import Body, day, text
from calibrator.certificates._days import day_in
from calibrator.certificates._legal import Authority, Kind, Outcome, Regulation, Verification, VerifiedItem
from calibrator.certificates._model import ResultSection
from calibrator.procedure import ITEM, item_outcome
from calibrator.regulations import due_after

if TYPE_CHECKING:
    from calibrator.certificates._sources import Sources

__all__ = ["KINDS", "PREFIXES", "kind_of", "verification_of"]

PREFIXES: Final = {"calibration": "CAL", "verification": "VER", "notice": "NOT"}
"""By kind of document: how its number begins."""
KINDS: Final = tuple(PREFIXES)


def kind_of(kind: str) -> Kind:
    """Return a kind of document by its name.

    Raises:
        UsageError: code `unknown-kind`.
    """
    known: tuple[Kind, ...] = get_args(Kind)
    for candidate in known:
        if candidate == kind:
            return candidate
    raise UsageError(
        f"there is no document of the kind {kind!r}",
        where="--kind",
        way_out=f"Take one of {', '.join(KINDS)}.",
        code="unknown-kind",
    )


def verification_of(
    sources: Sources, sections: tuple[ResultSection, ...], kind: str, *, with_uncertainty: bool
) -> Verification | None:
    """Return the verification part of a document; None for a calibration certificate."""
    if kind == "calibration":
        return None
    body = sources.opened["procedure"].get("regulation")
    regulation = _regulation(body) if body else None
    authority = sources.opened["lab"].get("authority")
    items = tuple(_item(entry, sources, sections) for entry in (body or {}).get("items", ()))
    ended = day_in(str(sources.opened["lab"].get("timezone") or "UTC"), sources.ended_at)
    return Verification(
        regulation=regulation,
        authority=_authority(authority) if authority else None,
        items=items,
        on=ended,
        valid_until=(
            due_after(regulation.validity_months, ended) - timedelta(days=1) if regulation else None
        ),
        with_uncertainty=with_uncertainty,
    )


def _regulation(body: Body) -> Regulation:
    return Regulation(
        number=str(body["number"]),
        title=text(body["title"]),
        status=str(body["status"]),
        source=str(body["source"]),
        in_force=day(body.get("in_force")),
        superseded=day(body.get("superseded")),
        validity_months=int(body["validity_months"]),
    )


def _authority(body: Body) -> Authority:
    return Authority(
        str(body["number"]), str(body["by"]), day(body["until"]), tuple(map(str, body.get("regulations", ())))
    )


def _item(entry: Body, sources: Sources, sections: tuple[ResultSection, ...]) -> VerifiedItem:
    wanted = tuple(map(str, entry.get("sections") or ()))
    outcome = _measured(wanted, sources, sections) if wanted else _answered(str(entry["id"]), sources)
    return VerifiedItem(str(entry["id"]), text(entry["title"]), outcome)


def _measured(wanted: tuple[str, ...], sources: Sources, sections: tuple[ResultSection, ...]) -> Outcome:
    """Return the outcome of an item that is measured: it passes where every point of it passes."""
    found = [section for section in sections if section.id in wanted]
    left = {str(name) for name in (sources.closed or {}).get("not_tested") or ()}
    points = {result.id for section in found for result in section.results}
    expected = {
        str(point["point"]["id"])
        for point in sources.references.get("points", ())
        if str(point["point"]["section"]) in wanted
    }
    lacks = {
        name for one in sources.opened["procedure"].get("regulations", ()) for name in one.get("lacks", ())
    }
    if lacks & set(wanted):  # points that the edition has are in no table: the item is not done whole
        return "not done"
    if len(found) < len(wanted) or left & (expected | set(wanted)) or expected - points:
        return "not done"
    verdicts = {result.verdict for section in found for result in section.results}
    if "fail" in verdicts:
        return "fail"
    return "pass" if verdicts == {"pass"} else "undetermined"


def _answered(item: str, sources: Sources) -> Outcome:
    answer = sources.answers.get(f"{ITEM}{item}")
    if answer is None:
        return "not done"
    return item_outcome(str(answer.get("answer"))) or "not done"
