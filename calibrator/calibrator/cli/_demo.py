"""`calibrator demo`: the first minute."""

from __future__ import annotations

import click

from calibrator.cli._settings import Settings, command, settings

__all__ = ["DEMO_SEED", "demo"]

# A seed whose simulated multimeter passes every point; tests/acceptance holds that.
DEMO_SEED = 1


@command(short_help="Verify a multimeter on the simulated bench and write its certificate.")
@click.pass_context
def demo(ctx: click.Context) -> int:
    """Verify a simulated 34401A multimeter against a simulated 5522A calibrator, certificate included.

    Needs no arguments and no instruments: both are reached over real TCP sockets in this process,
    on a clock that runs as fast as the computer. The same command line verifies real ones.
    """
    from calibrator.cli._run import perform
    from calibrator.engine import Job

    chosen = settings(ctx)
    job = Job(procedure="dmm", uut="34401A", sim=True, seed=DEMO_SEED, interactive=False)
    code = perform(chosen, job, as_json=False)
    if code in (0, 1, 3):
        _issue(chosen)
    return code


def _issue(chosen: Settings) -> None:
    """Write the certificate of the run that just ended, in every format a person reads."""
    from calibrator.certificates import issue
    from calibrator.cli._access import opened
    from calibrator.cli._format import called_as

    say = chosen.words
    home = chosen.home
    with opened(chosen, write=True) as record:
        run = record.find_run("last")
        for kind in ("pdf", "html"):
            path = issue(record, run, kind, "both", certificates=home.certificates)
            click.echo(f"{say('certificate')}  {path}")
    call = called_as(chosen.home_path)
    click.echo(f"{say('next')}         {call} show        {say('every result')}")
    click.echo(f"{'':12} {call} verify      {say('recompute it from the recorded readings')}")
    click.echo(f"{'':12} {call} plan dmm --uut 34401A --sim")
