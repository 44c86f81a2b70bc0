"""What broken runs left energised, as the record shows it; pure functions of recorded events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from calibrator.engine._safety import Quantity, quantity_of
from calibrator.evaluation import is_check
from calibrator.standards import BenchFile, load_bench

if TYPE_CHECKING:
    from calibrator.engine._steps import RecordedEvent
    from calibrator.record import Record

__all__ = ["Leftover", "energised_in", "imitated_in", "leftovers_of", "quantity_in"]

KINDS = ("energise", "deenergised", "safe", "instruments.identified")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A run that ended with something energised and not closed."""

    run: str
    mode: str
    assets: tuple[str, ...]
    bench: BenchFile
    uut: str  # asset
    quantity: Quantity  # what the meter sees with the leads as they were
    at: datetime | None  # last time of a run whose clock ended with its process
    imitated: frozenset[str] = frozenset()  # assets that said themselves that they are simulated
    batch: str = ""  # the first run of several units that were measured at once on the same sources


def energised_in(events: Iterable[RecordedEvent]) -> tuple[str, ...]:
    """Return the assets that were energised and neither reported standby nor were confirmed safe since."""
    on: dict[str, None] = {}
    for event in events:
        if event.kind == "energise":
            on[event.body["asset"]] = None
        elif event.kind == "deenergised" and event.body["confirmed"]:
            on.pop(event.body["asset"], None)
        elif event.kind == "safe":
            for source in event.body["sources"]:
                if source["confirmed"]:
                    on.pop(source["asset"], None)
    return tuple(on)


def imitated_in(events: Iterable[RecordedEvent]) -> frozenset[str]:
    """Return the assets whose own `*IDN?` told a serial that begins with SIM.

    The run's mark is no measure of danger: one simulated meter makes a run simulated, no source less real.
    """
    return frozenset(
        row["asset"]
        for event in events
        if event.kind == "instruments.identified"
        for row in event.body["instruments"]
        if row["identity"].split(",")[2:3] and row["identity"].split(",")[2].strip().startswith("SIM")
    )


def quantity_in(events: Iterable[RecordedEvent]) -> Quantity:
    """Return what the meter sees with the leads of the last energising."""
    last = next((event.body for event in reversed(list(events)) if event.kind == "energise"), None)
    # The unit under test sees nothing of a session check.
    if last is None or is_check(str(last.get("point") or "")):
        return "none"
    return quantity_of([last["function"]])


def leftovers_of(record: Record) -> tuple[Leftover, ...]:
    """Return every run of this station that left something energised, the oldest first."""
    found = []
    for summary in record.runs():
        # The instruments of another station are not at this one's addresses.
        if summary.state == "completed" or not record.is_own(summary):
            continue
        events = list(record.events(summary.id, kinds=KINDS))
        assets = energised_in(events)
        if not assets:
            continue
        opened = next(record.events(summary.id, kinds={"run.opened"})).body
        bench = load_bench(opened["bench"]["text"], opened["bench"]["file"])
        uut, at = opened["uut"]["asset"], _last_time(record, summary.id) if bench.in_process else None
        seen = imitated_in(events)
        batch = str(next(iter(opened.get("batch", ())), ""))
        quantity = quantity_in(events)
        found.append(Leftover(summary.id, summary.mode, assets, bench, uut, quantity, at, seen, batch))
    return tuple(found)


def _last_time(record: Record, run: str) -> datetime:
    """Return the time at which a simulated clock ended with its process."""
    return max(event.at for event in record.events(run))
