"""`calibrator runs`, `show` and `budget`: look at what is recorded."""

from __future__ import annotations

import click

from calibrator.cli._settings import command, settings

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
                "exit_code": run.exit_code,
            }
            for run in record.runs()
        ]
    if as_json:
        print_json(rows)
        return 0
    columns = {name: say(name.replace("_", " ")) for name in rows[0]} if rows else {"id": "id"}
    table([{key: say(str(value or "")) for key, value in row.items()} for row in rows], columns)
    return 0


@command(short_help="Show the results of a run.")
@click.argument("run", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print run and points as JSON (format 1).")
@click.pass_context
def show(ctx: click.Context, run: str | None, as_json: bool) -> int:
    """Show the results of RUN: an id, a unique beginning of one, or the last."""
    from calibrator import evaluation
    from calibrator.cli._access import opened
    from calibrator.cli._output import print_json, table

    chosen = settings(ctx)
    say = chosen.words
    with opened(chosen) as record:
        shown = evaluation.show(record, record.find_run(run or "last"))
    if as_json:
        print_json(shown)
        return 0
    head = shown["run"]
    click.echo("  ".join(f"{say(key)} {value}" for key, value in head.items() if isinstance(value, str)))
    columns = {
        "id": say("point"),
        "error": f">{say('error')}",
        "U": ">U",
        "k": ">k",
        "limit": f">{say('limit')}",
        "unit": say("unit"),
        "pfa": ">PFA",
        "verdict": say("verdict"),
        "figure_status": say("status"),
    }
    table([{key: say(str(point.get(key, ""))) for key in columns} for point in shown["points"]], columns)
    return 0


@command(short_help="Show the uncertainty budget of a point.")
@click.argument("run")
@click.argument("point")
@click.option("--json", "as_json", is_flag=True, help="Print the budget as JSON.")
@click.pass_context
def budget(ctx: click.Context, run: str, point: str, as_json: bool) -> int:
    """Show the uncertainty budget of POINT in RUN, recomputed from the recorded readings."""
    from calibrator import evaluation
    from calibrator.cli._access import opened

    chosen = settings(ctx)
    with opened(chosen) as record:
        result = evaluation.budget(record, record.find_run(run), point)
    click.echo(result.to_json() if as_json else result.to_text())
    return 0
