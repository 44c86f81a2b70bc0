"""`calibrator doctor`: what an engineer asks first, as a report to paste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import click

from calibrator.cli._doctor_finding import Finding
from calibrator.cli._format import padded
from calibrator.cli._settings import Settings, command, settings

__all__ = ["doctor", "examine"]


_NAMES = {"serial": "ports"}  # another word than the serial number of an instrument


@command(short_help="Report versions, VISA, ports, permissions, clock, disk; to paste.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> int:
    """Report what this machine offers: versions, VISA libraries, serial ports, permissions, clock, disk.

    Nothing is opened that could disturb an instrument. Exit code 0, or 5 when something needs mending.
    """
    from calibrator.cli._output import print_json

    chosen = settings(ctx)
    say = chosen.words
    findings = examine(chosen, _as_it_is if as_json else say)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            mark = {True: "ok", False: "!!", None: "  "}[finding.ok]
            click.echo(f"{mark} {padded(say(_NAMES.get(finding.topic, finding.topic)))} {finding.what}")
            if finding.way_out:
                click.echo(f"{'':15} -> {finding.way_out}")
    return 5 if any(finding.ok is False for finding in findings) else 0


def _as_it_is(text: str) -> str:
    """Return the English text: a program that reads JSON looks for it."""
    return text


def examine(chosen: Settings, say: Callable[[str], str]) -> list[Finding]:
    """Return every finding about machine, libraries and home, in the language of `say`."""
    from calibrator.cli._doctor_home import examine_home
    from calibrator.cli._doctor_machine import examine_machine

    return [*examine_machine(say), *examine_home(chosen, say)]
