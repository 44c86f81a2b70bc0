"""Laboratories' own look: paper, colour, foot, logo; QR code and attachments of the PDF."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from calibrator._errors import ConfigurationError
from calibrator.certificates import Certificate, render
from calibrator.certificates._model import Layout
from calibrator.certificates._parts import Checked, Person
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


Rectangle = tuple[float, float, float, float]  # left, bottom, right, top in points


def texts_of(content: bytes) -> list[tuple[int, Rectangle, str]]:
    """Return every piece of text on one line with its page and place."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(content), start=1):
        text = page.get_textpage()
        places = [text.get_rect(index) for index in range(text.count_rects())]
        found += [(number, place, text.get_text_bounded(*place)) for place in places]
    return found


def over_each_other(texts: list[tuple[int, Rectangle, str]]) -> list[tuple[str, str]]:
    """Return the pairs of texts that lie over each other by more than a stroke."""
    ordered = sorted(texts, key=lambda item: (item[0], item[1][1]))
    found = []
    for index, (page, one, first) in enumerate(ordered):
        for other_page, other, second in ordered[index + 1 :]:
            if other_page != page or other[1] >= one[3]:
                break
            across = min(one[2], other[2]) - max(one[0], other[0])
            if across > 1.0 and min(one[3], other[3]) - max(one[1], other[1]) > 1.5:
                found.append((first, second))
    return found


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_long_names_and_numbers_lie_over_nothing_and_days_and_lines_stand_level(
    whole_live: Certificate, paper: str
) -> None:
    """Who had a name of three lines signed higher than the others; a long serial ran into the next column."""
    operator = Person("a", "Dr.-Ing. Maximilian-Alexander Freiherr von Hohenstaufen-Württemberg 欧阳娜娜", "")
    checker = Person("b", "Bartholomew Christopherson-Featherstonehaugh 司马相如", "")
    standards = (replace(whole_live.standards[0], serial="WM2019" * 4, certificate="CNAS2026" * 4),)
    model = replace(
        whole_live,
        performed_by=(operator,),
        checked_by=(Checked(checker, datetime(2026, 11, 23, 9, tzinfo=UTC)),),
        item=replace(whole_live.item, serial="MW4101" * 9, firmware="A_02.14" * 8),
        standards=standards,
        layout=Layout(paper=paper),
    )
    texts = texts_of(render(model, "pdf", "both"))
    assert over_each_other(texts) == []
    width = 612 if paper == "letter" else 595
    assert all(45 <= left < right <= width - 45 for _, (left, _, right, _), _ in texts)
    first = [(place, text) for page, place, text in texts if page == 1]
    signed = {
        told: sorted(round(place[1]) for place, text in first if text.strip() == told)[:3]
        for told in ("2026-11-23", "签名", "Signature", "Calibrated by", "Checked by", "Authorised by")
    }
    for told in ("2026-11-23", "签名", "Signature"):
        assert len(signed[told]) == 3
        assert len(set(signed[told])) == 1, told
    assert len({y for told in ("Calibrated by", "Checked by", "Authorised by") for y in signed[told]}) == 1
    assert any("欧阳娜娜" in text for _, text in first)  # no Chinese name is parted
