"""`calibrator explain` and `calibrator replay`: what stands behind a number, and the same again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator.cli._settings import Settings, command, settings

if TYPE_CHECKING:
    from calibrator.evidence import Issued, Replay
    from calibrator.record import Record

__all__ = ["explain", "replay"]

ALTERED = 6
DOUBTFUL = 3


@command(short_help="Show what a printed number rests on, down to the bytes on the wire.")
@click.argument("certificate", metavar="CERT")
@click.argument("cell", metavar="[POINT/COLUMN]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the tree as JSON.")
@click.pass_context
def explain(ctx: click.Context, certificate: str, cell: str | None, as_json: bool) -> int:
    """Walk from a cell of CERT to result, budget, readings, corrections and raw bytes.

    CERT is the number on a certificate, its file, or a run. A cell is a point and a column, such as
    dcv:10V:+10V/U, or another printed number, such as environment/temperature; without one all cells are
    listed with what is printed in them.
    """
    from calibrator import evidence
    from calibrator.cli._access import check_intact, opened
    from calibrator.cli._output import print_json

    chosen = settings(ctx)
    with opened(chosen) as record:
        document = evidence.find_document(record, certificate)
        check_intact(record, document.run)
        if cell is None:
            return _list_cells(record, document, as_json)
        traffic = own_traffic(chosen, record, document.run)
        tree = evidence.explain(record, document, cell, traffic)
    if as_json:
        print_json({"format": 1, **evidence.as_json(tree)})
    else:
        click.echo(evidence.as_text(tree, chosen.words))
    return 0


def _list_cells(record: Record, document: Issued, as_json: bool) -> int:
    from calibrator import evidence
    from calibrator.cli._output import print_json

    cells = evidence.all_cells(record, document)
    if as_json:
        print_json({"format": 1, "cells": cells})
    else:
        for name, printed in cells.items():
            click.echo(f"{name}  {printed}")
    return 0


def own_traffic(chosen: Settings, record: Record, run: str) -> Path | None:
    """Return the folder of the traffic logs where this station ran the run, None for another station's."""
    own = {summary.id for summary in record.runs() if record.is_own(summary)}
    return chosen.home.traffic if run in own else None


@command(short_help="Evaluate a run again and render its documents again.")
@click.argument("what", metavar="[RUN_OR_CERT]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
@click.pass_context
def replay(ctx: click.Context, what: str | None, as_json: bool) -> int:
    """Evaluate a run again from its record, and render its unsealed documents again.

    RUN_OR_CERT is a run, the number on a certificate, or its file; the last run without it. Exact numbers
    must agree within 1e-12, printed ones in every digit, documents in every byte. Where they do not, the
    first difference and the versions then and now are named: exit code 3 where another version, then or
    let stand since, explains everything that differs, and 6 where none does.
    """
    from calibrator import evidence
    from calibrator.cli._access import check_intact, opened
    from calibrator.cli._output import print_json

    chosen = settings(ctx)
    with opened(chosen) as record:
        document = evidence.find_document(record, what or "last")
        check_intact(record, document.run)
        run = record.find_run(what) == document.run if what and _is_run(record, what) else what is None
        traffic = own_traffic(chosen, record, document.run)
        done = evidence.replay(record, document, traffic=traffic, whole=run)
    if as_json:
        print_json(_object(done))
    else:
        _tell(done, chosen.words)
    return 0 if done.agrees else DOUBTFUL if done.explained else ALTERED


def _is_run(record: Record, text: str) -> bool:
    return text == "last" or any(run.id.startswith(text) for run in record.runs())


def _tell(done: Replay, say: Callable[[str], str]) -> None:
    from calibrator.certificates import NOT_HERE

    differs = say("{place}: recorded {then}, now {now}")
    for number, item in enumerate(done.differences):
        place = f"{item.point} {item.field}".strip()
        if number == 0 or item.field.startswith("versions."):
            click.echo(differs.format(place=place, then=item.recorded, now=item.recomputed), err=True)
    for document in done.documents:
        state = (
            say("the same bytes")
            if document.same
            else say("OTHER BYTES: issued {then}, now {now}").format(then=document.sha256, now=document.again)
        )
        click.echo(f"{document.id} {document.format} {document.language}: {state}", err=not document.same)
    for item in done.versions:
        click.echo(differs.format(place=item.field, then=item.recorded, now=item.recomputed), err=True)
    if not done.agrees and not done.differences and not done.versions:
        click.echo(say("no version differs: the program was changed without a new version"), err=True)
    if done.differences:
        rest = sum(not item.field.startswith("versions.") for item in done.differences)
        click.echo(f"{done.run}: {say('does NOT agree, {n} differences').format(n=rest)}", err=True)
        if done.otherwise:
            told = done.otherwise.removeprefix(NOT_HERE)
            known = say(NOT_HERE) + told if told != done.otherwise else say(done.otherwise)
            click.echo(f"{done.run}: {known}", err=True)
    elif done.agrees:
        told = say(
            "{points} points from {readings} readings agree to 1e-12 and in every printed digit; "
            "{documents} documents rendered again"
        ).format(points=done.points, readings=done.readings, documents=len(done.documents))
        click.echo(f"{done.run}: {told}")


def _object(done: Replay) -> dict[str, object]:
    return {
        "format": 1,
        "run": done.run,
        "agrees": done.agrees,
        "explained": done.explained,
        "otherwise": done.otherwise,
        "points": done.points,
        "readings": done.readings,
        "differences": [
            {"point": i.point, "field": i.field, "recorded": i.recorded, "now": i.recomputed}
            for i in (*done.differences, *done.versions)
        ],
        "documents": [
            {
                "id": i.id,
                "format": i.format,
                "language": i.language,
                "sha256": i.sha256,
                "again": i.again,
                "same": i.same,
            }
            for i in done.documents
        ],
    }
