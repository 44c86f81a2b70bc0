"""Every procedure has a page of its own, with all that a reader of its uncertainty asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import calibrator_procedures

FOLDERS = sorted(path.parent for path in Path(calibrator_procedures.__file__).parent.glob("*/procedure.toml"))
LINES = 90  # a page, with its tables
PARTS = {
    "measurand": r"\*\*Measurand\.\*\*",
    "model equation": r"\*\*Model[^*]*\*\*[\s\S]{0,600}? = ",
    "stability criteria": r"\*\*Stability[^*]*\*\*",
    "which simulated quantity is the truth": r"\*\*Truth on (a|the) simulated bench\*\*",
    "proof": r"\*\*(Proof|What the proof)[^*]*\*\*",
    "sources": r"\*\*Sources?\.\*\*",
    "contributions": r"(?m)^\| `\w+`.*\|.*\|",
    "their sizes": r"(?m)^\| (input|contribution) \|.*(size|u at|u, ).*\|",
}


def test_there_are_ten() -> None:
    assert len(FOLDERS) == 10


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_page_of_a_procedure_has_every_part(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert [part for part, pattern in PARTS.items() if not re.search(pattern, text)] == []
    assert len(text.splitlines()) <= LINES
    head = (folder / "procedure.toml").read_text(encoding="utf-8")
    kind = re.search(r'(?m)^budget_kind = "(model|guideline)"', head)
    assert kind is not None
    assert kind.group(1) in text
