"""Preflight: every point is checked and its figures are fixed before anything is energised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from calibrator._errors import RefusedError
from calibrator.bench import PlannedActions
from calibrator.engine._accuracy_ratio import accuracy_ratio
from calibrator.engine._adjusting import adjustment_prompt
from calibrator.engine._check_measuring import planned_check
from calibrator.engine._check_problems import check_problems
from calibrator.engine._checks import (
    confirmation_problems,
    environment_problems,
    point_problems,
    section_problems,
    sensor_problems,
)
from calibrator.engine._coverage import coverage_problems
from calibrator.engine._deviations import unneeded
from calibrator.engine._prompts import items_asked, planned_prompts
from calibrator.engine._references import Bookkeeper, MissingFigure, frequency_of
from calibrator.engine._registered import registered_problems
from calibrator.engine._regulations import regulation_problems
from calibrator.engine._rules import Ruled
from calibrator.engine._setting import Setting
from calibrator.engine._standards import SOURCE_ROLES, Candidate, Moment, Shelf
from calibrator.engine._types import PlannedPoint, Prompt, Refusal
from calibrator.evaluation import standards_of, stated
from calibrator.procedure import (
    Foresees,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Reading,
    Section,
)
from calibrator.standards import Register, Wiring
from calibrator_drivers.accuracy import AccuracyError, Status
from calibrator_drivers.clock import RealClock

if TYPE_CHECKING:
    from calibrator_uncertainty import BudgetResult

__all__ = ["Preflight", "Surroundings", "preflight", "prompts_of", "raise_refused"]

SELF_TEST_S = 20.0
AT = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """When the run begins, and what the bench's sensor shows; None where it was not asked yet."""

    now: datetime
    temperature_c: float | None
    humidity_rh: float | None


@dataclass(frozen=True, slots=True)
class Preflight:
    """The outcome: points with their standards, the fixed figures, and what refuses the job."""

    points: tuple[PlannedPoint, ...]
    references: Mapping[str, PointReferences]
    candidates: Mapping[str, Candidate]  # by point; none for an artefact
    prompts: tuple[Prompt, ...]
    refused: tuple[Refusal, ...]
    duration_s: float
    until: datetime
    further: tuple[Candidate, ...] = ()  # every standard of a procedure with figures of its own
    by_point: Mapping[str, Sequence[Candidate]] = field(default_factory=dict)  # the same, where each serves


@dataclass(slots=True)
class _Work:
    setting: Setting
    shelf: Shelf
    books: Bookkeeper
    moment: Moment
    uut_roles: Sequence[str]
    actions: Mapping[str, PlannedActions]
    refused: list[Refusal] = field(default_factory=list)
    others: dict[str, tuple[Refusal, ...]] = field(default_factory=dict)
    candidates: dict[str, Candidate] = field(default_factory=dict)
    references: dict[str, PointReferences] = field(default_factory=dict)
    further: list[Candidate] = field(default_factory=list)
    by_point: dict[str, list[Candidate]] = field(default_factory=dict)
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)


def _today(setting: Setting, day: date) -> date:
    """Return the last day of a confirmation: the work's; beside a simulated bench's day the person's own."""
    if not setting.bench.in_process:
        return day
    return max(day, RealClock().now().astimezone(setting.lab.zone).date())


