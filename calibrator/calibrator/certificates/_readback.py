"""Reading a document back: which certificate it is, and whether it is as it was issued."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["LARGEST", "ReadBack", "read_back"]

_MARK: Final = re.compile(r"calibrator-(certificate|run):([A-Za-z0-9-]+)")
LARGEST: Final = 100 * 1024 * 1024  # bytes; no certificate comes near it


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a document says it is: its number, its run, and the hash of its bytes."""

    path: Path
    format: str
    id: str
    run: str
    sha256: str

    def compare(self, record: Record) -> tuple[str, ...]:
        """Return what does not agree with the record, empty where the file is as it was issued."""
        issued = [
            event.body
            for event in record.events(self.run, kinds={"certificate.issued", "certificate.sealed"})
            if event.body.get("id") == self.id and event.body.get("format") == self.format
        ]
        if any(body.get("sha256") == self.sha256 for body in issued):
            return ()
        if issued:
            known = ", ".join(str(body["sha256"])[:16] for body in issued)
            return (
                f"the certificate {self.id} was issued with other bytes: "
                f"the file's SHA-256 begins {self.sha256[:16]}, recorded are {known}",
            )
        if next(iter(record.events(self.run)), None) is None:
            return (f"this record does not hold the run {self.run} that the document names",)
        return (f"the record never issued the certificate {self.id} of run {self.run} as {self.format}",)


def read_back(file: Path) -> ReadBack:
    """Return what a certificate in any of its forms says it is; `compare` holds it against a record.

    Raises:
        UsageError: the file cannot be read (`no-such-file`) or is no certificate (`not-a-certificate`).
    """
    try:
        content = file.read_bytes() if file.stat().st_size <= LARGEST else b""
    except OSError as error:
        raise UsageError(
            f"the file cannot be read: {error.strerror or error}",
            where=str(file),
            way_out="Name a certificate that is there.",
            code="no-such-file",
        ) from error
    format, names = _names(content)
    if len(names) < 2:
        raise UsageError(
            f"{file.name} carries no number and no run of a certificate",
            where=str(file),
            way_out="Name a PDF, HTML, JSON or XML file that `calibrator certificate` wrote.",
            code="not-a-certificate",
        )
    return ReadBack(file, format, names["certificate"], names["run"], hashlib.sha256(content).hexdigest())


def _names(content: bytes) -> tuple[str, dict[str, str]]:
    """Return the form of a document and the number and run that stand in it, also where it is damaged."""
    if content.startswith(b"%PDF"):
        return "pdf", _marks(content.decode("latin-1"))
    own = _of_tree(content)
    if own is not None:
        return "dcc", own
    text = content.decode("utf-8", errors="replace")
    if text.lstrip("\ufeff \t\r\n").startswith("<?xml") or "digitalCalibrationCertificate" in text[:4096]:
        return "dcc", _marks(text)
    if text.lstrip().startswith("{"):
        return "json", _marks(text)
    return "html", _marks(html.unescape(text))


def _of_tree(content: bytes) -> dict[str, str] | None:
    """Return number and run as the elements of a DCC have them; None where it is none, or cannot be parsed.

    A seal covers the parsed elements, whatever their encoding and whatever stands beside them: marks that
    were looked for in the bytes could be hidden or put elsewhere, and the seal would hold.
    """
    if content.lstrip()[:1] in (b"{", b"") or b"<!DOCTYPE html" in content[:64]:
        return None
    from calibrator.certificates.dcc._xml import DCC, parse

    try:
        root = parse(content, "the document")
    except UsageError:  # damaged: the marks that are left say what it was
        return None
    if root.tag != f"{{{DCC}}}digitalCalibrationCertificate":
        # of another kind or damaged; never what a comment says, which no seal covers
        return None if str(root.tag).endswith("html") else _marks("".join(root.itertext()))
    notes = " ".join(
        "".join(note.itertext()) for note in root.iterfind(f"{{{DCC}}}comment/{{urn:calibrator:dcc}}note")
    )
    found = {kind: name for kind, name in _marks(notes).items() if kind == "run"}
    number = root.findtext(f"{{{DCC}}}administrativeData/{{{DCC}}}coreData/{{{DCC}}}uniqueIdentifier")
    if number and number.strip():
        found["certificate"] = number.strip()
    return found


def _marks(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, name in _MARK.findall(text):
        found.setdefault(kind, name)
    return found
