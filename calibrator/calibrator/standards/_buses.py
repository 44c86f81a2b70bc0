"""The `[buses.NAME]` tables of a bench file: what follows a lost connection, and what is asked again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, cast

from calibrator.standards._table import Table, nearest
from calibrator_drivers.transport import Policy

__all__ = ["parse_buses"]

_KEYS = ("on_loss", "query_retries", "error_checks", "batch")


def parse_buses(top: Table, buses: Collection[str]) -> Mapping[str, Policy]:
    """Return the policy of each bus that the file names.

    Raises:
        ConfigurationError: a key or value that is none, or a bus that no instrument is on.
    """
    found = {}
    for name, table in top.named("buses"):
        if name not in buses:
            near = nearest(name, buses)
            raise top.table("buses").error(
                name,
                f'No instrument is on the bus "{name}"',
                near or 'Add bus = "…" to the [instruments.NAME] tables of those on it.',
                "unknown-bus",
            )
        found[name] = _policy(table)
    return found


def _policy(table: Table) -> Policy:
    table.allow(*_KEYS)
    default = Policy()
    on_loss = table.choice("on_loss", ("stop", "reconnect"), default.on_loss)
    checks = table.choice("error_checks", ("each", "batch", "end"), default.error_checks)
    return Policy(
        on_loss=cast("Literal['stop', 'reconnect']", on_loss),
        query_retries=_whole(table, "query_retries", default.query_retries, 0),
        error_checks=cast("Literal['each', 'batch', 'end']", checks),
        batch=_whole(table, "batch", default.batch, 1),
    )


def _whole(table: Table, key: str, default: int, least: int) -> int:
    value = table.values.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise table.error(
            key, f'"{key}" is {value!s:.60}', f"Write a whole number from {least} on.", "wrong-type"
        )
    return value
