"""`calibrator export` and `calibrator backup`: copies that others can read, and that can be brought back."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["export"]


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
