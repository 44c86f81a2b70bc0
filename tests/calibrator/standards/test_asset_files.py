"""Asset files, certificates and their validity, and what is refused as a standard's certificate."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator._errors import ConfigurationError
from calibrator.standards import AssetFile, Certificate, parse_asset_file

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture
def file(tmp_path: Path, asset_text: str) -> Path:
    path = tmp_path / "cal-01.toml"
    path.write_text(asset_text, encoding="utf-8", newline="")
    return path


def change(file: Path, old: str, new: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    return file


def certificate_of(asset: AssetFile) -> Certificate:
    assert asset.certificate is not None
    return asset.certificate


def test_an_asset_file_is_taken_as_it_stands(file: Path) -> None:
    asset = parse_asset_file(file)
    assert (asset.asset, asset.model, asset.manufacturer, asset.serial, asset.role) == (
        "CAL-01",
        "fluke_5522a",
        "Fluke",
        "5522017",
        "standard",
    )
    assert asset.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    certificate = certificate_of(asset)
    assert (certificate.number, certificate.issued, certificate.due) == (
        "E-2026-0411",
        date(2026, 5, 7),
        date(2027, 5, 7),
    )
    assert certificate.laboratory == "Example Calibration Centre"
    assert certificate.covers("dcv")
    assert not certificate.covers("res4w")  # METROLOGY 10: conformity must be shown there
    assert not asset.simulated


def test_a_certificate_without_functions_shows_conformity_everywhere(file: Path) -> None:
    asset = parse_asset_file(change(file, 'functions = ["dcv", "dci"]\n', ""))
    assert certificate_of(asset).covers("res4w")


@pytest.mark.parametrize("name", ["standard.toml"])
def test_the_example_of_the_documentation_is_taken(name: str) -> None:
    assert parse_asset_file(EXAMPLES / name).role == "standard"


VALUES = """
[[certificate.value]]
function = "dcv"
nominal = 10
unit = "V"
range_high = 32.99999
kind = "error"
value = 0.0000120
U = 0.0000300
k = 2
"""


def test_values_keep_their_digits_and_their_kind(file: Path) -> None:
    change(file, '"specification conformity"', '"values"')
    file.write_text(file.read_text(encoding="utf-8") + VALUES, encoding="utf-8")
    (value,) = certificate_of(parse_asset_file(file)).values
    assert (value.kind, value.nominal, value.range_high) == ("error", Decimal(10), Decimal("32.99999"))
    assert (str(value.value), str(value.expanded_uncertainty)) == ("0.0000120", "0.0000300")
    assert value.coverage_factor == 2


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('"5522017"', '"SIM5522017"', "simulated-standard", "serial"),
        ('kind = "spec', 'simulated = true\nkind = "spec', "simulated-standard", "certificate.simulated"),
        ('"E-2026-0411"', '"SIM-20261123-D7F03D29"', "simulated-standard", "certificate.number"),
        ("due = 2027-05-07", "due = 2026-05-06", "due-before-issued", "certificate.due"),
        ("issued = 2026-05-07", 'issued = "2026-05-07"', "wrong-type", "certificate.issued"),
        ("issued = 2026-05-07", "issued = 2026-05-07T00:00:00Z", "wrong-type", "certificate.issued"),
        ('"specification conformity"', '"values"', "no-values", "certificate.kind"),
        ('"specification conformity"', '"conformity"', "unknown-word", "certificate.kind"),
        ('number = "E-2026-0411"\n', "", "missing-key", "certificate.number"),
        ('traceability = "PTB"', 'tracability = "PTB"', "unknown-key", "certificate.tracability"),
        ('role = "standard"', 'role = "standart"', "unknown-word", "role"),
        ("[certificate]", "[certificat]", "unknown-key", "certificat"),
        ('traceability = "PTB"', 'traceability = "PTB"\ndocument = "none.pdf"', "no-such-file", "document"),
    ],
)
def test_mistakes_are_named_with_their_place(file: Path, old: str, new: str, code: str, key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_asset_file(change(file, old, new))
    assert caught.value.code == code
    assert caught.value.where.startswith(f"{file}, line ")
    assert caught.value.where.endswith(key)
    assert caught.value.way_out


@pytest.mark.parametrize("role", ["standard", "sensor"])
def test_a_standard_needs_a_certificate(file: Path, asset_text: str, role: str) -> None:
    file.write_text(
        asset_text.split("[certificate]", maxsplit=1)[0].replace('"standard"', f'"{role}"'), encoding="utf-8"
    )
    with pytest.raises(ConfigurationError, match="has no certificate"):
        parse_asset_file(file)


@pytest.mark.parametrize("role", ["uut", "artefact"])
def test_others_need_none(file: Path, asset_text: str, role: str) -> None:
    file.write_text(
        asset_text.split("[certificate]", maxsplit=1)[0].replace('"standard"', f'"{role}"'), encoding="utf-8"
    )
    assert parse_asset_file(file).certificate is None


def test_the_document_is_held_by_its_hash(file: Path) -> None:
    change(file, 'traceability = "PTB"', 'traceability = "PTB"\ndocument = "cert.pdf"')
    content = b"%PDF-1.7 a certificate"
    (file.parent / "cert.pdf").write_bytes(content)
    certificate = certificate_of(parse_asset_file(file))
    assert certificate.document_sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        "SIMULATED - not a calibration certificate / 模拟数据，非校准证书".encode(),
        b'{"format": 1, "run": {"mode": "simulated"}}',
        b'{"simulated":true}',
        b"/Keywords(calibrator-certificate:SIM-20261123-D7F03D29, calibrator-run:01a2)",
    ],
)
def test_a_simulated_document_is_refused(file: Path, content: bytes) -> None:
    change(file, 'traceability = "PTB"', 'traceability = "PTB"\ndocument = "cert.html"')
    (file.parent / "cert.html").write_bytes(content)
    with pytest.raises(ConfigurationError, match="marked as simulated"):
        parse_asset_file(file)


def test_a_due_day_ends_at_its_end_where_the_laboratory_is(file: Path) -> None:
    certificate = certificate_of(parse_asset_file(file))
    shanghai, berlin = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
    # 7 May 2027: Shanghai is UTC+8, Berlin UTC+2 (summer time)
    assert certificate.ends_at(shanghai) == datetime(2027, 5, 7, 16, tzinfo=UTC)
    assert certificate.ends_at(berlin) == datetime(2027, 5, 7, 22, tzinfo=UTC)
    moment = datetime(2027, 5, 7, 18, tzinfo=UTC)
    assert certificate.valid_at(moment, berlin)
    assert not certificate.valid_at(moment, shanghai)


@settings(deadline=None)
@given(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.times())
def test_validity_goes_from_the_first_to_the_last_moment_of_the_local_days(day: date, hour: time) -> None:
    zone = ZoneInfo("America/St_Johns")
    certificate = Certificate(
        "A", "1", date(2026, 5, 7), date(2027, 5, 7), "L", "", "T", "values", (), None, "", "", "", "", False
    )
    moment = datetime.combine(day, hour, zone).astimezone(UTC)
    assert certificate.valid_at(moment, zone) == (date(2026, 5, 7) <= day <= date(2027, 5, 7))
    assert not certificate.valid_at(certificate.ends_at(zone), zone)
    assert certificate.valid_at(certificate.ends_at(zone) - timedelta(microseconds=1), zone)
