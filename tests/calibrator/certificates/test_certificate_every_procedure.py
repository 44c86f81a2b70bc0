"""Every shipped procedure's certificate, from its frozen record: what a technician of the field looks for."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader

from calibrator.certificates import Certificate, build, render
from calibrator.certificates._numbers import printed
from calibrator.certificates._tables import result_tables
from calibrator.certificates._words import Speaker
from calibrator.certificates.dcc import check, parse, validate
from calibrator.evaluation import summarize
from calibrator.evaluation._curves import curves_of_section
from calibrator.procedure import load
from calibrator.record import Record
from calibrator.standards.imports import interpret, read_dcc

FROZEN = Path(__file__).parents[1] / "evidence" / "frozen"
NAMES = {"d": "https://ptb.de/dcc", "s": "https://ptb.de/si"}
PROCEDURES = sorted(file.stem for file in FROZEN.glob("*.json"))
QUICK = ("frequency", "balance")  # a source and differences; the others are slow tests
# the frozen records keep no identities
COUNTER = {
    "asset": "SIM-COUNTER-01",
    "model": "keysight_53230a",
    "serial": "SIM53230001",
    "certificate": "SIM-CERT-53230A-001",
}

Made = Callable[[str], Certificate]


@pytest.fixture
def made(record: Record) -> Made:
    """Return a maker of the certificate of a procedure's frozen record, evaluated as it was frozen."""

    def make(name: str) -> Certificate:
        held = json.loads((FROZEN / f"{name}.json").read_text(encoding="utf-8"))
        run = record.new_run()
        for event in held["events"]:
            body = event["body"]
            record.append(
                run, event["kind"], {"bench": {}, **body} if event["kind"] == "run.opened" else body
            )
        record.append(run, "instruments.identified", {"instruments": [COUNTER]})
        points = []
        for section, results in held["results"].items():
            curves = curves_of_section(record.events(run), load(name), section)
            record.append(
                run, "section.evaluated", {"section": section, "results": results, "curves": curves}
            )
            points += results
        summary = summarize(points)
        closed = {"outcome": "completed", "exit_code": summary.exit_code, "verdict": summary.verdict}
        rest = {"traffic": None, "duration_s": "1.0", "not_tested": [], "joint": None}
        record.append(run, "run.closed", {**closed, **rest, "head": record.head(run)[1]})
        return build(record, run)

    return make


def whole(name: str, made: Made, schemas: Path) -> None:
    model = made(name)
    assert model.results
    for language in ("en", "zh", "both"):
        root = parse(render(model, "dcc", language), "dcc")
        assert validate(root, schemas / "dcc-3.3.0") == ()
        assert check(root) == ()
    kinds = {element.get("refType") for element in root.iterfind(".//d:usedMethod", NAMES)}
    assert "calibrator_decisionRule" in kinds
    assert root.find(".//d:influenceCondition", NAMES) is not None
    assert root.find(".//d:measuringEquipment", NAMES) is not None
    curves = sum(len(section.curves) for section in model.sections)
    listed = root.findall(".//d:list[@refType]", NAMES)
    assert sum(e.get("refType") in ("calibrator_curve", "calibrator_parameterSet") for e in listed) == curves
    for language in ("en", "zh"):
        assert render(model, "pdf", language).startswith(b"%PDF")


@pytest.mark.parametrize("name", QUICK)
def test_the_documents_of_a_procedure_are_valid(name: str, made: Made, schemas: Path) -> None:
    whole(name, made, schemas)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PROCEDURES if name not in QUICK])
def test_the_documents_of_every_other_procedure_are_valid(name: str, made: Made, schemas: Path) -> None:
    whole(name, made, schemas)


