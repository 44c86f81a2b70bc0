"""What a run leaves on the bench: whether it was confirmed safe, and what stays hot (METROLOGY 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["hot_in_record", "hot_lines", "hot_of", "safe_line"]

Say = Callable[[str], str]
_COOLS = timedelta(days=1)  # after which a note of heat says nothing any more
_HOT = "hot, "  # what a note of the engine begins with where a block or bath stays hot


def hot_of(source: Mapping[str, Any]) -> str:
    """Return what is said of the heat that a source of a `safe` event leaves, "" for none.

    Example:
        >>> hot_of({"note": "connect-failed: x; hot, 400 degC: do not touch until below 50 degC"})
        'hot, 400 degC: do not touch until below 50 degC'
    """
    return next((part for part in str(source["note"]).split("; ") if part.startswith(_HOT)), "")


def hot_lines(events: Iterable[Event], say: Say) -> Iterator[str]:
    """Yield a line for each source that was hot when it was last made safe, with the time of that."""
    last = {
        source["asset"]: (source, event.at) for event in _safe(events) for source in event.body["sources"]
    }
    for asset, (source, at) in last.items():
        if hot := hot_of(source):
            yield f"{asset}: {say(hot)} ({at:%Y-%m-%dT%H:%M:%SZ})"


def hot_in_record(record: Record, now: datetime, say: Say) -> list[str]:
    """Return the lines of what the runs of the last day on instruments of this station left hot."""
    from calibrator.standards import load_bench

    events: list[Event] = []
    for run in record.runs():
        if not record.is_own(run):
            continue
        made_safe = [event for event in record.events(run.id, kinds={"safe"}) if now - event.at < _COOLS]
        if made_safe:
            bench = next(record.events(run.id, kinds={"run.opened"})).body["bench"]
            events += [] if load_bench(bench["text"], bench["file"]).in_process else made_safe
    return list(hot_lines(events, say))


def safe_line(events: Iterable[Event], say: Say) -> str:
    """Return how the sources stood when they were last made safe, "" where that never was."""
    last = next(iter(reversed(list(_safe(events)))), None)
    if last is None:
        return ""
    sources = last.body["sources"]
    marks = [
        f"{source['asset']}: {say(source['reported'])}, "
        + say("confirmed" if source["confirmed"] else "NOT CONFIRMED: do not touch")
        for source in sources
    ]
    return "; ".join(marks)


def _safe(events: Iterable[Event]) -> Iterator[Event]:
    return (event for event in events if event.kind == "safe")
