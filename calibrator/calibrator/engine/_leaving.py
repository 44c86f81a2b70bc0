"""Every way out of a run: safe first, then the record, then the outcome."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calibrator._errors import CalibratorError, RunError, StorageError
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._context import Context
from calibrator.engine._exits import combine_exit_codes
from calibrator.engine._limits import try_restore_limits
from calibrator.engine._safety import make_sources_safe, not_confirmed, safe_body
from calibrator.engine._station import Station
from calibrator.engine._types import Outcome
from calibrator.procedure import sections_asked
from calibrator_drivers import DriversError
from calibrator_drivers.clock import RealClock

__all__ = ["Ending", "as_run_error", "close_run", "closed_log", "finish", "leave", "note_refused"]

_log = logging.getLogger("calibrator.engine")


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends: recorded outcome, exit code, verdict, one sentence, stable code."""

    outcome: str  # completed, stopped, interrupted
    exit_code: int
    verdict: str
    message: str
    code: str = ""


def as_run_error(error: BaseException) -> CalibratorError:
    """Return an error of this room's tree for whatever stopped a run."""
    if isinstance(error, CalibratorError):
        return error
    if isinstance(error, DriversError):
        found = RunError(error.what, where=error.where, way_out=error.way_out, code=error.code)
    else:
        _log.exception("the run stopped unexpectedly", exc_info=error)
        found = RunError(
            f"the run stopped unexpectedly: {type(error).__name__}: {error}",
            way_out="Run again with --debug and report what it shows; the log has the details.",
            code="unexpected",
        )
    found.__cause__ = error
    return found


def leave(context: Context, error: CalibratorError) -> Ending:
    """Make safe, look, and record what can be recorded; the record may be what failed."""
    chronicle, station = context.chronicle, context.station
    context.desk.before_safe()
    found = make_sources_safe(station.places(), context.looks(), station, station.clock)
    confirmed = all(item.confirmed for item in found)
    _end_guard(context, confirmed=confirmed)
    if confirmed:
        context.desk.energised_assets.clear()
        try_restore_limits(context)
    fault = {"code": error.code, "what": error.what, "where": error.where, "instrument": "", "point": None}
    lost = chronicle.try_emit("fault", fault)
    lost = chronicle.try_emit("safe", safe_body(found, "engine", error.code)) or lost
    errors: list[CalibratorError] = [error, *([lost] if lost is not None else [])]
    if unsafe := not_confirmed(found):
        errors.insert(0, unsafe)
    exit_code = combine_exit_codes(item.exit_code for item in errors)
    first = next(item for item in errors if item.exit_code == exit_code)
    message = str(first) if first is error else f"{first} {error}"
    outcome = "interrupted" if exit_code == 130 else "stopped"
    return Ending(outcome, exit_code, "", message, first.code)


def finish(context: Context) -> Ending:
    """Return the ending of a run whose steps are all done; its last step left it safe."""
    from calibrator.evaluation import provisional, summarize, verdict_of_run

    _end_guard(context, confirmed=True)
    results = _all_results(context)
    summary = summarize(results)
    missing = _unmeasured(context, results)
    open_ended = provisional(context.chronicle.events)
    unsure = bool(missing) or open_ended
    exit_code = combine_exit_codes([summary.exit_code, *([3] if unsure else [])])
    verdict = verdict_of_run(summary, unsure=unsure)
    words = [f"{verdict}: {summary.points} points"]
    if open_ended:
        words.append("provisional, for the closing check of the standard failed")
    for name, points in (
        ("failed", summary.failed),
        ("conditional", summary.conditional),
        ("undetermined", summary.undetermined),
        ("without a result", missing),
    ):
        if points:
            words.append(f"{name} {', '.join(points)}")
    code = "session-provisional" if open_ended else ""
    return Ending("completed", exit_code, verdict, "; ".join(words), code)


def close_run(
    context: Context, ending: Ending, begun_ns: int, log: Mapping[str, Any] | None = None
) -> Outcome:
    """Close the bench, record the closing and return the outcome; `log` of a bench that is closed already."""
    from calibrator.evaluation import provisional

    station, chronicle = context.station, context.chronicle
    duration_s = (station.clock.now() - chronicle.events[0].at).total_seconds()
    joint = _joint(context) if ending.outcome == "completed" and not context.setting.lean else None
    body: Mapping[str, Any] = {
        "outcome": ending.outcome,
        "exit_code": ending.exit_code,
        "verdict": ending.verdict,
        "traffic": log or closed_log(station),
        "duration_s": duration_s,
        "not_tested": _not_tested(context),
        "head": chronicle.head(),
        "joint": joint,
        "provisional": ending.outcome == "completed" and provisional(chronicle.events),
    }
    lost: StorageError | None = chronicle.try_emit("run.closed", body)
    message, exit_code, code = ending.message, ending.exit_code, ending.code
    if lost is not None and lost.what not in message:
        exit_code = combine_exit_codes([exit_code, lost.exit_code])
        message, code = f"{lost} {message}", code or lost.code
    return Outcome(
        chronicle.run,
        exit_code,
        ending.verdict,
        duration_s,
        (RealClock().monotonic_ns() - begun_ns) / 1e9,
        message,
        chronicle.events[0].body["mode"],
        code,
    )


def note_refused(chronicle: Chronicle, station: Station, error: CalibratorError) -> None:
    """Record a resume that was refused: what it asked the instruments stands in the run's traffic log."""
    chronicle.record.set_clock(station.clock)
    said = {"code": error.code, "what": error.what, "where": error.where}
    lost = chronicle.try_emit("resume.refused", {**said, "traffic": closed_log(station)})
    if lost is not None:
        _log.error("%s", lost)


def closed_log(station: Station) -> dict[str, Any] | None:
    """Close the sessions and return the traffic log's file, hash and length."""
    closed, log = station.close(), station.traffic
    if closed is None or log is None:
        return None
    return {"file": log.path.name, "sha256": closed[0], "bytes": closed[1], "notes": dict(log.counts)}


def _end_guard(context: Context, *, confirmed: bool) -> None:
    """Let the guard go when all is safe; else it goes on trying by itself and reports."""
    guard = context.desk.guard
    if guard is None:
        return
    if confirmed:
        guard.end()
    else:
        guard.abandon()
    context.desk.guard = None


def _all_results(context: Context) -> list[dict[str, Any]]:
    last: dict[str, list[dict[str, Any]]] = {}
    for event in context.chronicle.events:
        if event.kind == "section.evaluated":
            last[event.body["section"]] = event.body["results"]
    return [result for results in last.values() for result in results]


def _unmeasured(context: Context, results: list[dict[str, Any]]) -> tuple[str, ...]:
    have = {result["id"] for result in results}
    return tuple(
        point.id
        for section in context.setting.sections
        for point in section.points
        if point.id not in have and not point.supporting
    )


def _not_tested(context: Context) -> list[str]:
    """Return every point of the procedure's table that has no result in this run."""
    have = {result["id"] for result in _all_results(context)}
    sections = context.setting.procedure.sections(context.setting.uut.model)
    everything = sections_asked(sections, [section.id for section in context.setting.sections])
    return [
        point.id
        for section in everything
        for point in section.points
        if point.id not in have and not point.supporting
    ]


def _joint(context: Context) -> dict[str, Any] | None:
    from calibrator.evaluation import joint

    return joint(context.chronicle.events, context.setting.procedure)
