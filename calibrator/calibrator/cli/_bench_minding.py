"""What watches over a source at the prompt of `bench console`: guard, signals, and safe on every way out."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator._errors import NotSafeError

if TYPE_CHECKING:
    from calibrator._home import Home
    from calibrator.cli._bench_speaker import Speaker
    from calibrator.engine import StopSignal
    from calibrator.engine._guarding import Guard
    from calibrator.engine._safety import Place

__all__ = ["Minder", "giving_up_lines"]

_FOLDER = "console"  # of guards of consoles, so that no run waits for one
_PATIENCE_S = 7 * 86400.0  # a person may think as long as the console is open; a dead process is seen at once
_EXCHANGE_S = 60.0  # beyond its time-out, for what an exchange may need to come back into step


class Minder:
    """The guard of one source at the prompt; does nothing for an instrument that is no source."""

    def __init__(self, speaker: Speaker, stop: StopSignal, guard: Guard | None) -> None:
        self._speaker = speaker
        self._guard = guard
        self.stop = stop

    def before_input(self) -> None:
        """Say that a person is waited for."""
        if self._guard is not None:
            self._guard.alive(_PATIENCE_S)
        self.stop.check()

    def before_line(self, timeout_s: float) -> None:
        """Say that a line goes out that may energise something.

        Raises:
            RunError: the guard acted or is gone: nothing may be energised then.
        """
        if self._guard is not None:
            self._guard.energised("none")
            self._guard.alive(timeout_s + _EXCHANGE_S)

    def leave(self, say: Callable[[str], str], *, leave_output: bool) -> None:
        """Make the source safe and let the guard go; whatever the output of this program has become.

        Raises:
            NotSafeError: the safe state is not confirmed.
        """
        if self._guard is not None:
            self._guard.alive(_EXCHANGE_S)
        fault = "" if leave_output else self._speaker.make_safe()
        if self._guard is not None:
            self._guard.abandon() if fault else self._guard.end()
        if fault:
            raise NotSafeError(
                say("The safe state could not be confirmed: do not touch the terminals"), way_out=fault
            )
        if self._speaker.is_source and not leave_output:
            click.echo(say("The output is in standby."))


@contextmanager
def giving_up_lines() -> Iterator[None]:
    """Let Ctrl-C give a line up instead of ending the console, while lines are read."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def start_guard(home: Home, place: Place | None, say: Callable[[str], str]) -> Guard | None:
    """Start the guard of a source before anything is sent to it (METROLOGY 1); None for what is no source.

    Where the guard has no session of its own the start says so: levels above the hazard threshold are asked
    of a person anyway.
    """
    if place is None:
        return None
    from calibrator.engine._guarding import Guard, reports_folder
    from calibrator.engine._safety import no_looks

    home.ensure(home.logs)
    folder = reports_folder(home.path) / _FOLDER
    _tell_reports(folder, say)
    guard = Guard.start(home.path, f"console-{place.name}", [place], None, no_looks(), folder=folder)
    if not guard.possible:
        text = say("No guard can make this source safe if this program is killed: {reason}")
        click.echo(text.format(reason=guard.reason), err=True)
    return guard


def _tell_reports(folder: Path, say: Callable[[str], str]) -> None:
    """Say once what guards of earlier consoles did."""
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        body = json.loads(path.read_text(encoding="utf-8"))
        told = "made safe" if body["confirmed"] else "could NOT make safe: do not touch the terminals"
        text = say("The guard of an earlier console {told}: {names} ({reason}, {at})")
        names = ", ".join(item["asset"] for item in body["sources"])
        click.echo(
            text.format(told=say(told), names=names, reason=body["reason"], at=body["done_at"]), err=True
        )
        path.replace(path.with_suffix(".told"))


def person_present() -> bool:
    """Say whether a person types: an output above the hazard threshold is released by nobody else."""
    return sys.stdin.isatty()
