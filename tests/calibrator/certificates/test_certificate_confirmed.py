"""Figures that a named person confirmed: marked so, and named with document, page and date."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from calibrator._home import Home
from calibrator.certificates import Certificate, build, gate, render
from calibrator.certificates._model import Person
from calibrator.engine import Job, run
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

TOLD = "chen, Operators Manual, rev. 1, p. 1-9, 2026-11-20"


def flat(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def live(record: Record, written: Callable[..., str]) -> Certificate:
    run = written(mode="live", sections=("zero", "dcv"), status="memory_high", confirmed=TOLD)
    return build(record, run, authorised_by="chen")


def test_what_a_person_confirmed_decides_and_is_marked_at_every_point(live: Certificate) -> None:
    assert gate(live) == ()
    assert {result.verdict for result in live.results} == {"pass"}
    # derived limits against a short; published limits against a recalled standard
    zero, volts = live.sections
    assert {(r.limit_status, r.standard_status) for r in zero.results} == {("confirmed", "artefact")}
    assert {(r.limit_status, r.standard_status) for r in volts.results} == {("seen", "confirmed")}
    page = render(live, "html", "en").decode("utf-8")
    assert page.count('<td class="figures">P/A') == len(zero.results)
    assert page.count('<td class="figures">S/P') == len(volts.results)
    assert "P: confirmed in the maker&#39;s document by a named person" in page
    assert "recalled" not in page
    assert "not verified" not in page.replace("Figures not verified", "")
    assert "Every figure used was seen, checked or confirmed" in page


def test_who_document_page_and_date_stand_in_the_model(live: Certificate) -> None:
    assert {figure.kind for figure in live.confirmed} == {"limit", "standard"}
    assert {figure.recorded_status for figure in live.confirmed} >= {"memory_high"}
    for figure in live.confirmed:
        assert figure.by == Person("chen", "Chen Jing 陈静", "signatory")
        assert (figure.document, figure.page) == ("Operators Manual, rev. 1", "1-9")
        assert figure.date == date(2026, 11, 20)
    assert {name for figure in live.confirmed for name in figure.points} == {r.id for r in live.results}


def test_they_stand_in_every_form_and_language(live: Certificate) -> None:
    (first, *_) = json.loads(render(live, "json"))["confirmed"]
    assert (first["by"]["id"], first["document"]) == ("chen", "Operators Manual, rev. 1")
    assert (first["page"], first["date"]) == ("1-9", "2026-11-20")
    parts = ("Chen Jing 陈静", "Operators Manual, rev. 1", "1-9", "2026-11-20")
    titles = {"en": "Figures confirmed by a named person", "zh": "由具名人员确认的数值"}
    for language, title in titles.items():
        for text in (flat(render(live, "pdf", language)), render(live, "html", language).decode("utf-8")):
            table = text[text.index(title) :]
            assert [part for part in parts if part not in table] == []
    assert "P：由具名人员对照制造商文件确认" in render(live, "html", "zh").decode("utf-8")


def test_one_figure_without_a_person_still_marks_its_point(
    record: Record, written: Callable[..., str]
) -> None:
    model = build(record, written(sections=("dcv",), status="memory_high"))
    assert model.confirmed == ()
    assert {result.standard_status for result in model.results} == {"memory_high"}
    assert "Figures confirmed" not in render(model, "html", "en").decode("utf-8")


def test_words_that_are_no_document_page_and_date_stand_as_they_were_written(
    record: Record, written: Callable[..., str]
) -> None:
    model = build(record, written(sections=("dci",), status="memory_high", confirmed="A. Person said so"))
    assert {(f.by.name, f.document, f.date) for f in model.confirmed} == {("A. Person said so", "", None)}
    assert "A. Person said so" in render(model, "html", "en").decode("utf-8")


LAB = """
name = "L"
address = "1 Street"
timezone = "UTC"
[[person]]
id = "lw"
name = "Li Wei"
roles = ["technician", "reviewer", "technical manager"]
"""
CONFIRMED = """
[[confirmation]]
table = "{table}"
function = "dci"
interval = "{interval}"
by = "lw"
document = "Manual of {table}"
page = "69"
date = 2026-10-01
"""


def test_a_confirmation_of_lab_toml_reaches_the_document_of_a_real_run(tmp_path: Path) -> None:
    home = Home(tmp_path)
    more = [CONFIRMED.format(table="fluke_5522a", interval=interval) for interval in ("90d", "1y")]
    text = LAB + CONFIRMED.format(table="keysight_34401a", interval="1y") + "".join(more)
    home.lab_file.write_text(text, encoding="utf-8")
    job = Job(procedure="dmm", uut="34401A", sim=True, seed=1, sections=("dci",), interactive=False)
    done = run(job, home).run
    with home.open_record(RealClock(), write=False) as record:
        model = build(record, done)
    assert {result.standard_status for result in model.results} == {"confirmed"}
    assert {(f.by.name, f.document) for f in model.confirmed if f.kind == "standard"} == {
        ("Li Wei", "Manual of fluke_5522a")
    }
    assert "2026-10-01" in flat(render(model, "pdf", "en"))
