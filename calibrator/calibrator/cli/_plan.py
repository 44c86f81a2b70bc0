"""`calibrator plan`: a dry run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from calibrator.cli._checks import planned_check
from calibrator.cli._failures import place_error
from calibrator.cli._format import limits_text
from calibrator.cli._job import JobOptions, job_from, job_options
from calibrator.cli._marks import edition_lines
from calibrator.cli._offers import planned_offer
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from calibrator.engine import Job, Plan, PlannedPoint

__all__ = ["plan"]

REFUSED = 4
_MARKS = {"raised-to-cmc": "*", "outside-scope": "+"}
_MEANS = {  # msgids of the catalogue
    "raised-to-cmc": "U is below the laboratory's CMC and is raised to it",
    "outside-scope": "outside the accredited scope",
}


@command(short_help="Dry run: points, standards, expected U, ratio, duration, prompts.")
@job_options
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.pass_context
def plan(ctx: click.Context, as_json: bool, **options: Unpack[JobOptions]) -> int:
    """Say what `run` would do with PROCEDURE, and open nothing.

    Every point with the chosen standard (and why others were refused), range, expected U, test
    uncertainty ratio and duration; then what the operator will be asked. Exit code 4 when the run
    would be refused.
    """
    from calibrator import engine

    chosen = settings(ctx)
    job = job_from(chosen, options)
    _check_simulation(job)
    made = engine.plan(job, chosen.home)
    if as_json:
        from calibrator.cli._output import print_json

        print_json(_plain(asdict(made)))
    else:
        _print(chosen, made)
    return REFUSED if made.refused else 0


def _check_simulation(job: Job) -> None:
    """Refuse a simulated bench that `run` would refuse, for its seed or its nodes."""
    from calibrator.bench import find_simulator
    from calibrator.standards import load_bench

    if job.bench is None:
        return
    bench = load_bench(Path(job.bench))
    if bench.in_process:
        try:
            find_simulator().open(bench.raw, seed=job.seed).close()
        except Exception as error:  # a plug-in's own errors, of which this room knows no classes
            place_error(error, bench)
            raise


def _print(chosen: Settings, made: Plan) -> None:
    from calibrator.cli._format import duration
    from calibrator.cli._output import table

    say = chosen.words
    click.echo(f"{getattr(made.title, chosen.language)} - {made.uut} - {made.bench} ({say(made.mode)})")
    columns = {
        "point": say("point"),
        "range": f">{say('range')}",
        "standard": say("standard"),
        "limit": f">{say('limit')}",
        "U": f">{say('expected U')}",
        "tur": ">TUR",
        "tar": ">TAR",
        "status": say("status"),
        "time": f">{say('time')}",
    }
    table([_row(point, say) for point in made.points], columns)
    for note, mark in _MARKS.items():
        if any(note in point.notes for point in made.points):
            click.echo(f"{mark} {say(_MEANS[note])}")
    for (asset, reason), points in _refusals(made.points).items():
        where = points[0] if len(points) == 1 else f"{len(points)} {say('points')}"
        click.echo(f"{asset} {say('not taken')} ({where}): {reason}")
    click.echo(say("The operator is asked:"))
    for number, prompt in enumerate(made.prompts, start=1):
        click.echo(f"{number:>3}  {prompt.id:<22} {getattr(prompt.text, chosen.language)}")
    click.echo(f"{say('duration')}: {duration(made.duration_s)}, {len(made.points)} {say('points')}")
    for line in planned_check(made, say):
        click.echo(line)
    click.echo(f"{say('rule')}: {say(made.rule)}")
    for edition in made.regulations:
        for line in edition_lines(edition, say):
            click.echo(line)
    for offer in made.rule_offers:
        click.echo(planned_offer(offer, made.rule, made.adjusted, say))
    unread = sum(point.status not in ("seen", "checked") for point in made.points)
    if made.mode == "live" and unread:
        note = say("points rest on figures that nobody here has read in the maker's document")
        rest = say("where lab.toml does not confirm them the verdict is undetermined")
        click.echo(f"{unread} {note}; {rest}.")
    for refusal in made.refused:
        click.echo(f"{say('refused')}: {refusal.reason} [{refusal.code}] {refusal.place}", err=True)


def _refusals(points: Sequence[PlannedPoint]) -> dict[tuple[str, str], list[str]]:
    """Return the points at which an asset was not taken, by asset and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for point in points:
        for refusal in point.refused:
            found.setdefault((refusal.asset, refusal.reason), []).append(point.id)
    return found


def _row(point: PlannedPoint, say: Callable[[str], str]) -> dict[str, str]:
    def figure(value: float | None, digits: int) -> str:
        return "" if value is None else f"{value:.{digits}g}"

    return {
        "point": point.id,
        "range": f"{point.range.normalize():f} {point.unit}",
        "standard": point.title or point.standard,
        "limit": _limits(point),
        "U": figure(point.expected_U, 2) + "".join(_MARKS[note] for note in point.notes),
        "tur": figure(point.tur, 3),
        "tar": figure(point.tar, 3),
        "status": say(point.status),
        "time": f"{point.duration_s:.0f} s",
    }


def _limits(point: PlannedPoint) -> str:
    def plain(limit: Decimal | None) -> str | None:
        return None if limit is None else f"{limit.normalize():f}"

    return limits_text(plain(point.lower), plain(point.upper), plain(point.limit))


def _plain(value: object) -> object:
    """Return `value` as JSON has it: decimals become strings."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
