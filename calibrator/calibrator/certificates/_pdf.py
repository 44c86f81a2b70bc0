"""PDF by typst: PDF/A-3a and PDF/UA-1, fonts embedded, the same model gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import RefusedError
from calibrator.certificates._glyphs import check_glyphs
from calibrator.certificates._view import View

if TYPE_CHECKING:
    from typst import Compiler, Fonts

__all__ = ["FONTS", "STANDARDS", "code_svg", "pdf_bytes"]

FONTS: Final = Path(__file__).parent / "fonts"
_TEMPLATE: Final = Path(__file__).parent / "templates" / "certificate.typ"
# Only with a declared standard does typst refuse a missing glyph or a missing alternative text.
STANDARDS: Final = ("a-3a", "ua-1")
_UNSETTLED: Final = re.compile(r"converge|stabili[sz]e")
_ONE_AT_A_TIME: Final = threading.Lock()  # a compiler serves one thread


def pdf_bytes(view: View, model_json: bytes, dcc: bytes | None = None) -> bytes:
    """Return the certificate as PDF with the JSON rendering and, where there is one, the DCC attached.

    Raises:
        UsageError: code `missing-glyph`, when a character has no glyph in the fonts at hand.
        RefusedError: code `layout-unsettled`, when the pages never came to rest and are misnumbered.
    """
    extra = check_glyphs(view)
    code = " ".join((*view["keywords"], f"sha256:{hashlib.sha256(model_json).hexdigest()}"))
    given = {
        "view": view,
        "model": model_json.decode("utf-8"),
        "extra": extra.family if extra else "",
        "dcc": dcc.decode("utf-8") if dcc is not None else "",
        "code": code_svg(code),
    }
    # One text: several come to typst in an order that is another each time, and what it has laid out under
    # one order it does not find again under another.
    inputs = {"given": json.dumps(given, ensure_ascii=False)}
    with _ONE_AT_A_TIME:
        compiler = _compiler(extra.path.parent if extra else None)
        compiled, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=list(STANDARDS), sys_inputs=inputs
        )
    _check_settled([warning.message for warning in warnings])
    if not isinstance(compiled, bytes):
        raise TypeError("typst gave no PDF")
    return compiled


def _check_settled(warnings: Iterable[str]) -> None:
    """Refuse pages that were laid out five times and still moved: typst gives them, misnumbered."""
    unsettled = [text for text in warnings if _UNSETTLED.search(text)]
    if unsettled:
        raise RefusedError(
            f"the pages of the document did not come to rest: {unsettled[0]}",
            where=_TEMPLATE.name,
            way_out="Take the other language or --format html, and report it with the run.",
            code="layout-unsettled",
        )


@cache
def _compiler(extra: Path | None) -> Compiler:
    """Return the compiler of the template, kept: what it has laid out once costs little again."""
    import typst

    return typst.Compiler(
        str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=_fonts(extra), ignore_system_fonts=True
    )


def code_svg(text: str) -> str:
    """Return a QR code as an SVG drawing; the same text gives the same drawing."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True)
    return out.getvalue().decode("utf-8")


@cache
def _fonts(extra: Path | None) -> Fonts:
    import typst

    paths = [str(FONTS), *([str(extra)] if extra else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)
