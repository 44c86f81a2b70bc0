"""The tables: one append-only event table, and projections that can be thrown away and made again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table
from sqlalchemy import Text as AnyText

__all__ = [
    "META",
    "PROJECTIONS_VERSION",
    "SCHEMA_VERSION",
    "TABLES",
    "assets",
    "certificates",
    "create_events",
    "create_projections",
    "drop_projections",
    "event_tables",
    "events",
    "meta",
    "points",
    "projection_tables",
    "readings",
    "runs",
]

SCHEMA_VERSION = 1
"""Of the event table; a home with a higher one is refused."""

PROJECTIONS_VERSION = 2
"""Raise it with any change of a projection: older ones are made again from the events."""

# Keyed rows without rowid, and no index beside the key: a committed reading writes two pages, not five.
Text = AnyText().with_variant(AnyText(collation="C"), "postgresql")  # ordered alike by every database
_STRICT: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}

_event_tables = MetaData()
_projections = MetaData()

events = Table(
    "events",
    _event_tables,
    Column("stream", Text, primary_key=True, nullable=False),
    Column("seq", Integer, primary_key=True, nullable=False, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("canonical", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    **_STRICT,
)
meta = Table(
    "meta",
    _event_tables,
    Column("key", Text, primary_key=True, nullable=False),
    Column("value", Text, nullable=False),
    **_STRICT,
)

runs = Table(
    "runs",
    _projections,
    Column("run", Text, primary_key=True, nullable=False),
    Column("position", Integer),  # of run.began in the register; the order of the runs
    Column("mode", Text, nullable=False),
    Column("procedure", Text, nullable=False),
    Column("uut", Text, nullable=False),
    Column("asset", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict", Text),
    Column("exit_code", Integer),
    Column("station", Text, nullable=False),  # that began it, "" where the record belongs to one home
    **_STRICT,
)

points = Table(
    "points",
    _projections,
    Column("run", Text, primary_key=True, nullable=False),
    Column("section", Text, primary_key=True, nullable=False),
    Column("position", Integer, primary_key=True, nullable=False, autoincrement=False),
    Column("section_position", Integer, nullable=False),  # seq of the section's first evaluation
    Column("seq", Integer, nullable=False),  # of the evaluation that counts
    Column("point", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("body", Text, nullable=False),  # the point object, canonical
    **_STRICT,
)

readings = Table(
    "readings",
    _projections,
    Column("run", Text, primary_key=True, nullable=False),
    Column("seq", Integer, primary_key=True, nullable=False, autoincrement=False),
    Column("point", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("purpose", Text, nullable=False),  # "use" of the event: result or discard
    Column("value", Text, nullable=False),  # hex float
    Column("unit", Text, nullable=False),
    Column("discarded", Integer, nullable=False),
    **_STRICT,
)

assets = Table(
    "assets",
    _projections,
    Column("asset", Text, primary_key=True, nullable=False),
    Column("seq", Integer, nullable=False),  # of the newest asset.added
    Column("model", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("body", Text, nullable=False),
    **_STRICT,
)

certificates = Table(
    "certificates",
    _projections,
    Column("asset", Text, primary_key=True, nullable=False),
    Column("number", Text, primary_key=True, nullable=False),
    Column("seq", Integer, nullable=False),  # of the newest certificate.added
    Column("issued", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("body", Text, nullable=False),
    **_STRICT,
)

event_tables = (events, meta)
META = ("schema", "projections")
"""The keys of the table meta."""

projection_tables = (runs, points, readings, assets, certificates)


TABLES = tuple(table.name for table in (events, meta, *projection_tables))
"""The names of all tables of a record."""


def create_events(connection: Connection) -> None:
    """Create the event table, without its triggers, and the table of versions."""
    _event_tables.create_all(connection)


def create_projections(connection: Connection, *, anew: bool = False) -> None:
    """Create the projections, empty; `anew` where it is known that there are none."""
    _projections.create_all(connection, checkfirst=not anew)


def drop_projections(connection: Connection) -> None:
    """Drop the projections, of whatever version they are."""
    for table in projection_tables:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}")
