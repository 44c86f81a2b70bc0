"""Results as rows: CSV and Excel."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["COLUMNS", "csv_bytes", "rows_of"]

COLUMNS: Final = (
    *("run", "mode", "procedure", "procedure_version", "uut", "serial", "interval", "rule"),
    *("point", "section", "function", "nominal", "range", "unit", "readings", "indication", "error"),
    *("u", "U", "k", "dof", "lower_limit", "upper_limit", "guard_band", "pfa", "verdict"),
    *("limit_status", "standard_status", "standard", "attempt", "attempts", "notes"),
)
"""Numbers in the unit of the column `unit`, as decimal text with the digits that were recorded."""


def rows_of(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return one row for each point of the object of `show --json`."""
    run = shown["run"]
    head = {
        "run": run["id"],
        "mode": run["mode"],
        "procedure": run["procedure"]["id"],
        "procedure_version": run["procedure"]["version"],
        "uut": run["uut"]["model"],
        "serial": run["uut"]["serial"],
        "interval": run["interval"],
        "rule": run["rule"],
    }
    return [_row(head, point) for point in shown["points"]]


def _row(head: Mapping[str, Any], point: Mapping[str, Any]) -> dict[str, str]:
    values = [float(value) for value in point["readings"]]
    mean = repr(math.fsum(values) / len(values)) if point["budget"] and values else ""
    own = {
        "point": point["id"],
        "readings": len(point["readings"]),
        "indication": mean,
        "limit_status": point["figure_status"]["limit"],
        "standard_status": point["figure_status"]["standard"],
        "notes": " ".join(point["notes"]),
    }
    plain = {key: point[key] for key in COLUMNS if key in point and key not in own}
    found = {**head, **plain, **own}
    return {key: "" if found.get(key) is None else str(found[key]) for key in COLUMNS}


def csv_bytes(shown: Mapping[str, Any]) -> bytes:
    """Return the results as CSV: UTF-8 with a mark, so that Excel reads it, comma, CRLF (RFC 4180)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows([{key: _inert(value) for key, value in row.items()} for row in rows_of(shown)])
    return text.getvalue().encode("utf-8-sig")


def _inert(value: str) -> str:
    """Keep a name that an instrument or a customer gave from being taken for a formula."""
    if value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(value)
        except ValueError:
            return f"'{value}"
    return value
