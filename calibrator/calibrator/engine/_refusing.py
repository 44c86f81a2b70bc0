"""Runs that do not go on: completed, begun elsewhere, or over since their opening check failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator._errors import RefusedError
from calibrator.engine._chronicle import Chronicle
from calibrator.evaluation import OPENING

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["refuse_completed", "refuse_failed_check", "refuse_foreign"]


def refuse_completed(record: Record, run: str) -> None:
    """Raise `RefusedError` where a run is completed."""
    closing = record.last(run, "run.closed")
    if closing is not None and closing.body["outcome"] == "completed":
        raise RefusedError(
            "the run is completed, there is nothing to go on with",
            where=f"run {run}",
            way_out="Look at it with: calibrator show",
            code="nothing-to-resume",
        )


def refuse_failed_check(chronicle: Chronicle) -> None:
    """A session whose opening check failed is over: going on would repeat until pass (METROLOGY 23, 24)."""
    failed = any(
        event.kind == "session.checked" and event.body["phase"] == OPENING and event.body["passed"] is False
        for event in chronicle.events
    )
    if failed:
        raise RefusedError(
            "the opening check of the standard failed, so the run is over",
            where=f"run {chronicle.run}",
            way_out="Find out why, then begin a new run.",
            code="opening-check-failed",
        )


def refuse_foreign(record: Record, run: str) -> None:
    """A run goes on where it began: its instruments and its traffic log are there."""
    summary = next(item for item in record.runs() if item.id == run)
    if not record.is_own(summary):
        raise RefusedError(
            f"the run was begun at another station, {summary.station or 'before stations had names'}",
            where=f"run {run}",
            way_out="Go on with it there.",
            code="other-station",
        )
