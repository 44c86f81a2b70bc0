"""The dry run: everything that preflight says, without opening anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from calibrator._home import Home
from calibrator.engine._check_limits import fixed_check
from calibrator.engine._preflight import Surroundings, preflight
from calibrator.engine._regulations import regulations_body
from calibrator.engine._setting import Setting, begin_of, setting_of
from calibrator.engine._station import roles_of
from calibrator.engine._types import Job, Plan, PlannedCheck, PlannedCheckPoint, PlannedOffer, PlannedPoint
from calibrator.evaluation import TWO_SIDED
from calibrator.standards import Register
from calibrator_drivers.clock import RealClock

__all__ = ["make_plan", "margin", "planned_check", "planned_offers"]


def make_plan(job: Job, home: Home) -> Plan:
    """Return what the job would do; see `calibrator.engine.plan`."""
    setting = setting_of(job, home)
    clock = RealClock()
    typed = setting.bench.environment
    surroundings = Surroundings(
        begin_of(setting.bench) or clock.now(), typed.temperature_c, typed.humidity_rh
    )
    live = not setting.bench.simulated
    with home.open_record(clock, write=False) as record:
        check = planned_check(fixed_check(setting, record, live=live))
        flight = preflight(
            setting,
            Register(record),
            roles_of(setting.bench),
            surroundings,
            live=live,
        )
    day = surroundings.now.astimezone(setting.lab.zone).date()
    head = setting.procedure.info.of(setting.uut.model)
    return Plan(
        head.id,
        head.title,
        setting.uut_table.id,
        setting.bench.name,
        "simulated" if setting.bench.simulated else "live",
        flight.points,
        flight.prompts,
        flight.duration_s,
        flight.refused,
        check,
        setting.rule,
        job.adjusted,
        tuple(planned_offers(setting, flight.points)),
        tuple(regulations_body(head, setting.lab, day, setting.judging)),
    )


def planned_check(fixed: Mapping[str, Any] | None) -> PlannedCheck | None:
    """Return what a plan says of the session check, of its body in `references.fixed`."""
    if fixed is None:
        return None
    points = (
        PlannedCheckPoint(
            point["id"],
            point["unit"],
            None if point["reference"] is None else float(point["reference"]),
            None if point["limit"] is None else float(point["limit"]),
            point["basis"],
            point["source"],
        )
        for point in fixed["points"]
    )
    return PlannedCheck(fixed["asset"], fixed["title"], tuple(fixed["standards"]), tuple(points))


def planned_offers(setting: Setting, points: Sequence[PlannedPoint]) -> Iterator[PlannedOffer]:
    """Yield the rules that the maker's guide offers, with where they would narrow or widen acceptance.

    A unit that is adjusted at this interval is offered nothing (METROLOGY 12).
    """
    if setting.job.adjusted:
        return
    for offer in setting.rule_offers:
        rules = (offer.rule, setting.rule)
        pairs = [
            (margin(offer.rule, point), margin(setting.rule, point))
            for point in points
            if point.expected_U is not None and all(judges(rule, point) for rule in rules)
        ]
        yield PlannedOffer(
            offer.rule,
            offer.source,
            offer.status,
            offer.rule == setting.rule,
            sum(offered > own for offered, own in pairs),
            sum(offered < own for offered, own in pairs),
        )


def margin(rule: str, point: PlannedPoint) -> float:
    """Return the guard band w that a rule may be expected to take at a point, in its unit; k is about 2."""
    from calibrator_uncertainty import judge

    expected = point.expected_U or 0.0
    judged = judge(0.0, expected, expected / 2, float("inf"), point.lower, point.upper, rule=rule)
    return float(judged.guard_band)


def judges(rule: str, point: PlannedPoint) -> bool:
    """Say whether a rule can judge by the limits of a point, which may be one alone or none."""
    if point.limit is None:
        return rule not in TWO_SIDED and (point.lower is not None or point.upper is not None)
    return True
