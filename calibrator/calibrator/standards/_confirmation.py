"""Confirmations: a named person has held a figure against the document (METROLOGY 9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from calibrator.standards._table import Table, nearest

__all__ = ["Confirmation", "confirmation_body", "confirmation_from_body", "confirmed", "parse_confirmations"]

MAY_CONFIRM = ("reviewer", "technical manager")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Which rows of an accuracy table were confirmed, by whom, in what document."""

    table: str  # accuracy table id
    function: str
    interval: str
    range_high: Decimal | None  # in the rows' unit; None: every range of the function
    by: str  # id of a person of the laboratory
    document: str
    page: str
    date: date


def confirmed(
    confirmations: Iterable[Confirmation], table: str, function: str, interval: str, range_high: float
) -> Confirmation | None:
    """Return the newest confirmation that covers a row, None where there is none."""
    covering = [
        item
        for item in confirmations
        if (item.table, item.function, item.interval) == (table, function, interval)
        and (item.range_high is None or _same(float(item.range_high), range_high))
    ]
    return max(covering, key=lambda item: item.date, default=None)


def _same(one: float, other: float) -> bool:
    # Decimal text and binary product of the same figure may differ in the last bits only.
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other))


def parse_confirmations(top: Table, persons: Mapping[str, Collection[str]]) -> tuple[Confirmation, ...]:
    """Take the `[[confirmation]]` tables of `lab.toml`; each by a person of the same file who may.

    `persons` are the roles by id. What decides a verdict is held against the document by a reviewer or
    technical manager, and says where it stands there.
    """
    return tuple(_confirmation(table, persons) for table in top.tables("confirmation"))


def _confirmation(table: Table, persons: Mapping[str, Collection[str]]) -> Confirmation:
    table.allow("table", "function", "interval", "range_high", "by", "document", "page", "date")
    by = table.text("by")
    if by not in persons:
        what = f'"{by}" is no person of this laboratory'
        raise table.error("by", what, nearest(by, persons), "unknown-person")
    if not set(persons[by]) & set(MAY_CONFIRM):
        way_out = f"Let a person with the role {' or '.join(MAY_CONFIRM)} hold it against the document."
        raise table.error("by", f'"{by}" may not confirm figures', way_out, "role-missing")
    for key in ("document", "page"):
        if not any(character.isalnum() for character in table.text(key)):
            way_out = "Write where the figure stands, so that another person finds it."
            raise table.error(key, f'"{table.text(key)}" names no {key}', way_out, "no-source")
    return Confirmation(
        table.text("table"),
        table.text("function"),
        table.text("interval"),
        table.decimal("range_high", above=0.0) if table.has("range_high") else None,
        by,
        table.text("document"),
        table.text("page"),
        table.day("date"),
    )


def confirmation_body(confirmation: Confirmation) -> dict[str, Any]:
    """Return a confirmation as the event `figure.confirmed` holds it."""
    return {
        "table": confirmation.table,
        "function": confirmation.function,
        "interval": confirmation.interval,
        "range_high": confirmation.range_high,
        "person": confirmation.by,
        "document": confirmation.document,
        "page": confirmation.page,
        "date": confirmation.date,
    }


def confirmation_from_body(body: Mapping[str, Any]) -> Confirmation:
    """Return the confirmation of a recorded `figure.confirmed`."""
    high = body["range_high"]
    return Confirmation(
        str(body["table"]),
        str(body["function"]),
        str(body["interval"]),
        None if high is None else Decimal(high),
        str(body["person"]),
        str(body["document"]),
        str(body["page"]),
        date.fromisoformat(body["date"]),
    )
