"""`calibrator standards add`: assets and certificates of standards enter the register."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calibrator._errors import UsageError
from calibrator.cli._import import import_
from calibrator.cli._persons import known_person
from calibrator.cli._settings import Settings, command, settings
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.record import Record
    from calibrator.standards import AssetFile, Register

__all__ = ["registered", "standards"]


@click.group(short_help="Keep the register of standards and their certificates.")
def standards() -> None:
    """Keep the register of standards and their certificates."""


@command(short_help="Add an asset with its certificate from a TOML file.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--person", default="", help="Who enters it (an id of lab.toml).")
@click.pass_context
def add(ctx: click.Context, file: Path, person: str) -> int:
    """Add the asset and certificate of FILE to the register.

    A later certificate of the same asset takes the place of the earlier one, which stays recorded. Where
    persons of lab.toml have secrets, PERSON is asked for theirs.
    """
    from calibrator.cli._access import opened
    from calibrator.cli._sign import entered_by
    from calibrator.standards import Register, parse_asset_file

    chosen = settings(ctx)
    person = known_person(chosen, person)
    parsed = parse_asset_file(file)
    with opened(chosen, write=True) as record:
        register = Register(record)
        _refuse_twice(parsed, register)
        register.add(parsed, person, entered_by(chosen, register, person, "--person").body)
    say = chosen.words
    due = f", {say('due')} {parsed.certificate.due}" if parsed.certificate is not None else ""
    click.echo(f"{say('added')}: {parsed.asset} {parsed.model} {parsed.serial}{due}")
    if parsed.certificate is not None and _is_past(chosen, parsed.certificate.due):
        click.echo(
            say("This certificate is out of date already: the standard cannot be used with it."), err=True
        )
    return 0


def _refuse_twice(file: AssetFile, register: Register) -> None:
    """Refuse to give an instrument of the register a second id."""
    known = register.assets()
    same = [one for one in known if (one.model, one.serial) == (file.model, file.serial)]
    if file.serial and same and all(one.asset != file.asset for one in known):
        raise UsageError(
            f"{same[0].asset} is {file.model} serial {file.serial} already",
            where=file.file,
            way_out=f"Enter its certificate under that id, not as {file.asset}; nothing was recorded.",
            code="asset-twice",
        )


def _is_past(chosen: Settings, due: date) -> bool:
    """Say whether the due day has ended at the laboratory."""
    from calibrator.standards import load_lab

    return RealClock().now().astimezone(load_lab(chosen.home.lab_file).zone).date() > due


standards.add_command(add)
standards.add_command(import_)


def registered(record: Record) -> list[dict[str, Any]]:
    """Return one row for every asset of the register, with its newest certificate."""
    from calibrator.standards import Register

    rows = []
    for asset in Register(record).assets():
        certificate = asset.certificate
        rows.append(
            {
                "asset": asset.asset,
                "model": asset.model,
                "serial": asset.serial,
                "role": asset.role,
                "certificate": certificate.number if certificate else None,
                "issued": str(certificate.issued) if certificate else None,
                "due": str(certificate.due) if certificate else None,
                "laboratory": certificate.laboratory if certificate else None,
            }
        )
    return rows
