"""What a schema cannot see: references, numbers, languages, dates, and what ISO/IEC 17025 asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from calibrator.certificates.dcc._lists import lists
from calibrator.certificates.dcc._values import values
from calibrator.certificates.dcc._xml import DCC, local

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Finding", "check"]

_NAMES = {"d": DCC}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not right: a stable code, a sentence, the line in the file."""

    code: str
    what: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.what} [{self.code}]"


def check(root: _Element, today: date | None = None) -> tuple[Finding, ...]:
    """Return what is not right in a digital calibration certificate that its schema lets through.

    Dates are held against `today` where it is given.
    """
    return (
        *_references(root),
        *(Finding(*found) for found in lists(root)),
        *(Finding(*found) for found in values(root)),
        *_languages(root),
        *_dates(root),
        *(_future(root, today) if today is not None else ()),
        *_required(root),
    )


def _line(element: _Element) -> int:
    return int(element.sourceline or 0)


def _references(root: _Element) -> Iterator[Finding]:
    ids = {str(e.get("id")): e for e in root.iter(f"{{{DCC}}}*") if e.get("id")}
    named: set[str] = set()
    for element in root.iter(f"{{{DCC}}}*"):
        for name in (element.get("refId") or "").split():
            named.add(name)
            if name not in ids:
                yield Finding("dangling-id", f"refId names {name!r}, which is nowhere", _line(element))
    for name, element in ids.items():
        if name not in named:
            yield Finding("unreferenced-id", f"nothing refers to the id {name!r}", _line(element))


def _languages(root: _Element) -> Iterator[Finding]:
    """Find texts that lack a mandatory language; a name without a language stands for all."""
    wanted = [e.text for e in root.iterfind(".//d:mandatoryLangCodeISO639_1", _NAMES) if e.text]
    used = [e.text for e in root.iterfind(".//d:usedLangCodeISO639_1", _NAMES) if e.text]
    for language in wanted:
        if language not in used:
            yield Finding("language-not-used", f"the mandatory language {language!r} is not a used one", 0)
    for parent in root.iter(f"{{{DCC}}}*"):
        contents = parent.findall("d:content", _NAMES)
        spoken = {e.get("lang") for e in contents}
        if not contents or None in spoken:
            continue
        for language in wanted:
            if language not in spoken:
                name = local(parent)
                yield Finding("language-missing", f"<{name}> has no text in {language!r}", _line(parent))
        for content in contents:
            if not (content.text or "").strip():
                yield Finding("text-empty", "a text is empty", _line(content))


def _dates(root: _Element) -> Iterator[Finding]:
    order = ("receiptDate", "beginPerformanceDate", "endPerformanceDate", "issueDate")
    found = [(name, e) for name in order if (e := root.find(f".//d:coreData/d:{name}", _NAMES)) is not None]
    for (first, early), (second, late) in pairwise(found):
        if (early.text or "").strip() > (late.text or "").strip():
            what = f"{second} {late.text} lies before {first} {early.text}"
            yield Finding("dates-out-of-order", what, _line(late))


def _future(root: _Element, today: date) -> Iterator[Finding]:
    """Find a day of measurement or issue that has not come; a day of grace for zones east of ours."""
    if root.find(".//d:statement[@refType='calibrator_simulated']", _NAMES) is not None:
        return  # its days are those of the bench's clock
    latest = (today + timedelta(days=1)).isoformat()
    for name in ("beginPerformanceDate", "endPerformanceDate", "issueDate"):
        found = root.find(f".//d:coreData/d:{name}", _NAMES)
        if found is not None and (found.text or "").strip()[:10] > latest:
            yield Finding("date-in-future", f"{name} {found.text} has not come yet", _line(found))


# What must be there, as a path, and the clause of ISO/IEC 17025:2017 that asks for it
_REQUIRED = (
    (
        "7.8.2.1 b",
        "the name of the laboratory",
        "d:administrativeData/d:calibrationLaboratory//d:name/d:content",
    ),
    (
        "7.8.2.1 b",
        "the address of the laboratory",
        "d:administrativeData/d:calibrationLaboratory//d:location/*",
    ),
    ("7.8.2.1 d", "a unique number", "d:administrativeData/d:coreData/d:uniqueIdentifier"),
    ("7.8.2.1 e", "the customer", "d:administrativeData/d:customer/d:name/d:content"),
    ("7.8.2.1 f", "the method", ".//d:usedMethods/d:usedMethod"),
    ("7.8.2.1 g", "what identifies the item", "d:administrativeData/d:items//d:identification/d:value"),
    ("7.8.2.1 i", "the date of calibration", "d:administrativeData/d:coreData/d:endPerformanceDate"),
    ("7.8.2.1 j", "the date of issue", "d:administrativeData/d:coreData/d:issueDate"),
    ("7.8.2.1 m", "a result", ".//d:results/d:result/d:data/*"),
    ("7.8.2.1 o", "a person who authorises", ".//d:respPerson[d:mainSigner='true']"),
    ("7.8.4.1 b", "a condition of the surroundings", ".//d:influenceConditions/d:influenceCondition"),
    (
        "7.8.4.1 c",
        "a certificate of the equipment",
        ".//d:measuringEquipment/d:certificate/d:value"
        " | .//d:identification[@refType='calibrator_certificateWithoutHash']/d:value",
    ),
)


def _required(root: _Element) -> Iterator[Finding]:
    simulated = root.find(".//d:statement[@refType='calibrator_simulated']", _NAMES) is not None
    for clause, what, path in _REQUIRED:
        if simulated and clause == "7.8.2.1 o":
            continue  # a simulated document is authorised by nobody
        found = next((e for one in path.split(" | ") if (e := root.find(one, _NAMES)) is not None), None)
        if found is None or not (len(found) or (found.text or "").strip()):
            yield Finding("item-missing", f"{what} is missing (ISO/IEC 17025:2017, {clause})", _line(root))
    judged = root.find(".//d:conformityXMLList", _NAMES) is not None
    ruled = any("ecisionRule" in (e.get("refType") or "") for e in root.iter(f"{{{DCC}}}*"))
    if judged and not ruled:
        yield Finding(
            "rule-missing", "conformity is stated without its rule (ISO/IEC 17025:2017, 7.8.6.2)", 0
        )
