"""Point tables of a UUT model: sections, points and limits from a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, cast, get_args

from calibrator.procedure._folder import text_of
from calibrator.procedure._functions import FUNCTION_UNITS, RESULT_UNITS
from calibrator.procedure._toml import Path as KeyPath
from calibrator.procedure._toml import TomlFile
from calibrator.procedure._types import CLASS, Expect, Manner, Point, PointLimits, Proof, Resume, Section

__all__ = ["INTERVALS", "PointTable", "load_table", "parse_table"]

FROM_EDITION = "edition"  # in place of a limit: that of the regulation's edition in force
INTERVALS = ("24h", "90d", "1y", "2y")
_STATUSES = ("seen", "checked", "memory_high", "memory_medium", "memory_low", "derived")
_Settings = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class PointTable:
    """The content of a point table: the UUT model that it is for, and its sections in order."""

    model: str  # id of the accuracy table
    title: str
    sections: tuple[Section, ...]


@dataclass(slots=True)
class _Reader:
    """One file being read, with the ids met so far."""

    file: TomlFile
    settings: Mapping[str, type]
    seen: dict[str, KeyPath] = field(default_factory=dict)


def load_table(path: Path, *, settings: Mapping[str, type]) -> PointTable:
    """Read a point table; `settings` names the settings that its points may have, with their types.

    Raises `ConfigurationError` that names file, line and key: a unit that does not fit its
    function, an unknown key (with a suggestion), an id used twice, a lower limit above the upper.
    """
    return parse_table(path.read_text(encoding="utf-8"), f"{path.parent.name}/{path.name}", settings=settings)


def parse_table(text: str, name: str, *, settings: Mapping[str, type]) -> PointTable:
    """Read a point table from its text; `name` is what errors call it (see `load_table`)."""
    reader = _Reader(TomlFile.parse(text, name), settings)
    file, data = reader.file, reader.file.data
    file.refuse_unknown(data, ("table", "section"), ())
    head = file.require(data, "table", dict, ())
    file.refuse_unknown(head, ("model", "title", "note"), ("table",))
    sections = []
    for number, item in enumerate(file.require(data, "section", list, ())):
        section = _section(reader, item, ("section", number))
        _refuse_twice(reader, f"section {section.id}", ("section", number, "id"))
        sections.append(section)
    return PointTable(
        model=file.require(head, "model", str, ("table",)),
        title=file.require(head, "title", str, ("table",)),
        sections=tuple(sections),
    )


def _section(reader: _Reader, table: Mapping[str, Any], path: KeyPath) -> Section:
    file = reader.file
    known = ("id", "title", "wiring", "prompt", "standard", "status", "source", "settings", "resume", "point")
    file.refuse_unknown(
        table,
        (
            *known,
            "proof",
            "lead_checks",
            "tables",
            "order",
            "limit_sources",
            "required",
            "on_request",
            "edition",
        ),
        path,
    )
    _check_sources(reader, table.get("limit_sources", {}), path)
    order = str(table.get("order", "table"))
    file.refuse_other(order, ("table", "random"), (*path, "order"))
    resume = str(table.get("resume", "point"))
    file.refuse_other(resume, get_args(Resume), (*path, "resume"))
    settings = _settings(reader, table.get("settings", {}), path)
    points = file.require(table, "point", list, path)
    return Section(
        id=file.require(table, "id", str, path),
        title=text_of(file, table, "title", path),
        wiring=file.require(table, "wiring", str, path),
        prompt=text_of(file, table, "prompt", path),
        points=tuple(
            _point(reader, item, table, settings, (*path, "point", number))
            for number, item in enumerate(points)
        ),
        proof=_proof(reader, table["proof"], settings, (*path, "proof")) if "proof" in table else None,
        resume=cast("Resume", resume),
        order=cast("Literal['table', 'random']", order),
        lead_checks=tuple(
            _proof(reader, item, settings, (*path, "lead_checks", number))
            for number, item in enumerate(table.get("lead_checks", ()))
        ),
        tables={
            key: text_of(file, table["tables"], key, (*path, "tables")) for key in table.get("tables", {})
        },
        required=file.require(table, "required", bool, path) if "required" in table else False,
        on_request=file.require(table, "on_request", bool, path) if "on_request" in table else False,
        manner=_manner(reader, table["edition"], (*path, "edition")) if "edition" in table else None,
    )


def _manner(reader: _Reader, table: Mapping[str, Any], path: KeyPath) -> Manner:
    """Take what an edition of a regulation has to know of the unit: `edition` of a section."""
    file = reader.file
    own, counts = ("interval", "resolution", "at"), ("preloads", "repeats")
    known = ("regulation", "class", "low", "high", *own, *counts, "marks", "item", "items", "series")
    file.refuse_unknown(table, (*known, "interval_setting"), path)
    marks, series = table.get("marks", []), tuple(map(str, table.get("series", ())))
    for item in series:
        file.refuse_other(item, ("up", "down", "once"), (*path, "series"))
    numbers: dict[str, Any] = {key: _decimal(reader, table, key, path) for key in own if key in table}
    numbers |= {key: file.require(table, key, int, path) for key in counts if key in table}
    return Manner(
        regulation=file.require(table, "regulation", str, path),
        low=_decimal(reader, table, "low", path),
        high=_decimal(reader, table, "high", path),
        accuracy_class=str(table.get("class", "")),
        marks=tuple(
            _decimal(reader, {"mark": mark}, "mark", (*path, "marks", place))
            for place, mark in enumerate(marks)
        ),
        items={key: str(item) for key, item in table.get("items", {}).items()},
        own_item=str(table.get("item", "indication")),
        interval_setting=str(table.get("interval_setting", "")),
        series=series,
        **numbers,
    )


def _point(
    reader: _Reader,
    table: Mapping[str, Any],
    section: Mapping[str, Any],
    defaults: _Settings,
    path: KeyPath,
) -> Point:
    file = reader.file
    known = ("id", "function", "nominal", "range", "unit", "limits", "standard", "status", "source")
    file.refuse_unknown(table, (*known, "settings", "supporting", "measured_with"), path)
    supporting = file.require(table, "supporting", bool, path) if "supporting" in table else False
    function, unit = _function(reader, table, path)
    nominal, range_ = _decimal(reader, table, "nominal", path), _range(reader, table, path)
    point_id = table.get("id", _id(function, nominal, range_, unit))
    _refuse_twice(reader, point_id, path)
    merged = {**section, **table}
    return Point(
        id=point_id,
        section=file.require(section, "id", str, path[:-2]),
        function=function,
        nominal=nominal,
        range=range_,
        unit=unit,
        limits={} if supporting else _limits(reader, table, merged, path),
        standard=file.require(merged, "standard", str, path),
        settings={**defaults, **_settings(reader, table.get("settings", {}), path)},
        supporting=supporting,
        measured_with=str(table.get("measured_with", "")),
    )


def _id(function: str, nominal: Decimal, range_: Decimal, unit: str) -> str:
    signed = f"{nominal:+f}" if nominal else "0"
    return f"{function}:{range_:f}{unit}:{signed}{unit}"


def _function(reader: _Reader, table: Mapping[str, Any], path: KeyPath) -> tuple[str, str]:
    """Return function and unit, which must fit one another."""
    function = reader.file.require(table, "function", str, path)
    reader.file.refuse_other(function, FUNCTION_UNITS, (*path, "function"))
    unit = reader.file.require(table, "unit", str, path)
    fitting = FUNCTION_UNITS[function]
    if unit not in RESULT_UNITS[function]:
        raise reader.file.error(
            f"the unit {unit!r} does not fit the function {function!r}, which is measured in {fitting!r}",
            (*path, "unit"),
            f"Write unit = {fitting!r} and give nominal, range and limits in it.",
            "unit-does-not-fit",
        )
    return function, unit


def _range(reader: _Reader, table: Mapping[str, Any], path: KeyPath) -> Decimal:
    range_ = _decimal(reader, table, "range", path)
    if range_ <= 0:
        raise reader.file.error(
            f"the range {range_} is not above zero", (*path, "range"), "Write a magnitude.", "wrong-range"
        )
    return range_


def _check_sources(reader: _Reader, table: Mapping[str, Any], path: KeyPath) -> None:
    """Check the status and source of intervals for which those of the section do not hold."""
    place = (*path, "limit_sources")
    reader.file.refuse_unknown(table, (*INTERVALS, CLASS), place)
    for interval, own in table.items():
        reader.file.refuse_unknown(own, ("status", "source"), (*place, interval))
        reader.file.refuse_other(str(own.get("status")), _STATUSES, (*place, interval, "status"))
        reader.file.require(own, "source", str, (*place, interval))


def _limits(
    reader: _Reader, table: Mapping[str, Any], merged: Mapping[str, Any], path: KeyPath
) -> Mapping[str, PointLimits]:
    file = reader.file
    limits = file.require(table, "limits", dict, path)
    file.refuse_unknown(limits, (*INTERVALS, CLASS), (*path, "limits"))
    if all(value == FROM_EDITION for value in limits.values()):  # which brings status and source of its own
        merged = {"status": "derived", "source": FROM_EDITION, **merged}
    status, source = (file.require(merged, key, str, path) for key in ("status", "source"))
    file.refuse_other(status, _STATUSES, (*path, "status"))
    others = merged.get("limit_sources", {})
    found = {}
    for interval, value in limits.items():
        lower, upper = _pair(reader, limits, interval, value, (*path, "limits"))
        own = others.get(interval, {})
        found[interval] = PointLimits(
            interval, lower, upper, own.get("status", status), own.get("source", source)
        )
    if not found:
        raise file.error("the point has no limits", (*path, "limits"), "Give one interval at least.")
    return found


def _pair(
    reader: _Reader, table: Mapping[str, Any], interval: str, value: object, path: KeyPath
) -> tuple[Decimal | None, Decimal | None]:
    """Return lower and upper limit: a text is symmetric about zero, a table gives both or one.

    Both are None where the edition of the regulation gives them.
    """
    lower: Decimal | None
    if value == FROM_EDITION:
        return None, None
    if isinstance(value, dict):
        place = (*path, interval)
        reader.file.refuse_unknown(value, ("lower", "upper"), place)
        lower, upper = (
            _decimal(reader, value, key, place) if key in value else None for key in ("lower", "upper")
        )
        if lower is None or upper is None:
            if lower is upper:
                raise reader.file.error("the point has no limits", place, "Give lower, upper or both.")
            return lower, upper
    else:
        upper = _decimal(reader, table, interval, path)
        lower = -upper
    if lower >= upper:
        raise reader.file.error(
            f"the lower limit {lower} is not below the upper limit {upper}",
            (*path, interval),
            "Give limits of the error with lower < upper; a symmetric limit is a positive number.",
            "limits-crossed",
        )
    return lower, upper


def _proof(reader: _Reader, table: Mapping[str, Any], defaults: _Settings, path: KeyPath) -> Proof:
    known = ("function", "value", "range", "unit", "tolerance", "settings", "expect", "part", "indicates")
    reader.file.refuse_unknown(table, known, path)
    function, unit = _function(reader, table, path)
    expect = str(table.get("expect", "read"))
    reader.file.refuse_other(expect, get_args(Expect), (*path, "expect"))
    return Proof(
        function=function,
        value=_decimal(reader, table, "value", path),
        range=_range(reader, table, path),
        unit=unit,
        tolerance=float(table.get("tolerance", 0.01)),
        settings={**defaults, **_settings(reader, table.get("settings", {}), path)},
        expect=cast("Expect", expect),
        part=str(table.get("part", "uut")),
        indicates=_decimal(reader, table, "indicates", path) if "indicates" in table else None,
    )


def _settings(reader: _Reader, table: Mapping[str, Any], path: KeyPath) -> _Settings:
    place = (*path, "settings")
    reader.file.refuse_unknown(table, reader.settings, place)
    found: dict[str, str | int | float | bool] = {}
    for key in table:
        found[key] = reader.file.require(table, key, reader.settings[key], place)
    return found


def _decimal(reader: _Reader, table: Mapping[str, Any], key: str, path: KeyPath) -> Decimal:
    """Return a decimal written as text, so that no digit is lost to binary."""
    text = reader.file.require(table, key, str, path)
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise reader.file.error(
            f"{key!r} is {text!r}, which is not a number", (*path, key), 'Write a decimal such as "0.0085".'
        )
    return value


def _refuse_twice(reader: _Reader, name: str, path: KeyPath) -> None:
    if name in reader.seen:
        first = reader.file.line(reader.seen[name])
        raise reader.file.error(
            f"{name!r} stands twice, first on line {first}", path, "Remove or change one.", "duplicate-id"
        )
    reader.seen[name] = path
