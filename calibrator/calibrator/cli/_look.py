"""`calibrator runs`, `show` and `budget`: look at what is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from calibrator.cli._checks import check_lines
from calibrator.cli._format import limits_of, no_number, probability, validation
from calibrator.cli._left import hot_lines
from calibrator.cli._marks import mark_lines
from calibrator.cli._partial import partial_line, verdict_of
from calibrator.cli._settings import command, settings

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["budget", "runs", "show"]


@command(short_help="List the runs of the record.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def runs(ctx: click.Context, as_json: bool) -> int:
    """List the runs of the record, the latest last."""
    from calibrator.cli._access import opened
    from calibrator.cli._output import print_json, table

    chosen = settings(ctx)
    say = chosen.words
    with opened(chosen) as record:
        rows = [
            {
                "id": run.id,
                "opened_at": f"{run.opened_at:%Y-%m-%dT%H:%M:%SZ}",
                "mode": run.mode,
                "procedure": run.procedure,
                "uut": run.uut,
                "serial": run.serial,
                "state": run.state,
                "verdict": run.verdict,
                "complete": _complete(record, run.id),
                "exit_code": run.exit_code,
            }
            for run in record.runs()
        ]
    if as_json:
        print_json(rows)
        return 0
    named = [name for name in rows[0] if name != "complete"] if rows else ["id"]
    columns = {name: say(name.replace("_", " ")) for name in named}
    table([{key: _cell(value, say) for key, value in _row(row, say).items()} for row in rows], columns)
    return 0


def _complete(record: Record, run: str) -> bool:
    """Say whether the run has every section of its procedure."""
    return all(event.body["complete"] for event in record.events(run, kinds={"run.opened"}))


def _row(run: Mapping[str, Any], say: Callable[[str], str]) -> Mapping[str, Any]:
    """Return the row of a run as a person reads it: a partial one is called so."""
    if run["complete"] or not run["verdict"]:
        return run
    return {**run, "verdict": f"{say(run['verdict'])} ({say('partial')})"}


@command(short_help="Show the results of a run.")
@click.argument("run", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print run and points as JSON (format 1).")
@click.pass_context
def show(ctx: click.Context, run: str | None, as_json: bool) -> int:
    """Show the results of RUN: an id, a unique beginning of one, or the last."""
    from calibrator import evaluation
    from calibrator.cli._access import check_intact, opened
    from calibrator.cli._output import print_json, table

    chosen = settings(ctx)
    say = chosen.words
    with opened(chosen) as record:
        found = record.find_run(run or "last")
        check_intact(record, found)
        shown = evaluation.show(record, found)
        hot = list(hot_lines(record.events(found, kinds={"safe"}), say))
    if as_json:
        print_json(evaluation.as_told(shown))
        return 0
    for line in (*_head(shown["run"], say, chosen.language), *hot):
        click.echo(line)
    asked = any(validation(point) for point in shown["points"])
    columns = {
        "id": say("point"),
        "error": f">{say('error')}",
        "U": ">U",
        **({"clause8": "MC"} if asked else {}),
        "k": ">k",
        "limit": f">{say('limit')}",
        "unit": say("unit"),
        "pfa": ">PFA",
        "verdict": say("verdict"),
        "figure_status": say("limit / standard known from"),
    }
    rows = [
        {key: _cell(point.get(key), say) for key in columns}
        | {
            "pfa": probability(point["pfa"]),
            "limit": limits_of(point),
            "clause8": _cell(validation(point) or None, say),
        }
        | _without_number(point, say)
        for point in shown["points"]
    ]
    table(rows, columns)
    return 0


def _without_number(point: Mapping[str, Any], say: Callable[[str], str]) -> dict[str, str]:
    """Return the cells of a point that gave no number, nothing of any other: its reason, and no figures."""
    why = no_number(point)
    if not why:
        return {}
    verdict = f"{say('undetermined')} ({say(why)})"
    return {"error": say("no number"), "U": "", "clause8": "", "k": "", "pfa": "", "verdict": verdict}


def _head(run: Mapping[str, Any], say: Callable[[str], str], language: str) -> Iterator[str]:
    yield f"{run['id']}  {say(run['mode'])}  {say(run['outcome'])}  {run['opened_at']}"
    yield f"{run['procedure']['title'][language]}  ({run['procedure']['id']} {run['procedure']['version']})"
    uut, rule = run["uut"], say(run["rule"])
    yield f"{uut['model']} {uut['serial']}  {say('interval')} {run['interval']}  {rule}"
    yield f"{say('verdict')}: {verdict_of(run, say)}"
    yield from mark_lines(run, say)
    partial = partial_line(run, say, language)
    if partial:
        yield partial
    yield from check_lines(run, say)


def _cell(value: object, say: Callable[[str], str]) -> str:
    """Return what stands in a table; the two statuses of a point are those of limit and standard."""
    if isinstance(value, dict):
        return " / ".join(say(str(item)) for item in value.values())
    return "" if value is None else say(str(value))


@command(short_help="Show the uncertainty budget of a point.")
@click.argument("run")
@click.argument("point")
@click.option("--json", "as_json", is_flag=True, help="Print the budget as JSON.")
@click.pass_context
def budget(ctx: click.Context, run: str, point: str, as_json: bool) -> int:
    """Show the uncertainty budget of POINT in RUN, recomputed from the recorded readings."""
    from calibrator import evaluation
    from calibrator.cli._access import check_intact, opened
    from calibrator.cli._budget import budget_object, budget_text
    from calibrator.cli._output import print_json

    chosen = settings(ctx)
    with opened(chosen) as record:
        found = record.find_run(run)
        check_intact(record, found)
        result = evaluation.budget(record, found, point)
    if as_json:
        print_json(budget_object(result))
    else:
        click.echo(budget_text(result, chosen.words))
    return 0
