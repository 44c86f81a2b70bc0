"""`calibrator safe`: put everything in standby and confirm it."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["safe"]


@command(short_help="Put everything that may be energised in standby, and confirm.")
@click.argument("bench", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def safe(ctx: click.Context, bench: Path | None) -> int:
    """Put in standby what the record shows as energised, and every source of BENCH; confirm by measurement.

    Exit code 0 when it is confirmed, 7 when it is not: then do not touch the terminals.
    """
    from calibrator import engine
    from calibrator.cli._log import log_to
    from calibrator.cli._run import operator_for
    from calibrator.cli._screens import PlainScreen

    chosen = settings(ctx)
    say = chosen.words
    home = chosen.home
    log_to(home.logs)
    person = operator_for(chosen, PlainScreen(say, chosen.language), attended=True, person="")
    report = engine.make_safe(home, bench, person)
    for source in report.sources:
        indicated = (
            "" if source.indicated is None else f", {say('indicated')} {source.indicated:.4g} {source.unit}"
        )
        mark = say("confirmed") if source.confirmed else say("NOT CONFIRMED: do not touch")
        click.echo(f"{source.asset}: {source.reported}{indicated}: {mark} {source.note}".rstrip())
    if not report.sources:
        click.echo(say("Nothing is recorded as energised."))
    elif report.message:
        click.echo(report.message, err=not report.confirmed)
    return report.exit_code
