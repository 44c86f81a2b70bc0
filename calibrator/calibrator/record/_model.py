"""What the record hands out: events, findings, one line a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calibrator.record._canonical import dump, event_hash, utc_text

__all__ = ["Event", "Finding", "Head", "RunSummary", "link"]


@dataclass(frozen=True, slots=True)
class Event:
    """One committed event; `canonical` is the stored text, `hash` chains it to `previous`."""

    stream: str
    seq: int  # from 1, without gaps
    kind: str
    version: int
    at: datetime
    body: Mapping[str, Any]
    canonical: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream: how many events, the last one's hash and time, and whether a run is open."""

    count: int
    hash: str
    at: str
    mode: str = ""  # "live" or "simulated" of a run, "" of the register
    open: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the record that is not as it was written.

    `code` is one of changed, deleted, inserted, reordered, missing-run, cut-tail, unregistered,
    projection, trigger, damaged, no-heads. `way_out` says what to do where that is not to restore a backup.
    """

    stream: str
    seq: int | None
    what: str
    code: str
    way_out: str = ""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One line of `calibrator runs`, from the projection."""

    id: str
    mode: str  # "live" or "simulated"
    procedure: str
    uut: str  # model
    asset: str
    serial: str
    opened_at: datetime
    state: str  # "open", "completed", "stopped", "interrupted"
    verdict: str | None
    exit_code: int | None
    station: str = ""  # that began it; "" where the record belongs to one home


def link(
    head: Head | None,
    genesis: str,
    *,
    stream: str,
    kind: str,
    version: int,
    at: datetime,
    body: Mapping[str, Any],
) -> Event:
    """Return the event that follows `head` in `stream`; `body` is plain already."""
    seq = 1 if head is None else head.count + 1
    previous = genesis if head is None else head.hash
    text = dump(
        {"at": utc_text(at), "body": body, "kind": kind, "seq": seq, "stream": stream, "version": version}
    )
    return Event(stream, seq, kind, version, at, body, text, previous, event_hash(previous, text))
