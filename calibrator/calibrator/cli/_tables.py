"""`calibrator table` and `calibrator label`: results and readings for other programs, and a label."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["label", "table"]


@command(short_help="Write results as CSV or Excel, or readings as Parquet.")
@click.argument("run", required=False)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["csv", "xlsx", "parquet"]),
    default="csv",
    show_default=True,
    help="csv and xlsx (extra excel) hold results, parquet (extra parquet) every reading.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file (default: RUN.csv here)."
)
@click.pass_context
def table(ctx: click.Context, run: str | None, *, kind: str, out: Path | None) -> int:
    """Write RUN (an id, a unique beginning of one, or the last) as a table."""
    from calibrator import evaluation, evidence
    from calibrator.cli._access import check_intact, opened

    with opened(settings(ctx)) as record:
        found = record.find_run(run or "last")
        check_intact(record, found)
        if kind == "parquet":
            content = evidence.parquet_bytes(found, record.events(found))
        else:
            shown = evaluation.show(record, found)
            content = evidence.csv_bytes(shown) if kind == "csv" else evidence.xlsx_bytes(shown)
    path = out or Path(f"{found}.{kind}")
    evidence.write_new(path, content)
    click.echo(str(path))
    return 0


@command(short_help="Write the label of a run's document as SVG.")
@click.argument("run", required=False)
@click.option(
    "--due",
    type=click.DateTime(["%Y-%m-%d"]),
    help="A due date that was agreed with the customer; without it none is printed.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="The file (default: RUN.svg here)."
)
@click.pass_context
def label(ctx: click.Context, run: str | None, *, due: datetime | None, out: Path | None) -> int:
    """Write the label of RUN: number, instrument, date, and a QR code of the document's number and hash."""
    from calibrator import evidence
    from calibrator.cli._access import check_intact, opened

    with opened(settings(ctx)) as record:
        found = record.find_run(run or "last")
        check_intact(record, found)
        content = evidence.label_svg(record, found, due=due.date() if due is not None else None)
    path = out or Path(f"{found}.svg")
    evidence.write_new(path, content)
    click.echo(str(path))
    return 0
