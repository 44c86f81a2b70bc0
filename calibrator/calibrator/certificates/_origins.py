"""Where figures come from, in a reader's words: the document, and which of its rows.

A recorded source is `row [document [S-ID]] (notes)` where an accuracy table gave the figure, with the id of
its document in the list of sources; else it is free text, such as a line of the bench file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from calibrator.certificates._numbers import scaled_unit
from calibrator.certificates._origin_phrases import instrument_name, phrased
from calibrator.certificates._results import FUNCTION_TITLES
from calibrator.certificates._statements import interval_text
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["Origin", "instrument_name", "origin", "rows_text"]

_SOURCE: Final = re.compile(
    r"(?P<row>.+?) \[(?P<document>.+?)(?: \[(?P<id>S-[\w-]+)\])?\](?: \((?P<notes>.*)\))?"
)
_ROW: Final = re.compile(
    r"(?P<table>\w+) (?P<function>\w+) (?P<high>\d\S*) (?P<unit>[A-Za-z]+)(?: (?P<variant>.+))? "
    r"(?P<at>\d+[a-z]|typical)"
)
_CONDUCTANCE: Final = re.compile(
    r"input conductance on (?P<high>\d\S*) (?P<unit>[A-Za-z]+), point table of (?P<table>\w+)"
)
# an addition that is computed at each point: what it is, without the figure and its document
_ADDED: Final = re.compile(r"added \S+ \S+ \((?P<how>[^()]*)\)(?: \[.*\])?")
# functions of accuracy tables that are no title of a section
_FUNCTIONS: Final = {
    "temp_rtd": Text("resistance thermometers", "热电阻测温"),
    "temp_tc": Text("thermocouples", "热电偶测温"),
    "pressure_gauge": Text("gauge pressure", "表压"),
    "ac_power": Text("alternating power", "交流功率"),
    "balance_resolution": Text("resolution", "分辨力"),
    "balance_sensitivity_drift": Text("drift of sensitivity", "灵敏度漂移"),
    "block_display": Text("display", "显示"),
    "block_stability": Text("stability", "稳定性"),
    "block_hysteresis": Text("hysteresis", "回差"),
    "block_loading": Text("loading", "加载影响"),
    "block_axial_20mm": Text("axial homogeneity over 20 mm", "轴向均匀性（20 mm）"),
    "block_axial_40mm": Text("axial homogeneity over 40 mm", "轴向均匀性（40 mm）"),
    "block_radial": Text("radial homogeneity", "径向均匀性"),
}
_TYPICAL: Final = Text("typical", "典型值")
_UNITS: Final = (
    (re.compile(r"\bdegC\b"), "°C"),
    (re.compile(r"\bohm\b"), "Ω"),
    (re.compile(r"\bmm2\b"), "mm²"),
)
_MEMORY: Final = "S-MEM"  # the source list's id of what nobody has read in a document


@dataclass(frozen=True, slots=True)
class Origin:
    """A source taken apart: `document` is None where the row itself says all."""

    document: Text | None
    row: str
    notes: str = ""


def origin(source: str) -> Origin:
    """Return a recorded source taken apart.

    Example:
        >>> origin("fluke_5522a dcv 3.3 V 1y [a memory [S-MEM]]").document.en
        "the maker's manual or data sheet, recalled, not read in the document"
    """
    found = _SOURCE.fullmatch(source)
    if found is None:
        return Origin(None, source)
    document = (
        bilingual("the maker's manual or data sheet, recalled, not read in the document")
        if found["id"] == _MEMORY
        else _free(found["document"])
    )
    notes = _ADDED.sub(r"with an addition (\g<how>)", found["notes"] or "")
    return Origin(document, found["row"], notes)


def rows_text(origins: Iterable[Origin]) -> Text:
    """Return rows in words: those of one table, function and interval together, others as recorded."""
    together: dict[tuple[str, ...], list[str]] = {}
    for item in origins:
        key, span = _key(item.row)
        spans = together.setdefault((*key, item.notes), [])
        if span and span not in spans:
            spans.append(span)
    texts = [_text(key, ", ".join(spans)) for key, spans in together.items()]
    en = "; ".join(text.en for text in texts)
    if all(text.en == text.zh for text in texts):  # once in a document of two languages
        return Text(en, en)
    return Text(en, "；".join(text.zh for text in texts))


def _key(row: str) -> tuple[tuple[str, ...], str]:
    found = _ROW.fullmatch(row)
    if found is not None:
        variant = found["variant"] or ""
        # "standard" is the option without a name
        named = "" if variant == "standard" else variant
        return ("row", found["table"], found["function"], named, found["at"]), _span(found)
    found = _CONDUCTANCE.fullmatch(row)
    if found is not None:
        return ("conductance", found["table"]), _span(found)
    return ("free", row), ""


def _span(found: re.Match[str]) -> str:
    return " ".join(scaled_unit(Decimal(found["high"]), found["unit"]))


def _text(key: tuple[str, ...], spans: str) -> Text:
    match key:
        case ("row", table, function, variant, interval, notes):
            title = _function(function)
            text = bilingual(
                "{table}, {function}, {interval}: to {ranges}",
                table=instrument_name(table),
                function=Text(f"{title.en}, {variant}", f"{title.zh}，{variant}") if variant else title,
                interval=_TYPICAL if interval == "typical" else interval_text(interval),
                ranges=spans,
            )
        case ("conductance", table, notes):
            text = bilingual(
                "input conductance of the {table} on {ranges}", table=instrument_name(table), ranges=spans
            )
        case (_, row, notes):
            text = _free(row)
        case _:
            raise ValueError(key)
    return Text(f"{text.en} ({notes})", f"{text.zh}（{phrased(notes).zh}）") if notes else text


def _function(function: str) -> Text:
    """Return a function of an accuracy table in words; an unknown one without the marks of an id."""
    title = FUNCTION_TITLES.get(function)
    if title is not None:
        return bilingual(title)
    plain = function.replace("_", " ")
    return _FUNCTIONS.get(function, Text(plain, plain))


def _free(row: str) -> Text:
    """Return free text with units as readers write them."""
    for found, unit in _UNITS:
        row = found.sub(unit, row)
    return phrased(row or "–")
