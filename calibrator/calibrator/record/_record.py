"""The record of one home: committed when `append` returns."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import select

from calibrator._errors import IntegrityError, RefusedError, StorageError, UsageError
from calibrator.record import _kept
from calibrator.record import _schema as schema
from calibrator.record._canonical import GENESIS, plain_body
from calibrator.record._damage import damage_named
from calibrator.record._heads import HeadLog
from calibrator.record._ids import uuid7
from calibrator.record._lock import HomeLock
from calibrator.record._model import Event, Finding, RunSummary
from calibrator.record._opening import check_readable, has_events, prepare
from calibrator.record._reading import (
    REGISTER,
    iterate,
    last_event,
    newest_time,
    point_of,
    summary_of,
)
from calibrator.record._sqlite import in_memory, reader, writer
from calibrator.record._store import Store
from calibrator.record._verify import verify
from calibrator.record._writer import STEP_BACK, Writer
from calibrator_drivers.clock import Clock

__all__ = ["Record"]

FILE = "record.sqlite"

_log = logging.getLogger("calibrator.record")


class Record:
    """An append-only, hash-chained event table with projections; open it with `Record.open`.

    Run streams take their times from the run's clock (`set_clock`), the register and the run ids
    from the station's clock that `open` was given.
    """

    REGISTER: ClassVar[str] = REGISTER

    def __init__(self, store: Store, *, clock: Clock, write: bool, lock: HomeLock | None = None) -> None:
        self._store = store
        self._station_clock = clock
        self._clock = clock
        self._lock = lock
        self._writer = Writer(store, clock) if write else None
        self._listeners: list[Callable[[Event], None]] = []
        self._heads: HeadLog | None = None
        self._found: datetime | None = None  # the latest time that a writer found, before it wrote

    @classmethod
    def open(
        cls,
        home: Path | None,
        *,
        clock: Clock,
        write: bool = True,
        url: str | None = None,
        station: str = "",
        heads: Path | None = None,
    ) -> Record:
        """Open the record of `home` (None: in memory, gone at the end); `write` takes the home's lock.

        With a `url` of PostgreSQL the record lies there, shared with other stations; `station` is the name
        of this one. A reader of a home without a record sees an empty one. `heads` is the outside log that
        gets a line for each event of the register and each step, and that `verify` compares with.

        Raises:
            RefusedError: nothing was begun: the folder, file or server cannot be written, another process
                writes there (`home-in-use`), or the record was written by a newer program (`home-newer`).
            IntegrityError: the file is damaged.
            UsageError: the url is none (`record-url`).
        """
        if home is None:
            return cls(_empty(clock), clock=clock, write=write)
        if not write:
            return cls._open_to_read(home, clock, url, station)._with(heads)
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RefusedError(
                f"The home folder cannot be made: {error.strerror or error}",
                where=str(home),
                way_out="Choose another folder with --home or CALIBRATOR_HOME.",
                code="cannot-open",
            ) from error
        lock = HomeLock(home)
        lock.acquire(clock)
        store: Store | None = None
        try:
            store = _store(home, url, station, write=True)
            with damage_named(store.place):
                found = prepare(store, home=str(home), clock=clock)
            record = cls(store, clock=clock, write=True, lock=lock)
            record._found = found
            return record._with(heads)
        except BaseException as error:
            if store is not None:
                store.close()
            lock.release()
            if isinstance(error, StorageError):
                raise _refused(error) from error
            raise

    @classmethod
    def _open_to_read(cls, home: Path, clock: Clock, url: str | None, station: str) -> Record:
        if not url and not (home / FILE).exists():
            return cls(_empty(clock), clock=clock, write=False)
        try:
            with damage_named(str(home / FILE)):
                store = _store(home, url, station, write=False)
        except StorageError as error:
            raise _refused(error) from error
        try:
            with damage_named(store.place), store.transaction() as connection:
                if not has_events(connection):
                    store.close()
                    return cls(_empty(clock), clock=clock, write=False)
                check_readable(connection, store.place)
        except BaseException as error:
            store.close()
            if isinstance(error, StorageError):
                raise _refused(error) from error
            raise
        return cls(store, clock=clock, write=False)

    def _with(self, heads: Path | None) -> Record:
        """Take the outside log, and write to it what it lacks where this record may be written."""
        if heads is not None:
            self._heads = HeadLog(heads, REGISTER)
            if self._writer is not None:
                self.subscribe(self._heads.listen)
                register = list(self.events(REGISTER))
                _kept.take(self._heads, register, self.station, self._note)
        return self

    def _note(self, kind: str, body: Mapping[str, Any]) -> Event:
        return self.append(REGISTER, kind, body)

    def renew_heads(self, *, reason: str, by: str) -> Path | None:
        """Put the outside log aside, begin another one, and record who did it and why.

        Returns where the former lies now. Raises what `renew` of the outside log does: a `UsageError` without
        a reason, a `StorageError` where the former cannot be put aside.
        """
        details = {"reason": reason, "by": by, "station": self.station}
        former = None if self._heads is None else self._heads.path
        aside = _kept.renew(self._heads, former, self._note, details)
        if self._heads is not None:
            self._heads.catch_up(self.events(REGISTER))
        return aside

    @property
    def place(self) -> str:
        """Where the record lies: a file, or a server's address without the password."""
        return self._store.place

    @property
    def station(self) -> str:
        """The name of this station in a shared record, "" where the record belongs to one home."""
        return self._store.backend.station

    def is_own(self, run: RunSummary) -> bool:
        """Say whether this station began a run: instruments of another are not within its reach."""
        return run.station == self.station

    def set_clock(self, clock: Clock) -> None:
        """Take the times of run events from `clock` from now on (virtual on a simulated bench)."""
        self._clock = clock

    def now(self) -> datetime:
        """Return the time of the station's clock."""
        return self._station_clock.now()

    def fell_behind(self) -> datetime | None:
        """Return the latest time recorded before this opening, where the station's clock is behind it now."""
        found = self._found
        if self._writer is None:
            with self._store.transaction() as connection:
                found = newest_time(connection, self.station)
        return None if found is None or self.now() >= found - STEP_BACK else found

    def new_run(self) -> str:
        """Return a new run's id: UUIDv7 of the station's time (RFC 9562, 5.7)."""
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
        """Commit one event and return it; what returns is on the disk (synchronous=FULL).

        Floats in `body` are stored as hex, decimals and dates as text. A run's first event is
        `run.opened` with its mode. The register gets `run.began` and `run.ended` in the same
        transaction.

        Raises:
            StorageError: the record cannot be written; nothing of this event is stored.
            UsageError: the stream has not begun (`run-not-opened`) or begins twice.
            TypeError: `body` holds what the record has no text for.
        """
        if self._writer is None:
            raise StorageError(
                "This record was opened to read only", where=self._store.place, code="read-only"
            )
        clock = self._station_clock if stream == REGISTER else self._clock
        written = self._writer.append(stream, kind, plain_body(body), version, at or clock.now())
        for event in written:
            self._publish(event)
        return next(event for event in written if event.stream == stream and event.kind == kind)

    def append_all(self, entries: Sequence[tuple[str, str, Mapping[str, Any]]]) -> None:
        """Commit events of runs, each as stream, kind and body, in one transaction: all of them or none.

        Raises:
            StorageError: the record cannot be written; nothing of them is stored.
            UsageError: a stream has not begun (`run-not-opened`).
        """
        if self._writer is None:
            raise StorageError(
                "This record was opened to read only", where=self._store.place, code="read-only"
            )
        plain = [(stream, kind, plain_body(body)) for stream, kind, body in entries]
        for event in self._writer.append_all(plain, 1, self._clock.now()):
            self._publish(event)

    def _publish(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - a listener's error never harms the record
                _log.exception("a listener failed at %s %s", event.stream, event.seq)

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with each event after its commit; returns what ends that."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def events(self, stream: str, *, kinds: Collection[str] | None = None) -> Iterator[Event]:
        """Yield the events of a stream in order, of the named kinds only where given."""
        return iterate(self._store, stream, kinds)

    def last(self, stream: str, kind: str) -> Event | None:
        """Return the newest event of a kind in a stream, None where there is none."""
        with self._store.transaction() as connection:
            return last_event(connection, stream, kind)

    def head(self, stream: str) -> tuple[int, str]:
        """Return how many events a stream has and the hash of the last, (0, 64 zeros) for none."""
        with self._store.transaction() as connection:
            found = last_event(connection, stream)
        return (0, GENESIS) if found is None else (found.seq, found.hash)

    def runs(self) -> tuple[RunSummary, ...]:
        """Return one line for each run, in the order in which they began."""
        table = schema.runs
        with self._store.transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.position)).fetchall()
        with damage_named(self.place):
            return tuple(map(summary_of, rows))

    def find_run(self, text: str) -> str:
        """Return the id of the run that `text` means: an id, a beginning of one, or the station's last.

        Raises:
            UsageError: no such run, or more than one.
        """
        runs = self.runs()
        known = [run.id for run in runs]
        own = [run.id for run in runs if self.is_own(run)]
        found = own[-1:] if text == "last" else [run for run in known if text and run.startswith(text)]
        if len(found) == 1:
            return found[0]
        if not known:
            what, way_out = (
                "There is no run here yet",
                "Begin with `calibrator demo`, or name another --home.",
            )
        elif not found:
            what, way_out = f"There is no run {text!r}", "`calibrator runs` lists them."
        else:
            what = f"{text!r} is the beginning of {len(found)} runs"
            way_out = f"Give more of it: {', '.join(found[-3:])}."
        raise UsageError(what, where=self._store.place, way_out=way_out, code="no-such-run")

    def results(self, run: str) -> list[dict[str, Any]]:
        """Return the point objects of the last `section.evaluated` of each section, in order.

        Raises:
            IntegrityError: code `record-damaged`, a row of the table of points is none.
        """
        table = schema.points
        query = select(table.c.section, table.c.position, table.c.body).where(table.c.run == run)
        with self._store.transaction() as connection:
            rows = connection.execute(query.order_by(table.c.section_position, table.c.position)).fetchall()
        return [point_of(row.body, f"run {run}, section {row.section}, row {row.position}") for row in rows]

    def asset_bodies(self) -> tuple[str, ...]:
        """Return the newest `asset.added` body of each asset as canonical text, by asset id."""
        table = schema.assets
        with self._store.transaction() as connection:
            return tuple(connection.execute(select(table.c.body).order_by(table.c.asset)).scalars())

    def certificate_bodies(self, asset: str | None = None) -> tuple[str, ...]:
        """Return the newest `certificate.added` body of each certificate as canonical text, oldest first."""
        table = schema.certificates
        query = select(table.c.body).order_by(table.c.asset, table.c.issued, table.c.seq)
        if asset is not None:
            query = query.where(table.c.asset == asset)
        with self._store.transaction() as connection:
            return tuple(connection.execute(query).scalars())

    def verify(self, stream: str | None = None) -> tuple[Finding, ...]:
        """Return all that is not as it was written, nothing when the record (or one run) is intact.

        Chains, the register's heads, the append-only triggers and the projections are compared, and the
        outside log of heads where there is one.
        """
        found = verify(self._store, stream)
        if self._heads is None:
            return found
        with suppress(IntegrityError):  # a register that cannot be read has its findings
            said = list(self.events(REGISTER, kinds=_kept.KINDS))
            log = _kept.place(self._heads, said, self.station)
            gone = _kept.missing(log, said, self.station) if stream in (None, REGISTER) else ()
            # in a shared record other stations write events that this one's log takes at the next opening
            whole = stream in (None, REGISTER) and not self.station
            short = log.lacking(self.events(REGISTER)) if whole else ()
            return (*found, *gone, *short, *log.check(self._hashes, stream))
        return (*found, *self._heads.check(self._hashes, stream))

    def missing_heads(self) -> tuple[Finding, ...]:
        """Return what is said of an outside log that the register names where none is kept any more."""
        return tuple(_kept.missing(None, self.events(REGISTER, kinds=_kept.KINDS), self.station))

    def _hashes(self, stream: str, numbers: list[int]) -> dict[int, str]:
        table, found = schema.events, {}
        with self._store.transaction() as connection:
            for begin in range(0, len(numbers), 500):
                wanted = table.c.seq.in_(numbers[begin : begin + 500])
                query = select(table.c.seq, table.c.hash).where(table.c.stream == stream, wanted)
                found.update({row.seq: row.hash for row in connection.execute(query)})
        return found

    def close(self) -> None:
        """Close the record and give the home's lock back; may be called twice."""
        self._store.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Record:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _refused(error: StorageError) -> RefusedError:
    """Return what was found at opening as the refusal that it is: nothing was begun."""
    way_out = error.way_out.replace("go on with `calibrator resume`", "try again")
    return RefusedError(error.what, where=error.where, way_out=way_out, code=error.code)


def _store(home: Path, url: str | None, station: str, *, write: bool) -> Store:
    if url:
        from calibrator.record._postgres import open_store

        return open_store(url, station=station, write=write)
    return writer(home / FILE) if write else reader(home / FILE)


def _empty(clock: Clock) -> Store:
    store = in_memory()
    prepare(store, home="memory", clock=clock)
    return store