def preflight(
    setting: Setting,
    register: Register,
    roles: Mapping[str, Sequence[str]],
    surroundings: Surroundings,
    *,
    live: bool,
) -> Preflight:
    """Check every point of the job; nothing is opened and nothing raised for what refuses it.

    `roles` are the role names by model. A low accuracy ratio refuses nothing (METROLOGY 13).
    """
    actions = setting.actions
    duration_s = setting.warm_up_s + SELF_TEST_S + sum(item.duration_s for item in actions.values())
    duration_s += sum(item.duration_s for item in _planned_checks(setting).values())
    until = surroundings.now + timedelta(seconds=duration_s)
    moment = Moment(surroundings.now, until, surroundings.temperature_c)
    passing = frozenset(deviation.code for deviation in setting.job.deviations)
    shelf = Shelf(setting.bench, setting.lab, register, roles, live, passing)
    books = Bookkeeper(setting.bench, setting.uut, setting.uut_table, setting.interval, shelf.confirmations())
    work = _Work(setting, shelf, books, moment, roles.get(setting.uut.model, ()), actions, roles=roles)
    work.refused += registered_problems(setting.bench, register)
    work.refused += sensor_problems(setting.bench)
    work.refused += environment_problems(
        setting.procedure.info, surroundings.temperature_c, surroundings.humidity_rh, setting.bench
    )
    day = surroundings.now.astimezone(setting.lab.zone).date()
    today = _today(setting, day)
    work.refused += confirmation_problems(shelf.confirmations(), today, setting.lab)
    info = setting.procedure.info.of(setting.uut.model)
    work.refused += regulation_problems(info, setting.lab, day, today)
    work.refused += check_problems(setting, shelf, moment, roles)
    points = [point for section in setting.sections for point in _section(work, section)]
    work.refused += unneeded(setting.job.deviations, shelf.passed | {item.code for item in work.refused})
    refused = tuple(item for item in _merged(work.refused) if item.code not in passing)
    prompts = prompts_of(setting)
    return Preflight(
        tuple(points),
        work.references,
        work.candidates,
        prompts,
        refused,
        duration_s,
        until,
        tuple(work.further),
        work.by_point,
    )


def prompts_of(setting: Setting) -> tuple[Prompt, ...]:
    """Return every prompt of a job, those of its session check included."""
    return planned_prompts(
        setting.sections,
        setting.warm_up_s,
        interval=setting.interval,
        opening=setting.checks.opening,
        closing=setting.checks.closing,
        items=items_asked(setting.procedure.info.regulation),
        actions={**setting.actions, **_planned_checks(setting)},
        wirings=setting.bench.wirings,
        first=[adjustment_prompt(setting.job)] if setting.job.after else (),
    )


def _planned_checks(setting: Setting) -> dict[str, PlannedActions]:
    return {point.id: planned_check(point) for section in setting.checks.all for point in section.points}


def raise_refused(refused: Sequence[Refusal]) -> None:
    """Raise `RefusedError` for the first refusal, saying how many more there are."""
    if not refused:
        return
    first, more = refused[0], len(refused) - 1
    also = f" There {'is' if more == 1 else 'are'} {more} more: calibrator plan shows all." if more else ""
    place = ", ".join(part for part in (first.asset, first.place) if part)
    raise RefusedError(f"{first.reason}{also}", where=place, code=first.code)


def _section(work: _Work, section: Section) -> Iterator[PlannedPoint]:
    wiring = work.setting.bench.wirings.get(section.wiring)
    table = f"point table {work.setting.uut.model} of the procedure {work.setting.job.procedure}"
    work.refused += section_problems(section, wiring, work.setting.bench, table, work.actions)
    if wiring is not None and work.setting.procedure.info.figures:
        _by_rules(work, section)
    elif wiring is not None:
        _look_at_artefact(work, wiring, section)
        for point in section.points:
            candidate = None
            if point.standard == "source":
                candidate = _choose(work, point, section)
            found = list(
                point_problems(
                    point,
                    wiring,
                    candidate,
                    bench=work.setting.bench,
                    uut=work.setting.uut,
                    uut_table=work.setting.uut_table,
                    uut_roles=work.uut_roles,
                    interval=work.setting.interval,
                    rule=work.setting.rule,
                )
            )
            work.refused += found
            if not found and (candidate is not None or point.standard != "source"):
                _fix(work, point, section, candidate)
    expected = {} if work.setting.lean else _expected(work, section)
    for point in section.points:
        yield _planned(work, point, expected.get(point.id))


