"""The head of the run that stands on a document, held against the record."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["foreign_head", "holds_head"]

_FILE: Final = re.compile(
    rb"/Type\s*/EmbeddedFile\b.{0,2000}?\bstream\r?\n", re.DOTALL
)  # ISO 32000-2, 7.11.4
_LARGEST: Final = 50 * 1024 * 1024  # bytes unpacked


def foreign_head(file: Path, record: Record) -> str:
    """Return what is wrong where no closing of the run is the one that the document was made from, else "".

    The number of a document holds 32 bits of a hash of run and head; HTML, JSON and XML hold the head itself,
    and so do the data attached to a PDF. A record that was written anew, documents and all, differs in both.
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
    if not own or not holds_head(file.read_bytes(), found.format, own):
        return f"the record has another end of the run {found.run} than the one that stands on the document"
    return ""


def holds_head(content: bytes, format: str, heads: Iterable[str]) -> bool:
    """Say whether a document holds one of these heads: in its text, of a PDF in what is attached to it."""
    if format == "pdf":
        content = b"".join(_attached(content))
    return any(head.encode() in content for head in heads)


def _attached(content: bytes) -> Iterator[bytes]:
    """Yield the files attached to a PDF that this program wrote: deflated, in objects of their own."""
    for match in _FILE.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[match.end() :], _LARGEST)
        except zlib.error:  # not deflated: as it stands
            yield content[match.end() : content.find(b"endstream", match.end())]
