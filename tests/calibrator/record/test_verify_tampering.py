"""An altered record is seen and the event is named, also when the triggers were dropped first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator._errors import IntegrityError
from calibrator.record import Finding, Record, canonical, event_hash

Tamper = Callable[..., None]


def named(found: tuple[Finding, ...]) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.seq) for finding in found]


def rewritten(row: dict[str, Any], previous: str, seq: int, **body: object) -> tuple[object, ...]:
    """Return an event's columns with another body, number and place in the chain, hashed anew."""
    held = json.loads(row["canonical"])
    text = canonical({**held, "seq": seq, "body": {**held["body"], **body}})
    return (row["stream"], seq, row["kind"], 1, row["at"], text, previous, event_hash(previous, text))


INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
UPDATE = "UPDATE events SET stream=?, seq=?, kind=?, version=?, at=?, canonical=?, previous=?, hash=?"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET canonical = canonical || ' '",
        "DELETE FROM events",
        "INSERT INTO events SELECT stream, seq + 5, kind, version, at, canonical, previous, hash FROM events",
    ],
)
def test_the_event_table_is_append_only(station: Any, statement: str) -> None:
    station.whole_run()
    with station.raw() as ask, pytest.raises(Exception, match="append-only"):
        ask(statement)
    assert station.record.verify() == ()


@pytest.mark.parametrize(
    "statement",
    [
        "REPLACE INTO events SELECT stream, seq, kind, 2, at, canonical, previous, hash FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "UPDATE OR REPLACE events SET seq = seq + 1",
    ],
)
def test_sqlite_has_no_way_around_that(filed: Any, statement: str) -> None:
    filed.whole_run()
    with filed.raw() as ask, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        ask(statement)
    assert filed.record.verify() == ()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE events",
        "INSERT INTO events SELECT * FROM events ON CONFLICT (stream, seq) DO UPDATE SET version = 2",
        "MERGE INTO events e USING events o ON e.hash = o.hash WHEN MATCHED THEN DELETE",
    ],
)
def test_nor_has_postgresql(served: Any, statement: str) -> None:
    served.whole_run()
    with served.raw() as ask, pytest.raises(Exception, match="append-only"):
        ask(statement)
    assert served.record.verify() == ()


def test_a_changed_event_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    tamper(
        f"UPDATE events SET canonical = replace(canonical, '0x1.4', '0x1.5')"
        f" WHERE stream = '{run}' AND seq = 4"
    )
    assert named(station.record.verify()) == [("changed", 4)]
    (finding,) = station.record.verify(run)
    assert finding.stream == run
    assert "Event 4 was changed" in finding.what


def test_a_changed_event_hashed_anew_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    row = station.rows(run)[3]
    tamper((f"{UPDATE} WHERE stream=? AND seq=?", (*rewritten(row, row["previous"], 4, value="0x0"), run, 4)))
    assert named(station.record.verify(run)) == [("changed", 4)]


