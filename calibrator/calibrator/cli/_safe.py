"""`calibrator safe`: put everything in standby and confirm it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator.cli._failures import tell
from calibrator.cli._settings import command, settings

if TYPE_CHECKING:
    from calibrator.engine import SafeSource

__all__ = ["safe"]

_CODE = re.compile(r"\b[a-z]+(?:-[a-z]+)+: ")


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
        click.echo(_line(source, say))
    if not report.sources:
        click.echo(say("Nothing is recorded as energised."))
    for name in dict.fromkeys(source.asset for source in report.sources if not source.confirmed):
        place = "" if bench is None else _place(bench, name)
        text = say("The safe state of {asset} is not confirmed{place}. Do not touch the terminals.")
        way_out = say("Switch it off at its mains switch, then call `calibrator safe` again.")
        tell(f"{text.format(asset=name, place=place)} {way_out}")
    _, unrecorded, why = report.message.partition("Not recorded: ")
    if unrecorded:
        tell(f"{unrecorded}{why}")
    return report.exit_code


def _line(source: SafeSource, say: Callable[[str], str]) -> str:
    """Return what one source reported and the meter saw, without the codes of programs."""
    indicated = (
        "" if source.indicated is None else f", {say('indicated')} {source.indicated:.4g} {source.unit}"
    )
    mark = say("confirmed") if source.confirmed else say("NOT CONFIRMED: do not touch")
    note = _CODE.sub("", source.note)
    return f"{source.asset}: {say(source.reported)}{indicated}: {mark}{f' ({note})' if note else ''}"


def _place(bench: Path, asset: str) -> str:
    """Return file, line and key of the address of an asset."""
    from calibrator.standards import load_bench

    file = load_bench(bench)
    names = [name for name, item in file.instruments.items() if item.asset == asset]
    return f" ({file.place('instruments', names[0], 'resource')})" if names else ""
