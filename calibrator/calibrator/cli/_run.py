"""`calibrator run`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from calibrator.cli._job import JobOptions, adjustment_options, answer_options, job_from, job_options
from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calibrator._home import Home
    from calibrator.cli._screens import Screen
    from calibrator.engine import Job, Operator, Outcome, Progress, StopSignal
    from calibrator.record import Event

__all__ = ["operator_for", "perform", "run"]

BOTH = "as-found,as-left"


@command(short_help="Run a procedure on a unit under test: the main job.")
@job_options
@answer_options
@adjustment_options
@click.option("--json", "as_json", is_flag=True, help="Print the recorded events, one JSON line each.")
@click.pass_context
def run(ctx: click.Context, as_json: bool, **options: Unpack[JobOptions]) -> int:
    """Run PROCEDURE on a unit under test, on the instruments of a bench file or on the simulated bench.

    Every reading is recorded before it is used. Ctrl-C makes the bench safe and leaves a run that
    `calibrator resume` goes on with. With `--passes as-found,as-left` what was found is sealed first; then
    what is adjusted on each unit, and why, is taken from the options or asked at the terminal, confirmed,
    and measured as left, whose exit code it is.
    """
    from calibrator.cli._summary import name_next_steps

    chosen = settings(ctx)
    both = options.get("passes") == BOTH
    outcome = perform(chosen, job_from(chosen, options), as_json=as_json, both_passes=both)
    name_next_steps(chosen, outcome, to_stderr=as_json)
    return outcome.exit_code


def perform(chosen: Settings, job: Job, *, as_json: bool, both_passes: bool = False) -> Outcome:
    """Do a job with its screen and its summary; of both passes the outcome is that of the last one."""
    from calibrator import engine
    from calibrator.cli._broken import name_broken_runs
    from calibrator.cli._log import log_to
    from calibrator.cli._screens import screen_for
    from calibrator.cli._summary import summarize
    from calibrator.standards import load_bench

    home = chosen.home
    log_to(home.logs)
    name_broken_runs(chosen)
    screen = screen_for(as_json=as_json, say=chosen.words, language=chosen.language)
    in_process = job.bench is None or load_bench(job.bench).in_process
    attended = job.interactive and not in_process
    operator = operator_for(chosen, screen, attended=attended, person=job.person)
    stop = engine.StopSignal()
    with screen.shown():
        do = engine.run_passes if both_passes else _run_alone
        outcomes = do(job, home, operator, listeners=[screen.listen], progress=screen.progress, stop=stop)
    for outcome in outcomes:
        for each in (outcome, *outcome.further):
            summarize(chosen, each, to_stderr=as_json, virtual=in_process)
    return outcomes[-1]


def _run_alone(
    job: Job,
    home: Home,
    operator: Operator | None,
    *,
    listeners: Sequence[Callable[[Event], None]],
    progress: Callable[[Progress], None],
    stop: StopSignal,
) -> tuple[Outcome, ...]:
    from calibrator import engine

    return (engine.run(job, home, operator, listeners=listeners, progress=progress, stop=stop),)


def operator_for(chosen: Settings, screen: Screen, *, attended: bool, person: str) -> Operator | None:
    """Return the person at the terminal of an attended bench, None else.

    None lets the engine take the simulated operator on a bench in this process, or refuse where
    nobody can answer.
    """
    import sys

    if not attended or not sys.stdin.isatty():
        return None
    from calibrator.cli._operator import TerminalOperator

    return TerminalOperator(screen, chosen.words, chosen.language, person)
