"""From a printed cell to raw bytes: result, budget, reading, wire, instrument and its certificate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator._errors import UsageError
from calibrator.evidence._cell import Cell
from calibrator.evidence._cells import parse_cell, printed_cell, result_of
from calibrator.evidence._node import Node
from calibrator.evidence._other_cells import find_other
from calibrator.evidence._walk import Walk

if TYPE_CHECKING:
    from calibrator.certificates._model import Result
    from calibrator.evidence._find import Issued
    from calibrator.record import Record

__all__ = ["explain"]


def explain(record: Record, document: Issued, cell: str, traffic: Path | None) -> Node:
    """Return what a cell rests on, down to the bytes on the wire.

    Args:
        record: the record, checked to be intact.
        document: which document (`find_document`).
        cell: `POINT/COLUMN`, or one of the cells beside the results tables (`other_cells`).
        traffic: the folder of the traffic logs; None where they lie at another station.

    Raises:
        UsageError: the document has no such cell (`unknown-cell`), or no results (`no-results`).
        IntegrityError: a log is gone, or what it holds is not what the reading says (`traffic-differs`).
    """
    from calibrator.certificates import build

    model = build(record, document.run, kind=document.kind)
    points = [result.id for result in model.results]
    if not points:
        raise UsageError(
            "the run has no results that a certificate could print",
            where=document.run,
            way_out="See what it has: calibrator show RUN.",
            code="no-results",
        )
    entered = tuple(record.events(record.REGISTER, kinds={"certificate.added"}))
    walk = Walk(document.run, tuple(record.events(document.run)), traffic, entered)
    other = find_other(model, cell)
    if other is not None:
        name, printed, below = other.name, other.printed, tuple(other.walk(walk))
    else:
        wanted = parse_cell(cell, points)
        result = result_of(model, wanted.point)
        name, printed = str(wanted), printed_cell(result, wanted.column)
        below = tuple(_below(walk, wanted, result))
    facts = {
        "certificate": document.id or f"not issued yet; it would be {model.id}",
        "cell": name,
        "printed": printed,
        "run": document.run,
    }
    if model.simulated:
        facts["note"] = "SIMULATED - not a calibration certificate"
    return Node("cell of the certificate", facts, below)


def _below(walk: Walk, cell: Cell, result: Result) -> Iterator[Node]:
    if cell.column in ("range", "nominal"):
        yield walk.reference(cell.point)
        return
    if cell.column in ("limit", "status"):
        yield walk.limit(cell.point)
        return
    yield walk.result(cell, result)
