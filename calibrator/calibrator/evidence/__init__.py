"""Evidence: what stands behind a printed number, the same again, and copies others can check.

Everything is loaded when first used (PEP 562), so that `--help` pays for nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.evidence._cells import COLUMNS, Cell, all_cells, parse_cell
    from calibrator.evidence._explain import explain
    from calibrator.evidence._find import Issued, find_document
    from calibrator.evidence._node import Node, as_json, as_text
    from calibrator.evidence._replay import Replay, replay

__all__ = [
    "COLUMNS",
    "Cell",
    "Issued",
    "Node",
    "Replay",
    "all_cells",
    "as_json",
    "as_text",
    "explain",
    "find_document",
    "parse_cell",
    "replay",
]

_HOMES = {
    "COLUMNS": "_cells",
    "Cell": "_cells",
    "Issued": "_find",
    "Node": "_node",
    "Replay": "_replay",
    "all_cells": "_cells",
    "as_json": "_node",
    "as_text": "_node",
    "explain": "_explain",
    "find_document": "_find",
    "parse_cell": "_cells",
    "replay": "_replay",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
