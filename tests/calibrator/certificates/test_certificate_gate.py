"""What the gate lets through and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calibrator.certificates import Certificate, NotIssuableError, build, gate, issue
from calibrator.record import Record

LAB = {
    "name": "Laboratory",
    "address": "1 Street",
    "timezone": "UTC",
    "persons": [{"id": "li", "name": "Li", "roles": ["technician", "signatory"]}],
}


def codes(model: Certificate) -> list[str]:
    return [missing.code for missing in gate(model)]


def test_a_complete_live_run_passes(whole_live: Certificate) -> None:
    assert gate(whole_live) == ()


def test_a_partial_live_run_passes_too(record: Record, written: Callable[..., str]) -> None:
    model = build(record, written(mode="live", sections=("dcv",)), authorised_by="chen")
    assert codes(model) == []


@pytest.mark.parametrize("outcome", ["stopped", "interrupted", None])
@pytest.mark.parametrize("mode", ["live", "simulated"])
def test_a_run_that_is_not_completed_is_refused_with_the_way_out(
    record: Record, written: Callable[..., str], outcome: str | None, mode: str, tmp_path: Path
) -> None:
    run = written(mode=mode, sections=("dcv",), outcome=outcome)
    assert "run-not-completed" in codes(build(record, run))
    with pytest.raises(NotIssuableError, match=f"calibrator resume {run}") as caught:
        issue(record, run, "json", out=tmp_path / "c.json")
    assert caught.value.exit_code == 4
    assert not (tmp_path / "c.json").exists()
    assert record.last(run, "certificate.issued") is None


def test_live_undetermined_points_yield_no_certificate_and_say_who_must_enter_what(
    record: Record, written: Callable[..., str], tmp_path: Path
) -> None:
    run = written(mode="live", sections=("dcv",), status="memory_high")
    with pytest.raises(NotIssuableError) as caught:
        issue(record, run, "pdf", out=tmp_path / "c.pdf", authorised_by="chen")
    assert [missing.code for missing in caught.value.missing] == ["figure-not-verified"]
    said = str(caught.value)
    for part in ("Fluke 5522A Operators Manual", "memory_high", "dcv:0.1V:+0.1V", "document, page and date"):
        assert part in said
    assert list(tmp_path.iterdir()) == []


def test_the_same_figures_are_issued_on_a_simulated_bench(
    record: Record, written: Callable[..., str]
) -> None:
    assert codes(build(record, written(sections=("dcv",), status="memory_high"))) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lab": {**LAB, "name": "Unnamed laboratory"}}, "no-laboratory"),
        ({"lab": {**LAB, "address": ""}}, "no-laboratory"),
        ({"person": ""}, "no-person"),
        ({"interval": "24h"}, "no-affirmation"),
    ],
)
def test_what_iso_17025_asks_for_must_be_there_on_a_live_run(
    record: Record, written: Callable[..., str], changes: dict[str, Any], code: str
) -> None:
    run = written(mode="live", sections=("dci",), changes=changes)
    assert codes(build(record, run, authorised_by="li" if "lab" in changes else "chen")) == [code]
    assert codes(build(record, written(mode="simulated", sections=("dci",), changes=changes))) == []


@pytest.mark.parametrize("serial", ["", "0", "   ", "-", " – ", "N/A", "无"])
def test_an_instrument_without_a_serial_number_is_not_identified(
    record: Record, written: Callable[..., str], serial: str
) -> None:
    uut = {"asset": "DMM-017", "model": "34401A", "manufacturer": "Keysight", "serial": serial}
    run = written(mode="live", sections=("dci",), changes={"uut": uut})
    assert codes(build(record, run, authorised_by="chen")) == ["no-serial"]


def test_a_standard_without_a_certificate_is_not_traceable(
    record: Record, written: Callable[..., str]
) -> None:
    run = written(mode="live", sections=("dci",), standard={"certificate": None})
    assert codes(build(record, run, authorised_by="chen")) == ["no-traceability"]


def test_no_reason_lets_a_simulated_certificate_of_a_standard_pass(
    record: Record, written: Callable[..., str]
) -> None:
    deviation = {"code": "certificate-simulated", "reason": "it is due", "by": "chen"}
    run = written(mode="live", sections=("dci",), deviations=(deviation,))
    assert codes(build(record, run, authorised_by="chen")) == ["simulated-standard"]


@pytest.mark.parametrize(
    ("standard", "code"),
    [
        ({"traceability": " "}, "no-traceability"),
        ({"certificate": "-"}, "no-traceability"),
        ({"issued": "2030-05-07", "due": "2031-01-01"}, "standard-not-yet"),
        ({"issued": "2020-05-07", "due": "2021-01-01"}, "standard-expired"),
        ({"issued": "2026-11-23", "due": "2026-11-23"}, ""),
    ],
)
def test_the_certificate_of_a_standard_names_something_and_was_in_force(
    record: Record, written: Callable[..., str], standard: dict[str, Any], code: str
) -> None:
    run = written(mode="live", sections=("dci",), standard=standard)
    assert codes(build(record, run, authorised_by="chen")) == ([code] if code else [])


def test_a_named_deviation_lets_a_certificate_out_of_date_pass(
    record: Record, written: Callable[..., str]
) -> None:
    deviation = {"code": "certificate-expired", "reason": "renewal is under way", "by": "chen"}
    due = {"issued": "2020-05-07", "due": "2021-01-01"}
    run = written(mode="live", sections=("dci",), standard=due, deviations=(deviation,))
    assert codes(build(record, run, authorised_by="chen")) == []


def test_a_customer_without_a_name_is_none(record: Record, written: Callable[..., str]) -> None:
    uut = {"asset": "DMM-017", "model": "34401A", "manufacturer": "Keysight", "serial": "MY1"}
    run = written(mode="live", sections=("dci",), changes={"uut": uut | {"customer": {"name": " "}}})
    assert codes(build(record, run, authorised_by="chen")) == ["no-customer"]


@pytest.mark.parametrize("serial", ["SIM0001", "sim0001", " SIM0001"])
def test_a_simulated_serial_is_taken_at_its_word_however_it_is_written(
    record: Record, written: Callable[..., str], serial: str
) -> None:
    uut = {"asset": "DMM-017", "model": "34401A", "manufacturer": "Keysight", "serial": serial}
    assert build(record, written(mode="live", sections=("dci",), changes={"uut": uut})).simulated
