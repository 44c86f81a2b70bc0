"""A digital calibration certificate read as it is written: every number stays text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.certificates.dcc._checks import check
from calibrator.certificates.dcc._xml import DCC, DS, SI, local, parse, without_signature

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["UNSOUND", "VERSIONS", "Document", "Quantity", "Table", "Written", "read_dcc"]

# those that PTB has released
VERSIONS: Final = re.compile(r"3\.(?:1\.[012]|2\.[01]|3\.0)")
UNSOUND: Final = frozenset(
    {
        *("dangling-id", "dates-out-of-order", "not-a-number", "number-missing", "list-length"),
        "table-length",
    }
)
"""Findings of our own checks that speak against a certificate of others; its style is its own."""

_NAMES: Final = {"d": DCC, "s": SI}
_BEFORE: Final = ("beforeAdjustment", "beforeRepair")
_CHANGED: Final = (*_BEFORE, "afterAdjustment", "afterRepair")
# how an uncertainty is written: its element, the element of its number, and whether it is expanded
_FORMS: Final = {
    "expandedUnc": ("uncertainty", True),
    "expandedMU": ("valueExpandedMU", True),
    "standardMU": ("valueStandardMU", False),
}
_ONE_OF: Final = frozenset(f"{{{SI}}}{name}{listed}" for name in _FORMS for listed in ("", "XMLList"))
_ITEM: Final = "d:administrativeData/d:items/d:item"
_RESULTS: Final = "d:measurementResults/d:measurementResult/d:results/d:result/d:data"
# ambient conditions, and what a result before an adjustment holds in its condition
_AMBIENT: Final = (
    *("basic_temperatureM", "basic_humidity", "basic_pressureM", "basic_reference", "basic_measure"),
    *("basic_nominal", "basic_acceptance", "basic_tolerance", "basic_calibrationValue", "basic_conformity"),
    "calibrator_",
)
_CONDITION: Final = "d:influenceConditions/d:influenceCondition"
_LISTED: Final = "XMLList"
_ITEMS: Final = re.compile(r"[^ \t\r\n]+")
# a mark of this product, also written small, but no word such as "simple"
_SIMULATED: Final = re.compile(r"SIM|sim(?![a-z])|Sim(?![a-z])")


@dataclass(frozen=True, slots=True)
class Written:
    """One list of numbers as it is written, with unit and uncertainty; all of it text."""

    values: tuple[str, ...]
    units: tuple[str, ...]
    uncertainty: str = ""  # the form: expandedUnc, expandedMU, standardMU; empty where there is none
    uncertainties: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    probabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity: what it is, and its numbers in one form or several (other units of the same)."""

    line: int
    name: str
    ref_types: tuple[str, ...]
    forms: tuple[Written, ...]
    words: tuple[str, ...] = ()
    inner: tuple[Quantity, ...] = ()  # of its metadata, such as the nominal values


@dataclass(frozen=True, slots=True)
class Table:
    """Quantities that stand beside each other."""

    number: int  # from 1, in the order of the document
    name: str
    quantities: tuple[Quantity, ...]
    as_found: int = 0  # line of the condition by which its values are of before an adjustment or repair

    def column(self, ref: str) -> Quantity | None:
        """Return the quantity of a refType, also from the metadata of another; None where there is none."""
        every = [q for own in self.quantities for q in (own, *own.inner)]
        return next((quantity for quantity in every if ref in quantity.ref_types), None)


@dataclass(frozen=True, slots=True)
class Document:
    """A certificate as it is written."""

    version: str
    sha256: str
    number: str
    issued: str  # date; empty where it does not say
    begun: str
    ended: str
    laboratory: str
    manufacturer: str
    model: str
    identifications: tuple[tuple[str, str], ...]  # issuer and value, of the item
    traceability: str
    quantities: tuple[Quantity, ...]  # all of the document
    tables: tuple[Table, ...]  # of the results
    before: tuple[Table, ...]  # of before an adjustment, where its condition holds them
    unknown: tuple[str, ...]  # what stands in the results and is not understood, each with its line
    signed: bool
    unsound: tuple[str, ...]  # what no sound certificate holds, each with its line: see UNSOUND
    simulated: bool  # it says so itself, in its statements, its number or its item's
    adjusted: int = 0  # line of the condition by which the item was adjusted or repaired at this calibration


