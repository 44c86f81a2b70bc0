"""An amendment stands in the record with its document or not at all, and what was replaced stays so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.certificates import amend, build, issue, plan_amendment, render, replace_certificate
from calibrator.certificates.seals import issue_sealed, load_seal_settings
from calibrator.cli import main
from calibrator.record import Record

LAB = {
    "name": "Hangzhou Example Metrology Laboratory",
    "address": "88 Wensan Road, Xihu District, Hangzhou",
    "timezone": "Asia/Shanghai",
    "country": "CN",
    "persons": [
        {"id": "li", "name": "Li Wei 李伟", "roles": ["technician"]},
        {"id": "chen", "name": "Chen Jing 陈静", "roles": ["signatory"]},
    ],
}
PASSPHRASE = "only for tests"
TOLD: dict[str, Any] = {"reason": "customer misspelt", "by": "chen"}


@pytest.fixture
def live(record: Record, write: Callable[..., str], clock: Any, tmp_path: Path) -> Callable[..., str]:
    def make(*, issued: bool = True) -> str:
        run = write(record, clock, mode="live", sections=("dci",), lab=LAB)
        if issued:
            issue(record, run, "html", "en", certificates=tmp_path, authorised_by="chen")
        return run

    return make


def _amendments(record: Record, run: str) -> list[str]:
    kinds = {"certificate.amended", "certificate.replaced"}
    return [event.kind for event in record.events(run, kinds=kinds)]


@pytest.mark.parametrize("seal", [False, True])
def test_an_amendment_that_cannot_be_issued_is_not_recorded(
    tmp_path: Path,
    clock: Any,
    write: Callable[..., str],
    seal_folder: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    seal: bool,
) -> None:
    home = seal_folder().parent
    with Record.open(home, clock=clock) as record:
        run = write(record, clock, mode="live", sections=("dci",), lab=LAB)
        number = build(record, run).id
    common = ["certificate", "--home", str(home), "--lang", "en", "--authorised-by", "chen"]
    assert main(common) == 0
    monkeypatch.setenv("CALIBRATOR_SEAL_PASSPHRASE", "wrong")
    bad = ["--change", f"customer.name={'Foo' if seal else 'Foo 𓀀'}", *(["--seal"] if seal else [])]
    assert main([*common, "--amend", "customer misspelt", *bad]) == (4 if seal else 2)
    with Record.open(home, clock=clock) as record:
        assert _amendments(record, run) == []
        assert build(record, run).id == number
    capsys.readouterr()
    assert main([*common, "--amend", "customer misspelt", "--change", "customer.name=Foo"]) == 0
    assert capsys.readouterr().out.strip().endswith(f"{number}-A1-en.pdf")
    with Record.open(home, clock=clock) as record:
        kinds = [event.kind for event in record.events(run)]
        assert kinds[-2:] == ["certificate.amended", "certificate.issued"]
        assert record.verify() == ()


def test_an_amendment_is_recorded_with_its_issue(
    record: Record, live: Callable[..., str], tmp_path: Path
) -> None:
    run = live()
    planned = plan_amendment(record, run, changes={"customer.name": "Another"}, **TOLD)
    assert _amendments(record, run) == []
    path = issue(record, run, "html", "en", certificates=tmp_path, authorised_by="chen", amending=planned)
    assert path.name == f"{planned.number}-en.html"
    assert build(record, run).id == planned.number


def test_an_amendment_without_a_document_is_passed_over_by_the_next(
    record: Record, live: Callable[..., str], tmp_path: Path
) -> None:
    run = live()
    number = build(record, run).id
    # as it was recorded before both were recorded together: the word has no glyph, and never a document
    changes = {"customer.name": "Foo 𓀀", "customer.address": "Elsewhere", "item.firmware": "9"}
    firmware = build(record, run).item.firmware
    stranded = amend(record, run, changes=changes, **TOLD)
    with pytest.raises(UsageError):
        issue(record, run, "pdf", "en", certificates=tmp_path, authorised_by="chen")
    corrected = {"customer.name": "Foo", "item.firmware": firmware}
    planned = plan_amendment(record, run, changes=corrected, **TOLD)
    assert (stranded, planned.number) == (f"{number}-A1", f"{number}-A2")
    assert planned.body["former"] == number
    assert {one["what"]: one["to"] for one in planned.body["changes"]} == {
        "customer.name": "Foo",
        "customer.address": "Elsewhere",
    }
    assert all("𓀀" not in one["from"] for one in planned.body["changes"])
    issue(record, run, "html", "en", certificates=tmp_path, authorised_by="chen", amending=planned)
    now = build(record, run)
    assert (now.id, now.customer.name if now.customer else "") == (planned.number, "Foo")
    assert now.item.firmware == firmware
    assert record.verify() == ()


def test_several_events_are_recorded_together_or_not_at_all(record: Record, live: Callable[..., str]) -> None:
    run = live()
    before = record.head(run)
    with pytest.raises(UsageError):
        record.append_all([(run, "certificate.amended", {"id": "x"}), ("no-such-run", "note", {})])
    assert record.head(run) == before
    assert record.verify() == ()


def test_the_amendment_of_one_that_replaced_another_has_a_number_that_follows(
    record: Record, live: Callable[..., str], tmp_path: Path
) -> None:
    former, again = live(), live(issued=False)
    number = replace_certificate(record, again, former, reason="measured with a worn lead", by="chen")
    issue(record, again, "html", "en", certificates=tmp_path, authorised_by="chen")
    first = amend(record, again, changes={"customer.name": "Another"}, **TOLD)
    assert first == f"{number}-A1"
    issue(record, again, "html", "en", certificates=tmp_path, authorised_by="chen")
    second = amend(record, again, changes={"customer.name": "A third"}, **TOLD)
    now = build(record, again)
    assert now.id == second == f"{number}-A2"
    assert now.amends is not None
    assert now.amends.former == first


def test_a_superseded_certificate_is_neither_issued_nor_amended_nor_replaced_again(
    record: Record, live: Callable[..., str], tmp_path: Path
) -> None:
    former, again, third = live(), live(issued=False), live(issued=False)
    number = replace_certificate(record, again, former, reason="measured with a worn lead", by="chen")
    attempts: tuple[Callable[[], object], ...] = (
        lambda: issue(record, former, "json", "en", certificates=tmp_path, authorised_by="chen"),
        lambda: amend(record, former, changes={"customer.name": "Another"}, **TOLD),
        lambda: replace_certificate(record, third, former, reason="measured once more", by="chen"),
    )
    for attempt in attempts:
        with pytest.raises(UsageError, match=number) as caught:
            attempt()
        assert caught.value.code == "superseded"
    assert _amendments(record, former) == ["certificate.replaced"]


def test_what_is_replaced_lists_rule_limits_standards_conditions_dates_and_method(whole_live: Any) -> None:
    from datetime import timedelta
    from decimal import Decimal

    from calibrator.certificates._replace import differences

    old = whole_live
    (first, *others), sections = old.sections[0].results, old.sections
    point = replace(
        first, coverage_factor=Decimal("2.11"), limit_upper=first.limit * 2, guard_band=first.limit / 2
    )
    new = replace(
        old,
        sections=(replace(sections[0], results=(point, *others)), *sections[1:]),
        conformity=replace(old.conformity, rule="simple"),
        standards=(replace(old.standards[0], certificate="OTHER-1"), *old.standards[1:]),
        conditions=replace(old.conditions, temperature_high_c=Decimal("29.9")),
        method=replace(old.method, document="another document", interval="2y"),
        began_at=old.began_at - timedelta(days=9),
    )
    listed = list(differences(old, new))
    keys = {line.partition(": ")[0] for line in listed}
    assert {"rule", "standards", "temperature", "document", "limits", "measured"} <= keys
    (told,) = [line for line in listed if "k 2.11" in line]
    assert "limit" in told
    assert ", w " in told
    for word in ("indication ", "reference ", ", PFA "):
        assert word in told
    assert list(differences(old, old)) == []


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "Amended calibration certificate", "Changed: Customer, name: "),
        ("zh", "更改后的校准证书", "委托单位名称："),
    ],
)
def test_an_amended_document_says_so_in_its_title_and_names_no_keys(
    record: Record, live: Callable[..., str], language: str, title: str, words: str
) -> None:
    run = live()
    amend(record, run, changes={"customer.name": "Another"}, **TOLD)
    page = render(build(record, run), "html", language).decode("utf-8")
    assert f"<h1><span>{title}</span></h1>" in page
    assert words in page
    assert "customer.name" not in page
    if language == "zh":
        assert "Amended" not in page


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"customer.name": ""}, "empty-value"),
        ({"customer.name": "  "}, "empty-value"),
        ({"item.serial": "-"}, "empty-value"),
        ({"laboratory.name": ""}, "empty-value"),
        ({"customer.name": "a\nb"}, "not-printable"),
        ({"item.serial": "sim123"}, "not-changeable"),
        ({"item.serial": " SIM123"}, "not-changeable"),
        ({"item.model": "34461A"}, "not-changeable"),  # it was judged by the limits of another
        ({"laboratory.accreditation": "CNAS L9999"}, "not-changeable"),
    ],
)
def test_an_amendment_changes_no_fact_and_empties_no_word(
    record: Record, live: Callable[..., str], changes: dict[str, str], code: str
) -> None:
    run = live()
    with pytest.raises(UsageError) as caught:
        plan_amendment(record, run, changes=changes, **TOLD)
    assert caught.value.code == code


@pytest.mark.parametrize("reason", ["客户名称有误", "wrong customer", "序列号 误写"])
def test_a_reason_may_be_written_without_blanks(
    record: Record, live: Callable[..., str], reason: str
) -> None:
    changes = {"customer.name": "Another"}
    planned = plan_amendment(record, live(), reason=reason, by="chen", changes=changes)
    assert planned.body["reason"] == reason


@pytest.mark.parametrize("reason", ["有误", "typo", ""])
def test_a_reason_of_one_word_is_none(record: Record, live: Callable[..., str], reason: str) -> None:
    run = live()
    with pytest.raises(UsageError) as caught:
        plan_amendment(record, run, reason=reason, by="chen", changes={"customer.name": "Another"})
    assert caught.value.code == "no-reason"


def test_an_amendment_whose_time_stamp_fails_is_not_recorded_and_can_be_made_again(
    record: Record, live: Callable[..., str], seal_folder: Callable[..., Path], clock: Any, tmp_path: Path
) -> None:
    run, folder = live(), tmp_path / "documents"
    folder.mkdir()
    settings = load_seal_settings(seal_folder())
    kept = build(record, run).id
    given: dict[str, Any] = {"certificates": folder, "passphrase": PASSPHRASE, "clock": clock}
    planned = plan_amendment(record, run, changes={"customer.name": "Another"}, **TOLD)
    dead = replace(settings, timestamp="http://127.0.0.1:1/")
    with pytest.raises(RefusedError) as caught:
        issue_sealed(
            record, run, "pdf", "en", None, settings=dead, authorised_by="chen", amending=planned, **given
        )
    assert caught.value.code == "timestamp-failed"
    assert (_amendments(record, run), list(folder.iterdir())) == ([], [])
    assert build(record, run).id == kept
    again = plan_amendment(record, run, changes={"customer.name": "Another"}, **TOLD)
    path = issue_sealed(
        record, run, "pdf", "en", None, settings=settings, authorised_by="chen", amending=again, **given
    )
    assert path.name == f"{kept}-A1-en-sealed.pdf"
    kinds = [event.kind for event in record.events(run)]
    assert kinds[-3:] == ["certificate.amended", "certificate.issued", "certificate.sealed"]
