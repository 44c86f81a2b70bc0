"""`calibrator list`: what is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from calibrator.cli._settings import Settings, command, settings

__all__ = ["list_"]

Row = dict[str, Any]


@command("list", short_help="List procedures, instruments, roles or standards.")
@click.argument("what", type=click.Choice(["procedures", "instruments", "roles", "standards"]))
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def list_(ctx: click.Context, what: str, as_json: bool) -> int:
    """List what is installed (procedures, instruments, roles) or registered (standards)."""
    from calibrator.cli._output import print_json, table

    chosen = settings(ctx)
    rows = _LISTS[what](chosen)
    if as_json:
        print_json(rows)
        return 0
    say = chosen.words
    if not rows:
        click.echo(say("There are none yet."))
        return 0
    columns = {key: say(key.replace("_", " ")) for key in rows[0]}
    table([{key: _cell(value, chosen) for key, value in row.items()} for row in rows], columns)
    return 0


def _procedures(_chosen: Settings) -> list[Row]:
    from calibrator import procedure

    rows = []
    for name in procedure.available():
        found = procedure.load(name)
        info = found.info
        rows.append(
            {
                "id": info.id,
                "version": info.version,
                "title": {"en": info.title.en, "zh": info.title.zh},
                "models": list(found.models()),
                "document": info.document,
                "status": info.document_status,
                "approved": procedure.is_approved(name, info.content_hash),
            }
        )
    return rows


def _instruments(_chosen: Settings) -> list[Row]:
    from calibrator_drivers.accuracy import list_tables, load_table
    from calibrator_drivers.registry import driver_classes

    drivers = driver_classes()
    rows = []
    for model in sorted({*drivers, *list_tables()}):
        table = load_table(model) if model in list_tables() else None
        rows.append(
            {
                "id": model,
                "manufacturer": table.manufacturer if table else "",
                "model": table.model if table else "",
                "driver": model in drivers,
                "accuracy_table": table is not None,
                "roles": list(drivers[model].ROLES) if model in drivers else [],
            }
        )
    return rows


def _roles(_chosen: Settings) -> list[Row]:
    from calibrator_drivers.registry import driver_classes
    from calibrator_drivers.roles import ROLE_NAMES

    drivers = driver_classes()
    return [
        {
            "role": role,
            "filled_by": [model for model, driver in sorted(drivers.items()) if role in driver.ROLES],
        }
        for role in ROLE_NAMES
    ]


def _standards(chosen: Settings) -> list[Row]:
    from calibrator.cli._access import opened
    from calibrator.cli._standards import registered

    if not chosen.home.has_record:
        return []
    with opened(chosen) as record:
        return registered(record)


_LISTS: Mapping[str, Callable[[Settings], list[Row]]] = {
    "procedures": _procedures,
    "instruments": _instruments,
    "roles": _roles,
    "standards": _standards,
}


def _cell(value: object, chosen: Settings) -> str:
    if isinstance(value, dict):
        return str(value.get(chosen.language, ""))
    if isinstance(value, bool):
        return chosen.words("yes") if value else chosen.words("no")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
