"""What the gate lets through and what it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import UsageError
from calibrator.certificates import Certificate, NotIssuableError, build, gate, issue, render
from calibrator.certificates._model import Customer, Deviation, Person
from calibrator.certificates._parts import Answered
from calibrator.procedure import Text
from calibrator.record import Record

LAB = {
    "name": "Laboratory",
    "address": "1 Street",
    "timezone": "UTC",
    "persons": [{"id": "li", "name": "Li", "roles": ["technician", "signatory"]}],
}

UUT = {
    "asset": "DMM-017",
    "model": "34401A",
    "table": "keysight_34401a",
    "manufacturer": "Keysight",
    "serial": "MY1",
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
    run = written(mode="live", sections=("dci",), changes={"uut": uut | {"customer": {"own": True}}})
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


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        (None, "no-customer"),
        ({"name": " "}, "no-customer"),
        ({"name": "Ningbo", "address": ""}, "no-contact"),
        ({"name": "", "address": "", "own": True}, ""),
    ],
)
def test_a_customer_is_named_or_the_instrument_is_said_to_be_the_laboratorys(
    record: Record, written: Callable[..., str], customer: dict[str, Any] | None, code: str
) -> None:
    run = written(mode="live", sections=("dci",), changes={"uut": UUT | {"customer": customer}})
    model = build(record, run, authorised_by="chen")
    assert codes(model) == ([code] if code else [])
    if not code:
        page = render(model, "html", "both").decode("utf-8")
        assert "本实验室" in page
        assert "names no customer" not in page


def test_who_the_customer_is_can_be_said_at_the_first_issue_and_stays(
    record: Record, written: Callable[..., str], tmp_path: Path
) -> None:
    run = written(mode="live", sections=("dci",), changes={"uut": UUT})
    first = tmp_path / "first.json"
    with pytest.raises(UsageError) as caught:
        issue(record, run, "json", out=first, authorised_by="chen", customer="Ningbo")
    assert caught.value.code == "no-customer"
    assert not first.exists()
    issue(record, run, "json", out=first, authorised_by="chen", customer="Ningbo Co., Ltd.; 1 Port Road")
    stated = record.last(run, "customer.stated")
    assert stated is not None
    assert stated.body["by"] == "chen"
    later = build(record, run)
    assert later.customer == Customer("Ningbo Co., Ltd.", "1 Port Road")
    with pytest.raises(UsageError) as caught:
        issue(record, run, "json", out=tmp_path / "second.json", customer="own")
    assert caught.value.code == "customer-recorded"


def _first(model: Certificate, **changed: Any) -> Certificate:
    """Return the model with its first result changed."""
    section = model.sections[0]
    results = (replace(section.results[0], **changed), *section.results[1:])
    return replace(model, sections=(replace(section, results=results), *model.sections[1:]))


def _part(name: str, /, **changed: Any) -> Callable[[Certificate], Certificate]:
    return lambda model: replace(model, **{name: replace(getattr(model, name), **changed)})


def _whole(**changed: Any) -> Callable[[Certificate], Certificate]:
    return lambda model: replace(model, **changed)


def _standard(**changed: Any) -> Callable[[Certificate], Certificate]:
    return lambda model: replace(
        model, standards=(replace(model.standards[0], **changed), *model.standards[1:])
    )


PERMIT = Answered("permit", Text("Permit", "许可"), "WP-7", Person("li", "Li", ""))
# a title, the page numbers, the day of work and of issue, "relates only to the items" are always printed
ITEMS: list[tuple[str, str, Callable[[Certificate], Certificate]]] = [
    ("7.8.2.1 b", "no-laboratory", _part("laboratory", name="")),
    ("7.8.2.1 b", "no-laboratory", _part("laboratory", address=" ")),
    ("7.8.2.1 c", "no-place", _whole(checklist=(PERMIT,))),
    ("7.8.2.1 d", "no-number", _whole(id="")),
    ("7.8.2.1 e", "no-customer", _whole(customer=None)),
    ("7.8.2.1 e", "no-contact", _part("customer", address="")),
    ("7.8.2.1 f", "no-method", _part("method", document="")),
    ("7.8.2.1 f", "no-method", _part("method", title=Text("", ""))),
    ("7.8.2.1 g", "no-model", _part("item", model="")),
    ("7.8.2.1 g", "no-serial", _part("item", serial="")),
    ("7.8.2.1 m", "no-results", _whole(sections=())),
    ("7.8.2.1 m", "no-value", lambda model: _first(model, unit="")),
    ("7.8.2.1 n", "no-reason", _whole(deviations=(Deviation("x", Text("One", "一"), "", None),))),
    ("7.8.2.1 o", "not-authorised", _whole(authorised_by=())),
    ("7.8.4.1 a", "no-uncertainty", lambda model: _first(model, expanded_uncertainty=None)),
    ("7.8.4.1 a", "no-uncertainty", lambda model: _first(model, coverage_factor=None)),
    ("7.8.4.1 b", "no-environment", _part("conditions", temperature_low_c=None)),
    ("7.8.4.1 c", "no-traceability", _standard(certificate="")),
    ("7.8.4.1 c", "no-traceability", _standard(traceability="")),
    ("7.8.4.1 c", "no-traceability", _standard(by="")),
    ("7.8.4.1 c", "no-traceability", _standard(issued=None)),
    ("7.8.4.1 c", "no-standard", _whole(standards=())),
    ("7.8.4.1 d", "no-adjustment", _whole(pass_="as-left")),
    ("7.8.6.2 b", "no-limit", lambda model: _first(model, limit_lower=None, limit_upper=None)),
    ("7.8.6.2 b", "no-specification", _part("method", interval="")),
    ("7.8.6.2 c", "no-rule", _part("conformity", rule="")),
]


@pytest.mark.parametrize(("clause", "code", "without"), ITEMS, ids=[f"{c} {n}" for c, n, _ in ITEMS])
def test_each_item_of_iso_17025_that_alone_is_missing_is_named_alone(
    whole_live: Certificate, clause: str, code: str, without: Callable[[Certificate], Certificate]
) -> None:
    [missing] = gate(without(whole_live))
    assert (missing.code, missing.clause) == (code, f"ISO/IEC 17025:2017, {clause}")
    assert gate(whole_live) == ()


def test_what_is_always_there_stands_in_the_document(whole_live: Certificate) -> None:
    page = render(whole_live, "html", "en").decode("utf-8")
    for said in (
        "Calibration certificate",  # 7.8.2.1 a
        whole_live.id,  # d
        "End of the certificate",
        "Measured",  # i
        "Issued",  # j
        "relate only to the instrument",  # l
        "Deviations from the procedure",  # n
        "Statement of conformity",  # 7.8.4.1 e
        "Decision rule",  # 7.8.6.2
        "Traceability".lower(),
    ):
        assert said in page, said
    assert "due date" not in page  # 7.8.4.3


@pytest.mark.parametrize("serial", ["SIM0001", "sim0001", " SIM0001"])
def test_a_simulated_serial_is_taken_at_its_word_however_it_is_written(
    record: Record, written: Callable[..., str], serial: str
) -> None:
    uut = {"asset": "DMM-017", "model": "34401A", "manufacturer": "Keysight", "serial": serial}
    assert build(record, written(mode="live", sections=("dci",), changes={"uut": uut})).simulated