def read_dcc(content: bytes, where: str) -> Document:
    """Return what a certificate of the versions 3.1 to 3.3 says.

    Raises:
        UsageError: no sound XML (see `parse`), no certificate (`not-a-dcc`), another version
            (`other-schema-version`), one without a number (`no-number`).
    """
    whole = parse(content, where)
    root = without_signature(whole)  # nothing inside a signature is of the certificate
    version = root.get("schemaVersion") or ""
    if root.tag != f"{{{DCC}}}digitalCalibrationCertificate":
        raise _refused(f"it is no digital calibration certificate but <{local(root)}>", where, "not-a-dcc")
    if not VERSIONS.fullmatch(version):
        what = f"it is of schema version {version or 'none'}; 3.1, 3.2 and 3.3 are understood"
        raise _refused(what, where, "other-schema-version")
    item = root.find(_ITEM, _NAMES)
    core = "d:administrativeData/d:coreData/d:"
    if not _text(root, f"{core}uniqueIdentifier"):
        raise _refused("it has no number: its uniqueIdentifier is empty", where, "no-number")
    return Document(
        version=version,
        sha256=hashlib.sha256(content).hexdigest(),
        number=_text(root, f"{core}uniqueIdentifier"),
        issued=_text(root, f"{core}issueDate"),
        begun=_text(root, f"{core}beginPerformanceDate"),
        ended=_text(root, f"{core}endPerformanceDate"),
        laboratory=_text(root, "d:administrativeData/d:calibrationLaboratory/d:contact/d:name/d:content"),
        manufacturer="" if item is None else _text(item, "d:manufacturer/d:name/d:content"),
        model="" if item is None else _text(item, "d:model"),
        identifications=() if item is None else tuple(_identifications(item)),
        traceability=_traceability(root),
        quantities=tuple(_quantity(q) for part in _own(root) for q in part.iter(f"{{{DCC}}}quantity")),
        tables=(tables := tuple(_tables(root))),
        before=tuple(_before(root, len(tables))),
        unknown=tuple(_unknown(root)),
        signed=whole.find(f"{{{DS}}}Signature") is not None,
        unsound=(*(str(found) for found in check(root) if found.code in UNSOUND), *_disowned(root)),
        simulated=_simulated(root),
        adjusted=_adjusted(root),
    )


def _own(root: _Element) -> Iterator[_Element]:
    """Yield the parts that hold what the certificate says, by their exact places."""
    yield from root.findall("d:administrativeData", _NAMES)
    yield from root.findall("d:measurementResults", _NAMES)


def _data(root: _Element) -> list[_Element]:
    return root.findall(_RESULTS, _NAMES)


def _refused(what: str, where: str, code: str) -> UsageError:
    way_out = "Ask the laboratory for a DCC of version 3.1 to 3.3; nothing was taken."
    return UsageError(what, where=where, way_out=way_out, code=code)


def _text(element: _Element, path: str) -> str:
    return " ".join((element.findtext(path, namespaces=_NAMES) or "").split())


def _identifications(item: _Element) -> Iterator[tuple[str, str]]:
    for one in item.iterfind("d:identifications/d:identification", _NAMES):
        yield _text(one, "d:issuer"), _text(one, "d:value")


def _disowned(root: _Element) -> Iterator[str]:
    """Yield where a statement, or what stands beside a quantity, says that it is not valid or traceable."""
    for part in _own(root):
        for told in part.iter(f"{{{DCC}}}valid", f"{{{DCC}}}traceable"):
            if (told.text or "").strip() in ("false", "0"):
                above = told.getparent()
                said = "" if above is None else _said(above, "d:declaration")
                why = f": {said}" if said else ""
                yield f"line {told.sourceline or 0}: it says of itself that it is not {local(told)}{why}"


