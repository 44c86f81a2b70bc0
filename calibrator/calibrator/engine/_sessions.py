"""A job from its first look at the bench to its outcome; and a broken one from its record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrator._errors import InterruptedRun, RefusedError
from calibrator._home import Home
from calibrator.engine._adjusting import adjustment_of, record_adjustment
from calibrator.engine._attendance import check_attendance, choose_operator, is_attended
from calibrator.engine._batch import all_settings, begin_chronicle, heard_of, refuse_batch, together
from calibrator.engine._broker import Broker, InlineBroker, drive
from calibrator.engine._chorus import Chorus
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._context import Context, looking_meter, looks_of
from calibrator.engine._desire import Desire
from calibrator.engine._desk import WorkDesk
from calibrator.engine._deviations import NOT_NEEDED
from calibrator.engine._executor import go_on
from calibrator.engine._guarding import Guard
from calibrator.engine._leaving import (
    Ending,
    as_run_error,
    close_run,
    closed_log,
    finish,
    leave,
    note_refused,
)
from calibrator.engine._levels import hazardous_points
from calibrator.engine._opening import (
    customer_of,
    identified_body,
    mode_of,
    opened_body,
    preflight_body,
    references_body,
)
from calibrator.engine._preflight import Preflight, Surroundings, preflight, prompts_of, raise_refused
from calibrator.engine._refusing import refuse_completed, refuse_failed_check, refuse_foreign
from calibrator.engine._resuming import (
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
from calibrator.engine._session_check import fixed_check
from calibrator.engine._setting import Setting
from calibrator.engine._standards import Moment, Shelf
from calibrator.engine._start import Ask, safe_before_start
from calibrator.engine._station import Found, Station, roles_of
from calibrator.engine._steps import history_of
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Job, Operator, Outcome, Progress, Prompt
from calibrator.engine._validity import check_same_figures
from calibrator.evaluation import Collector
from calibrator.procedure import PointReferences, Text, decode_references
from calibrator.standards import Certificate, Register
from calibrator_drivers.clock import RealClock
from calibrator_drivers.typed import Question

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = ["person_of", "resume_job", "run_here", "run_job"]

IN_PROCESS = "the simulated bench lives in the engine's process and dies with it"


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
    return drive(lambda broker: _run(job, desire, broker), desire.stop)


def resume_job(
    run: str | None,
    home: Home,
    operator: Operator | None,
    *,
    answers: Path | None,
    interactive: bool,
    listeners: Sequence[Callable[[Event], None]],
    progress: Callable[[Progress], None] | None,
    stop: StopSignal | None,
) -> Outcome:
    """Go on with a broken run; see `calibrator.engine.resume`."""
    desire = Desire(home, operator, answers, interactive, listeners, progress, stop or StopSignal())
    return drive(lambda broker: _resume(run or "last", desire, broker), desire.stop)


def _run(job: Job, desire: Desire, broker: Broker) -> Outcome:
    begun_ns = RealClock().monotonic_ns()
    setting = desire.prepare(job, desire.home)
    settings = all_settings(setting)
    with desire.home.open_record(RealClock()) as record:
        run = record.new_run()
        for listener in heard_of(run, desire.listeners, several=len(settings) > 1):
            record.subscribe(listener)
        safe_before_start(record, desire.home, _asking(desire, broker))
        traffic = desire.home.ensure(desire.home.traffic) / f"{run}.jsonl"
        station = desire.open_station(setting.bench, seed=job.seed, traffic=traffic)
        station.ask = _typing(desire, broker)
        opened, guard = False, None
        try:
            found = station.identify()
            mode = mode_of(setting.bench, found)
            adjustment = adjustment_of(setting, record)
            flights = [_preflight(each, record, station, live=mode == "live") for each in settings]
            flight = flights[0]
            raise_refused([item for each in flights for item in each.refused])
            operator = _operator(desire, station)
            check_attendance(
                operator,
                flight.prompts,
                setting.bench,
                setting.lab,
                harmless=station.imitated(found),
                now=station.now(),
            )
            desire.stop.check()
            guard = _begin_guard(setting, desire.home, run, station, operator)
            record.set_clock(station.clock)
            now = station.now()
            bodies = [
                opened_body(s, found, mode, customer_of(s, record), now=now, adjustment=adjustment)
                for s in settings
            ]
            chronicle = begin_chronicle(record, run, bodies)
            if adjustment is not None:
                record_adjustment(record, run, adjustment)
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
        context.others = tuple(
            _of_unit(context, *each) for each in enumerate(zip(settings, flights, strict=True))
        )[1:]

        def work() -> None:
            desk.guard = guard
            for each, its in zip(context.each, flights, strict=True):
                with each.own():
                    _fix(each, record, found, its)
            _say_guard(context, guard)
            go_on(context)

        return _to_the_end(context, work, begun_ns)


def _resume(text: str, desire: Desire, broker: Broker) -> Outcome:
    begun_ns = RealClock().monotonic_ns()
    with desire.home.open_record(RealClock()) as record:
        for listener in desire.listeners:
            record.subscribe(listener)
        run = record.find_run(text)
        refuse_completed(record, run)
        refuse_foreign(record, run)
        safe_before_start(record, desire.home, _asking(desire, broker))
        chronicle = Chronicle(record, run)
        refuse_failed_check(chronicle)
        refuse_batch(chronicle.events[0].body, run)
        setting = setting_again(chronicle.events[0].body, desire.home)
        traffic = desire.home.ensure(desire.home.traffic) / f"{run}.jsonl"
        station = Station.open(setting.bench, seed=setting.job.seed, traffic=traffic)
        station.ask = _typing(desire, broker)
        try:
            context, work = _ready_again(chronicle, setting, station, desire, broker)
        except BaseException as error:
            note_refused(chronicle, station, as_run_error(error))
            raise
        return _to_the_end(context, work, begun_ns)


def _ready_again(
    chronicle: Chronicle, setting: Setting, station: Station, desire: Desire, broker: Broker
) -> tuple[Context, Callable[[], None]]:
    """Verify what must be as it was; return the context and the work that is left. Nothing is energised."""
    record = chronicle.record
    history = history_of(chronicle.events)
    if history.begun:
        station.restore(history.checkpoint)
    found = station.identify()
    fresh = None if history.begun else station.snapshot()
    elapsed_s = 0.0 if station.virtual else (station.now() - chronicle.events[-1].at).total_seconds()
    checks = tuple(checks_of(chronicle.events, setting, found, elapsed_s))
    raise_failed(checks, chronicle.run)
    references, flight = _references_again(chronicle, setting, station)
    operator = _operator(desire, station)
    prompts = prompts_of(setting)
    harmless = station.imitated(found)
    check_attendance(operator, prompts, setting.bench, setting.lab, harmless=harmless, now=station.now())
    record.set_clock(station.clock)
    desk = WorkDesk(chronicle, station, setting.uut.name, desire.stop, progress=desire.progress)
    context = Context(setting, references, chronicle, station, desk, broker, operator, desire.stop)
    environment_now(context)
    undone, restarted = going_back(context, history)
    guard = _begin_guard(setting, desire.home, chronicle.run, station, operator)

    def work() -> None:
        desk.guard = guard
        chronicle.emit("resumed", resumed_body(history, elapsed_s, checks, undone, restarted))
        snapshot = checkpoint_of(context, history, restarted, undone) if history.begun else fresh
        discard_broken(context, history, restarted, undone)
        _fix(context, record, found, flight)
        _say_guard(context, guard)
        re_enter(context, snapshot)
        go_on(context)

    return context, work


def _references_again(
    chronicle: Chronicle, setting: Setting, station: Station
) -> tuple[Mapping[str, PointReferences], Preflight | None]:
    """Return the figures as they were fixed, after a second preflight: they must still hold."""
    live = chronicle.events[0].body["mode"] == "live"
    flight = _preflight(setting, chronicle.record, station, live=live)
    raise_refused([item for item in flight.refused if item.code != NOT_NEEDED])
    fixed = chronicle.last("references.fixed")
    if fixed is None:
        return flight.references, flight
    decoded = (decode_references(item) for item in fixed.body["points"])
    before = {item.point.id: item for item in decoded}
    check_same_figures(before, flight.references, chronicle.run)
    return before, None


def _to_the_end(context: Context, work: Callable[[], None], begun_ns: int) -> Outcome:
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


def _of_unit(context: Context, number: int, its: tuple[Setting, Preflight]) -> Context:
    """Return the context of one of the units that are measured at once."""
    if number == 0 or not isinstance(context.chronicle, Chorus):
        return context
    setting, flight = its
    return replace(
        context,
        setting=setting,
        references=flight.references,
        chronicle=context.chronicle.others[number - 1],
        results={},
        collector=Collector(),
    )


def _preflight(setting: Setting, record: Record, station: Station, *, live: bool) -> Preflight:
    seen = station.environment()
    surroundings = Surroundings(station.now(), seen.temperature_c, seen.humidity_rh)
    return preflight(setting, Register(record), roles_of(setting.bench), surroundings, live=live)


def _operator(desire: Desire, station: Station) -> Operator:
    return choose_operator(
        desire.operator, desire.answers, interactive=desire.interactive, virtual=station.virtual
    )


def person_of(operator: Operator | None) -> Operator | None:
    """Return the operator where it is a person present, None else."""
    return operator if operator is not None and is_attended(operator) else None


def _asking(desire: Desire, broker: Broker) -> Ask | None:
    person = person_of(desire.operator) if desire.interactive else None
    return None if person is None else lambda prompt: broker.ask(person, prompt)


def _typing(desire: Desire, broker: Broker) -> Callable[[Question], str] | None:
    """Return what puts the questions of typed instruments to the person present, None without one."""
    asking = _asking(desire, broker)
    if asking is None:
        return None

    def put(question: Question) -> str:
        asked = f"typed:{question.instrument}:{question.kind}"
        answer = asking(Prompt(asked, "typed", Text(question.text, question.zh)))
        if answer.refused:
            raise InterruptedRun(
                f"the prompt {asked} was refused",
                where=answer.by,
                way_out="Go on with: calibrator resume",
                code="prompt-refused",
            )
        return answer.value

    return put


def _certificates(setting: Setting, record: Record, station: Station) -> dict[str, Certificate | None]:
    shelf = Shelf(setting.bench, setting.lab, Register(record), {}, live=False)
    moment = Moment(station.now(), station.now(), None)
    return {item.asset: shelf.certificate(item.asset, moment) for item in setting.bench.instruments.values()}


def _fix(context: Context, record: Record, found: Sequence[Found], flight: Preflight | None) -> None:
    """Record who answered and which figures hold; what a broken beginning has recorded stays."""
    chronicle, setting = context.chronicle, context.setting
    certificates = _certificates(setting, record, context.station)
    if chronicle.last("instruments.identified") is None:
        chronicle.emit("instruments.identified", identified_body(found, certificates))
    if flight is not None:
        live = chronicle.events[0].body["mode"] == "live"
        check = fixed_check(setting, record, live=live)
        body = references_body(flight, setting, certificates) | {"session_check": check}
        chronicle.emit("references.fixed", body)
    if chronicle.last("preflight") is None:
        if flight is None:
            live = chronicle.events[0].body["mode"] == "live"
            flight = _preflight(setting, record, context.station, live=live)
        chronicle.emit("preflight", preflight_body(flight, setting.job.deviations))


def _begin_guard(
    setting: Setting, home: Home, run: str, station: Station, operator: Operator
) -> Guard | None:
    """Start the guard before the run is opened; None for a bench in this process (METROLOGY 1).

    Raises:
        RefusedError: it has no session of its own, and hazardous levels need a person then.
    """
    if station.virtual:
        return None
    looking = looking_meter(setting)
    meter = station.place(looking) if looking else None
    guard = Guard.start(home.path, run, station.places(), meter, looks_of(setting, "voltage"))
    hazards = hazardous_points(setting.sections, setting.actions)
    if not guard.possible and hazards and not is_attended(operator):
        guard.end()
        raise RefusedError(
            f"the guard has no session of its own ({guard.reason}), and hazardous levels need a person then",
            where=", ".join(sorted(hazards)),
            way_out="Run it attended, without an answer to the hazard prompts in a file.",
            code="guard-not-possible",
        )
    return guard


def _say_guard(context: Context, guard: Guard | None) -> None:
    """Record who watches, or why nobody does."""
    station, chronicle = context.station, context.chronicle
    context.desk.guard = guard
    context.broker.alive = None if guard is None else guard.alive
    body: dict[str, Any] = {"sources": [place.asset for place in station.places()]}
    if guard is not None:
        body |= {"pid": guard.pid, "possible": guard.possible, "reason": guard.reason}
        chronicle.emit("guard.started", body)
    elif chronicle.last("guard.started") is None:
        chronicle.emit("guard.started", body | {"pid": None, "possible": False, "reason": IN_PROCESS})
