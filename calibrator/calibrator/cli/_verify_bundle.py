"""`calibrator verify BUNDLE`: the bundle of `calibrator export`, offline."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from calibrator.cli._settings import Settings
from calibrator.evidence import is_bundle

__all__ = ["is_bundle", "verify_bundle_file"]

ALTERED = 6
DOUBTFUL = 3  # of what nobody known vouches for, what is superseded, and what another version evaluated


def verify_bundle_file(chosen: Settings, file: Path, head: str = "") -> int:
    """Say whether a bundle is what was recorded; held against the record, or a head known from elsewhere."""
    from calibrator import evidence
    from calibrator.certificates.seals import load_seal_settings
    from calibrator.cli._access import opened
    from calibrator_drivers.clock import RealClock

    trust, now = load_seal_settings(chosen.home.seal_file), RealClock().now()
    with ExitStack() as stack:
        record = stack.enter_context(opened(chosen)) if chosen.home.has_record else None
        found = evidence.verify_bundle(file, record, head, trust=trust, now=now)
    say = chosen.words
    for line in found.wrong:
        click.echo(f"{file}: {say(line)}", err=True)
    for line in found.said:
        click.echo(f"{file}: {say(line)}")
    for number, how in found.superseded.items():
        click.echo(f"{file}: {number}: {say(how)}", err=found.outdated)
    if found.otherwise and not found.wrong:
        click.echo(f"{file}: {say(found.otherwise)}", err=True)
    state = say("NOT intact") if found.wrong else say("intact")
    click.echo(f"{file}: {state}", err=bool(found.wrong))
    if found.wrong or found.vouched:
        return ALTERED if found.wrong else DOUBTFUL if found.outdated or found.otherwise else 0
    told = say(
        "it agrees with itself, and nobody known vouches for it: compare the head above with the "
        "certificate's, by --head HASH, or verify it at the home that holds the run"
    )
    click.echo(f"{file}: {told}", err=True)
    return DOUBTFUL
