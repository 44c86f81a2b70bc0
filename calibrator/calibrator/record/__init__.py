"""The record: an append-only, hash-chained event table that every result can be recomputed from.

Nothing heavy is imported before the first use (PEP 562), so that `--help` does not pay for SQLAlchemy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.record._canonical import canonical, event_hash, from_hex, parse_utc, to_hex, utc_text
    from calibrator.record._damage import damage_named
    from calibrator.record._kept import put_aside
    from calibrator.record._memory import MemoryRecord
    from calibrator.record._model import Event, Finding, RunSummary
    from calibrator.record._record import Record

__all__ = [
    "Event",
    "Finding",
    "MemoryRecord",
    "Record",
    "RunSummary",
    "canonical",
    "damage_named",
    "event_hash",
    "from_hex",
    "parse_utc",
    "put_aside",
    "to_hex",
    "utc_text",
]

_HOMES = {
    "Event": "_model",
    "Finding": "_model",
    "MemoryRecord": "_memory",
    "RunSummary": "_model",
    "Record": "_record",
    "canonical": "_canonical",
    "damage_named": "_damage",
    "event_hash": "_canonical",
    "from_hex": "_canonical",
    "parse_utc": "_canonical",
    "put_aside": "_kept",
    "to_hex": "_canonical",
    "utc_text": "_canonical",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
