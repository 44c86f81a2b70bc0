"""What a person reads when a run has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from calibrator.cli._checks import check_lines
from calibrator.cli._failures import tell
from calibrator.cli._format import (
    NOT_VALIDATED,
    called_as,
    duration,
    limits_of,
    no_number,
    padded,
    validation,
)
from calibrator.cli._left import hot_lines, safe_line
from calibrator.cli._marks import mark_lines
from calibrator.cli._offers import offered_in_run
from calibrator.cli._partial import counted, partial_line
from calibrator.cli._settings import Settings

if TYPE_CHECKING:
    from calibrator.engine import Outcome

__all__ = ["name_next_steps", "print_steps", "summarize", "worst_points"]

_WORST = 3
COMPLETED = (0, 1, 3)
UNSAFE = 7
_COLOURS = {"pass": "green", "fail": "red"}


def summarize(chosen: Settings, outcome: Outcome, *, to_stderr: bool, virtual: bool) -> None:
    """Print verdict, worst points and time; `virtual`: the run had a clock of its own."""
    from calibrator.cli._access import opened
    from calibrator.evaluation import show

    say = chosen.words

    def echo(text: str) -> None:
        click.echo(text, err=to_stderr)

    with opened(chosen) as record:
        shown = show(record, outcome.run)
        made_safe = list(record.events(outcome.run, kinds={"safe"}))
    points: Sequence[Mapping[str, Any]] = shown["points"]
    echo("")
    if "batch" in shown["run"]:  # of several units that were measured at once
        echo(f"{padded(say('uut'))} {shown['run']['uut']['asset']}, {shown['run']['uut']['serial']}")
    if "adjustment" in shown["run"]:
        said = shown["run"]["adjustment"]
        echo(f"{padded(say('as left'))} {said['what']} ({said['by']}: {said['why']})")
    if outcome.verdict:
        counts = counted(shown["run"]["verdicts"], say)
        verdict = click.style(say(outcome.verdict), fg=_COLOURS.get(outcome.verdict, "yellow"), bold=True)
        echo(f"{padded(say('verdict'))} {verdict}  ({counts})")
    for line in mark_lines(shown["run"], say):
        echo(f"{padded('')} {click.style(line, fg='yellow')}")
    partial = partial_line(shown["run"], say, chosen.language)
    if partial:
        echo(f"{padded('')} {click.style(partial, fg='yellow')}")
    failed = [str(point["id"]) for point in points if point["verdict"] == "fail"]
    if failed:
        echo(f"{padded(say('failed'))} {', '.join(failed)}")
    for point in worst_points(points):
        echo(f"{padded(say('worst'))} {point['id']}  {_figures(point, say)}  {say(str(point['verdict']))}")
    for line in check_lines(shown["run"], say) if outcome.verdict else ():
        echo(f"{padded(say('session check'))} {line}")
    for offer in shown["run"]["rule_offers"] if outcome.verdict else ():
        echo(f"{padded(say('rule'))} {offered_in_run(offer, shown['run']['rule'], say)}")
    if outcome.message and outcome.exit_code not in COMPLETED:
        tell(outcome.message)
    if outcome.exit_code not in COMPLETED and (left := safe_line(made_safe, say)):
        echo(f"{padded(say('safe state'))} {left}")
    for line in hot_lines(made_safe, say):
        echo(f"{padded(say('HOT'))} {click.style(line, fg='red', bold=True)}")
    echo(f"{padded(say('time'))} {_time(outcome, say, virtual=virtual)}")
    echo(f"{padded(say('run'))} {outcome.run}")


def _figures(point: Mapping[str, Any], say: Callable[[str], str]) -> str:
    """Return error, U and limit of a point, or why there is no number."""
    limit = f"{say('limit')} {limits_of(point)}"
    if why := no_number(point):
        return f"{say('no number')}: {say(why)}, {limit}"
    found = validation(point)
    valid = f" ({say(found)})" if found == NOT_VALIDATED else ""
    return f"{say('error')} {point['error'] or '-'} {point['unit']}, U {point['U'] or '-'}{valid}, {limit}"


def _time(outcome: Outcome, say: Callable[[str], str], *, virtual: bool) -> str:
    """Return what this process took, and the run's own time where that is another."""
    here, whole = duration(outcome.wall_s), duration(outcome.duration_s)
    if virtual:
        return f"{here}, {say('simulated')} {whole}"
    return f"{here}, {say('elapsed')} {whole}" if whole != here else here


def worst_points(points: Sequence[Mapping[str, Any]], count: int = _WORST) -> list[Mapping[str, Any]]:
    """Return the points that come nearest to their limit, with U, the worst first."""

    def nearness(point: Mapping[str, Any]) -> Decimal:
        if point["error"] is None:  # an overload has no number and is beyond every limit
            return Decimal("Infinity")
        error, reach = Decimal(str(point["error"])), Decimal(str(point["U"]))
        half = point["limit"]
        low, high = (point.get(key) for key in ("lower_limit", "upper_limit"))
        if low is None and high is None:
            low, high = f"-{half}", half
        beyond = [error - Decimal(high)] if high is not None else []
        beyond += [Decimal(low) - error] if low is not None else []
        span = abs(Decimal(half or high or low or 0))
        return 1 + (max(beyond) + reach) / span if span else Decimal("Infinity")

    return sorted(points, key=nearness, reverse=True)[:count]


def name_next_steps(chosen: Settings, outcome: Outcome, *, to_stderr: bool) -> None:
    """Print the commands that come next, each with its reason."""
    if outcome.exit_code == UNSAFE:
        steps = {"safe": "do not touch; try again to make it safe"}
    elif outcome.exit_code in COMPLETED:
        # The results of a provisional session do not stand yet.
        stands = outcome.code != "session-provisional"
        left = {"resume": "go on as left, when it is adjusted"} if outcome.code == "as-left-open" else {}
        steps = {
            **left,
            **({"certificate": "write the certificate"} if stands else {}),
            "show": "every result",
        }
    elif outcome.code == "opening-check-failed":  # such a run is over
        steps = {"show": "every result"}
    else:
        steps = {"resume": "go on where it stopped"}
    print_steps(chosen, steps, to_stderr=to_stderr)


def print_steps(chosen: Settings, steps: Mapping[str, str], *, to_stderr: bool = False) -> None:
    """Print commands as they can be typed here, with what each is for."""
    say, call = chosen.words, called_as(chosen.home_path)
    width = max(len(command) for command in steps)
    for number, (command, why) in enumerate(steps.items()):
        label = "" if number else say("next")
        click.echo(f"{padded(label)} {call} {command:<{width}}  # {say(why)}", err=to_stderr)
