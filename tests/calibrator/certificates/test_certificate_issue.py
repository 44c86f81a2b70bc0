"""Issuing, and reading a document back."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from calibrator._errors import IntegrityError, StorageError, UsageError
from calibrator.certificates import NotIssuableError, issue, read_back
from calibrator.record import Record
from calibrator_drivers.clock import Clock

FORMATS = ("pdf", "html", "json")


@pytest.fixture
def run(written: Callable[..., str]) -> str:
    return written(sections=("dci",))


@pytest.mark.parametrize("format", FORMATS)
def test_an_issue_is_written_recorded_and_reads_back(
    record: Record, run: str, tmp_path: Path, format: str
) -> None:
    path = issue(record, run, format, "both", certificates=tmp_path / "certificates")
    event = record.last(run, "certificate.issued")
    assert event is not None
    assert path == tmp_path / "certificates" / f"{event.body['id']}-both.{format}"
    assert event.body["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (event.body["format"], event.body["language"], event.body["file"]) == (format, "both", path.name)
    found = read_back(path)
    assert (found.format, found.run, found.id) == (format, run, event.body["id"])
    assert found.compare(record) == ()
    assert [item.name for item in path.parent.iterdir()] == [path.name]
    assert record.verify() == ()


def test_issuing_again_gives_the_same_bytes_and_one_event(record: Record, run: str, tmp_path: Path) -> None:
    first = issue(record, run, "pdf", "en", out=tmp_path / "a.pdf")
    again = issue(record, run, "pdf", "en", out=tmp_path / "a.pdf")
    elsewhere = issue(record, run, "pdf", "en", out=tmp_path / "b.pdf")
    assert first == again
    assert first.read_bytes() == elsewhere.read_bytes()
    assert len(list(record.events(run, kinds={"certificate.issued"}))) == 1


def test_all_forms_of_a_run_are_one_certificate(
    record: Record, written: Callable[..., str], tmp_path: Path
) -> None:
    run = written(mode="live", sections=("dci",))
    for format, who in zip(FORMATS, ("chen", None, "Chen Jing 陈静"), strict=True):
        issue(record, run, format, "both", certificates=tmp_path, authorised_by=who)
    bodies = [event.body for event in record.events(run, kinds={"certificate.issued"})]
    assert len({body["id"] for body in bodies}) == 1
    assert len({body["issued_at"] for body in bodies}) == 1  # the day of the first issue stays
    assert len({body["sha256"] for body in bodies}) == 3
    assert {body["authorised_by"] for body in bodies} == {"chen"}  # and so does who authorised it


@pytest.mark.parametrize(
    ("who", "code"),
    [("li", "may-not-authorise"), ("Li Wei 李伟", "may-not-authorise"), ("nobody", "may-not-authorise")],
)
def test_only_a_signatory_of_the_run_authorises(
    record: Record, written: Callable[..., str], tmp_path: Path, who: str, code: str
) -> None:
    run = written(mode="live", sections=("dci",))
    with pytest.raises(UsageError, match="chen \\(Chen Jing 陈静\\)") as caught:
        issue(record, run, "json", certificates=tmp_path, authorised_by=who)
    assert caught.value.code == code
    assert record.last(run, "certificate.issued") is None


def test_a_live_document_without_a_named_act_is_refused(
    record: Record, written: Callable[..., str], tmp_path: Path
) -> None:
    run = written(mode="live", sections=("dci",))
    with pytest.raises(NotIssuableError, match="--authorised-by ID: chen") as caught:
        issue(record, run, "json", certificates=tmp_path)
    assert [missing.code for missing in caught.value.missing] == ["not-authorised"]
    nobody = {
        "name": "L",
        "address": "S 1",
        "timezone": "UTC",
        "persons": [{"id": "li", "name": "Li", "roles": []}],
    }
    run = written(mode="live", sections=("dci",), lab=nobody)
    with pytest.raises(NotIssuableError) as caught:
        issue(record, run, "json", certificates=tmp_path)
    assert [missing.code for missing in caught.value.missing] == ["no-authority"]


def test_a_second_person_does_not_authorise_the_same_certificate(
    record: Record, written: Callable[..., str], tmp_path: Path
) -> None:
    people = [{"id": who, "name": who.title(), "roles": ["technical manager"]} for who in ("an", "bo")]
    lab = {"name": "L", "address": "S 1", "timezone": "UTC", "persons": people}
    run = written(mode="live", sections=("dci",), lab=lab, changes={"person": "an"})
    issue(record, run, "json", certificates=tmp_path, authorised_by="an")
    with pytest.raises(UsageError, match="An has authorised this certificate already") as caught:
        issue(record, run, "html", certificates=tmp_path, authorised_by="bo")
    assert caught.value.code == "authorised-already"


def test_a_simulated_document_is_authorised_by_nobody(record: Record, run: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        issue(record, run, "json", certificates=tmp_path, authorised_by="chen")
    assert caught.value.code == "simulated-not-authorised"
    data = json.loads(issue(record, run, "json", certificates=tmp_path).read_text(encoding="utf-8"))
    assert data["authorised_by"] == []
    event = record.last(run, "certificate.issued")
    assert event is not None
    assert event.body["authorised_by"] is None
    page = issue(record, run, "html", "en", certificates=tmp_path).read_text(encoding="utf-8")
    assert "Chen Jing" not in page  # a signatory of lab.toml who did nothing here


def test_another_file_is_not_overwritten(record: Record, run: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.pdf"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(UsageError, match=r"mine\.pdf is there already") as caught:
        issue(record, run, "pdf", "en", out=path)
    assert caught.value.code == "file-exists"
    assert path.read_text(encoding="utf-8") == "precious"
    assert record.last(run, "certificate.issued") is None


def test_a_place_that_cannot_be_written_is_named(record: Record, run: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot be written") as caught:
        issue(record, run, "json", certificates=tmp_path / "file")
    assert "file" in caught.value.where
    assert record.last(run, "certificate.issued") is None


@pytest.mark.parametrize(
    ("name", "format", "code"),
    [
        ("c.txt", "pdf", "format-differs"),
        ("c.html", "pdf", "format-differs"),
        ("c.PDF", "html", "format-differs"),
        ("there/is/none.pdf", "pdf", "no-such-folder"),
        ("folder", "pdf", "not-a-file"),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused_with_the_way_out(
    record: Record, run: str, tmp_path: Path, name: str, format: str, code: str
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError) as caught:
        issue(record, run, format, "en", out=tmp_path / name)
    assert caught.value.code == code
    assert caught.value.way_out
    assert [item.name for item in tmp_path.iterdir()] == ["folder"]
    assert record.last(run, "certificate.issued") is None


@pytest.mark.parametrize(("name", "format"), [("c.HTM", "html"), ("c", "json")])
def test_other_names_are_taken(record: Record, run: str, tmp_path: Path, name: str, format: str) -> None:
    assert issue(record, run, format, "en", out=tmp_path / name).is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that reads without end, of Linux")
@pytest.mark.parametrize("place", ["/dev/full", "link.pdf"])
def test_a_device_is_never_read(record: Record, run: str, tmp_path: Path, place: str) -> None:
    """`--out /dev/full` was read until the memory ended."""
    path = tmp_path / place  # an absolute place stays itself
    if not path.exists():
        path.symlink_to("/dev/full")
    with pytest.raises(UsageError) as caught:
        issue(record, run, "pdf", "en", out=path)
    assert caught.value.code == "not-a-file"


def test_a_file_of_another_size_is_not_read(
    record: Record, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(b"precious")

    def unread(_: Path) -> bytes:
        raise AssertionError("it was read")

    monkeypatch.setattr(Path, "read_bytes", unread)
    with pytest.raises(UsageError, match="is there already"):
        issue(record, run, "json", out=path)


def test_a_record_that_cannot_be_written_leaves_no_document(
    record: Record, run: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(record, "append_all", full)
    with pytest.raises(StorageError, match="full"):
        issue(record, run, "json", certificates=tmp_path / "c")
    assert list((tmp_path / "c").iterdir()) == []


def test_without_a_place_the_way_out_is_named(record: Record, run: str) -> None:
    with pytest.raises(UsageError, match="--out FILE"):
        issue(record, run, "json")


@pytest.mark.parametrize("format", FORMATS)
def test_an_altered_document_is_told_from_an_intact_one(
    record: Record, run: str, tmp_path: Path, format: str
) -> None:
    path = issue(record, run, format, "en", certificates=tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x01
    path.write_bytes(content)
    found = read_back(path).compare(record)
    assert len(found) == 1
    assert "issued with other bytes" in found[0]


def test_a_document_that_was_never_issued_or_of_another_record(
    record: Record, run: str, written: Callable[..., str], tmp_path: Path
) -> None:
    from calibrator.certificates import build, render

    other = written(sections=("dci",))
    path = tmp_path / "c.json"
    path.write_bytes(render(build(record, other), "json"))
    assert "never issued" in read_back(path).compare(record)[0]
    path.write_bytes(path.read_bytes().replace(other.encode(), b"0" * 8 + b"-nowhere"))
    assert "does not hold the run" in read_back(path).compare(record)[0]


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 nothing", b"{}", b"{broken", b"<html></html>", b"\xff\xfe\x00"]
)
def test_any_other_file_is_no_certificate(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_back(path)
    assert caught.value.code == "not-a-certificate"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_back(tmp_path / "nothing.pdf")
    assert caught.value.code == "no-such-file"
    assert "nothing.pdf" in str(caught.value)


def test_nothing_is_issued_from_an_altered_record(
    clock: Clock, tmp_path: Path, write: Callable[..., str]
) -> None:
    with Record.open(tmp_path / "home", clock=clock) as opened:
        run = write(opened, clock, sections=("dci",))
    with sqlite3.connect(tmp_path / "home" / "record.sqlite") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE events SET canonical = replace(canonical, 'DMM-017', 'DMM-018') "
            "WHERE seq = 1 AND stream = ?",
            (run,),
        )
    connection.close()
    with Record.open(tmp_path / "home", clock=clock) as opened:
        with pytest.raises(IntegrityError) as caught:
            issue(opened, run, "json", out=tmp_path / "c.json")
        assert caught.value.exit_code == 6
        assert opened.last(run, "certificate.issued") is None
    assert not (tmp_path / "c.json").exists()