def test_a_chain_written_anew_to_its_end_is_not_the_one_in_the_register(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    old = station.rows(run)
    previous, statements = old[2]["hash"], []
    for row in old[3:]:
        columns = rewritten(row, previous, row["seq"], note="other")
        statements.append((f"{UPDATE} WHERE stream=? AND seq=?", (*columns, run, row["seq"])))
        previous = str(columns[-1])
    tamper(*statements)
    found = station.record.verify(run)
    assert ("changed", len(old)) in named(found)
    assert "in event 3 of the register" in found[0].what


@pytest.mark.parametrize("column", ["kind = 'note'", "version = 2", "at = '2020-01-01T00:00:00.000000Z'"])
def test_a_changed_column_is_named(station: Any, tamper: Tamper, column: str) -> None:
    run = station.whole_run()
    tamper(f"UPDATE events SET {column} WHERE stream = '{run}' AND seq = 4")
    assert ("changed", 4) in named(station.record.verify())


@pytest.mark.parametrize("column", ["previous", "hash"])
def test_a_changed_link_is_named(station: Any, tamper: Tamper, column: str) -> None:
    run = station.whole_run()
    tamper(f"UPDATE events SET {column} = '{'f' * 64}' WHERE stream = '{run}' AND seq = 4")
    assert named(station.record.verify()) == [("changed", 4)]


def test_a_text_that_is_no_event_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    row = station.rows(run)[3]
    text = "not json"
    digest = event_hash(row["previous"], text)
    tamper(("UPDATE events SET canonical=?, hash=? WHERE stream=? AND seq=4", (text, digest, run)))
    assert ("damaged", 4) in named(station.record.verify())
    with pytest.raises(IntegrityError, match=f"Event 4 of {run} cannot be read") as caught:
        list(station.record.events(run))
    assert caught.value.exit_code == 6


def test_a_deleted_event_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    tamper(f"DELETE FROM events WHERE stream = '{run}' AND seq IN (4, 5)")
    (finding,) = station.record.verify()
    assert (finding.code, finding.seq) == ("deleted", 4)
    assert "Events 4 to 5 were deleted" in finding.what


def test_a_deleted_first_event_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    tamper(f"DELETE FROM events WHERE stream = '{run}' AND seq = 1")
    assert named(station.record.verify(run)) == [("deleted", 1)]


def test_a_deleted_event_whose_followers_were_renumbered_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    numbers = [row["seq"] for row in station.rows(run) if row["seq"] > 4]
    moves = [f"UPDATE events SET seq = {n - 1} WHERE stream = '{run}' AND seq = {n}" for n in numbers]
    tamper(f"DELETE FROM events WHERE stream = '{run}' AND seq = 4", *moves)
    found = station.record.verify(run)
    assert found[0].code == "deleted"
    assert "Event 4 was deleted and the later ones renumbered" in found[0].what


def test_an_inserted_event_is_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    old = station.rows(run)
    moves = [
        f"UPDATE events SET seq = {row['seq'] + 1} WHERE stream = '{run}' AND seq = {row['seq']}"
        for row in reversed(old[4:])
    ]
    tamper(*moves, (INSERT, rewritten(old[3], old[3]["hash"], 5, value="0x0")))
    found = station.record.verify(run)
    assert (found[0].code, found[0].seq) == ("inserted", 5)


COPY = (
    "INSERT INTO events SELECT stream, {to}, kind, version, at, canonical, previous, hash FROM events"
    " WHERE stream = '{run}' AND seq = {of}"
)


@pytest.mark.parametrize(
    ("copies", "wanted"),
    [
        ([(3, 10)], [("inserted", 10)]),
        ([(9, 10)], [("inserted", 10)]),
        ([(3, 10), (4, 11)], [("inserted", 10), ("inserted", 11)]),
        ([(3, 14)], [("inserted", 14)]),
        ([(1, 0)], [("inserted", 0)]),
        ([(1, 0), (2, -1)], [("inserted", -1), ("inserted", 0)]),
    ],
)
def test_a_copy_of_an_event_is_named_where_it_was_put_in(
    filed: Any, copies: list[tuple[int, int]], wanted: list[tuple[str, int]]
) -> None:
    run = filed.whole_run()
    with filed.raw() as ask:
        kept = ask("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _sql in kept:
            ask(f"DROP TRIGGER {name}")
        for of, to in copies:
            ask(COPY.format(run=run, of=of, to=to))
        for _name, sql in kept:
            ask(sql)
    found = filed.record.verify(run)
    assert named(found) == wanted
    assert all("A copy of event" in finding.what for finding in found)


def test_a_copy_in_the_middle_or_in_the_place_of_another_event_is_named(station: Any, tamper: Tamper) -> None:
    first, second = station.whole_run(), station.whole_run()
    tamper(
        f"UPDATE events SET seq = seq + 100 WHERE stream = '{first}' AND seq >= 6",
        f"UPDATE events SET seq = seq - 99 WHERE stream = '{first}' AND seq >= 100",
        COPY.format(run=first, of=3, to=6),
        f"DELETE FROM events WHERE stream = '{second}' AND seq = 6",
        COPY.format(run=second, of=3, to=6),
    )
    assert named(station.record.verify(first))[0] == ("inserted", 6)
    (finding,) = station.record.verify(second)
    assert (finding.code, finding.seq) == ("changed", 6)
    assert "replaced by a copy of event 3" in finding.what


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE meta SET value = '99' WHERE key = 'schema'", "schema"),
        ("UPDATE meta SET value = '1' WHERE key = 'projections'", "projections"),
        ("UPDATE meta SET value = 'x' WHERE key = 'projections'", "projections"),
        ("DELETE FROM meta WHERE key = 'schema'", "schema"),
        ("DELETE FROM meta WHERE key = 'projections'", "projections"),
    ],
)
def test_an_altered_version_of_the_record_is_a_finding(filed: Any, statement: str, row: str) -> None:
    """It refused to be read, as the home of another version would be."""
    filed.whole_run()
    filed.record.close()
    with filed.raw() as ask:
        ask(statement)
    with filed.open(write=False) as reader:
        (finding,) = reader.verify()
    assert (finding.code, f"The row {row} of the table meta" in finding.what) == ("version", True)
    if row == "schema":
        with pytest.raises(IntegrityError, match="table meta") as caught:
            filed.open()
        assert caught.value.code == "version-altered"
    else:
        filed.record = filed.open()
        assert filed.record.verify() == ()


