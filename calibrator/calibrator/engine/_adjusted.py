"""Between two passes: what was found is shown, a person adjusts, and says of each unit what and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from calibrator._home import Home
from calibrator.engine._batch import of_unit
from calibrator.engine._prompts import answered_body, asked_body
from calibrator.engine._refusing import refuse_foreign
from calibrator.engine._resuming import setting_again
from calibrator.engine._setting import Setting, find_uut
from calibrator.engine._types import Job, Operator, Prompt
from calibrator.procedure import Text
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["AsFound", "Between", "Planned", "adjusted_job", "planned_left", "register_note"]

_NOTHING = frozenset({"none", "nothing", "no", "n", "无", "否", "未调整"})
_STOP = frozenset({"stop", "refuse", "停", "停止"})
_TRIES = 3
_NAMED = 12  # failed points named in a question; the verdict above it names all


@dataclass(frozen=True, slots=True)
class AsFound:
    """What was found of one unit."""

    run: str
    asset: str
    failed: tuple[str, ...]  # points whose verdict is not "pass"
    points: int


@dataclass(frozen=True, slots=True)
class Planned:
    """An as-left pass that is still to come, with the bench, the points and the order of the as-found run."""

    setting: Setting
    found: tuple[AsFound, ...]

    def prepare(self, job: Job, home: Home) -> Setting:
        """Return the setting of a job of this pass."""
        del home  # everything was found when the units were
        setting = of_unit(self.setting, find_uut(job.uut, self.setting.bench))
        return replace(setting, job=job)


def planned_left(run: str, home: Home) -> Planned | None:
    """Return the as-left pass that a completed as-found run asked for and that was not begun, None else.

    Raises `RefusedError` where that run was begun at another station.
    """
    with home.open_record(RealClock(), write=False) as record:
        named = record.find_run(run)
        opened = next(record.events(named, kinds={"run.opened"})).body
        runs = [str(item) for item in opened.get("batch", (named,))]
        if "then" not in opened or not all(_completed(record, item) for item in runs):
            return None
        if any(_after(record, item.id) in runs for item in record.runs()):
            return None
        refuse_foreign(record, named)
        first = next(record.events(runs[0], kinds={"run.opened"})).body
        return Planned(setting_again(first, home), tuple(_found(record, item) for item in runs))


def _completed(record: Record, run: str) -> bool:
    closing = record.last(run, "run.closed")
    return closing is not None and closing.body["outcome"] == "completed"


def _after(record: Record, run: str) -> str:
    opened = next(record.events(run, kinds={"run.opened"}), None)
    return "" if opened is None else str(opened.body.get("adjustment", {}).get("after", ""))


def _found(record: Record, run: str) -> AsFound:
    from calibrator.evaluation import show

    shown = show(record, run)
    failed = tuple(str(point["id"]) for point in shown["points"] if point["verdict"] != "pass")
    return AsFound(run, str(shown["run"]["uut"]["asset"]), failed, len(shown["points"]))


@dataclass(frozen=True, slots=True)
class Between:
    """Who is asked between two passes, and where that is noted: neither run is open then."""

    person: Operator | None
    note: Callable[[str, Mapping[str, Any]], None]

    def ask(self, prompt: Prompt) -> str | None:
        """Return what the person says; None for a stop, for nobody, and where nothing is said three times."""
        if self.person is None:
            return None
        for _ in range(_TRIES):
            self.note("prompt.asked", asked_body(prompt))
            answer = self.person.ask(prompt)
            self.note("prompt.answered", answered_body(prompt, answer))
            text = answer.value.strip()
            if text.casefold() in _STOP:
                return None
            if text:
                return text
        return None


def register_note(home: Home, run: str) -> Callable[[str, Mapping[str, Any]], None]:
    """Return what puts an event into the station's register under the run that found the units.

    The record is opened for each: a person may adjust for hours, and other work needs it meanwhile.
    """

    def note(kind: str, body: Mapping[str, Any]) -> None:
        with home.open_record(RealClock()) as record:
            record.append(record.REGISTER, kind, {"run": run, **body})

    return note


def adjusted_job(planned: Planned, between: Between) -> Job | None:
    """Return the job of the as-left pass; None where nothing was adjusted, or nobody can say what.

    What the job said beforehand holds for all its units; else the person is asked of each one. A unit that
    was not adjusted is not measured again: what was found of it stands.
    """
    job = planned.setting.job
    whats: dict[str, str] = {}
    for item in planned.found:
        what = job.adjustment.strip() or between.ask(_what_prompt(item, job.because))
        if what is None:
            return None
        if what.casefold() not in _NOTHING:
            whats[item.asset] = what
    because = (job.because.strip() or between.ask(_why_prompt(whats))) if whats else None
    if because is None:
        return None
    first, *further = whats
    return replace(
        job,
        uut=first,
        further=tuple(further),
        after=planned.found[0].run,
        adjustment=whats[first],
        adjustments=tuple(whats.items()),
        because=because,
        left_after=False,
    )


def _what_prompt(found: AsFound, because: str) -> Prompt:
    named = ", ".join(found.failed[:_NAMED])
    more = len(found.failed) - _NAMED
    named, named_zh = (f"{named}, {more} more", f"{named}，另有 {more} 点") if more > 0 else (named, named)
    count = f"{len(found.failed)}/{found.points}"
    why, why_zh = (f" Reason given: {because}.", f"已说明原因：{because}。") if because else ("", "")
    return Prompt(
        f"adjusted:{found.asset}",
        "typed",
        Text(
            f"{found.asset}: what was found is sealed in run {found.run}."
            + (f" Not passed, {count}: {named}." if found.failed else " Every point passed.")
            + f"{why} Adjust it now; then type what was adjusted. `none` leaves it as found; `stop` ends"
            " here, and `calibrator resume` asks again.",
            f"{found.asset}：调整前结果已封存于运行 {found.run}。"
            + (f"未通过 {count}：{named_zh}。" if found.failed else "所有点均通过。")
            + f"{why_zh}请现在调整，然后输入调整内容。输入“无”则保持原状；输入“停”则到此为止，"
            "之后可用 calibrator resume 继续。",
        ),
    )


def _why_prompt(whats: dict[str, str]) -> Prompt:
    units = ", ".join(whats)
    return Prompt(
        "because",
        "typed",
        Text(
            f"Why was {units} adjusted? It is printed with the results.",
            f"为何调整 {units}？原因将随结果印出。",
        ),
    )
