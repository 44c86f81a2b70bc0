"""Every sentence with which a room stops a technician has Chinese, as the sources say it now."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.calibrator.cli.test_chinese_errors import templates

import calibrator
from calibrator.cli._words import words

WORK = Path(calibrator.__file__).parent
ROOMS = (
    *("_home.py", "bench", "certificates", "cli", "engine", "evaluation", "evidence", "record"),
    *("regulations", "standards"),
)
_SAYS = re.compile(r"(Error|Refusal|refused|Missing|Problem|Finding|error|problem|bad)$")
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
    "Write order = ",
    "The run 7",
)
# Places, commands and lines of the log: no sentences.
NO_SENTENCES = (
    *("ISO/IEC", "DESIGN, ", "7, key ", "7, section 7, key ", "accuracy tables ", "calibrator resume"),
    *("unexpected error", "the outside log of heads cannot be ", "the key of 7 7"),
)
FEWEST_WORDS = 2


def _sentences(path: Path) -> Iterator[str]:
    """Yield what calls of errors and refusals say: positional texts, `what` and `way_out`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        if not _SAYS.search(name):
            continue
        named = [key.value for key in node.keywords if key.arg in ("what", "way_out", "reason", "text")]
        for part in (*node.args, *named):
            for text in templates(part):
                yield from (line for line in text.split("\n") if _is_said(line))


def _is_said(text: str) -> bool:
    return " " in text and len(re.findall("[A-Za-z]{2,}", text)) >= FEWEST_WORDS


def _files(room: str) -> list[Path]:
    place = WORK / room
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_that_stops_a_technician_has_chinese(room: str) -> None:
    chinese = words("zh")
    lacking = []
    for path in _files(room):
        for text in _sentences(path):
            forms = (text, text[:1].lower() + text[1:], text.rstrip("."))
            if all(chinese(form) == form for form in forms) and not text.startswith(
                (*OF_DEVELOPERS, *NO_SENTENCES)
            ):
                lacking.append(f"{path.relative_to(WORK)}: {text}")
    assert lacking == []


def test_the_scan_sees_the_sentences() -> None:
    found = [text for room in ROOMS for path in _files(room) for text in _sentences(path)]
    assert len(found) > 750
    assert all(any(text.startswith(excused) for text in found) for excused in OF_DEVELOPERS)
    assert words("zh")("Nobody has ever translated this") == "Nobody has ever translated this"
