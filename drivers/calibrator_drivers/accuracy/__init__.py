"""Accuracy of instruments: what the maker's specification gives at one value and state.

`load_table(model_id).limit(function, value, ...)` gives half-width, unit, coverage, and the status of
the figure at that very value. The makers' figures are package data in `specs/*.toml`.
"""

from __future__ import annotations

from calibrator_drivers._errors import (
    AccuracyError,
    BadTable,
    ConditionsNotMet,
    OutOfRange,
    UncomputedAdder,
    UnknownFunction,
    UnknownInterval,
    UnknownModel,
    UnknownOption,
)

from ._store import list_tables, load_table, look_again, read_table
from ._table import AccuracyTable
from ._types import Adder, Limit, RangeRow, State, Status, TreatAs

__all__ = [
    "AccuracyError",
    "AccuracyTable",
    "Adder",
    "BadTable",
    "ConditionsNotMet",
    "Limit",
    "OutOfRange",
    "RangeRow",
    "State",
    "Status",
    "TreatAs",
    "UncomputedAdder",
    "UnknownFunction",
    "UnknownInterval",
    "UnknownModel",
    "UnknownOption",
    "list_tables",
    "load_table",
    "look_again",
    "read_table",
]
