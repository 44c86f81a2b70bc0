"""`calibrator heads`: begin another outside log for a recorded reason."""

from __future__ import annotations

import click

from calibrator.cli._settings import command, settings

__all__ = ["heads"]


@command(short_help="Begin another outside log of heads, for a recorded reason.")
@click.option("--reason", required=True, metavar="TEXT", help="Why, in a few words; it is recorded.")
@click.option("--person", required=True, metavar="ID", help="Who says so, a person of lab.toml.")
@click.pass_context
def heads(ctx: click.Context, reason: str, person: str) -> int:
    """Put the outside log of heads aside and begin another one from the record as it is now.

    For a log that was lost, a home that was restored from a backup, or one that shall keep none any more.
    What `calibrator verify` has found until then is no longer compared: who did it and why stays in the
    register. Prints where the former log lies, and the new one.
    """
    from calibrator.cli._access import opened
    from calibrator.cli._persons import known_person
    from calibrator.cli._sign import confirmed

    chosen = settings(ctx)
    by = known_person(chosen, person)
    confirmed(chosen, by, "--person")
    with opened(chosen):
        pass  # a home without a record is not made into one
    with opened(chosen, write=True) as record:
        aside = record.renew_heads(reason=reason, by=by)
    for path in (aside, chosen.home.heads):
        if path is not None:
            click.echo(str(path))
    return 0
