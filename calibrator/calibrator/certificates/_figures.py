"""Figures as they stand in `references.fixed`: not checked by anybody, or confirmed by a named person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

from calibrator.certificates._bodies import Body, day
from calibrator.certificates._model import ConfirmedFigure, UnverifiedFigure
from calibrator.certificates._people import person
from calibrator_drivers.accuracy import Status

__all__ = ["CONFIRMED", "DECIDING", "confirmed_figures", "standing", "unverified_figures"]

DECIDING: Final = frozenset({"seen", "checked"})
"""Statuses that decide on a live bench (METROLOGY 9)."""

CONFIRMED: Final = "confirmed"
"""The status of a figure that nobody has seen for the software, but a named person in the document."""

OF_THE_STANDARD: Final = frozenset({"standard", "source_resistance"})
# "li, Service Guide, chapter 4, p. 69, 2026-10-01", as the engine fixes it with the figure
_TOLD: Final = re.compile(r"(?P<by>.+?), (?P<document>.+), p\. (?P<page>.+), (?P<date>\d{4}-\d\d-\d\d)")

Kind = Literal["limit", "standard", "other"]


def unverified_figures(references: Body) -> tuple[UnverifiedFigure, ...]:
    """Return each unverified figure once, with the points that depend on it.

    A figure that a named person has confirmed is not among them: see `confirmed_figures`.
    """
    found: dict[tuple[Kind, str, str], list[str]] = {}
    for point, kind, figure in _every(references):
        status = _status(figure)
        if status not in DECIDING and not figure.get("confirmed"):
            found.setdefault((kind, status, str(figure.get("source", ""))), []).append(point)
    return tuple(
        UnverifiedFigure(kind=kind, status=status, source=source, points=tuple(dict.fromkeys(points)))
        for (kind, status, source), points in found.items()
    )


def confirmed_figures(references: Body, lab: Body) -> tuple[ConfirmedFigure, ...]:
    """Return each confirmed figure once: by whom, in what document, on which page and day (METROLOGY 9)."""
    found: dict[tuple[Kind, str, str, str], list[str]] = {}
    for point, kind, figure in _every(references):
        if told := str(figure.get("confirmed") or ""):
            key = (kind, _status(figure), str(figure.get("source", "")), told)
            found.setdefault(key, []).append(point)
    return tuple(
        ConfirmedFigure(
            kind=kind,
            recorded_status=status,
            source=source,
            by=person(lab, parts["by"]),
            document=parts["document"],
            page=parts["page"],
            date=day(parts["date"]),
            points=tuple(dict.fromkeys(points)),
        )
        for (kind, status, source, told), points in found.items()
        for parts in (_parts(told),)
    )


def _parts(told: str) -> Mapping[str, str]:
    """Return a recorded confirmation taken apart; one in other words stands whole, as who said it."""
    found = _TOLD.fullmatch(told)
    return found.groupdict() if found else {"by": told, "document": "", "page": "", "date": ""}


def standing(recorded: Body, references: Body | None) -> Body:
    """Return a point's two statuses as a reader must take them: confirmed where a person stands for it.

    Of the standard's figures the weakest counts that is neither seen, checked nor confirmed; where there is
    none and one was confirmed, the point rests on that confirmation.
    """
    if references is None:
        return recorded
    own = {kind: [f for k, f in _figures(references) if k == kind] for kind in ("limit", "standard")}
    return {kind: _weakest(str(recorded[kind]), figures) for kind, figures in own.items()}


def _weakest(recorded: str, figures: list[Body]) -> str:
    doubtful = [figure for figure in figures if _status(figure) not in DECIDING]
    alone = [figure for figure in doubtful if not figure.get("confirmed")]
    if len(alone) == len(doubtful):
        return recorded
    return str(Status.weakest(*(Status(_status(figure)) for figure in alone))) if alone else CONFIRMED


def _status(figure: Body) -> str:
    return str(figure.get("status", ""))


def _every(references: Body) -> Iterator[tuple[str, Kind, Body]]:
    for body in references.get("points", ()):
        for kind, figure in _figures(body):
            yield str(body["point"]["id"]), kind, figure


def _figures(body: Body) -> list[tuple[Kind, Body]]:
    contributions: list[tuple[Kind, Body]] = [
        ("standard" if item["kind"] in OF_THE_STANDARD else "other", item)
        for item in body.get("contributions", ())
    ]
    if body["point"].get("supporting"):  # it is measured for others, and has no limits
        return contributions
    return [("limit", body["limits"]), *contributions]
