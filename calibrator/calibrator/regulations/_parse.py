"""An edition out of its TOML file, with file, line and key of what is not right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, cast, get_args

from calibrator._errors import ConfigurationError
from calibrator.procedure._folder import RULES, text_of
from calibrator.procedure._toml import Path, TomlFile
from calibrator.regulations._types import (
    Conditions,
    Decision,
    Edition,
    Interval,
    Kind,
    Known,
    MpeRow,
    Points,
    Ratio,
    Rounding,
    Sequence,
)
from calibrator_drivers.accuracy import Status

__all__ = ["parse_edition"]

T = TypeVar("T")
_HEAD = (
    *("id", "regulation", "number", "kind", "title", "issued", "effective", "abolished", "replaces"),
    *("status", "known", "source", "checked"),
)
_BODY = ("conditions", "ratio", "points", "sequence", "mpe", "rounding", "decision", "interval")
_KNOWN = ("status", "source", "clause", "note")
SERIES = ("up", "down", "once")


def parse_edition(text: str, name: str) -> Edition:
    """Take one edition.

    Raises:
        ConfigurationError: an unknown or missing key, a value that cannot be, dates out of order.
    """
    file = TomlFile.parse(text, name)
    data = file.data
    file.refuse_unknown(data, (*_HEAD, *_BODY), ())
    edition = Edition(
        id=file.require(data, "id", str, ()),
        regulation=file.require(data, "regulation", str, ()),
        number=file.require(data, "number", str, ()),
        kind=cast("Kind", _choice(file, data, "kind", get_args(Kind), ())),
        title=text_of(file, data, "title", ()),
        effective=file.require(data, "effective", date, ()),
        known=Known(_status(file, data, "known", ()), file.require(data, "source", str, ())),
        checked=_checked(file),
        path=name,
        issued=_optional(file, data, "issued", date, ()),
        abolished=_optional(file, data, "abolished", date, ()),
        replaces=tuple(map(str, _optional(file, data, "replaces", list, ()) or ())),
        conditions=_one(file, "conditions", _conditions),
        ratio=_many(file, "ratio", _ratio),
        points=_one(file, "points", _points),
        sequence=_one(file, "sequence", _sequence),
        mpe=_many(file, "mpe", _mpe),
        rounding=_one(file, "rounding", _rounding),
        decision=_one(file, "decision", _decision),
        interval=_one(file, "interval", _interval),
    )
    _in_order(file, edition)
    return edition


def _in_order(file: TomlFile, edition: Edition) -> None:
    if not edition.id.startswith(f"{edition.regulation}-"):
        what = f"the id {edition.id!r} does not begin with the regulation {edition.regulation!r}"
        raise file.error(what, ("id",), "Write regulation-year, as in jjg-52-2013.", "regulation-id")
    if edition.issued is not None and edition.issued > edition.effective:
        raise file.error(
            "it is in force before it is issued", ("effective",), "Correct one of the dates.", "dates"
        )
    if edition.abolished is not None and edition.abolished <= edition.effective:
        raise file.error(
            "it is abolished before it is in force", ("abolished",), "Correct the date.", "dates"
        )
    if edition.id in edition.replaces:
        raise file.error("it replaces itself", ("replaces",), "Name the former edition.", "regulation-id")


def _checked(file: TomlFile) -> str:
    """Return by whom, when and in what the edition was checked; "" for an unverified one."""
    status = _choice(file, file.data, "status", ("unverified", "checked"), ())
    if status == "unverified":
        if "checked" in file.data:
            raise file.error(
                "it says who checked it and is unverified", ("status",), "Write checked.", "status"
            )
        return ""
    table, path = file.require(file.data, "checked", dict, ()), ("checked",)
    file.refuse_unknown(table, ("by", "document", "page", "date"), path)
    by, document, page = (file.require(table, key, str, path) for key in ("by", "document", "page"))
    return f"{by}, {file.require(table, 'date', date, path)}: {document}, p. {page}"


_Reader = Callable[[TomlFile, Mapping[str, Any], Path], T]


def _one(file: TomlFile, key: str, read: _Reader[T]) -> T | None:
    return read(file, file.require(file.data, key, dict, ()), (key,)) if key in file.data else None


def _many(file: TomlFile, key: str, read: _Reader[T]) -> tuple[T, ...]:
    if key not in file.data:
        return ()
    return tuple(
        read(file, item, (key, number)) for number, item in enumerate(file.require(file.data, key, list, ()))
    )


def _known(file: TomlFile, table: Mapping[str, Any], path: Path, *keys: str) -> Known:
    """Take how well a figure is known, and refuse keys that it does not have."""
    file.refuse_unknown(table, (*keys, *_KNOWN), path)
    return Known(
        _status(file, table, "status", path),
        file.require(table, "source", str, path),
        _optional(file, table, "clause", str, path) or "",
        _optional(file, table, "note", str, path) or "",
    )


def _conditions(file: TomlFile, table: Mapping[str, Any], path: Path) -> Conditions:
    known = _known(file, table, path, "temperature_c", "humidity_rh", "change_c_per_h", "wait_h")
    return Conditions(
        known,
        _band(file, table, "temperature_c", path),
        _band(file, table, "humidity_rh", path),
        _maybe(file, table, "change_c_per_h", path),
        _maybe(file, table, "wait_h", path),
    )


def _ratio(file: TomlFile, table: Mapping[str, Any], path: Path) -> Ratio:
    known = _known(file, table, path, "what", "at_most", "classes")
    what = _choice(file, table, "what", ("standard-mpe", "standard-u", "measurement-u"), path)
    at_most = _decimal(file, table, "at_most", path)
    return Ratio(known, cast("Any", what), at_most, _texts(file, table, "classes", path))


def _points(file: TomlFile, table: Mapping[str, Any], path: Path) -> Points:
    known = _known(file, table, path, "rule", "at_least", "values", "unit", "ends")
    rule = _choice(file, table, "rule", ("fractions", "count", "numbered-marks", "values"), path)
    values = tuple(
        _number(file, str(item), "values", path)
        for item in _optional(file, table, "values", list, path) or ()
    )
    at_least = _optional(file, table, "at_least", int, path) or 0
    if (rule in ("fractions", "values") and not values) or (rule == "count" and at_least < 1):
        raise file.error(f"the rule {rule!r} has no points", path, "Add values, or at_least.", "no-points")
    unit = _optional(file, table, "unit", str, path) or ""
    if rule == "values" and not unit:
        raise _no_unit(file, path)
    return Points(
        known, cast("Any", rule), at_least, values, unit, bool(_optional(file, table, "ends", bool, path))
    )


def _no_unit(file: TomlFile, path: Path) -> ConfigurationError:
    what = "a value stands here and no unit"
    return file.error(what, path, 'Add the unit that it is in, such as unit = "degC".', "no-unit")


def _sequence(file: TomlFile, table: Mapping[str, Any], path: Path) -> Sequence:
    keys = ("series", "preloads", "dwell_s", "hold_top_s", "tapped", "repeats")
    known = _known(file, table, path, *keys)
    series = _texts(file, table, "series", path)
    for item in series:
        file.refuse_other(item, SERIES, (*path, "series"))
    return Sequence(
        known,
        series,
        _optional(file, table, "preloads", int, path) or 0,
        _maybe(file, table, "dwell_s", path),
        _maybe(file, table, "hold_top_s", path),
        bool(_optional(file, table, "tapped", bool, path)),
        _optional(file, table, "repeats", int, path) or 1,
    )


def _mpe(file: TomlFile, table: Mapping[str, Any], path: Path) -> MpeRow:
    terms = ("constant", "of_value", "of_span", "of_interval")
    keys = ("item", "class", "unit", *terms, "combine", "above", "up_to", "bounds")
    known = _known(file, table, path, *keys)
    found = {key: _maybe(file, table, key, path) or Decimal(0) for key in terms}
    if not any(found.values()) or any(value < 0 for value in found.values()):
        raise file.error(
            "this line permits no error", path, f"Give {', '.join(terms)} as coefficients.", "mpe"
        )
    bounded = table.get("bounds") != "intervals" and {"above", "up_to"} & set(table)
    if (found["constant"] or bounded) and not table.get("unit"):
        raise _no_unit(file, path)
    combine = _choice(file, table, "combine", ("sum", "greater"), path) if "combine" in table else "sum"
    bounds = _choice(file, table, "bounds", ("value", "intervals"), path) if "bounds" in table else "value"
    return MpeRow(
        known,
        file.require(table, "item", str, path),
        _optional(file, table, "class", str, path) or "",
        _optional(file, table, "unit", str, path) or "",
        found["constant"],
        found["of_value"],
        found["of_span"],
        found["of_interval"],
        cast("Any", combine),
        _maybe(file, table, "above", path),
        _maybe(file, table, "up_to", path),
        cast("Any", bounds),
    )


def _rounding(file: TomlFile, table: Mapping[str, Any], path: Path) -> Rounding:
    known = _known(file, table, path, "judged", "of", "step")
    judged = _choice(file, table, "judged", ("raw", "rounded"), path)
    of = _choice(file, table, "of", ("scale-interval", "mpe", "resolution", "class"), path)
    return Rounding(known, cast("Any", judged), cast("Any", of), _decimal(file, table, "step", path))


def _decision(file: TomlFile, table: Mapping[str, Any], path: Path) -> Decision:
    return Decision(_known(file, table, path, "rule"), _choice(file, table, "rule", RULES, path))


def _interval(file: TomlFile, table: Mapping[str, Any], path: Path) -> Interval:
    known, months = _known(file, table, path, "months"), file.require(table, "months", int, path)
    if months < 1:
        raise file.error(
            f"an interval of {months} months is none", (*path, "months"), "Write whole months.", "interval"
        )
    return Interval(known, months)


def _choice(file: TomlFile, table: Mapping[str, Any], key: str, allowed: tuple[str, ...], path: Path) -> str:
    value = file.require(table, key, str, path)
    file.refuse_other(value, allowed, (*path, key))
    return value


def _status(file: TomlFile, table: Mapping[str, Any], key: str, path: Path) -> str:
    return _choice(file, table, key, tuple(str(item) for item in Status), path)


def _optional(file: TomlFile, table: Mapping[str, Any], key: str, kind: type[T], path: Path) -> T | None:
    return file.require(table, key, kind, path) if key in table else None


def _texts(file: TomlFile, table: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    return tuple(map(str, _optional(file, table, key, list, path) or ()))


def _number(file: TomlFile, text: str, key: str, path: Path) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise file.error(f"{text!r} is no number", (*path, key), "Write a decimal.", "no-number") from error
    if not found.is_finite():
        raise file.error(f"{text!r} is no finite number", (*path, key), "Write a decimal.", "no-number")
    return found


def _decimal(file: TomlFile, table: Mapping[str, Any], key: str, path: Path) -> Decimal:
    found = _number(file, file.require(table, key, str, path), key, path)
    if found <= 0:
        raise file.error(f"{key} is {found}", (*path, key), "Write a positive decimal.", "no-number")
    return found


def _maybe(file: TomlFile, table: Mapping[str, Any], key: str, path: Path) -> Decimal | None:
    return _number(file, file.require(table, key, str, path), key, path) if key in table else None


def _band(file: TomlFile, table: Mapping[str, Any], key: str, path: Path) -> tuple[Decimal, Decimal] | None:
    band = _optional(file, table, key, list, path)
    if band is None:
        return None
    ends = tuple(_number(file, str(item), key, path) for item in band)
    if len(ends) != 2 or ends[0] >= ends[1]:
        raise file.error(f"{key} is {band!r}", (*path, key), "Write [lowest, highest].", "wrong-band")
    return ends[0], ends[1]
