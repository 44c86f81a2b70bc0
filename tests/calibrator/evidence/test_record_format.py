"""The page of the record's format has every event of a run, with every key of its body."""

from __future__ import annotations

import re
from pathlib import Path

from calibrator.record import Record

PAGE = Path(__file__).parents[3] / "docs" / "record-format.md"
LEAST = 15  # kinds of event that a run of two sections and its register have


def rows() -> dict[str, str]:
    """Return the rows of the page for each kind of event."""
    found: dict[str, str] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            for kind in re.findall(r"`([\w.-]+)`", line.split("|")[1]):
                found[kind] = found.get(kind, "") + line
    return found


def test_every_event_and_key_of_a_run_stands_on_the_page(record: Record) -> None:
    page, kinds, missing = rows(), set[str](), set[str]()
    for stream in (record.REGISTER, record.find_run("last")):
        for event in record.events(stream):
            kinds.add(event.kind)
            words = set(re.findall(r"\w+", page.get(event.kind, "")))
            missing |= {f"{event.kind}: {key}" for key in event.body if key not in words}
    assert len(kinds) >= LEAST
    assert not kinds - page.keys()
    assert not missing
