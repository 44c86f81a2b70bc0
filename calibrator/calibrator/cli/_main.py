"""From arguments to an exit code; no error leaves here but as a sentence."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from calibrator.cli import _failures
from calibrator.cli._app import application

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        _let_any_character_out()
        code = application.main(args=arguments, prog_name="calibrator", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except BaseException as error:  # noqa: BLE001 - the outermost place: every error becomes a sentence
        return _failures.report(error)
    return code if isinstance(code, int) else 0


def _let_any_character_out() -> None:
    """Keep a code page that lacks Ω or Chinese from ending a run: such a character becomes `?`."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
