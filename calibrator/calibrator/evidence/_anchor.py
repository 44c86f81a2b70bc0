"""The head of the run that stands on a document, held against the record."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import UsageError

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["foreign_head"]


def foreign_head(file: Path, record: Record) -> str:
    """Return what is wrong where no closing of the run is the one that the document was made from, else "".

    The number of a document holds 32 bits of a hash of run and head; HTML, JSON and XML hold the head itself.
    A record that was written anew, documents and all, differs in both.
    """
    from calibrator.certificates import read_back

    try:
        found = read_back(file)
    except UsageError:  # no certificate of ours; what it is, is said elsewhere
        return ""
    closings = [event.hash for event in record.events(found.run, kinds={"run.closed"})]
    if not closings:
        return ""
    digests = {head: hashlib.sha256(f"{found.run}\n{head}".encode()).hexdigest()[:8] for head in closings}
    own = [head for head, digest in digests.items() if digest.upper() in found.id]
    content = b"" if found.format == "pdf" else file.read_bytes()
    if not own or (content and own[-1].encode() not in content):
        return f"the record has another end of the run {found.run} than the one that stands on the document"
    return ""
