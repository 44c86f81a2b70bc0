"""The wish to stop: set on the main thread by a signal, seen on the engine's thread between exchanges."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from calibrator._errors import InterruptedRun

__all__ = ["StopSignal", "nothing_begun"]

# SIGBREAK is Ctrl-Break on Windows, SIGHUP a closed terminal elsewhere
_NAMES = ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP")


class StopSignal:
    """A wish to stop with its reason; safe to set from a signal handler or any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reason = ""
        self._interrupt = False

    def set(self, reason: str) -> None:
        """Ask the engine to stop; the first reason stays."""
        if not self._event.is_set():
            self._reason = reason
            self._event.set()

    @property
    def reason(self) -> str:
        """Why, empty while nobody asked."""
        return self._reason

    def is_set(self) -> bool:
        """Say whether somebody asked."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `InterruptedRun` when somebody asked."""
        if self._event.is_set():
            raise InterruptedRun(
                f"The run was stopped by {self._reason}",
                way_out="Go on with: calibrator resume",
                code="stopped",
            )

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Let a signal break off what the main thread waits for, such as a person's answer."""
        self._interrupt = True
        try:
            yield
        except InterruptedRun:
            if not self.is_set():
                raise
        finally:
            self._interrupt = False

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Let SIGINT, SIGTERM, SIGBREAK and SIGHUP set this; no effect outside the main thread."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {}
        for name in _NAMES:
            number = getattr(signal, name, None)
            if number is not None:
                before[number] = signal.signal(number, self._handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.set(signal.Signals(number).name)
        if self._interrupt:
            self._interrupt = False
            self.check()


@contextmanager
def nothing_begun() -> Iterator[None]:
    """Let a stop that comes before a run is opened say so: there is nothing then to go on with."""
    try:
        yield
    except InterruptedRun as error:
        raise InterruptedRun(
            error.what,
            where=error.where,
            way_out="No run was opened: begin again with the same command.",
            code=error.code,
        ) from error
