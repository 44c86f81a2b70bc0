"""The model says what the record says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from calibrator._errors import IntegrityError, UsageError
from calibrator.certificates import Certificate, build, render
from calibrator.certificates._bodies import number
from calibrator.certificates._numbers import printed
from calibrator.certificates._results import result_sections
from calibrator.certificates._sources import gather
from calibrator.evaluation import show
from calibrator.record import Record


def test_every_result_of_show_stands_in_the_model(record: Record, written: Callable[..., str]) -> None:
    run = written(sections=("dcv", "dci"))
    model = build(record, run)
    points = show(record, run)["points"]
    assert [r.id for r in model.results] == [p["id"] for p in points]
    for result, point in zip(model.results, points, strict=True):
        assert result.error == Decimal(point["error"])
        assert result.expanded_uncertainty == Decimal(point["U"])
        assert result.coverage_factor == Decimal(point["k"])
        assert result.verdict == point["verdict"]
        assert (result.limit_lower, result.limit_upper) == (
            Decimal(point["lower_limit"]),
            Decimal(point["upper_limit"]),
        )


def test_the_indication_is_the_mean_of_the_readings_that_count(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(sections=("dcv",))
    readings = [
        Decimal(repr(float.fromhex(event.body["value"])))
        for event in record.events(run, kinds={"reading"})
        if event.body["point"] == "dcv:10V:+10V"
    ]
    result = next(r for r in build(record, run).results if r.id == "dcv:10V:+10V")
    assert result.readings == 5
    assert result.indication is not None
    assert abs(result.indication - sum(readings) / 5) < Decimal("1e-14")


def test_readings_in_a_unit_of_their_own_are_no_indication(
    record: Record, written: Callable[..., str]
) -> None:
    """The 4-20 mA of a transmitter whose results are in °C, or pulses whose result is in percent."""
    run = written(sections=("dcv",))
    sources = gather(record, run)
    first = str(sources.points[0]["id"])
    assert sources.reading_units[first] <= {"", "V"}
    odd = replace(sources, reading_units={first: frozenset({"A"})})
    result = result_sections(odd)[0].results[0]
    assert (result.id, result.indication) == (first, None)
    assert printed(result).indication == "–"
    assert result.error is not None


def test_head_and_register_are_those_of_the_closing(record: Record, written: Callable[..., str]) -> None:
    run = written(sections=("dcv",))
    closed = record.last(run, "run.closed")
    ended = record.last("register", "run.ended")
    assert closed is not None
    assert ended is not None
    record.append(run, "certificate.issued", {"id": "x", "format": "pdf", "sha256": "0"})
    digest = build(record, run).digest
    assert (digest.run_count, digest.run_head) == (closed.seq, closed.hash)
    assert (digest.register_count, digest.register_head) == (ended.seq, ended.hash)


def test_the_number_follows_from_the_record_alone(record: Record, written: Callable[..., str]) -> None:
    first, second = written(sections=("dcv",)), written(sections=("dcv",))
    assert build(record, first).id == build(record, first).id
    assert build(record, first).id != build(record, second).id
    assert build(record, first).id.startswith("SIM-20261123-")
    assert build(record, written(sections=("dcv",), mode="live")).id.startswith("CAL-20261123-")


def test_a_simulated_run_is_dated_by_its_bench_and_a_live_one_by_the_day_of_issue(
    record: Record, written: Callable[..., str]
) -> None:
    later = datetime(2027, 1, 5, 9, tzinfo=UTC)
    simulated = build(record, written(sections=("dcv",)), issued_at=later)
    live = build(record, written(sections=("dcv",), mode="live"), issued_at=later)
    early = build(record, written(sections=("dcv",), mode="live"), issued_at=later - timedelta(days=400))
    assert simulated.issued_at == simulated.ended_at
    assert live.issued_at == later
    assert early.issued_at == early.ended_at  # never before the measurement


def test_what_was_not_tested_is_named(record: Record, written: Callable[..., str]) -> None:
    whole = build(record, written())
    part = build(record, written(sections=("dcv",)))
    assert any("AC voltage" in text.en for text in whole.not_tested)
    assert whole.conformity.complete
    assert not part.conformity.complete
    assert {text.en for text in part.not_tested} - {text.en for text in whole.not_tested} == {
        "Zero offset, volts and four-wire ohms",
        "Zero offset, direct current",
        "Four-wire ohms to 100 kilohm",
        "Four-wire ohms from 1 megohm",
        "DC current",
    }


def test_unverified_figures_stand_once_with_their_points(whole_simulated: Certificate) -> None:
    limits = [figure for figure in whole_simulated.unverified if figure.kind == "limit"]
    standard = [figure for figure in whole_simulated.unverified if figure.kind == "standard"]
    assert [figure.status for figure in limits] == ["derived"]
    assert len(limits[0].points) == 16  # the zeros
    assert [(figure.status, len(figure.points)) for figure in standard] == [("memory_high", 17)]


def test_the_environment_is_the_span_over_the_run(whole_live: Certificate) -> None:
    conditions = whole_live.conditions
    assert (conditions.temperature_low_c, conditions.temperature_high_c) == (Decimal("22.9"), Decimal("23.1"))
    assert conditions.how == ("measured",)
    assert conditions.sensors == ("TH-03",)


def test_people_are_named_with_their_part(whole_live: Certificate) -> None:
    assert [person.name for person in whole_live.performed_by] == ["Li Wei 李伟"]
    assert [person.name for person in whole_live.authorised_by] == ["Chen Jing 陈静"]


def test_a_role_alone_authorises_nothing(record: Record, written: Callable[..., str]) -> None:
    assert build(record, written(sections=("dci",), mode="live")).authorised_by == ()
    assert build(record, written(sections=("dci",))).authorised_by == ()


def test_deviations_keep_reason_and_person(record: Record, written: Callable[..., str]) -> None:
    deviation = {"code": "certificate-expired", "reason": "renewal is under way", "by": "chen"}
    model = build(record, written(sections=("dci",), deviations=(deviation, {**deviation, "code": "new"})))
    first, second = model.deviations
    assert (first.code, first.what.en) == (
        "certificate-expired",
        "The certificate of a standard was out of date",
    )
    assert first.what.zh == "标准器的证书已过期"
    assert first.reason == "renewal is under way"
    assert first.by is not None
    assert first.by.name == "Chen Jing 陈静"
    assert second.what.en == "The check new was let pass"  # a code that has no words yet is still said


def test_a_section_outside_the_job_is_named_whole_and_a_point_alone(
    record: Record, written: Callable[..., str]
) -> None:
    """As the engine writes it: the ids of points, which do not tell the section outside the job."""
    run = written(sections=("dcv",), outcome=None)
    left = ["res4w:1000000ohm:+1000000ohm", "dci:3A:+2A", "dcv:10V:+10V"]
    record.append(run, "run.closed", {"outcome": "stopped", "exit_code": 130, "not_tested": left})
    said = [text.en for text in build(record, run).not_tested]
    assert "Four-wire ohms from 1 megohm" in said
    assert "DC current" in said
    assert said[-1] == "Direct voltage at +10 V (10 V)"
    assert not [text for text in said if "MΩ" in text or "3 A" in text]


def test_a_section_of_the_job_that_was_never_reached_is_named_whole(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(sections=("dcv", "dci"), outcome=None)
    left = [p["id"] for p in show(record, run)["points"] if p["function"] == "dci"]
    record.append(run, "run.closed", {"outcome": "stopped", "exit_code": 130, "not_tested": left})
    assert "DC current" in [text.en for text in build(record, run).not_tested]
    assert "DC volts" not in [text.en for text in build(record, run).not_tested]


@pytest.mark.parametrize(("why", "verdict"), [("overload", "fail"), ("not-settled", "undetermined")])
def test_a_point_without_a_number_has_none(
    record: Record, written: Callable[..., str], why: str, verdict: str
) -> None:
    model = build(record, written(sections=("dcv",), numberless={"dcv:10V:+10V": why}))
    result = next(r for r in model.results if r.id == "dcv:10V:+10V")
    assert (result.no_number, result.verdict) == (why, verdict)
    numbers = (result.error, result.indication, result.expanded_uncertainty, result.guard_band, result.pfa)
    assert set(numbers) == {None}
    assert {r.no_number for r in model.results if r is not result} == {""}


def test_a_small_probability_keeps_its_digits(record: Record, written: Callable[..., str]) -> None:
    model = build(record, written(sections=("dcv",), shares={"dcv:10V:+10V": 0.0}))
    smallest = min(result.pfa for result in model.results if result.pfa is not None)
    assert 0 < smallest < Decimal("1e-6")
    written_down = [r["pfa"] for r in json.loads(render(model, "json"))["sections"][0]["results"]]
    assert min(map(Decimal, written_down)) == smallest
    assert "&lt; 0.01 %" in render(model, "html", "en").decode("utf-8")


def test_a_run_that_is_not_there_is_refused(record: Record) -> None:
    with pytest.raises(UsageError, match="there is no run nowhere") as caught:
        build(record, "nowhere")
    assert caught.value.code == "no-such-run"


@pytest.mark.parametrize("written_number", ["nan", "inf", "", "12,5"])
def test_what_is_no_number_never_reaches_a_document(written_number: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        number(written_number)
    assert caught.value.code == "not-a-number"


def test_hex_floats_give_their_shortest_decimal() -> None:
    assert number((0.1).hex()) == Decimal("0.1")


def test_one_simulated_serial_makes_the_document_simulated(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(sections=("dci",), mode="live", standard={"serial": "SIM5522001"})
    model = build(record, run)
    assert model.simulated
    assert model.id.startswith("SIM-")