def test_an_event_inserted_behind_the_end_differs_from_the_projections(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    last = station.rows(run)[-3]
    head = station.rows(run)[-1]
    tamper((INSERT, rewritten(last, head["hash"], head["seq"] + 1, value="0x0")))
    found = station.record.verify(run)
    assert ("projection", head["seq"] + 1) in named(found)


def test_two_swapped_events_are_named(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    place = f"WHERE stream = '{run}' AND seq"
    tamper(
        f"UPDATE events SET seq = 99 {place} = 4",
        f"UPDATE events SET seq = 4 {place} = 6",
        f"UPDATE events SET seq = 6 {place} = 99",
    )
    assert named(station.record.verify(run)) == [("reordered", 4), ("reordered", 6)]


def test_an_event_of_another_run_is_named(station: Any, tamper: Tamper) -> None:
    first, second = station.whole_run(), station.whole_run()
    tamper(
        f"DELETE FROM events WHERE stream = '{second}' AND seq = 4",
        f"UPDATE events SET stream = '{second}' WHERE stream = '{first}' AND seq = 4",
    )
    assert [(finding.stream, finding.seq) for finding in station.record.verify()] == [(first, 4), (second, 4)]


def test_a_cut_tail_is_seen(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    tamper(f"DELETE FROM events WHERE stream = '{run}' AND seq > 5")
    found = station.record.verify(run)
    assert ("cut-tail", 6) in named(found)
    assert "5 events are left of 9" in next(f.what for f in found if f.code == "cut-tail")


def test_a_missing_run_is_seen(station: Any, tamper: Tamper) -> None:
    run, other = station.whole_run(), station.whole_run()
    tables = ("events:stream", "runs:run", "points:run", "readings:run")
    tamper(*(f"DELETE FROM {t.split(':')[0]} WHERE {t.split(':')[1]} = '{run}'" for t in tables))
    assert [(f.stream, f.code) for f in station.record.verify()] == [(run, "missing-run")]
    assert station.record.verify(other) == ()


def test_a_cut_register_is_seen(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    tamper("DELETE FROM events WHERE stream = 'register' AND seq = 3")
    assert [(f.stream, f.code) for f in station.record.verify()] == [(run, "unregistered")]
    tamper("DELETE FROM events WHERE stream = 'register' AND seq = 2")
    assert "unregistered" in {f.code for f in station.record.verify(run)}


def test_a_run_cannot_be_judged_by_an_altered_register(station: Any, tamper: Tamper) -> None:
    run = station.whole_run()
    tamper("UPDATE events SET canonical = canonical || ' ' WHERE stream = 'register' AND seq = 2")
    assert named(station.record.verify()) == [("changed", 2)]
    (finding,) = station.record.verify(run)
    assert (finding.stream, finding.code) == ("register", "unregistered")


@pytest.mark.parametrize(
    "trigger", ["events_are_never_changed", "events_are_never_deleted", "events_follow_each_other"]
)
def test_a_dropped_trigger_is_seen(station: Any, trigger: str) -> None:
    station.whole_run()
    with station.raw() as ask:
        ask(f"DROP TRIGGER {trigger}{' ON events' if station.url else ''}")
    (finding,) = station.record.verify()
    assert finding.code == "trigger"
    assert trigger in finding.what


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE events DISABLE TRIGGER events_are_never_changed",
        "CREATE OR REPLACE FUNCTION events_are_never_changed() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NEW; END $$",
        "CREATE OR REPLACE TRIGGER events_are_never_changed BEFORE UPDATE ON events FOR EACH ROW"
        " WHEN (false) EXECUTE FUNCTION events_are_never_changed()",
    ],
)
def test_a_trigger_that_does_nothing_is_seen(served: Any, statement: str) -> None:
    served.whole_run()
    with served.raw() as ask:
        ask(statement)
    (finding,) = served.record.verify()
    assert (finding.code, "events_are_never_changed" in finding.what) == ("trigger", True)


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE runs SET verdict = 'fail'", "runs"),
        ("UPDATE points SET body = replace(body, 'pass', 'fail')", "points"),
        ("DELETE FROM readings WHERE seq = 3", "readings"),
        (
            "INSERT INTO readings SELECT run, 99, point, 1, '', value, unit, 0 FROM readings LIMIT 1",
            "readings",
        ),
        ("INSERT INTO assets VALUES ('A', 1, 'm', 's', 'standard', '{}')", "assets"),
        (
            "INSERT INTO runs SELECT 'ghost', 9, mode, '', '', '', '', '', 'open', NULL, NULL, '' FROM runs",
            "runs",
        ),
    ],
)
def test_a_projection_that_differs_from_the_events_is_named(
    station: Any, tamper: Tamper, statement: str, table: str
) -> None:
    station.whole_run()
    tamper(statement)
    (finding,) = station.record.verify()
    assert finding.code == "projection"
    assert f"of the table {table}" in finding.what


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("point", 'dcv:10V:+10V","unit":"V'),  # what follows the key in the text
        ("unit", 'V","use":"result'),
        ("purpose", 'result","value":"0x1.4000000000000p+3'),
    ],
)
def test_a_column_that_reaches_over_keys_is_none_of_its_event(
    station: Any, tamper: Tamper, column: str, value: str
) -> None:
    station.whole_run()
    tamper((f"UPDATE readings SET {column} = ? WHERE seq = 3", (value,)))
    (finding,) = station.record.verify()
    assert (finding.code, finding.seq) == ("projection", 3)


