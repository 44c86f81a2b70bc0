"""`calibrator dcc`: look at digital calibration certificates, whoever wrote them."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["dcc"]

WRONG = 6


@click.group(short_help="Check digital calibration certificates.")
def dcc() -> None:
    """Check digital calibration certificates (PTB DCC), whoever wrote them."""


@command(short_help="Check a DCC against its schema and by our own rules.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--schema",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds dcc.xsd and what it imports; without it only our own rules are checked.",
)
@click.pass_context
def validate(ctx: click.Context, file: Path, schema: Path | None) -> int:
    """Check FILE: against the schema in a folder of yours, and for what no schema sees.

    The file is read without network, external entities or document types. Our own rules: references by id,
    numbers (no NaN, no -0, no deprecated uncertainty, lists of one length), languages, dates, and what
    ISO/IEC 17025 asks for. Exit code 6 when something is not right.
    """
    from calibrator.certificates import dcc as documents
    from calibrator.certificates.dcc import read_file
    from calibrator_drivers.clock import RealClock

    say = settings(ctx).words
    root = documents.parse(read_file(file), str(file))
    found = list(documents.validate(root, schema)) if schema is not None else []
    found += [str(finding) for finding in documents.check(root, RealClock().now().date())]
    for line in found:
        click.echo(f"{file}: {line}", err=True)
    if found:
        click.echo(f"{say('NOT valid')}: {len(found)} {say('findings')}", err=True)
        return WRONG
    by = say("by its schema and by our own rules") if schema is not None else say("by our own rules alone")
    click.echo(f"{file}: {say('valid')} {by}")
    return 0


dcc.add_command(validate)
