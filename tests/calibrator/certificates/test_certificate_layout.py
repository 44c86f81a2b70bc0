"""Laboratories' own look: paper, colour, foot, logo; QR code and attachments of the PDF."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from calibrator._errors import ConfigurationError
from calibrator.certificates import Certificate, render
from calibrator.certificates._model import Layout
from calibrator.certificates._pdf import code_svg
from calibrator.standards import load_lab

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
HEAD = 'name = "L"\ntimezone = "UTC"\n[layout]\n'


def test_paper_colour_foot_and_logo(whole_simulated: Certificate) -> None:
    plain = render(whole_simulated, "pdf", "en")
    own = replace(
        whole_simulated, layout=Layout(paper="letter", accent="#7a1f5c", footer="Form 17, issue 3", logo=LOGO)
    )
    content = render(own, "pdf", "en")
    boxes = [
        tuple(round(float(x)) for x in PdfReader(io.BytesIO(c)).pages[0].mediabox[2:])
        for c in (plain, content)
    ]
    assert boxes == [(595, 842), (612, 792)]
    pages = PdfReader(io.BytesIO(content)).pages
    assert all("Form 17, issue 3" in page.extract_text() for page in pages)
    assert render(own, "pdf", "en") == content
    # how it looks is no part of what it says
    assert render(own, "json") == render(whole_simulated, "json")
    assert render(own, "dcc") == render(whole_simulated, "dcc")


def test_a_laboratory_says_how_its_documents_look(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    (tmp_path / "logo.svg").write_text(LOGO, encoding="utf-8")
    path.write_text(f'{HEAD}paper = "letter"\naccent = "#102030"\nlogo = "logo.svg"\n', encoding="utf-8")
    body = load_lab(path).as_body()["layout"]
    assert body == {"paper": "letter", "accent": "#102030", "footer": "", "logo": LOGO}


@pytest.mark.parametrize(
    ("text", "logo", "code"),
    [
        ('paper = "a5"', LOGO, None),
        ('accent = "blue"', LOGO, "unknown-colour"),
        ('logo = "none.svg"', LOGO, "no-such-file"),
        ('logo = "logo.svg"', "<html/>", "unusable-logo"),
        (
            'logo = "logo.svg"',
            LOGO.replace("<rect", '<image href="file:///etc/passwd"/><rect'),
            "unusable-logo",
        ),
        ('logo = "logo.svg"', f"<!DOCTYPE svg>{LOGO}", "unusable-logo"),
        ('logo = "logo.svg"', LOGO + " " * 100_000, "unusable-logo"),
        ('font = "Arial"', LOGO, None),
    ],
)
def test_a_look_that_is_none_is_refused(tmp_path: Path, text: str, logo: str, code: str | None) -> None:
    path = tmp_path / "lab.toml"
    (tmp_path / "logo.svg").write_text(logo, encoding="utf-8")
    path.write_text(f"{HEAD}{text}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_lab(path)
    assert code is None or caught.value.code == code


def test_the_pdf_carries_the_dcc_and_the_data(whole_live: Certificate, whole_simulated: Certificate) -> None:
    live = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    for model in (live, whole_simulated):
        attached = PdfReader(io.BytesIO(render(model, "pdf", "en"))).attachments
        assert attached["certificate.json"] == [render(model, "json")]
        assert attached["certificate.xml"] == [render(model, "dcc", "both")]
    # without a country there is no DCC; the rest stands
    assert list(PdfReader(io.BytesIO(render(whole_live, "pdf", "en"))).attachments) == ["certificate.json"]


def test_the_code_names_number_run_and_hash_of_the_data(whole_simulated: Certificate) -> None:
    text = " ".join(
        (*whole_simulated.keywords, f"sha256:{hashlib.sha256(render(whole_simulated, 'json')).hexdigest()}")
    )
    drawn = code_svg(text)
    assert drawn == code_svg(text)
    assert drawn.startswith("<svg")
    assert drawn != code_svg(text.replace("SIM-", "CAL-"))
