"""One model, four renderings."""

from __future__ import annotations

from typing import Final

from calibrator._errors import UsageError
from calibrator.certificates._model import Certificate
from calibrator.certificates._words import DOCUMENT_LANGUAGES, Speaker

__all__ = ["FORMATS", "LANGUAGES", "render"]

FORMATS: Final = ("pdf", "html", "json", "dcc")
LANGUAGES: Final = DOCUMENT_LANGUAGES


def render(model: Certificate, format: str = "pdf", language: str = "both") -> bytes:
    """Return the document as bytes; the same model, format and language give the same bytes.

    Args:
        model: what it says.
        format: "pdf", "html", "json" or "dcc" (XML). JSON carries both languages whatever `language` is.
        language: "en", "zh" or "both".

    Raises:
        UsageError: an unknown format or language, a character without a glyph (`missing-glyph`), or what
            `dcc_bytes` raises.
    """
    from calibrator.certificates._curve_plots import curve_plots
    from calibrator.certificates._json import KINDS, json_bytes
    from calibrator.certificates._view import view

    if format not in FORMATS:
        raise UsageError(
            f"a certificate has no form {format!r}",
            where="--format",
            way_out=f"Take one of {', '.join(FORMATS)}.",
            code="unknown-format",
        )
    if format == "dcc" and model.kind != "calibration":
        raise UsageError(
            f"a {KINDS[model.kind]} has no form as a digital calibration certificate",
            where="--format",
            way_out="Issue it as PDF; or the calibration certificate of the run as DCC.",
            code="not-a-calibration",
        )
    if format == "dcc":
        from calibrator.certificates.dcc import dcc_bytes

        return dcc_bytes(model, language)
    seen = {**view(model, language), "curves": curve_plots(model, Speaker(language))}
    data = json_bytes(model)
    if format == "json":
        return data
    if format == "html":
        from calibrator.certificates._html import html_bytes

        return html_bytes(seen)
    from calibrator.certificates._pdf import pdf_bytes

    return pdf_bytes(seen, data, _attached(model))


def _attached(model: Certificate) -> bytes | None:
    """Return the DCC in all languages for the PDF; None where the laboratory or a unit has no form in it."""
    from calibrator.certificates.dcc import dcc_bytes

    if model.kind != "calibration":
        return None
    try:
        return dcc_bytes(model, "both")
    except UsageError as error:
        if error.code not in ("no-country", "no-si-unit"):
            raise
        return None
