"""Two passes over the same points: what was found is sealed, then adjusted, then what is left is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from calibrator._errors import UsageError
from calibrator._home import Home
from calibrator.engine._adjusting import check_permitted
from calibrator.engine._sessions import run_job
from calibrator.engine._setting import setting_of
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Job, Operator, Outcome, Progress

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["run_both_passes"]

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
    check_permitted(setting_of(job, home), "--passes")
    stop = stop or StopSignal()
    found = run_job(
        replace(job, adjustment="", because=""),
        home,
        operator,
        listeners=listeners,
        progress=progress,
        stop=stop,
    )
    if found.exit_code not in _COMPLETED:
        return (found,)
    left = replace(job, after=found.run)
    return found, run_job(left, home, operator, listeners=listeners, progress=progress, stop=stop)
