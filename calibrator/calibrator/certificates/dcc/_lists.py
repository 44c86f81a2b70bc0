"""Number hygiene: no NaN, no -0, no deprecated form, lists of one length, an uncertainty with every error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from calibrator.certificates.dcc._xml import DCC, SI, local

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["DEPRECATED", "lists"]

DEPRECATED: Final = frozenset(
    {
        *("expandedUnc", "expandedUncXMLList", "coverageInterval", "coverageIntervalXMLList"),
        *("listUnivariateUnc", "ellipsoidalRegionXMLList", "rectangularRegionXMLList"),
    }
)
_NUMBERS: Final = frozenset(
    {
        *("value", "valueXMLList", "valueStandardMU", "valueStandardMUXMLList", "valueExpandedMU"),
        *("valueExpandedMUXMLList", "coverageFactor", "coverageFactorXMLList", "coverageProbability"),
        *("coverageProbabilityXMLList", "intervalMin", "intervalMax", "intervalMinXMLList"),
        *("intervalMaxXMLList", "uncertainty", "uncertaintyXMLList"),
    }
)

_Found = tuple[str, str, int]


def lists(root: _Element) -> Iterator[_Found]:
    """Yield code, sentence and line of each number that is not as it should be."""
    for element in root.iter(f"{{{SI}}}*"):
        name = local(element)
        line = int(element.sourceline or 0)
        if name in DEPRECATED:
            yield "deprecated-form", f"<si:{name}> is deprecated; standardMU or expandedMU is the form", line
        if name in _NUMBERS:
            yield from _hygiene(name, (element.text or "").split(), line)
        if name == "realListXMLList":
            yield from _one_length(element)
    for table in root.iter(f"{{{DCC}}}list"):
        yield from _rows(table)
    for error in root.iter(f"{{{DCC}}}quantity"):
        if "basic_measurementError" in (error.get("refType") or "").split():
            yield from _uncertain(error)


def _hygiene(name: str, words: list[str], line: int) -> Iterator[_Found]:
    if not words:
        yield "number-missing", f"<si:{name}> is empty", line
    for word in words:
        if word.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            yield "not-a-number", f"<si:{name}> holds {word}", line
        elif word.startswith("-") and not word.lower().partition("e")[0].strip("-+0."):
            yield "negative-zero", f"<si:{name}> holds {word}", line


def _one_length(element: _Element) -> Iterator[_Found]:
    """Find lists beside the values that are neither of one element nor as long as the values."""
    values = element.find(f"{{{SI}}}valueXMLList")
    count = len((values.text or "").split()) if values is not None else 0
    for inner in element.iter(f"{{{SI}}}*"):
        name = local(inner)
        inside = any(f"{{{SI}}}covarianceMatrixXMLList" == up.tag for up in inner.iterancestors())
        if not name.endswith("XMLList") or len(inner) or inner is values or inside:
            continue
        length = len((inner.text or "").split())
        if length not in (1, count):
            what = f"<si:{name}> has {length} entries beside {count} values"
            yield "list-length", what, int(inner.sourceline or 0)


def _rows(table: _Element) -> Iterator[_Found]:
    """Find columns of a table that are not of one length."""
    lengths = set()
    for quantity in table.findall(f"{{{DCC}}}quantity"):
        lengths |= {len((e.text or "").split()) for e in quantity.iterfind(f"{{{DCC}}}charsXMLList")}
        for form in ("", f"{{{SI}}}hybrid/"):  # the same values in one unit, or in several
            for values in quantity.iterfind(f"{form}{{{SI}}}realListXMLList/{{{SI}}}valueXMLList"):
                lengths.add(len((values.text or "").split()))
    for words in table.iterfind(f".//{{{DCC}}}conformityXMLList"):
        length = len((words.text or "").split())
        if length != 1:
            lengths.add(length)
    if len(lengths) > 1:
        yield (
            "table-length",
            f"columns of {sorted(lengths)} entries stand in one table",
            int(table.sourceline or 0),
        )


def _uncertain(error: _Element) -> Iterator[_Found]:
    forms = ("standardMU", "expandedMU", "coverageIntervalMU", "expandedUnc", "coverageInterval")
    if not any(local(e).startswith(forms) for e in error.iter(f"{{{SI}}}*")):
        line = int(error.sourceline or 0)
        yield (
            "no-uncertainty",
            "an error stands without its uncertainty (ISO/IEC 17025:2017, 7.8.4.1 a)",
            line,
        )
