"""`calibrator bench check`: open, identify, compare, close."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._bench_console import console
from calibrator.cli._bench_discover import discover
from calibrator.cli._bench_reached import reached
from calibrator.cli._bench_replay import replay
from calibrator.cli._settings import command, settings

__all__ = ["bench"]

_COLUMNS = ("name", "resource", "identity")


@click.group(short_help="Find, check and speak to the instruments of a bench.")
def bench() -> None:
    """Find, check and speak to the instruments of a bench."""


@command(short_help="Open, identify, compare serials, firmware and certificates, close.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one object an instrument as JSON.")
@click.pass_context
def check(ctx: click.Context, file: Path, as_json: bool) -> int:
    """Read FILE, ask every instrument in it who it is, and compare what it says with what is recorded.

    Model and serial are held against the file, the firmware against the last run, the dates of the
    certificate against today. Nothing is reset, set or energised. Exit code 5 when an instrument does not
    answer or is another, 4 when the certificate of a standard is missing or not in force.
    """
    from calibrator.cli._bench_check import look, papers_of
    from calibrator.cli._output import print_json
    from calibrator.standards import load_bench

    chosen = settings(ctx)
    found = load_bench(file)
    with reached(found) as (addresses, clock):
        papers = papers_of(chosen, found, clock.now())
        looks = [look(item, addresses.get(name), clock, papers) for name, item in found.instruments.items()]
    rows = [row for row, _code in looks]
    if as_json:
        print_json(rows)
    else:
        # Wide enough for the longest of each, so that a long name or identity moves no other column.
        widths = {key: max((len(str(row[key] or "-")) for row in rows), default=0) for key in _COLUMNS}
        for row in rows:
            state = chosen.words(row["state"])
            due = f"{chosen.words('due')} {row['due']}" if row["due"] else ""
            told = " ".join(f"{row[key] or '-'!s:<{width}}" for key, width in widths.items())
            click.echo(f"{told} {due:<14} {state}")
    return max((code for _row, code in looks), default=0)


for part in (discover, check, console, replay):
    bench.add_command(part)
