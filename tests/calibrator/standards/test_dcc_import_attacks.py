"""Certificates that must not enter the register: numbers that are none, attachments that were exchanged."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from calibrator._errors import UsageError
from calibrator.standards import Certificate
from calibrator.standards.imports import dcc_of, interpret, read_dcc, surprises

NAME = "dcc_gp_temperature_typical_v12.xml"
U = rb"(?<=<si:uncertaintyXMLList>)[^<]*"
K = rb"(?<=<si:coverageFactorXMLList>)[^<]*"


@pytest.fixture
def typical(schemas: Path) -> bytes:
    return (schemas / "examples" / NAME).read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (U, b"-0.061", "uncertainty-not-positive"),
        (U, b"0", "uncertainty-not-positive"),
        (U, b"0.000e5", "uncertainty-not-positive"),
        (K, b"0", "uncertainty-not-positive"),
        (K, b"-2", "uncertainty-not-positive"),
        (rb"0\.072", b"0.0_72", "value-not-understood"),
        (rb"0\.072", b"1e999999", "value-not-understood"),
        (rb"0\.072", "\u0660.\u0660\u0667".encode(), "value-not-understood"),
        (rb"(?<=<dcc:uniqueIdentifier>)[^<]*", b" ", "no-number"),
        (rb'(?<=schemaVersion=")[^"]*', b"3.1.99-evil", "other-schema-version"),
    ],
)
def test_what_is_no_number_is_refused_by_name(typical: bytes, old: bytes, new: bytes, code: str) -> None:
    interpret(read_dcc(typical, "a.xml"), {"": "temp"}, "a.xml")
    changed = re.sub(old, new, typical)
    assert changed != typical
    with pytest.raises(UsageError) as caught:
        interpret(read_dcc(changed, "a.xml"), {"": "temp"}, "a.xml")
    assert caught.value.code == code
    assert "a.xml" in caught.value.where


@pytest.mark.parametrize(
    "word", ["NaN", "nan", "306,248", "0x10", "1e999999999", "306_248", "\u0663\u0660\u0666.\u0662", "INF"]
)
@pytest.mark.parametrize("number", [b"306.248", b"33.098", b"306.32"])  # reference in K and degC, indication
def test_what_is_compared_with_a_value_is_a_plain_number_too(
    typical: bytes, number: bytes, word: str
) -> None:
    assert b">" + number + b" " in typical
    changed = typical.replace(b">" + number + b" ", b">" + word.encode() + b" ", 1)
    with pytest.raises(UsageError) as caught:
        interpret(read_dcc(changed, "a.xml"), {"": "temp"}, "a.xml")
    assert caught.value.code == "value-not-understood"
    assert caught.value.what.startswith(f"{word} stands where a number")
    line = int(caught.value.where.rpartition("line ")[2])
    at = changed[: changed.index(word.encode() + b" ")].count(b"\n") + 1
    assert line <= at < line + 12  # that of the quantity


def test_of_two_items_it_is_said_that_one_was_read(typical: bytes) -> None:
    found = re.search(rb"<dcc:item>.*?</dcc:item>", typical, re.DOTALL)
    assert found is not None
    second = found[0].replace(b"<dcc:value>", b"<dcc:value>X-")
    two = typical[: found.end()] + second + typical[found.end() :]
    (said,) = set(read_dcc(two, "a.xml").unknown) - set(read_dcc(typical, "a.xml").unknown)
    assert "X-string-manufacturer-item" in said
    assert "only the first was read" in said


def updated(pdf: bytes, attached: bytes) -> bytes:
    """Exchange the attached certificate by an incremental update, as an editor of PDF saves."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    place = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"].raw_get("/F")
    kind = {generic.NameObject("/Type"): generic.NameObject("/EmbeddedFile")}
    writer.objects[place.generation, place.idnum] = generic.StreamObject(kind, stream_data=attached)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def with_attachment(content: bytes) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_attachment("dcc.xml", content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_attachment_that_a_later_revision_exchanged_is_refused(typical: bytes) -> None:
    pdf = with_attachment(typical)
    assert dcc_of(pdf, "a.pdf") == typical
    other = typical.replace(b"0.072", b"9.072")
    attacked = updated(pdf, other)
    assert PdfReader(io.BytesIO(attacked)).attachments["dcc.xml"] == [other]
    with pytest.raises(UsageError) as caught:
        dcc_of(attacked, "a.pdf")
    assert caught.value.code == "attachment-changed"
    assert dcc_of(updated(pdf, typical), "a.pdf") == typical


def quantity_of_errors(content: bytes) -> tuple[int, int]:
    begin = content.rindex(b"<dcc:quantity", 0, content.index(b"basic_measurementError"))
    depth = 0
    for tag in re.finditer(rb"<dcc:quantity[ >]|</dcc:quantity>", content[begin:]):
        depth += -1 if tag[0].startswith(b"</") else 1
        if depth == 0:
            return begin, begin + tag.end()
    raise AssertionError(depth)


@pytest.mark.parametrize("other", [b"basic_measurementError", b"basic_correction", b"lab_deviation"])
def test_a_second_column_of_values_is_not_left_out_silently(typical: bytes, other: bytes) -> None:
    begin, end = quantity_of_errors(typical)
    more = typical[begin:end].replace(b"basic_measurementError", other).replace(b"0.072", b"0.9")
    document = read_dcc(typical[:end] + more + typical[end:], "a.xml")
    (found,) = surprises(document, interpret(document, {"": "temp"}, "a.xml"), None)
    assert (found.code, other.decode() in found.what) == ("unknown", True)
    plain = read_dcc(typical, "a.xml")
    assert surprises(plain, interpret(plain, {"": "temp"}, "a.xml"), None) == ()


def with_words(typical: bytes, ref: str, words: str) -> bytes:
    """Return the certificate with a column of words before its errors."""
    begin, _ = quantity_of_errors(typical)
    column = f'<dcc:quantity refType="{ref}"><dcc:charsXMLList>{words}</dcc:charsXMLList></dcc:quantity>'
    return typical[:begin] + column.encode() + typical[begin:]


def test_functions_are_those_of_their_column_and_no_name_of_a_section(typical: bytes) -> None:
    named = with_words(typical, "calibrator_function", "temp_rtd temp_rtd temperature temp_rtd temp_rtd")
    (reading,) = interpret(read_dcc(named, "a.xml"), {}, "a.xml")
    assert [value.function for value in reading.values][1:3] == ["temp_rtd", "temperature"]
    points = with_words(typical, "calibrator_point", " ".join(f"temperature:{n}" for n in range(5)))
    (reading,) = interpret(read_dcc(points, "a.xml"), {}, "a.xml")  # of an older certificate
    assert {value.function for value in reading.values} == {"temperature"}
    for ref, words in (("calibrator_point", "error:1 " * 5), ("calibrator_function", "temp_rtd")):
        with pytest.raises(UsageError) as caught:
            interpret(read_dcc(with_words(typical, ref, words), "a.xml"), {}, "a.xml")
        assert caught.value.code == "function-unknown"


def test_values_of_an_unknown_type_in_metadata_are_named_and_limits_are_known(typical: bytes) -> None:
    changed = typical.replace(b'"basic_acceptanceLimitUpper"', b'"basic_influenceOfPressure"')
    assert changed != typical
    document = read_dcc(changed, "a.xml")
    (found,) = surprises(document, interpret(document, {"": "temp"}, "a.xml"), None)
    assert (found.code, "basic_influenceOfPressure of table 1" in found.what) == ("unknown", True)


def test_a_reference_value_is_held_against_the_nearest_of_the_former_certificate(schemas: Path) -> None:
    content = (schemas / "examples" / "dcc_gp_temperatur_resistance_v12.xml").read_bytes()
    document = read_dcc(content, "a.xml")
    (reading,) = interpret(document, {"": "prt"}, "a.xml")
    former = Certificate(
        "T", "C-1", date(2020, 1, 1), date(2030, 1, 1), "L", "", "SI", "values", ("prt",), 23.0, "", "", "",
        "", False, tuple(replace(v, nominal=v.nominal + Decimal("0.0001")) for v in reading.values),
    )  # fmt: skip
    assert not [s for s in surprises(document, (reading,), former) if s.code != "unknown"]
    first = replace(reading.values[0], value=reading.values[0].value + 1)
    moved = replace(reading, values=(first, *reading.values[1:]))
    assert [s.code for s in surprises(document, (moved,), former) if s.code != "unknown"] == ["jump"]
    turned = replace(reading, values=tuple(replace(v, value=-v.value) for v in reading.values))
    assert {s.code for s in surprises(document, (turned,), former)} >= {"sign"}