def _by_rules(work: _Work, section: Section) -> None:
    """Look at every part that a section's points use, and fix their figures by the procedure's rules."""
    ruled = Ruled(work.setting, work.shelf, work.books, work.moment, work.roles, section)
    for point in section.points:
        references, problems = ruled.references(point)
        work.refused += problems
        if references is not None:
            work.references[point.id] = references
            if (standard := ruled.standard(point)) is not None:
                work.candidates[point.id] = standard
    work.further += ruled.candidates
    work.by_point |= ruled.by_point
    if not any(problem.code == "no-wiring" for problem in work.refused):
        served: dict[str, list[str]] = {}
        for point in section.points:
            for name in ruled.artefacts(point):
                served.setdefault(name, []).append(point.id)
        for name, points in served.items():
            _refuse_artefact(work, name, tuple(points))
            _refuse_uncertified(work, name, tuple(points))


def _look_at_artefact(work: _Work, wiring: Wiring, section: Section) -> None:
    points = tuple(point.id for point in section.points if point.standard != "source")
    if wiring.artefact is not None and points:
        _refuse_artefact(work, wiring.artefact, points)


def _refuse_artefact(work: _Work, name: str, points: tuple[str, ...]) -> None:
    """An artefact is a standard too: what stands against its certificate refuses the points it serves."""
    artefact = work.setting.bench.instruments[name]
    for problem in work.shelf.artefact_problems(artefact, work.moment):
        reason = f"{artefact.asset} cannot be the standard: {problem.reason}"
        work.refused.append(replace(problem, reason=reason, points=points))


def _refuse_uncertified(work: _Work, name: str, points: tuple[str, ...]) -> None:
    """Weights or a thermometer have a value, which without a certificate is traceable to nothing."""
    artefact, shelf = work.setting.bench.instruments[name], work.shelf
    if shelf.certificate(artefact.asset, work.moment) is None:
        work.refused.append(
            Refusal(
                "no-certificate",
                f"{artefact.asset} cannot be the standard: it has no certificate. Record it:"
                " calibrator standards add FILE.toml.",
                shelf.place(artefact.asset, None, "number"),
                artefact.asset,
                points,
            )
        )


def _choose(work: _Work, point: Point, section: Section) -> Candidate | None:
    wiring = work.setting.bench.wirings[section.wiring]
    candidate, others = work.shelf.choose(point, wiring, work.setting.uut.name, work.moment)
    work.others[point.id] = others
    if candidate is not None:
        work.candidates[point.id] = candidate
        return candidate
    far = ("is-uut", "no-role", "not-wired")
    nearest = max(
        others, key=lambda item: far.index(item.code) if item.code in far else len(far), default=None
    )
    if nearest is None or nearest.code in far[:2]:
        role = SOURCE_ROLES.get(point.function, point.function)
        reason = f"No instrument of the bench fills the role {role}. Add one to the bench file."
        place = work.setting.bench.place("instruments")
        work.refused.append(Refusal("no-standard", reason, place, points=(point.id,)))
    else:
        reason = f"{nearest.asset} cannot be the standard: {nearest.reason}"
        work.refused.append(replace(nearest, reason=reason, points=(point.id,)))
    return None


def _fix(work: _Work, point: Point, section: Section, candidate: Candidate | None) -> None:
    wiring = work.setting.bench.wirings[section.wiring]
    try:
        work.references[point.id] = work.books.references(point, wiring, candidate)
    except MissingFigure as error:
        bench, model = work.setting.bench, work.setting.uut.model
        place = f"point table and accuracy table of {model}"
        if error.key:
            place = bench.place("wirings", wiring.name, error.key)
        reason = f"{error.what}. {error.way_out}"
        work.refused.append(Refusal("figure-missing", reason, place, points=(point.id,)))
    except AccuracyError as error:
        place = f"accuracy table {work.setting.uut_table.id}"
        work.refused.append(Refusal(error.code, f"{error.what}. {error.way_out}", place, points=(point.id,)))


