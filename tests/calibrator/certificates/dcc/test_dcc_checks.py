"""What no schema sees is found by our own checks, and what no document may do is refused."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import UsageError
from calibrator.certificates import Certificate, render
from calibrator.certificates.dcc import check, parse, validate
from calibrator.cli import main


@pytest.fixture(scope="module")
def sound(whole_live: Certificate) -> str:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    return render(model, "dcc", "both").decode("utf-8")


# what is changed, by which, and the code of what must be found
DEFECTS = {
    "dangling": (r'refId="method-procedure', 'refId="nowhere method-procedure', "dangling-id"),
    "unreferenced": (r'refId="method-procedure ', 'refId="', "unreferenced-id"),
    "nan": (r"(<si:valueExpandedMUXMLList>)\S+", r"\1NaN", "not-a-number"),
    "negative zero": (r"(<si:valueXMLList>)\S+", r"\g<1>-0.000", "negative-zero"),
    "deprecated": (r"si:expandedMUXMLList", "si:expandedUncXMLList", "deprecated-form"),
    "length": (r"(<si:coverageFactorXMLList>\S+) \S+", r"\1", "list-length"),
    "table": (r"(<dcc:charsXMLList>\S+) \S+", r"\1", "table-length"),
    "language": (r'<dcc:content lang="zh">[^<]*</dcc:content>', "", "language-missing"),
    "unused": (r"<dcc:usedLangCodeISO639_1>zh</dcc:usedLangCodeISO639_1>", "", "language-not-used"),
    "dates": (r"(<dcc:issueDate>)\d{4}", r"\g<1>1999", "dates-out-of-order"),
    "nobody": (r"<dcc:mainSigner>true</dcc:mainSigner>", "", "item-missing"),
    "no issue": (r"<dcc:issueDate>[^<]*</dcc:issueDate>", "", "item-missing"),
    "no rule": (r"calibrator_decisionRule", "calibrator_other", "rule-missing"),
    "U zero": (r"(<si:valueExpandedMUXMLList>)\S+", r"\g<1>0.00", "not-positive"),
    "U negative": (r"(<si:valueExpandedMUXMLList>)\S+", r"\g<1>-0.1", "not-positive"),
    "k zero": (r"(<si:coverageFactorXMLList>)\S+", r"\g<1>0", "not-positive"),
    "p above one": (r"(<si:coverageProbabilityXMLList>)\S+", r"\g<1>95", "no-probability"),
    "unit": (r"(<si:unitXMLList>)\\volt", r"\g<1>\\vollt", "unknown-unit"),
    "refType": (r'="calibrator_guardBand', '="calibrator_gardBand', "unknown-ref-type"),
    "basic refType": (r'="basic_measurementError', '="basic_foobar', "unknown-ref-type"),
    "no double": (r"(<si:valueXMLList>)\S+", r"\g<1>1e400", "out-of-range"),
    "U beyond a double": (r"(<si:valueExpandedMUXMLList>)\S+", r"\g<1>1e-400", "out-of-range"),
    "no U": (
        r"(?s)<si:measurementUncertaintyU.*?</si:measurementUncertaintyUnivariateXMLList>",
        "",
        "no-uncertainty",
    ),
}


def test_a_sound_document_has_no_findings(sound: str) -> None:
    assert check(parse(sound.encode(), "x")) == ()


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_found_with_its_line(sound: str, name: str) -> None:
    pattern, by, code = DEFECTS[name]
    changed, count = re.subn(pattern, by, sound, count=0 if name in ("no rule", "deprecated") else 1)
    assert count
    found = check(parse(changed.encode(), "x"))
    assert code in {finding.code for finding in found}, found


def test_each_result_has_its_taxon_and_another_name_is_found(whole_live: Certificate) -> None:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    sections = [
        replace(one, results=tuple(replace(result, taxon="Source.Voltage.DC") for result in one.results))
        for one in model.sections
    ]
    text = render(replace(model, sections=tuple(sections)), "dcc", "both").decode("utf-8")
    assert check(parse(text.encode(), "x")) == ()
    assert text.count("Source.Voltage.DC") == len(model.results)
    wrong = text.replace("Source.Voltage.DC", "Source.Voltage.Direct", 1)
    assert {finding.code for finding in check(parse(wrong.encode(), "x"))} == {"unknown-taxon"}


def test_each_result_says_whether_monte_carlo_validated_it(whole_live: Certificate) -> None:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    first, *others = model.sections[0].results
    results = (replace(first, clause8=False), *(replace(one, clause8=None) for one in others))
    sections = (replace(model.sections[0], results=results), *model.sections[1:])
    text = render(replace(model, sections=sections), "dcc", "both").decode("utf-8")
    root = parse(text.encode(), "x")
    assert check(root) == ()
    told = root.findall(".//{*}quantity[@refType='calibrator_gumValidated']")
    words = " ".join(quantity.findtext("{*}charsXMLList") or "" for quantity in told).split()
    assert len(words) == len(model.results)
    assert words.count("not-validated") == 1
    assert words.count("not-asked") == len(others)
    assert words.count("validated") == len(model.results) - 1 - len(others)
    names = {content.get("lang"): content.text or "" for content in told[0].iterfind("{*}name/{*}content")}
    assert "JCGM 101:2008, clause 8" in names["en"]
    assert "第 8 章" in names["zh"]


@pytest.mark.parametrize(
    ("risk", "written"),
    [
        ("0.000000000000000000000000000001", "0.000001"),
        ("0.000043211", "0.000043"),
        ("0.0421", "0.042"),
        ("0.99999999999999", "0.999999"),
        ("0", "0"),
    ],
)
def test_a_probability_is_written_no_finer_than_it_is_known(
    whole_live: Certificate, risk: str, written: str
) -> None:
    model = replace(whole_live, laboratory=replace(whole_live.laboratory, country="CN"))
    section = model.sections[0]
    results = tuple(replace(one, pfa=Decimal(risk)) for one in section.results)
    text = render(replace(model, sections=(replace(section, results=results),)), "dcc", "both")
    for quantity in parse(text, "x").iterfind(".//{*}quantity[@refType='calibrator_pfaSpecific']"):
        assert set((quantity.findtext(".//{*}valueXMLList") or "").split()) == {written}


def test_a_day_that_has_not_come_is_found(sound: str) -> None:
    root = parse(sound.encode(), "x")
    assert check(root, date(2100, 1, 1)) == ()
    assert {finding.code for finding in check(root, date(2020, 1, 1))} == {"date-in-future"}


BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><a>&d;</a>"""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "xml-doctype"),
        ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "xml-doctype"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml-doctype"),
        ("<a><b></a>", "xml-malformed"),
        ("", "xml-malformed"),
        ("no markup at all", "xml-malformed"),
        ("<a>" * 200 + "</a>" * 200, "xml-too-deep"),
        pytest.param("<a>" + " " * 32_000_000 + "</a>", "xml-too-large", id="large"),
    ],
)
def test_what_no_certificate_does_is_refused(content: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(content.encode(), "a.xml")
    assert caught.value.code == code
    assert "a.xml" in caught.value.where


def test_nothing_is_asked_of_the_network(
    monkeypatch: pytest.MonkeyPatch, schemas: Path, tmp_path: Path
) -> None:
    """A schema that imports from the web is looked for beside it, and nowhere else."""

    def never(*_: object, **__: object) -> socket.socket:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", never)
    monkeypatch.setattr(socket, "create_connection", never)
    for path in (schemas / "dcc-3.3.0").iterdir():
        text = path.read_text(encoding="utf-8")
        if path.name == "dcc.xsd":  # as it is published
            text = text.replace('"SI_Format.xsd"', '"https://ptb.de/si/v2.2.1/SI_Format.xsd"')
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    example = (schemas / "examples" / "dcc-3.3.0-temperature-example.xml").read_bytes()
    assert validate(parse(example, "x"), tmp_path) == ()


def test_a_certificate_of_another_version_is_told(schemas: Path) -> None:
    example = (schemas / "examples" / "dcc_gp_temperature_typical_v12.xml").read_bytes()
    with pytest.raises(UsageError) as caught:
        validate(parse(example, "x"), schemas / "dcc-3.3.0")
    assert caught.value.code == "other-schema-version"
    assert "3.1.1" in caught.value.what


def test_the_command_says_what_is_wrong(
    sound: str, schemas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(sound, encoding="utf-8")
    bad.write_text(sound.replace("<dcc:issueDate>2026", "<dcc:issueDate>1999"), encoding="utf-8")
    folder = ["--schema", str(schemas / "dcc-3.3.0")]
    assert main(["dcc", "validate", str(good), *folder]) == 0
    assert main(["dcc", "validate", str(good)]) == 0
    assert main(["dcc", "validate", str(bad), *folder]) == 6
    assert "dates-out-of-order" in capsys.readouterr().err
    assert main(["dcc", "validate", str(good), "--schema", str(tmp_path)]) == 2
    assert "dcc.xsd" in capsys.readouterr().err
    assert main(["dcc", "validate", str(tmp_path / "none.xml")]) == 2


def test_an_incomplete_schema_folder_is_told(schemas: Path, tmp_path: Path, sound: str) -> None:
    (tmp_path / "dcc.xsd").write_bytes((schemas / "dcc-3.3.0" / "dcc.xsd").read_bytes())
    with pytest.raises(UsageError) as caught:
        validate(parse(sound.encode(), "x"), tmp_path)
    assert caught.value.code == "schema-unusable"
