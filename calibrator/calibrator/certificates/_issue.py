"""Issuing: gate, render, write, record."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import IntegrityError, RefusedError, StorageError, UsageError
from calibrator.certificates._build import build
from calibrator.certificates._gate import Missing, gate
from calibrator.certificates._render import render
from calibrator_drivers.clock import Clock, RealClock

if TYPE_CHECKING:
    from calibrator.certificates._model import Certificate
    from calibrator.record import Record

__all__ = ["NotIssuableError", "issue"]


class NotIssuableError(RefusedError):
    """The gate does not let a document through; `missing` says all that is missing."""

    code = "no-certificate"

    def __init__(self, model: Certificate, missing: tuple[Missing, ...]) -> None:
        first, rest = missing[0], missing[1:]
        listed = "".join(f"\n  - {item.what} ({item.clause}). {item.way_out}" for item in rest)
        super().__init__(
            f"No certificate can be issued: {first.what}",
            where=first.clause,
            way_out=first.way_out + (f"\nAlso:{listed}" if listed else ""),
            code=first.code,
        )
        self.run = model.digest.run
        self.missing = missing


def issue(
    record: Record,
    run: str,
    format: str = "pdf",
    language: str = "both",
    out: Path | None = None,
    *,
    certificates: Path | None = None,
    clock: Clock | None = None,
) -> Path:
    """Write the document of a run, record `certificate.issued`, and return where it was written.

    The same document is issued once: doing it again gives the same bytes and no second event.

    Args:
        record: a record opened for writing.
        run: the run's id.
        format: "pdf", "html" or "json".
        language: "en", "zh" or "both".
        out: the file to write; None writes `<number>-<language>.<format>` into `certificates`.
        certificates: the home's folder of certificates (`Home.certificates`); needed without `out`.
        clock: tells the day of issue of a live run; None takes the machine's own.

    Raises:
        IntegrityError: the run's record is not as it was written; exit code 6.
        NotIssuableError: the gate does not let it through; exit code 4.
        UsageError: another file stands there (`file-exists`), no folder was named, a glyph is missing.
        StorageError: the file cannot be written.
    """
    _check_intact(record, run)
    model = build(record, run, issued_at=(clock or RealClock()).now())
    missing = gate(model)
    if missing:
        raise NotIssuableError(model, missing)
    content = render(model, format, language)
    path = out or _default_place(model, format, language, certificates)
    partial = _staged(path, content)
    try:
        _record_once(record, model, content, format=format, language=language, file=path.name)
        if partial is not None:
            _moved(partial, path)
    finally:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
    return path


def _check_intact(record: Record, run: str) -> None:
    """Refuse to make a document of a record that was altered."""
    findings = record.verify(run)
    if findings:
        first = findings[0]
        raise IntegrityError(
            f"the record of the run is not as it was written: {first.what}",
            where=f"{first.stream}, event {first.seq}" if first.seq is not None else first.stream,
            way_out="See all of it: calibrator verify. Nothing is issued from an altered record.",
            code="record-altered",
        )


def _default_place(model: Certificate, format: str, language: str, certificates: Path | None) -> Path:
    if certificates is None:
        raise UsageError(
            "no file and no folder was named for the certificate",
            where="--out",
            way_out="Name the file with --out FILE.",
            code="no-place",
        )
    return certificates / f"{model.id}-{language}.{format}"


def _record_once(
    record: Record, model: Certificate, content: bytes, *, format: str, language: str, file: str
) -> None:
    """Record the issue before the document stands in its place, once for the same bytes."""
    digest = hashlib.sha256(content).hexdigest()
    known = record.events(model.digest.run, kinds={"certificate.issued"})
    if any(event.body.get("sha256") == digest for event in known):
        return
    record.append(
        model.digest.run,
        "certificate.issued",
        {
            "id": model.id,
            "format": format,
            "language": language,
            "sha256": digest,
            "file": file,
            "issued_at": model.issued_at.astimezone(UTC).isoformat(),
        },
    )


def _staged(path: Path, content: bytes) -> Path | None:
    """Write the document beside its place; None where the same file stands there already.

    Raises:
        UsageError: code `file-exists`, where a file with other content stands there.
        StorageError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            partial.write_bytes(content)
            return partial
        if path.read_bytes() == content:
            return None
    except OSError as error:
        raise _not_written(path, error) from error
    raise UsageError(
        f"the file {path.name} is there already with other content",
        where=str(path),
        way_out="Name another with --out, or move the old one away; it is not overwritten.",
        code="file-exists",
    )


def _moved(partial: Path, path: Path) -> None:
    try:
        partial.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"the certificate cannot be written: {error.strerror or error}",
        where=str(path),
        way_out="Make room or name another place with --out; the record keeps everything.",
        code="certificate-not-written",
    )
