"""Two passes over the same points: what was found is sealed, then adjusted, then what is left is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from calibrator._errors import RefusedError, UsageError
from calibrator._home import Home
from calibrator.engine._adjusted import Between, Planned, adjusted_job, planned_left, register_note
from calibrator.engine._adjusting import check_permitted
from calibrator.engine._attendance import choose_operator, is_attended
from calibrator.engine._desire import Desire
from calibrator.engine._reopening import resume_job
from calibrator.engine._sessions import run_as, run_job
from calibrator.engine._setting import setting_of
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Job, Operator, Outcome, Progress

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["resume_both_passes", "run_both_passes"]

_COMPLETED = (0, 1, 3)


def run_both_passes(
    job: Job,
    home: Home,
    operator: Operator | None,
    *,
    listeners: Sequence[Callable[[Event], None]],
    progress: Callable[[Progress], None] | None,
    stop: StopSignal | None,
) -> tuple[Outcome, ...]:
    """Do a job as found and, where that was completed, as left; see `calibrator.engine.run_passes`."""
    if job.after:
        raise UsageError(
            "an as-left run has its as-found run already",
            where="--passes",
            way_out="Give either --after RUN or --passes.",
            code="passes-after",
        )
    person = choose_operator(operator, job.answers, interactive=job.interactive, virtual=False)
    check_permitted(setting_of(job, home), "--passes", asked=is_attended(person))
    stop = stop or StopSignal()
    found = run_job(
        replace(job, left_after=True), home, operator, listeners=listeners, progress=progress, stop=stop
    )
    desire = Desire(home, operator, job.answers, job.interactive, listeners, progress, stop)
    return _with_left(found, desire)


def resume_both_passes(run: str | None, desire: Desire) -> tuple[Outcome, ...]:
    """Go on with a broken run, then with the pass that was to follow it; see `engine.resume_passes`."""
    planned = planned_left(run or "last", desire.home)
    if planned is not None:
        return _left_alone(planned, desire)
    return _with_left(resume_job(run, desire), desire)


def _left_alone(planned: Planned, desire: Desire) -> tuple[Outcome, ...]:
    """Do the pass as left of a run that was completed as found, in a process that ended there."""
    outcomes = _measured_as_left(planned, desire)
    if not outcomes:
        raise RefusedError(
            "nobody has said what was adjusted, so nothing is measured as left",
            where=f"run {planned.found[0].run}",
            way_out="Go on at a terminal, which asks: calibrator resume; or begin it with"
            " `calibrator run` and --after RUN --adjustment TEXT --because TEXT.",
            code="adjustment-not-said",
        )
    return outcomes


def _with_left(found: Outcome, desire: Desire) -> tuple[Outcome, ...]:
    """Return the outcome as found with that as left, where there is one; its code says where one is open."""
    if found.exit_code not in _COMPLETED:
        return (found,)
    planned = planned_left(found.run, desire.home)
    if planned is None:
        return (found,)
    left = _measured_as_left(planned, desire)
    return (found, *left) if left else (replace(found, code=found.code or "as-left-open"),)


def _measured_as_left(planned: Planned, desire: Desire) -> tuple[Outcome, ...]:
    """Measure as left what was found and adjusted; nothing where nothing was adjusted, or not yet."""
    person = choose_operator(desire.operator, desire.answers, interactive=desire.interactive, virtual=False)
    note = register_note(desire.home, planned.found[0].run)
    job = adjusted_job(planned, Between(person if is_attended(person) else None, note))
    return () if job is None else (run_as(job, replace(desire, prepare=planned.prepare)),)
