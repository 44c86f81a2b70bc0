"""Opening the record for a command, and taking its words for a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from calibrator._errors import IntegrityError, UsageError
from calibrator.cli._behind import name_clock
from calibrator.cli._settings import Settings
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["check_intact", "opened"]


@contextmanager
def opened(chosen: Settings, *, write: bool = False) -> Iterator[Record]:
    """Open the home's record, for reading unless `write`, and close it on every way out.

    Raises `UsageError` (code `no-record`) where there is none to read.
    """
    home = chosen.home
    if not write and not home.has_record:
        raise UsageError(
            "There is no record yet",
            where=str(home.record_path),
            way_out="`calibrator demo` makes one; another folder is chosen with --home.",
            code="no-record",
        )
    record = home.open_record(RealClock(), write=write)
    try:
        if write:
            name_clock(chosen, record)
        yield record
    finally:
        record.close()


def check_intact(record: Record, run: str) -> None:
    """Let nothing of an altered run be shown as if it were sound.

    Raises `IntegrityError` (code `record-altered`) with the first thing that is not as it was written.
    """
    findings = record.verify(run)
    if findings:
        first = findings[0]
        raise IntegrityError(
            f"The record of the run is not as it was written: {first.what}",
            where=first.stream if first.seq is None else f"{first.stream}, event {first.seq}",
            way_out="See all of it with `calibrator verify`, and compare with your backup.",
            code="record-altered",
        )
