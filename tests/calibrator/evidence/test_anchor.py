"""The head that stands on a document is that of the record."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calibrator.evidence import foreign_head
from calibrator.evidence._anchor import _FILE
from calibrator.record import Record

Call = Callable[..., Any]


def test_every_form_of_a_document_holds_the_head_of_its_run(call: Call, home: Path, record: Record) -> None:
    for form in ("json", "pdf"):
        assert call("certificate", "--format", form).code == 0
    files = sorted((home / "certificates").iterdir())
    assert [file.suffix for file in files] == [".html", ".json", ".pdf"]
    for file in files:
        assert foreign_head(file, record) == ""
        assert call("verify", str(file)).code == 0


def test_a_record_with_another_end_of_the_run_is_not_that_of_the_document(home: Path, record: Record) -> None:
    class Forged:
        def events(self, run: str, kinds: Any = None) -> list[Any]:
            class Event:
                hash = "f" * 64

            return [Event()]

    (file,) = (home / "certificates").iterdir()
    assert "another end of the run" in foreign_head(file, Forged())  # type: ignore[arg-type]
    # one hexadecimal digit of the head on the page
    head = record.last(record.find_run("last"), "run.closed")
    assert head is not None
    other = head.hash[:-1] + ("0" if head.hash[-1] != "0" else "1")
    file.write_bytes(file.read_bytes().replace(head.hash.encode(), other.encode()))
    assert "another end of the run" in foreign_head(file, record)


def test_a_pdf_is_held_by_the_whole_head_and_not_by_the_32_bits_in_its_number(
    call: Call, home: Path, record: Record
) -> None:
    assert call("certificate", "--format", "pdf").code == 0
    file = next((home / "certificates").glob("*.pdf"))
    assert foreign_head(file, record) == ""
    content = file.read_bytes()
    head = record.last(record.find_run("last"), "run.closed")
    assert head is not None
    # the attached data with one digit of the head changed, and the number left as it is
    changed = 0
    for match in list(_FILE.finditer(content)):
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(content[match.end() :])
        size = len(content) - match.end() - len(unpacker.unused_data)
        other = data.replace(head.hash.encode(), (head.hash[:-1] + "xy"[head.hash[-1] == "x"]).encode())
        changed += data != other
        content = content[: match.end()] + zlib.compress(other, 9).ljust(size)[:size] + unpacker.unused_data
    assert changed
    file.write_bytes(content)
    assert "another end of the run" in foreign_head(file, record)


def test_verify_names_an_issued_document_that_was_altered_where_it_lies(call: Call, home: Path) -> None:
    (file,) = (home / "certificates").iterdir()
    content = file.read_bytes()
    file.write_bytes(content.replace(b"fail", b"pass").replace(b"</html>", b"</html >"))
    said = call("verify")
    assert said.code == 6
    assert f"the document {file.name} is not as it was issued" in said.err
    file.write_bytes(content)
    assert call("verify").code == 0
    file.unlink()  # moved: it is made again from the record
    assert call("verify").code == 0
