"""Appending and reading back: chain, register, clocks, listeners, refusals."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator._errors import StorageError, UsageError
from calibrator.record import Event, Record, canonical


def test_an_event_is_chained_by_the_published_formula(station: Any) -> None:
    run = station.whole_run()
    previous = "0" * 64
    for number, event in enumerate(station.record.events(run), start=1):
        assert event.seq == number
        assert event.previous == previous
        assert event.hash == hashlib.sha256(f"{previous}\n{event.canonical}".encode()).hexdigest()
        held = json.loads(event.canonical)
        assert sorted(held) == ["at", "body", "kind", "seq", "stream", "version"]
        assert event.canonical == canonical(held)
        previous = event.hash
    assert station.record.head(run) == (number, previous)


def test_what_append_returns_is_what_is_read_back(station: Any) -> None:
    run = station.begin()
    body = {"value": 0.1, "U": Decimal("0.10"), "points": ("a", "b")}
    written = station.record.append(run, "configured", body, version=3)
    assert written.body == {"value": "0x1.999999999999ap-4", "U": "0.10", "points": ["a", "b"]}
    assert list(station.record.events(run))[-1] == written
    assert station.record.last(run, "configured") == written
    assert station.record.last(run, "energise") is None


def test_events_are_committed_when_append_returns(station: Any) -> None:
    run = station.begin()
    seq = station.read(run)
    with station.raw() as ask:
        assert ask("SELECT max(seq) FROM events WHERE stream = ?", (run,)) == [(seq,)]


def test_what_is_committed_survives_a_power_failure(filed: Any) -> None:
    with filed.record._store.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA recursive_triggers").scalar() == 1


def test_events_of_some_kinds_come_in_order_over_several_pages(memory: Any) -> None:
    run = memory.begin()
    wanted = [memory.read(run, index) for index in range(1203)]
    memory.record.append(run, "fault", {"code": "x"})
    assert [event.seq for event in memory.record.events(run, kinds={"reading"})] == wanted
    assert list(memory.record.events(run, kinds=())) == []


def test_reading_goes_on_while_events_are_appended(memory: Any) -> None:
    run = memory.begin()
    for index in range(499):  # a page is full: what is appended meanwhile comes with the next
        memory.read(run, index)
    seen = 0
    for event in memory.record.events(run):
        seen = event.seq
        if seen < 4:
            memory.read(run)
    assert seen == memory.record.head(run)[0] == 503


def test_the_register_says_how_each_run_began_and_ended(station: Any) -> None:
    run = station.whole_run()
    began, ended = station.record.events("register", kinds={"run.began", "run.ended"})
    events = list(station.record.events(run))
    named = {"station": "station-1"} if station.url else {}  # whose instruments are within reach
    assert began.body == {"run": run, "head": events[0].hash, "count": 1, "mode": "live"} | named
    assert ended.body == {"run": run, "head": events[-1].hash, "count": len(events), "mode": "live"}


def test_a_document_issued_behind_the_end_is_anchored_too(station: Any) -> None:
    run = station.whole_run()
    issued = station.record.append(run, "certificate.issued", {"id": "CAL-1"})
    anchored = station.record.last("register", "run.anchored")
    assert anchored is not None
    assert (anchored.body["count"], anchored.body["head"]) == (issued.seq, issued.hash)


def test_a_run_that_was_broken_off_is_anchored_at_the_next_opening(station: Any) -> None:
    run = station.begin()
    seq = station.read(run)
    record = station.reopen()
    anchored = record.last("register", "run.anchored")
    assert (anchored.body["run"], anchored.body["count"]) == (run, seq)
    count = record.head("register")[0]
    assert station.reopen().head("register")[0] == count  # once only


def test_a_run_is_live_or_simulated_from_its_first_event(memory: Any) -> None:
    run = memory.record.new_run()
    with pytest.raises(UsageError, match=r"before run\.opened"):
        memory.record.append(run, "reading", {})
    with pytest.raises(UsageError, match="neither live nor simulated"):
        memory.record.append(run, "run.opened", {"mode": "dry"})
    run = memory.begin(mode="simulated")
    with pytest.raises(UsageError, match="has begun already"):
        memory.record.append(run, "run.opened", {"mode": "live"})
    assert [summary.mode for summary in memory.record.runs()] == ["simulated"]


def test_ids_are_uuid7_of_the_stations_time_in_order(memory: Any) -> None:
    ids = [memory.record.new_run() for _ in range(20)]
    assert {uuid.UUID(run).version for run in ids} == {7}
    assert {uuid.UUID(run).variant for run in ids} == {uuid.RFC_4122}
    assert ids == sorted(ids)  # the clock goes on by a second each time
    moment = datetime.fromtimestamp((uuid.UUID(ids[-1]).int >> 80) / 1000, UTC)
    assert moment == memory.clock.at


def test_run_events_take_the_benchs_time_and_the_register_the_stations(memory: Any) -> None:
    class Bench:
        at = datetime(2020, 1, 1, tzinfo=UTC)

        def now(self) -> datetime:
            return self.at

        def monotonic_ns(self) -> int:
            return 0

        def sleep(self, seconds: float) -> None:
            self.at += timedelta(seconds=seconds)

    memory.record.set_clock(Bench())
    run = memory.begin(mode="simulated")
    assert next(iter(memory.record.events(run))).at == Bench.at
    assert memory.record.last("register", "run.began").at.year == 2026


def test_a_clock_set_back_is_recorded(station: Any) -> None:
    station.whole_run()
    before = station.clock.at
    station.clock.at -= timedelta(hours=1)
    run = station.begin()
    went = station.record.last("register", "clock.went_back")
    assert went.body["stream"] == "register"
    assert datetime.fromisoformat(went.body["before"]) == before
    assert datetime.fromisoformat(went.body["now"]) == went.at < before
    station.clock.at -= timedelta(hours=1)
    station.read(run)
    assert station.record.last("register", "clock.went_back").body["stream"] == run
    assert station.record.verify() == ()


def test_a_clock_that_follows_a_time_server_is_no_event(station: Any) -> None:
    run = station.begin()
    station.clock.at -= timedelta(seconds=1.5)
    station.read(run)
    assert station.record.last("register", "clock.went_back") is None


def test_a_simulated_bench_may_go_back_to_its_checkpoint(station: Any) -> None:
    run = station.begin(mode="simulated")
    at = station.clock.at - timedelta(days=1)
    station.record.append(run, "resumed", {}, at=at)
    assert station.record.last("register", "clock.went_back") is None


def test_listeners_hear_each_event_behind_its_commit(station: Any) -> None:
    heard: list[Event] = []

    def listen(event: Event) -> None:
        assert station.record.head(event.stream)[0] >= event.seq
        heard.append(event)

    stop = station.record.subscribe(listen)
    run = station.begin()
    station.read(run)
    stop()
    stop()
    station.read(run)
    assert [event.kind for event in heard] == ["run.opened", "run.began", "reading"]


def test_a_failing_listener_harms_neither_record_nor_others(
    station: Any, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Event] = []

    def fail(event: Event) -> None:
        raise RuntimeError("page closed")

    station.record.subscribe(fail)
    station.record.subscribe(heard.append)
    with caplog.at_level(logging.ERROR, "calibrator.record"):
        run = station.begin()
    assert "page closed" in caplog.text
    assert [event.kind for event in heard] == ["run.opened", "run.began"]
    assert station.record.head(run)[0] == 1


def test_two_threads_append_one_chain(station: Any) -> None:
    run = station.begin()

    def write() -> None:
        for index in range(50):
            station.read(run, index)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert station.record.head(run)[0] == 201
    assert station.record.verify() == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.dictionaries(st.text(max_size=5), st.floats() | st.text(max_size=9))),
        max_size=15,
    )
)
def test_any_interleaving_of_runs_is_intact_and_reads_back(steps: list[tuple[int, dict[str, Any]]]) -> None:
    class Still:
        def now(self) -> datetime:
            return datetime(2026, 11, 23, tzinfo=UTC)

        def monotonic_ns(self) -> int:
            return 0

        def sleep(self, seconds: float) -> None:
            return None

    with Record.open(None, clock=Still()) as record:
        runs = [record.new_run() for _ in range(3)]
        for run in runs:
            record.append(run, "run.opened", {"mode": "simulated"})
        written: dict[str, list[str]] = {run: [] for run in runs}
        for which, body in steps:
            written[runs[which]].append(record.append(runs[which], "note", body).canonical)
        assert record.verify() == ()
        for run in runs:
            assert [event.canonical for event in record.events(run, kinds={"note"})] == written[run]


def test_a_closed_record_says_so(memory: Any) -> None:
    memory.record.close()
    with pytest.raises(StorageError, match="closed"):
        memory.begin()
