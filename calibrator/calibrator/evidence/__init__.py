"""Evidence: what stands behind a printed number, the same again, and copies others can check.

Everything is loaded when first used (PEP 562), so that `--help` pays for nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.evidence._anchor import foreign_head
    from calibrator.evidence._backup import Backup, back_up
    from calibrator.evidence._bundle import bundle_files, is_bundle, read_bundle, write_bundle, write_new
    from calibrator.evidence._cell import Cell
    from calibrator.evidence._cells import COLUMNS, all_cells, parse_cell
    from calibrator.evidence._explain import explain
    from calibrator.evidence._find import Issued, find_document
    from calibrator.evidence._kept_documents import altered_documents
    from calibrator.evidence._label import label_svg
    from calibrator.evidence._node import Node, as_json, as_text
    from calibrator.evidence._replay import Replay, replay
    from calibrator.evidence._spread import parquet_bytes, xlsx_bytes
    from calibrator.evidence._table import csv_bytes
    from calibrator.evidence._verify_bundle import verify_bundle

__all__ = [
    "COLUMNS",
    "Backup",
    "Cell",
    "Issued",
    "Node",
    "Replay",
    "all_cells",
    "altered_documents",
    "as_json",
    "as_text",
    "back_up",
    "bundle_files",
    "csv_bytes",
    "explain",
    "find_document",
    "foreign_head",
    "is_bundle",
    "label_svg",
    "parquet_bytes",
    "parse_cell",
    "read_bundle",
    "replay",
    "verify_bundle",
    "write_bundle",
    "write_new",
    "xlsx_bytes",
]

_HOMES = {
    "COLUMNS": "_cells",
    "Cell": "_cell",
    "Issued": "_find",
    "Node": "_node",
    "Replay": "_replay",
    "all_cells": "_cells",
    "altered_documents": "_kept_documents",
    "as_json": "_node",
    "as_text": "_node",
    "bundle_files": "_bundle",
    "is_bundle": "_bundle",
    "write_bundle": "_bundle",
    "verify_bundle": "_verify_bundle",
    "csv_bytes": "_table",
    "read_bundle": "_bundle",
    "Backup": "_backup",
    "back_up": "_backup",
    "explain": "_explain",
    "label_svg": "_label",
    "parquet_bytes": "_spread",
    "write_new": "_bundle",
    "xlsx_bytes": "_spread",
    "foreign_head": "_anchor",
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
