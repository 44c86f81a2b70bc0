"""A proof from its names to its summary."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calibrator._errors import RunError, UsageError
from calibrator.procedure import load
from calibrator.proof._bench import Drawn, proof_bench
from calibrator.proof._effects import match_effects
from calibrator.proof._plug import POPULATION_WIDTH, effects_of, find_plug, population_of
from calibrator.proof._points import Alter, WithoutFigure
from calibrator.proof._risks import always_small, out_of_reach, risks_of
from calibrator.proof._runner import Case, Runner, RunProof
from calibrator.proof._statistics import mean_over_runs
from calibrator.proof._summary import Figures, Summary, figures_of, pulls_of
from calibrator.proof._work import Task, do_runs
from calibrator_drivers.clock import RealClock

__all__ = ["Order", "prove"]

_OTHERS: tuple[Drawn, ...] = ("normal", "rectangular", "limit")
LEFT_OUT = (
    "Left out of the runs, since no result depends on it: traffic log, hash chain, snapshots for resuming,"
    " the clause-8 verdicts, the joint statement, and the curves that are derived from the points."
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be proved, and how.

    `drawn_runs` is how many runs each of the other ways gets in which a standard's error may be drawn
    (METROLOGY 30), `alter` a planted defect in the budgets, which the proof must name.
    """

    procedure: str
    uut: str = ""
    runs: int = 200
    seed: int = 1
    jobs: int = 1
    sections: tuple[str, ...] | None = None
    bench: str = ""
    drawn_runs: int | None = None
    repeat_every: int = 100
    alter: Alter | None = None
    home: str = ""  # whose folders bring procedures and drivers of a laboratory


def prove(order: Order, progress: Callable[[int, int], None] = lambda _done, _all: None) -> Summary:
    """Do a proof; `progress` is told how many of how many runs are done.

    Raises:
        UsageError: no such procedure, unit or section; a line to forget that no budget has.
        RefusedError: the procedure has no plug.
        RunError: no run gave a number (code `proof-run-failed`).
    """
    begun_ns = RealClock().monotonic_ns()
    procedure, plug = load(order.procedure), find_plug(order.procedure)
    text, model = proof_bench(procedure, plug, order.uut, bench=order.bench)
    others = _others(order)
    total, done = order.runs + len(_OTHERS) * others, [0]

    def advance(more: int) -> None:
        done[0] += more
        progress(done[0], total)

    case = Case(order.procedure, model, text, order.sections, order.home)
    _check_line(order, case)
    task = Task(case, order.seed, order.runs, order.repeat_every)
    runs = do_runs(task, order.jobs, alter=order.alter, progress=advance)
    spent_s = (RealClock().monotonic_ns() - begun_ns) / 1e9
    lost = _lost(runs, order)
    drawn: dict[Drawn, Figures] = {"budget": figures_of(runs)}
    for way in _OTHERS if others else ():
        other, _ = proof_bench(procedure, plug, order.uut, bench=order.bench, drawn=way)
        task = Task(replace(case, bench=other), order.seed, others)
        found = do_runs(task, order.jobs, alter=order.alter, progress=advance)
        lost += [f"{what}, standard drawn {way}" for what in _lost(found, order)]
        drawn[way] = figures_of(found)
    return _summary(
        order,
        runs,
        drawn=drawn,
        bench=tomllib.loads(text),
        model=model,
        begun_ns=begun_ns,
        spent_s=spent_s,
        lost=tuple(lost),
    )


def _check_line(order: Order, case: Case) -> None:
    """Raise `UsageError` (code `unknown-line`) where a line is to be forgotten that no budget has."""
    if not isinstance(order.alter, WithoutFigure):
        return
    with Runner(case) as runner:
        lines = runner.lines(order.seed)
    if order.alter.kind not in lines:
        raise UsageError(
            f"no budget of {order.procedure} has the line {order.alter.kind!r} with an uncertainty",
            where="--without",
            way_out=f"Its lines are {', '.join(lines)}.",
            code="unknown-line",
        )


def _lost(runs: Sequence[RunProof], order: Order) -> list[str]:
    """Return seed and message of the runs that gave fewer numbers than were asked for.

    Raises:
        RunError: none gave any.
    """
    lost = [f"seed {run.seed}, {run.lost}" for run in runs if run.lost]
    if not any(run.points for run in runs):
        raise RunError(
            f"none of {len(runs)} runs gave a number: {lost[0] if lost else 'no point has a budget'}",
            where=f"proof of {order.procedure}",
            way_out="Look at one alone: calibrator run, with that seed and --sim.",
            code="proof-run-failed",
        )
    return lost


def _others(order: Order) -> int:
    return max(20, order.runs // 10) if order.drawn_runs is None else order.drawn_runs


def _summary(
    order: Order,
    runs: Sequence[RunProof],
    *,
    drawn: dict[Drawn, Figures],
    bench: dict[str, Any],
    model: str,
    begun_ns: int,
    spent_s: float,
    lost: tuple[str, ...] = (),
) -> Summary:
    procedure, plug = load(order.procedure), find_plug(order.procedure)
    info = procedure.info
    sections = tuple(dict.fromkeys(point.section for run in runs for point in run.points))
    complete = order.sections is None
    worst = max((point for run in runs for point in run.points), key=lambda point: point.model_off)
    repeated = [run for run in runs if run.differs is not None]
    width = float(population_of(plug, model).get("width", POPULATION_WIDTH))
    return Summary(
        procedure=info.id,
        version=info.version,
        content_hash=info.content_hash,
        uut=model,
        budget_kind=info.of(model).budget_kind,
        truth=info.truth,
        sections=sections,
        complete=complete,
        first_seed=order.seed,
        overall=drawn["budget"],
        by_section={section: figures_of(runs, section) for section in sections},
        pulls=pulls_of(runs, sections),
        effects=match_effects(runs, plug, effects_of(bench), complete=complete),
        risks=risks_of(runs, width),
        drawn=drawn,
        model_off=worst.model_off,
        model_off_at=worst.point,
        compares_model=not getattr(plug, "RESULT_ONLY", False),
        repeated=len(repeated),
        differs=tuple(f"seed {run.seed}, {run.differs}" for run in repeated if run.differs),
        reach=out_of_reach(runs, width),
        small=always_small(runs, width),
        duration_s=mean_over_runs([run.duration_s for run in runs if run.points]),
        seconds_a_run=spent_s * min(order.jobs, len(runs)) / len(runs),
        seconds=(RealClock().monotonic_ns() - begun_ns) / 1e9,
        planted=str(order.alter or ""),
        notes=(LEFT_OUT,),
        lost=lost,
    )
