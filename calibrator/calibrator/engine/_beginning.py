"""What a run begins with, the first time and again: preflight, operator, fixed figures, guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from calibrator._errors import InterruptedRun, RefusedError
from calibrator._home import Home
from calibrator.engine._attendance import choose_operator, is_attended
from calibrator.engine._broker import Broker
from calibrator.engine._check_limits import fixed_check
from calibrator.engine._context import Context, looking_meter, looks_of
from calibrator.engine._desire import Desire
from calibrator.engine._guarding import Guard
from calibrator.engine._levels import hazardous_points
from calibrator.engine._opening import identified_body, preflight_body, references_body
from calibrator.engine._preflight import Preflight, Surroundings, preflight
from calibrator.engine._setting import Setting
from calibrator.engine._standards import Moment, Shelf
from calibrator.engine._start import Ask
from calibrator.engine._station import Found, Station, roles_of
from calibrator.engine._types import Operator, Prompt
from calibrator.evaluation import with_taxa
from calibrator.procedure import Text
from calibrator.standards import Certificate, Register
from calibrator_drivers.typed import Question

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = ["asking", "begin_guard", "fix", "operator_of", "person_of", "preflight_now", "say_guard", "typing"]

IN_PROCESS = "the simulated bench lives in the engine's process and dies with it"


def preflight_now(setting: Setting, record: Record, station: Station, *, live: bool) -> Preflight:
    """Hold the job against the bench and the register as they are at this moment."""
    seen = station.environment()
    surroundings = Surroundings(station.now(), seen.temperature_c, seen.humidity_rh)
    return preflight(setting, Register(record), roles_of(setting.bench), surroundings, live=live)


def operator_of(desire: Desire, station: Station) -> Operator:
    """Return who answers; see `choose_operator`."""
    return choose_operator(
        desire.operator, desire.answers, interactive=desire.interactive, virtual=station.virtual
    )


def person_of(operator: Operator | None) -> Operator | None:
    """Return the operator where it is a person present, None else."""
    return operator if operator is not None and is_attended(operator) else None


def asking(desire: Desire, broker: Broker) -> Ask | None:
    """Return what puts a prompt to the person present, None without one."""
    person = person_of(desire.operator) if desire.interactive else None
    return None if person is None else lambda prompt: broker.ask(person, prompt)


def typing(desire: Desire, broker: Broker) -> Callable[[Question], str] | None:
    """Return what puts the questions of typed instruments to the person present, None without one."""
    put_to = asking(desire, broker)
    if put_to is None:
        return None

    def put(question: Question) -> str:
        asked = f"typed:{question.instrument}:{question.kind}"
        answer = put_to(Prompt(asked, "typed", Text(question.text, question.zh)))
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


def fix(context: Context, record: Record, found: Sequence[Found], flight: Preflight | None) -> None:
    """Record who answered and which figures hold; what a broken beginning has recorded stays."""
    chronicle, setting = context.chronicle, context.setting
    certificates = _certificates(setting, record, context.station)
    if chronicle.last("instruments.identified") is None:
        chronicle.emit("instruments.identified", identified_body(found, certificates))
    if flight is not None:
        live = chronicle.events[0].body["mode"] == "live"
        check = fixed_check(setting, record, live=live)
        body = references_body(flight, setting, certificates) | {"session_check": check}
        roles = setting.procedure.info.roles.get("uut", ())
        chronicle.emit("references.fixed", with_taxa(body, roles))
    if chronicle.last("preflight") is None:
        if flight is None:
            live = chronicle.events[0].body["mode"] == "live"
            flight = preflight_now(setting, record, context.station, live=live)
        chronicle.emit("preflight", preflight_body(flight, setting.job.deviations))


def begin_guard(setting: Setting, home: Home, run: str, station: Station, operator: Operator) -> Guard | None:
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


def say_guard(context: Context, guard: Guard | None) -> None:
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
