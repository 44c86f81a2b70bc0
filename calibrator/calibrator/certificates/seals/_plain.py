"""A sealed document as it was before, to hold it against the plain one."""

from __future__ import annotations

__all__ = ["unsealed"]


def unsealed(content: bytes, format: str) -> bytes:
    """Return what a PDF was before its seal, byte for byte; of a DCC its canonical form without signatures.

    Raises:
        UsageError: it is no sound XML.
    """
    from calibrator.certificates.seals._pdf_seal import unsealed_pdf

    if format == "pdf":
        return unsealed_pdf(content)
    from lxml import etree

    from calibrator.certificates.dcc._xml import parse, without_signature

    return etree.tostring(without_signature(parse(content, "the document")), method="c14n")
