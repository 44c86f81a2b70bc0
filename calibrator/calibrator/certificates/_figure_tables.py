"""Tables of figures: those that nobody verified, and those that a named person confirmed."""

from __future__ import annotations

from typing import Any, Final

from calibrator.certificates._model import Certificate, Person, UnverifiedFigure
from calibrator.certificates._origins import Origin, origin, rows_text
from calibrator.certificates._statements import name_text, point_name
from calibrator.certificates._tables import STATUS_WORDS
from calibrator.certificates._words import Speaker
from calibrator.procedure import Text

__all__ = ["KINDS", "confirmed_table", "figure_table"]

# msgids of the catalogue
KINDS: Final = {"limit": "limit", "standard": "standard", "other": "influence"}

Table = dict[str, Any]


def figure_table(model: Certificate, speaker: Speaker) -> Table:
    """Return the figures that nobody verified, each with its source (METROLOGY 9)."""
    say = speaker.say
    return {
        "title": say("Figures not verified"),
        "note": say(
            "Nobody checked these figures against their documents. On a live bench a limit or a figure of a "
            "standard among them leaves its points undetermined."
        )
        if model.unverified
        else say("Every figure used was seen, checked or confirmed in the maker's document.")
        if model.confirmed
        else say("Every figure used was seen in, or checked against, the maker's document."),
        "columns": [say("Figure"), say("Status"), say("Source"), say("Points")],
        "rows": [
            [
                speaker.say(KINDS[kind]),
                speaker.say(STATUS_WORDS[status]) if status in STATUS_WORDS else [status or "–"],
                sources,
                _points(model, points, speaker),
            ]
            for kind, status, sources, points in _grouped(model.unverified, speaker)
        ],
    }


def confirmed_table(model: Certificate, speaker: Speaker) -> Table:
    """Return the figures that a person confirmed: who, in what document, page and date (METROLOGY 9)."""
    say = speaker.say
    return {
        "title": say("Figures confirmed by a named person"),
        "note": say("These figures were held against the maker's document by the person named beside them."),
        "columns": [
            say("Figure"),
            say("Confirmed by"),
            say("Maker's document"),
            say("Page"),
            say("Date"),
            say("Points"),
        ],
        "rows": [
            [
                [*say(KINDS[kind]), *speaker.tell(rows_text(rows))],
                speaker.tell(name_text(by)),
                [document or "–"],
                [page or "–"],
                [date],
                _points(model, frozenset(points), speaker),
            ]
            for (kind, by, document, page, date), (rows, points) in _confirmations(model).items()
        ],
    }


Confirmation = tuple[str, Person, str, str, str]


def _confirmations(model: Certificate) -> dict[Confirmation, tuple[list[Origin], set[str]]]:
    """Return what one person confirmed on one page on one day together, with its rows and points."""
    found: dict[Confirmation, tuple[list[Origin], set[str]]] = {}
    for figure in model.confirmed:
        key = (figure.kind, figure.by, figure.document, figure.page, str(figure.date or "–"))
        rows, points = found.setdefault(key, ([], set()))
        rows.append(origin(figure.source))
        points.update(figure.points)
    return found


def _grouped(
    figures: tuple[UnverifiedFigure, ...], speaker: Speaker
) -> list[tuple[str, str, list[str], frozenset[str]]]:
    """Return figures of one kind, status and document together: the document first, then its rows."""
    found: dict[tuple[str, str, Text | None], tuple[list[Origin], set[str]]] = {}
    for figure in figures:
        come = origin(figure.source)
        rows, points = found.setdefault((figure.kind, figure.status, come.document), ([], set()))
        rows.append(come)
        points.update(figure.points)
    return [
        (
            kind,
            status,
            [*(speaker.tell(document) if document else []), *speaker.tell(rows_text(rows))],
            frozenset(points),
        )
        for (kind, status, document), (rows, points) in found.items()
    ]


def _points(model: Certificate, ids: frozenset[str], speaker: Speaker) -> list[str]:
    """Return points as a reader knows them; a section's title stands for all its points."""
    if len(model.sections) > 1 and all(result.id in ids for result in model.results):
        return speaker.say("all points")
    en, zh = [], []
    for section in model.sections:
        named = [result for result in section.results if result.id in ids]
        if len(named) == len(section.results):
            en.append(section.title.en)
            zh.append(section.title.zh)
        elif named:
            names = ", ".join(point_name(result) for result in named)
            en.append(f"{section.title.en}: {names}")
            zh.append(f"{section.title.zh}：{names}")
    return speaker.tell(Text(en="; ".join(en) or "–", zh="；".join(zh) or "–"))
