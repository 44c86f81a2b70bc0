"""What can be said of a document at hand: its seals, the record, and whether it was superseded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates._follows import unlike
from calibrator.certificates._readback import LARGEST, ReadBack, read_back
from calibrator.certificates.seals import SealReport, SealSettings, check_seals

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["Examination", "examine"]

INTACT, DOUBTFUL, ALTERED = 0, 3, 6
_UNREADABLE: Final = ("xml-malformed", "xml-doctype", "xml-too-deep", "xml-broken-text", "wrapped-signature")
_SEALED: Final = (b"SignatureValue", b"X509Certificate", b"SignedInfo")  # one alone may be what was damaged


@dataclass(frozen=True, slots=True)
class Examination:
    """The outcome and why: exit code 0 as issued, 6 not intact, 3 in doubt.

    In doubt is what was superseded, is by nobody known, or is evaluated otherwise by this version.
    """

    exit_code: int
    wrong: tuple[str, ...]
    said: tuple[str, ...]  # msgids of the terminal with what follows them


def examine(file: Path, record: Record | None, settings: SealSettings, now: datetime) -> Examination:
    """Examine a PDF, HTML, JSON or XML document; offline, with or without a record.

    Raises:
        UsageError: the file cannot be read, or it is no certificate and carries no seal.
        RefusedError: it is sealed and the extra `sign` is not installed.
    """
    found, content, format = _identity(file)
    try:
        seals = check_seals(content, format, str(file), settings, now)
    except UsageError as error:
        if error.code not in _UNREADABLE or not any(mark in content for mark in _SEALED):
            raise
        told = f"it bears a seal and cannot be read any more, so nothing in it is vouched for: {error.what}"
        return Examination(ALTERED, (told,), ())
    if found is None and not seals:
        raise UsageError(
            f"{file.name} carries no number of a certificate and no seal",
            where=str(file),
            way_out="Name a document that `calibrator certificate` wrote, or a sealed one.",
            code="not-a-certificate",
        )
    wrong = [_broken(seal) for seal in seals if not seal.sound]
    said = [_sealed(seal) for seal in seals if seal.sound]
    altered = _altered(record, found)
    if altered:  # nothing that its rows say is believed
        return Examination(ALTERED, (*wrong, *altered), tuple(said))
    holds = record is not None and found is not None and _holds(record, found.run)
    if record is not None and found is not None and (holds or not seals):
        differences = found.compare(record)
        wrong += differences
        if not differences:
            said.append("as issued; it agrees with the record")
    doubtful: tuple[str, ...] = ()
    if holds and record is not None and found is not None and not wrong:
        for run in _runs(record, found.run):
            again = unlike(record, run)
            wrong += again.wrong
            said += [text for text in again.said if text not in said]
            doubtful = (*doubtful, *(text for text in again.doubtful if text not in doubtful))
    elif not holds:
        said.append("not recomputed: no record here holds its run")
    if wrong:
        return Examination(ALTERED, tuple(wrong), tuple(said))
    later = list(_superseded(record, found)) if holds and record is not None and found is not None else []
    vouched = holds or any(seal.standing == "trusted" for seal in seals)
    if not vouched:
        said.append("nobody known vouches for it: no record here holds it, and no root is in seal.toml")
    outdated = tuple(seal.remark for seal in seals if seal.sound and seal.remark)
    # a seal alone is no better than what is known of its key
    (said if holds else later).extend(outdated)
    if vouched and not later:
        said.append(
            "not superseded, as far as this record knows" if holds else "no record here holds its run"
        )
    later.extend(doubtful)
    return Examination(DOUBTFUL if later or not vouched else INTACT, tuple(later), tuple(said))


def _identity(file: Path) -> tuple[ReadBack | None, bytes, str]:
    try:
        found = read_back(file)
    except UsageError as error:
        if error.code != "not-a-certificate" or file.stat().st_size > LARGEST:
            raise  # nor is anything sealed that large, and it may not fit into memory
        content = file.read_bytes()
        return None, content, "pdf" if content.startswith(b"%PDF") else "dcc" if b"<" in content[:64] else ""
    return found, file.read_bytes(), found.format


def _altered(record: Record | None, found: ReadBack | None) -> tuple[str, ...]:
    """Return what is not as it was written in the record of a run, the register and the outside log."""
    if record is None or found is None:
        return ()
    findings = [finding for run in _runs(record, found.run) for finding in record.verify(run)]
    return tuple(f"the record of the run is not as it was written: {finding.what}" for finding in findings)


def _runs(record: Record, run: str) -> list[str]:
    """Return the run of a document, and before it the run that found the unit where this one is as left."""
    opened = next(iter(record.events(run, kinds={"run.opened"})), None)
    adjustment = opened.body.get("adjustment") if opened is not None else None
    after = str(adjustment["after"]) if adjustment else ""
    return [after, run] if after and _holds(record, after) else [run]


def _holds(record: Record, run: str) -> bool:
    return next(iter(record.events(run)), None) is not None


def _broken(seal: SealReport) -> str:
    by = f" of {seal.by}" if seal.by else ""
    return f"the seal{by} is not sound: {seal.problem or seal.standing}"


def _sealed(seal: SealReport) -> str:
    when = f", {seal.sealed_at:%Y-%m-%d %H:%M:%S %Z}" if seal.sealed_at is not None else ""
    stamped = (
        f"; time stamp {seal.stamped_at:%Y-%m-%d %H:%M:%S %Z} {seal.stamped_by}" if seal.stamped_at else ""
    )
    return f"sealed by {seal.by} ({seal.standing}){when}{stamped}"


def _superseded(record: Record, found: ReadBack) -> Iterator[str]:
    for event in record.events(found.run, kinds={"certificate.amended", "certificate.replaced"}):
        if event.body.get("former") == found.id:
            yield f"superseded by {event.body['id']}: {event.body['reason']}"
