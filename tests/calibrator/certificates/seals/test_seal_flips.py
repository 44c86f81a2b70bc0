"""One flipped bit anywhere in what is sealed is found: in each structure, and (slow) in every byte.

Every byte, about five minutes: pytest tests/calibrator/certificates/seals/test_seal_flips.py -m slow
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfWriter

from calibrator._errors import UsageError
from calibrator.certificates import Certificate, render
from calibrator.certificates.dcc._xml import parse, without_signature
from calibrator.certificates.seals import (
    SealSettings,
    check_seals,
    load_seal_settings,
    open_key,
    seal_pdf,
    seal_xml,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PASSPHRASE = "only for tests"
SMALL = b"""<?xml version="1.0" encoding="UTF-8"?>
<dcc:digitalCalibrationCertificate xmlns:dcc="https://ptb.de/dcc" schemaVersion="3.3.0">
<dcc:administrativeData>
<dcc:uniqueIdentifier>CAL-1</dcc:uniqueIdentifier><!-- a remark --></dcc:administrativeData>
</dcc:digitalCalibrationCertificate>
"""


def sealed(content: bytes, format: str, path: Path) -> tuple[bytes, SealSettings]:
    settings = load_seal_settings(path)
    key = open_key(settings, PASSPHRASE)
    if format == "dcc":
        made = seal_xml(content, key, settings, NOW)
    else:
        made = seal_pdf(content, key, settings, name="Laboratory", reason="Certificate")
    key.close()
    return made, settings


def is_found(content: bytes, place: int, bit: int, format: str, settings: SealSettings) -> bool:
    """Say whether one bit turned over is told: no seal, not well-formed, or a seal that is not sound."""
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    try:
        found = check_seals(bytes(changed), format, "x", settings, NOW)
    except UsageError:
        return True
    return not found or not all(report.sound for report in found)


def contents(pdf: bytes) -> tuple[int, int]:
    """Where the hexadecimal signature stands: the one part of the file that it cannot sign."""
    begin = pdf.rindex(b"/Contents <") + len(b"/Contents <")
    return begin, pdf.index(b">", begin)


def der_end(pdf: bytes) -> int:
    """Where the signature itself ends and its padding begins, in the file."""
    begin, end = contents(pdf)
    raw = bytes.fromhex(pdf[begin:end].decode())
    assert raw[:2] == b"\x30\x82"
    return begin + 2 * (4 + int.from_bytes(raw[2:4], "big"))


def structures(pdf: bytes) -> Iterator[tuple[str, int]]:
    """One place in each kind of structure of a sealed certificate."""
    marks = {
        *("/Type/Catalog", "/Type/Page", "/Type/Pages", "/Type/StructTreeRoot", "/Type/Metadata"),
        *("/Type/EmbeddedFile", "/Type/Filespec", "/Type/Font", "/Type/FontDescriptor", "/OutputIntents"),
        *("/Lang", "/MediaBox", "/ToUnicode", "/Alt", "/ID", "/AcroForm", "/ByteRange", "/Reason", "/M "),
        *("xref", "startxref", "trailer", "%%EOF", "%PDF-1", "/DocMDP", "/SubFilter", "/Name"),
    }
    for mark in sorted(marks):
        for spelled in (mark, mark.replace("/Type/", "/Type /")):
            for name, place in (("first", pdf.find(spelled.encode())), ("last", pdf.rfind(spelled.encode()))):
                if place >= 0:
                    yield f"{name} {spelled}", place + len(spelled) // 2
    streams = [
        match.end() + 5
        for match in re.finditer(rb"stream\r?\n", pdf)
        if pdf[match.start() - 3 : match.start()] != b"end"
    ]
    for place in (*streams[:: max(1, len(streams) // 12)], streams[-1]):
        yield "stream", place
    begin, _ = contents(pdf)
    end = der_end(pdf)
    for name, place in (
        ("first of the signature", begin + 1),
        ("signature value", end - 40),
        ("last", end - 1),
    ):
        yield name, place


def test_a_flipped_bit_in_each_structure_of_a_pdf_is_found(
    whole_live: Certificate, seal_folder: Callable[..., Path]
) -> None:
    made, settings = sealed(render(whole_live, "pdf", "en"), "pdf", seal_folder())
    assert check_seals(made, "pdf", "x", settings, NOW)[0].sound
    places = list(structures(made))
    assert len(places) > 30
    missed = [name for name, place in places if not is_found(made, place, 0, "pdf", settings)]
    assert missed == []


def test_a_flipped_bit_in_each_element_of_a_dcc_is_found(
    whole_live: Certificate, seal_folder: Callable[..., Path]
) -> None:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    made, settings = sealed(render(model, "dcc", "en"), "dcc", seal_folder())
    assert check_seals(made, "dcc", "x", settings, NOW)[0].sound
    places: dict[bytes, int] = {}
    for match in re.finditer(rb"<((?:dcc|si|ds|xades?\d*):\w+)[^<>]*>[^<>\s]", made):
        places.setdefault(match[1], match.end() - 1)  # the first letter in each kind of element
    assert len(places) >= 40
    missed = [name for name, place in places.items() if not is_found(made, place, 1, "dcc", settings)]
    assert missed == []


def blank() -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(out)
    return out.getvalue()


def test_bytes_in_the_room_behind_the_signature_are_found(seal_folder: Callable[..., Path]) -> None:
    """They are outside of what any signature signs, and zero in what was sealed."""
    made, settings = sealed(blank(), "pdf", seal_folder())
    (begin, end), behind = contents(made), der_end(made)
    assert end - behind > 100
    assert made[behind:end].strip(b"0") == b""
    assert check_seals(made, "pdf", "x", settings, NOW)[0].sound
    for place in (behind, (behind + end) // 2, end - 1):
        changed = bytearray(made)
        changed[place] = ord("1")
        (report,) = check_seals(bytes(changed), "pdf", "x", settings, NOW)
        assert not report.sound
        assert "behind the signature" in report.problem
    letter = next(place for place in range(begin, behind) if made[place : place + 1].isalpha())
    changed = bytearray(made)
    changed[letter] ^= 0x20  # another case is the same digit
    (report,) = check_seals(bytes(changed), "pdf", "x", settings, NOW)
    assert not report.sound
    assert "altered where it is not signed" in report.problem


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_flipped_bit_in_every_byte_of_a_small_pdf_is_found(seal_folder: Callable[..., Path]) -> None:
    """All of the file but the signature itself, which no signature signs."""
    made, settings = sealed(blank(), "pdf", seal_folder())
    begin, end = contents(made)
    signed = [*range(begin), *range(end, len(made))]
    missed = [place for place in signed if not is_found(made, place, place % 8, "pdf", settings)]
    assert missed == []


def signed_parts(content: bytes) -> list[bytes]:
    """The parts of a signature that it or its signer vouches for, in canonical form."""
    names = ("SignedInfo", "SignedProperties", "SignatureValue", "X509Certificate")
    root, found = parse(content, "x"), []
    for name in names:
        element = root.find(f".//{{*}}{name}")
        assert element is not None, name
        written = etree.tostring(element, method="c14n", with_comments=False)
        found.append(b"".join(written.split()))  # line ends within base64 say nothing
    return found


def meant(content: bytes) -> bytes:
    """What a document says, however it is written."""
    root = without_signature(parse(content, "x"))
    return etree.tostring(root, method="c14n", with_comments=False)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_flipped_bit_in_every_byte_of_a_small_xml_is_found(seal_folder: Callable[..., Path]) -> None:
    made, settings = sealed(SMALL, "dcc", seal_folder())
    before, vouched = meant(made), signed_parts(made)
    same = 0
    for place in range(len(made)):
        if not is_found(made, place, place % 8, "dcc", settings):
            changed = bytearray(made)
            changed[place] ^= 1 << place % 8
            assert meant(bytes(changed)) == before, place
            assert signed_parts(bytes(changed)) == vouched, place
            same += 1
    assert same < len(made) / 2  # the chain above the signer, which the roots of seal.toml judge
