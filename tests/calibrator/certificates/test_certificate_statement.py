"""What the statement of conformity says, and never says."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import cycle

import pytest
from pypdf import PdfReader

from calibrator.certificates import Certificate, build, render
from calibrator.certificates._statements import conformity_statement, decision_rule, uncertainty_statement
from calibrator.certificates._words import Speaker
from calibrator.record import Record

EN, ZH = Speaker("en"), Speaker("zh")


def said(model: Certificate, speaker: Speaker = EN) -> str:
    statement = conformity_statement(model, speaker)
    return " ".join([*statement.headline, *(line for lines in statement.lines for line in lines)])


def test_a_whole_run_conforms_at_each_point_and_adds_the_joint_probability(whole_live: Certificate) -> None:
    assert conformity_statement(whole_live, EN).kind == "pass"
    assert "Conforms at each of the 33 points measured." in said(whole_live)
    assert "lie within their limits at once: > 99.9 %" in said(whole_live)
    assert "33" in said(whole_live, ZH)
    assert "逐点符合" in said(whole_live, ZH)


def test_without_a_joint_statement_none_is_made(whole_live: Certificate) -> None:
    conformity = replace(whole_live.conformity, joint_probability=None)
    assert "at once" not in said(replace(whole_live, conformity=conformity))


def test_a_partial_run_never_says_that_the_instrument_conforms(
    record: Record, written: Callable[..., str]
) -> None:
    model = build(record, written(mode="live", sections=("dcv", "dci")))
    statement = conformity_statement(model, EN)
    assert statement.kind == "partial"
    assert "onform" not in said(model)
    assert "nothing is said of the instrument as a whole" in said(model)
    assert "at once" not in said(model)  # the joint statement speaks of the instrument
    assert "符合。" not in said(model, ZH)


def test_failures_are_named(whole_simulated: Certificate) -> None:
    statement = conformity_statement(whole_simulated, EN)
    assert statement.kind == "fail"
    text = said(whole_simulated)
    assert "Does not conform at 2 of 33 points measured." in text
    assert "Outside the limits beyond doubt: +1000 V (1000 V); +2 A (3 A)." in text
    assert "Outside the limits by less than U: +10 V (10 V)." in text
    assert "Inside the limits by less than U: +100 V (100 V)." in text


def test_a_partial_run_with_a_failure_says_both(record: Record, written: Callable[..., str]) -> None:
    text = said(build(record, written(sections=("dcv",), shares={"dcv:10V:+10V": 2.0})))
    assert "Does not conform at 1 of 6" in text
    assert "nothing is said of the instrument as a whole" in text


def test_an_undetermined_point_is_no_pass(record: Record, written: Callable[..., str]) -> None:
    model = build(record, written(mode="live", sections=("dcv",), status="memory_low"))
    assert conformity_statement(model, EN).kind == "conditional"
    assert "0 of 6 points measured pass without condition." in said(model)
    assert "Undetermined, because a figure is not verified" in said(model)


def test_many_points_are_counted_and_not_all_named(whole_live: Certificate) -> None:
    results = tuple(replace(r, verdict="conditional pass") for r in whole_live.results)
    section = replace(whole_live.sections[0], results=results)
    conformity = replace(whole_live.conformity, all_pass=False)
    text = said(replace(whole_live, sections=(section,), conformity=conformity))
    assert "; and 21 more." in text


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("guard-band-u", ("ILAC-G8:09/2019, 4.2.3", "w = U", "no acceptance zone", "specific, no prior")),
        ("guard-80", ("80 % of the specification", "w = 0.2 T", "fail: |E| > T", "specific, no prior")),
        ("simple", ("ILAC-G8:09/2019, 4.2.1", "|E| ≤ T; fail: |E| > T", "specific, no prior")),
    ],
)
def test_the_rule_stands_in_words_with_its_source(
    record: Record, written: Callable[..., str], rule: str, parts: tuple[str, ...]
) -> None:
    model = build(record, written(sections=("dci",), rule=rule))
    for speaker in (EN, ZH):
        assert len(decision_rule(model, speaker)) >= 2
    text = " ".join(line for lines in decision_rule(model, EN) for line in lines)
    for part in parts:
        assert part in text


def test_the_policy_for_k_is_stated(whole_live: Certificate) -> None:
    by_two = replace(whole_live, conformity=replace(whole_live.conformity, policy="k2"))
    english = str(uncertainty_statement(whole_live, EN))
    assert "about 95 %: k is that of the t distribution" in english
    assert "trapezoid, from 1.65 to 1.90" in english
    assert "1.65 至 1.90" in str(uncertainty_statement(whole_live, ZH))
    assert "k = 2" in str(uncertainty_statement(by_two, EN))
    shares = cycle([Decimal("0.9545"), Decimal("0.9314")])
    sections = tuple(
        replace(part, results=tuple(replace(result, coverage=next(shares)) for result in part.results))
        for part in by_two.sections
    )
    stated = [str(uncertainty_statement(replace(by_two, sections=sections), speaker)) for speaker in (EN, ZH)]
    assert "it covers 93.14 % to 95.45 %." in stated[0]
    assert "Not about 95 %: " in stated[0]
    assert "其包含概率为 93.14 % 至 95.45 %" in stated[1]
    assert "包含概率不在约 95 %：" in stated[1]


def test_counts_agree_with_the_results(whole_simulated: Certificate) -> None:
    counts = whole_simulated.conformity.counts
    assert counts == {"pass": 29, "conditional fail": 1, "conditional pass": 1, "fail": 2}
    assert sum(counts.values()) == len(whole_simulated.results)
    assert whole_simulated.conformity.joint_probability is not None
    assert whole_simulated.conformity.joint_probability < Decimal("0.5")


def test_points_without_a_number_are_told_apart_from_those_with_one(
    record: Record, written: Callable[..., str]
) -> None:
    numberless = {"dcv:10V:+10V": "overload", "dcv:100V:+100V": "not-settled"}
    model = build(record, written(sections=("dcv",), numberless=numberless, shares={"dcv:1V:+1V": 3.0}))
    assert conformity_statement(model, EN).kind == "fail"
    text = said(model)
    assert "Does not conform at 2 of 6 points measured." in text
    assert "Outside the limits beyond doubt: +1 V (1 V)." in text
    assert "Over the range, no number: +10 V (10 V)." in text
    assert "Undetermined, no number: the indication did not settle: +100 V (100 V)." in text
    assert "not verified" not in text
    page = render(model, "html", "en").decode("utf-8")
    assert "no number: the indication was over the range" in page
    assert "no number: the indication did not settle" in page
    assert "无数值：示值未稳定" in render(model, "html", "zh").decode("utf-8")
    data = {r["id"]: r for r in json.loads(render(model, "json"))["sections"][0]["results"]}
    assert data["dcv:10V:+10V"]["error"] is None
    assert data["dcv:10V:+10V"]["no_number"] == "overload"
    assert data["dcv:1V:+1V"]["no_number"] == ""
    assert "no number: the indication did not settle" in flat(render(model, "pdf", "en"))


def flat(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_limits_of_24_hours_come_with_what_was_affirmed_and_their_conditions(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(mode="live", sections=("dcv",), changes={"interval": "24h"}, affirmed_by="li")
    model = build(record, run)
    text = said(model)
    assert "within 24 h of adjustment and within 1 °C of its temperature" in text
    assert "relative to the calibration standards" in text
    assert "by Li Wei 李伟: adjusted within the last 24 h, at this temperature" in text
    page = render(model, "html", "en").decode("utf-8")
    assert "adjusted within 24 h before, as affirmed; nothing was adjusted during calibration" in page
    assert "as found; nothing was adjusted<" not in page
    assert json.loads(render(model, "json"))["affirmation"]["by"]["id"] == "li"
    assert "24 小时允差仅在调整后 24 小时内" in said(model, ZH)


def test_other_limits_say_nothing_of_an_adjustment(whole_live: Certificate) -> None:
    assert "24 h" not in said(whole_live)
    assert "as found; nothing was adjusted" in render(whole_live, "html", "en").decode("utf-8")


def test_deviations_are_said_in_words_with_reason_and_person(
    record: Record, written: Callable[..., str]
) -> None:
    deviation = {"code": "certificate-expired", "reason": "renewal is under way.", "by": "chen"}
    model = build(record, written(sections=("dcv",), deviations=(deviation,)))
    assert "With deviations from the procedure" in said(model)
    english = render(model, "html", "en").decode("utf-8")
    assert (
        "The certificate of a standard was out of date. Reason: renewal is under way. "
        "Let pass by: Chen Jing 陈静." in english
    )
    assert "certificate-expired" not in english
    assert "标准器的证书已过期。原因：renewal is under way。放行人：Chen Jing 陈静。" in render(
        model, "html", "zh"
    ).decode("utf-8")


def test_a_bilingual_statement_of_many_failures_leaves_room_for_the_signatures(
    record: Record, written: Callable[..., str]
) -> None:
    ids = [result.id for result in build(record, written()).results]
    shares = {name: (3.0, 1.01, 0.99)[index % 3] for index, name in enumerate(ids)}
    deviation = {"code": "environment-outside", "reason": "repair", "by": "chen"}
    run = written(
        sections=("zero", "dcv", "dci"), shares=shares, deviations=(deviation,),
        changes={"interval": "24h"}, affirmed_by="li",
    )  # fmt: skip
    first, second, *_ = PdfReader(io.BytesIO(render(build(record, run), "pdf", "both"))).pages
    assert "Authorised by" in first.extract_text()
    assert "Standards and traceability" in second.extract_text()  # there was no room for it
    assert "Zero offset" in second.extract_text()  # and the results follow it on the same page


def test_the_results_begin_on_a_page_of_their_own_where_the_first_is_long_enough(
    whole_live: Certificate,
) -> None:
    first, second, *_ = PdfReader(io.BytesIO(render(whole_live, "pdf", "both"))).pages
    assert "Standards and traceability" in first.extract_text()
    assert "Zero offset, direct current" not in first.extract_text()
    assert "Zero offset, direct current" in second.extract_text()