def _simulated(root: _Element) -> bool:
    """Say whether a document is of a simulated run, by any of the marks of this product (METROLOGY 8)."""
    told = any(
        part.find(".//d:statement[@refType='calibrator_simulated']", _NAMES) is not None
        for part in _own(root)
    )
    named = [_text(root, "d:administrativeData/d:coreData/d:uniqueIdentifier")]
    named += [
        _text(one, "d:value")
        for one in root.iterfind("d:administrativeData/d:items//d:identification", _NAMES)
    ]
    return told or any(_SIMULATED.match(name) for name in named)


def _traceability(root: _Element) -> str:
    """Return what the certificate itself declares on traceability; empty where it declares nothing."""
    for statement in root.iterfind("d:administrativeData/d:statements/d:statement", _NAMES):
        if _text(statement, "d:traceable") in ("true", "1"):
            return _said(statement, "d:declaration") or "declared as traceable"
    return ""


def _said(element: _Element, path: str) -> str:
    """Return a text in English where there is one, else in the first language."""
    contents = element.findall(f"{path}/d:content", _NAMES)
    english = next((e for e in contents if e.get("lang") == "en"), None)
    chosen = english if english is not None else next(iter(contents), None)
    return "" if chosen is None else " ".join((chosen.text or "").split())


def _tables(root: _Element) -> Iterator[Table]:
    """Yield every list that holds quantities, and the quantities of a result that stand in no list."""
    number = 0
    for data in _data(root):
        result = data.getparent()
        title = _said(result, "d:name") if result is not None else ""
        found = _as_found(next(data.iterancestors(f"{{{DCC}}}measurementResult")))
        for holder in (data, *data.iter(f"{{{DCC}}}list")):
            own = tuple(_quantity(q) for q in holder.findall("d:quantity", _NAMES))
            if own:
                number += 1
                yield Table(number, _said(holder, "d:name") or title, own, found)


def _before(root: _Element, number: int) -> Iterator[Table]:
    """Yield the tables of values of before an adjustment that stand in the condition that names it."""
    for one in root.iterfind(f"d:measurementResults/d:measurementResult/{_CONDITION}", _NAMES):
        if _text(one, "d:status") in _BEFORE:
            for holder in (*one.findall("d:data", _NAMES), *one.findall("d:data//d:list", _NAMES)):
                own = tuple(_quantity(q) for q in holder.findall("d:quantity", _NAMES))
                if own:
                    number += 1
                    yield Table(number, _said(one, "d:name"), own, int(one.sourceline or 0))


def _adjusted(root: _Element) -> int:
    """Return the line of the condition that speaks of an adjustment or a repair, or 0."""
    for one in root.iterfind(f"d:measurementResults/d:measurementResult/{_CONDITION}", _NAMES):
        if _text(one, "d:status") in _CHANGED:
            return int(one.sourceline or 1)
    return 0


def _as_found(measurement: _Element) -> int:
    """Return the line of the condition that says that the results are of before an adjustment, or 0.

    A condition that has values of its own, such as those before the adjustment, speaks of these alone.
    """
    for one in measurement.iterfind(_CONDITION, _NAMES):
        values = one.findall("d:data//d:quantity", _NAMES)
        own = any("basic_measuredValue" in _list(q.get("refType")) for q in values)
        if _text(one, "d:status") in _BEFORE and not own:
            return int(one.sourceline or 0)
    return 0


def _quantity(element: _Element) -> Quantity:
    inner = element.findall("d:measurementMetaData/d:metaData", _NAMES)
    return Quantity(
        line=int(element.sourceline or 0),
        name=_said(element, "d:name"),
        ref_types=_list(element.get("refType")),
        forms=tuple(_forms(element)),
        words=_list(element.findtext("d:charsXMLList", namespaces=_NAMES)),
        inner=tuple(
            _described(meta, q) for meta in inner for q in meta.iterfind("d:data/d:quantity", _NAMES)
        ),
    )


def _described(meta: _Element, element: _Element) -> Quantity:
    """Return a quantity of metadata; one without a refType of its own is what its metadata is."""
    found = _quantity(element)
    ref = found.ref_types or _list(meta.get("refType"))
    return Quantity(found.line, found.name, ref, found.forms, found.words, found.inner)


