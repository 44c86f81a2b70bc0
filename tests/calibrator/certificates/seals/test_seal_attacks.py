"""What an attacker does to a sealed document without its key: nothing of it is taken for what was sealed."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calibrator._errors import UsageError
from calibrator.certificates import Certificate, examine, read_back, render
from calibrator.certificates.seals import (
    SealSettings,
    check_seals,
    load_seal_settings,
    open_key,
    seal_pdf,
    seal_xml,
)
from calibrator.cli import main
from calibrator.standards.imports import read_dcc

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def sealed(whole_live: Certificate, seal_folder: Callable[..., Path]) -> tuple[bytes, SealSettings]:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    settings = load_seal_settings(seal_folder())
    key = open_key(settings, "only for tests")
    made = seal_xml(render(model, "dcc", "both"), key, settings, NOW)
    key.close()
    return made, settings


def intact(content: bytes, settings: SealSettings) -> bool:
    (report,) = check_seals(content, "dcc", "a.xml", settings, NOW)
    return report.sound


@pytest.mark.parametrize("inside", [b"<!-- -->", b"<?x y?>"])
def test_a_text_that_a_comment_cuts_is_refused_though_its_seal_would_hold(
    sealed: tuple[bytes, SealSettings], inside: bytes
) -> None:
    made, settings = sealed
    assert intact(made, settings)
    found = re.search(rb"<si:valueXMLList>[^<]*[0-9]{2}(?=[ <])", made)
    assert found is not None
    cut = made[: found.end() - 1] + inside + made[found.end() - 1 :]
    for read in (lambda: read_dcc(cut, "a.xml"), lambda: intact(cut, settings)):
        with pytest.raises(UsageError) as caught:
            read()
        assert caught.value.code == "xml-broken-text"
        assert "a.xml, line" in caught.value.where


def test_nothing_inside_the_signature_is_of_the_certificate(sealed: tuple[bytes, SealSettings]) -> None:
    made, _ = sealed
    results = re.search(rb"<dcc:measurementResults>.*</dcc:measurementResults>", made, re.DOTALL)
    assert results is not None
    more = re.sub(rb' id="[^"]*"', b"", results[0]).replace(b"<si:valueXMLList>", b"<si:valueXMLList>9")
    head = b'<ds:Object xmlns:dcc="https://ptb.de/dcc" xmlns:si="https://ptb.de/si">'
    end = made.rindex(b"</ds:Signature>")
    attacked = made[:end] + head + more + b"</ds:Object>" + made[end:]
    own, read = read_dcc(made, "a.xml"), read_dcc(attacked, "a.xml")
    assert own.signed
    assert own.tables
    assert (read.tables, read.quantities, read.unknown) == (own.tables, own.quantities, own.unknown)


def test_results_at_another_place_of_the_document_are_not_results(
    sealed: tuple[bytes, SealSettings],
) -> None:
    made, _ = sealed
    elsewhere = made.replace(b"dcc:measurementResults>", b"dcc:formerResults>")
    assert elsewhere != made
    assert read_dcc(elsewhere, "a.xml").tables == ()


def test_one_flipped_bit_in_the_signature_itself_is_a_seal_that_does_not_hold(
    sealed: tuple[bytes, SealSettings],
) -> None:
    made, settings = sealed
    generator = random.Random(15)
    spans = [found.span(1) for found in re.finditer(rb'Algorithm="([^"]*)"', made)]
    value = re.search(rb"<ds:SignatureValue>([^<]*)<", made)
    assert value is not None
    places = [generator.randrange(*span) for span in spans]
    places += [generator.randrange(value.start(1), value.end(1) - 4) for _ in range(25)]
    broken = 0
    for place in places:
        changed = bytearray(made)
        changed[place] ^= 1 << generator.randrange(7)
        try:
            assert not intact(bytes(changed), settings), place
        except UsageError:  # no longer well-formed
            continue
        broken += 1
    assert broken > 20


def test_a_sealed_pdf_whose_attachment_was_exchanged_is_refused_by_its_seal(
    whole_live: Certificate,
    seal_folder: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pypdf import PdfReader

    key = open_key(load_seal_settings(seal_folder()), "only for tests")
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    pdf = seal_pdf(render(model, "pdf", "en"), key, load_seal_settings(seal_folder()), name="L", reason="C")
    key.close()
    attached = PdfReader(io.BytesIO(pdf)).attachments
    name = next(name for name in attached if name.endswith(".xml"))
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    names = writer.root["/Names"]["/EmbeddedFiles"]["/Names"]
    specs = {str(names[i]): names[i + 1] for i in range(0, len(names), 2)}
    place = specs[name]["/EF"].raw_get("/F")
    other = attached[name][0].replace(b"<si:valueXMLList>", b"<si:valueXMLList>9")
    kind = {generic.NameObject("/Type"): generic.NameObject("/EmbeddedFile")}
    writer.objects[place.generation, place.idnum] = generic.StreamObject(kind, stream_data=other)
    out = io.BytesIO()
    writer.write(out)
    assert PdfReader(io.BytesIO(out.getvalue())).attachments[name] == [other]
    (tmp_path / "home").mkdir()
    file = tmp_path / "attacked.pdf"
    file.write_bytes(out.getvalue())
    options = ["--asset", "A", "--due", "2030-01-01", "--kind", "error", "--function", "dcv"]
    options += ["--model", "fluke_5522a", "--home", str(tmp_path / "home")]
    assert main(["standards", "import", str(file), *options]) == 6
    assert "seal of the certificate is not sound" in capsys.readouterr().err


@pytest.mark.parametrize(
    "beside", [b'<?xml-stylesheet href="evil.xsl" type="text/xsl"?>', b"<!-- calibrator-run:0 -->"]
)
def test_what_stands_outside_the_root_breaks_the_seal(
    sealed: tuple[bytes, SealSettings], beside: bytes
) -> None:
    made, settings = sealed
    assert intact(made, settings)
    assert not intact(made + b"\n" + beside, settings)
    assert not intact(made.replace(b"<dcc:digital", beside + b"\n<dcc:digital", 1), settings)


def test_a_wrapped_signature_is_a_document_that_is_not_intact(
    sealed: tuple[bytes, SealSettings], tmp_path: Path
) -> None:
    made, settings = sealed
    file = tmp_path / "wrapped.xml"
    signed = made[made.index(b"<dcc:digital") :]
    unsigned = re.sub(rb"<ds:Signature .*</ds:Signature>", b"", made, flags=re.DOTALL)
    assert unsigned != made
    file.write_bytes(unsigned.replace(b"</dcc:digital", signed + b"</dcc:digital", 1))
    assert examine(file, None, settings, NOW).exit_code == 6


def _resealed_without_our_note(made: bytes, seal_folder: Callable[..., Path]) -> bytes:
    """A certificate of a laboratory that works otherwise: the same document without our note, sealed anew."""
    plain = re.sub(rb"<ds:Signature .*</ds:Signature>|<dcc:comment>.*?</dcc:comment>", b"", made, flags=re.S)
    assert b"urn:calibrator:dcc" not in re.sub(rb'xmlns:\w+="[^"]*"', b"", plain)
    settings = load_seal_settings(seal_folder())
    key = open_key(settings, "only for tests")
    foreign = seal_xml(plain, key, settings, NOW)
    key.close()
    return foreign


def test_a_comment_beside_a_foreign_root_is_harmless_and_an_instruction_is_not(
    sealed: tuple[bytes, SealSettings], seal_folder: Callable[..., Path]
) -> None:
    made, settings = sealed
    foreign = _resealed_without_our_note(made, seal_folder)
    head, root = foreign.split(b"<dcc:digitalCalibrationCertificate", 1)
    start = b"<dcc:digitalCalibrationCertificate" + root
    for said in (b"<!-- made by a tool -->", b"<!-- calibrator-run:0 calibrator-certificate:SIM-1 -->"):
        for beside in (head + said + start, foreign + said, head + said + start + said):
            assert intact(beside, settings), said
            own, read = read_dcc(foreign, "a.xml"), read_dcc(beside, "a.xml")
            assert read == replace(own, sha256=read.sha256)
        assert not intact(foreign + said + b'<?xml-stylesheet href="evil.xsl"?>', settings)
        assert not intact(foreign.replace(b"<si:valueXMLList>", b"<si:valueXMLList>9") + said, settings)


@pytest.mark.parametrize("root", [b"other", b"digitalCalibrationCertificate"])
def test_no_comment_says_which_certificate_a_document_is(root: bytes, tmp_path: Path) -> None:
    said = b"<!-- calibrator-run:0 calibrator-certificate:C-1 -->"
    file = tmp_path / "a.xml"
    file.write_bytes(b'<?xml version="1.0"?>' + said + b"<" + root + b">" + said + b"</" + root + b">" + said)
    with pytest.raises(UsageError) as caught:
        read_back(file)
    assert caught.value.code == "not-a-certificate"
