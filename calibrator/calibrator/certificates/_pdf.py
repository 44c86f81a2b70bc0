"""PDF by typst: PDF/A-3a and PDF/UA-1, fonts embedded, the same model gives the same bytes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator.certificates._glyphs import check_glyphs
from calibrator.certificates._view import View

if TYPE_CHECKING:
    from typst import Fonts

__all__ = ["FONTS", "STANDARDS", "pdf_bytes"]

FONTS: Final = Path(__file__).parent / "fonts"
_TEMPLATE: Final = Path(__file__).parent / "templates" / "certificate.typ"
# Only with a declared standard does typst refuse a missing glyph or a missing alternative text.
STANDARDS: Final = ("a-3a", "ua-1")


def pdf_bytes(view: View, model_json: bytes) -> bytes:
    """Return the certificate as PDF with the JSON rendering attached.

    Raises:
        UsageError: code `missing-glyph`, when a character has no glyph in the fonts at hand.
    """
    import typst

    extra = check_glyphs(view)
    compiler = typst.Compiler(
        _TEMPLATE.read_bytes(),
        font_paths=_fonts(extra.path.parent if extra else None),
        ignore_system_fonts=True,
        sys_inputs={
            "view": json.dumps(view, ensure_ascii=False),
            "model": model_json.decode("utf-8"),
            "extra": extra.family if extra else "",
        },
    )
    compiled = compiler.compile(format="pdf", pdf_standards=list(STANDARDS))
    if not isinstance(compiled, bytes):
        raise TypeError("typst gave no PDF")
    return compiled


@cache
def _fonts(extra: Path | None) -> Fonts:
    import typst

    paths = [str(FONTS), *([str(extra)] if extra else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