def _forms(element: _Element) -> Iterator[Written]:
    for direct in (element, *element.findall("s:hybrid", _NAMES)):
        for form in (*direct.findall("s:real", _NAMES), *direct.findall("s:constant", _NAMES)):
            yield _written(form, "")
        for form in direct.findall("s:realListXMLList", _NAMES):
            yield _written(form, _LISTED)


def _written(form: _Element, listed: str) -> Written:
    values, units = _words(form, f"value{listed}"), _words(form, f"unit{listed}")
    for name, (number, _) in _FORMS.items():
        found = next(form.iter(f"{{{SI}}}{name}{listed}"), None)
        if found is not None:
            return Written(
                values,
                units,
                name,
                _words(found, f"{number}{listed}"),
                _words(found, f"coverageFactor{listed}"),
                _words(found, f"coverageProbability{listed}"),
            )
    return Written(values, units)


def _words(element: _Element, name: str) -> tuple[str, ...]:
    return _list(element.findtext(f"s:{name}", namespaces=_NAMES))


def _list(text: str | None) -> tuple[str, ...]:
    """Return the items of a list, which only the blanks of XML part (XML Schema part 2, 4.3.6)."""
    return tuple(_ITEMS.findall(text or ""))


# what the results may hold beside numbers that are understood; everything else of the D-SI is named
_UNDERSTOOD: Final = frozenset({"real", "realListXMLList", "hybrid", "constant"})


def _unknown(root: _Element) -> Iterator[str]:
    for item in root.findall(_ITEM, _NAMES)[1:]:
        named = ", ".join(value for _, value in _identifications(item)) or "without identification"
        yield f"line {int(item.sourceline or 0)}: a further item ({named}); only the first was read"
    yield from _foreign(root)
    yield from _influences(root)
    for data in _data(root):
        for element in data.iter(f"{{{SI}}}*", f"{{{DCC}}}formula", f"{{{DCC}}}byteData", f"{{{DCC}}}xml"):
            name, line = local(element), int(element.sourceline or 0)
            above = element.getparent()
            if str(element.tag).startswith(f"{{{SI}}}"):
                top = above is not None and str(above.tag).startswith(f"{{{DCC}}}")
                if top and name not in _UNDERSTOOD:
                    yield f"line {line}: <si:{name}>"
                if name in _UNDERSTOOD - {"hybrid"} and sum(e.tag in _ONE_OF for e in element.iter()) > 1:
                    yield f"line {line}: two uncertainties of one <si:{name}>"
                if name.startswith(("coverageInterval", "ellipsoidal", "rectangular")):
                    yield f"line {line}: an uncertainty as <si:{name}>"
                if name.startswith("unit") and len(element) == 0 and not (element.text or "").strip():
                    yield f"line {line}: a value without a unit"
            elif above is data:
                yield f"line {line}: <dcc:{name}>"
        for relative in data.iter(f"{{{DCC}}}relativeUncertainty"):
            yield f"line {int(relative.sourceline or 0)}: a relative uncertainty"


def _influences(root: _Element) -> Iterator[str]:
    """Name the influence quantities of a kind that nothing here takes into account, with their values."""
    for condition in root.iterfind(f".//{_CONDITION}", _NAMES):
        for found in map(_quantity, condition.iter(f"{{{DCC}}}quantity")):
            odd = [ref for ref in found.ref_types if not ref.startswith(_AMBIENT)]
            if odd and len(odd) == len(found.ref_types):
                value = " ".join((*found.forms[0].values, *found.forms[0].units)) if found.forms else ""
                yield f"line {found.line}: the influence quantity {' '.join(odd)} {value}".rstrip()


def _foreign(root: _Element) -> Iterator[str]:
    """Name the outermost elements of other namespaces, where a reader of another kind may see more."""
    ours = (f"{{{DCC}}}", f"{{{SI}}}")
    for element in (*root, *(inner for part in _own(root) for inner in part.iter())):
        above = element.getparent()
        tag = element.tag
        if not isinstance(tag, str) or tag.startswith(ours) or above is None:
            continue
        if str(above.tag).startswith(ours) and tag.rpartition("}")[0] != f"{{{DS}":
            name = f"{element.prefix}:{local(element)}" if element.prefix else local(element)
            yield f"line {int(element.sourceline or 0)}: <{name}> of another namespace"
