"""The verification regulation that a procedure follows (检定规程): `[regulation]` of procedure.toml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from calibrator.procedure._toml import Path as KeyPath
from calibrator.procedure._toml import TomlFile
from calibrator.procedure._types import Regulation, RegulationItem, Text
from calibrator_drivers.accuracy import Status

__all__ = ["ITEM", "item_outcome", "parse_regulation"]

ITEM = "item:"
"""How the id of a prompt begins whose answer decides an item that no section measures."""
_PASSES = frozenset({"pass", "yes", "y", "ok", "是", "合格"})
_FAILS = frozenset({"fail", "no", "n", "否", "不合格"})

_KEYS = ("number", "title", "status", "source", "in_force", "superseded", "validity_months", "items")


def item_outcome(answer: str) -> Literal["pass", "fail", ""]:
    """Return "pass" or "fail" for an answer to the prompt of an item, "" for one that decides neither.

    Example:
        >>> item_outcome("yes"), item_outcome("不合格"), item_outcome("stop")
        ('pass', 'fail', '')
    """
    word = answer.strip().lower()
    if word in _PASSES:
        return "pass"
    return "fail" if word in _FAILS else ""


def parse_regulation(head: TomlFile, data: Mapping[str, Any]) -> Regulation | None:
    """Take the `[regulation]` table; None where the procedure follows no regulation.

    Raises:
        ConfigurationError: with file, line and key.
    """
    if "regulation" not in data:
        return None
    path: KeyPath = ("regulation",)
    table = head.require(data, "regulation", dict, ())
    head.refuse_unknown(table, _KEYS, path)
    status = head.require(table, "status", str, path)
    head.refuse_other(status, [str(item) for item in Status], (*path, "status"))
    return Regulation(
        number=head.require(table, "number", str, path),
        title=_text(head, table, path),
        status=status,
        source=head.require(table, "source", str, path),
        in_force=head.require(table, "in_force", date, path),
        superseded=head.require(table, "superseded", date, path) if "superseded" in table else None,
        validity_months=head.require(table, "validity_months", int, path),
        items=tuple(
            _item(head, item, (*path, "items", number))
            for number, item in enumerate(head.require(table, "items", list, path))
        ),
    )


def _item(head: TomlFile, table: Mapping[str, Any], path: KeyPath) -> RegulationItem:
    head.refuse_unknown(table, ("id", "title", "sections"), path)
    sections = tuple(map(str, table.get("sections", ())))
    return RegulationItem(head.require(table, "id", str, path), _text(head, table, path), sections)


def _text(head: TomlFile, table: Mapping[str, Any], path: KeyPath) -> Text:
    both = head.require(table, "title", dict, path)
    inner = (*path, "title")
    return Text(head.require(both, "en", str, inner), head.require(both, "zh", str, inner))
