"""`calibrator standards add`: assets and certificates of standards enter the register."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calibrator.cli._settings import command, settings

if TYPE_CHECKING:
    from calibrator.record import Record

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

    A later certificate of the same asset takes the place of the earlier one, which stays recorded.
    """
    from calibrator.cli._access import opened
    from calibrator.standards import Register, parse_asset_file

    chosen = settings(ctx)
    parsed = parse_asset_file(file)
    with opened(chosen, write=True) as record:
        Register(record).add(parsed, person)
    say = chosen.words
    due = f", {say('due')} {parsed.certificate.due}" if parsed.certificate is not None else ""
    click.echo(f"{say('added')}: {parsed.asset} {parsed.model} {parsed.serial}{due}")
    return 0


standards.add_command(add)


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
