"""The issued documents that lie in the home, held against the hashes in the record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["altered_documents"]

_KINDS = frozenset({"certificate.issued", "certificate.sealed"})


def altered_documents(record: Record, runs: Iterable[str], folder: Path) -> Iterator[str]:
    """Yield a sentence for each issued document in the folder that no longer has the bytes of its issue.

    One that does not lie there any more was moved, or is made again from the record; it is not named.
    """
    known: dict[str, set[str]] = {}
    for run in runs:
        for event in record.events(run, kinds=_KINDS):
            known.setdefault(Path(str(event.body["file"])).name, set()).add(str(event.body["sha256"]))
    for name, hashes in sorted(known.items()):
        path = folder / name
        try:
            content = path.read_bytes() if path.is_file() else None
        except OSError as error:
            yield f"the document {name} cannot be read: {error.strerror or error}"
            continue
        if content is not None and hashlib.sha256(content).hexdigest() not in hashes:
            yield f"the document {name} is not as it was issued: its SHA-256 is none that the record holds"
