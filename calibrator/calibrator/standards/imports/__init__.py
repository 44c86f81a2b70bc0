"""Import of digital calibration certificates into the register: read as written, confirmed, taken whole."""

from __future__ import annotations

from calibrator.standards.imports._attached import dcc_of
from calibrator.standards.imports._interpret import Reading, found_before, interpret, kinds_of
from calibrator.standards.imports._read import Document, Quantity, Table, Written, read_dcc
from calibrator.standards.imports._take import (
    Stated,
    Surprise,
    asset_file,
    check_identity,
    elsewhere,
    surprises,
)

__all__ = [
    "Document",
    "Quantity",
    "Reading",
    "Stated",
    "Surprise",
    "Table",
    "Written",
    "asset_file",
    "check_identity",
    "dcc_of",
    "elsewhere",
    "found_before",
    "interpret",
    "kinds_of",
    "read_dcc",
    "surprises",
]
