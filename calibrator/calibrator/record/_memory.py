"""A record that is never written anywhere: the same events and chain, in lists, for proofs by simulation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from calibrator._errors import UsageError
from calibrator.record._canonical import GENESIS, plain_body
from calibrator.record._ids import uuid7
from calibrator.record._model import Event, Head, RunSummary, link
from calibrator.record._reading import REGISTER
from calibrator.record._record import Record
from calibrator_drivers.clock import Clock

__all__ = ["MemoryRecord"]


class MemoryRecord(Record):
    """Satisfies what engine and evaluation ask of a `Record`; gone with the process, nothing is committed.

    Events have the same canonical text and hash chain as in a database, so a run has the same head in both;
    without `chain` both are empty, which saves a tenth of a proof. There are no projections: `runs` is empty,
    and a run is found by its id alone.
    """

    def __init__(self, clock: Clock, *, chain: bool = True) -> None:
        self._chain = chain
        self._station_clock = clock
        self._clock = clock
        self._listeners: list[Callable[[Event], None]] = []
        self._streams: dict[str, list[Event]] = {}

    @property
    def place(self) -> str:
        """Where the record lies."""
        return "the record in memory"

    @property
    def station(self) -> str:
        """The name of this station: none."""
        return ""

    def new_run(self) -> str:
        """Return a new run's id."""
        return uuid7(self._station_clock.now())

    def append(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        version: int = 1,
        at: datetime | None = None,
    ) -> Event:
        """Keep one event and return it; floats in `body` become hex, decimals and dates text.

        Raises:
            UsageError: a run begins twice, or not with `run.opened`.
            TypeError: `body` holds what the record has no text for.
        """
        moment = at or (self._station_clock if stream == REGISTER else self._clock).now()
        event = self._add(stream, kind, plain_body(body), version, moment)
        if stream != REGISTER and kind in _COMPANIONS:
            mode = str(self._streams[stream][0].body["mode"])
            details = {"run": stream, "head": event.hash, "count": event.seq, "mode": mode}
            self._add(REGISTER, _COMPANIONS[kind], details, 1, self._station_clock.now())
        for listener in tuple(self._listeners):
            listener(event)
        return event

    def append_all(self, entries: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Keep several events."""
        for stream, kind, body in entries:
            self.append(stream, kind, body)

    def events(self, stream: str, *, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """Yield the events of a stream in order, of the named kinds only where given."""
        return (event for event in self._streams.get(stream, ()) if kinds is None or event.kind in kinds)

    def last(self, stream: str, kind: str) -> Event | None:
        """Return the newest event of a kind in a stream, None where there is none."""
        found = reversed(self._streams.get(stream, ()))
        return next((event for event in found if event.kind == kind), None)

    def head(self, stream: str) -> tuple[int, str]:
        """Return how many events a stream has and the hash of the last, (0, 64 zeros) for none."""
        events = self._streams.get(stream)
        return (len(events), events[-1].hash) if events else (0, GENESIS)

    def runs(self) -> tuple[RunSummary, ...]:
        """Return nothing: no run of a proof knows of another."""
        return ()

    def asset_bodies(self) -> tuple[str, ...]:
        """Return nothing: the assets are those of the bench file."""
        return ()

    def certificate_bodies(self, asset: str | None = None) -> tuple[str, ...]:
        """Return nothing: the certificates are those of the bench file."""
        del asset
        return ()

    def forget(self, run: str) -> None:
        """Let go of a run's events."""
        self._streams.pop(run, None)

    def close(self) -> None:
        """Nothing is open."""

    def _add(self, stream: str, kind: str, body: Mapping[str, Any], version: int, at: datetime) -> Event:
        events = self._streams.setdefault(stream, [])
        if stream != REGISTER and (kind == "run.opened") == bool(events):
            raise UsageError(
                f"The run {stream} begins with run.opened", where="record", code="run-not-opened"
            )
        if self._chain:
            tip = Head(len(events), events[-1].hash, "") if events else None
            event = link(tip, GENESIS, stream=stream, kind=kind, version=version, at=at, body=body)
        else:
            event = Event(stream, len(events) + 1, kind, version, at, body, "", "", "")
        events.append(event)
        return event


_COMPANIONS = {"run.opened": "run.began", "run.closed": "run.ended"}
