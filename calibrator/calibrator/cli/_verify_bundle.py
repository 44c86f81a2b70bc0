"""`calibrator verify BUNDLE`: the bundle of `calibrator export`, offline."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from calibrator.cli._settings import Settings
from calibrator.evidence import is_bundle

__all__ = ["is_bundle", "verify_bundle_file"]

ALTERED = 6


def verify_bundle_file(chosen: Settings, file: Path) -> int:
    """Say whether a bundle is what was recorded; held against the record where there is one."""
    from calibrator import evidence
    from calibrator.cli._access import opened

    with ExitStack() as stack:
        record = stack.enter_context(opened(chosen)) if chosen.home.has_record else None
        found = evidence.verify_bundle(file, record)
    for line in found.wrong:
        click.echo(f"{file}: {line}", err=True)
    say = chosen.words
    for line in found.said:
        click.echo(f"{file}: {line}")
    state = say("NOT intact") if found.wrong else say("intact")
    click.echo(f"{file}: {state}", err=bool(found.wrong))
    return ALTERED if found.wrong else 0
