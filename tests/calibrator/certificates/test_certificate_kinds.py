"""Three kinds of document with three sets of rules; the regulations here are invented ones."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from calibrator._errors import ConfigurationError, UsageError
from calibrator.certificates import NotIssuableError, amend, build, examine, gate, issue, render
from calibrator.certificates.seals import SealSettings
from calibrator.procedure import load, load_info
from calibrator.record import Record

REGULATION: dict[str, Any] = {
    "number": "JJG 9999-2020",
    "title": {"en": "Invented multimeters", "zh": "虚构数字多用表"},
    "status": "checked",
    "source": "printed edition, p. 1, by Chen, 2026-01-05",
    "in_force": "2020-06-01",
    "superseded": None,
    "validity_months": 12,
    "items": [
        {"id": "appearance", "title": {"en": "Appearance", "zh": "外观"}, "sections": []},
        {"id": "dcv", "title": {"en": "DC voltage", "zh": "直流电压"}, "sections": ["dcv"]},
        {"id": "dci", "title": {"en": "DC current", "zh": "直流电流"}, "sections": ["dci"]},
    ],
}
LAB: dict[str, Any] = {
    "name": "Hangzhou Example Metrology Institute",
    "address": "88 Wensan Road, Hangzhou",
    "timezone": "Asia/Shanghai",
    "country": "CN",
    "authority": {
        "number": "(2024) 01",
        "by": "Market regulation, Hangzhou",
        "until": "2029-12-31",
        "regulations": ["JJG 9999"],
    },
    "persons": [
        {"id": "li", "name": "Li Wei", "roles": ["technician"]},
        {"id": "chen", "name": "Chen Jing", "roles": ["signatory"]},
    ],
}
BAD = {"dcv:10V:+10V": 3.0}


@pytest.fixture
def verified(record: Record, written: Callable[..., str]) -> Callable[..., str]:
    def made(
        regulation: Mapping[str, Any] | None = None,
        lab: Mapping[str, Any] | None = None,
        *,
        appearance: str | None = "yes",
        follows: bool = True,
        **options: Any,
    ) -> str:
        info = load("dmm").info
        procedure = {
            "id": info.id, "version": info.version, "title": {"en": info.title.en, "zh": info.title.zh},
            "hash": info.content_hash, "document": "JJG 9999-2020", "document_status": "checked",
            "approved": True, "not_tested": [],
            "section_titles": {
                s.id: {"en": s.title.en, "zh": s.title.zh} for s in load("dmm").sections("keysight_34401a")
            },
        }  # fmt: skip
        if follows:
            procedure["regulation"] = REGULATION | dict(regulation or {})
        given: dict[str, Any] = {"mode": "live", "rule": "simple", "lab": LAB | dict(lab or {})} | options
        run = written(changes={"procedure": procedure}, **given)
        if appearance is not None:
            body = {"prompt": "item:appearance", "answer": appearance, "by": "li", "how": "typed"}
            record.append(run, "prompt.answered", body)
        return run

    return made


def missing(record: Record, run: str, kind: str) -> set[str]:
    return {item.code for item in gate(build(record, run, kind=kind, authorised_by="chen"))}


def test_a_verification_certificate_states_conclusion_items_and_validity(
    record: Record, verified: Callable[..., str], tmp_path: Path
) -> None:
    run = verified()
    assert missing(record, run, "verification") == set()
    path = issue(record, run, "pdf", "both", certificates=tmp_path, kind="verification", authorised_by="chen")
    assert path.name.startswith("VER-20261123-")
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    for said in (
        "检定证书",
        "Verification certificate",
        "JJG 9999-2020",
        "检定结论：合格",
        "Valid until",
        "2027-11-22",
    ):
        assert said in text
    assert "校准证书" not in text
    assert "Calibration certificate" not in text
    page = render(build(record, run, kind="verification"), "html", "zh").decode("utf-8")
    assert "外观：合格" in page
    assert all(word in page for word in ("检定结果", "检定日期", "检定地点", "检定程序"))
    assert not any(word in page for word in ("校准结果", "校准日期", "校准地点", "校准程序", "校准证书"))
    assert "(2024) 01" in page
    event = next(iter(record.events(run, kinds={"certificate.issued"})))
    assert event.body["kind"] == "verification"


def test_u_stands_in_it_only_if_asked_for(record: Record, verified: Callable[..., str]) -> None:
    run = verified()
    without = build(record, run, kind="verification")
    asked = build(record, run, kind="verification", with_uncertainty=True)
    for model, there in ((without, False), (asked, True)):
        page = render(model, "html", "en").decode("utf-8")
        assert ("Measurement uncertainty" in page) is there
        assert (">PFA<" in page) is there
        assert ("<svg" in page) is there
        body = json.loads(render(model, "json"))
        result = body["sections"][0]["results"][0]
        assert (result["expanded_uncertainty"] is not None) is there
        assert result["error"] is not None
        assert body["kind"] == "verification certificate"
        pages = PdfReader(io.BytesIO(render(model, "pdf", "en"))).pages
        assert ("PFA" in "".join(page.extract_text() for page in pages)) is there


def test_a_failed_instrument_gets_a_notice_that_names_the_items(
    record: Record, verified: Callable[..., str], tmp_path: Path
) -> None:
    run = verified(shares=BAD)
    assert missing(record, run, "verification") == {"item-failed"}
    with pytest.raises(NotIssuableError):
        issue(record, run, "pdf", certificates=tmp_path, kind="verification", authorised_by="chen")
    path = issue(record, run, "pdf", "both", certificates=tmp_path, kind="notice", authorised_by="chen")
    assert path.name.startswith("NOT-")
    text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
    assert "检定结果通知书" in text
    assert "不合格项目：直流电压" in text
    assert "Failed items: DC voltage." in text
    assert "Valid until" not in text
    assert "2027-11-22" not in text


def test_nothing_failed_gives_no_notice(record: Record, verified: Callable[..., str]) -> None:
    assert missing(record, verified(), "notice") == {"nothing-failed"}


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({"follows": False}, {"no-regulation"}),
        ({"regulation": {"status": "memory_high"}}, {"regulation-not-checked"}),
        ({"regulation": {"in_force": "2027-01-01"}}, {"regulation-not-in-force"}),
        ({"regulation": {"superseded": "2026-11-23"}}, {"regulation-not-in-force"}),
        ({"regulation": {"validity_months": 0}}, {"no-validity"}),
        ({"regulation": {"items": []}}, {"no-items"}),
        ({"lab": {"authority": None}}, {"no-authorisation"}),
        ({"lab": {"authority": LAB["authority"] | {"until": "2026-11-22"}}}, {"authorisation-expired"}),
        ({"lab": {"authority": LAB["authority"] | {"regulations": ["JJG 1"]}}}, {"authorisation-differs"}),
        ({"appearance": None}, {"items-incomplete"}),
        ({"sections": ("dcv",)}, {"items-incomplete"}),
        ({"appearance": "no"}, {"item-failed"}),
        ({"appearance": "是"}, set()),
        ({"appearance": "done"}, {"items-incomplete"}),  # says neither, and fails nothing silently
        ({"appearance": "好"}, {"items-incomplete"}),
        ({"regulation": {"status": "seen"}}, {"regulation-not-checked"}),
        ({"rule": "guard-band-u", "shares": {"dcv:10V:+10V": 0.95}}, {"items-incomplete"}),
    ],
)
def test_no_verification_certificate_without_all_that_the_law_asks(
    record: Record, verified: Callable[..., str], options: dict[str, Any], codes: set[str]
) -> None:
    assert missing(record, verified(**options), "verification") == codes


def test_the_same_run_may_be_a_calibration_and_that_certificate_knows_no_validity(
    record: Record, verified: Callable[..., str]
) -> None:
    model = build(record, verified(), authorised_by="chen")
    assert gate(model) == ()
    assert model.id.startswith("CAL-")
    page = render(model, "html", "both").decode("utf-8")
    assert "校准证书" in page
    assert "检定" not in page.replace("JJG", "")
    assert "Valid until" not in page


def test_a_verification_is_no_dcc_and_an_unknown_kind_none(
    record: Record, verified: Callable[..., str]
) -> None:
    run = verified()
    with pytest.raises(UsageError) as caught:
        render(build(record, run, kind="verification"), "dcc", "en")
    assert caught.value.code == "not-a-calibration"
    with pytest.raises(UsageError) as caught:
        build(record, run, kind="invoice")
    assert caught.value.code == "unknown-kind"


def test_a_simulated_verification_says_so_and_has_a_number_of_its_own(
    record: Record, verified: Callable[..., str]
) -> None:
    model = build(record, verified(mode="simulated"), kind="verification")
    assert model.id.startswith("SIM-VER-")
    assert "检定证书（模拟）" in render(model, "html", "zh").decode("utf-8")
    assert "SIMULATED" in render(model, "html", "zh").decode("utf-8")


HEAD = """
[regulation]
number = "JJG 9999-2020"
title = { en = "Invented multimeters", zh = "虚构数字多用表" }
status = "checked"
source = "printed edition"
in_force = 2020-06-01
validity_months = 12
items = [
    { id = "appearance", title = { en = "Appearance", zh = "外观" } },
    { id = "dcv", title = { en = "DC voltage", zh = "直流电压" }, sections = ["dcv"] },
]
"""


def test_a_procedure_says_which_regulation_it_follows(tmp_path: Path) -> None:
    import calibrator_procedures.dmm

    own = Path(calibrator_procedures.dmm.__file__).parent / "procedure.toml"
    path = tmp_path / "procedure.toml"
    path.write_text(own.read_text(encoding="utf-8") + HEAD, encoding="utf-8")
    found = load_info(tmp_path).regulation
    assert found is not None
    assert (found.number, found.in_force, found.superseded) == ("JJG 9999-2020", date(2020, 6, 1), None)
    assert [(item.id, item.sections) for item in found.items] == [("appearance", ()), ("dcv", ("dcv",))]
    for old, new in (("checked", "believed"), ("validity_months = 12", ""), ("2020-06-01", '"soon"')):
        text = own.read_text(encoding="utf-8") + HEAD.replace(old, new)
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError):
            load_info(tmp_path)
    assert load("dmm").info.regulation is None


def test_an_amendment_of_one_kind_leaves_the_others_alone(
    record: Record, verified: Callable[..., str], tmp_path: Path
) -> None:
    run = verified()
    issue(record, run, "html", "en", certificates=tmp_path, authorised_by="chen")
    changes = {"customer.name": "Another customer"}
    number = amend(record, run, reason="customer misspelt", by="chen", changes=changes)
    calibration, verification = (build(record, run, kind=kind) for kind in ("calibration", "verification"))
    assert (calibration.id, calibration.customer and calibration.customer.name) == (
        number,
        "Another customer",
    )
    assert verification.amends is None
    assert verification.customer is not None
    assert verification.customer.name != "Another customer"


@pytest.mark.parametrize(
    ("regulation", "authority", "found"),
    [
        ({}, {}, set()),
        ({"in_force": "2026-11-24"}, {}, set()),
        ({"superseded": "2026-11-24"}, {}, {"regulation-not-in-force"}),
        ({}, {"until": "2026-11-23"}, {"authorisation-expired"}),
    ],
)
def test_days_of_a_verification_are_those_of_the_laboratory(
    record: Record, verified: Callable[..., str], clock: Any,
    regulation: dict[str, Any], authority: dict[str, Any], found: set[str],
) -> None:  # fmt: skip
    clock.at = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # half past one at night in Hangzhou
    run = verified(regulation=regulation, lab={"authority": LAB["authority"] | authority})
    model = build(record, run, kind="verification", authorised_by="chen")
    assert model.id.startswith("VER-20261124-")
    assert model.verification is not None
    assert model.verification.on == date(2026, 11, 24)
    assert model.verification.valid_until == date(2027, 11, 23)
    assert missing(record, run, "verification") == found


def test_a_certificate_that_was_issued_under_the_day_of_utc_keeps_its_number(
    record: Record, verified: Callable[..., str], clock: Any
) -> None:
    clock.at = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    run = verified()
    before = build(record, run, authorised_by="chen").id.replace("-20261124-", "-20261123-")
    record.append(run, "certificate.issued", {"id": before, "format": "pdf", "sha256": "ab" * 32})
    assert build(record, run, authorised_by="chen").id == before


@pytest.mark.parametrize(
    ("kind", "language", "format"),
    [
        ("verification", "zh", "pdf"),
        ("verification", "en", "json"),
        ("notice", "en", "pdf"),
        ("notice", "zh", "html"),
    ],
)
def test_each_kind_is_verified_as_issued_in_its_language(
    record: Record, verified: Callable[..., str], tmp_path: Path, kind: str, language: str, format: str
) -> None:
    run = verified(shares=BAD if kind == "notice" else None)
    out = tmp_path / f"document.{format}"
    path = issue(record, run, format, language, out=out, kind=kind, authorised_by="chen")
    found = examine(path, record, SealSettings(tmp_path / "seal.toml"), datetime(2026, 11, 24, tzinfo=UTC))
    assert (found.exit_code, found.wrong) == (0, ())
    assert any("agrees with the record" in said for said in found.said)
    changed = bytearray(path.read_bytes())
    changed[len(changed) // 2] ^= 1
    path.write_bytes(bytes(changed))
    settings = SealSettings(tmp_path / "seal.toml")
    assert examine(path, record, settings, datetime(2026, 11, 24, tzinfo=UTC)).exit_code == 6
