"""`calibrator bench console`: a prompt to one instrument; errors after each command, traffic saved."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from calibrator.cli._settings import Settings, command, settings
from calibrator_drivers.clock import Clock, RealClock

if TYPE_CHECKING:
    from calibrator.cli._bench_speaker import Speaker
    from calibrator_drivers.traffic import TrafficLog

__all__ = ["console"]

_HELP = """A line with a question mark, or that the driver knows as a question, is asked; any other is sent.
.ask TEXT    ask whatever it looks like  .read     the next reply
.status      the status byte            .clear    clear the instrument
.trigger     trigger it                 .reopen   open the connection anew
.block TEXT  ask for a block            .timeout S
.help        this                       .quit, or the end of input, leaves"""


@command(short_help="Speak to one instrument by hand; the traffic is saved.")
@click.argument("name")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--errors", default="SYST:ERR?", show_default=True, help="Error query without a driver; '' none."
)
@click.option(
    "--traffic", type=click.Path(dir_okay=False, path_type=Path), help="Where the traffic is saved."
)
@click.option("--timeout", default=5.0, show_default=True, type=click.FloatRange(0.01), metavar="S")
@click.option("--leave-output", is_flag=True, help="Do not put a source in standby at the end.")
@click.pass_context
def console(
    ctx: click.Context,
    name: str,
    file: Path | None,
    *,
    errors: str,
    traffic: Path | None,
    timeout: float,
    leave_output: bool,
) -> int:
    """Open a prompt to the instrument NAME of the bench FILE, or to a resource such as GPIB0::22::INSTR.

    A line with a question mark is asked, any other is sent; the error queue is shown after each. `.help`
    lists the rest. At the end a source goes to standby; exit code 7 where that is not confirmed.
    """
    chosen = settings(ctx)
    log_path = traffic or _log_path(chosen, name)
    with _opened(name, file, log_path, timeout, errors) as speaker:
        click.echo(f"{name}: {speaker.identity}")
        click.echo(f"{chosen.words('traffic')}: {log_path}")
        with _history(chosen.home.path):
            _converse(speaker, f"{name}> ", chosen.words)
        if not leave_output and not speaker.leave_safe(chosen.words):
            return 7
    return 0


@contextmanager
def _opened(
    name: str, file: Path | None, log_path: Path, timeout_s: float, error_query: str
) -> Iterator[Speaker]:
    from calibrator.cli._bench_speaker import Speaker
    from calibrator_drivers import TrafficLog

    if file is None:
        traffic = TrafficLog(log_path, RealClock())
        try:
            yield from _bare(name, traffic, timeout_s, error_query)
        finally:
            traffic.close()
        return
    from calibrator._errors import UsageError
    from calibrator.cli._bench import reached
    from calibrator.standards import load_bench
    from calibrator_drivers.registry import open_instrument

    bench = load_bench(file)
    with reached(bench) as (addresses, clock):
        item = bench.instruments.get(name)
        if item is None or name not in addresses:
            known = ", ".join(addresses) or "none"
            raise UsageError(
                f'There is no instrument "{name}" with an address',
                where=str(file),
                way_out=f"It has {known}.",
            )
        traffic = TrafficLog(log_path, clock)
        try:
            device: Any = open_instrument(
                item.model, addresses[name], clock=clock, traffic=traffic, timeout_s=timeout_s, name=name,
                bus=item.bus or "",
            )  # fmt: skip
            try:
                yield Speaker(device.session, device, "", timeout_s)
            finally:
                device.close()
        finally:
            traffic.close()


def _bare(resource: str, traffic: TrafficLog, timeout_s: float, error_query: str) -> Iterator[Speaker]:
    from calibrator.cli._bench_speaker import Speaker
    from calibrator_drivers.hart import open_hart
    from calibrator_drivers.modbus import open_modbus
    from calibrator_drivers.transport import open_session, parse_address

    kind = parse_address(resource).kind
    opening: Callable[..., Any] = open_session
    if kind != "hart" and not kind.startswith("modbus"):
        session = opening(resource, timeout_s=timeout_s, traffic=traffic, name="console")
    else:
        opening = open_hart if kind == "hart" else open_modbus
        session = opening(resource, timeout_s=timeout_s, traffic=traffic, name="console")
        error_query = ""
    try:
        yield Speaker(session, None, error_query, timeout_s)
    finally:
        session.close()


def _converse(speaker: Speaker, prompt: str, say: Callable[[str], str]) -> None:
    """Read lines until the end of input; Ctrl-C gives a line up, not the console."""
    while True:
        try:
            line = input(prompt if sys.stdin.isatty() else "").strip()
        except EOFError:
            click.echo("")
            return
        except KeyboardInterrupt:
            click.echo(f"\n{say('.quit leaves')}")
            continue
        if line in (".quit", ".exit"):
            return
        if line in (".help", "?"):
            click.echo(_HELP)
        elif line:
            try:
                shown = speaker.say(line)
            except KeyboardInterrupt:
                shown = say("Interrupted.")
            if shown:
                click.echo(shown)


@contextmanager
def _history(home: Path) -> Iterator[None]:
    """Keep the lines of former consoles where the terminal can; Windows has no readline, and its own keys."""
    if sys.platform == "win32":
        yield
        return
    try:
        import readline
    except ImportError:  # a Python that was built without it
        yield
        return
    path = home / "console-history"
    if path.is_file():
        readline.read_history_file(path)
    try:
        yield
    finally:
        if home.is_dir():
            readline.set_history_length(1000)
            readline.write_history_file(path)


def _log_path(chosen: Settings, name: str) -> Path:
    clock: Clock = RealClock()
    folder = chosen.home.ensure(chosen.home.traffic)
    safe = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
    return folder / f"console-{safe}-{clock.now():%Y%m%dT%H%M%SZ}.jsonl"
