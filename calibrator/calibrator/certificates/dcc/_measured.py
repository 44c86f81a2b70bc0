"""The measurement results of a digital calibration certificate, from the certificate model."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from calibrator.certificates._adjusted import found_texts
from calibrator.certificates._model import SIMULATED, AsFound, Certificate, Result, ResultSection
from calibrator.certificates._numbers import Rounded, rounded, significant
from calibrator.certificates._particulars import BESIDE_WORDS, is_difference
from calibrator.certificates._statements import point_name
from calibrator.certificates._tables import NO_NUMBER_WORDS
from calibrator.certificates.dcc._curves import curve
from calibrator.certificates.dcc._declarations import CONFORMITY, rule_text, uncertainty_text
from calibrator.certificates.dcc._numbers_of import expanded, reals
from calibrator.certificates.dcc._surroundings import conditions, equipment
from calibrator.certificates.dcc._words import Unit, part, unit_of
from calibrator.certificates.dcc._xml import Writer
from calibrator.i18n import bilingual
from calibrator.procedure import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["measured"]

_Row = tuple[Result, Rounded]
_VALIDATED: Final = {True: "validated", False: "not-validated", None: "not-asked"}  # METROLOGY 16
_LEAST_RISK: Final = Decimal("1e-6")


def measured(model: Certificate, parent: _Element, write: Writer) -> _Element:
    """Add the results with method, equipment and conditions; every id is referred to by them."""
    results = write.add(parent, "measurementResults")
    one = write.add(results, "measurementResult", part=part("result_section"))
    write.texts(one, "name", part("result_section").name)
    if model.simulated:
        write.texts(one, "description", SIMULATED)
    ids = [*_methods(model, one, write), *equipment(model, one, write)]
    one.set("refId", " ".join([*ids, "statement-conformity"]))
    status = {"as-left": "afterAdjustment"}.get(model.pass_, "")
    conditions(model.conditions, one, write, status=status)
    listed = write.add(one, "results")
    for section in model.sections:
        _section(section, listed, write)
    if model.as_found is not None:
        _as_found(model, model.as_found, results, write)
    return results


def _as_found(model: Certificate, found: AsFound, results: _Element, write: Writer) -> None:
    """Add the results before the adjustment as a measurement result of its own, behind those that count."""
    known = part("as_found")
    one = write.add(results, "measurementResult", part=known, refId="method-procedure")
    write.texts(one, "name", known.name)
    texts = found_texts(model)
    told = Text(" ".join(text.en for text in texts), "".join(text.zh for text in texts))
    write.texts(one, "description", told)
    conditions(found.conditions, one, write, status="beforeAdjustment")
    listed = write.add(one, "results")
    for section in found.sections:
        _section(section, listed, write)


def _methods(model: Certificate, parent: _Element, write: Writer) -> list[str]:
    """Add procedure, uncertainty and decision rule, and return their ids."""
    listed, method = write.add(parent, "usedMethods"), model.method
    known = part("method")
    one = write.add(listed, "usedMethod", part=known, id="method-procedure")
    write.texts(one, "name", method.title)
    told = f"{method.id} {method.version}, SHA-256 {method.content_hash or '–'}"
    write.texts(one, "description", Text(f"Procedure {told}.", f"程序 {told}。"))
    if method.document:
        write.add(one, "norm", method.document)
    texts = {"uncertainty": uncertainty_text(model), "rule": rule_text(model)}
    norms = {"uncertainty": "JCGM 100:2008", "rule": "ILAC-G8:09/2019"}
    for name, text in texts.items():
        known = part(name)
        one = write.add(listed, "usedMethod", part=known, id=f"method-{name}")
        write.texts(one, "name", known.name)
        write.texts(one, "description", text)
        write.add(one, "norm", norms[name])
        write.add(
            one, "reference", model.conformity.policy if name == "uncertainty" else model.conformity.rule
        )
    return ["method-procedure", "method-uncertainty", "method-rule"]


def _section(section: ResultSection, listed: _Element, write: Writer) -> None:
    """Add a section: its points by unit and by whether they have a number and a word of conformity."""
    one = write.add(listed, "result")
    write.texts(one, "name", section.title)
    data = write.add(one, "data")
    groups: dict[tuple[str, bool, bool, bool, bool], list[_Row]] = {}
    bare: list[Result] = []
    for result in section.results:
        numbers = rounded(result)
        if numbers is None or numbers.coverage_factor is None:
            bare.append(result)
        else:
            sides = (result.limit_lower is None, result.limit_upper is None)  # a list has no gaps
            alike = (result.unit, result.verdict in CONFORMITY, *sides, result.frequency_hz is None)
            groups.setdefault(alike, []).append((result, numbers))
    for (unit, judged, *_), rows in groups.items():
        for differs in (False, True):
            those = [row for row in rows if _differs(section, row[0]) == differs]
            if those:
                _table(those, unit, data, write, judged=judged, differs=section.title if differs else None)
    for result in bare:
        _numberless(result, data, write)
    for found in section.curves:
        curve(found, data, write)


def _differs(section: ResultSection, result: Result) -> bool:
    """Say whether a result is a difference of indications, such as a hysteresis, and no error of one."""
    return result.particulars.sense == "difference" or is_difference(section.id, result.id)


def _table(
    rows: Sequence[_Row], unit: str, data: _Element, write: Writer, *, judged: bool, differs: Text | None
) -> None:
    table = write.add(data, "list")
    value, difference = unit_of(unit), unit_of(unit, difference=True)
    _words(table, write, "point", [result.id for result, _ in rows])
    _words(table, write, "function", [result.function for result, _ in rows])
    if all(result.taxon for result, _ in rows):
        _words(table, write, "taxon", [result.taxon or "" for result, _ in rows])
    _column(table, write, "range", [result.range for result, _ in rows], value)
    hertz = [result.frequency_hz for result, _ in rows if result.frequency_hz is not None]
    if hertz:
        _column(table, write, "frequency", hertz, unit_of("Hz"))
    _column(table, write, "nominal", [result.nominal for result, _ in rows], value)
    shown = [_shown(result, numbers) for result, numbers in rows]
    if differs is None and all(pair is not None for pair in shown):
        _column(table, write, "indication", [pair[0] for pair in shown if pair is not None], value)
        # the nominal value may be only what was aimed at, such as the set point of a bath
        _column(table, write, "reference", [pair[1] for pair in shown if pair is not None], value)
    _beside(rows, table, write)
    _words(table, write, "readings", [str(result.readings) for result, _ in rows])
    _errors(rows, table, write, difference, judged=judged, differs=differs)
    _words(table, write, "verdict", [result.verdict.replace(" ", "-") for result, _ in rows])
    _words(table, write, "clause8", [_VALIDATED[result.clause8] for result, _ in rows])
    _words(table, write, "figures", [f"{r.limit_status}/{r.standard_status}" for r, _ in rows])


def _shown(result: Result, numbers: Rounded) -> tuple[Decimal, Decimal] | None:
    """Return what the instrument shows and the reference value, whose difference is the error.

    A source shows what it was set to; the readings beside it are those of the standard.
    """
    if result.particulars.sense == "set" and numbers.reference is not None:
        return numbers.reference + numbers.error, numbers.reference
    if numbers.indication is None:
        return None
    return numbers.indication, numbers.indication - numbers.error


def _beside(rows: Sequence[_Row], table: _Element, write: Writer) -> None:
    """Add at which place or load the results hold."""
    places = [result.particulars.position for result, _ in rows]
    if any(places):
        _words(table, write, "position", places)
    for kind in BESIDE_WORDS:
        found = [item for r, _ in rows for item in r.particulars.beside if item.kind == kind]
        if found and len(found) == len(rows):
            values = [Decimal(significant(item.value, 5)) for item in found]
            _column(table, write, kind, values, unit_of(found[0].unit or "1"))


def _errors(
    rows: Sequence[_Row],
    table: _Element,
    write: Writer,
    unit: Unit,
    *,
    judged: bool,
    differs: Text | None,
) -> None:
    """Add the errors (or the differences, by the title of their table) with U, and what judged them."""
    one = _quantity(table, write, "error" if differs is None else "difference", name=differs)
    made = reals(one, write, [numbers.error for _, numbers in rows], unit)
    factors = [numbers.coverage_factor or Decimal(2) for _, numbers in rows]
    uncertainties = [numbers.expanded_uncertainty for _, numbers in rows]
    covered = [result.coverage for result, _ in rows]
    expanded(made, write, uncertainties, factors, unit, coverage=covered)
    about = write.add(write.add(one, "measurementMetaData"), "metaData", part=part("conformity"))
    write.texts(about, "name", part("conformity").name)
    if judged:
        write.add(about, "conformityXMLList", " ".join(CONFORMITY[result.verdict] for result, _ in rows))
    data = write.add(about, "data")
    limits = {
        "limit_lower": [result.limit_lower for result, _ in rows],
        "limit_upper": [result.limit_upper for result, _ in rows],
    }
    for name, values in limits.items():
        there = [value for value in values if value is not None]
        if there:
            _column(data, write, name, there, unit)
    bands = [numbers.guard_band for _, numbers in rows]
    if all(band is not None for band in bands):
        _column(data, write, "guard_band", [band for band in bands if band is not None], unit)
    risks = [result.pfa for result, _ in rows]
    if all(risk is not None for risk in risks):
        _column(data, write, "pfa", [_risk(risk) for risk in risks if risk is not None], unit_of("1"))


def _risk(value: Decimal) -> Decimal:
    """Return a probability to two digits of it or of what it lacks of 1, which are at least 1e-6 each."""
    if value in (0, 1):
        return value
    bounded = min(max(value, _LEAST_RISK), 1 - _LEAST_RISK)
    place = max(min(bounded, 1 - bounded).adjusted() - 1, _LEAST_RISK.adjusted())
    return bounded.quantize(Decimal(1).scaleb(place))


def _numberless(result: Result, data: _Element, write: Writer) -> None:
    """Add a point that has no number: in words, since the schema's NaN says nothing."""
    one = _quantity(data, write, "no_number")
    why = bilingual(NO_NUMBER_WORDS.get(result.no_number, NO_NUMBER_WORDS["no-number"]))
    word, point = bilingual(result.verdict), point_name(result)
    told = Text(f"{point}: {why.en}; {word.en}", f"{point}：{why.zh}；{word.zh}")
    write.texts(one, "noQuantity", told)
    if result.verdict in CONFORMITY or result.taxon:
        listed = write.add(one, "measurementMetaData")
        if result.verdict in CONFORMITY:
            about = write.add(listed, "metaData", part=part("conformity"))
            write.add(about, "conformity", CONFORMITY[result.verdict])
        if result.taxon:
            data = write.add(write.add(listed, "metaData", part=part("taxon")), "data")
            _words(data, write, "taxon", [result.taxon])


def _quantity(parent: _Element, write: Writer, part_name: str, *, name: Text | None = None) -> _Element:
    known = part(part_name)
    one = write.add(parent, "quantity", part=known)
    write.texts(one, "name", name or known.name)
    return one


def _column(parent: _Element, write: Writer, name: str, values: Sequence[Decimal], unit: Unit) -> None:
    reals(_quantity(parent, write, name), write, values, unit)


def _words(parent: _Element, write: Writer, name: str, words: Sequence[str]) -> None:
    """Add a list of words; none holds a space, which would make it two."""
    joined = " ".join("_".join(word.split()) or "–" for word in words)
    write.add(_quantity(parent, write, name), "charsXMLList", joined)