def test_the_error_of_a_source_is_set_minus_reference_in_every_form(made: Made) -> None:
    """A DCC took the meter's reading for the source's indication: its reference value was off by 2 E."""
    model = made("frequency")
    root = parse(render(model, "dcc", "en"), "dcc")
    for result in model.results:
        reference = result.particulars.reference
        assert result.particulars.sense == "set"
        assert reference is not None
        assert result.error is not None
        assert result.nominal - reference == result.error
        assert result.indication is not None  # of the standard: a positive E is a low output
        assert (result.indication < result.nominal) == (result.error > 0)
    columns = {}
    for kind in ("measuredValue", "referenceValue", "measurementError"):
        found = root.findall(
            f".//d:quantity[@refType='basic_{kind}']/s:realListXMLList/s:valueXMLList", NAMES
        )
        columns[kind] = [Decimal(word) for element in found for word in (element.text or "").split()]
    assert len(columns["measuredValue"]) == len(model.results)
    for shown, reference, error in zip(*columns.values(), strict=True):
        assert shown - reference == error
    assert {shown.quantize(Decimal(1)) for shown in columns["measuredValue"]} == {
        result.nominal for result in model.results
    }
    table = result_tables(model, Speaker("zh"))[0]
    assert [head[:1] for head in table["columns"][1:4]] == [["设定值"], ["测得值"], ["参考值"]]
    assert "设定值减去参考值" in render(model, "html", "zh").decode("utf-8")


def test_a_counter_that_was_read_is_listed_beside_the_standards(made: Made) -> None:
    [counter] = made("frequency").equipment
    assert (counter.asset, counter.model, counter.serial) == (
        "SIM-COUNTER-01",
        "Keysight 53230A",
        "SIM53230001",
    )
    model = made("frequency")
    page = render(model, "html", "en").decode("utf-8")
    assert "Keysight 53230A" in page
    assert "read beside the standards" in page
    root = parse(render(model, "dcc", "en"), "dcc")
    assert "SIM53230001" in [element.text for element in root.iterfind(".//d:identification/d:value", NAMES)]


def test_differences_state_both_of_their_values_and_the_position(made: Made) -> None:
    model = made("balance")
    tables = {table["title"][0].split(":")[0]: table for table in result_tables(model, Speaker("en"))}
    eccentricity = tables["Eccentricity"]
    assert [head[0] for head in eccentricity["columns"][2:4]] == ["Indication", "At the centre"]
    assert [row["range"].rpartition(", ")[2] for row in eccentricity["rows"]] == [
        *("front", "back", "left", "right")
    ]
    assert [head[0] for head in tables["Repeatability"]["columns"][2:4]] == ["Largest", "Smallest"]
    assert [head[0] for head in tables["Error of indication"]["columns"][2:4]] == ["Indication", "Reference"]
    for result in model.results:
        pair = result.particulars.pair
        if pair is not None:
            assert result.error is not None
            assert result.expanded_uncertainty is not None
            assert abs(pair[0] - pair[1] - result.error) < result.expanded_uncertainty
        else:
            assert printed(result).reference != "–"


def test_the_class_that_an_instrument_is_judged_by_is_named(made: Made) -> None:
    model = made("balance")
    assert [source.partition(",")[0] for source in model.method.limits_of] == ["OIML R 76-1"]
    for language in ("en", "zh"):
        assert "OIML R 76-1, class I" in render(model, "html", language).decode("utf-8")
    assert made("frequency").method.limits_of == ()  # limits of a maker's specification are of no class


def test_a_load_in_place_stands_with_the_error_and_its_checklist_with_the_place(made: Made) -> None:
    model = made("energy_meter")
    for result in model.results:
        assert {item.kind for item in result.particulars.beside} >= {"power", "factor"}
        assert "cos φ" in printed(result).range
    page = render(model, "html", "zh").decode("utf-8")
    assert "有功功率" in page
    assert "功率因数" in page