def test_merged_rows_of_points_are_named_by_run_and_row(station: Any, tamper: Tamper) -> None:
    run = station.begin()
    points = [{"id": name, "verdict": "pass"} for name in ("a", "b")]
    station.record.append(run, "section.evaluated", {"section": "dcv", "results": points})
    first, second = (station.record.results(run)[number] for number in (0, 1))
    both = f"{canonical(first)},{canonical(second)}"
    tamper(
        ("UPDATE points SET body = ? WHERE position = 0", (both,)), "DELETE FROM points WHERE position = 1"
    )
    found = station.record.verify()
    assert [finding.code for finding in found] == ["projection", "projection"]
    assert "section dcv, position 0 of the table points was changed" in found[0].what
    with pytest.raises(IntegrityError, match="holds no single point") as refused:
        station.record.results(run)
    assert refused.value.where == f"run {run}, section dcv, row 0"


def test_a_foreign_trigger_or_view_is_named_and_nothing_is_written_over_it(filed: Any) -> None:
    filed.whole_run()
    with filed.raw() as ask:
        ask(
            "CREATE TRIGGER hide AFTER INSERT ON readings BEGIN DELETE FROM readings WHERE seq = NEW.seq; END"
        )
        ask("CREATE VIEW nicer AS SELECT * FROM points")
    found = filed.record.verify()
    assert [finding.code for finding in found] == ["foreign", "foreign"]
    assert "trigger hide" in found[0].what
    with pytest.raises(IntegrityError, match="trigger hide, view nicer"):
        filed.reopen()
    with filed.raw() as ask:
        ask("DROP TRIGGER hide")
        ask("DROP VIEW nicer")
    assert filed.reopen().verify() == ()


