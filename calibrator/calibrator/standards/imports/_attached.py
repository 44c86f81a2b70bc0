"""The digital certificate inside a PDF."""

from __future__ import annotations

import io
import logging
import re
from typing import Final

from calibrator._errors import RefusedError, UsageError
from calibrator.certificates.dcc import parse
from calibrator.certificates.dcc._xml import LARGEST, local

__all__ = ["dcc_of"]

_REVISIONS: Final = 20  # of a PDF; a certificate has two or three


def dcc_of(content: bytes, where: str) -> bytes:
    """Return the XML of a certificate: the file itself, or the one DCC attached to a PDF.

    Raises:
        UsageError: code `pdf-damaged`, `no-attachment`, `many-attachments` or `attachment-changed`.
        RefusedError: code `no-sign-extra`, where nothing is installed that reads a PDF.
    """
    if not content.startswith(b"%PDF"):
        return content
    found = _dccs(content, where)
    if len(found) == 1:
        _refuse_changed(content, found[0], where)
        return found[0]
    way_out = "Ask the laboratory for the DCC itself, an XML file; nothing was taken."
    if not found:
        raise UsageError("the PDF carries no DCC", where=where, way_out=way_out, code="no-attachment")
    what = f"the PDF carries {len(found)} certificates"
    raise UsageError(what, where=where, way_out=way_out, code="many-attachments")


def _dccs(content: bytes, where: str) -> list[bytes]:
    return [data for name, data in _attachments(content, where) if _is_dcc(data, name)]


def _refuse_changed(content: bytes, last: bytes, where: str) -> None:
    """Refuse a PDF that carried another certificate before one of its later revisions."""
    ends = [found.end() for found in re.finditer(rb"%%EOF", content)]
    for end in ends[-_REVISIONS - 1 : -1]:
        try:
            before = _dccs(content[:end], where)
        except UsageError:
            continue  # the first part of a linearised file is no revision and cannot be read alone
        if before and before != [last]:
            raise UsageError(
                "the certificate attached to the PDF was replaced after the PDF was made",
                where=where,
                way_out="Ask the laboratory for the DCC itself, an XML file; nothing was taken.",
                code="attachment-changed",
            )
    if len(ends) > _REVISIONS + 1:
        what = f"the PDF was changed {len(ends) - 1} times, which no certificate is"
        way_out = "Ask the laboratory for the DCC itself, an XML file; nothing was taken."
        raise UsageError(what, where=where, way_out=way_out, code="attachment-changed")


def _attachments(content: bytes, where: str) -> list[tuple[str, bytes]]:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError as error:
        raise RefusedError(
            "the package pypdf, which reads a PDF, is not installed",
            where="extra sign",
            way_out="Install it: pip install calibrator-lab[sign]; or import the XML file itself.",
            code="no-sign-extra",
        ) from error
    # what the reader would say of a damaged file on the error output is told in one sentence of ours
    logging.getLogger("pypdf").addHandler(logging.NullHandler())
    try:
        named = PdfReader(io.BytesIO(content)).attachments
        return [(name, bytes(data)) for name in named for data in named[name] if len(data) <= LARGEST]
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        # whatever a damaged file makes the reader stumble over
        raise UsageError(
            f"the PDF cannot be read: {type(error).__name__} {error}".rstrip(),
            where=where,
            way_out="Ask the laboratory for it again; nothing was taken.",
            code="pdf-damaged",
        ) from error


def _is_dcc(data: bytes, name: str) -> bool:
    if b"digitalCalibrationCertificate" not in data[:100_000]:
        return False
    try:
        return local(parse(data, name)) == "digitalCalibrationCertificate"
    except UsageError:
        return False
