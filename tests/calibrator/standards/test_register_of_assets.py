"""The register: assets, certificates on a date, confirmations, all recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import ConfigurationError
from calibrator.record import Record
from calibrator.standards import AssetFile, Certificate, Confirmation, Register, confirmed, parse_asset_file


@pytest.fixture
def asset(tmp_path: Path, asset_text: str) -> AssetFile:
    path = tmp_path / "cal-01.toml"
    path.write_text(asset_text, encoding="utf-8")
    return parse_asset_file(path)


def certificate_of(asset: AssetFile) -> Certificate:
    assert asset.certificate is not None
    return asset.certificate


def test_what_is_added_is_recorded_and_comes_back(record: Record, asset: AssetFile) -> None:
    register = Register(record)
    events = register.add(asset, person="lw")
    assert [event.kind for event in events] == ["asset.added", "certificate.added"]
    assert all(event.body["person"] == "lw" for event in events)
    assert events[1].body["file_sha256"] == asset.sha256
    (found,) = register.assets()
    assert (found.asset, found.model, found.serial) == ("CAL-01", "fluke_5522a", "5522017")
    assert found.certificate == asset.certificate
    assert register.certificates("CAL-01") == (asset.certificate,)
    assert register.asset("other") is None
    assert record.verify() == ()


def test_the_same_file_is_recorded_once(record: Record, asset: AssetFile) -> None:
    Register(record).add(asset, person="lw")
    assert Register(record).add(asset, person="lw") == ()


def test_a_certificate_with_values_comes_back_in_every_digit(
    record: Record, tmp_path: Path, asset_text: str
) -> None:
    values = (
        '[[certificate.value]]\nfunction = "dcv"\nnominal = 10\nunit = "V"\nkind = "correction"\n'
        "value = -0.0000120\nU = 0.0000300\nk = 2.00\n"
    )
    path = tmp_path / "values.toml"
    path.write_text(asset_text.replace("specification conformity", "values") + values, encoding="utf-8")
    asset = parse_asset_file(path)
    Register(record).add(asset, person="lw")
    assert Register(record).certificates("CAL-01") == (asset.certificate,)
    assert Register(record).certificates()[0].values[0].value == Decimal("-0.0000120")


def test_the_certificate_of_a_date_is_the_newest_issued_by_then(record: Record, asset: AssetFile) -> None:
    register = Register(record)
    later = replace(
        certificate_of(asset),
        number="E-2027-1",
        issued=date(2026, 11, 3),
        due=date(2027, 11, 3),
        file_sha256="0" * 64,
    )
    register.add(replace(asset, certificate=later), person="lw")
    register.add(asset, person="lw")
    numbers = {
        on: found.number if (found := register.certificate_for("CAL-01", on)) else None
        for on in (date(2026, 5, 6), date(2026, 5, 7), date(2026, 11, 2), date(2026, 11, 3), date(2030, 1, 1))
    }
    assert list(numbers.values()) == [None, "E-2026-0411", "E-2026-0411", "E-2027-1", "E-2027-1"]
    assert register.assets()[0].certificate == later


def test_a_number_with_other_content_is_refused_unless_a_correction_says_why(
    record: Record, asset: AssetFile
) -> None:
    register = Register(record)
    register.add(asset, person="lw")
    other = replace(certificate_of(asset), due=date(2028, 5, 7))
    with pytest.raises(ConfigurationError, match=r"recorded with another due \(2027-05-07\)") as caught:
        register.add(replace(asset, certificate=other), person="lw")
    assert (caught.value.code, caught.value.where) == (
        "certificate-differs",
        f"{asset.file}, line 8, key certificate.number",
    )
    assert register.certificates("CAL-01") == (asset.certificate,)
    corrected = replace(other, correction="the year was mistyped")
    (event,) = register.add(replace(asset, certificate=corrected), person="lw")
    assert (event.kind, event.body["correction"]) == ("certificate.added", "the year was mistyped")
    assert register.certificates("CAL-01") == (corrected,)
    assert len(list(record.events("register", kinds={"certificate.added"}))) == 2  # both stay recorded


def test_another_file_around_the_same_certificate_records_nothing_new(
    record: Record, asset: AssetFile
) -> None:
    Register(record).add(asset, person="lw")
    same = replace(certificate_of(asset), file_sha256="0" * 64)
    assert Register(record).add(replace(asset, certificate=same), person="lw") == ()


def test_a_certificate_of_a_day_to_come_is_refused(record: Record, asset: AssetFile) -> None:
    """It is 08:00 UTC on the 23rd; nowhere is it the 24th yet."""
    today = replace(certificate_of(asset), number="E-1", issued=date(2026, 11, 23))
    Register(record).add(replace(asset, certificate=today), person="lw")
    tomorrow = replace(today, number="E-2", issued=date(2026, 11, 24))
    with pytest.raises(ConfigurationError, match="2026-11-24, a day to come") as caught:
        Register(record).add(replace(asset, certificate=tomorrow), person="lw")
    assert (caught.value.code, caught.value.where) == (
        "issued-in-future",
        f"{asset.file}, line 9, key certificate.issued",
    )
    assert len(Register(record).certificates()) == 1


def test_another_instrument_may_not_take_an_assets_id(record: Record, asset: AssetFile) -> None:
    Register(record).add(asset, person="lw")
    with pytest.raises(ConfigurationError, match="serial 5522017 in the register, not") as caught:
        Register(record).add(replace(asset, serial="1"), person="lw")
    assert caught.value.code == "asset-differs"
    assert len(Register(record).assets()) == 1


def test_nothing_simulated_enters_the_register(record: Record, asset: AssetFile) -> None:
    for simulated in (
        replace(asset, serial="SIM1"),
        replace(asset, certificate=replace(certificate_of(asset), simulated=True)),
    ):
        with pytest.raises(ConfigurationError, match="simulated") as caught:
            Register(record).add(simulated, person="lw")
        assert caught.value.code == "simulated-standard"
    assert Register(record).assets() == ()


def test_confirmations_are_recorded_and_found_for_their_rows(record: Record) -> None:
    register = Register(record)
    one = Confirmation(
        "fluke_5522a", "dcv", "1y", Decimal("32.99999"), "lw", "Manual 3795084", "1-9", date(2026, 11, 20)
    )
    every = replace(one, function="dci", range_high=None, page="1-11")
    for item in (one, every, replace(one, page="1-10", date=date(2026, 11, 21))):
        register.confirm(item)
    known = register.confirmations()
    assert known[:2] == (one, every)
    found = confirmed(known, "fluke_5522a", "dcv", "1y", 32.99999)
    assert found is not None
    assert found.page == "1-10"  # the newest
    assert confirmed(known, "fluke_5522a", "dci", "1y", 2.2) == every
    assert confirmed(known, "fluke_5522a", "dcv", "1y", 329.9999) is None
    assert confirmed(known, "fluke_5522a", "dcv", "90d", 32.99999) is None
    assert confirmed(known, "fluke_5520a", "dcv", "1y", 32.99999) is None
