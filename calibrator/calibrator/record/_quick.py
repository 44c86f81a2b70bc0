"""The quick walk: is a stream exactly as it was written? Where not, slower ways look for what is wrong.

The canonical text has its keys in order, so that its head and tail are known from the columns and no JSON is
parsed: in valid JSON the last brace closes the event itself, whose last keys are kind, seq, stream, version.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import Connection

from calibrator.record._canonical import GENESIS
from calibrator.record._model import Event
from calibrator.record._reading import event_of

__all__ = ["FEW", "Walked", "distinct", "few_events", "of_run", "projected", "walk", "whole"]

_quoted = encode_basestring  # a text of a column with quotes in it does not reach over keys

FEW = frozenset({"run.opened", "run.closed", "resumed"})
"""Of the events of a run, what the table of runs is made of."""

# The database compares the key that stands in each row: of a row whose key was damaged inside the tree, which
# is found by its neighbours' key, and not in WHERE, where it takes the key that was asked for instead.
_EVENTS = (
    "SELECT stream = {0}, seq, kind, version, at, canonical, previous, hash FROM events WHERE stream = {0}"
    " ORDER BY seq"
)
_READINGS = (
    "SELECT attempt, point, unit, purpose, value, seq, discarded, run = {0} FROM readings"
    " WHERE run = {0} ORDER BY seq"
)
_FLAT = 2  # braces of a reading: its own and its body's, so that no nested key misleads
_Row = tuple[int, str, str, str, str, int, int, int]
_NOTHING: _Row = (0, "\n", "", "", "", 0, 0, 0)  # where no row is left: no text of an event holds a line end
_POINTS = (
    "SELECT section, position, section_position, seq, point, verdict, body, run FROM points WHERE run = {}"
    " ORDER BY section, position"
)


@dataclass(slots=True)
class Walked:
    """A stream that is as it was written: its hashes by number, and the rows that projections are made of."""

    hashes: list[str] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    readings_agree: bool = True  # with the table of readings
    evaluated: list[tuple[int, str]] = field(default_factory=list)
    few: list[tuple[str, str, str]] = field(default_factory=list)  # text, previous, hash of a run's ends

    def note(self, kind: str, seq: int, text: str, previous: str, digest: str) -> None:
        """Keep the row where a projection other than that of the readings is made of it."""
        if kind in FEW:
            self.few.append((text, previous, digest))
            if kind == "run.closed":
                self.closed.append(seq)
        elif kind == "section.evaluated":
            self.evaluated.append((seq, text))


def walk(connection: Connection, stream: str) -> Walked | None:
    """Walk a stream once; None where a row does not follow the one before it or differs from its columns."""
    found = Walked()
    previous, of_stream = GENESIS, f',"stream":{_quoted(stream)},"version":'
    keep = found.hashes.append
    table = _Readings(connection, stream)
    following, holds, quoted = table.following, table.holds, encode_basestring
    # the columns that the readings at a point share, and what they are in the text, written once
    its_attempt = its_point = its_unit = its_purpose = its_version = None
    attempted = at_point = taken = ending = ""
    begin = end = 0  # of the attempt in the last reading's text, where that of the next one likely stands
    rows = _rows(connection, _EVENTS, stream)
    for expected, (own, seq, kind, version, at, text, before, digest) in enumerate(rows, start=1):
        head = f'{{"at":"{at}","body":{{'
        if (
            text.__class__ is not str
            or seq != expected
            or not own
            or before != previous
            or '"' in at  # or the two would reach over keys of the text
            or '"' in kind
            or sha256(f"{before}\n{text}".encode()).hexdigest() != digest
            or text[: len(head)] != head  # a slice costs half of what startswith costs
        ):
            return None
        keep(digest)
        previous = digest
        if version != its_version:
            its_version, ending = version, f"{of_stream}{version}}}"
        if kind == "reading":
            row = attempt, point, unit, purpose, value, number, discarded, mine = following(_NOTHING)
            if attempt != its_attempt or point != its_point:
                its_attempt, its_point = attempt, point
                attempted, at_point = f'"attempt":{attempt},', f'"point":{quoted(point)},'
                begin = text.find(attempted)
                end = begin + len(attempted)
            if unit != its_unit or purpose != its_purpose:
                its_unit, its_purpose = unit, purpose
                taken = f'"unit":{quoted(unit)},"use":{quoted(purpose)},"value":'
            tail = f'{taken}{quoted(value)}}},"kind":"reading","seq":{seq}{ending}'
            if (
                text[-len(tail) :] != tail
                or at_point not in text
                or (text[begin:end] != attempted and attempted not in text)
                or text.count("{") != _FLAT
            ):
                if not text.endswith(f'}},"kind":"reading","seq":{seq}{ending}'):
                    return None
                table.same = False
            elif discarded or number != seq or not mine:
                holds(row, seq)
            continue
        tail = f'}},"kind":"{kind}","seq":{seq}{ending}'
        if text[-len(tail) :] != tail:
            return None
        found.note(kind, seq, text, before, digest)
        if kind == "readings.discarded":
            table.discard(text)
    found.readings_agree = table.agrees()
    return found


def projected(connection: Connection, stream: str, walked: Walked) -> bool:
    """Say whether the tables of readings and points hold exactly what a sound stream's events say."""
    return walked.readings_agree and _points_agree(connection, stream, walked)


