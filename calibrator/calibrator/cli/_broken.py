"""What broke before this command: runs of this station that nobody closed, named before another begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from calibrator.cli._access import opened
from calibrator.cli._behind import name_clock
from calibrator.cli._format import padded
from calibrator.cli._settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.record import RunSummary

__all__ = ["name_broken_runs"]

_NAMED = 3


def name_broken_runs(chosen: Settings) -> None:
    """Say on stderr which runs were broken off (power, kill, crash), and what goes on with them.

    A clock that was set back is named as well.

    Their readings are in the record; a run of another process holds the home, so no job begins beside it.
    """
    if not chosen.home.has_record:
        return
    with opened(chosen) as record:
        name_clock(chosen, record)
        broken = [run for run in record.runs() if run.state == "open" and record.is_own(run)]
    for line in _lines(chosen, broken):
        click.echo(line, err=True)


def _lines(chosen: Settings, broken: Sequence[RunSummary]) -> list[str]:
    say = chosen.words
    text = say("run {run} ({procedure}, {asset}) was broken off and is open; to go on: {command}")
    lines = [
        text.format(
            run=run.id, procedure=run.procedure, asset=run.asset, command=f"calibrator resume {run.id}"
        )
        for run in broken[-_NAMED:]
    ]
    if len(broken) > _NAMED:
        more = say("{count} more are open: calibrator runs")
        lines.append(more.format(count=len(broken) - _NAMED))
    return [f"{padded(say('note') if not number else '')} {line}" for number, line in enumerate(lines)]
