"""Sealed and amended documents: each says whether it is intact, by whom, and what replaces it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError
from calibrator.certificates import (
    NotIssuableError,
    amend,
    build,
    examine,
    issue,
    issue_sealed,
    read_back,
    render,
    replace_certificate,
)
from calibrator.certificates._amend import _check_change
from calibrator.certificates.seals import SealSettings, load_seal_settings
from calibrator.cli import main
from calibrator.cli._certificate import PASSPHRASE as VARIABLE
from calibrator.cli._certificate import _passphrase
from calibrator.cli._failures import report
from calibrator.cli._settings import Settings
from calibrator.evidence._sealed_documents import Vouched, sealed_documents
from calibrator.record import Record

PASSPHRASE = "only for tests"
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


@dataclass
class Room:
    record: Record
    run: str
    folder: Path
    settings: SealSettings
    clock: Any

    def sealed(self, format: str, **options: Any) -> Path:
        return issue_sealed(
            self.record,
            self.run,
            format,
            "en",
            None,
            certificates=self.folder,
            settings=self.settings,
            passphrase=PASSPHRASE,
            clock=self.clock,
            authorised_by="chen",
            **options,
        )


@pytest.fixture
def room(
    tmp_path: Path, clock: Any, write: Callable[..., str], seal_folder: Callable[..., Path]
) -> Iterator[Room]:
    path = seal_folder()
    with Record.open(tmp_path / "home", clock=clock) as record:
        run = write(record, clock, mode="live", sections=("dci",), lab=LAB)
        yield Room(record, run, tmp_path / "certificates", load_seal_settings(path), clock)


@pytest.mark.parametrize("format", ["pdf", "dcc"])
def test_a_sealed_document_is_intact_with_and_without_a_record(room: Room, format: str) -> None:
    path = room.sealed(format)
    assert path.stem.endswith("-sealed")
    with_record = examine(path, room.record, room.settings, room.clock.now())
    assert (with_record.exit_code, with_record.wrong) == (0, ())
    assert "as issued; it agrees with the record" in with_record.said
    assert any("CN=Laboratory (trusted)" in line for line in with_record.said)
    alone = examine(path, None, room.settings, room.clock.now())
    assert alone.exit_code == 0
    nobody = examine(path, None, SealSettings(Path("seal.toml")), room.clock.now())
    assert nobody.exit_code == 3  # intact, but anybody can seal
    event = next(iter(room.record.events(room.run, kinds={"certificate.sealed"})))
    assert event.body["by"] == "CN=Laboratory"
    # the plain document stays beside it, and renders again to the same bytes
    plain = path.with_name(path.name.replace("-sealed", ""))
    issue(room.record, room.run, format, "en", plain, clock=room.clock)


@pytest.mark.parametrize("format", ["pdf", "dcc"])
def test_the_seal_of_a_document_in_a_bundle_is_checked(room: Room, format: str) -> None:
    path = room.sealed(format)
    name, events = f"certificates/{path.name}", list(room.record.events(room.run))
    content, nobody = {name: path.read_bytes(), "results.csv": b""}, SealSettings(Path("seal.toml"))
    now = room.clock.now()
    sealed = f"{path.name}: sealed by CN=Laboratory"
    closing = next(event.seq for event in events if event.kind == "run.closed")
    plain = {f"certificates/{p.name}": p.read_bytes() for p in room.folder.iterdir() if p.is_file()}
    found = sealed_documents(plain, events, room.settings, now)[2]
    assert found == Vouched(closing, frozenset(plain))  # the plain one too, by what it is in the sealed one
    vouched: Any = Vouched(closing, frozenset({name}))
    assert sealed_documents(content, events, room.settings, now) == ([], [f"{sealed} (trusted)"], vouched)
    assert sealed_documents(content, events, nobody, now) == ([], [f"{sealed} (unknown)"], Vouched())
    # a seal of the laboratory's on the document of another run vouches for nothing
    others = [replace(event, hash="0" * 64) for event in events]
    assert sealed_documents(content, others, room.settings, now)[2] == Vouched()
    revoked = replace(room.settings, revoked=(room.settings.path.with_name("revoked.pem"),))
    (wrong,), said, vouched = sealed_documents(content, events, revoked, now)
    assert (wrong, said, vouched) == (
        f"{path.name}: the seal of CN=Laboratory is not sound: revoked",
        [],
        Vouched(),
    )
    altered = bytearray(path.read_bytes())
    place = altered.index(b'lang="en">') + 10 if format == "dcc" else 2000
    altered[place] ^= 1
    wrong, _, vouched = sealed_documents({name: bytes(altered)}, events, room.settings, now)
    assert (len(wrong), vouched) == (1, Vouched())


@pytest.mark.parametrize("known", [True, False])
def test_a_sealed_document_that_is_no_xml_any_more_is_not_intact(room: Room, known: bool) -> None:
    path = room.sealed("dcc")
    path.write_bytes(path.read_bytes().replace(b"</dcc:coreData>", b"</dcc:coreDat`>"))
    found = examine(path, room.record if known else None, room.settings, room.clock.now())
    assert found.exit_code == 6
    assert "bears a seal and cannot be read" in found.wrong[0]
    assert "nothing was taken" not in found.wrong[0]  # these are words of an import


@pytest.mark.parametrize("format", ["pdf", "dcc"])
def test_an_altered_document_is_not_intact(room: Room, format: str) -> None:
    path = room.sealed(format)
    content = bytearray(path.read_bytes())
    word = b'lang="en">'  # of an XML file a letter of its text, so that it stays well formed
    place = content.index(word) + len(word) if format == "dcc" else 2000
    content[place] ^= 1
    path.write_bytes(content)
    for record in (room.record, None):
        found = examine(path, record, room.settings, room.clock.now())
        assert found.exit_code == 6
        assert found.wrong


def test_an_unsealed_document_without_a_record_is_vouched_for_by_nobody(room: Room) -> None:
    path = issue(room.record, room.run, "pdf", "en", certificates=room.folder, authorised_by="chen")
    assert examine(path, room.record, room.settings, room.clock.now()).exit_code == 0
    assert examine(path, None, room.settings, room.clock.now()).exit_code == 3


def test_an_amended_certificate_replaces_the_former(room: Room) -> None:
    former = room.sealed("pdf")
    plain = issue(room.record, room.run, "pdf", "en", certificates=room.folder)
    before = build(room.record, room.run)
    number = amend(
        room.record,
        room.run,
        reason="customer misspelt",
        by="chen",
        changes={"customer.name": "Ningbo Example Instruments"},
    )
    now = build(room.record, room.run, authorised_by="chen")
    assert now.id == number == f"{before.id}-A1"
    assert now.customer is not None
    assert now.customer.name == "Ningbo Example Instruments"
    assert now.amends is not None
    assert (now.amends.former, now.amends.reason) == (before.id, "customer misspelt")
    assert now.amends.changes == (
        "customer.name: Ningbo Sample Instruments Co., Ltd. → Ningbo Example Instruments",
    )
    import hashlib

    assert now.amends.former_sha256 == hashlib.sha256(plain.read_bytes()).hexdigest()
    for path in (former, plain):
        found = examine(path, room.record, room.settings, room.clock.now())
        assert found.exit_code == 3
        assert found.wrong == (f"superseded by {number}: customer misspelt",)
    shown = render(now, "html", "both").decode("utf-8")
    assert "customer misspelt" in shown
    assert before.id in shown
    assert now.amends.former_sha256 in shown
    # the amended one is authorised anew, and is itself current
    with pytest.raises(NotIssuableError):
        issue(room.record, room.run, "pdf", "en", certificates=room.folder)
    second = room.sealed("pdf")
    assert examine(second, room.record, room.settings, room.clock.now()).exit_code == 0
    again = amend(
        room.record, room.run, reason="serial misread", by="chen", changes={"item.serial": "MY41012346"}
    )
    assert again == f"{before.id}-A2"
    last = build(room.record, room.run)
    assert (last.item.serial, last.customer.name if last.customer else "") == (
        "MY41012346",
        "Ningbo Example Instruments",
    )
    assert last.amends is not None
    assert last.amends.former == number


def test_a_certificate_measured_again_lists_every_value_that_changed(
    room: Room, write: Callable[..., str], clock: Any
) -> None:
    first = issue(room.record, room.run, "pdf", "en", certificates=room.folder, authorised_by="chen")
    old = build(room.record, room.run)
    point = old.results[-1].id
    again = write(room.record, clock, mode="live", sections=("dci",), lab=LAB, shares={point: 3.0})
    number = replace_certificate(room.record, again, room.run, reason="measured with a worn lead", by="chen")
    new = build(room.record, again, authorised_by="chen")
    assert new.id == number
    assert new.amends is not None
    assert (new.amends.former, len(new.amends.former_sha256)) == (old.id, 64)
    (changed,) = [line for line in new.amends.changes if "fail" in line]
    assert ", pass → indication 2.00900" in changed
    assert changed.endswith("fail")
    second = issue(room.record, again, "pdf", "en", certificates=room.folder, authorised_by="chen")
    assert examine(first, room.record, room.settings, room.clock.now()).wrong == (
        f"superseded by {number}: measured with a worn lead",
    )
    assert examine(second, room.record, room.settings, room.clock.now()).exit_code == 0
    with pytest.raises(UsageError) as caught:
        replace_certificate(room.record, again, again, reason="measured again", by="chen")
    assert caught.value.code == "same-run"
    with pytest.raises(UsageError) as caught:
        replace_certificate(room.record, again, room.run, reason="measured again", by="chen")
    assert caught.value.code == "issued-already"
    unit = {"asset": "X", "model": "34401A", "manufacturer": "Keysight", "serial": "OTHER", "table": "x"}
    uut = unit | {"firmware": "", "identity": ""}
    other = write(room.record, clock, mode="live", sections=("dci",), lab=LAB, changes={"uut": uut})
    with pytest.raises(UsageError) as caught:
        replace_certificate(room.record, other, again, reason="measured again", by="chen")
    assert caught.value.code == "other-instrument"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (
            {"reason": "customer misspelt", "by": "chen", "changes": {"results.0.error": "0"}},
            "not-changeable",
        ),
        ({"reason": "customer misspelt", "by": "chen", "changes": {}}, "nothing-changes"),
        ({"reason": "misspelt", "by": "chen", "changes": {"customer.name": "x"}}, "no-reason"),
        ({"reason": "customer misspelt", "by": "li", "changes": {"customer.name": "x"}}, "may-not-amend"),
        ({"reason": "serial misread", "by": "chen", "changes": {"item.serial": "SIM1"}}, "not-changeable"),
    ],
)
def test_an_amendment_that_is_none_is_refused(room: Room, options: dict[str, Any], code: str) -> None:
    issue(room.record, room.run, "pdf", "en", certificates=room.folder, authorised_by="chen")
    with pytest.raises(UsageError) as caught:
        amend(room.record, room.run, **options)
    assert caught.value.code == code
    assert not list(room.record.events(room.run, kinds={"certificate.amended"}))


def test_the_command_seals_and_amends(
    tmp_path: Path,
    clock: Any,
    write: Callable[..., str],
    seal_folder: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "own"
    home.mkdir()
    seal_folder()
    for path in tmp_path.iterdir():
        if path.is_file():
            (home / path.name).write_bytes(path.read_bytes())
    with Record.open(home, clock=clock) as record:
        write(record, clock, mode="live", sections=("dci",), lab=LAB)
    monkeypatch.setenv("CALIBRATOR_SEAL_PASSPHRASE", PASSPHRASE)
    common = ["--home", str(home), "--lang", "en"]
    assert main(["certificate", "--seal", "--authorised-by", "chen", *common]) == 0
    sealed = Path(capsys.readouterr().out.strip())
    assert sealed.name.endswith("-en-sealed.pdf")
    assert main(["verify", str(sealed), "--home", str(home)]) == 0
    change = ["--amend", "address was old", "--change", "customer.address=2 Port Road, Ningbo"]
    assert main(["certificate", *change, "--authorised-by", "chen", *common]) == 0
    amended = Path(capsys.readouterr().out.strip().splitlines()[-1])
    assert amended.name.endswith("-A1-en.pdf")
    assert main(["verify", str(sealed), "--home", str(home)]) == 3
    assert "superseded by" in capsys.readouterr().err
    monkeypatch.setenv("CALIBRATOR_SEAL_PASSPHRASE", "wrong")
    assert main(["certificate", "--seal", *common]) == 4
    assert "passphrase" in capsys.readouterr().err


def test_what_was_never_issued_is_not_amended(room: Room) -> None:
    with pytest.raises(UsageError) as caught:
        amend(room.record, room.run, reason="customer misspelt", by="chen", changes={"customer.name": "x"})
    assert caught.value.code == "never-issued"


def test_html_is_not_sealed_and_a_simulated_run_neither(
    room: Room, write: Callable[..., str], clock: Any
) -> None:
    with pytest.raises(UsageError) as caught:
        room.sealed("html")
    assert caught.value.code == "not-sealable"
    room.run = write(room.record, clock, sections=("dci",), lab=LAB)
    with pytest.raises(RefusedError) as refused:
        room.sealed("pdf")
    assert refused.value.code == "simulated-not-sealed"
    with pytest.raises(RefusedError) as refused_too:
        issue_sealed(
            room.record,
            room.run,
            "pdf",
            "en",
            None,
            certificates=room.folder,
            settings=room.settings,
            passphrase=PASSPHRASE,
            clock=clock,
        )
    assert refused_too.value.code == "simulated-not-sealed"


def test_a_file_that_is_none_is_refused(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("a.pdf", b"%PDF-1.7\n%%EOF"), ("b.xml", b"<a/>"), ("c.txt", b"")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(UsageError) as caught:
            examine(path, None, room.settings, room.clock.now())
        assert caught.value.code == "not-a-certificate"
    assert main(["verify", str(tmp_path / "a.pdf"), "--home", str(tmp_path / "none")]) == 2
    assert "no seal" in capsys.readouterr().err


def test_the_command_verifies_offline(room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = room.sealed("dcc")
    home = tmp_path / "elsewhere"
    home.mkdir()
    assert main(["verify", str(path), "--home", str(home)]) == 3
    (home / "seal.toml").write_text(f'trust = ["{(tmp_path / "root.pem").as_posix()}"]\n', encoding="utf-8")
    assert main(["verify", str(path), "--home", str(home)]) == 0
    assert "sealed by CN=Laboratory (trusted)" in capsys.readouterr().out
    path.write_bytes(path.read_bytes().replace(b"34401A", b"34401B", 1))
    assert main(["verify", str(path), "--home", str(home)]) == 6


def test_a_passphrase_is_asked_for_only_where_somebody_can_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen = Settings(tmp_path, "en", debug=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        with pytest.raises(RefusedError, match="Nobody can be asked for the passphrase") as caught:
            _passphrase(chosen)
    assert caught.value.code == "no-passphrase"
    assert VARIABLE in caught.value.way_out


def test_a_refusal_names_a_person_as_the_id_is_written_and_says_how_long_a_reason_is(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.sealed("dcc")
    for reason, by, said in (
        ("customer misspelt", "li", '"li" may not amend'),
        ("typo", "chen", "at least two words"),
    ):
        with pytest.raises(UsageError) as caught:
            amend(room.record, room.run, reason=reason, by=by, changes={"customer.name": "x"})
        report(caught.value)
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("update events set canonical = replace(canonical, '{old}', '{new}')", "certificate.issued"),
        ("update events set kind = 'certificate.noted'", "certificate.amended"),
        ("update events set canonical = replace(canonical, '\"point\":', '\"poinx\":')", "reading"),
        (
            'update events set canonical = replace(canonical, \'"results":[\', \'"results":["x",\')',
            "section.evaluated",
        ),
    ],
)
def test_a_record_that_was_altered_vouches_for_no_document(room: Room, change: str, place: str) -> None:
    path = issue(
        room.record,
        room.run,
        "html",
        "en",
        certificates=room.folder,
        clock=room.clock,
        authorised_by="chen",
    )
    amend(room.record, room.run, reason="name was wrong", by="chen", changes={"customer.name": "Other Ltd"})
    now, nobody = room.clock.now(), SealSettings(Path("seal.toml"))
    assert examine(path, room.record, nobody, now).exit_code == 3
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    if place == "certificate.issued":  # a forged document, and the hash of it in the record
        path.write_bytes(path.read_bytes().replace(b"Hangzhou Example", b"Shanghai Example"))
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    with closing(sqlite3.connect(room.record.place)) as db:
        triggers = db.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"drop trigger {name}")
        told = change.replace("{old}", old).replace("{new}", new)
        assert db.execute(f"{told} where kind = '{place}'").rowcount
        for _, sql in triggers:
            db.execute(sql)
        db.commit()
    found = examine(path, room.record, nobody, now)
    assert found.exit_code == 6
    assert "the record of the run is not as it was written" in found.wrong[0]


@pytest.mark.parametrize(
    "hide",
    [
        lambda made: made.decode().replace("encoding='UTF-8'", "encoding='UTF-16'").encode("utf-16"),
        lambda made: made.replace(b"calibrator-run:", b"calibrator&#45;run:"),
        lambda made: made.replace(
            b"<dcc:digital", b"<!-- calibrator-run:0 calibrator-certificate:CAL-1 --><dcc:digital", 1
        ),
    ],
)
def test_marks_that_are_hidden_or_redirected_hide_no_successor(
    room: Room, hide: Callable[[bytes], bytes]
) -> None:
    path = room.sealed("dcc")
    own = read_back(path)
    made = hide(path.read_bytes())
    assert made != path.read_bytes()
    amend(room.record, room.run, reason="name was wrong", by="chen", changes={"customer.name": "Other Ltd"})
    assert examine(path, room.record, room.settings, room.clock.now()).exit_code == 3
    path.write_bytes(made)
    assert (read_back(path).id, read_back(path).run) == (own.id, room.run)
    found = examine(path, room.record, room.settings, room.clock.now())
    assert found.exit_code == 6
    assert any("was issued with other bytes" in line for line in found.wrong)


@pytest.mark.parametrize("nothing", ["unknown", "??", "\u2800", "\u3164", "未知", "\u00a0", "- -", ""])
@pytest.mark.parametrize(
    "key", ["item.serial", "item.asset", "item.manufacturer", "customer.name", "customer.address"]
)
def test_no_amendment_takes_what_names_nothing(key: str, nothing: str) -> None:
    with pytest.raises(UsageError) as caught:
        _check_change(key, nothing)
    assert caught.value.code == "empty-value"
