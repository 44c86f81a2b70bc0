"""Tables made from events in the same transaction; they can be thrown away and made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from calibrator.record import _schema as schema
from calibrator.record._canonical import dump, utc_text
from calibrator.record._model import Event

__all__ = ["apply", "rebuild"]


def apply(connection: Connection, event: Event) -> None:
    """Bring the projections up to date with one event."""
    step = _STEPS.get(event.kind)
    if step is not None:
        step(connection, event)


def rebuild(connection: Connection, events: Iterator[Event]) -> None:
    """Make the projections again; the register's events come last."""
    schema.drop_projections(connection)
    schema.create_projections(connection)
    for event in events:
        apply(connection, event)


def _text(body: Mapping[str, Any], *keys: str) -> str:
    value: Any = body
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)


_NEW_RUN = insert(schema.runs)
_NEW_READING = insert(schema.readings)
# Made once: a statement that is made anew costs three times what it costs to run it.
_PLACE, _END = (
    update(schema.runs)
    .where(schema.runs.c.run == bindparam("of"))
    .values({name: bindparam(name) for name in names})
    for names in (("position", "station"), ("state", "verdict", "exit_code"))
)


def _run_opened(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        _NEW_RUN,
        {
            "run": event.stream,
            "mode": _text(body, "mode"),
            "procedure": _text(body, "procedure", "id"),
            "uut": _text(body, "uut", "model"),
            "asset": _text(body, "uut", "asset"),
            "serial": _text(body, "uut", "serial"),
            "opened_at": utc_text(event.at),
            "state": "open",
            "station": "",
        },
    )


def _run_began(connection: Connection, event: Event) -> None:
    own = {"of": _text(event.body, "run"), "position": event.seq, "station": _text(event.body, "station")}
    connection.execute(_PLACE, own)


def _run_closed(connection: Connection, event: Event) -> None:
    _set_run(
        connection,
        event.stream,
        state=_text(event.body, "outcome") or "stopped",
        verdict=event.body.get("verdict"),
        exit_code=event.body.get("exit_code"),
    )


def _resumed(connection: Connection, event: Event) -> None:
    _set_run(connection, event.stream, state="open", verdict=None, exit_code=None)


def _set_run(connection: Connection, run: str, **values: object) -> None:
    connection.execute(_END, {"of": run, **values})


def _reading(connection: Connection, event: Event) -> None:
    body = event.body
    connection.execute(
        _NEW_READING,
        {
            "run": event.stream,
            "seq": event.seq,
            "point": _text(body, "point"),
            "attempt": int(body.get("attempt") or 1),
            "purpose": _text(body, "use"),
            "value": _text(body, "value"),
            "unit": _text(body, "unit"),
            "discarded": 0,
        },
    )


def _discarded(connection: Connection, event: Event) -> None:
    table = schema.readings
    for seq in event.body.get("seqs", ()):
        connection.execute(
            update(table).where(table.c.run == event.stream, table.c.seq == seq).values(discarded=1)
        )


def _section_evaluated(connection: Connection, event: Event) -> None:
    table, section = schema.points, _text(event.body, "section")
    mine = (table.c.run == event.stream) & (table.c.section == section)
    first = connection.execute(select(func.min(table.c.section_position)).where(mine)).scalar()
    connection.execute(delete(table).where(mine))
    for position, point in enumerate(event.body.get("results", ())):
        connection.execute(
            insert(table),
            {
                "run": event.stream,
                "section": section,
                "position": position,
                "section_position": event.seq if first is None else first,
                "seq": event.seq,
                "point": _text(point, "id"),
                "verdict": _text(point, "verdict"),
                "body": dump(point),
            },
        )


def _asset_added(connection: Connection, event: Event) -> None:
    table, asset = schema.assets, _text(event.body, "asset")
    connection.execute(delete(table).where(table.c.asset == asset))
    connection.execute(
        insert(table),
        {
            "asset": asset,
            "seq": event.seq,
            "model": _text(event.body, "model"),
            "serial": _text(event.body, "serial"),
            "role": _text(event.body, "role"),
            "body": dump(event.body),
        },
    )


def _certificate_added(connection: Connection, event: Event) -> None:
    table, body = schema.certificates, event.body
    asset, number = _text(body, "asset"), _text(body, "number")
    connection.execute(delete(table).where(table.c.asset == asset, table.c.number == number))
    connection.execute(
        insert(table),
        {
            "asset": asset,
            "number": number,
            "seq": event.seq,
            "issued": _text(body, "issued"),
            "due": _text(body, "due"),
            "body": dump(body),
        },
    )


_STEPS: Mapping[str, Callable[[Connection, Event], None]] = {
    "run.opened": _run_opened,
    "run.began": _run_began,
    "run.closed": _run_closed,
    "resumed": _resumed,
    "reading": _reading,
    "readings.discarded": _discarded,
    "section.evaluated": _section_evaluated,
    "asset.added": _asset_added,
    "certificate.added": _certificate_added,
}
