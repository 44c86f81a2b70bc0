"""`calibrator resume`: go on after a crash or an interruption."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._job import answer_options
from calibrator.cli._persons import known_person
from calibrator.cli._settings import command, settings

__all__ = ["resume"]


@command(short_help="Go on with a run after a crash or an interruption.")
@click.argument("run", required=False)
@answer_options
@click.option(
    "--person", default="", help="Who is at the bench (an id of lab.toml; default: who began the run)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the recorded events, one JSON line each.")
@click.pass_context
def resume(
    ctx: click.Context,
    run: str | None,
    *,
    answers: Path | None,
    non_interactive: bool,
    person: str,
    as_json: bool,
) -> int:
    """Go on with RUN (an id, a unique beginning of one, or the last) where it was broken off.

    First everything is made safe; then serial numbers, procedure and environment are compared
    with the beginning. No completed point is measured twice. Units that were measured at once go on
    together, whichever of their runs is named. A run as found that was begun with `--passes as-found,as-left`
    goes on with its pass as left.
    """
    from calibrator import engine
    from calibrator.cli._access import opened
    from calibrator.cli._behind import name_clock
    from calibrator.cli._log import log_to
    from calibrator.cli._run import operator_for
    from calibrator.cli._screens import screen_for
    from calibrator.cli._summary import name_next_steps, summarize
    from calibrator.standards import load_bench

    chosen = settings(ctx)
    person = known_person(chosen, person)
    home = chosen.home
    log_to(home.logs)
    screen = screen_for(as_json=as_json, say=chosen.words, language=chosen.language)
    with opened(chosen) as record:
        name_clock(chosen, record)
        found = record.find_run(run or "last")
        opened_as = next(record.events(found, kinds={"run.opened"})).body
        heard = str(next(iter(opened_as.get("batch", ())), found))  # of several units the first one's run
        attended, virtual = False, False
        for event in record.events(heard):
            screen.catch_up(event)
            if event.kind == "run.opened":
                bench = load_bench(event.body["bench"]["text"], event.body["bench"]["file"])
                virtual = bench.in_process
                attended = not non_interactive and not virtual
                person = person or str(event.body["person"])
    operator = operator_for(chosen, screen, attended=attended, person=person)
    with screen.shown():
        outcomes = engine.resume_passes(
            found,
            home,
            operator,
            answers=answers,
            interactive=not non_interactive,
            listeners=[screen.listen],
            progress=screen.progress,
            stop=engine.StopSignal(),
        )
    for outcome in outcomes:
        for each in (outcome, *outcome.further):
            summarize(chosen, each, to_stderr=as_json, virtual=virtual)
    name_next_steps(chosen, outcomes[-1], to_stderr=as_json)
    return outcomes[-1].exit_code
