"""Points measured again: every version with its reason, and the repeat among the deviations."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from calibrator._home import Home
from calibrator.certificates import Certificate, build, render
from calibrator.engine import Job, SimulatedOperator, run
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

POINT = "dcv:10V:+10V"
REASON = "the lead at LO was loose"


def flat(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def repeated(record: Record, written: Callable[..., str]) -> Certificate:
    again = {"point": POINT, "share": 0.2, "reason": REASON, "by": "chen"}
    run = written(mode="live", sections=("dcv",), shares={POINT: 3.0}, repeats=(again,))
    return build(record, run, authorised_by="chen")


def test_every_version_is_kept_with_its_error_and_verdict(repeated: Certificate) -> None:
    (result,) = (r for r in repeated.results if r.versions)
    assert (result.id, result.attempt, result.attempts) == (POINT, 2, 2)
    first, second = result.versions
    assert (first.verdict, second.verdict) == ("fail", "pass")
    assert first.error is not None
    assert float(first.error / result.limit) == pytest.approx(3.0, abs=0.02)
    assert (first.reason, first.by.name if first.by else "") == (REASON, "Chen Jing 陈静")
    assert (second.error, second.expanded_uncertainty) == (result.error, result.expanded_uncertainty)
    assert (second.reason, second.by) == ("", None)


def test_a_repeat_departs_from_the_plain_procedure(repeated: Certificate) -> None:
    (deviation,) = repeated.deviations
    assert (deviation.code, deviation.reason) == ("measured-again", REASON)
    assert "With deviations from the procedure" in render(repeated, "html", "en").decode("utf-8")
    said = (
        "Measured again, DC volts: +10 V (10 V). Reason: the lead at LO was loose. "
        "Decided by: Chen Jing 陈静."
    )
    assert said in flat(render(repeated, "pdf", "en"))


def test_all_versions_stand_in_every_form_and_language(repeated: Certificate) -> None:
    data = {r["id"]: r for r in json.loads(render(repeated, "json"))["sections"][0]["results"]}
    assert [v["verdict"] for v in data[POINT]["versions"]] == ["fail", "pass"]
    assert data[POINT]["versions"][0]["reason"] == REASON
    assert data["dcv:1V:+1V"]["versions"] == []
    words = {
        "en": ("Points measured again", "fail", "none: this measurement counts"),
        "zh": ("重复测量的点", "不通过", "无：以本次测量为准"),
    }
    for language, (title, *others) in words.items():
        for text in (flat(render(repeated, "pdf", language)), render(repeated, "html", language).decode()):
            table = text[text.index(title) :]
            for part in (*others, REASON, "Chen Jing 陈静"):
                assert part in table, (language, part)


def test_each_round_has_its_own_reason(record: Record, written: Callable[..., str]) -> None:
    rounds = (
        {"point": POINT, "share": 2.0, "reason": REASON, "by": "li"},
        {"point": POINT, "share": 0.1, "reason": "a door was opened", "by": "chen"},
    )
    model = build(record, written(sections=("dcv",), shares={POINT: 3.0}, repeats=rounds))
    (result,) = (r for r in model.results if r.versions)
    assert [v.reason for v in result.versions] == [REASON, "a door was opened", ""]
    assert [v.by.id if v.by else None for v in result.versions] == ["li", "chen", None]
    assert [v.verdict for v in result.versions] == ["fail", "fail", "pass"]
    assert len(model.deviations) == 2


def test_a_version_that_did_not_settle_and_one_that_broke_say_so(
    record: Record, written: Callable[..., str]
) -> None:
    broken = {"point": "dcv:1V:+1V", "reason": "the run broke before the step was done"}
    again = {"point": POINT, "reason": REASON, "by": "li"}
    run = written(sections=("dcv",), numberless={POINT: "not-settled"}, repeats=(again, broken))
    model = build(record, run)
    versions = {r.id: r.versions for r in model.results if r.versions}
    assert (versions[POINT][0].error, versions[POINT][0].no_number) == (None, "not-settled")
    assert (versions["dcv:1V:+1V"][0].by, versions["dcv:1V:+1V"][0].verdict) == (None, "pass")
    chinese = render(model, "html", "zh").decode("utf-8")
    assert "该步骤完成前运行中断" in chinese
    assert "无数值：示值未稳定" in chinese


def test_a_run_without_repeats_says_nothing_of_them(whole_live: Certificate) -> None:
    assert whole_live.deviations == ()
    for kind in ("html", "json"):
        text = render(whole_live, kind, "en").decode("utf-8")
        assert "easured again" not in text


def test_the_document_of_a_real_run_tells_what_its_review_said(tmp_path: Path) -> None:
    home, point = Home(tmp_path), "dci:1A:0A"
    operator = SimulatedOperator(repeats={"zero-open": (point,)})
    job = Job(procedure="dmm", uut="34401A", sim=True, seed=1, sections=("zero-open",), interactive=False)
    done = run(job, home, operator).run
    with home.open_record(RealClock(), write=False) as record:
        model = build(record, done)
        asked = next(e.body for e in record.events(done, kinds={"review"}) if e.body["repeat"])
        recorded = [
            p["error"] for e in record.events(done, kinds={"section.evaluated"})
            for p in e.body["results"] if p["id"] == point
        ]  # fmt: skip
    (result,) = (r for r in model.results if r.versions)
    assert [str(v.error) for v in result.versions] == recorded
    assert (result.versions[0].reason, result.versions[1].reason) == (asked["reason"], "")
    assert asked["reason"] in flat(render(model, "pdf", "both"))
    assert [d.code for d in model.deviations] == ["measured-again"]
