"""Reading an accuracy table from TOML.

A file has `[instrument]`, `[defaults]` for what holds in every row, `[[group]]` tables of rows that
share keys (`columns` names the rest, `rows` lists it, as a data sheet does), and `[[row]]` for single rows.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from calibrator_drivers._errors import BadTable

from ._table import AccuracyTable
from ._tabulated import TabulatedPoint
from ._types import Adder, RangeRow, Status, TreatAs

__all__ = ["parse_limits", "parse_table"]

# A unit that does not fit its function is a slip of the pen that no figure survives.
_UNITS = {
    "dcv": "V",
    "acv": "V",
    "dci": "A",
    "aci": "A",
    "res2w": "ohm",
    "res4w": "ohm",
    "freq": "Hz",
    "cap": "F",
}
_ROW_KEYS = frozenset(f.name for f in fields(RangeRow)) - {"id", "uncomputed"}
_ADDER_KEYS = frozenset(f.name for f in fields(Adder))
_ADDER_KINDS = frozenset({"quadratic", "above", "floor_factor", "level_factor", "amplitude"})
_INSTRUMENT_KEYS = (
    "warm_up_s",
    "t_ref_c",
    "over_range_fraction",
    "idn_example",
    "manufacturer",
    "model",
    "kind",
)
# Words by which a source adds to its own figures. A row whose text has one is used only where `computed`
# names the key that computes it.
_ADDER_WORDS = re.compile(
    r"\b(add|adds|added|multipl\w*|doubles?|doubled|times|plus|increas\w*|derat\w*)\b", re.IGNORECASE
)


def parse_table(
    text: str, *, file: str, sources: Mapping[str, str], tabulated: tuple[TabulatedPoint, ...] = ()
) -> AccuracyTable:
    """Return the table that `text` holds; `sources` gives titles by source key.

    Raises:
        BadTable: naming file, line and key.
    """
    data = _toml(text, file)
    instrument = data.get("instrument", {})
    if "id" not in instrument:
        raise BadTable("The table has no [instrument] id", where=file, way_out="Name the instrument there.")
    name = str(instrument["id"])
    rows: list[RangeRow] = []
    for line, entry in _entries(data, text, file):
        rows.append(_row({**data.get("defaults", {}), **entry}, name, sources, f"{file}, line {line}"))
    if not rows:
        raise BadTable("The table has no rows", where=file, way_out="Add [[group]] or [[row]] tables.")
    return AccuracyTable(
        id=name,
        title=str(instrument.get("title", name)),
        file=file,
        rows=tuple(rows),
        tabulated=tabulated,
        **{key: instrument[key] for key in _INSTRUMENT_KEYS if key in instrument},
    )


def parse_limits(text: str, *, file: str) -> tuple[str, tuple[TabulatedPoint, ...]]:
    """Return the instrument's id and the published points of a limits file."""
    data = _toml(text, file)
    also: Mapping[str, str] = data["table"].get("also", {})
    points = []
    for point in data["point"]:
        function = str(point["function"])
        points.append(
            TabulatedPoint(
                functions=(function, *(other for other, of in also.items() if of == function)),
                nominal=float(point["nominal"]),
                range_high=float(point["range"]),
                unit=str(point["unit"]),
                limits=tuple(
                    (key.removeprefix("limit_"), float(value))
                    for key, value in point.items()
                    if key.startswith("limit_")
                ),
            )
        )
    return str(data["table"]["instrument"]), tuple(points)


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTable(f"This is not TOML: {error}", where=file, way_out="Correct the line.") from error


def _entries(data: Mapping[str, Any], text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, group in zip(_lines(text, "[[group]]"), data.get("group", ()), strict=True):
        shared = {key: value for key, value in group.items() if key not in ("columns", "rows")}
        columns = group.get("columns", [])
        for values in group.get("rows", []):
            if len(values) != len(columns):
                raise BadTable(
                    f"A row has {len(values)} figures for {len(columns)} columns: {values}",
                    where=f"{file}, group at line {line}",
                    way_out="Give each column one figure.",
                )
            yield line, {**shared, **dict(zip(columns, values, strict=True))}
    yield from zip(_lines(text, "[[row]]"), data.get("row", ()), strict=True)


def _lines(text: str, header: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == header]


def _row(entry: dict[str, Any], model: str, sources: Mapping[str, str], where: str) -> RangeRow:
    unknown = entry.keys() - _ROW_KEYS
    if unknown:
        raise BadTable(
            f"The row has the unknown key {sorted(unknown)[0]!r}",
            where=where,
            way_out="Correct its name.",
        )
    try:
        function, interval, unit = entry["function"], entry["interval"], entry["unit"]
        _check_unit(function, unit, where)
        key = entry["source"]
        entry["source"] = f"{sources[key]} [{key}]" if key in sources else key
        entry["status"] = Status(entry["status"])
        entry["treat_as"] = TreatAs(entry["treat_as"])
        entry["adders"] = tuple(_adder(adder, sources) for adder in entry.get("adders", ()))
        entry["computed"] = tuple(entry.get("computed", ()))
        row = RangeRow(id=_name(model, entry), uncomputed=_uncomputed(entry, where), **entry)
    except (KeyError, ValueError, TypeError) as error:
        if isinstance(error, BadTable):
            raise
        raise BadTable(
            f"The row is not complete: {error}", where=where, way_out="Correct the row."
        ) from error
    if (row.treat_as is TreatAs.NORMAL_K) != (row.k > 0.0):
        raise BadTable(
            f"{row.id}: treat_as is {row.treat_as.value} and k is {row.k:g} ({interval})",
            where=where,
            way_out="normal_k needs the maker's k; limit_rectangular needs k = 0.",
        )
    return row


def _check_unit(function: str, unit: str, where: str) -> None:
    expected = _UNITS.get(function, unit)
    if unit != expected:
        raise BadTable(
            f"The unit {unit!r} does not fit the function {function!r}, which is in {expected!r}",
            where=where,
            way_out="Correct the unit, and check the figures against it.",
        )


def _adder(entry: Mapping[str, Any], sources: Mapping[str, str]) -> Adder:
    if entry["kind"] not in _ADDER_KINDS or entry.keys() - _ADDER_KEYS:
        raise ValueError(f"an adder that is not known: {dict(entry)}")
    key = entry.get("source", "")
    return Adder(
        **{
            **entry,
            "status": Status(entry.get("status", "seen")),
            "source": f"{sources[key]} [{key}]" if key in sources else key,
        }
    )


def _uncomputed(entry: Mapping[str, Any], where: str) -> str:
    """Return the text whose adder nothing computes, empty where all is computed."""
    kinds = {adder.kind for adder in entry["adders"]}
    for name in entry["computed"]:
        if name not in kinds and name not in entry:
            raise BadTable(
                f"`computed` names {name!r}, which the row does not have",
                where=where,
                way_out="Give the row that key or adder.",
            )
    texts = (entry.get("note", ""), entry.get("conditions", ""))
    worded = [text for text in texts if _ADDER_WORDS.search(text)]
    return "; ".join(worded) if len(worded) > len(entry["computed"]) else ""


def _name(model: str, entry: Mapping[str, Any]) -> str:
    band = f" {entry['freq_low_hz']:g}-{entry['freq_high_hz']:g} Hz" if entry.get("freq_high_hz") else ""
    option = f" {entry['option']}" if entry.get("option") else ""
    head = f"{model} {entry['function']} {entry['range_high']:.12g} {entry['unit']}"
    return f"{head}{band}{option} {entry['interval']}"
