"""The digital calibration certificate says what the model says, in the words of the schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from calibrator._errors import UsageError
from calibrator.certificates import Certificate, build, issue, read_back, render
from calibrator.certificates._model import SIMULATED, Amendment, Curve
from calibrator.certificates._numbers import rounded
from calibrator.certificates.dcc import check, parse, validate
from calibrator.engine._opening import _standard
from calibrator.procedure import Text
from calibrator.record import Record
from calibrator.standards._certificate import certificate_from_body
from calibrator.standards.imports import interpret, read_dcc

CONFORMITY = {
    "pass": "pass",
    "fail": "fail",
    "conditional-pass": "conditionalPass",
    "conditional-fail": "conditionalFail",
}
NAMES = {"d": "https://ptb.de/dcc", "s": "https://ptb.de/si"}


def at_home(model: Certificate) -> Certificate:
    return replace(model, laboratory=replace(model.laboratory, country="CN"))


@pytest.fixture(scope="module", params=["live", "simulated"])
def model(
    request: pytest.FixtureRequest, whole_live: Certificate, whole_simulated: Certificate
) -> Certificate:
    return at_home(whole_live) if request.param == "live" else whole_simulated


@pytest.mark.parametrize("language", ["en", "zh", "both"])
def test_it_is_valid_and_our_own_checks_find_nothing(
    model: Certificate, language: str, schemas: Path
) -> None:
    root = parse(render(model, "dcc", language), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()


def test_every_number_is_that_of_the_other_renderings(whole_simulated: Certificate) -> None:
    root = parse(render(whole_simulated, "dcc", "en"), "dcc")
    by_point: dict[str, tuple[str, str, str, str]] = {}
    uppers: dict[str, str] = {}
    for table in root.iterfind(".//d:result/d:data/d:list", NAMES):
        points = words(table, "d:quantity[@refType='calibrator_point']/d:charsXMLList")
        columns = [
            words(table, f"d:quantity[@refType='basic_measurementError']/s:realListXMLList//s:{name}")
            for name in ("valueXMLList", "valueExpandedMUXMLList", "coverageFactorXMLList")
        ]
        verdicts = words(table, ".//d:quantity[@refType='calibrator_verdict']/d:charsXMLList")
        conformity = words(table, ".//d:conformityXMLList")
        assert conformity == [CONFORMITY[verdict] for verdict in verdicts]
        limits = words(table, ".//d:quantity[@refType='basic_toleranceLimitUpper']//s:valueXMLList")
        uppers.update(zip(points, limits, strict=True))
        by_point |= dict(zip(points, zip(*columns, verdicts, strict=True), strict=True))
    assert len(by_point) == 33
    for result in whole_simulated.results:
        exact = rounded(result)
        assert exact is not None
        error, uncertainty, factor, verdict = by_point[result.id]
        assert (Decimal(error), Decimal(uncertainty)) == (exact.error, exact.expanded_uncertainty)
        assert Decimal(factor) == exact.coverage_factor
        assert Decimal(uppers[result.id]) == result.limit_upper
        assert verdict == result.verdict.replace(" ", "-")
    assert {"pass", "fail", "conditional-pass", "conditional-fail"} <= {row[3] for row in by_point.values()}


@pytest.mark.parametrize(
    ("unit", "same"),
    [
        *(("Pa", "Pa"), ("kPa", "Pa"), ("hPa", "Pa"), ("bar", "Pa"), ("mbar", "Pa"), ("g", "g"), ("kg", "g")),
        *(("degC", "degC"), ("K", "K"), ("Hz", "Hz"), ("s", "s"), ("W", "W"), ("Wh", "Wh"), ("kWh", "Wh")),
        *(("%", "1"), ("ppm", "1"), ("ohm", "ohm"), ("N", "N"), ("%RH", "1"), ("J", "J")),
    ],
)
def test_a_table_in_any_unit_is_valid_and_read_back_the_same(
    whole_live: Certificate, schemas: Path, unit: str, same: str
) -> None:
    section = whole_live.sections[0]
    results = tuple(replace(result, unit=unit, function="any") for result in section.results)
    model = at_home(replace(whole_live, sections=(replace(section, results=results),)))
    content = render(model, "dcc", "both")
    root = parse(content, "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    factor = {"kPa": 1000, "hPa": 100, "bar": 100000, "mbar": 100, "kg": 1000, "kWh": 1000}
    factor |= {"%": Decimal("0.01"), "%RH": Decimal("0.01"), "ppm": Decimal("1e-6")}
    own = Decimal(factor.get(unit, 1))
    numbers = [exact for result in results if (exact := rounded(result)) is not None]
    taken = [
        value for reading in interpret(read_dcc(content, "x"), {"": "any"}, "x") for value in reading.values
    ]
    difference = "K" if unit == "degC" else same
    assert {(value.unit, value.nominal_unit) for value in taken} == {
        (difference, "degC" if unit == "degC" else "")
    }
    found = sorted((value.value, value.expanded_uncertainty) for value in taken)
    assert found
    assert found == sorted((exact.error * own, exact.expanded_uncertainty * own) for exact in numbers)


def test_parameters_in_prefixed_units_and_with_names_of_several_words_are_valid(
    whole_live: Certificate, schemas: Path
) -> None:
    """As the balance states the spread of its loads: s(50 g) in grams, of which the D-SI has kilograms."""
    pair = Curve(
        "repeatability", Text("Repeatability", "重复性"), "", ("s(50 g)", "slope"),
        (Decimal("0.000018"), Decimal("0.25")), ("g", "g/kPa"),
        ((Decimal("4e-12"), Decimal("1e-10")), (Decimal("1e-10"), Decimal("9e-4"))), "", "", None, None,
    )  # fmt: skip
    section = replace(whole_live.sections[0], curves=(pair,))
    root = parse(render(at_home(replace(whole_live, sections=(section,))), "dcc", "both"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    made = root.find(".//d:quantity[@refType='basic_formulaParameter']/s:realListXMLList", NAMES)
    assert made is not None
    assert words(made, "s:labelXMLList") == ["s(50_g)", "slope"]
    assert [Decimal(word) for word in words(made, "s:valueXMLList")] == [
        Decimal("1.8e-8"),
        Decimal("2.5e-7"),
    ]
    assert words(made, "s:unitXMLList") == [r"\kilogram", r"\kilogram\per\pascal"]
    hot = replace(pair, names=("b", "c"), units=("V/delta_degC**2", ""))
    section = replace(section, curves=(hot,))
    root = parse(render(at_home(replace(whole_live, sections=(section,))), "dcc", "both"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    other = root.find(".//d:quantity[@refType='basic_formulaParameter']/s:realListXMLList", NAMES)
    assert other is not None
    assert words(other, "s:unitXMLList") == [r"\volt\per\kelvin\tothe{2}", r"\one"]
    covariances = [
        Decimal(e.text or "") for e in made.iterfind(".//s:covarianceXMLList/s:valueXMLList", NAMES)
    ]
    assert covariances == [Decimal("4e-18"), Decimal("1e-19"), Decimal("1e-19"), Decimal("9e-16")]


def words(element, path: str) -> list[str]:
    found = element.find(path, NAMES)
    return (found.text or "").split() if found is not None else []


def test_a_simulated_one_says_so_to_readers_and_machines(whole_simulated: Certificate) -> None:
    content = render(whole_simulated, "dcc", "both")
    root = parse(content, "dcc")
    assert content.split(b"\n")[1].startswith(b"<!-- SIMULATED")
    assert (root.findtext(".//d:uniqueIdentifier", namespaces=NAMES) or "").startswith("SIM-")
    first = root.find(".//d:statement", NAMES)
    assert first is not None
    assert first.get("refType") == "calibrator_simulated"
    assert first.findtext("d:declaration/d:content", namespaces=NAMES) == SIMULATED
    assert root.findtext(".//d:measurementResult/d:description/d:content", namespaces=NAMES) == SIMULATED
    assert {e.text for e in root.iterfind(".//d:traceable", NAMES)} == {"false"}
    assert root.find(".//d:mainSigner", NAMES) is None


def test_the_certificates_of_standards_are_referred_to_with_their_hash(whole_live: Certificate) -> None:
    root = parse(render(at_home(whole_live), "dcc", "en"), "dcc")
    known = root.find(".//d:measuringEquipment/d:certificate", NAMES)
    assert known is not None
    assert known.findtext("d:referralID", namespaces=NAMES) == "CN-2026-04711"
    assert (known.findtext("d:procedure", namespaces=NAMES), known.findtext("d:value", namespaces=NAMES)) == (
        "SHA-256",
        "7d" * 32,
    )


def test_a_standard_whose_certificate_is_not_kept_says_so_and_states_no_hash(
    whole_live: Certificate, schemas: Path
) -> None:
    model = at_home(whole_live)
    model = replace(model, standards=tuple(replace(one, file_hash="") for one in model.standards))
    root = parse(render(model, "dcc", "both"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    assert root.find(".//d:measuringEquipment/d:certificate", NAMES) is None
    told = root.find(".//d:identification[@refType='calibrator_certificateWithoutHash']", NAMES)
    assert told is not None
    assert told.findtext("d:value", namespaces=NAMES) == "CN-2026-04711"


def test_the_hash_of_a_standards_certificate_is_that_of_its_document() -> None:
    bench = SimpleNamespace(instruments={"c": SimpleNamespace(asset="A", model="m", serial="1")})
    own = certificate_from_body(
        {
            **dict.fromkeys(("asset", "number", "laboratory", "accreditation", "traceability"), "x"),
            **dict.fromkeys(("kind", "environment", "document"), "x"),
            **{"issued": "2026-01-01", "due": "2027-01-01", "functions": [], "temperature_c": None},
            **{"file_sha256": "aa" * 32, "document_sha256": "bb" * 32, "simulated": False, "values": []},
        }
    )
    for known, told in (("bb" * 32, "bb" * 32), ("", None)):
        found = _standard(bench, "A", replace(own, document_sha256=known), [])  # type: ignore[arg-type]
        assert found["hash"] == told


def test_points_without_a_number_are_words_and_never_nan(
    record: Record, written: Callable[..., str], schemas: Path
) -> None:
    numberless = {"dcv:10V:+10V": "overload", "dcv:100V:+100V": "not-settled"}
    model = build(record, written(numberless=numberless))
    root = parse(render(model, "dcc", "both"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    assert b"NaN" not in render(model, "dcc", "both")
    bare = root.findall(".//d:quantity[@refType='calibrator_noNumber']", NAMES)
    assert len(bare) == 2
    said = {e.findtext("d:measurementMetaData/d:metaData/d:conformity", namespaces=NAMES) for e in bare}
    assert said == {"fail", None}  # over the range fails; not settled is undetermined, which has no word


def test_a_partial_run_states_no_conformity_of_the_instrument(
    record: Record, written: Callable[..., str]
) -> None:
    root = parse(render(build(record, written(sections=("dci",))), "dcc", "en"), "dcc")
    assert root.find(".//d:statement/d:conformity", NAMES) is None
    whole = parse(render(build(record, written()), "dcc", "en"), "dcc")
    assert whole.findtext(".//d:statement/d:conformity", namespaces=NAMES) == "pass"


def test_a_curve_comes_with_its_covariance(whole_live: Certificate, schemas: Path) -> None:
    curve = Curve(
        id="prt",
        title=Text("Resistance over temperature", "电阻与温度的关系"),
        formula=r"R = a + b t",
        names=("a", "b"),
        values=(Decimal("100.0123"), Decimal("0.39083")),
        units=("ohm", "ohm/degC"),
        covariance=((Decimal("4E-6"), Decimal("-1E-8")), (Decimal("-1E-8"), Decimal("9E-10"))),
        input="t",
        input_unit="degC",
        domain_lower=Decimal(0),
        domain_upper=Decimal(100),
    )
    first, *rest = whole_live.sections
    model = replace(at_home(whole_live), sections=(replace(first, curves=(curve,)), *rest))
    root = parse(render(model, "dcc", "both"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    spread = root.findtext(".//s:standardMUXMLList/s:valueStandardMUXMLList", namespaces=NAMES)
    assert (spread or "").split() == ["0.002", "0.00003"]
    covariances = [e.text for e in root.iterfind(".//s:covarianceXMLList/s:valueXMLList", NAMES)]
    assert covariances == ["0.000004", "-0.00000001", "-0.00000001", "0.0000000009"]
    assert root.findtext(".//s:coverageFactorXMLList[.='2.4477']", namespaces=NAMES)  # chi squared, 2 dof


def test_a_curve_that_was_recorded_reaches_every_form(record: Record, written: Callable[..., str]) -> None:
    run = written(sections=("dci",), outcome=None)
    evaluated = list(record.events(run, kinds={"section.evaluated"}))[-1].body
    curve = {
        "id": "shunt", "title": {"en": "Shunt", "zh": "分流器"}, "formula": "R = a + b t",
        "names": ["a", "b"], "values": ["100.01234", "0.390831"], "units": ["ohm", "ohm/degC"],
        "covariance": [["4E-6", "-1E-8"], ["-1E-8", "9E-10"]], "input": "t", "input_unit": "degC",
        "domain": ["0", "100"],
    }  # fmt: skip
    record.append(run, "section.evaluated", {**evaluated, "curves": [curve]})
    model = build(record, run)
    assert model.sections[0].curves[0].values == (Decimal("100.01234"), Decimal("0.390831"))
    page = render(model, "html", "both").decode("utf-8")
    row = "<tr><td><span>a</span></td><td><span>100.0123 Ω</span></td><td><span>0.0020 Ω</span></td></tr>"
    assert row in page
    assert "分流器" in page
    root = parse(render(model, "dcc", "en"), "dcc")
    assert check(root) == ()
    assert root.findtext(".//s:labelXMLList", namespaces=NAMES) == "a b"


def test_an_amended_one_names_the_former_with_its_hash(whole_live: Certificate, schemas: Path) -> None:
    amended = Amendment("CAL-20261123-AAAAAAAA", "ab" * 32, "wrong serial", None, ("serial: 1 → 2",))
    root = parse(render(replace(at_home(whole_live), amends=amended), "dcc", "en"), "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert root.findtext(".//d:replacedUniqueIdentifier", namespaces=NAMES) == "CAL-20261123-AAAAAAAA"
    assert root.findtext(".//d:previousReport/d:value", namespaces=NAMES) == "ab" * 32


def test_a_live_laboratory_without_a_country_is_told(whole_live: Certificate) -> None:
    with pytest.raises(UsageError) as caught:
        render(whole_live, "dcc", "en")
    assert caught.value.code == "no-country"


def test_the_same_model_gives_the_same_bytes(whole_simulated: Certificate) -> None:
    assert render(whole_simulated, "dcc", "both") == render(whole_simulated, "dcc", "both")


def test_names_of_a_record_become_no_markup(whole_simulated: Certificate) -> None:
    item = replace(whole_simulated.item, manufacturer="<x>&\x07\ufffe", serial="SIM<1>")
    root = parse(render(replace(whole_simulated, item=item), "dcc", "en"), "dcc")
    assert root.findtext(".//d:manufacturer/d:name/d:content", namespaces=NAMES) == "<x>&\ufffd\ufffd"


def test_it_is_issued_and_read_back(record: Record, written: Callable[..., str], tmp_path: Path) -> None:
    path = issue(record, written(), "dcc", "both", certificates=tmp_path)
    assert path.suffix == ".xml"
    found = read_back(path)
    assert (found.format, found.compare(record)) == ("dcc", ())
    path.write_bytes(path.read_bytes().replace(b"34401A", b"34401B"))
    assert read_back(path).compare(record)


def test_what_was_amended_is_named_in_words(whole_live: Certificate) -> None:
    amended = Amendment("CAL-20261123-AAAAAAAA", "ab" * 32, "wrong serial", None, ("item.serial: 1 → 2",))
    text = render(replace(at_home(whole_live), amends=amended), "dcc", "both").decode("utf-8")
    assert "Changed: Instrument, serial number: 1 → 2" in text
    assert "变更：仪器出厂编号：1 → 2" in text
    assert "item.serial" not in text


def test_a_difference_is_no_error_of_indication_and_never_imported_as_one(
    whole_live: Certificate, schemas: Path
) -> None:
    """Hysteresis, repeatability and the like are named by the title of their table."""
    title = Text("Hysteresis, down less up", "回程误差")
    home = at_home(whole_live)
    changed = replace(home.sections[0], id="pressure-hysteresis", title=title)
    made = render(replace(home, sections=(changed, *home.sections[1:])), "dcc", "en")
    root = parse(made, "dcc")
    assert validate(root, schemas / "dcc-3.3.0") == ()
    assert check(root) == ()
    result = root.find(".//d:results/d:result", NAMES)
    assert result is not None
    refs = {quantity.get("refType") for quantity in result.iter(f"{{{NAMES['d']}}}quantity")}
    assert "calibrator_difference" in refs
    assert not refs & {"basic_measurementError", "basic_measuredValue", "basic_referenceValue"}
    path = ".//d:quantity[@refType='calibrator_difference']/d:name/d:content"
    assert {content.text for content in result.iterfind(path, NAMES)} == {title.en}
    taken = [v for r in interpret(read_dcc(made, "x"), {}, "x") for v in r.values]
    assert len(taken) == len(home.results) - len(changed.results)


def test_the_reference_value_stands_beside_the_nominal_one(whole_live: Certificate) -> None:
    root = parse(render(at_home(whole_live), "dcc", "en"), "dcc")
    table = root.find(".//d:result/d:data/d:list", NAMES)
    assert table is not None
    seen, errors, reference = (
        [
            Decimal(word)
            for word in words(table, f"d:quantity[@refType='{ref}']/s:realListXMLList/s:valueXMLList")
        ]
        for ref in ("basic_measuredValue", "basic_measurementError", "basic_referenceValue")
    )
    assert reference == [a - b for a, b in zip(seen, errors, strict=True)]


def test_the_function_that_a_person_states_goes_before_the_ids_of_the_points(whole_live: Certificate) -> None:
    made = read_dcc(render(at_home(whole_live), "dcc", "en"), "x")
    assert {v.function for r in interpret(made, {}, "x") for v in r.values} > {"dcv"}
    assert {v.function for r in interpret(made, {"": "acv"}, "x") for v in r.values} == {"acv"}
