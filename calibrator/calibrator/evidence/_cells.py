"""Cells of a certificate: a point and a column of its results table."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from calibrator._errors import UsageError
from calibrator.evidence._cell import Cell

if TYPE_CHECKING:
    from calibrator.certificates import Certificate
    from calibrator.certificates._model import Result
    from calibrator.evidence._find import Issued
    from calibrator.record import Record

__all__ = ["COLUMNS", "all_cells", "parse_cell", "printed_cell", "result_of"]

COLUMNS: Final = (
    *("range", "nominal", "indication", "reference", "error", "U", "k", "MC", "limit", "w", "pfa"),
    *("verdict", "status"),
)
"""The columns of a results table, in their order."""


def parse_cell(text: str, points: Sequence[str]) -> Cell:
    """Return the cell that `POINT/COLUMN` names; a point alone means its error.

    Raises:
        UsageError: code `unknown-cell`, with the nearest cells.

    Example:
        >>> parse_cell("dcv:10V:+10V/u", ["dcv:10V:+10V"])
        Cell(point='dcv:10V:+10V', column='U')
    """
    point, slash, column = (text, "", "error") if text in points else text.rpartition("/")
    found = next((name for name in COLUMNS if name.lower() == column.lower()), None)
    if point in points and found is not None:
        return Cell(point, found)
    if point in points:
        near = [f"{point}/{name}" for name in COLUMNS]
    else:
        near = difflib.get_close_matches(point if slash else text, points, n=4) or list(points[:4])
    raise UsageError(
        f"the certificate has no cell {text!r}",
        where="CELL",
        way_out=f"Write POINT/COLUMN; near are {', '.join(near)}. Without CELL all are listed.",
        code="unknown-cell",
    )


def all_cells(record: Record, document: Issued) -> dict[str, str]:
    """Return every cell of a document with what is printed in it: results tables first, then the others."""
    from calibrator.certificates import build
    from calibrator.evidence._other_cells import other_cells

    model = build(record, document.run, kind=document.kind)
    found = {
        f"{result.id}/{column}": printed_cell(result, column)
        for result in model.results
        for column in COLUMNS
    }
    return {**found, **{cell.name: cell.printed for cell in other_cells(model)}}


def result_of(model: Certificate, point: str) -> Result:
    """Return the result of a point that the certificate has."""
    return next(result for result in model.results if result.id == point)


def printed_cell(result: Result, column: str) -> str:
    """Return what stands in a cell of the printed table, with its unit."""
    from calibrator.certificates._numbers import printed

    row = printed(result)
    values, errors = f" {row.value_unit}", f" {row.error_unit}"
    clause8 = {None: "–", True: "✓", False: "×"}[result.clause8]
    cells = {
        "range": row.range,
        "nominal": row.nominal + values,
        "indication": row.indication + values,
        "reference": row.reference + values,
        "error": row.error + errors,
        "U": row.expanded_uncertainty + errors,
        "k": row.coverage_factor,
        "MC": clause8,
        "limit": row.limit + errors,
        "w": row.guard_band + errors,
        "pfa": row.pfa,
        "verdict": result.verdict,
        "status": f"{result.limit_status} / {result.standard_status}",
    }
    return (
        f"no number ({result.no_number})"
        if cells[column].startswith("–") and result.no_number
        else cells[column]
    )
