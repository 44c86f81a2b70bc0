"""The loop over a run's steps: begin, do, done, and which is next follows from the record."""

from __future__ import annotations

from calibrator.engine._context import Context
from calibrator.engine._handlers import HANDLERS
from calibrator.engine._levels import hazardous_points, held_sections
from calibrator.engine._prompts import items_asked
from calibrator.engine._steps import History, Step, history_of, next_step, steps_of

__all__ = ["go_on", "remaining", "steps_now"]


def steps_now(context: Context) -> tuple[Step, ...]:
    """Return all steps of the run as far as its reviews have asked for more."""
    return _steps_after(context, history_of(context.chronicle.turns))


def _steps_after(context: Context, history: History) -> tuple[Step, ...]:
    """Return the steps, which change only where a review asks for more."""
    known = context.steps
    if known is None or known[0] != history.repeats:
        known = context.steps = history.repeats, _steps(context, history)
    return known[1]


def _steps(context: Context, history: History) -> tuple[Step, ...]:
    return steps_of(
        context.setting.sections,
        hazardous=hazardous_points(context.setting.sections, context.setting.actions),
        held=held_sections(context.setting.sections, context.setting.actions),
        repeats=history.repeats,
        interval=context.interval,
        opening=context.setting.checks.opening,
        closing=context.setting.checks.closing,
        adjusted=bool(context.setting.job.after),
        items=[item.id for item in items_asked(context.setting.procedure.info.regulation)],
    )


def remaining(context: Context) -> Step | None:
    """Return the step that comes next, None when all are done."""
    history = history_of(context.chronicle.turns)
    return next_step(_steps_after(context, history), history)


def go_on(context: Context) -> None:
    """Do every step that is not done; raises what a step raises, with nothing left half recorded."""
    while True:
        step = remaining(context)
        if step is None:
            return
        do(context, step)


def do(context: Context, step: Step) -> None:
    """Do one step between its checkpoint and its `step.done`, which carries the bench's state after it."""
    context.desk.check()
    states = [
        {"name": item.name, "asset": item.asset, "declared": "standby"}
        for item in context.station.instruments()
    ]
    context.emit(
        "step.begun",
        {
            "step": step.id,
            "kind": step.kind,
            "point": step.point,
            "attempt": step.attempt,
            "instruments": states,
            "snapshot": context.station.snapshot(),
        },
    )
    outcome = HANDLERS[step.kind](context, step)
    context.emit("step.done", {"step": step.id, "outcome": outcome, "snapshot": context.station.snapshot()})
