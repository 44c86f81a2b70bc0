"""The regulations that a procedure follows: the edition in force on the day of the work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from calibrator._errors import UsageError
from calibrator.engine._differing import differences_from, judging_of, lacking_of
from calibrator.engine._manner import Judging
from calibrator.engine._types import Refusal
from calibrator.engine._uncompared import uncompared
from calibrator.procedure import ProcedureInfo, Regulation
from calibrator.regulations import Checked, Found, Library, load_checked, load_library, status_of, unverified
from calibrator.standards import Lab

__all__ = ["followed", "regulation_problems", "regulations_body"]

CHECKED = "regulations.toml"
_SAYS = {
    "abolished": "is no longer in force",
    "not-yet-effective": "is not in force yet",
}


def regulation_problems(info: ProcedureInfo, lab: Lab, day: date, today: date) -> Iterator[Refusal]:
    """Yield what stands against the editions on the day of the work: one that is not in force.

    `today` is the day after which a check of a figure cannot have been made yet.
    """
    place = f"procedure {info.id}, key regulations"
    if not info.regulations:
        return
    library = load_library()
    for name in info.regulations:
        try:
            found = library.find(name, day)
        except UsageError as error:
            yield Refusal(error.code, f"{error.what}. {error.way_out}", place)
            continue
        if found.state != "in-force":
            instead = f" In force is {found.instead.number}." if found.instead is not None else ""
            end = library.end(found.edition)
            until = f" (from {found.edition.effective}{f' to {end}' if end else ''})"
            yield Refusal(
                f"regulation-{found.state}",
                f"{found.edition.number} {_SAYS[found.state]} on {day}{until}.{instead} Work to the edition"
                f" in force, or name why not: --deviation regulation-{found.state}=REASON with --person.",
                place,
            )
    for item in load_checked(_home(lab) / CHECKED, lab) if lab.path else ():
        if item.date > today:
            reason = f"The check of {item.edition} by {item.by} is dated {item.date}, a day to come."
            yield Refusal("confirmation-in-future", f"{reason} Correct the date.", CHECKED)


def regulations_body(info: ProcedureInfo, lab: Lab, day: date, judging: Judging) -> list[dict[str, Any]]:
    """Return the editions as `run.opened` holds them: what of them nobody has checked, and what differs.

    One that is not known has no place here: it is what `regulation_problems` refuses.
    """
    if not info.regulations:
        return []
    library = load_library()
    checked = load_checked(_home(lab) / CHECKED, lab) if lab.path else ()
    found = [library.find(name, day) for name in info.regulations if library.knows(name)]
    bodies = []
    for item in found:
        differs = differences_from(item.edition, info, judging.sections, judging.rule)
        more: dict[str, Any] = {}
        if differs:
            more["differs"] = [{"en": text.en, "zh": text.zh} for text in differs]
        if open_ := uncompared(item.edition, judging.sections):
            more["uncompared"] = {"en": open_.en, "zh": open_.zh}
        if item.edition.id == judging.judged_as:
            judged = judging_of(item.edition, judging.rule)
            more["judged"] = {"en": judged.en, "zh": judged.zh}
        if lacking := lacking_of(item.edition, judging.sections):
            more["lacks"] = lacking
        bodies.append(_body(library, item, checked) | more)
    return bodies


def followed(regulation: Regulation, editions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return `[regulation]` of a procedure's head as `run.opened` holds it.

    Where the edition is dated data too, its dates, how long it stands and who has checked it come from there.
    """
    body = asdict(regulation)
    for edition in editions:
        if edition["number"] == regulation.number:
            body |= {"in_force": edition["effective"], "superseded": edition["end"]}
            if edition.get("interval_months"):
                body["validity_months"] = edition["interval_months"]
            if edition["status"] == "checked":
                body["status"] = "checked"
    return body


def _body(library: Library, found: Found, checked: tuple[Checked, ...]) -> dict[str, Any]:
    edition = found.edition
    open_figures = unverified(edition, checked)
    return {
        "id": edition.id,
        "number": edition.number,
        "kind": edition.kind,
        "title": {"en": edition.title.en, "zh": edition.title.zh},
        "effective": edition.effective,
        "end": library.end(edition),
        "state": found.state,
        "status": status_of(edition, checked),
        "unverified": list(open_figures),
        **({} if edition.interval is None else {"interval_months": edition.interval.months}),
        "checked": [
            {
                "figure": item.figure,
                "by": item.by,
                "document": item.document,
                "page": item.page,
                "date": item.date,
            }
            for item in checked
            if item.edition == edition.id and item.figure not in open_figures
        ],
    }


def _home(lab: Lab) -> Path:
    return Path(lab.path).parent
