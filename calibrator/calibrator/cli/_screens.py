"""Three ways to follow a run: lines, JSON lines, and (in `_live`) a table that moves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from calibrator.cli._checks import checked_line
from calibrator.cli._format import duration
from calibrator.cli._output import json_line
from calibrator.cli._view import RunView

if TYPE_CHECKING:
    from calibrator.engine import Progress
    from calibrator.record import Event

__all__ = ["JsonScreen", "PlainScreen", "Screen", "screen_for"]


class Screen(Protocol):
    """What follows a run; events and progress arrive on the engine's thread."""

    view: RunView

    def listen(self, event: Event) -> None:
        """Follow one committed event."""
        ...

    def catch_up(self, event: Event) -> None:
        """Take an event from before this process, without a word."""
        ...

    def progress(self, progress: Progress) -> None:
        """Follow what happens between events."""
        ...

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to a prompt."""
        ...

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Be on the terminal for the time of the run."""
        ...


class _Output:
    """The standard output, as long as somebody reads it: a run goes on without its reader (`| head`)."""

    def __init__(self) -> None:
        self._read = True

    def line(self, text: str) -> None:
        if self._read:
            try:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
            except BrokenPipeError:
                self._read = False


class PlainScreen:
    """One line for each thing that a reader of a log wants to know."""

    def __init__(self, say: Callable[[str], str], language: str) -> None:
        self.view = RunView()
        self._say = say
        self._language = language
        self._out = _Output()

    def listen(self, event: Event) -> None:
        """Print a line where the event is worth one."""
        self.view.take(event)
        line = self._line(event)
        if line:
            self._out.line(f"{event.at:%H:%M:%S}  {line}")

    def catch_up(self, event: Event) -> None:
        """Take an event from before this process, without a word."""
        self.view.take(event)

    def progress(self, progress: Progress) -> None:
        """Print nothing: a log is read afterwards."""
        self.view.progress(progress)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lines need no pause."""
        yield

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Lines need no place."""
        yield

    def _line(self, event: Event) -> str:
        teller = _TELLERS.get(event.kind)
        return "" if teller is None else teller(self, event)

    def _opened(self, event: Event) -> str:
        view = self.view
        return f"{view.title.get(self._language, '')} - {view.uut} - {self._say(view.mode)} - {event.stream}"

    def _asked(self, event: Event) -> str:
        return f"{self._say('asked')}: {event.body['text'].get(self._language, '')}"

    def _answered(self, event: Event) -> str:
        return f"{self._say('answered')}: {event.body['answer']} ({self._say(event.body['how'])})"

    def _step_done(self, _event: Event) -> str:
        view = self.view
        if view.step != "point" or not view.current:
            return ""
        row = view.rows[view.current]
        left = view.seconds_left
        rest = f", {self._say('left')} {duration(left)}" if left else ""
        return f"{view.current:<33} {row.reading:>14} {row.unit:<4} {len(view.done)}/{view.total}{rest}"

    def _evaluated(self, event: Event) -> str:
        return "\n".join(self._results(event.body["results"]))

    def _checked(self, event: Event) -> str:
        return checked_line(event.body, self._say)

    def _fault(self, event: Event) -> str:
        return f"{self._say('fault')}: {event.body['what']}"

    def _results(self, results: list[dict[str, str]]) -> Iterator[str]:
        yield self._say("results")
        for result in results:
            row = self.view.rows[str(result["id"])]
            if row.why:
                why = f"{self._say('no number')}: {self._say(row.why)}"
                yield f"{'':10}{row.id:<33} {why}  {self._say(row.verdict)}"
                continue
            yield (
                f"{'':10}{row.id:<33} {self._say('error')} {row.error:>14} {row.unit:<4} "
                f"U {row.expanded:<12} {row.told(self._say)}"
            )


_TELLERS: Mapping[str, Callable[[PlainScreen, Event], str]] = {
    "run.opened": PlainScreen._opened,
    "prompt.asked": PlainScreen._asked,
    "prompt.answered": PlainScreen._answered,
    "step.done": PlainScreen._step_done,
    "section.evaluated": PlainScreen._evaluated,
    "session.checked": PlainScreen._checked,
    "fault": PlainScreen._fault,
}


class JsonScreen:
    """One recorded event of the run a line on the standard output, nothing else there."""

    def __init__(self) -> None:
        self.view = RunView()
        self._out = _Output()

    def listen(self, event: Event) -> None:
        """Print an event of the run; what the station's register notes beside it is not for a follower."""
        if event.stream == "register":
            return
        self.view.take(event)
        shape = {
            "stream": event.stream,
            "seq": event.seq,
            "kind": event.kind,
            "at": f"{event.at:%Y-%m-%dT%H:%M:%S.%fZ}",
            "body": event.body,
        }
        self._out.line(json_line(shape))

    def catch_up(self, event: Event) -> None:
        """Take an event from before this process, without a word."""
        self.view.take(event)

    def progress(self, progress: Progress) -> None:
        """Print nothing: only what is recorded leaves here."""

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Prompts go to the error output and disturb no line."""
        yield

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Lines need no place."""
        yield


def screen_for(*, as_json: bool, say: Callable[[str], str], language: str) -> Screen:
    """Return the screen that suits the output: JSON when asked, a live table on a terminal, lines else."""
    if as_json:
        return JsonScreen()
    if sys.stdout.isatty():
        from calibrator.cli._live import LiveScreen

        return LiveScreen(say, language)
    return PlainScreen(say, language)
