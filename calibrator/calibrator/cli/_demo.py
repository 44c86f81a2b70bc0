"""`calibrator demo`: the first minute."""

from __future__ import annotations

from pathlib import Path

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
    from calibrator.cli._format import padded
    from calibrator.cli._run import perform
    from calibrator.cli._summary import COMPLETED, name_next_steps, print_steps
    from calibrator.engine import Job

    chosen = settings(ctx)
    _begin_anew(chosen)
    job = Job(procedure="dmm", uut="34401A", sim=True, seed=DEMO_SEED, interactive=False)
    outcome = perform(chosen, job, as_json=False)
    if outcome.exit_code not in COMPLETED:
        name_next_steps(chosen, outcome, to_stderr=False)
        return outcome.exit_code
    for path in _issue(chosen, outcome.run):
        click.echo(f"{padded(chosen.words('certificate'))} {path}")
    print_steps(
        chosen,
        {
            "show": "every result",
            "budget last dcv:10V:+10V": "the uncertainty budget of a point",
            "verify": "recompute everything from the recorded readings",
            "plan dmm --uut 34401A --sim": "what would be done, with what, and why",
        },
    )
    return outcome.exit_code


def _begin_anew(chosen: Settings) -> None:
    """Put the log of a former home aside where only that is left: a demo was deleted and is made again."""
    from calibrator.record import put_aside

    log = chosen.home.heads
    if log is None or chosen.home.has_record or not log.is_file():
        return
    said = chosen.words("{log} is the log of a home that is no longer here; it is kept as {aside}")
    click.echo(said.format(log=log, aside=put_aside(log)), err=True)


def _issue(chosen: Settings, run: str) -> list[Path]:
    """Write the certificate in the forms that a person reads, both languages in one."""
    from calibrator.certificates import issue
    from calibrator.cli._access import opened

    with opened(chosen, write=True) as record:
        folder = chosen.home.certificates
        return [issue(record, run, kind, "both", certificates=folder) for kind in ("pdf", "html")]
