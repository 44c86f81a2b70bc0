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
    from calibrator.cli._bench_minding import Minder
    from calibrator.cli._bench_speaker import Speaker
    from calibrator.engine._safety import Place
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
    lists the rest. On every way out a source goes to standby, a guard process does it if this one is killed,
    and a dangerous level is sent only when a person at a terminal releases it. At a bare resource the model
    is asked first; where no driver knows it, nothing can be made safe, which is said. Exit code 7 where the
    safe state is not confirmed.
    """
    from calibrator.cli._bench_minding import Minder, start_guard
    from calibrator.engine import StopSignal

    chosen = settings(ctx)
    stop = StopSignal()
    log_path = traffic or _log_path(chosen, name)
    with stop.on_signals(), _opened(name, file, log_path, timeout, errors) as (speaker, place):
        minder = Minder(speaker, stop, start_guard(chosen.home, place, chosen.words))
        tidy = False
        try:
            click.echo(f"{name}: {speaker.identity}")
            click.echo(f"{chosen.words('traffic')}: {log_path}")
            _say_unknown(speaker, chosen.words)
            with _history(chosen.home.path):
                _converse(speaker, minder, f"{name}> ", chosen.words)
            _say_unknown(speaker, chosen.words)
            tidy = True
        finally:
            minder.leave(chosen.words, leave_output=leave_output and tidy)
    return 0


def _say_unknown(speaker: Speaker, say: Callable[[str], str]) -> None:
    if speaker.unknown:
        text = "No driver knows this instrument: nothing is made safe here. Switch outputs off by hand."
        click.echo(say(text), err=True)


@contextmanager
def _opened(
    name: str, file: Path | None, log_path: Path, timeout_s: float, error_query: str
) -> Iterator[tuple[Speaker, Place | None]]:
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
    from calibrator.cli._bench_reached import reached
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
                speaker = Speaker(device.session, device, "", timeout_s)
                here = bench.in_process  # it ends with this process
                yield (
                    speaker,
                    None if here else _place(speaker, name, item.model, addresses[name], item.serial),
                )
            finally:
                device.close()
        finally:
            traffic.close()


def _bare(
    resource: str, traffic: TrafficLog, timeout_s: float, error_query: str
) -> Iterator[tuple[Speaker, Place | None]]:
    from calibrator.cli._bench_speaker import Speaker
    from calibrator_drivers.hart import open_hart
    from calibrator_drivers.modbus import open_modbus
    from calibrator_drivers.registry import driver_class, model_of
    from calibrator_drivers.transport import open_session, parse_address

    kind = parse_address(resource).kind
    opening: Callable[..., Any] = open_session
    if frames := (kind == "hart" or kind.startswith("modbus")):
        opening = open_hart if kind == "hart" else open_modbus
        error_query = ""
    session = opening(resource, timeout_s=timeout_s, traffic=traffic, name="console")
    try:
        speaker = Speaker(session, None, error_query, timeout_s)
        model = "" if frames else model_of(speaker.identity)
        driver: Any = driver_class(model) if model else None
        if driver is not None and hasattr(driver, "make_safe"):
            speaker = Speaker(session, driver(session, RealClock()), "", timeout_s)
        speaker.unknown = not frames and not model
        yield speaker, _place(speaker, "console", model, resource, "")
    finally:
        session.close()


def _place(speaker: Speaker, name: str, model: str, resource: str, serial: str) -> Place | None:
    """Return where a source is, for its guard; None for what is no source."""
    from calibrator.engine._safety import Place

    return Place(name, name, model, resource, serial) if speaker.is_source else None


def _converse(speaker: Speaker, minder: Minder, prompt: str, say: Callable[[str], str]) -> None:
    """Read lines until the end of input; Ctrl-C gives a line up, any other signal leaves.

    Raises:
        InterruptedRun: a signal asked for the end.
    """
    from calibrator.cli._bench_minding import giving_up_lines

    with giving_up_lines():
        while (line := _line(minder, prompt, say)) is not None:
            if line in (".quit", ".exit"):
                return
            if line in (".help", "?"):
                click.echo(_HELP)
            elif line and _released(speaker, line, say):
                minder.before_line(speaker.timeout_s)
                try:
                    shown = speaker.say(line)
                except KeyboardInterrupt:
                    shown = say("Interrupted.")
                if shown:
                    click.echo(shown)
    click.echo("")


def _line(minder: Minder, prompt: str, say: Callable[[str], str]) -> str | None:
    """Return the next line, "" for one that was given up, None at the end of input."""
    minder.before_input()
    line = ""
    try:
        with minder.stop.interrupting():
            minder.stop.check()
            line = input(prompt if sys.stdin.isatty() else "").strip()
    except EOFError:
        return None
    except KeyboardInterrupt:
        click.echo(f"\n{say('.quit leaves')}")
    minder.stop.check()
    return line


def _released(speaker: Speaker, line: str, say: Callable[[str], str]) -> bool:
    """Say whether a line may go out: a person at the terminal releases a level above the threshold."""
    from calibrator.cli._bench_minding import person_present

    level, limit, unit = speaker.hazard(line)
    if level <= limit:
        return True
    if not person_present():
        text = say("Not sent: {line}. {level:g} {unit} is dangerous, and a person at a terminal releases it.")
        click.echo(text.format(line=line, level=level, unit=unit), err=True)
        return False
    click.echo(say("DANGEROUS LEVEL: {level:g} {unit}. Is everybody clear?").format(level=level, unit=unit))
    try:
        answer = input(say("Type release to send it: ")).strip()
    except (EOFError, KeyboardInterrupt):
        answer = ""
    if answer != "release":
        click.echo(say("Not sent."))
        return False
    speaker.release(level)
    return True


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
