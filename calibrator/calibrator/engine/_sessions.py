"""A job from its first look at the bench to its outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from calibrator._home import Home
from calibrator.engine._adjusting import adjustment_of, bench_left, found_before, record_adjustments
from calibrator.engine._attendance import check_attendance
from calibrator.engine._batch import all_settings, begin_chronicle, heard_of, unit_contexts
from calibrator.engine._beginning import (
    asking,
    begin_guard,
    fix,
    operator_of,
    preflight_now,
    say_guard,
    typing,
)
from calibrator.engine._broker import Broker, InlineBroker, drive
from calibrator.engine._context import Context
from calibrator.engine._desire import Desire
from calibrator.engine._desk import WorkDesk
from calibrator.engine._executor import go_on
from calibrator.engine._finishing import to_the_end
from calibrator.engine._opening import customer_of, mode_of, opened_body
from calibrator.engine._preflight import raise_refused
from calibrator.engine._registered import told_problems
from calibrator.engine._start import safe_before_start
from calibrator.engine._stop import StopSignal, nothing_begun
from calibrator.engine._types import Job, Operator, Outcome, Progress
from calibrator.standards import Register
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["run_as", "run_here", "run_job"]


def run_here(job: Job, desire: Desire) -> Outcome:
    """Do a job on this thread; nobody is asked and nobody can stop it."""
    return _run(job, desire, InlineBroker(desire.stop))


def run_job(
    job: Job,
    home: Home,
    operator: Operator | None,
    *,
    listeners: Sequence[Callable[[Event], None]],
    progress: Callable[[Progress], None] | None,
    stop: StopSignal | None,
) -> Outcome:
    """Do a job; see `calibrator.engine.run`."""
    desire = Desire(home, operator, job.answers, job.interactive, listeners, progress, stop or StopSignal())
    return run_as(job, desire)


def run_as(job: Job, desire: Desire) -> Outcome:
    """Do a job on a thread of its own, with whoever and whatever `desire` holds."""
    return drive(lambda broker: _run(job, desire, broker), desire.stop)


def _run(job: Job, desire: Desire, broker: Broker) -> Outcome:
    begun_ns = RealClock().monotonic_ns()
    setting = desire.prepare(job, desire.home)
    settings = all_settings(setting)
    with desire.home.open_record(RealClock()) as record:
        run = record.new_run()
        for listener in heard_of(run, desire.listeners, several=len(settings) > 1):
            record.subscribe(listener)
        with nothing_begun():
            safe_before_start(record, desire.home, asking(desire, broker))
            traffic = desire.home.ensure(desire.home.traffic) / f"{run}.jsonl"
            settings = tuple(found_before(each, record) for each in settings)
            setting = settings[0]
            station = desire.open_station(bench_left(settings, record), seed=job.seed, traffic=traffic)
            station.ask = typing(desire, broker)
            opened, guard = False, None
            try:
                found = station.identify()
                mode = mode_of(setting.bench, found)
                adjustments = [adjustment_of(each, record) for each in settings]
                flights = [preflight_now(each, record, station, live=mode == "live") for each in settings]
                flight = flights[0]
                told = told_problems(found, setting.bench, Register(record))
                raise_refused([*told, *(item for each in flights for item in each.refused)])
                operator = operator_of(desire, station)
                check_attendance(
                    operator,
                    flight.prompts,
                    setting.bench,
                    setting.lab,
                    harmless=station.imitated(found),
                    now=station.now(),
                )
                desire.stop.check()
                guard = begin_guard(setting, desire.home, run, station, operator)
                record.set_clock(station.clock)
                now = station.now()
                bodies = [
                    opened_body(s, found, mode, customer_of(s, record), now=now, adjustment=adjusted)
                    for s, adjusted in zip(settings, adjustments, strict=True)
                ]
                chronicle = begin_chronicle(record, run, bodies)
                record_adjustments(chronicle, adjustments)
                opened = True
            finally:
                if not opened:
                    if guard is not None:
                        guard.end()
                    station.close()
                    traffic.unlink(missing_ok=True)
        desk = WorkDesk(chronicle, station, setting.uut.name, desire.stop, progress=desire.progress)
        desk.measure_at_once([each.uut.name for each in settings])
        context = Context(setting, flight.references, chronicle, station, desk, broker, operator, desire.stop)
        units = [(s, each.references) for s, each in zip(settings, flights, strict=True)]
        context.others = unit_contexts(context, units[1:])

        def work() -> None:
            desk.guard = guard
            for each, its in zip(context.each, flights, strict=True):
                with each.own():
                    fix(each, record, found, its)
            say_guard(context, guard)
            go_on(context)

        return to_the_end(context, work, begun_ns)
