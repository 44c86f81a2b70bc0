"""The command tree; a command's module is loaded when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from calibrator import __version__
from calibrator.cli._settings import global_options

__all__ = ["application"]

# In the order of a technician's day, not of the alphabet.
COMMANDS = {
    "demo": "_demo:demo",
    "run": "_run:run",
    "plan": "_plan:plan",
    "resume": "_resume:resume",
    "runs": "_look:runs",
    "show": "_look:show",
    "budget": "_look:budget",
    "safe": "_safe:safe",
    "check-run": "_sign:check_run",
    "secret": "_sign:secret",
    "certificate": "_certificate:certificate",
    "verify": "_verify:verify",
    "explain": "_explain:explain",
    "replay": "_explain:replay",
    "export": "_export:export",
    "table": "_tables:table",
    "label": "_tables:label",
    "backup": "_export:backup",
    "heads": "_heads:heads",
    "dcc": "_dcc:dcc",
    "regulation": "_regulation:regulation",
    "prove": "_prove:prove",
    "list": "_list:list_",
    "bench": "_bench:bench",
    "standards": "_standards:standards",
    "sim": "_sim:sim",
    "new": "_new:new",
    "procedures": "_new:procedures",
    "doctor": "_doctor:doctor",
}


class LazyGroup(click.Group):
    """A group that knows the names of its commands before it loads them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the one command that is asked for."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(import_module(f"calibrator.cli.{module}"), name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command where there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "`calibrator --help` lists them."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@global_options
@click.version_option(__version__, "--version", prog_name="calibrator", message="%(prog)s %(version)s")
def application() -> None:
    """Calibrate instruments: run a procedure, keep the record, issue the certificate.

    Begin with `calibrator demo`: it verifies a multimeter on a simulated bench.

    Exit codes: 0 all points pass; 1 completed with a fail; 2 usage; 3 completed, some conditional or
    undetermined; 4 refused before start; 5 instrument or safety error, safe state reached; 6 integrity;
    7 safe state not confirmed; 130 interrupted, resumable.
    """
