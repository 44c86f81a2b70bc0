"""`calibrator certificate`: issue the document of a run."""

from __future__ import annotations

from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["certificate"]


@command(short_help="Issue the certificate of a run as PDF, HTML, JSON or DCC.")
@click.argument("run", required=False)
@click.option(
    "--format", "kind", type=click.Choice(["pdf", "html", "json", "dcc"]), default="pdf", show_default=True
)
@click.option("--lang", type=click.Choice(["en", "zh", "both"]), default="both", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option(
    "--authorised-by",
    metavar="ID",
    help="Who authorises it: a signatory or technical manager of lab.toml; needed once for a live run.",
)
@click.pass_context
def certificate(
    ctx: click.Context,
    run: str | None,
    *,
    kind: str,
    lang: str,
    out: Path | None,
    authorised_by: str | None,
) -> int:
    """Issue the calibration certificate of RUN (an id, a unique beginning of one, or the last).

    The document of a simulated run says SIMULATED on every page and is authorised by nobody; that of a
    live run names who authorised it, which is recorded. Prints the path of the file.
    """
    from calibrator.certificates import issue
    from calibrator.cli._access import opened

    chosen = settings(ctx)
    with opened(chosen):
        pass  # a home without a record is not made into one
    with opened(chosen, write=True) as record:
        path = issue(
            record,
            record.find_run(run or "last"),
            kind,
            lang,
            out,
            certificates=chosen.home.certificates,
            authorised_by=authorised_by,
        )
    click.echo(str(path))
    return 0
