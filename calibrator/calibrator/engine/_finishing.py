"""The way of a run, or of several at once, to one of its ends: safe on every one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from calibrator.engine._batch import together
from calibrator.engine._context import Context
from calibrator.engine._leaving import Ending, as_run_error, close_run, closed_log, finish, leave
from calibrator.engine._types import Outcome

__all__ = ["to_the_end"]


def to_the_end(context: Context, work: Callable[[], None], begun_ns: int) -> Outcome:
    """Work to one of the ends; safe on every one of them."""
    try:
        work()
        context.station.look_for_errors()
        endings = [finish(each) for each in context.each]
    except BaseException as error:  # noqa: BLE001 - whatever stopped it, the outputs go to standby first
        endings = [leave(context, as_run_error(error))] * len(context.each)
    try:
        return _close_all(context, endings, begun_ns)
    except BaseException:
        context.station.close()
        raise


def _close_all(context: Context, endings: Sequence[Ending], begun_ns: int) -> Outcome:
    """Close the run of every unit, the first one last."""
    log = None if not context.others else closed_log(context.station)
    outcomes = []
    for each, ending in reversed(list(zip(context.each, endings, strict=True))):
        with each.own():
            outcomes.append(close_run(each, ending, begun_ns, log))
    return together(outcomes[::-1])
