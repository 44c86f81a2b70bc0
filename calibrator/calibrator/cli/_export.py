"""`calibrator export` and `calibrator backup`: copies that others can read, and that can be brought back."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["backup", "export"]


@command(short_help="Write a run as a bundle that can be checked without this program.")
@click.argument("run", required=False)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write (default: RUN.zip here).",
)
@click.pass_context
def export(ctx: click.Context, run: str | None, out: Path | None) -> int:
    """Write RUN (an id, a unique beginning of one, or the last) as a ZIP file.

    It holds the events, the documents, the traffic log, a manifest of hashes, a README that says how to
    check it by hand, and a checker of a page that needs Python alone. `calibrator verify FILE` checks it too.
    """
    from calibrator import evidence
    from calibrator.cli._access import check_intact, opened
    from calibrator.cli._explain import own_traffic

    chosen = settings(ctx)
    with opened(chosen) as record:
        found = record.find_run(run or "last")
        check_intact(record, found)
        traffic = own_traffic(chosen, record, found)
        content = evidence.bundle_files(record, found, traffic=traffic, certificates=chosen.home.certificates)
    path = out or Path(f"{found}.zip")
    evidence.write_bundle(content, path)
    click.echo(str(path))
    return 0


@command(short_help="Copy the home by its database's online backup, and check the copy.")
@click.argument("folder", metavar="DEST", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, folder: Path) -> int:
    """Copy record, traffic logs, documents and settings into the empty folder DEST, and verify the copy.

    Private keys are left out, and named. It may be made during a run. Of a record in a file the copy is a
    home: name it with --home to use it. A record in PostgreSQL is dumped by pg_dump and restored into a
    database of its own to be checked.
    """
    from calibrator import evidence
    from calibrator.cli._access import opened
    from calibrator_drivers.clock import RealClock

    chosen = settings(ctx)
    with opened(chosen):
        pass  # a home without a record has nothing to copy, and says so
    made = evidence.back_up(chosen.home, folder, RealClock())
    say = chosen.words
    click.echo(f"{folder}: {say('intact')}: {made.runs} {say('runs')}, {made.events} {say('events')}")
    for name in made.left_out:
        click.echo(f"{name}: {say('a private key, not copied: keep it where keys are kept')}", err=True)
    return 0
