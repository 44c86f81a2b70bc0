"""Going on with a broken run, or with those of several units that broke at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from calibrator.engine._adjusting import bench_left
from calibrator.engine._attendance import check_attendance
from calibrator.engine._batch import chronicle_again, heard_of, members_of, unit_contexts
from calibrator.engine._beginning import (
    asking,
    begin_guard,
    fix,
    operator_of,
    preflight_now,
    say_guard,
    typing,
)
from calibrator.engine._broker import Broker, drive
from calibrator.engine._chorus import Chorus
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._context import Context
from calibrator.engine._desire import Desire
from calibrator.engine._desk import WorkDesk
from calibrator.engine._deviations import NOT_NEEDED
from calibrator.engine._executor import go_on, steps_now
from calibrator.engine._finishing import to_the_end
from calibrator.engine._leaving import as_run_error, note_refused
from calibrator.engine._preflight import Preflight, prompts_of, raise_refused
from calibrator.engine._refusing import refuse_completed, refuse_failed_check, refuse_foreign
from calibrator.engine._resuming import (
    Check,
    checkpoint_of,
    checks_of,
    discard_broken,
    environment_now,
    going_back,
    raise_failed,
    re_enter,
    resumed_body,
    setting_again,
)
from calibrator.engine._setting import Setting
from calibrator.engine._start import safe_before_start
from calibrator.engine._station import Found, Station
from calibrator.engine._steps import History, history_of
from calibrator.engine._types import Outcome
from calibrator.engine._validity import check_same_figures
from calibrator.procedure import PointReferences, decode_references
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    pass

__all__ = ["resume_job"]


def resume_job(run: str | None, desire: Desire) -> Outcome:
    """Go on with a broken run; see `calibrator.engine.resume`."""
    return drive(lambda broker: _resume(run or "last", desire, broker), desire.stop)


def _resume(text: str, desire: Desire, broker: Broker) -> Outcome:
    begun_ns = RealClock().monotonic_ns()
    with desire.home.open_record(RealClock()) as record:
        run = record.find_run(text)
        refuse_completed(record, run)
        refuse_foreign(record, run)
        safe_before_start(record, desire.home, asking(desire, broker))
        runs = members_of(record, run)
        for listener in heard_of(runs[0], desire.listeners, several=len(runs) > 1):
            record.subscribe(listener)
        chronicle = chronicle_again(record, runs)
        refuse_failed_check(chronicle)
        settings = [setting_again(each.events[0].body, desire.home) for each in _each(chronicle)]
        # of all units that were measured at once, whichever of them is closed by now
        traffic = desire.home.ensure(desire.home.traffic) / f"{_first_of(chronicle)}.jsonl"
        station = Station.open(bench_left(settings, record), seed=settings[0].job.seed, traffic=traffic)
        station.ask = typing(desire, broker)
        try:
            context, work = _ready_again(chronicle, settings, station, desire, broker)
        except BaseException as error:
            note_refused(chronicle, station, as_run_error(error))
            raise
        return to_the_end(context, work, begun_ns)


def _each(chronicle: Chronicle) -> tuple[Chronicle, ...]:
    """Return the runs that a chronicle writes to, the first unit's first."""
    return (chronicle, *chronicle.others) if isinstance(chronicle, Chorus) else (chronicle,)


def _first_of(chronicle: Chronicle) -> str:
    return str(next(iter(chronicle.events[0].body.get("batch", ())), chronicle.run))


def _ready_again(
    chronicle: Chronicle, settings: Sequence[Setting], station: Station, desire: Desire, broker: Broker
) -> tuple[Context, Callable[[], None]]:
    """Verify what must be as it was; return the context and the work that is left. Nothing is energised."""
    record, setting = chronicle.record, settings[0]
    history = history_of(chronicle.events)
    if history.begun:
        station.restore(history.checkpoint)
    found = station.identify()
    fresh = None if history.begun else station.snapshot()
    elapsed_s = 0.0 if station.virtual else (station.now() - chronicle.events[-1].at).total_seconds()
    checks = _checks(chronicle, settings, found, elapsed_s)
    fixed = [_references_again(*each, station) for each in zip(_each(chronicle), settings, strict=True)]
    operator = operator_of(desire, station)
    prompts = prompts_of(setting)
    harmless = station.imitated(found)
    check_attendance(operator, prompts, setting.bench, setting.lab, harmless=harmless, now=station.now())
    record.set_clock(station.clock)
    desk = WorkDesk(chronicle, station, setting.uut.name, desire.stop, progress=desire.progress)
    desk.measure_at_once([each.uut.name for each in settings])
    context = Context(setting, fixed[0][0], chronicle, station, desk, broker, operator, desire.stop)
    units = [(each, references) for each, (references, _) in zip(settings, fixed, strict=True)]
    context.others = unit_contexts(context, units[1:])
    environment_now(context)
    undone, restarted = going_back(context, history)
    guard = begin_guard(setting, desire.home, chronicle.run, station, operator)

    def work() -> None:
        desk.guard = guard
        own = [_own_history(each, context, undone) for each in context.each]
        for each, (past, gone), seen in zip(context.each, own, checks, strict=True):
            with each.own():
                body = resumed_body(past, elapsed_s, seen, gone, restarted, virtual=station.virtual)
                each.emit("resumed", body)
        snapshot = checkpoint_of(context, history, restarted, undone) if history.begun else fresh
        for each, (past, gone), (_, flight) in zip(context.each, own, fixed, strict=True):
            with each.own():
                discard_broken(each, past, restarted, gone)
                fix(each, record, found, flight)
        say_guard(context, guard)
        re_enter(context, snapshot)
        go_on(context)

    return context, work


def _checks(
    chronicle: Chronicle, settings: Sequence[Setting], found: Sequence[Found], elapsed_s: float
) -> list[tuple[Check, ...]]:
    """Return what was compared for each unit; raises `RefusedError` for what is not as it was."""
    checks = []
    for each, setting in zip(_each(chronicle), settings, strict=True):
        checks.append(tuple(checks_of(each.events, setting, found, elapsed_s)))
        raise_failed(checks[-1], each.run)
    return checks


def _own_history(each: Context, first: Context, undone: Sequence[str]) -> tuple[History, list[str]]:
    """Return what a unit's run says, and which of its steps are undone.

    The first unit's run is written last: a step that is done in it is done in all, and one that the break
    left done in another unit's run only is undone there.
    """
    own = history_of(each.chronicle.events)
    done = history_of(first.chronicle.events).done
    ahead = [step.id for step in steps_now(first) if step.id in own.done - done]
    return own, [*undone, *ahead]


def _references_again(
    chronicle: Chronicle, setting: Setting, station: Station
) -> tuple[Mapping[str, PointReferences], Preflight | None]:
    """Return the figures as they were fixed, after a second preflight: they must still hold."""
    live = chronicle.events[0].body["mode"] == "live"
    flight = preflight_now(setting, chronicle.record, station, live=live)
    raise_refused([item for item in flight.refused if item.code != NOT_NEEDED])
    fixed = chronicle.last("references.fixed")
    if fixed is None:
        return flight.references, flight
    decoded = (decode_references(item) for item in fixed.body["points"])
    before = {item.point.id: item for item in decoded}
    check_same_figures(before, flight.references, chronicle.run)
    return before, None
