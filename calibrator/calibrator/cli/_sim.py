"""`calibrator sim serve`: keep simulated instruments up for any client."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO, cast

import click

from calibrator.cli._failures import place_error
from calibrator.cli._settings import command, settings

if TYPE_CHECKING:
    from calibrator.standards import BenchFile

__all__ = ["sim"]


_TRANSPORTS = ("socket", "serial", "hislip", "vxi11", "prologix", "modbus", "modbus-rtu", "hart")


class Serving(Protocol):
    """The part of a simulator's plug that keeps instruments up for others."""

    def serve(
        self,
        bench: Mapping[str, Any] | None,
        models: Sequence[str],
        *,
        host: str,
        wiring: str | None,
        seed: int | None,
        speed: float,
        announce: Callable[[Sequence[Mapping[str, str]]], None],
        commands: TextIO | None,
        transport: str = "",
        applied: str = "",
        portmapper: bool = False,
    ) -> None:
        """Serve until interrupted; wiring names come from `commands`."""
        ...


@click.group(short_help="Keep simulated instruments up for any client.")
def sim() -> None:
    """Work with simulated instruments."""


@command(short_help="Serve a bench, or single models, until interrupted.")
@click.argument("what", nargs=-1, required=True, metavar="BENCH|MODEL...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line an instrument.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--wiring", help="The wiring that is connected at the start.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the bench instead of the file's.")
@click.option(
    "--transport", type=click.Choice(_TRANSPORTS), help="How instruments without an address are served."
)
@click.option("--input", "applied", help='What single meters see, such as "10 V" or "5 V 1 kHz".')
@click.option("--portmapper", is_flag=True, help="Answer VXI-11 clients on port 111.")
@click.option("--speed", type=click.FloatRange(min=0.001), default=1.0, show_default=True, help="Time scale.")
@click.pass_context
def serve(
    ctx: click.Context,
    what: tuple[str, ...],
    *,
    as_json: bool,
    host: str,
    wiring: str | None,
    seed: int | None,
    speed: float,
    transport: str | None,
    applied: str | None,
    portmapper: bool,
) -> int:
    """Serve the instruments of a BENCH file, or single catalogue MODELs, until interrupted.

    A line with the name of a wiring on the standard input connects that wiring.
    """
    say = settings(ctx).words

    def announce(instruments: Sequence[Mapping[str, str]]) -> None:
        from calibrator.cli._output import json_line

        for instrument in instruments:
            if as_json:
                click.echo(json_line(dict(instrument)))
            else:
                click.echo(
                    "  ".join(
                        instrument[key]
                        for key in ("name", "model", "serial", "resource", "bus")
                        if key in instrument
                    )
                )
        sys.stdout.flush()
        if not as_json:
            click.echo(say("Serving; Ctrl-C ends it. The name of a wiring connects that wiring."), err=True)

    from calibrator.bench import find_simulator

    if applied is not None and not applied.strip():
        raise click.BadParameter('it is empty; write one such as "10 V"', ctx, param_hint="--input")
    bench, models = _bench_or_models(what)
    try:
        cast("Serving", find_simulator()).serve(
            None if bench is None else bench.raw,
            models,
            host=host,
            wiring=wiring,
            seed=seed,
            speed=speed,
            announce=announce,
            commands=sys.stdin,
            transport=transport or "",
            applied=applied or "",
            portmapper=portmapper,
        )
    except KeyboardInterrupt:
        return 0
    except Exception as error:  # a plug-in's own errors, of which this room knows no classes
        if bench is not None:
            place_error(error, bench)
        raise
    return 0


sim.add_command(serve)


def _bench_or_models(what: Sequence[str]) -> tuple[BenchFile | None, Sequence[str]]:
    """Take one name of a TOML file as a bench, everything else as catalogue models."""
    if len(what) == 1 and (what[0].endswith(".toml") or Path(what[0]).is_file()):
        from calibrator.standards import load_bench

        return load_bench(Path(what[0]), registered=False), ()
    return None, what
