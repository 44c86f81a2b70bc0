"""What a screen shows of a run, gathered from its events; no drawing here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from calibrator.cli._checks import CHECK_VERDICTS
from calibrator.cli._format import NOT_VALIDATED, limits_of, no_number, plain, validation

if TYPE_CHECKING:
    from calibrator.engine import Progress
    from calibrator.record import Event

__all__ = ["PointRow", "RunView"]


@dataclass(slots=True)
class PointRow:
    """What is known of one point so far."""

    id: str
    reading: str = ""
    error: str = ""
    expanded: str = ""
    limit: str = ""
    unit: str = ""
    verdict: str = ""
    why: str = ""  # it gave no number
    validation: str = ""  # of U by Monte Carlo

    def told(self, say: Callable[[str], str]) -> str:
        """Return the verdict; behind it what weakens it: a U that Monte Carlo does not bear out."""
        verdict = say(self.verdict) if self.verdict else ""
        return f"{verdict}, U {say(NOT_VALIDATED)}" if self.validation == NOT_VALIDATED else verdict


@dataclass(slots=True)
class RunView:
    """The state of a run as its events tell it; `take` each event in order."""

    run: str = ""
    mode: str = ""
    title: Mapping[str, str] = field(default_factory=dict)
    uut: str = ""
    rows: dict[str, PointRow] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    current: str = ""
    step: str = ""
    stability: str = ""
    doing: Progress | None = None
    began_at: datetime | None = None
    points_began_at: datetime | None = None
    at: datetime | None = None
    measured: int = 0  # points, those that were measured again counted again
    worked_at: datetime | None = None  # when the last step began or ended, so that a break is no work
    last_fault: str = ""
    checks: list[str] = field(default_factory=list)  # points of the session check, measured twice
    _points: dict[str, str] = field(default_factory=dict)  # of the steps that are done

    def take(self, event: Event) -> None:
        """Follow one event; the station's register, which keeps another time, is not of the run."""
        if event.stream == "register":
            return
        self.at = event.at
        handler = _HANDLERS.get(event.kind)
        if handler is not None:
            handler(self, event.body)

    def progress(self, progress: Progress) -> None:
        """Follow what happens between events."""
        self.doing = progress

    @property
    def total(self) -> int:
        """How many points the run has."""
        return len(self.rows)

    @property
    def verdicts(self) -> dict[str, int]:
        """How many points have each verdict so far."""
        counts: dict[str, int] = {}
        for row in self.rows.values():
            if row.verdict:
                counts[row.verdict] = counts.get(row.verdict, 0) + 1
        return counts

    @property
    def seconds_left(self) -> float | None:
        """The time left in the run's clock, judged by the points so far; None before the first.

        Points that a resume measures again are left to do and count for the pace; a break counts for nothing.
        """
        if self.at is None or self.points_began_at is None or not self.measured:
            return None
        if not 0 < len(self.done) < self.total:
            return None
        spent = (self.at - self.points_began_at).total_seconds()
        return spent / self.measured * (self.total - len(self.done))

    def _opened(self, body: Mapping[str, Any]) -> None:
        self.began_at = self.at
        self.mode = str(body.get("mode", ""))
        self.title = body.get("procedure", {}).get("title", {})
        uut = body.get("uut", {})
        self.uut = f"{uut.get('model', '')} {uut.get('serial', '')}".strip()

    def _preflight(self, body: Mapping[str, Any]) -> None:
        names = [str(point["point"]) for point in body.get("points", ())]
        opening, closing = (
            [f"{phase}-check:{name}" for name in self.checks] for phase in ("opening", "closing")
        )
        for name in (*opening, *names, *closing):
            self.rows.setdefault(name, PointRow(name))

    def _fixed(self, body: Mapping[str, Any]) -> None:
        check = body.get("session_check") or {}
        self.checks = [str(point["id"]) for point in check.get("points", ())]

    def _checked(self, body: Mapping[str, Any]) -> None:
        for point in body["points"]:
            name = f"{body['phase']}-check:{point['id']}"
            row = self.rows.setdefault(name, PointRow(name))
            row.unit, row.verdict = str(point["unit"]), CHECK_VERDICTS[point["passed"]]
            row.error = "-" if point["deviation"] is None else _digits(point["deviation"])
            row.expanded, row.limit = "-", "" if point["limit"] is None else _digits(point["limit"])

    def _resumed(self, body: Mapping[str, Any]) -> None:
        if self.points_began_at is not None and self.worked_at is not None and self.at is not None:
            self.points_began_at += self.at - self.worked_at
        self.worked_at = self.at
        undone = set(body.get("undone", ()))
        self.done -= {point for step, point in self._points.items() if step in undone}
        self.step = self.current = self.stability = ""

    def _step_begun(self, body: Mapping[str, Any]) -> None:
        self.worked_at = self.at
        self.step = str(body.get("kind", ""))
        self.current = str(body.get("point") or "")
        self.stability = ""
        if self.step == "point" and self.points_began_at is None:
            self.points_began_at = self.at

    def _step_done(self, body: Mapping[str, Any]) -> None:
        self.worked_at = self.at
        if self.step == "point" and self.current:
            self.done.add(self.current)
            self.measured += 1
            self._points[str(body["step"])] = self.current
        self.doing = None

    def _reading(self, body: Mapping[str, Any]) -> None:
        row = self.rows.setdefault(str(body["point"]), PointRow(str(body["point"])))
        row.unit = str(body.get("unit", ""))
        row.reading = "overload" if body.get("overload") else plain(_number(body["value"]))

    def _settled(self, body: Mapping[str, Any]) -> None:
        met = "settled" if body.get("criterion_met") else "not settled"
        self.stability = f"{met}, {_number(body.get('elapsed_s', '0')):.0f} s"

    def _evaluated(self, body: Mapping[str, Any]) -> None:
        self.judge(body.get("results", ()))

    def judge(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Take point objects: what the points amount to so far."""
        for result in results:
            row = self.rows.setdefault(str(result["id"]), PointRow(str(result["id"])))
            row.why = no_number(result)
            row.error = "-" if row.why else str(result["error"] or "-")
            row.expanded = "-" if row.why else str(result["U"] or "-")
            row.limit = limits_of(result)
            row.validation = "" if row.why else validation(result)
            row.unit = str(result["unit"])
            row.verdict = str(result["verdict"])

    def _fault(self, body: Mapping[str, Any]) -> None:
        self.last_fault = str(body.get("what", ""))


def _number(text: str) -> float:
    """Return a recorded number: a hex float or a decimal text."""
    return float.fromhex(text) if "0x" in text else float(text)


def _digits(text: str) -> str:
    return f"{Decimal(f'{_number(text):.4g}'):f}"


_HANDLERS = {
    "run.opened": RunView._opened,
    "references.fixed": RunView._fixed,
    "preflight": RunView._preflight,
    "session.checked": RunView._checked,
    "resumed": RunView._resumed,
    "step.begun": RunView._step_begun,
    "step.done": RunView._step_done,
    "reading": RunView._reading,
    "settled": RunView._settled,
    "section.evaluated": RunView._evaluated,
    "fault": RunView._fault,
}
