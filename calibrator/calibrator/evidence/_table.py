"""Results as rows: the CSV of a bundle, whose own checker makes it again, and of Excel."""

from __future__ import annotations

from typing import Final

from calibrator.evidence.check_bundle import CSV_COLUMNS, csv_bytes, rows_of

__all__ = ["COLUMNS", "csv_bytes", "rows_of"]

COLUMNS: Final = CSV_COLUMNS
"""Numbers in the unit of the column `unit`, as decimal text with the digits that were recorded."""
