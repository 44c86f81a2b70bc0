"""Which run and which kind of document a number, a file or a run means."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import UsageError

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["Issued", "find_document"]


@dataclass(frozen=True, slots=True)
class Issued:
    """A document of a run: its number ("" where none was issued yet) and its kind."""

    run: str
    id: str
    kind: str


def find_document(record: Record, text: str) -> Issued:
    """Return what `text` means: a document's number, a document's file, or a run.

    Raises:
        UsageError: nothing here bears that name, or a file is no document of this record.
    """
    named = text
    path = Path(text)
    if path.is_file():
        from calibrator.certificates import read_back

        named = read_back(path).id
    last: Issued | None = None
    for run in record.runs():
        for event in record.events(run.id, kinds={"certificate.issued", "certificate.sealed"}):
            if event.body.get("id") == named:
                last = Issued(run.id, named, str(event.body.get("kind") or "calibration"))
    if last is not None:
        return last
    if path.is_file() or path.suffix.lower() in (".pdf", ".html", ".json", ".xml"):
        raise UsageError(
            "the record never issued this document",
            where=text,
            way_out="Name the number that stands on it, or a run: calibrator runs.",
            code="no-such-document",
        )
    found = record.find_run(text)
    issued = [event.body for event in record.events(found, kinds={"certificate.issued"})]
    newest = issued[-1] if issued else {}
    return Issued(found, str(newest.get("id", "")), str(newest.get("kind") or "calibration"))
