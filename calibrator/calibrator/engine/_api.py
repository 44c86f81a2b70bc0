"""The doors of the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator._home import Home
    from calibrator.engine._setting import Setting
    from calibrator.engine._station import Station
    from calibrator.engine._stop import StopSignal
    from calibrator.engine._types import Job, Operator, Outcome, Plan, Progress, SafeReport
    from calibrator.record import Event

__all__ = ["make_safe", "plan", "resume", "resume_passes", "run", "run_here", "run_passes"]


def plan(job: Job, home: Home) -> Plan:
    """Return what the job would do, without opening or energising anything.

    Raises `UsageError` for names and files that are not right; what refuses the job is in `Plan.refused`.
    """
    from calibrator.engine._planner import make_plan

    return make_plan(job, home)


def run(
    job: Job,
    home: Home,
    operator: Operator | None = None,
    *,
    listeners: Sequence[Callable[[Event], None]] = (),
    progress: Callable[[Progress], None] | None = None,
    stop: StopSignal | None = None,
) -> Outcome:
    """Do the job and return how it ended, always in the safe state or with exit code 7.

    Called on the main thread: signals set `stop` and the operator is asked there, the work is done on a
    thread of its own. Listeners see every event after its commit, on the engine's thread. `operator` None:
    the simulated operator on a bench in this process, else one that refuses. `job.answers` comes first,
    the operator is asked what the file leaves open when `job.interactive`.
    Raises `UsageError` and `RefusedError` before a run is opened; later errors are in the outcome.
    """
    from calibrator.engine._sessions import run_job

    return run_job(job, home, operator, listeners=listeners, progress=progress, stop=stop)


def run_passes(
    job: Job,
    home: Home,
    operator: Operator | None = None,
    *,
    listeners: Sequence[Callable[[Event], None]] = (),
    progress: Callable[[Progress], None] | None = None,
    stop: StopSignal | None = None,
) -> tuple[Outcome, ...]:
    """Do the job as found, then, after the adjustment that `job` names, as left; return how both ended.

    The as-found run is closed and its head registered before anybody adjusts; a person confirms the
    adjustment before the first point as left. What the job leaves open of what was adjusted and why, a
    person present is asked of each unit between the passes; a unit that was not adjusted is not measured
    again. The second outcome is missing where the first run was not completed or nothing was adjusted;
    `resume_passes` goes on there. Raises as `run`, and `UsageError` before anything is energised where the
    procedure permits no adjustment, the person is missing, or what and why with nobody there to ask.
    """
    from calibrator.engine._passes import run_both_passes

    return run_both_passes(job, home, operator, listeners=listeners, progress=progress, stop=stop)


def run_here(
    job: Job,
    home: Home,
    *,
    prepare: Callable[[Job, Home], Setting],
    open_station: Callable[..., Station],
) -> Outcome:
    """Do a simulated job on the calling thread and return how it ended; for proofs by simulation.

    Everything is done as in `run`, but for who finds what the job names (`prepare`), who opens the bench
    (`open_station` takes what `Station.open` takes), and that nobody can be asked or can stop it.
    Raises as `run`.
    """
    from calibrator.engine._desire import Desire
    from calibrator.engine._sessions import run_here
    from calibrator.engine._stop import StopSignal

    stop = StopSignal()
    return run_here(job, Desire(home, None, job.answers, False, (), None, stop, prepare, open_station))


def resume(
    run: str | None,
    home: Home,
    operator: Operator | None = None,
    *,
    answers: Path | None = None,
    interactive: bool = True,
    listeners: Sequence[Callable[[Event], None]] = (),
    progress: Callable[[Progress], None] | None = None,
    stop: StopSignal | None = None,
) -> Outcome:
    """Go on with a broken run (an id, a unique beginning, None for the last) and return how it ended."""
    from calibrator.engine._desire import Desire
    from calibrator.engine._reopening import resume_job
    from calibrator.engine._stop import StopSignal

    stop = stop or StopSignal()
    return resume_job(run, Desire(home, operator, answers, interactive, listeners, progress, stop))


def resume_passes(
    run: str | None,
    home: Home,
    operator: Operator | None = None,
    *,
    answers: Path | None = None,
    interactive: bool = True,
    listeners: Sequence[Callable[[Event], None]] = (),
    progress: Callable[[Progress], None] | None = None,
    stop: StopSignal | None = None,
) -> tuple[Outcome, ...]:
    """Go on as `resume` does, then with the pass as left that a run as found was begun with.

    A completed as-found run whose pass as left was never begun goes on there.
    Raises as `resume`, and `RefusedError` where such a run goes on and nobody says what was adjusted.
    """
    from calibrator.engine._desire import Desire
    from calibrator.engine._passes import resume_both_passes
    from calibrator.engine._stop import StopSignal

    stop = stop or StopSignal()
    return resume_both_passes(run, Desire(home, operator, answers, interactive, listeners, progress, stop))


def make_safe(home: Home, bench: Path | None = None, operator: Operator | None = None) -> SafeReport:
    """Put everything that may be energised in standby and confirm it by measurement.

    That is what the record shows as energised and not closed, and every source of `bench` when given.
    A person present (`operator`) is asked about a source that answers no more.
    """
    from calibrator.engine._beginning import person_of
    from calibrator.engine._start import make_everything_safe

    person = person_of(operator)
    return make_everything_safe(home, bench, None if person is None else person.ask)