def numbered(model: Certificate, language: str) -> None:
    """Hold the number on each page against the page's place; an unsettled layout is refused as well."""
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(render(model, "pdf", language))).pages]
    form = r"Page (\d+) of (\d+)" if language == "en" else r"第 *(\d+) *页 *共 *(\d+) *页"
    found = [re.findall(form, text) for text in texts]
    assert found == [[(str(n), str(len(texts)))] for n in range(1, len(texts) + 1)]
    assert model.digest.run_head in "".join(texts[-1].split())  # the end mark never stands alone


@pytest.mark.parametrize("name", ["energy_meter"])
def test_pages_are_numbered_where_the_standards_end_the_first(name: str, made: Made) -> None:
    model = made(name)
    for words in (0, 6):
        address = "No. 88 Wensan Road, " * words
        named = replace(model, laboratory=replace(model.laboratory, address=address))
        numbered(named, "zh")


def test_an_error_in_percent_has_neither_nominal_value_nor_a_unit_of_values(made: Made) -> None:
    for result in made("energy_meter").results:
        row = printed(result)
        assert (row.nominal, row.indication, row.reference, row.value_unit) == ("–", "–", "–", "")
        assert row.error_unit == "%"


def test_the_frequency_of_an_alternating_quantity_is_in_the_dcc_and_read_back(
    made: Made, schemas: Path
) -> None:
    """A DCC told twelve values of alternating voltage apart by nothing but the ids of their points."""
    model = made("multimeter_ac")
    content = render(model, "dcc", "both")
    root = parse(content, "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    live = content.replace(b"calibrator_simulated", b"basic_note").replace(b"SIM", b"X")
    readings = interpret(read_dcc(live, "ac.xml"), {}, "ac.xml")
    found = {(v.function, v.nominal, v.frequency_hz) for reading in readings for v in reading.values}
    assert found == {(r.function, r.nominal, r.frequency_hz or 0) for r in model.results}
    assert len(found) == len(model.results)


def test_conditions_are_before_an_adjustment_only_where_there_was_one(made: Made) -> None:
    model = made("frequency")
    states = [
        [element.text for element in parse(render(m, "dcc", "en"), "dcc").iterfind(".//d:status", NAMES)]
        for m in (model, replace(model, pass_="as-left"))
    ]
    assert states == [[], ["afterAdjustment"] * 2]


def test_columns_that_hold_nothing_are_not_shown_and_units_have_a_head(made: Made) -> None:
    for name, hidden in (("energy_meter", {1, 2, 3, 4}), ("frequency", set())):
        model = made(name)
        for table in result_tables(model, Speaker("en")):
            assert set(range(15)) - set(table["shown"]) == hidden
            assert [table["columns"][index] for index in (4, 11)] == [["Unit"], ["Unit"]]
            assert all(width == 0 for index, width in enumerate(table["widths"]) if index in hidden)
        page = render(model, "html", "en").decode("utf-8")
        assert (">Indication<" in page or ">Measured value<" in page) is not bool(hidden)


def test_points_of_one_value_in_several_tables_are_named_with_their_table(made: Made) -> None:
    """A statement said "150 °C (150 °C); 150 °C (150 °C)" of two different borings."""
    model = made("dry_block")
    page = render(model, "html", "both").decode("utf-8")
    assert "Radial: second boring less the first one, 150 °C (150 °C)" in page
    assert "加载减空载，150 °C (150 °C)" in page
    assert "Fluke 1529" in page
    assert "fluke_1529" not in page
    # a figure of every point names no table: the list of all of them filled a page
    assert "所有点" in page
    assert page.count("Radial: third boring less the first one") < 4


@pytest.mark.slow
@pytest.mark.parametrize("name", PROCEDURES)
def test_pages_of_every_procedure_are_numbered_whatever_the_first_holds(name: str, made: Made) -> None:
    model = made(name)
    for words in range(0, 24, 2):
        address = "No. 88 Wensan Road, " * words
        named = replace(model, laboratory=replace(model.laboratory, address=address))
        for language in ("en", "zh"):
            numbered(named, language)
