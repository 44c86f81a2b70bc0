"""`calibrator bench replay`: a traffic log as an instrument on a socket."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import click

from calibrator._errors import UsageError
from calibrator.cli._settings import command, settings

__all__ = ["replay"]


@command(short_help="Play an instrument of a traffic log on a socket.")
@click.argument("log", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("name")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="TCP port (default: a free one).")
@click.pass_context
def replay(ctx: click.Context, log: Path, name: str, port: int) -> int:
    """Answer as the instrument NAME did in a traffic LOG, on a socket of this machine.

    The program that connects must send what the log holds, byte by byte. Ends with the log; exit code 5 at
    the first difference.
    """
    from calibrator_drivers.replay import load_traffic, serve_replay

    load_traffic(log, name)
    try:
        listening = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise UsageError(
            f"The port {port} cannot be listened on: {error.strerror or error}",
            where="--port",
            way_out="Choose another one, or leave the option out for a free one.",
        ) from error
    with listening as server:
        click.echo(f"TCPIP0::127.0.0.1::{server.getsockname()[1]}::SOCKET")
        sys.stdout.flush()
        serve_replay(log, name, server)
    click.echo(settings(ctx).words("The whole log was replayed."), err=True)
    return 0
