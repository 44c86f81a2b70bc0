"""The check of the standard at the beginning and end of a session: a pure function of the run's events.

The rule stands here and nowhere else (METROLOGY 24): a point is in control where the deviation that the check
standard indicates departs from its reference by no more than its control limit. A failed opening check ends
the run; a failed closing check makes the session provisional.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._collect import number
from calibrator.evaluation._difference import Difference
from calibrator.evaluation._numbers import significant

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = [
    "CLOSING",
    "OPENING",
    "check_point_id",
    "control_limits",
    "is_check",
    "judged_check",
    "provisional",
    "session_check",
    "session_check_differences",
]

OPENING, CLOSING = "opening", "closing"
_MARK = "-check:"
_THREE_SIGMA = "p99.73"  # what lies within three standard deviations of a normal distribution
Body = Mapping[str, Any]


def check_point_id(phase: str, point: str) -> str:
    """Return the id under which a point of the session check is measured in a phase.

    Example:
        >>> check_point_id("opening", "dcv:10V:+10V")
        'opening-check:dcv:10V:+10V'
    """
    return f"{phase}{_MARK}{point}"


def is_check(name: str) -> bool:
    """Say whether a point, a section or a proof is one of the session check.

    Example:
        >>> is_check("proof:opening-check:volts"), is_check("dcv:10V:+10V")
        (True, False)
    """
    return name.removeprefix("proof:").startswith((OPENING + _MARK, CLOSING + _MARK))


def control_limits(values: Sequence[float], least: float) -> tuple[float, float]:
    """Return reference and control limit made of recorded deviations, each of another session.

    The reference is their mean; the limit is that of a further single value at three sigma, with Student's t
    for the few values there are: t(99.73 %, n - 1)·s·sqrt(1 + 1/n), and no less than `least`.

    Args:
        values: at least two deviations, in one unit.
        least: a limit below which the resolution of the indication speaks, in that unit.

    Example:
        >>> reference, limit = control_limits([1.0, 2.0, 3.0, 2.0], 0.0)
        >>> f"{reference:g} {limit:.2f}"
        '2 8.42'
    """
    from calibrator_uncertainty import coverage_factor

    count = len(values)
    mean = math.fsum(values) / count
    spread = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    limit = coverage_factor(_THREE_SIGMA, count - 1) * spread * math.sqrt(1.0 + 1.0 / count)
    return mean, max(limit, least)


def judged_check(events: Sequence[Event], phase: str) -> dict[str, Any] | None:
    """Return the body of `session.checked` for a phase, from the readings before it; None without a check.

    `passed` is None where a point has no control limits yet: it is recorded and not judged.
    """
    fixed = _fixed(events)
    if fixed is None:
        return None
    readings = _readings(events)
    points = [
        _judged(point, readings.get(check_point_id(phase, point["id"]), ())) for point in fixed["points"]
    ]
    verdicts = [point["passed"] for point in points]
    passed = False if False in verdicts else None if None in verdicts else True
    return {
        "phase": phase,
        "asset": fixed["asset"],
        "standards": fixed["standards"],
        "points": points,
        "passed": passed,
    }


def session_check(events: Sequence[Event]) -> dict[str, Any] | None:
    """Return what a run says of its session check, None where the bench had no check standard.

    `state` is "passed", "failed", "not judged" or "not made" (a phase is missing); `provisional` says that
    the closing check failed; `unchecked` names standards that the run used and the check does not reach.
    """
    fixed = _fixed(events)
    if fixed is None:
        return None
    phases = {phase: _last(events, phase) for phase in (OPENING, CLOSING)}
    verdicts = [None if body is None else body["passed"] for body in phases.values()]
    state = "passed"
    if False in verdicts:
        state = "failed"
    elif None in phases.values():
        state = "not made"
    elif None in verdicts:
        state = "not judged"
    head = {key: fixed[key] for key in ("asset", "title", "standards", "baseline")}
    control = [_control(point) for point in fixed["points"]]
    shown = {phase: None if body is None else _phase(body) for phase, body in phases.items()}
    said = {"state": state, "provisional": provisional(events), "unchecked": _unchecked(events, fixed)}
    return {**head, **said, "control": control, **shown}


def _unchecked(events: Iterable[Event], fixed: Body) -> list[str]:
    """Return the standards that the run used and no wiring of the check leads to; artefacts are none."""
    bodies = [event.body for event in events if event.kind == "references.fixed"]
    used = [row["asset"] for row in bodies[-1].get("standards", ()) if row["route"] != "artefact"]
    return [asset for asset in used if asset not in fixed["standards"]]


def _control(point: Body) -> dict[str, Any]:
    keys = ("id", "wiring", "function", "unit", "basis", "status", "source")
    limits = {key: _decimal(point[key]) for key in ("reference", "limit")}
    return {**{key: point[key] for key in keys}, **limits, "checks": len(point["history"])}


def _phase(body: Body) -> dict[str, Any]:
    """Return a phase with decimals as text."""
    keys = ("deviation", "reference", "limit", "departure")
    points = [{**point, **{key: _decimal(point[key]) for key in keys}} for point in body["points"]]
    return {"passed": body["passed"], "points": points}


def _decimal(value: str | float | None) -> str | None:
    found = number(value)
    return None if found is None else significant(found, 4)


def provisional(events: Iterable[Event]) -> bool:
    """Say whether the session is provisional: its closing check failed (METROLOGY 24)."""
    closing = _last(events, CLOSING)
    return closing is not None and closing["passed"] is False


def session_check_differences(events: Sequence[Event]) -> Iterator[Difference]:
    """Judge each recorded check again, and make the limits again that come from recorded checks."""
    fixed = _fixed(events)
    for point in fixed["points"] if fixed is not None else ():
        if point["basis"] == "history":
            values = [float.fromhex(item["value"]) for item in point["history"]]
            now = dict(
                zip(
                    ("reference", "limit"), control_limits(values, number(point["least"]) or 0.0), strict=True
                )
            )
            for key, value in now.items():
                if not _same(point[key], value):
                    yield Difference(f"check {point['id']}", key, str(point[key]), value.hex())
    for index, event in enumerate(events):
        if event.kind != "session.checked":
            continue
        again = judged_check(events[:index], str(event.body["phase"]))
        yield from _compared(event.body, again or {"points": (), "passed": None})


def _compared(then: Body, now: Body) -> Iterator[Difference]:
    phase = then["phase"]
    if then["passed"] != now["passed"]:
        yield Difference("", f"{phase} check", _word(then["passed"]), _word(now["passed"]))
    computed = {point["id"]: point for point in now["points"]}
    for point in then["points"]:
        again = computed.get(point["id"], {})
        for key in ("deviation", "departure"):
            if not _same(point[key], again.get(key)):
                place = f"{phase}-check:{point['id']}"
                yield Difference(place, key, str(point[key]), str(again.get(key)))


def _judged(point: Body, readings: Sequence[Body]) -> dict[str, Any]:
    deviation = _deviation(readings, number(point.get("nominal")))
    reference, limit = number(point["reference"]), number(point["limit"])
    departure = None if deviation is None or reference is None else deviation - reference
    passed: bool | None
    if deviation is None:
        passed = False  # over the range, or not settled: no standard in order shows that
    elif departure is None or limit is None:
        passed = None
    else:
        passed = abs(departure) <= limit
    return {
        "id": point["id"],
        "unit": point["unit"],
        "readings": len(readings),
        "deviation": deviation,
        "reference": reference,
        "limit": limit,
        "departure": departure,
        "passed": passed,
    }


def _deviation(readings: Sequence[Body], nominal: float | None) -> float | None:
    """Return the mean of indication minus applied value; None where there is no number.

    Where the standard was read beside the check standard (a thermometer, a weight) its mean is the value; of
    one that nothing is applied with (an oscillator) the nominal value is.
    """
    if not readings or any(body["overload"] for body in readings):
        return None
    own = [body for body in readings if body.get("part", "uut") == "uut"]
    beside = [number(body["value"]) or 0.0 for body in readings if body.get("part") == "standard"]
    if not own:
        return None
    if beside:
        values = [number(body["value"]) or 0.0 for body in own]
        return math.fsum(values) / len(values) - math.fsum(beside) / len(beside)
    given = nominal or 0.0
    applied = [given if body["applied"] is None else number(body["applied"]) or 0.0 for body in own]
    values = [(number(body["value"]) or 0.0) - value for body, value in zip(own, applied, strict=True)]
    return math.fsum(values) / len(values)


def _readings(events: Iterable[Event]) -> dict[str, list[Body]]:
    """Return the readings of check points that count, by point."""
    found: dict[str, dict[int, Body]] = {}
    for event in events:
        body = event.body
        if event.kind == "reading" and body["use"] == "result" and is_check(body["point"]):
            found.setdefault(body["point"], {})[event.seq] = body
        elif event.kind == "readings.discarded":
            for seq in body["seqs"]:
                found.get(body["point"], {}).pop(int(seq), None)
    return {point: list(bodies.values()) for point, bodies in found.items()}


def _fixed(events: Iterable[Event]) -> Body | None:
    fixed = [event.body for event in events if event.kind == "references.fixed"]
    return fixed[-1].get("session_check") if fixed else None


def _last(events: Iterable[Event], phase: str) -> dict[str, Any] | None:
    found = [
        event.body for event in events if event.kind == "session.checked" and event.body["phase"] == phase
    ]
    return dict(found[-1]) if found else None


def _same(then: str | float | None, now: str | float | None) -> bool:
    first, second = number(then), number(now)
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=1e-12, abs_tol=1e-18)


def _word(passed: bool | None) -> str:
    return "not judged" if passed is None else "passed" if passed else "failed"
