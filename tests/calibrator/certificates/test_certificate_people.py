"""Operator, checker and authoriser with their days, and the place of the work as it was recorded."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree, html
from pypdf import PdfReader

from calibrator.certificates import Certificate, build, check_results, issue, render
from calibrator.certificates._gate_items import items_of_the_work
from calibrator.certificates._parts import Answered, Checked, Person
from calibrator.certificates.dcc._document import dcc_bytes
from calibrator.procedure import Text
from calibrator.record import Record

CHECKED = Checked(Person("wu", "Wu Min 吴敏", "reviewer"), datetime(2026, 11, 24, 17, tzinfo=UTC))


def words(page: bytes) -> str:
    return " ".join(html.document_fromstring(page.decode()).text_content().split())


def test_operator_checker_and_authoriser_stand_with_their_days(whole_live: Certificate) -> None:
    model = replace(whole_live, checked_by=(CHECKED,), issued_at=datetime(2026, 11, 26, 3, tzinfo=UTC))
    days = f"{model.ended_at:%Y-%m-%d}", "2026-11-25", "2026-11-26"  # of Shanghai
    names = "Li Wei 李伟", "Wu Min 吴敏", "Chen Jing 陈静"
    for said in (words(render(model, "html", "both")), _first_page(render(model, "pdf", "both"))):
        assert "核验" in said
        bare = "".join(said.split())
        for name, day in zip(names, days, strict=True):
            assert "".join(name.split()) in bare
            assert day in bare[bare.index("核验") - 60 :], name
    tree = etree.fromstring(dcc_bytes(replace(model, laboratory=replace(model.laboratory, country="CN"))))
    roles = [
        (r.findtext("{*}role"), r.findtext("{*}person/{*}name/{*}content"))
        for r in tree.iter("{*}respPerson")
    ]
    assert [role for role, _ in roles] == ["authoriser", "checker", "calibrated"]
    assert "Wu Min" in str(roles[1][1])
    (held,) = json.loads(render(model, "json", "en"))["checked_by"]
    assert (held["by"]["id"], held["at"]) == ("wu", "2026-11-24T17:00:00Z")


def _first_page(pdf: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def test_nobody_who_checked_is_a_dash_and_a_simulated_run_asks_for_none(
    whole_live: Certificate, whole_simulated: Certificate
) -> None:
    assert "Checked by –" in words(render(whole_live, "html", "en"))
    assert "Checked by" not in words(render(whole_simulated, "html", "en"))
    assert "checked_by" not in json.loads(render(whole_live, "json", "en"))  # the same bytes as ever


def test_who_checked_after_the_issue_is_not_on_that_document(
    record: Record, written: Callable[..., str], tmp_path: Path
) -> None:
    lab = next(iter(record.events(written(mode="live")))).body["lab"]
    more = [{"id": who, "name": who, "roles": ["signatory"]} for who in ("wu", "xu")]
    run = written(mode="live", lab={**lab, "persons": [*lab["persons"], *more]})
    check_results(record, run, by="wu")
    assert [check.by.id for check in build(record, run).checked_by or ()] == ["wu"]
    issue(record, run, "json", "en", tmp_path / "c.json", authorised_by="chen")
    check_results(record, run, by="xu")
    assert [check.by.id for check in build(record, run).checked_by or ()] == ["wu"]


def _in_place(model: Certificate, **answers: str) -> Certificate:
    li = Person("li", "Li", "")
    asked = tuple(Answered(key, Text(key, key), answer, li) for key, answer in answers.items())
    return replace(model, checklist=asked)


def test_the_place_is_the_recorded_one(whole_live: Certificate) -> None:
    away = replace(whole_live, laboratory=replace(whole_live.laboratory, place=""))
    assert "at the laboratory" in words(render(away, "html", "en"))
    for permit in ("", "-"):
        model = _in_place(away, place="Feeder 7", permit=permit)
        said = words(render(model, "html", "en"))
        assert "at the laboratory" not in said
        assert "Feeder 7" in said
        assert "no work permit recorded" in said
        model = replace(model, laboratory=replace(model.laboratory, country="CN"))
        assert b"<dcc:performanceLocation>customer<" in dcc_bytes(model)
    assert "work permit WP-7" in words(render(_in_place(away, place="F", permit="WP-7"), "html", "en"))


def test_work_in_place_that_names_no_place_gets_no_certificate(whole_live: Certificate) -> None:
    nowhere = replace(whole_live, laboratory=replace(whole_live.laboratory, place=""))
    assert "no-place" in [item.code for item in items_of_the_work(_in_place(nowhere, ct="yes"))]
    assert "no-place" not in [item.code for item in items_of_the_work(nowhere)]
