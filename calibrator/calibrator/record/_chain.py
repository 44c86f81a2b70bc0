"""One stream's chain, walked row by row: what was changed, deleted, inserted or moved, by number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, select

from calibrator.record._canonical import GENESIS, event_hash
from calibrator.record._model import Finding
from calibrator.record._schema import events

__all__ = ["check_chain"]


@dataclass(frozen=True, slots=True)
class _Link:
    """A row as it stands, and the number that its own text gives it (None where the text is altered)."""

    seq: int
    previous: str
    hash: str
    fault: Finding | None
    held_seq: int | None

    @property
    def shift(self) -> int:
        """How far the row was moved."""
        return 0 if self.held_seq is None else self.held_seq - self.seq


def check_chain(connection: Connection, stream: str) -> Iterator[Finding]:
    """Yield what is wrong in a stream; a block of rows that was moved together gives one finding."""
    query = select(events).where(events.c.stream == stream).order_by(events.c.seq)
    links, put_in = _without_added([_link(row) for row in connection.execute(query)], stream)
    yield from put_in
    places = {link.hash: index for index, link in enumerate(links)}
    held = {link.held_seq for link in links}
    for index, link in enumerate(links):
        before = links[index - 1] if index else None
        expected = 1 if before is None else before.seq + 1
        if link.seq != expected:
            yield Finding(stream, expected, f"{_span(expected, link.seq - 1)} deleted", "deleted")
        if link.fault is not None:
            yield link.fault
        elif link.shift != (0 if before is None else before.shift):
            if link.shift:  # one that stands right behind a moved one is not moved itself
                yield _moved(stream, link, before, held, places.get(link.previous) == index - 2)
        elif link.seq == expected and _unchained(link, before):
            yield _unlinked(stream, link, before, inserted=link.previous in places)


def _without_added(links: list[_Link], stream: str) -> tuple[list[_Link], list[Finding]]:
    """Return the rows without those that were put in as they could never be written, and what these are.

    Such are copies of other rows, and rows before the first. The rows behind them close up; a copy in the
    place of another event stays as what is wrong there.
    """
    copies = _copies(links)
    own = [index for index, link in enumerate(links) if index not in copies and link.seq >= 1]
    held = {links[index].held_seq for index in own}
    last = own[-1] if own else -1
    kept, found, added = [], [], 0
    for index, link in enumerate(links):
        here = index in copies
        if here and link.seq >= 1 and link.seq not in held and index < last:
            what = f"Event {link.seq} was replaced by a copy of event {link.held_seq}"
            finding = Finding(stream, link.seq, what, "changed")
            kept.append(replace(link, seq=link.seq - added, fault=finding, held_seq=None))
        elif here:
            what = f"A copy of event {link.held_seq} was put in as event {link.seq}"
            found.append(Finding(stream, link.seq, what, "inserted"))
            added += link.seq >= 1
        elif link.seq < 1:
            found.append(_before_first(stream, link))
        else:
            kept.append(replace(link, seq=link.seq - added))
    return kept, found


def _copies(links: list[_Link]) -> set[int]:
    """Return which sound rows are copies; the original bears its own number or follows the row it names."""
    same: dict[str, list[int]] = {}
    for index, link in enumerate(links):
        if link.fault is None:
            same.setdefault(link.hash, []).append(index)

    def rank(index: int) -> tuple[bool, bool, int]:
        link = links[index]
        follows = index > 0 and links[index - 1].hash == link.previous
        return link.held_seq != link.seq, not (follows or (not index and link.previous == GENESIS)), index

    return {index for group in same.values() if len(group) > 1 for index in sorted(group, key=rank)[1:]}


def _before_first(stream: str, link: _Link) -> Finding:
    if link.held_seq is None or link.held_seq == link.seq:
        what = f"A row was put in before the first event, as event {link.seq}"
        return Finding(stream, link.seq, what, "inserted")
    return Finding(stream, link.seq, f"Event {link.held_seq} was moved to the place {link.seq}", "reordered")


def _unchained(link: _Link, before: _Link | None) -> bool:
    if before is None:
        return link.previous != GENESIS
    return before.fault is None and link.previous != before.hash


def _link(row: Row[Any]) -> _Link:
    """Hold one row against its own hash and its own text."""

    def faulty(what: str, code: str) -> _Link:
        finding = Finding(row.stream, row.seq, f"Event {row.seq} {what}", code)
        return _Link(row.seq, row.previous, row.hash, finding, None)

    if not isinstance(row.canonical, str) or not isinstance(row.previous, str):
        return faulty("is no event of this record", "damaged")
    if event_hash(row.previous, row.canonical) != row.hash:
        return faulty("was changed after it was written", "changed")
    try:
        text = json.loads(row.canonical)
        stands = (text["kind"], text["version"], text["at"])
        stream, seq = str(text["stream"]), int(text["seq"])
    except (ValueError, KeyError, TypeError):
        return faulty("is no event of this record", "damaged")
    if stream != row.stream:
        return faulty(f"was moved here: it is event {seq} of {stream}", "reordered")
    if stands != (row.kind, row.version, row.at):
        return faulty("has columns that differ from its text", "changed")
    return _Link(row.seq, row.previous, row.hash, None, seq)


def _moved(stream: str, link: _Link, before: _Link | None, held: set[int | None], skips_one: bool) -> Finding:
    """Say why a row does not bear the number at which it stands."""
    first = 1 if before is None else (before.held_seq or before.seq) + 1
    own = link.held_seq or link.seq
    missing = [seq for seq in range(first, own) if seq not in held]
    if missing:
        what = f"{_span(missing[0], missing[-1])} deleted and the later ones renumbered"
        return Finding(stream, missing[0], what, "deleted")
    if before is not None and skips_one:
        what = f"Event {before.seq} was inserted and the later ones renumbered"
        return Finding(stream, before.seq, what, "inserted")
    return Finding(stream, link.seq, f"Event {own} was moved to the place {link.seq}", "reordered")


def _unlinked(stream: str, link: _Link, before: _Link | None, *, inserted: bool) -> Finding:
    """Say what a row means that is sound in itself and not chained to the one before it."""
    if before is None:
        return Finding(stream, link.seq, f"Event {link.seq} was not written as the first", "changed")
    if inserted:
        what = f"Event {before.seq} was inserted: event {link.seq} was written after an earlier one"
        return Finding(stream, before.seq, what, "inserted")
    what = f"Event {before.seq} was replaced: event {link.seq} was written after another one"
    return Finding(stream, before.seq, what, "changed")


def _span(first: int, last: int) -> str:
    return f"Event {first} was" if first == last else f"Events {first} to {last} were"
