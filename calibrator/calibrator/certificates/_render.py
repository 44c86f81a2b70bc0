"""One model, three renderings."""

from __future__ import annotations

from typing import Final

from calibrator._errors import UsageError
from calibrator.certificates._model import Certificate
from calibrator.certificates._words import DOCUMENT_LANGUAGES

__all__ = ["FORMATS", "LANGUAGES", "render"]

FORMATS: Final = ("pdf", "html", "json")
LANGUAGES: Final = DOCUMENT_LANGUAGES


def render(model: Certificate, format: str = "pdf", language: str = "both") -> bytes:
    """Return the document as bytes; the same model, format and language give the same bytes.

    Args:
        model: what it says.
        format: "pdf", "html" or "json". JSON carries both languages whatever `language` is.
        language: "en", "zh" or "both".

    Raises:
        UsageError: an unknown format or language, or a character without a glyph (`missing-glyph`).
    """
    from calibrator.certificates._json import json_bytes
    from calibrator.certificates._view import view

    if format not in FORMATS:
        raise UsageError(
            f"a certificate has no form {format!r}",
            where="--format",
            way_out=f"Take one of {', '.join(FORMATS)}.",
            code="unknown-format",
        )
    seen = view(model, language)
    data = json_bytes(model)
    if format == "json":
        return data
    if format == "html":
        from calibrator.certificates._html import html_bytes

        return html_bytes(seen)
    from calibrator.certificates._pdf import pdf_bytes

    return pdf_bytes(seen, data)
