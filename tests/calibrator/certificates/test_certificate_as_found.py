"""A document of an as-left run prints the results before the adjustment, too (ISO/IEC 17025, 7.8.4.1 d)."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from calibrator._errors import IntegrityError
from calibrator.certificates import build, examine, issue, render
from calibrator.certificates._numbers import printed
from calibrator.certificates.dcc import check, parse, validate
from calibrator.certificates.seals import load_seal_settings
from calibrator.record import Record
from calibrator_drivers.clock import Clock

POINT = "dci:3A:+2A"
OUTSIDE = {POINT: -1.31}
ISSUED = "certificate.issued"


@pytest.fixture
def adjusted(record: Record, written: Callable[..., str]) -> Callable[..., tuple[str, str]]:
    """Write a run that finds a unit outside its limits, and one of what was left of it."""

    def write(**options: Any) -> tuple[str, str]:
        found = written(sections=("dci",), shares=OUTSIDE, **options)
        closing = record.last(found, "run.closed")
        assert closing is not None
        adjustment = {
            "after": found,
            "head": closing.hash,
            "what": "gain of the 3 A range",
            "by": "li",
            "why": "outside at +2 A",
            "permitted": {"en": "", "zh": ""},
        }
        changes = {"pass": "as-left", "adjustment": adjustment}
        return found, written(sections=("dci",), changes=changes, **options)

    return write


def words(content: bytes, kind: str) -> str:
    """Return what a reader sees, with single spaces."""
    if kind == "pdf":
        content = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    return " ".join(content.decode("utf-8").split())


@pytest.mark.parametrize("language", ["en", "zh", "both"])
@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_what_was_found_stands_beside_what_was_left(
    record: Record, adjusted: Callable[..., tuple[str, str]], language: str, kind: str
) -> None:
    found, left = adjusted()
    model = build(record, left)
    before = next(result for result in build(record, found).results if result.id == POINT)
    text = words(render(model, kind, language), kind)
    titles = ("Results as found, before the adjustment", "Measured 2", "Between 2", "Verdicts as found: ")
    titles_zh = ("测量时间：2", "时间：2", "调整前结论：")
    assert [title in text for title in titles] == [language != "zh"] * 4
    assert [title in text for title in titles_zh] == [language != "en"] * 3
    assert build(record, found).id in text.replace("- ", "-")  # the number of the documents of that run
    assert printed(before).error in text
    bare = words(render(replace(model, as_found=None), kind, language), kind)
    assert printed(before).error not in bare


def test_the_data_hold_both_result_sets(record: Record, adjusted: Callable[..., tuple[str, str]]) -> None:
    found, left = adjusted()
    data = json.loads(render(build(record, left), "json"))
    own = json.loads(render(build(record, found), "json"))
    assert data["as_found"]["sections"] == own["sections"]
    assert data["as_found"]["sections"] != data["sections"]
    assert data["as_found"]["id"] == own["id"]
    assert data["adjustment"]["as_found_run"] == found
    assert "as_found" not in own


def test_a_document_of_verification_states_no_uncertainty_of_what_was_found(
    record: Record, adjusted: Callable[..., tuple[str, str]]
) -> None:
    _, left = adjusted()
    data = json.loads(render(build(record, left, kind="verification"), "json"))
    results = data["as_found"]["sections"][0]["results"]
    assert results
    assert {result["expanded_uncertainty"] for result in results} == {None}
    page = render(build(record, left, kind="verification"), "html", "en").decode("utf-8")
    assert "Results as found" in page
    assert "<span>U</span>" not in page


def test_the_dcc_has_a_result_set_before_and_one_after(
    record: Record, adjusted: Callable[..., tuple[str, str]], schemas: Path
) -> None:
    _, left = adjusted()
    content = render(build(record, left), "dcc")
    root = parse(content, "dcc")
    named = {"d": "https://ptb.de/dcc"}
    sets = root.findall("d:measurementResults/d:measurementResult", named)
    status = [[e.text for e in one.iterfind(".//d:status", named)] for one in sets]
    assert status == [["afterAdjustment"] * 2, ["beforeAdjustment"] * 2]
    assert [one.get("refType") for one in sets] == ["basic_measurementResult", "calibrator_asFound"]
    assert check(root) == ()
    assert not validate(root, schemas / "dcc-3.3.0")


def test_what_is_recorded_of_it_later_changes_nothing_in_the_document_as_left(
    record: Record, adjusted: Callable[..., tuple[str, str]], clock: Clock, tmp_path: Path
) -> None:
    found, left = adjusted()
    first = issue(record, left, "html", "en", certificates=tmp_path, clock=clock).read_bytes()
    issue(record, found, "html", "en", certificates=tmp_path, clock=clock)
    closing = record.last(found, "run.closed")
    assert closing is not None
    # closed again after its document: with another head, so with another number
    record.append(found, "run.closed", {**closing.body, "head": record.head(found)[1]})
    again = issue(record, left, "html", "en", certificates=tmp_path, clock=clock).read_bytes()
    assert hashlib.sha256(again).digest() == hashlib.sha256(first).digest()


def test_no_document_rests_on_found_results_that_their_readings_do_not_give(
    record: Record, written: Callable[..., str], clock: Clock, tmp_path: Path
) -> None:
    found = written(sections=("dci",), shares=OUTSIDE)
    event, closing = record.last(found, "section.evaluated"), record.last(found, "run.closed")
    assert event is not None
    assert closing is not None
    body = json.loads(json.dumps(event.body))
    body["results"][0]["U"] = "0.000000001"
    record.append(found, "section.evaluated", body)
    record.append(found, "run.closed", {**closing.body, "head": record.head(found)[1]})
    adjustment = {"after": found, "head": record.head(found)[1], "what": "x", "by": "li", "why": "y"}
    left = written(sections=("dci",), changes={"pass": "as-left", "adjustment": adjustment})
    with pytest.raises(IntegrityError, match=r"do not follow") as caught:
        issue(record, left, "json", "en", certificates=tmp_path, clock=clock)
    assert caught.value.where == found
    assert record.last(left, ISSUED) is None


def test_a_document_at_hand_is_held_against_both_runs(
    record: Record, adjusted: Callable[..., tuple[str, str]], clock: Clock, tmp_path: Path
) -> None:
    found, left = adjusted()
    path = issue(record, left, "json", "en", certificates=tmp_path, clock=clock)
    seal = load_seal_settings(tmp_path / "seal.toml")
    assert examine(path, record, seal, clock.now()).exit_code == 0
    event = record.last(found, "section.evaluated")
    assert event is not None
    body = json.loads(json.dumps(event.body))
    body["results"][0]["U"] = "0.000000001"
    record.append(found, "section.evaluated", body)
    assert examine(path, record, seal, clock.now()).exit_code == 6