def test_a_foreign_index_table_column_or_row_is_named(filed: Any) -> None:
    """A stale index answers otherwise than its table: the register's standards were read from one."""
    filed.whole_run()
    with closing(sqlite3.connect(filed.home / "record.sqlite", isolation_level=None)) as db:
        for number, sql in enumerate(
            (
                "CREATE INDEX c_x ON certificates(asset, issued, seq, body)",
                "CREATE TABLE other (x)",
                "ALTER TABLE points ADD COLUMN y TEXT",
                "INSERT INTO meta VALUES ('z', '1')",
            ),
            start=1,
        ):
            db.execute(sql)
            found = filed.record.verify()
            assert [finding.code for finding in found].count("foreign") == number, found
    told = " ".join(finding.what for finding in found)
    for name in ("index c_x", "table other", "column points.y", "row z of meta"):
        assert name in told


def test_a_server_names_foreign_triggers_and_rules(served: Any) -> None:
    served.whole_run()
    with served.raw() as ask:
        ask("CREATE RULE quiet AS ON DELETE TO events DO INSTEAD NOTHING")
        ask(
            "CREATE TRIGGER twice BEFORE INSERT ON readings FOR EACH ROW"
            " EXECUTE FUNCTION events_are_never_changed()"
        )
    assert {finding.what.split()[2] for finding in served.record.verify()} == {"quiet", "twice"}
    with pytest.raises(IntegrityError, match="rule quiet, trigger twice"):
        served.reopen()


def test_an_altered_run_hides_nothing_of_another(station: Any, tamper: Tamper) -> None:
    first, second = station.whole_run(), station.whole_run()
    tamper(
        f"UPDATE events SET canonical = canonical || ' ' WHERE stream = '{first}' AND seq = 2",
        f"UPDATE runs SET verdict = 'fail' WHERE run = '{second}'",
    )
    assert [(f.stream, f.code) for f in station.record.verify()] == [
        (first, "changed"),
        (second, "projection"),
    ]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str]:
    """The file of a closed record with one run, and the run's id."""
    from datetime import UTC, datetime

    class Still:
        def now(self) -> datetime:
            return datetime(2026, 11, 23, tzinfo=UTC)

        def monotonic_ns(self) -> int:
            return 0

        def sleep(self, seconds: float) -> None:
            return None

    home = tmp_path_factory.mktemp("sample")
    with Record.open(home, clock=Still()) as record:
        run = record.new_run()
        record.append(run, "run.opened", {"mode": "live"})
        for index in range(20):
            record.append(run, "reading", {"point": "p", "index": index, "value": 1.5, "unit": "V"})
        record.append(run, "run.closed", {"outcome": "completed"})
    return (home / "record.sqlite").read_bytes(), run


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_changed_character_of_any_text_is_found(
    sample: tuple[bytes, str], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content, run = sample
    home = tmp_path_factory.mktemp("one")
    (home / "record.sqlite").write_bytes(content)
    seq = data.draw(st.integers(1, 22))
    column = data.draw(st.sampled_from(["canonical", "hash", "previous", "kind", "at"]))
    with closing(sqlite3.connect(home / "record.sqlite", isolation_level=None)) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        where = "WHERE stream = ? AND seq = ?"
        (text,) = raw.execute(f"SELECT {column} FROM events {where}", (run, seq)).fetchone()
        place = data.draw(st.integers(0, len(text) - 1))
        other = data.draw(st.characters(codec="utf-8").filter(lambda c: c not in ("\x00", text[place])))
        changed = text[:place] + other + text[place + 1 :]
        raw.execute(f"UPDATE events SET {column} = ? {where}", (changed, run, seq))

    class NoClock:
        pass

    with Record.open(home, clock=NoClock(), write=False) as record:  # type: ignore[arg-type]
        assert seq in {finding.seq for finding in record.verify(run)}
