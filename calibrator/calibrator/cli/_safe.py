"""`calibrator safe`: put everything in standby and confirm it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator.cli._failures import tell
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from datetime import datetime

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
    from calibrator_drivers.clock import RealClock

    chosen, begun = settings(ctx), RealClock().now()
    say = chosen.words
    home = chosen.home
    log_to(home.logs)
    person = operator_for(chosen, PlainScreen(say, chosen.language), attended=True, person="")
    report = engine.make_safe(home, bench, person)
    for source in report.sources:
        click.echo(_line(source, say))
    if not report.sources:
        click.echo(say("Nothing is recorded as energised."))
    for line in _hot(chosen, report.sources, begun):
        click.echo(line)
    for name, kind in {
        source.asset: source.kind for source in report.sources if not source.confirmed
    }.items():
        place = "" if bench is None else _place(bench, name)
        text = say("The safe state of {asset} is not confirmed{place}. Do not touch the terminals.")
        way_out = f"{say(engine.advice_on([kind]))} {say('Then call `calibrator safe` again.')}"
        tell(f"{text.format(asset=name, place=place)} {way_out}")
    _, unrecorded, why = report.message.partition("Not recorded: ")
    if unrecorded:
        tell(f"{unrecorded}{why}")
    return report.exit_code


def _hot(chosen: Settings, seen: Sequence[SafeSource], begun: datetime) -> list[str]:
    """Return what the record says is still hot, of sources not asked just now; name a clock set back."""
    from calibrator.cli._access import opened
    from calibrator.cli._behind import name_clock_since
    from calibrator.cli._left import hot_in_record
    from calibrator_drivers.clock import RealClock

    if not chosen.home.has_record:
        return []
    with opened(chosen) as record:
        name_clock_since(chosen, record, begun)
        lines = hot_in_record(record, RealClock().now(), chosen.words)
    return [line for line in lines if not line.startswith(tuple(f"{source.asset}: " for source in seen))]


def _line(source: SafeSource, say: Callable[[str], str]) -> str:
    """Return what one source reported and the meter saw, without the codes of programs."""
    indicated = (
        "" if source.indicated is None else f", {say('indicated')} {source.indicated:.4g} {source.unit}"
    )
    mark = say("confirmed") if source.confirmed else say("NOT CONFIRMED: do not touch")
    note = "; ".join(say(part) for part in _CODE.sub("", source.note).split("; "))
    return f"{source.asset}: {say(source.reported)}{indicated}: {mark}{f' ({note})' if note else ''}"


def _place(bench: Path, asset: str) -> str:
    """Return file, line and key of the address of an asset."""
    from calibrator.standards import load_bench

    file = load_bench(bench)
    names = [name for name, item in file.instruments.items() if item.asset == asset]
    return f" ({file.place('instruments', names[0], 'resource')})" if names else ""
