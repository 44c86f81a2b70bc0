"""What persons of the laboratory have held against the printed document: `regulations.toml` of the home.

The same as the `[[confirmation]]` of an accuracy table (METROLOGY 9): who, document, page, date. Each line
holds the hash of the figure as it was then; a figure that a later package changes is unverified again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from calibrator._errors import UsageError
from calibrator.procedure._toml import TomlFile
from calibrator.regulations._diff import figure_of
from calibrator.regulations._types import FIGURES, Edition, Known
from calibrator.standards import Lab

__all__ = ["Checked", "known_of", "load_checked", "mark_checked", "standing", "status_of", "unverified"]

MAY_CHECK = ("reviewer", "technical manager")
GOOD = ("seen", "checked")
_HEAD = (
    "# Figures of regulations that a person of this laboratory has held against the printed document.\n"
    "# Written by `calibrator regulation check`; `hash` is that of the figure as it was then.\n"
)
_KEYS = ("edition", "figure", "by", "document", "page", "date", "hash")


@dataclass(frozen=True, slots=True)
class Checked:
    """One figure of an edition, checked."""

    edition: str
    figure: str
    by: str  # id of a person of the laboratory
    document: str
    page: str
    date: date
    hash: str


def load_checked(path: Path, lab: Lab) -> tuple[Checked, ...]:
    """Take the laboratory's file; a home without one has checked nothing.

    Raises `ConfigurationError` with line and key, `UsageError` for a person who may not.
    """
    if not path.is_file():
        return ()
    file = TomlFile.parse(path.read_text(encoding="utf-8"), path.name)
    file.refuse_unknown(file.data, ("checked",), ())
    found = []
    for number, table in enumerate(file.data.get("checked", ())):
        place = ("checked", number)
        file.refuse_unknown(table, _KEYS, place)
        texts = {key: file.require(table, key, str, place) for key in _KEYS if key != "date"}
        file.refuse_other(texts["figure"], FIGURES, (*place, "figure"))
        _may(lab, texts["by"], f"{path.name}, key checked[{number + 1}].by")
        found.append(Checked(**texts, date=file.require(table, "date", date, place)))
    return tuple(found)


def mark_checked(
    path: Path,
    lab: Lab,
    edition: Edition,
    figures: Iterable[str],
    *,
    by: str,
    document: str,
    page: str,
    on: date,
    today: date,
) -> tuple[Checked, ...]:
    """Write that a person has held these figures of an edition against the document, and return the lines.

    Raises:
        UsageError: `unknown-person`, `role-missing`, `no-source`, `checked-in-future`, `no-figure`.
    """
    person = _may(lab, by, "--by")
    for option, text in (("--document", document), ("--page", page)):
        if not any(character.isalnum() for character in text):
            raise UsageError(
                f"{text!r} names no {option.removeprefix('--')}",
                where=option,
                way_out="Write where the figure stands, so that another person finds it.",
                code="no-source",
            )
    if on > today:
        raise UsageError(
            f"{on} is a day to come", where="--date", way_out="Correct the date.", code="checked-in-future"
        )
    done = []
    for figure in figures:
        if figure not in FIGURES or not figure_of(edition, figure):
            raise UsageError(
                f"{edition.id} has no figure {figure!r}",
                where="--figure",
                way_out=f"It has {', '.join(name for name in FIGURES if figure_of(edition, name))}.",
                code="no-figure",
            )
        done.append(Checked(edition.id, figure, person, document, page, on, _hash(edition, figure)))
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    path.write_text(text + "".join(map(_line, done)), encoding="utf-8")
    return tuple(done)


def unverified(edition: Edition, checked: Iterable[Checked] = ()) -> tuple[str, ...]:
    """Return the figures of an edition that nobody has read in the document; empty for a checked one."""
    if edition.checked:
        return ()
    known = {item.figure for item in checked if standing(edition, item)}
    return tuple(
        figure
        for figure in FIGURES
        if figure_of(edition, figure)
        and figure not in known
        and any(item.status not in GOOD for item in known_of(edition, figure))
    )


def status_of(edition: Edition, checked: Iterable[Checked] = ()) -> str:
    """Return "unverified", "seen" (every figure was read somewhere) or "checked" (by a named person)."""
    lines = tuple(checked)
    if unverified(edition, lines):
        return "unverified"
    by_person = {item.figure for item in lines if standing(edition, item)}
    every = all(figure in by_person for figure in FIGURES if figure_of(edition, figure))
    return "checked" if edition.checked or every else "seen"


def standing(edition: Edition, item: Checked) -> bool:
    """Say whether a check is of this edition, and of the figure as it is now."""
    return item.edition == edition.id and item.hash == _hash(edition, item.figure)


def known_of(edition: Edition, figure: str) -> tuple[Known, ...]:
    """Return how well each line of a figure is known."""
    if figure == "edition":
        return (edition.known,)
    found = getattr(edition, figure)
    return tuple(item.known for item in (found if isinstance(found, tuple) else (found,)))


def _hash(edition: Edition, figure: str) -> str:
    text = json.dumps(figure_of(edition, figure), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _may(lab: Lab, by: str, place: str) -> str:
    person = lab.person(by)
    if person is None:
        known = ", ".join(f"{one.id} ({one.name})" for one in lab.persons) or "none yet"
        raise UsageError(
            f"{by!r} is no person of this laboratory",
            where=place,
            way_out=f"lab.toml names {known}.",
            code="unknown-person",
        )
    if not set(person.roles) & set(MAY_CHECK):
        raise UsageError(
            f"{by!r} may not confirm figures",
            where=place,
            way_out=f"Let a person with the role {' or '.join(MAY_CHECK)} hold it against the document.",
            code="role-missing",
        )
    return person.id


def _line(item: Checked) -> str:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)  # a basic string of TOML escapes as JSON does

    texts: Mapping[str, str] = {key: quoted(str(getattr(item, key))) for key in _KEYS if key != "date"}
    return (
        "\n[[checked]]\n"
        + "".join(f"{key} = {text}\n" for key, text in texts.items())
        + f"date = {item.date}\n"
    )
