"""Every sentence with which a room stops a technician has Chinese, as the sources say it now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.calibrator.cli._sentences import said_in

import calibrator
import calibrator_drivers
import calibrator_procedures
from calibrator.cli._words import _LOCALES, words
from calibrator.i18n._compile import po_entries

WORK = Path(calibrator.__file__).parent
DRIVERS = Path(calibrator_drivers.__file__).parent
PROCEDURES = Path(calibrator_procedures.__file__).parent
# Every module of the work and of the instruments but these, whose readers have the manual in English.
OF_AUTHORS = {
    "proof": "reports on a procedure to who writes it",
    "scaffold": "begins a procedure, a unit or a driver for who writes it",
}
ROOMS = (
    *sorted(path for path in WORK.iterdir() if path.suffix in ("", ".py") and path.name not in OF_AUTHORS),
    *sorted(path for path in DRIVERS.iterdir() if path.suffix in ("", ".py")),
    *sorted(path for path in PROCEDURES.iterdir() if path.suffix in ("", ".py")),
)
# What only who writes a procedure or a program meets, with the manual in English before them.
OF_DEVELOPERS = (
    "module 7 has no attribute 7",
    "Set standard = ",
    "Stage a value before `energised()`",
    "Call connect outside of `energised()`",
    "coefficients of a curve are a set of parameters",
    "the covariance of 7 does not belong",
    "Correct evaluate: ",
    "7 and 7 do not add",
    "a unit has whole powers",
    "7 holds a 7, which the record has no text for",
    "7 has the key 7; the record takes text keys only",
    "the time 7 has no time zone",
    "pip install calibrator-lab",
    "The run 7",
)
# Places, commands and lines of the log: no sentences.
NO_SENTENCES = (
    *("ISO/IEC", "DESIGN, ", "7, key ", "7, section 7, key ", "accuracy tables ", "calibrator resume"),
    *("unexpected error", "the outside log of heads cannot be ", "the key of 7 7", "sudo usermod"),
    *("accuracy table 7", "accuracy table of the part 7", "point table and accuracy table of 7"),
    *("procedure 7, key ", "line 7 of 7"),
)
# Parts behind the name of a key, and sentences with a part of ours in them: their keys have it, and
# `test_chinese.py` has those of the record.
COMPOSED = (
    *("is not a table", "is not known", "The reply 7 to 7 is not understood7"),
    *("7 deleted and the later ones renumbered", "The row 7 of the table 7 7: it differs from the events"),
    "The outside log of heads, 7, was gone at event 7 of the register",
    "See all of it: calibrator verify. Where a newer program evaluates otherwise",
)
# Commands, options, names of keys and quotations stay as they are typed.
_AS_TYPED = re.compile(
    r"`[^`]*`|\"[^\"]*\"|'[^']*'|--[a-z-]+ [a-z0-9]+|(?:python -m )?pip install \S+"
    r"|calibrator [a-z-]+( [a-z]+)?|\{[^}]*\}|System、Settings、Command set|true|false"
)
_ENGLISH = re.compile(
    r"[A-Za-z]*[a-z]{2,}(?: [a-z]{2,})+|\b(?:There|This|the|of|is|are|no|which)\b"
    r"|\b(?:[Ii]t|under|key|text|field|command|balance|resource)\b(?! =)"
)


def _files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def _chinese(text: str) -> str:
    """Return a sentence as the terminal says it in Chinese; in English where it has none."""
    say = words("zh")
    forms = (text, text[:1].lower() + text[1:], text.rstrip("."))
    return next((said for form in forms if (said := say(form)) != form), text)


def _lacking(place: Path) -> Iterator[str]:
    for path in _files(place):
        for text in said_in(path):
            if text.startswith((*OF_DEVELOPERS, *NO_SENTENCES, *COMPOSED)):
                continue
            told = _chinese(text)
            if told == text or _ENGLISH.search(_AS_TYPED.sub("", told)):
                yield f"{path.name}: {text} -> {told}"


@pytest.mark.parametrize("place", ROOMS, ids=lambda place: f"{place.parent.name}/{place.name}")
def test_every_sentence_that_stops_a_technician_has_chinese(place: Path) -> None:
    assert list(_lacking(place)) == []


def test_the_scan_sees_the_sentences() -> None:
    found = [text for room in ROOMS for path in _files(room) for text in said_in(path)]
    assert len(found) > 1450
    excused = (*OF_DEVELOPERS, *NO_SENTENCES, *COMPOSED)
    assert [one for one in excused if not any(text.startswith(one) for text in found)] == []


def test_the_scan_finds_a_sentence_without_chinese(tmp_path: Path) -> None:
    (tmp_path / "room.py").write_text(
        '_WHY = {"a": "Nobody has translated this table"}\n'
        "def _refuse(why):\n    return RunError(why, way_out='Nobody has translated this way out.')\n"
        "def f(x):\n    if x:\n        raise _refuse(f'Nobody has translated {x} this')\n"
        "    raise RunError(_WHY[x] if x else 'Nobody has translated this choice')\n"
        "    raise UsageError(f'there is no procedure {x}', way_out='Look at its display.')\n"
    )
    found = " ".join(_lacking(tmp_path))
    for one in ("this table", "this way out", "7 this", "this choice"):
        assert f"Nobody has translated {one}" in found
    assert "procedure" not in found
    assert "display" not in found


def test_places_for_values_are_the_same_in_both_languages() -> None:
    text = (_LOCALES / "zh" / "LC_MESSAGES" / "terminal.po").read_text(encoding="utf-8")
    entries = [(key, value) for key, value in po_entries(text) if key]
    assert len({key for key, _ in entries}) == len(entries) > 1600
    for key, value in entries:
        assert set(re.findall(r"{\w+}", key)) == set(re.findall(r"{\w+}", value)), key
        assert value
