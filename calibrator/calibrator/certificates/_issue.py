"""Issuing: gate, render, write, record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["issue"]


def issue(
    record: Record,
    run: str,
    format_: str = "pdf",
    language: str = "both",
    out: Path | None = None,
    *,
    certificates: Path | None = None,
) -> Path:
    """Write the certificate of `run` and record `certificate.issued`; return where it was written.

    Args:
        record: a record opened for writing.
        run: the run's id.
        format_: "pdf", "html" or "json".
        language: "en", "zh" or "both".
        out: the file to write; None writes `<certificate id>.<format>` into `certificates`.
        certificates: the home's folder of certificates (`Home.certificates`).

    Raises:
        RefusedError: the gate does not let it through; names every missing thing.
        UsageError: another file is already there, or a character has no glyph.
    """
    raise RuntimeError(f"{record} {run} {format_} {language} {out} {certificates}")
