"""The QR code as a telephone reads it: from the picture of the printed page."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from calibrator.certificates import Certificate, render


def decoded(content: bytes, dots_per_inch: float) -> list[str]:
    """Every QR code on the first page of a PDF, printed with so many dots per inch.

    Of other kinds a reader takes lines of text for one now and then.
    """
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")
    reader = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed")
    with pdfium.PdfDocument(content) as document:
        page = document[0]
        picture = page.render(scale=dots_per_inch / 72, grayscale=True).to_numpy().copy()
        page.close()
    return [found.text for found in reader.read_barcodes(picture, formats=reader.BarcodeFormat.QRCode)]


@pytest.mark.parametrize(("paper", "language", "dots"), [("a4", "en", 100), ("letter", "zh", 150)])
def test_the_code_on_the_page_says_number_run_and_hash(
    whole_live: Certificate, whole_simulated: Certificate, paper: str, language: str, dots: float
) -> None:
    for model in (whole_live, whole_simulated):
        own = replace(model, layout=replace(model.layout, paper=paper))
        content = render(own, "pdf", language)
        [text] = decoded(content, dots)
        pdf = PdfReader(io.BytesIO(content))
        [attached] = pdf.attachments["certificate.json"]
        number, run, digest = re.fullmatch(
            r"calibrator-certificate:(\S+) calibrator-run:(\S+) sha256:([0-9a-f]{64})", text
        ).groups()  # type: ignore[union-attr]
        assert digest == hashlib.sha256(attached).hexdigest()
        assert (number, run) == (model.id, model.digest.run)
        printed = pdf.pages[0].extract_text()
        assert number in printed
        assert run in printed
