"""`calibrator regulation`: editions of regulations, what is in force, what changed, what was checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calibrator._errors import ConfigurationError
from calibrator.cli._marks import figure_word
from calibrator.cli._settings import Settings, command, settings
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.regulations import Checked, Edition, Library

__all__ = ["regulation"]

Say = Callable[[str], str]
_DAY = click.DateTime(["%Y-%m-%d"])
_STATES = {  # msgids of the catalogue
    "in-force": "in force",
    "abolished": "no longer in force",
    "not-yet-effective": "not in force yet",
}


@click.group(short_help="Regulations as dated data: list, show, check, diff.")
def regulation() -> None:
    """Look at regulations, specifications and guides: which edition is in force, and what is in it."""


@command("list", short_help="List the editions, and which is in force on a day.")
@click.option("--on", type=_DAY, help="The day (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def list_(ctx: click.Context, on: datetime | None, as_json: bool) -> int:
    """List every edition that is installed, how it stands on the day, and what of it is unverified."""
    from calibrator.cli._output import print_json, table
    from calibrator.regulations import status_of

    chosen = settings(ctx)
    library, checked = _open(chosen)
    day = on.date() if on is not None else _today(chosen)
    say = chosen.words
    rows = [
        {
            "id": item.id,
            "number": item.number,
            "kind": item.kind,
            "effective": item.effective.isoformat(),
            "end": str(library.end(item) or ""),
            "state": library.state(item, day),
            "status": status_of(item, checked),
            "title": {"en": item.title.en, "zh": item.title.zh},
        }
        for item in library.editions
    ]
    if as_json:
        print_json(rows)
        return 0
    shown = [
        {key: _cell(key, value, chosen) for key, value in row.items() if key not in ("kind", "end")}
        for row in rows
    ]
    heads = ("id", "number", "effective", "state", "status", "title")
    table(shown, {key: say(key) for key in heads})
    return 0


@command(short_help="Show one edition, figure by figure.")
@click.argument("name")
@click.option("--on", type=_DAY, help="The day of the work, where NAME is a regulation (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_context
def show(ctx: click.Context, name: str, on: datetime | None, as_json: bool) -> int:
    """Show NAME: an edition (jjg-52-2013), or the one of a regulation (jjg-52) in force on the day."""
    from calibrator.cli._output import print_json
    from calibrator.regulations import unverified

    chosen = settings(ctx)
    library, checked = _open(chosen)
    found = library.find(name, on.date() if on is not None else _today(chosen))
    open_figures = unverified(found.edition, checked)
    body = _body(found.edition, checked) | {"state": found.state, "unverified": list(open_figures)}
    if as_json:
        print_json(body)
        return 0
    say = chosen.words
    edition = found.edition
    click.echo(f"{edition.number}  {getattr(edition.title, chosen.language)}")
    click.echo(f"{say(_STATES[found.state])}, {say('effective')} {edition.effective}")
    if found.instead is not None:
        click.echo(f"{say('in force')}: {found.instead.id}, {found.instead.number}")
    for figure in body["figures"]:
        mark = f"  [{say('unverified')}: {figure['status']}]" if figure["figure"] in open_figures else ""
        click.echo(f"\n{figure_word(figure['figure'], edition.number, say)}{mark}  {figure['source']}")
        for key, text in figure["fields"].items():
            click.echo(f"  {key} = {text}")
        for note in figure["notes"]:
            click.echo(f"  ({note})")
        if figure["checked"]:
            click.echo(f"  {say('checked')}: {figure['checked']}")
    return 0


@command(short_help="Mark an edition as held against the printed document.")
@click.argument("edition")
@click.option(
    "--figure", "figures", multiple=True, help="A figure of it, such as mpe; all where none is named."
)
@click.option("--by", required=True, metavar="PERSON", help="Who held it against the document (lab.toml).")
@click.option("--document", required=True, metavar="TEXT", help="The document that was at hand.")
@click.option("--page", required=True, metavar="TEXT", help="Page or clause in it.")
@click.option("--date", "on", type=_DAY, help="When (default: today).")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@click.pass_context
def check(  # noqa: PLR0917 - click hands over its options
    ctx: click.Context,
    edition: str,
    figures: tuple[str, ...],
    by: str,
    document: str,
    page: str,
    on: datetime | None,
    as_json: bool,
) -> int:
    """Write that a person has held figures of EDITION against the document: from then on they are checked.

    Kept in regulations.toml of the home, with the hash of each figure: one that changes later is unverified
    again. The person needs the role reviewer or technical manager.
    """
    from calibrator.cli._output import print_json
    from calibrator.regulations import FIGURES, figure_of, mark_checked
    from calibrator.standards import load_lab

    chosen = settings(ctx)
    library, _ = _open(chosen)
    found, today = library.edition(edition), _today(chosen)
    named = figures or tuple(name for name in FIGURES if figure_of(found, name))
    chosen.home.ensure()
    done = mark_checked(
        _file(chosen),
        load_lab(chosen.home.lab_file),
        found,
        named,
        by=by,
        document=document,
        page=page,
        on=on.date() if on is not None else today,
        today=today,
    )
    if as_json:
        print_json([{"edition": item.edition, "figure": item.figure, "by": item.by} for item in done])
        return 0
    say = chosen.words
    click.echo(f"{say('checked')}: {found.number}, {', '.join(item.figure for item in done)}")
    return 0


@command(short_help="What changed between two editions, and which procedures it hits.")
@click.argument("before")
@click.argument("after")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
@click.pass_context
def diff(ctx: click.Context, before: str, after: str, as_json: bool) -> int:
    """List field by field what is not the same in the editions BEFORE and AFTER, and who works to them."""
    from calibrator.cli._output import print_json
    from calibrator.regulations import differences

    chosen = settings(ctx)
    library, _ = _open(chosen)
    one, other = library.edition(before), library.edition(after)
    changes, hit = differences(one, other), _procedures(one, other)
    if as_json:
        rows = [{"field": item.field, "before": item.before, "after": item.after} for item in changes]
        print_json({"changes": rows, "procedures": hit})
        return 0
    say = chosen.words
    for item in changes:
        click.echo(f"{item.field}: {item.before or say('nothing')} -> {item.after or say('nothing')}")
    if not changes:
        click.echo(say("Nothing changed."))
    click.echo(f"{say('procedures that follow it')}: {', '.join(hit) or say('none')}")
    return 0


for _command in (list_, show, check, diff):
    regulation.add_command(_command)


def _open(chosen: Settings) -> tuple[Library, tuple[Checked, ...]]:
    from calibrator.regulations import load_checked, load_library
    from calibrator.standards import load_lab

    return load_library(), load_checked(_file(chosen), load_lab(chosen.home.lab_file))


def _file(chosen: Settings) -> Path:
    return chosen.home.path / "regulations.toml"


def _today(chosen: Settings) -> date:
    from calibrator.standards import load_lab

    return RealClock().now().astimezone(load_lab(chosen.home.lab_file).zone).date()


def _procedures(*editions: Edition) -> list[str]:
    """Return the installed procedures that follow one of these editions; one that is broken is told of."""
    from calibrator import procedure

    names = {name for item in editions for name in (item.id, item.regulation)}
    found = []
    for name in procedure.available():
        try:
            info = procedure.load(name).info
        except ConfigurationError as error:
            click.echo(str(error), err=True)
            continue
        if names & {
            *info.regulations,
            *(item for model in info.heads for item in info.of(model).regulations),
        }:
            found.append(name)
    return found


def _body(edition: Edition, checked: tuple[Checked, ...]) -> dict[str, Any]:
    from calibrator.regulations import FIGURES, figure_of, known_of, standing

    figures = []
    for name in FIGURES:
        fields = figure_of(edition, name)
        if not fields:
            continue
        known = known_of(edition, name)
        by = next((item for item in checked if standing(edition, item) and item.figure == name), None)
        figures.append(
            {
                "figure": name,
                "fields": fields,
                "status": ", ".join(dict.fromkeys(item.status for item in known)),
                "source": "; ".join(dict.fromkeys(item.source for item in known)),
                "notes": list(dict.fromkeys(item.note for item in known if item.note)),
                "checked": "" if by is None else f"{by.by}, {by.date}: {by.document}, {by.page}",
            }
        )
    return {"id": edition.id, "regulation": edition.regulation, "number": edition.number, "figures": figures}


def _cell(key: str, value: Any, chosen: Settings) -> str:  # noqa: ANN401 - as the row has it
    if key == "title":
        return str(value[chosen.language])
    if key == "state":
        return chosen.words(_STATES[value])
    return chosen.words(value) if key == "status" else str(value)
