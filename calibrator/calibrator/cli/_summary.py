"""What a person reads when a run has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from calibrator.cli._format import called_as, duration
from calibrator.cli._settings import Settings

if TYPE_CHECKING:
    from calibrator.engine import Outcome

__all__ = ["summarize", "worst_points"]

_WORST = 3
COMPLETED = (0, 1, 3)
UNSAFE = 7
_COLOURS = {"pass": "green", "fail": "red"}


def summarize(chosen: Settings, outcome: Outcome, *, to_stderr: bool) -> None:
    """Print verdict, worst points, time, and what comes next."""
    from calibrator.cli._access import opened
    from calibrator.evaluation import show

    say = chosen.words

    def echo(text: str) -> None:
        click.echo(text, err=to_stderr)

    with opened(chosen) as record:
        shown = show(record, outcome.run)
    points: Sequence[Mapping[str, Any]] = shown["points"]
    echo("")
    if outcome.verdict:
        counts = ", ".join(f"{number} {say(name)}" for name, number in _counted(points).items())
        verdict = click.style(say(outcome.verdict), fg=_COLOURS.get(outcome.verdict, "yellow"), bold=True)
        echo(f"{say('verdict')}      {verdict}  ({counts})")
    for point in worst_points(points):
        echo(
            f"{say('worst')}        {point['id']}  {say('error')} {point['error']} {point['unit']}, "
            f"U {point['U']}, {say('limit')} {point['limit']}  {say(str(point['verdict']))}"
        )
    if outcome.message and outcome.exit_code not in COMPLETED:
        click.echo(outcome.message, err=True)
    simulated = f", {say('simulated')} {duration(outcome.duration_s)}" if outcome.mode == "simulated" else ""
    echo(f"{say('time')}         {duration(outcome.wall_s)}{simulated}")
    echo(f"{say('run')}          {outcome.run}")
    for line in _next_steps(chosen, outcome):
        echo(line)


def worst_points(points: Sequence[Mapping[str, Any]], count: int = _WORST) -> list[Mapping[str, Any]]:
    """Return the points that come nearest to their limit, by (|error| + U) / limit, the worst first."""

    def nearness(point: Mapping[str, Any]) -> Decimal:
        if point["error"] is None:  # an overload has no number and is beyond every limit
            return Decimal("Infinity")
        limit = abs(Decimal(str(point["limit"])))
        reach = abs(Decimal(str(point["error"]))) + Decimal(str(point["U"]))
        return reach / limit if limit else Decimal("Infinity")

    return sorted(points, key=nearness, reverse=True)[:count]


def _counted(points: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for point in points:
        counts[str(point["verdict"])] = counts.get(str(point["verdict"]), 0) + 1
    return counts


def _next_steps(chosen: Settings, outcome: Outcome) -> list[str]:
    say = chosen.words
    call = called_as(chosen.home_path)
    if outcome.exit_code == UNSAFE:
        steps = [(f"{call} safe", "do not touch; try again to make it safe")]
    elif outcome.exit_code in COMPLETED:
        steps = [
            (f"{call} certificate", "write the certificate"),
            (f"{call} show", "every result"),
        ]
    else:
        steps = [(f"{call} resume", "go on where it stopped")]
    label = f"{say('next')}:"
    return [
        f"{label if not number else '':<12} {step}   # {say(why)}" for number, (step, why) in enumerate(steps)
    ]
