"""The table that moves: where the run is, what it reads, how it looks so far."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from calibrator.cli._format import duration, engineering, plain, rounded_like
from calibrator.cli._view import PointRow, RunView
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.engine import Progress
    from calibrator.record import Event

__all__ = ["VERDICT_STYLES", "LiveScreen"]

VERDICT_STYLES = {
    "pass": "green",
    "conditional pass": "yellow",
    "conditional fail": "dark_orange",
    "fail": "bold red",
    "undetermined": "magenta",
    "in control": "green",
    "out of control": "bold red",
    "not judged": "magenta",
}
_ROWS_BESIDE_TABLE = 9
_BESIDE_POINT = 76  # columns of the others at their widest
_REFRESH_PER_S = 8
_SHARE = 20  # verdicts so far may take one part in so many of the time


class LiveScreen:
    """Draws a `RunView` eight times a second while the run goes on."""

    def __init__(self, say: Callable[[str], str], language: str, console: Console | None = None) -> None:
        self.view = RunView()
        self._say = say
        self._language = language
        self._console = console or Console(highlight=False)
        self._live: Live | None = None
        self._events: list[Event] = []
        self._clock = RealClock()
        self._judge_again_ns = 0

    def listen(self, event: Event) -> None:
        """Follow one event; the drawing comes by itself."""
        self.view.take(event)
        self._events.append(event)
        if event.kind == "step.done" and self.view.step == "point":
            self._judge_so_far()

    def catch_up(self, event: Event) -> None:
        """Take an event from before this process."""
        self.view.take(event)
        self._events.append(event)

    def progress(self, progress: Progress) -> None:
        """Follow what happens between events."""
        self.view.progress(progress)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Draw for the time of the run; the last picture stays."""
        self._live = self._make()
        self._live.start()
        try:
            yield
        finally:
            self._live.stop()
            self._live = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the drawing away while a person is asked."""
        if self._live is None:
            yield
            return
        self._live.transient = True
        self._live.stop()
        try:
            yield
        finally:
            self._live = self._make()
            self._live.start()

    def render(self) -> RenderableType:
        """Return the picture of this moment."""
        return Group(self._head(), self._table(), self._bar(), self._now())

    def _judge_so_far(self) -> None:
        """Show verdicts before a section is complete, for a small share of the time the run takes."""
        begun = self._clock.monotonic_ns()
        if begun < self._judge_again_ns:
            return
        from calibrator.evaluation import live
        from calibrator.procedure import load

        opened = next(event for event in self._events if event.kind == "run.opened")
        self.view.judge(live(self._events, load(opened.body["procedure"]["id"])))
        ended = self._clock.monotonic_ns()
        self._judge_again_ns = ended + _SHARE * (ended - begun)

    def _make(self) -> Live:
        return Live(get_renderable=self.render, console=self._console, refresh_per_second=_REFRESH_PER_S)

    def _head(self) -> Text:
        view = self.view
        head = Text(view.title.get(self._language, ""), style="bold")
        head.append(f"  {view.uut}", style="not bold")
        if view.mode == "simulated":
            head.append(f"  {self._say('SIMULATED')}", style="bold black on yellow")
        return head

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column(self._say("point"), no_wrap=True, min_width=20)
        for heading in ("reading", "error", "U", "limit"):
            table.add_column(self._say(heading), justify="right", no_wrap=True)
        table.add_column(self._say("unit"), no_wrap=True)
        table.add_column(self._say("verdict"), no_wrap=True, min_width=10)
        for row in self._window():
            here = row.id == self.view.current
            table.add_row(
                Text(f"{'> ' if here else '  '}{self._short(row.id)}", style="bold" if here else ""),
                " ".join(engineering(row.reading, row.unit)) if row.reading else "",
                *_figures(row),
                Text(row.told(self._say), style=VERDICT_STYLES.get(row.verdict, "")),
            )
        return table

    def _short(self, point: str) -> str:
        """Cut a long name, so that no number is cut on a narrow terminal."""
        room = max(18, self._console.size.width - _BESIDE_POINT)
        return point if len(point) <= room else f"{point[: room - 1]}…"

    def _window(self) -> list[PointRow]:
        """Return the rows around the current point that the terminal has room for."""
        rows = list(self.view.rows.values())
        room = max(4, self._console.size.height - _ROWS_BESIDE_TABLE)
        place = next((i for i, row in enumerate(rows) if row.id == self.view.current), len(self.view.done))
        first = max(0, min(place - room + 2, len(rows) - room))
        return rows[first : first + room]

    def _bar(self) -> Table:
        view = self.view
        grid = Table.grid(padding=(0, 2))
        left = view.seconds_left
        counts = "  ".join(f"{self._say(name)} {number}" for name, number in sorted(view.verdicts.items()))
        grid.add_row(
            ProgressBar(total=max(1, view.total), completed=len(view.done), width=30),
            f"{len(view.done)}/{view.total}",
            f"{self._say('left')} {duration(left)}" if left is not None else "",
            counts,
        )
        return grid

    def _now(self) -> Text:
        view = self.view
        parts = [self._say(view.step)] if view.step else []
        doing = view.doing
        if doing is not None:
            share = f" {doing.done:.0f}/{doing.total:.0f} s" if doing.total else ""
            value = f" {plain(doing.value)} {doing.unit}" if doing.value is not None else ""
            parts.append(f"{self._say(doing.doing)}{share}{value}")
        if view.stability:
            parts.append(view.stability)
        if view.last_fault:
            parts.append(view.last_fault)
        return Text(" | ".join(parts), style="dim")


def _figures(row: PointRow) -> tuple[str, str, str, str]:
    """Return error, U and limit in the unit that suits the limit, and that unit."""
    if not row.limit:
        return "", "", "", ""
    limit, unit = engineering(row.limit, row.unit)
    error, _ = engineering(rounded_like(row.error, row.expanded), row.unit, row.limit)
    expanded, _ = engineering(rounded_like(row.expanded, row.expanded), row.unit, row.limit)
    return error, expanded, limit, unit
