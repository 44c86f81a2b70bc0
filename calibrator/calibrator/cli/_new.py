"""`calibrator new` and `calibrator procedures`: a laboratory's own procedures, models and drivers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from calibrator.cli._persons import known_person
from calibrator.cli._settings import Settings, command, settings
from calibrator_drivers.clock import RealClock

__all__ = ["new", "procedures"]

_INTO = click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where its folder is made (default: here).",
)


@click.group(short_help="Begin a procedure, a unit under test or a driver of your own.")
def new() -> None:
    """Write a starting point that runs on the simulated bench at once."""


@command("procedure", short_help="Write a procedure to begin with.")
@click.argument("name")
@_INTO
@click.pass_context
def procedure_(ctx: click.Context, name: str, into: Path) -> int:
    """Write the folder of a procedure NAME: script, table, head and page; it measures three points."""
    from calibrator.scaffold import write_procedure

    chosen = settings(ctx)
    folder = write_procedure(into, name)
    return _tell(chosen, folder, "procedures", f"calibrator run {name} --uut 34401A --sim")


@command(short_help="Write the tables of a further model to begin with.")
@click.argument("model")
@click.option("--procedure", "base", required=True, help="The procedure that it is measured by.")
@click.option("--like", default="", help="The model whose tables are the beginning (default: the first).")
@_INTO
@click.pass_context
def uut(ctx: click.Context, model: str, base: str, like: str, into: Path) -> int:
    """Write what a unit under test MODEL of a known kind needs: point table, accuracy table, simulated bench.

    Its figures are those of the model that it is begun from, and marked as read by nobody.
    """
    from calibrator.scaffold import write_uut

    chosen = settings(ctx)
    folder = write_uut(into, model, base, like)
    return _tell(chosen, folder, "procedures", f"calibrator run {folder.name} --uut {model} --sim")


@command(short_help="Write a driver to begin with.")
@click.argument("name")
@_INTO
@click.pass_context
def driver(ctx: click.Context, name: str, into: Path) -> int:
    """Write the driver NAME of a multimeter with accuracy table, simulated twin and wire test."""
    from calibrator.scaffold import write_driver

    chosen = settings(ctx)
    folder = write_driver(into, name)
    return _tell(chosen, folder, "drivers", f"python -m pytest {folder}")


for _command in (procedure_, uut, driver):
    new.add_command(_command)


@click.group(short_help="Approve procedures and drivers of your own.")
def procedures() -> None:
    """Look at the laboratory's own folders, and approve what was reviewed."""


@command(short_help="Approve a folder as it is now, by its content hash.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--by", required=True, metavar="PERSON", help="Who has reviewed it (lab.toml).")
@click.pass_context
def approve(ctx: click.Context, folder: Path, by: str) -> int:
    """Write that PERSON has reviewed FOLDER, a procedure, model or driver, as it is now.

    Kept in approved.toml of the home. A script or table that is changed afterwards has another hash, and
    every output says again that it was not approved. Where persons of lab.toml have secrets, PERSON is asked
    for theirs.
    """
    from calibrator.cli._access import opened
    from calibrator.cli._sign import entered_by
    from calibrator.plugins import approve as write
    from calibrator.plugins import read_folder
    from calibrator.standards import Register, load_lab

    chosen = settings(ctx)
    person = known_person(chosen, by, "--by")
    with ExitStack() as stack:
        record = stack.enter_context(opened(chosen)) if chosen.home.has_record else None
        entered_by(chosen, None if record is None else Register(record), person, "--by")
    kind = "procedures" if list(folder.rglob("procedure.toml")) else "drivers"
    today = RealClock().now().astimezone(load_lab(chosen.home.lab_file).zone).date()
    chosen.home.ensure()
    for item in read_folder(folder.resolve(), kind):
        done = write(chosen.home.path / "approved.toml", item, person, today)
        click.echo(f"{chosen.words('approved')}: {done.id} {done.content_hash[:12]}… {done.by}, {done.date}")
    return 0


@command("list", short_help="List the laboratory's own folders, and who has approved them.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> int:
    """List the folders that calibrator.toml names, with what each brings and who has approved it as it is."""
    from calibrator.cli._output import print_json, table
    from calibrator.plugins import approvals, plugged

    chosen = settings(ctx)
    say = chosen.words
    approved = approvals(chosen.home.path / "approved.toml")
    rows = []
    for item in plugged():
        done = approved.get((item.id, item.content_hash))
        rows.append(
            {
                "id": item.id,
                "kind": item.kind,
                "folder": str(item.folder),
                "hash": item.content_hash,
                "approved": "" if done is None else f"{done.by}, {done.date}",
            }
        )
    if as_json:
        print_json(rows)
    elif rows:
        shown = [row | {"hash": row["hash"][:12], "approved": row["approved"] or say("no")} for row in rows]
        table(shown, {key: say(key) for key in rows[0]})
    else:
        click.echo(say("There are none yet."))
    return 0


for _command in (approve, list_):
    procedures.add_command(_command)


def _tell(chosen: Settings, folder: Path, key: str, try_it: str) -> int:
    say = chosen.words
    path = folder.resolve().as_posix()
    click.echo(f"{say('written')}: {folder}")
    click.echo(f'{say("list it in")} {chosen.home.settings_file}: {key} = ["{path}"]')
    click.echo(f"{say('then')}: {try_it}")
    return 0
