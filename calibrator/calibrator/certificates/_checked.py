"""Who checked the results that a document states, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from calibrator.certificates._bodies import Body
from calibrator.certificates._parts import Checked
from calibrator.certificates._people import person

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["Check", "checked", "checks_of"]


@dataclass(frozen=True, slots=True)
class Check:
    """A recorded `results.checked`: who, when, and behind how many issues of documents."""

    by: str
    at: datetime
    issues: int


def checks_of(events: Iterable[Event], head: str) -> tuple[Check, ...]:
    """Return the checks of the results that end at a head of the run."""
    found, issues = [], 0
    for event in events:
        issues += event.kind == "certificate.issued"
        if event.kind == "results.checked" and event.body.get("head") == head:
            found.append(Check(str(event.body["by"]), event.at, issues))
    return tuple(found)


def checked(
    checks: Sequence[Check], lab: Body, issued: Sequence[Body], number: str
) -> tuple[Checked, ...] | None:
    """Return who had checked when the document of a number was issued first, each once; None for nobody.

    Who looked at the results later does not stand on a document that was made before.
    """
    first = next((index for index, body in enumerate(issued) if body.get("id") == number), len(issued))
    found: dict[str, Checked] = {}
    for check in checks:
        if check.issues <= first:
            who = person(lab, check.by)
            found[who.id] = Checked(who, check.at)
    return tuple(found.values()) or None
