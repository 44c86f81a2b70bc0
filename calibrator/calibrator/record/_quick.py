"""The quick walk: is a stream exactly as it was written? Where not, slower ways look for what is wrong.

The canonical text has its keys in order, so that its head and tail are known from the columns and no JSON is
parsed: in valid JSON the last brace closes the event itself, whose last keys are kind, seq, stream, version.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
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
_PAGE = 128  # rows that are held in memory and compared at once
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
    table = _Readings(connection, stream)
    following, holds, quoted = table.following, table.holds, encode_basestring
    # the columns that the readings at a point share, and what they are in the text, written once
    its_attempt = its_point = its_unit = its_purpose = its_version = None
    attempted = at_point = taken = ending = ""
    rows = _rows(connection, _EVENTS, stream)
    while page := rows.fetchmany(_PAGE):
        if not _chained(page, len(found.hashes), previous):
            return None
        found.hashes += [row[-1] for row in page]
        previous = page[-1][-1]
        for _, seq, kind, version, at, text, before, digest in page:
            head = f'{{"at":"{at}","body":{{'
            if text[: len(head)] != head:
                return None
            if version != its_version:
                its_version, ending = version, f"{of_stream}{version}}}"
            if kind != "reading":
                if not text.endswith(f'}},"kind":"{kind}","seq":{seq}{ending}'):
                    return None
                found.note(kind, seq, text, before, digest)
                table.discard(kind, text)
                continue
            row = attempt, point, unit, purpose, value, number, discarded, mine = following(_NOTHING)
            if attempt != its_attempt or point != its_point:
                its_attempt, its_point = attempt, point
                attempted, at_point = f'"attempt":{attempt},', f'"point":{quoted(point)},'
            if unit != its_unit or purpose != its_purpose:
                its_unit, its_purpose = unit, purpose
                taken = f'"unit":{quoted(unit)},"use":{quoted(purpose)},"value":'
            if (
                not text.endswith(f'{taken}{quoted(value)}}},"kind":"reading","seq":{seq}{ending}')
                or at_point not in text
                or attempted not in text
                or text.rfind("{") >= len(head)  # a brace behind that of the body: a nested key would mislead
            ):
                if not text.endswith(f'}},"kind":"reading","seq":{seq}{ending}'):
                    return None
                table.same = False
            elif discarded or number != seq or not mine:
                holds(row, seq)
    found.readings_agree = table.agrees()
    return found


def _chained(page: Sequence[tuple[Any, ...]], count: int, previous: str) -> bool:
    """Say whether rows follow the one before them, each other, and their own hashes.

    What is compared for a whole page at once costs a third of what it costs row by row.
    """
    own, seqs, kinds, _, ats, texts, befores, digests = zip(*page, strict=True)
    return (
        seqs == tuple(range(count + 1, count + 1 + len(page)))
        and all(own)
        and befores[1:] == digests[:-1]
        and {*map(type, texts)} == {str}
        and '"' not in "".join(ats)  # or the two would reach over keys of the text
        and '"' not in "".join({*kinds})
        and digests == tuple(_hashes(befores, texts))
    )


def _hashes(befores: Sequence[str], texts: Sequence[str]) -> list[str]:
    return [
        sha256(f"{before}\n{text}".encode()).hexdigest() for before, text in zip(befores, texts, strict=True)
    ]


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

    def discard(self, kind: str, text: str) -> None:
        """Take note of readings that an event sets aside, where it is one that does."""
        if kind == "readings.discarded":
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
    name, word = body.find('"id":') + 5, body.find('"verdict":') + 10
    once = body.find('"id":', name) < 0 and body.find('"verdict":', word) < 0
    if once and name > 4 and word > 9:  # where they were found at all
        return body.startswith(_quoted(point), name) and body.startswith(_quoted(verdict), word)
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