class _Readings:
    """The table of readings, read in step with the events that it was made from."""

    def __init__(self, connection: Connection, stream: str) -> None:
        rows = iter(_rows(connection, _READINGS, stream))
        self.following: Callable[[_Row], _Row] = partial(next, rows)
        self.same = True
        self._marked: set[int] = set()
        self._gone: set[int] = set()

    def holds(self, row: _Row, seq: int) -> None:
        """Take note of a row that is not simply that of the reading: set aside, or of another one."""
        *_, number, discarded, own = row
        self.same = self.same and number == seq and bool(own)
        if discarded:
            self._marked.add(number)

    def discard(self, text: str) -> None:
        """Take note of readings that an event sets aside."""
        self._gone.update(int(seq) for seq in json.loads(text)["body"].get("seqs", ()))

    def agrees(self) -> bool:
        """Say whether every row was the one that its event gives, and none is left."""
        return self.same and self._marked == self._gone and self.following(_NOTHING) is _NOTHING


def _points_agree(connection: Connection, stream: str, walked: Walked) -> bool:
    """Hold the points of each section against the last evaluation of it, as one text."""
    first: dict[str, int] = {}
    newest: dict[str, tuple[int, str]] = {}
    sections: dict[str, list[Any]] = {}
    for row in _rows(connection, _POINTS, stream):
        sections.setdefault(row[0], []).append(row)
    for seq, text in walked.evaluated:
        # the section is the last key of the body
        name = text[: text.rindex('},"kind":"section.evaluated"')].rpartition('"section":"')[2].rstrip('"')
        first.setdefault(name, seq)
        newest[name] = (seq, text)
    if {*sections} - {*newest}:
        return False
    for name, (seq, text) in newest.items():
        rows = sections.get(name, [])
        bodies = ",".join(row[6] for row in rows)
        body = f'"body":{{"results":[{bodies}],"section":"{name}"}},'
        if not text.startswith(body, text.index('"body":')):
            return False
        for position, row in enumerate(rows):
            if (
                row[7] != stream
                or row[1:4] != (position, first[name], seq)
                or not _is_of(row[4], row[5], row[6])
            ):
                return False
    return True


def _is_of(point: str, verdict: str, body: str) -> bool:
    """Say whether the columns of a point are those of its body."""
    if body.count('"id":') == 1 and body.count('"verdict":') == 1:
        return f'"id":{_quoted(point)}' in body and f'"verdict":{_quoted(verdict)}' in body
    try:
        held = json.loads(body)
    except ValueError:  # rows merged into one: what is wrong is named by comparing row by row
        return False
    return isinstance(held, dict) and bool(held.get("id") == point and held.get("verdict") == verdict)


def few_events(walked: Walked) -> Iterator[Event]:
    """Yield the events of a sound run that the table of runs is made of."""
    for text, previous, digest in walked.few:
        yield event_of(text, previous, digest, "a run's end")


def distinct(connection: Connection, table: str, column: str) -> list[str]:
    """Return the distinct values of a key's first column by jumping from one to the next."""
    first, following = (
        f"SELECT min({column}) FROM {table}",
        f"SELECT min({column}) FROM {table} WHERE {column} > here",
    )
    query = (
        f"WITH RECURSIVE jump(here) AS ({first} UNION ALL"
        f" SELECT ({following}) FROM jump WHERE here IS NOT NULL) SELECT here FROM jump"
    )
    found: list[str] = []
    for (value,) in _cursor(connection, query, ()):
        if value is None or (found and value <= found[-1]):  # a damaged tree may lead in a circle
            break
        found.append(value)
    return found


def whole(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query, as the driver has them."""
    yield from _cursor(connection, query, ())


def of_run(connection: Connection, query: str, run: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query that bear a run's id."""
    yield from _rows(connection, f"{query} WHERE run = {{}}", run)


def _rows(connection: Connection, query: str, stream: str) -> Any:  # noqa: ANN401 - rows as the driver has them
    mark = _mark(connection)
    return _cursor(connection, query.format(mark), (stream,) * query.count("{"))


def _cursor(connection: Connection, query: str, values: tuple[str, ...]) -> Any:  # noqa: ANN401 - as above
    """Return the driver's own cursor: a row costs a third of what it costs as an object."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        return driver.execute(query, values)
    return connection.exec_driver_sql(query, values or None).cursor


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"
