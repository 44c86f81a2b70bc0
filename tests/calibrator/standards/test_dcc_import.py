"""Certificates of others: read exactly as written, stated, confirmed, and taken whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from calibrator._errors import UsageError
from calibrator._home import Home
from calibrator.cli import main
from calibrator.standards import CertificateValue, Register
from calibrator.standards.imports import interpret, read_dcc, surprises
from calibrator.standards.imports._fits import check_fit
from calibrator_drivers.clock import RealClock

NAMES = {"d": "https://ptb.de/dcc", "s": "https://ptb.de/si"}
USED = {
    "dcc-3.3.0-temperature-example.xml": ("error", 5),
    "dcc-3.3.0-formula-example.xml": ("reference value", 9),
    "dcc_gp_humidity_v1.0.xml": ("error", 7),
    "dcc_gp_temperatur_resistance_v12.xml": ("reference value", 9),
    "dcc_gp_temperature_extensive_v12.xml": ("error", 5),
    "dcc_gp_temperature_simplified_v12.xml": ("error", 5),
    "dcc_gp_temperature_typical_adjustment_v12.xml": ("error", 5),
    "dcc_gp_temperature_typical_v12.xml": ("error", 5),
    "dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml": ("error", 5),
}


@pytest.mark.parametrize("name", USED)
def test_every_number_of_every_example_is_read_as_it_is_written(schemas: Path, name: str) -> None:
    content = (schemas / "examples" / name).read_bytes()
    document = read_dcc(content, name)
    root = etree.fromstring(content)

    def written(*tags: str) -> Counter[str]:
        every = [e for tag in tags for e in root.iter(f"{{{NAMES['s']}}}{tag}")]
        return Counter(word for e in every for word in (e.text or "").split())

    forms = [form for quantity in document.quantities for form in quantity.forms]
    assert Counter(v for form in forms for v in form.values) == written("value", "valueXMLList")
    assert Counter(u for form in forms for u in form.units) == written("unit", "unitXMLList")
    assert Counter(u for form in forms for u in form.uncertainties) == written(
        "uncertainty", "uncertaintyXMLList", "valueExpandedMUXMLList"
    )
    assert Counter(k for form in forms for k in form.factors) == written(
        "coverageFactor", "coverageFactorXMLList"
    )


@pytest.mark.parametrize("name", USED)
def test_the_kind_of_every_example_is_told_and_its_sign_holds(schemas: Path, name: str) -> None:
    document = read_dcc((schemas / "examples" / name).read_bytes(), name)
    readings = interpret(document, {"": "any"}, name)
    kind, count = USED[name]
    assert [(reading.kind, len(reading.values)) for reading in readings] == [(kind, count)]
    assert readings[0].sign == ("agrees" if kind == "error" else "unknown")
    assert ("line 451: <dcc:formula>" in document.unknown) == (name == "dcc-3.3.0-formula-example.xml")


def test_a_certificate_of_3_2_1_is_read_as_its_3_2_0_twin(schemas: Path) -> None:
    """No example of 3.2.1 is at hand: a 3.2.0 one under its number, until there is one."""
    name = "dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml"
    content = (schemas / "examples" / name).read_bytes()
    relabelled = content.replace(b'schemaVersion="3.2.0"', b'schemaVersion="3.2.1"')
    assert relabelled != content
    here, there = (interpret(read_dcc(text, name), {"": "any"}, name) for text in (relabelled, content))
    assert here[0].values == there[0].values
    assert len(here[0].values) == 5


def test_values_are_those_of_the_certificate_by_hand(schemas: Path) -> None:
    name = "dcc_gp_temperature_typical_v12.xml"
    (reading,) = interpret(read_dcc((schemas / "examples" / name).read_bytes(), name), {"": "temp"}, name)
    first = reading.values[0]
    assert (first.nominal, first.value, first.expanded_uncertainty) == (
        Decimal("32.85"),
        Decimal("0.072"),
        Decimal("0.061"),
    )
    assert (first.unit, first.nominal_unit, first.coverage_factor) == ("K", "degC", 2)
    assert first.written == r"0.072 \kelvin expandedUnc 0.061"
    assert first.correction == Decimal("-0.072")


def test_a_characteristic_is_of_the_reference_value_and_not_of_the_point_aimed_at(schemas: Path) -> None:
    name = "dcc_gp_temperatur_resistance_v12.xml"
    (reading,) = interpret(read_dcc((schemas / "examples" / name).read_bytes(), name), {"": "prt"}, name)
    first = reading.values[0]
    assert (first.nominal, first.nominal_unit, first.value, first.unit) == (
        Decimal("-0.001"),
        "degC",
        Decimal("100.0220"),
        "ohm",
    )


# what is changed in the typical example, and the code with which it is refused
BROKEN = {
    "another version": (b'schemaVersion="3.1.1"', b'schemaVersion="2.4.0"', "other-schema-version"),
    "another document": (b"digitalCalibrationCertificate", b"digitalOtherCertificate", "not-a-dcc"),
    "no U": (b"expandedUncXMLList", b"otherUncXMLList", "no-values"),
    "NaN": (b"0.072 0.089", b"NaN 0.089", "value-not-understood"),
    "no unit": (rb"\kelvin</si:unitXMLList>", rb"\fathom</si:unitXMLList>", "unit-not-understood"),
    "too few U": (
        b"<si:uncertaintyXMLList>0.061",
        b"<si:uncertaintyXMLList>0.061 0.061",
        "uncertainty-missing",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_not_understood_is_named_with_its_line(schemas: Path, name: str) -> None:
    old, new, code = BROKEN[name]
    content = (schemas / "examples" / "dcc_gp_temperature_typical_v12.xml").read_bytes()
    assert old in content
    changed = content.replace(old, new)
    if name == "no U":
        changed = changed.replace(b"basic_measurementError", b"gp_other")
    with pytest.raises(UsageError) as caught:
        interpret(read_dcc(changed, "a.xml"), {"": "temp"}, "a.xml")
    assert caught.value.code == code
    assert "a.xml" in caught.value.where


def test_a_sign_against_the_indications_is_noticed(schemas: Path) -> None:
    content = (schemas / "examples" / "dcc_gp_temperature_typical_v12.xml").read_bytes()
    turned = content.replace(b"0.072 0.089 0.107 -0.009 -0.084", b"-0.072 -0.089 -0.107 0.009 0.084")
    assert turned != content
    document = read_dcc(turned, "a.xml")
    (found,) = surprises(document, interpret(document, {"": "temp"}, "a.xml"), None)
    assert (found.code, "sign of a correction" in found.what) == ("sign", True)


# ---------------------------------------------------------------- at the command line


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def dated(content: bytes, year: int = 2020) -> bytes:
    return re.sub(rb"1957-08", str(year).encode() + b"-08", content)


def take(home: Home, file: Path, *more: str, asset: str = "T-01") -> int:
    common = [
        "standards",
        "import",
        str(file),
        "--asset",
        asset,
        "--due",
        "2030-01-01",
        "--home",
        str(home.path),
    ]
    return main([*common, "--model", "fluke_1529", "--traceability", "SI through PTB", *more])


@pytest.fixture
def example(schemas: Path, tmp_path: Path) -> Path:
    file = tmp_path / "typical.xml"
    file.write_bytes(dated((schemas / "examples" / "dcc_gp_temperature_typical_v12.xml").read_bytes()))
    return file


def register_of(home: Home):
    with home.open_record(RealClock(), write=False) as record:
        return Register(record).certificates(), Register(record).assets()


def test_it_is_taken_with_all_that_was_written(
    home: Home, example: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(home, example, "--kind", "error", "--function", "temp_rtd") == 0
    assert "5 × error, temp_rtd, K" in capsys.readouterr().out
    ((certificate,), (asset,)) = register_of(home)
    assert (asset.asset, asset.serial, certificate.kind) == ("T-01", "string-manufacturer-item", "values")
    assert [str(value.value) for value in certificate.values] == [
        "0.072",
        "0.089",
        "0.107",
        "-0.009",
        "-0.084",
    ]
    assert certificate.number == "GP_DCC_temperature_typical_1.2"
    assert certificate.temperature_c == pytest.approx(22.85)  # 293 K to 299 K
    assert '"kind_confirmed":"error"' in certificate.imported
    assert "306.248" in certificate.imported
    # again is no second entry
    assert take(home, example, "--kind", "error", "--function", "temp_rtd") == 0
    assert len(register_of(home)[0]) == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--function", "temp_rtd"), "kind-not-confirmed"),
        (("--function", "temp_rtd", "--kind", "correction"), "kind-differs"),
        (("--kind", "error"), "function-unknown"),
        (("--kind", "error", "--function", "temp_rtd", "--due", "2001-01-01"), "due-before-issued"),
        (("--kind", "error", "--function", "dcv"), "function-of-instrument"),
    ],
)
def test_nothing_is_taken_without_what_a_person_must_state(
    home: Home, example: Path, options: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(home, example, *options) == 2
    assert code  # the sentence names it; the code is that of the library's tests
    assert capsys.readouterr().err
    if home.record_path.exists():
        assert register_of(home) == ((), ())


def test_a_jump_beyond_2_u_is_asked_and_its_reason_kept(
    home: Home, example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(home, example, "--kind", "error", "--function", "temp_rtd") == 0
    later = tmp_path / "later.xml"
    content = (
        example.read_bytes()
        .replace(b"GP_DCC_temperature_typical_1.2", b"NEXT-1")
        .replace(b"2020-08", b"2020-09")
    )
    content = (
        content.replace(b"0.072 0.089", b"0.372 0.089")
        .replace(b"306.32 ", b"306.62 ")
        .replace(b"33.17 ", b"33.47 ")
    )
    later.write_bytes(content)
    assert take(home, later, "--kind", "error", "--function", "temp_rtd") == 2
    assert "jumped by more than 2 U" in capsys.readouterr().err
    assert len(register_of(home)[0]) == 1
    assert (
        take(home, later, "--kind", "error", "--function", "temp_rtd", "--reason", "jump=new probe fitted")
        == 0
    )
    assert "new probe fitted" in register_of(home)[0][-1].imported


def test_a_part_that_is_not_understood_is_named_and_left_out_only_with_a_reason(
    home: Home, schemas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "formula.xml"
    file.write_bytes(dated((schemas / "examples" / "dcc-3.3.0-formula-example.xml").read_bytes()))
    options = ("--kind", "reference value", "--function", "temp_rtd")
    assert take(home, file, *options) == 2
    assert "line 526: refId names 'formula_02', which is nowhere" in capsys.readouterr().err
    options += ("--reason", "unsound=a reference of the unused formula")
    assert take(home, file, *options) == 2
    assert "<dcc:formula>" in capsys.readouterr().err
    assert take(home, file, *options, "--reason", "unknown=the formula is not used") == 0


@pytest.mark.parametrize("name", USED)
def test_our_own_checks_say_nothing_against_a_sound_certificate(schemas: Path, name: str) -> None:
    unsound = read_dcc((schemas / "examples" / name).read_bytes(), name).unsound
    dangling = ("line 526: refId names 'formula_02', which is nowhere [dangling-id]",)
    assert unsound == (dangling if name == "dcc-3.3.0-formula-example.xml" else ())


FAULTS = {
    "dates": (b"<dcc:beginPerformanceDate>", b"<dcc:beginPerformanceDate>9", "lies before"),
    "reference": (
        b'refType="basic_measurementError"',
        b'refType="basic_measurementError" refId="meth_77"',
        "names 'meth_77', which is nowhere",
    ),
    "list": (
        rb"<si:unitXMLList>\degreecelsius",
        rb"<si:unitXMLList>\degreecelsius \degreecelsius",
        "2 entries beside 5 values",
    ),
    "table": (b">306.248 373.121", b">373.121", "columns of [4, 5] entries"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_a_schema_lets_through_is_named_and_stops_the_import(
    home: Home, example: Path, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, said = FAULTS[fault]
    content = example.read_bytes()
    assert old in content
    example.write_bytes(content.replace(old, new, 1))
    assert take(home, example, "--kind", "error", "--function", "temp_rtd") == 2
    told = capsys.readouterr().err
    assert said in told
    assert "--reason unsound=TEXT" in told
    assert register_of(home) == ((), ())


def test_the_certificate_of_another_instrument_is_refused(
    home: Home, example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(home, example, "--kind", "error", "--function", "temp_rtd") == 0
    other = tmp_path / "other.xml"
    other.write_bytes(example.read_bytes().replace(b"string-manufacturer-item", b"another-serial"))
    assert take(home, other, "--kind", "error", "--function", "temp_rtd") == 2
    assert "another instrument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"string-manufacturer-item", b"SIM0001"),
        (b"<dcc:uniqueIdentifier>GP_DCC", b"<dcc:uniqueIdentifier>SIM-2026"),
        (b'<dcc:statement refType="basic_conformity">', b'<dcc:statement refType="calibrator_simulated">'),
    ],
)
def test_nothing_simulated_is_taken(
    home: Home, example: Path, old: bytes, new: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in example.read_bytes()
    example.write_bytes(example.read_bytes().replace(old, new))
    assert take(home, example, "--kind", "error", "--function", "temp_rtd") == 2
    assert "simulated" in capsys.readouterr().err
    assert register_of(home) == ((), ())


def test_a_pdf_is_taken_by_its_attachment_and_refused_without(
    home: Home, example: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pypdf import PdfWriter

    for name, files, code, said in (
        ("with.pdf", {"dcc.xml": example.read_bytes(), "data.json": b"{}"}, 0, "5 × error"),
        ("without.pdf", {"data.json": b"{}"}, 2, "no DCC"),
        ("two.pdf", {"a.xml": example.read_bytes(), "b.xml": example.read_bytes()}, 2, "2 certificates"),
    ):
        writer = PdfWriter()
        writer.add_blank_page(100, 100)
        for attached, content in files.items():
            writer.add_attachment(attached, content)
        writer.write(tmp_path / name)
        assert take(home, tmp_path / name, "--kind", "error", "--function", "temp_rtd") == code
        told = capsys.readouterr()
        assert said in told.out + told.err
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    assert take(home, tmp_path / "broken.pdf", "--kind", "error", "--function", "temp_rtd") == 2
    assert capsys.readouterr().err.count("\n") == 1  # one sentence, and none of the reader's own
    (tmp_path / "same.xml").write_bytes(example.read_bytes().replace(b"0.072 0.089", b"0.073 0.089"))
    assert take(home, tmp_path / "same.xml", "--kind", "error", "--function", "temp_rtd") == 2
    assert "Ask the laboratory which of the two holds" in capsys.readouterr().err
    assert len(register_of(home)[0]) == 1


OLD = ("--reason", "date=the example of the schema is dated 1957")


def test_a_broken_seal_is_refused(
    home: Home, schemas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "dcc_gp_temperature_typical_v12_v3.2.0_signed_lt.xml"
    content = (schemas / "examples" / name).read_bytes()
    file = tmp_path / name
    file.write_bytes(content)
    assert take(home, file, "--kind", "error", "--function", "temp_rtd", "--due", "2027-01-01", *OLD) == 0
    assert "sealed by CN=Calibration Lab A1" in capsys.readouterr().out
    file.write_bytes(content.replace(b"0.072 0.089", b"0.073 0.089"))
    assert take(home, file, "--kind", "error", "--function", "temp_rtd") == 6
    assert "seal" in capsys.readouterr().err


def test_a_day_of_issue_of_long_ago_or_to_come_is_asked_about(example: Path) -> None:
    document = read_dcc(example.read_bytes(), "x")
    issued = date.fromisoformat((document.issued or document.ended)[:10])
    readings = interpret(document, {"": "temp"}, "x")

    def asked(today: date) -> list[str]:
        return [surprise.code for surprise in surprises(document, readings, None, today)]

    assert "date" not in asked(issued)
    assert "date" in asked(issued.replace(year=issued.year + 11))
    assert "date" in asked(issued.replace(year=issued.year - 1))


@pytest.mark.parametrize(
    ("function", "unit", "model", "code"),
    [
        ("dcv", "V", "fluke_1529", "function-of-instrument"),  # a thermometer readout measures no volts
        ("temperature", "K", "fluke_5730a", "function-of-instrument"),
        ("temp", "K", "fluke_1529", "function-of-instrument"),  # nothing would ever look for it
        ("humidity", "Pa", "vaisala_ptu300", "unit-of-function"),
        ("dcv", "K", "fluke_5522a", "unit-of-function"),
        ("temp_rtd", "Pa", "fluke_1529", "unit-of-function"),
        ("temp_rtd", "1", "fluke_1529", "unit-of-function"),
        ("dcv", "V", "fluke_5522a", ""),
        ("temp_rtd", "ohm", "fluke_1529", ""),
        ("temperature", "degC", "fluke_1529", ""),
        ("res2w", "ohm", "fluke_5522a", ""),  # one resistance, however it is measured
        ("pressure", "Pa", "druck_pace5000", ""),
        ("mass", "g", "sartorius_quintix224", ""),
        ("humidity", "%RH", "vaisala_ptu300", ""),
        ("mass", "g", "a weight of class E2", ""),  # no accuracy table, so that nothing is known of it
        ("mass", "V", "a weight of class E2", "unit-of-function"),
    ],
)
def test_values_are_of_functions_that_the_instrument_has(
    function: str, unit: str, model: str, code: str
) -> None:
    one = Decimal(1)
    value = CertificateValue(function, one, unit, None, Decimal(0), "error", one, one, Decimal(2), "1", "")
    if not code:
        check_fit([value], model, "T-01", "a.xml")
        return
    with pytest.raises(UsageError) as caught:
        check_fit([value], model, "T-01", "a.xml")
    assert (caught.value.code, caught.value.where) == (code, "a.xml")
    assert function in str(caught.value)
