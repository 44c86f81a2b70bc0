"""The person at the bench, asked on the terminal."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from calibrator.cli._screens import Screen

if TYPE_CHECKING:
    from calibrator.engine import Answer, Hazard, Prompt, Review, ReviewDecision

__all__ = ["TerminalOperator"]

_TRIES = 3
REFUSALS = frozenset({"no", "n", "stop", "不", "否", "停", "停止"})
# Anything else is asked again: "wait" must not let 1000 V follow.
STOPS = frozenset({"stop", "停", "停止"})
_ITEM = {"pass": "pass", "合格": "pass", "fail": "fail", "不合格": "fail"}
_DONE = frozenset({"", "yes", "y", "done", "是", "好", "完成"})


class TerminalOperator:
    """Puts prompts on the error output and takes what the person types.

    `ask` is called on the main thread; Ctrl-C there refuses the prompt.
    """

    def __init__(self, screen: Screen, say: Callable[[str], str], language: str, person: str) -> None:
        self._screen = screen
        self._say = say
        self._language = language
        self._person = person

    def ask(self, prompt: Prompt) -> Answer:
        """Show a prompt in the chosen language and return the answer."""
        from calibrator.engine import Answer

        with self._screen.paused():
            click.echo(err=True)
            self._show(prompt)
            if prompt.hazard is not None or prompt.kind in ("confirm", "item"):
                _forget_typed_ahead()
            if prompt.hazard is not None:
                value = self._release(prompt.hazard)
            elif prompt.kind == "warm-up":
                value = self._minutes()
            elif prompt.kind == "confirm":
                value = self._yes_or_no()
            elif prompt.kind == "item":
                value = self._pass_or_fail()
            elif prompt.kind == "typed":
                value = self._line(self._say("Type the value, or stop"))
            else:
                value = self._done()
        return Answer(value=value, by=self._person, how="typed")

    def review(self, review: Review) -> ReviewDecision:
        """Show flagged points while the leads are on; return which are measured again and why."""
        from calibrator.engine import ReviewDecision

        if not review.flags:
            return ReviewDecision(by=self._person)
        with self._screen.paused():
            self._show_review(review)
            chosen = self._points(review)
            if not chosen:
                return ReviewDecision(by=self._person)
            reason = ""
            while not reason:
                reason = self._line(self._say("Why again? The reason is recorded"))
        return ReviewDecision(chosen, reason, self._person)

    def _show(self, prompt: Prompt) -> None:
        text = getattr(prompt.text, self._language)
        colour = "red" if prompt.hazard is not None else "yellow"
        click.echo(click.style(self._say(_HEADINGS[prompt.kind]), fg=colour, bold=True), err=True)
        click.echo(text, err=True)
        if prompt.wiring:
            click.echo(f"{self._say('wiring of the bench file')}: {prompt.wiring}", err=True)

    def _release(self, hazard: Hazard) -> str:
        """Have the level typed that is released: a reflex on Enter must not energise 1000 V."""
        level = f"{hazard.value.normalize():f}"
        for _ in range(_TRIES):
            typed = self._line(
                self._say("Type {level} to release {level} {unit}, or stop").format(
                    level=level, unit=hazard.unit
                )
            )
            words = typed.replace(hazard.unit, "").strip()
            if words.lower() in REFUSALS:
                return "stop"
            if words == level or not words:
                return typed
            click.echo(self._say("That is not the level."), err=True)
        return "stop"

    def _minutes(self) -> str:
        while True:
            typed = self._line(self._say("Type the minutes, or stop"))
            if typed.lower() in REFUSALS:
                return "stop"
            if not typed or typed.lower() in {"yes", "y", "ok"} or _is_number(typed):
                return typed
            click.echo(self._say("A number of minutes, please."), err=True)

    def _yes_or_no(self) -> str:
        """Have a whole word typed: a reflex on Enter must not confirm that something is safe."""
        while True:
            typed = self._line(self._say("Type yes or no"))
            if typed.lower() in {"yes", "是"}:
                return "yes"
            if typed.lower() in REFUSALS:
                return "no"

    def _pass_or_fail(self) -> str:
        """Have a whole word typed: neither a reflex on Enter nor Ctrl-C decides an item of a regulation."""
        while True:
            typed = self._line(self._say("Type pass or fail, or stop")).lower()
            if typed in _ITEM:
                return _ITEM[typed]
            if typed in STOPS:
                return "stop"

    def _done(self) -> str:
        """Have it said that it is done; any other word is asked again."""
        while True:
            typed = self._line(self._say("Enter when done, or stop")).lower()
            if typed in _DONE:
                return "done"
            if typed in REFUSALS:
                return "stop"
            click.echo(self._say("Press Enter, or type done, when it is done; stop ends the run."), err=True)

    def _show_review(self, review: Review) -> None:
        heading = self._say("Before the leads come off: points that deserve a look")
        click.echo(err=True)
        click.echo(click.style(heading, fg="yellow", bold=True), err=True)
        for number, flag in enumerate(review.flags, start=1):
            click.echo(f"{number:>4}  {flag.point:<24} {self._say(flag.why)}", err=True)

    def _points(self, review: Review) -> tuple[str, ...]:
        question = self._say("Measure again: numbers, all, or Enter for none")
        flagged = list(dict.fromkeys(flag.point for flag in review.flags))
        names = [flag.point for flag in review.flags]
        while True:
            words = self._line(question).replace(",", " ").split()
            if words == ["all"]:
                return tuple(flagged)
            if all(word.isdecimal() and 1 <= int(word) <= len(names) for word in words):
                return tuple(dict.fromkeys(names[int(word) - 1] for word in words))
            click.echo(self._say("Numbers from the list, please."), err=True)

    def _line(self, question: str) -> str:
        """Return what the person typed; an end of input or Ctrl-C is `stop`."""
        click.echo(f"{question}: ", err=True, nl=False)
        try:
            with _signals_end_input():
                return input().strip()
        except (EOFError, KeyboardInterrupt):
            click.echo(err=True)
            return "stop"


def _forget_typed_ahead() -> None:
    """Throw away what was typed before the question was to be seen: it is no answer to it."""
    if not sys.stdin.isatty():
        return
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False


@contextmanager
def _signals_end_input() -> Iterator[None]:
    """Let a signal end `input`, after the engine's handler heard it: Python would read on (PEP 475)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}

    def end(number: int, frame: FrameType | None) -> None:
        handler = before[number]
        if callable(handler):
            handler(number, frame)
        raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.getsignal(number)
            signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_HEADINGS = {
    "connect": "Connect",
    "hazard": "DANGEROUS LEVEL",
    "warm-up": "Warm-up",
    "typed": "Type a value",
    "confirm": "Please confirm",
    "item": "Item of the regulation",
    "review": "Review",
}
