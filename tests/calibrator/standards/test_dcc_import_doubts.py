"""Numbers of a certificate that contradict each other, or that nobody measures, are asked about by name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import UsageError
from calibrator._home import Home
from calibrator.certificates.dcc._xml import LARGEST
from calibrator.cli import main
from calibrator.standards import Certificate
from calibrator.standards.imports import Stated, asset_file, found_before, interpret, read_dcc, surprises
from calibrator.standards.imports._doubts import _unmatched
from calibrator.standards.imports._read import Written
from calibrator.standards.imports._units import known_unit

NAME = "dcc_gp_temperature_typical_v12.xml"
ERRORS = b"0.072 0.089 0.107 -0.009 -0.084"
FUNCTIONS = {"": "temp_rtd"}
BEFORE = b"</dcc:description><dcc:status>beforeAdjustment</dcc:status>"


@pytest.fixture
def typical(schemas: Path) -> bytes:
    return (schemas / "examples" / NAME).read_bytes().replace(b"1957-08", b"2026-05")


def asked(content: bytes) -> dict[str, str]:
    document = read_dcc(content, "a.xml")
    found = surprises(document, interpret(document, FUNCTIONS, "a.xml"), None, date(2026, 11, 23))
    return {surprise.code: surprise.what for surprise in found}


def changed(content: bytes, old: bytes, new: bytes, count: int = 1) -> bytes:
    assert old in content
    return content.replace(old, new, count)


def in_the_unit(content: bytes, unit: bytes) -> bytes:
    found = re.sub(re.escape(ERRORS) + rb"(.{0,120}?)\\kelvin", ERRORS + rb"\1" + unit, content, flags=re.S)
    assert found != content
    return found


def test_a_sound_certificate_is_not_asked_about(typical: bytes) -> None:
    assert asked(typical) == {}


# ---------------------------------------------------------------- indication - reference value = error


@pytest.mark.parametrize(
    ("errors", "points"),
    [
        (b"0.72 0.89 1.07 -0.09 -0.84", "1 2 3 4 5"),
        (b"0.072 -0.089 0.107 -0.009 -0.084", "2"),
        (b"0.072 0.089 0.107 -0.009 -0.104", "5"),
        (b"0.075 0.089 0.107 -0.009 -0.084", ""),  # within half a step of an indication in 0.01 K
    ],
)
def test_each_point_is_held_against_its_indication(typical: bytes, errors: bytes, points: str) -> None:
    said = asked(changed(typical, ERRORS, errors)).get("difference", "")
    assert re.findall(r"point (\d)", said) == points.split()
    assert ("table 1, point" in said) == bool(points)


def test_an_error_in_another_unit_than_its_indications_show_is_asked_about(typical: bytes) -> None:
    said = asked(in_the_unit(typical, rb"\\milli\\kelvin"))["difference"]
    assert "0.072 K, the error stated is 0.000072" in said
    milli = changed(in_the_unit(typical, rb"\\milli\\kelvin"), ERRORS, b"72 89 107 -9 -84")
    assert asked(changed(milli, b"0.061", b"61")) == {}


def test_a_correction_is_held_against_its_indication_too(typical: bytes) -> None:
    corrections = changed(typical, b'"basic_measurementError"', b'"basic_correction"')
    right = changed(corrections, ERRORS, b"-0.072 -0.089 -0.107 0.009 0.084")
    assert asked(right) == {}
    wrong = changed(right, b"-0.072 -0.089", b"-0.072 0.089")
    assert re.findall(r"point (\d)", asked(wrong)["difference"]) == ["2"]
    assert set(asked(corrections)) == {"sign"}  # the sign of all is one question, not five


# ---------------------------------------------------------------- before an adjustment


def test_values_of_before_an_adjustment_are_asked_about(typical: bytes) -> None:
    before = changed(typical, b"</dcc:description>\n\t\t\t\t\t<dcc:data>", BEFORE + b"<dcc:data>")
    said = asked(before)
    assert set(said) == {"as-found"}
    assert re.search(r"line \d+: table 1", said["as-found"])
    after = before.replace(b"beforeAdjustment", b"afterAdjustment")
    assert asked(after) == {}


def test_of_values_before_and_after_an_adjustment_those_after_are_used(typical: bytes) -> None:
    found = re.search(rb"<dcc:measurementResult>.*?</dcc:measurementResult>", typical, re.S)
    assert found is not None
    earlier = changed(found[0], b"</dcc:description>\n\t\t\t\t\t<dcc:data>", BEFORE + b"<dcc:data>")
    earlier = (
        earlier.replace(b"0.072 ", b"0.472 ").replace(b"306.32 ", b"306.72 ").replace(b"33.17 ", b"33.57 ")
    )
    both = typical[: found.start()] + earlier + typical[found.start() :]
    document = read_dcc(both, "a.xml")
    readings, before = (read(document, FUNCTIONS, "a.xml") for read in (interpret, found_before))
    assert [str(reading.values[0].value) for reading in (*readings, *before)] == ["0.072", "0.472"]
    former = Certificate(
        "T", "C-1", date(2020, 1, 1), date(2030, 1, 1), "L", "", "SI", "values", (), 23.0, "", "", "", "",
        False, readings[0].values,
    )  # fmt: skip
    (said,) = surprises(document, readings, former, None, before)
    assert (said.code, "0.472" in said.what or "-0.472" in said.what) == ("jump", True)


def test_values_of_before_that_stand_in_their_condition_are_read_for_the_check(schemas: Path) -> None:
    name = "dcc_gp_temperature_typical_adjustment_v12.xml"
    document = read_dcc((schemas / "examples" / name).read_bytes(), name)
    (reading,) = interpret(document, FUNCTIONS, name)
    (before,) = found_before(document, FUNCTIONS, name)
    assert (reading.as_found, before.as_found > 0, before.sign) == (0, True, "agrees")
    assert [value.nominal for value in before.values] == [value.nominal for value in reading.values]


# ---------------------------------------------------------------- contradictions


def test_two_values_at_one_nominal_are_asked_about(typical: bytes) -> None:
    repeated = changed(typical, b"32.85 99.85 174.85", b"32.85 32.85 32.85")
    said = asked(changed(repeated, b"306 373 448", b"306 306 306"))
    assert "at 32.85 degC: 0.072 and 0.089 K" in said["repeated"]
    result = re.search(rb"<dcc:result .*?</dcc:result>", typical, re.S)
    assert result is not None
    twice = changed(typical, b"</dcc:results>", result[0] + b"</dcc:results>")
    assert asked(twice) == {}  # the same said twice
    other = changed(typical, b"</dcc:results>", result[0].replace(b"0.061", b"0.5") + b"</dcc:results>")
    assert set(asked(other)) == {"repeated"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"32.85 99.85", b"132.85 99.85"),
        (b"33.098 99.971", b"33.198 99.971"),
        (b"306.32 373.21", b"316.32 373.21"),
        (b"33.17 100.06", b"33.17 1e2"),
    ],
)
def test_all_forms_of_a_quantity_must_say_the_same(typical: bytes, old: bytes, new: bytes) -> None:
    said = asked(changed(typical, old, new))
    assert re.match(r"one quantity is written in two ways: line \d+", said["forms"])


def test_times_in_minutes_and_seconds_are_compared(schemas: Path) -> None:
    content = (schemas / "examples" / "dcc_gp_humidity_v1.0.xml").read_bytes()
    assert "forms" not in asked(content)
    assert "9000 and 151" in asked(changed(content, b">150<", b">151<"))["forms"]


@pytest.mark.parametrize(
    ("unit", "power"),
    [
        (r"\radian\per\second", None),
        (r"\radian", None),
        (r"\newton\metre", None),
        (r"\kilogram\metre\tothe{2}\second\tothe{-2}", None),
        (r"\milli\milli\kelvin", None),
        (r"\tothe{2}\kelvin", None),
        (r"\per\per\kelvin", None),
        (r"\milli\per\kelvin\tothe{-1}", None),
        (r"\kelvin\tothe{1}\tothe{1}", None),
        (r"\kelvin{2}", None),
        (r"\kelvin\tothe", None),
        (r"\kelvin\milli", None),
        (r"\kilo\kilogram", None),
        (r"\per\second", ("Hz", 0)),
        (r"\watt\second", ("J", 0)),
        (r"\kilo\joule", ("J", 3)),
        (r"\micro\volt\per\volt", ("1", -6)),
        (r"\kilogram\per\metre\per\second\tothe{2}", ("Pa", 0)),
    ],
)
def test_a_unit_is_what_it_says_or_is_refused(unit: str, power: tuple[str, int] | None) -> None:
    known = known_unit(unit)
    assert (known and (known.unit, known.scale)) == power


# ---------------------------------------------------------------- numbers that nobody measures


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<si:value>293</si:value>", b"<si:value>20</si:value>", "conditions"),
        (b"<si:coverageFactorXMLList>2<", b"<si:coverageFactorXMLList>0.02<", "uncertainty"),
        (b"<si:coverageFactorXMLList>2<", b"<si:coverageFactorXMLList>20<", "uncertainty"),
        (b"0.95</si:coverageProb", b"1.5</si:coverageProb", "uncertainty"),
        (b">0.061<", b">1e99<", "uncertainty"),
        (b">0.061<", b">1e-99<", "uncertainty"),
        (
            b"</si:expandedUncXMLList>",
            b"</si:expandedUncXMLList><si:standardMUXMLList><si:valueStandardMUXMLList>9"
            b"</si:valueStandardMUXMLList></si:standardMUXMLList>",
            "unknown",
        ),
        (
            b"</dcc:dccSoftware>",
            b'</dcc:dccSoftware><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="b.xml"/>',
            "unknown",
        ),
    ],
)
def test_what_no_laboratory_states_is_asked_about(typical: bytes, old: bytes, new: bytes, code: str) -> None:
    assert set(asked(changed(typical, old, new))) == {code}


@pytest.mark.parametrize(
    ("u", "codes"), [(b"700", {"uncertainty"}), (b"300", set()), (b"1e-13", {"uncertainty"})]
)
def test_u_is_held_against_the_largest_nominal_value(typical: bytes, u: bytes, codes: set[str]) -> None:
    assert set(asked(changed(typical, b">0.061<", b">" + u + b"<"))) == codes  # 319.85 degC at most


def test_a_relative_error_at_a_nominal_of_zero_has_nothing_to_be_held_against(typical: bytes) -> None:
    document = read_dcc(typical, "a.xml")
    (reading,) = interpret(document, FUNCTIONS, "a.xml")
    values = tuple(replace(v, unit="1", nominal=Decimal(0), nominal_unit="") for v in reading.values[:1])
    found = surprises(document, [replace(reading, table=9, values=values)], None)
    assert found == ()


def taken(content: bytes) -> str:
    document = read_dcc(content, "a.xml")
    readings = interpret(document, FUNCTIONS, "a.xml")
    stated = Stated("T", date(2030, 1, 1), "error", "fluke_1529", "SI")
    return asset_file(document, readings, stated, None, "a.xml").asset


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"2026-05-13", b"2026-05-13junk", "no-date"),
        (b'schemaVersion="3.1.1"', b'schemaVersion="3.3.99"', "other-schema-version"),
        (b'"basic_measurementError"', b'"basic_measurementError basic_correction"', "kind-contradicts"),
        (b"<dcc:uniqueIdentifier>GP_DCC", b"<dcc:uniqueIdentifier>sim-2026", "simulated-standard"),
    ],
)
def test_what_cannot_be_meant_is_refused(typical: bytes, old: bytes, new: bytes, code: str) -> None:
    assert taken(typical) == "T"
    assert taken(changed(typical, b"2026-05-13", b"2026-05-13Z", -1)) == "T"  # a time zone, as xs:date has it
    with pytest.raises(UsageError) as caught:
        taken(changed(typical, old, new, -1))
    assert caught.value.code == code


def test_a_name_that_only_begins_like_the_mark_is_none(typical: bytes) -> None:
    assert taken(changed(typical, b"<dcc:uniqueIdentifier>GP_DCC", b"<dcc:uniqueIdentifier>simple-1")) == "T"


# ---------------------------------------------------------------- at the command line


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "home").mkdir()
    return Home(tmp_path / "home")


def take(home: Home, file: Path, asset: str, *more: str) -> int:
    words = ["standards", "import", str(file), "--asset", asset, "--due", "2030-01-01", "--kind", "error"]
    words += ["--function", "temp_rtd", "--model", "fluke_1529", "--traceability", "SI"]
    return main([*words, "--home", str(home.path), *more])


def test_one_instrument_has_one_id(
    home: Home, typical: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(typical)
    assert take(home, file, "T-01") == 0
    assert take(home, file, "T-01") == 0
    assert take(home, file, "T-02") == 2
    assert "is that of T-01 already" in capsys.readouterr().err
    file.write_bytes(changed(typical, b"<dcc:uniqueIdentifier>GP_DCC", b"<dcc:uniqueIdentifier>NEXT"))
    assert take(home, file, "T-02") == 2
    assert "T-01 is fluke_1529 serial string-manufacturer-item already" in capsys.readouterr().err
    assert take(home, file, "T-02", "--reason", "asset=its second channel is kept apart") == 0
    again = tmp_path / "t.toml"
    again.write_text(
        'asset = "T-03"\nmodel = "fluke_1529"\nmanufacturer = "F"\n'
        'serial = "string-manufacturer-item"\nrole = "uut"\n',
        encoding="utf-8",
    )
    capsys.readouterr()
    assert main(["standards", "add", str(again), "--home", str(home.path)]) == 2
    assert "under that id, not as T-03" in capsys.readouterr().err


def test_a_file_of_any_size_is_refused_and_not_read_whole(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    huge = tmp_path / "huge.xml"
    with huge.open("wb") as file:
        file.truncate(50 * LARGEST)  # sparse; no machine of a laboratory has to hold it
    assert take(home, huge, "T-01") == 2
    assert "too large" in capsys.readouterr().err
    assert main(["verify", str(huge), "--home", str(home.path)]) == 2
    assert huge.name in capsys.readouterr().err
    zero = Path("/dev/zero")
    if zero.exists():
        assert take(home, zero, "T-01") == 2
        assert "too large" in capsys.readouterr().err


# ------------------------------------------------------------ what a certificate says against itself


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"<dcc:traceable>false</dcc:traceable>", "not traceable: Not for use"),
        (b"<dcc:valid>0</dcc:valid>", "not valid: Not for use"),
    ],
)
@pytest.mark.parametrize("place", [b"</dcc:administrativeData>", b"</dcc:measurementResults>"])
def test_a_certificate_that_disowns_itself_is_asked_about(
    typical: bytes, said: bytes, told: str, place: bytes
) -> None:
    declared = b'<dcc:declaration><dcc:content lang="en">Not for use</dcc:content></dcc:declaration>'
    stated = b"<dcc:statements><dcc:statement>" + declared + said + b"</dcc:statement></dcc:statements>"
    assert told in asked(changed(typical, place, stated + place))["unsound"]
    stated = stated.replace(said, said.replace(b"false", b"true").replace(b">0<", b">1<"))
    assert asked(changed(typical, place, stated + place)) == {}


@pytest.mark.parametrize(
    ("k", "p", "is_asked"),
    [
        *(("2", "0.5", True), ("1", "0.95", True), ("4.9", "0.95", True), ("2", "0.99", True)),
        *(("2", "0.9989", False), ("2", "0.9400", False), ("2", "0.9313", False), ("2", "1.0000", False)),
        *(("2", "0.95", False), ("2", "0.9545", False), ("1.65", "0.95", False), ("4.3", "0.95", False)),
        *(("1.90", "0.95", False), ("1.41", "0.95", False), ("1.52", "0.95", True), ("1.3", "0.95", True)),
        *(("1", "0.6827", False), ("3", "0.9973", False), ("2.58", "0.99", False), ("1.73", "1", False)),
    ],
)
def test_a_factor_and_a_probability_that_contradict_each_other_are_asked_about(
    k: str, p: str, is_asked: bool
) -> None:
    found = list(_unmatched(Written(("1",), ("\\volt",), "expandedMU", ("0.1",), (k,), (p,)), 7))
    assert bool(found) == is_asked, found


@pytest.mark.parametrize("kind", ["basic_temperature", "basic_frequency"])
def test_an_influence_quantity_that_nothing_takes_into_account_is_named(typical: bytes, kind: str) -> None:
    old = b'refType="basic_temperatureMin"'
    said = asked(changed(typical, old, f'refType="{kind}"'.encode()))
    assert f"the influence quantity {kind} " in said["unknown"]