def _expected(work: _Work, section: Section) -> dict[str, BudgetResult]:
    """Evaluate a section whose readings scatter by a third of a display count: what U may be expected."""
    points = [point for point in section.points if point.id in work.references]
    observations = []
    if work.setting.procedure.info.figures:
        observations = _foreseen(work, points)
        points = []
    for point in points:
        value = float(point.nominal)
        row = work.setting.uut_table.row(
            point.function, value, range_high=float(point.range), frequency_hz=frequency_of(point)
        )
        scatter = (row.resolution or float(point.settings.get("resolution", 0.0))) / 3.0
        count = max(2, work.actions[point.id].readings)
        readings = tuple(
            Reading("", value + (scatter if index % 2 else -scatter), datetime(2000, 1, 1, tzinfo=UTC), 0)
            for index in range(count)
        )
        applied = value if point.standard == "source" else None
        observations.append(PointObservations(point.id, 1, applied, readings, None, None))
    if not observations:
        return {}
    evaluated = work.setting.procedure.evaluate(section, observations, work.references)
    budgets = {item.point: item.budget for item in evaluated if isinstance(item, PointEvaluation)}
    expected = {name: budget.evaluate(policy=work.setting.policy) for name, budget in budgets.items()}
    work.refused += coverage_problems(work.setting.policy, work.setting.rule, section.points, expected)
    return expected


def _foreseen(work: _Work, points: Sequence[Point]) -> list[PointObservations]:
    """Return observations as the procedure expects them, nothing where it does not say what it expects."""
    procedure = work.setting.procedure
    if not isinstance(procedure, Foresees):
        return []
    found = []
    for point in points:
        expected, planned = procedure.expected_readings(point), work.actions[point.measured_with or point.id]
        readings = {
            part: tuple(
                Reading("", value, AT + timedelta(seconds=index), 0, monotonic_ns=index * 1_000_000_000)
                for index in range(max(2, planned.taken[part]))
            )
            for part, value in expected.items()
        }
        uut = readings.pop("uut", ())
        answers = {question.key: question.simulated for question in planned.questions}
        nominal = float(point.nominal)
        found.append(
            PointObservations(point.id, 1, nominal, uut, 23.0, 50.0, parts=readings, answers=answers)
        )
    return found


def _planned(work: _Work, point: Point, expected: BudgetResult | None) -> PlannedPoint:
    references = work.references.get(point.id)
    candidate = work.candidates.get(point.id)
    limits = point.limits_at(work.setting.interval)
    half = None if limits is None else limits.half
    known = None
    if expected is not None and not point.supporting:
        known = stated(expected, point, work.setting.lab.as_body())
    statuses = [] if limits is None else [Status(limits.status)]
    if references is not None:
        statuses += [Status(item.status) for item in standards_of(references)]
    return PlannedPoint(
        point.id,
        point.section,
        point.function,
        point.nominal,
        point.range,
        point.unit,
        SOURCE_ROLES.get(point.function, "") if point.standard == "source" else "",
        references.standard_asset if references else "",
        references.standard_title if references else "",
        work.others.get(point.id, ()),
        known.U if known else None,
        float(half) / known.U if half is not None and known and known.U else None,
        None if half is None else accuracy_ratio(point, float(half), references, candidate),
        half,
        str(Status.weakest(*statuses)) if statuses else "",
        work.actions[point.id].duration_s,
        None if limits is None else limits.lower,
        None if limits is None else limits.upper,
        known.notes if known else (),
    )


def _merged(refused: Sequence[Refusal]) -> Iterator[Refusal]:
    """Say the same thing once, with its place and all its points."""
    points: dict[Refusal, dict[str, None]] = {}
    for item in refused:
        points.setdefault(replace(item, points=()), {}).update(dict.fromkeys(item.points))
    for item, found in points.items():
        named = tuple(found)
        shown = ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
        yield replace(item, place="; ".join(part for part in (item.place, shown) if part), points=named)
