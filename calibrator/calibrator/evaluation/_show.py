"""What `show`, `budget` and the instrument's joint statement read from the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from calibrator._errors import UsageError
from calibrator.evaluation._collect import RunContent, collect
from calibrator.evaluation._curves import evaluate_curves, recorded_curves
from calibrator.evaluation._joint import joint
from calibrator.evaluation._rule_offers import rule_offers
from calibrator.evaluation._section import budgets_of, evaluate_content
from calibrator.evaluation._session_check import provisional, session_check
from calibrator.evaluation._summary import VERDICTS, summarize, verdict_of_run
from calibrator.evaluation._taxa import recorded_taxa
from calibrator.procedure import load
from calibrator.record import utc_text

if TYPE_CHECKING:
    from calibrator.procedure import Procedure
    from calibrator.record import Event, Record
    from calibrator_uncertainty import BudgetResult

__all__ = ["FORMAT", "as_told", "budget", "recorded_results", "show", "show_events", "without_number"]

FORMAT = 1
_NUMBERS = ("error", "u", "U", "k", "dof", "guard_band", "pfa")  # of a point that has none they mean nothing


def show(record: Record, run: str) -> dict[str, Any]:
    """Return the object of `show RUN --json`: the run, and its points as they were recorded.

    Points of a section that was not yet evaluated (a run that goes on or was broken) are evaluated now,
    without Monte Carlo. Nothing in it depends on ids or wall-clock times but `run.id` and the times.

    Raises:
        UsageError: no such procedure is installed and the run is not evaluated yet.
    """
    return show_events(list(record.events(run)), run)


def show_events(events: Sequence[Event], run: str) -> dict[str, Any]:
    """Return what `show` does, of the events of a run that come from elsewhere, such as a bundle.

    Raises:
        UsageError: no such procedure is installed and the run is not evaluated yet.
    """
    recorded, curves = recorded_results(events), recorded_curves(events)
    content = collect(events)
    missing = [section for section in content.sections if section not in recorded]
    if missing:
        procedure = load(content.opened["procedure"]["id"])
        now = {name: evaluate_content(content, procedure, name, draws=0) for name in missing}
        recorded = {**recorded, **now}
        curves |= {name: evaluate_curves(content, procedure, name) for name in missing}
    points = [point for section in content.sections for point in recorded[section]]
    return {
        "format": FORMAT,
        "run": _run(run, events, content, points),
        "points": points,
        "curves": [{"section": name, **curve} for name in content.sections for curve in curves[name]],
        "indication_units": _units_of(content),
        **_taxa(events, points),
    }


def _taxa(events: Sequence[Event], points: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the taxon of each result by its point; nothing for a run of before they were recorded."""
    fixed = [event.body for event in events if event.kind == "references.fixed"]
    known = recorded_taxa(fixed[-1]) if fixed else {}
    found = {str(point["id"]): known[point["id"]] for point in points if point["id"] in known}
    return {"taxa": found} if found else {}


def _units_of(content: RunContent) -> dict[str, str]:
    """Return the unit of the readings of each point, which need not be that of its result (mA for bar)."""
    found = {}
    for name, observed in content.points.items():
        readings = observed.observations.readings
        units = {reading.unit or content.references[name].point.unit for reading in readings}
        if len(units) == 1:
            found[name] = units.pop()
    return found


def without_number(point: Mapping[str, Any]) -> str:
    """Return why a recorded point has no number ("overload", "not-settled", …), "" where it has one.

    Example:
        >>> without_number({"error": "inf", "notes": ["overload"]}), without_number({"error": "0.1"})
        ('overload', '')
    """
    if str(point.get("error") or "inf").lstrip("+-") != "inf":
        return ""
    return str(next(iter(point.get("notes") or ()), "no-number"))


def as_told(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `show` gave for other programs: a point without a number has null where none is.

    The record keeps what was written at the time, an error without bound; `no_number` says why there is none.
    Each point has its `taxon`, null where none was recorded.
    """
    points = [
        {**point, **dict.fromkeys(_NUMBERS), "no_number": why} if (why := without_number(point)) else point
        for point in shown["points"]
    ]
    taxa = shown.get("taxa", {})
    told = [{**point, "taxon": taxa.get(point["id"])} for point in points]
    return {**{key: value for key, value in shown.items() if key != "taxa"}, "points": told}


def recorded_results(events: Iterable[Event]) -> dict[str, list[dict[str, Any]]]:
    """Return the point objects of the last `section.evaluated` of every section."""
    found: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        if event.kind == "section.evaluated":
            found[event.body["section"]] = list(event.body["results"])
    return found


def budget(record: Record, run: str, point: str) -> BudgetResult:
    """Return the evaluated budget of one point, recomputed from its recorded readings and references.

    Raises:
        UsageError: the run has no complete point of that id (code `unknown-point`).
    """
    content = collect(record.events(run))
    if point not in content.points:
        raise UsageError(
            f"the run has no measured point {point!r}",
            where=run,
            way_out=_of_the_whole(point, list(record.events(run))) or _close(point, list(content.points)),
            code="unknown-point",
        )
    procedure: Procedure = load(content.opened["procedure"]["id"])
    section = content.references[point].point.section
    budgets = budgets_of(content, procedure, section)
    if point not in budgets:
        raise UsageError(
            f"the point {point!r} gave no number and has no budget: {content.points[point].problem}",
            where=run,
            way_out="Look at its readings: calibrator show RUN.",
            code="no-number",
        )
    return budgets[point].evaluate(policy=content.opened["policy"])


def _joint(events: Sequence[Event], content: RunContent, closed: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the instrument's joint statement as it was recorded, or computed where it was not."""
    if "joint" in closed or not content.points:
        return closed.get("joint")
    return joint(events, load(content.opened["procedure"]["id"]))


def _of_the_whole(point: str, events: Sequence[Event]) -> str:
    """Return where a result of the whole is shown, "" for what is none: it has no budget of its own."""
    known = {str(curve["id"]) for found in recorded_curves(events).values() for curve in found}
    name = point.partition(":")[0]
    if name not in known:
        return ""
    return (
        f"{name} is made of the points of its section: calibrator show RUN --json has its values, u and"
        " covariance under `curves`."
    )


def _close(point: str, known: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(point, known, n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "See its points: calibrator show RUN."


def _run(
    run: str, events: Sequence[Event], content: RunContent, points: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    opened, summary = content.opened, summarize(points)
    closing = next((event for event in reversed(events) if event.kind == "run.closed"), None)
    outcome = closing.body["outcome"] if closing else "open"
    statement = _joint(events, content, closing.body) if closing and outcome == "completed" else None
    counts = {name: sum(point["verdict"] == name for point in points) for name in VERDICTS}
    procedure = opened["procedure"]
    return {
        "id": run,
        "mode": opened["mode"],
        "procedure": {key: procedure[key] for key in ("id", "version", "title", "hash", "document")}
        | {key: procedure[key] for key in ("unapproved", "regulations") if procedure.get(key)}
        | ({} if procedure.get("approved", True) else {"approved": False}),
        "uut": opened["uut"],
        **{key: opened[key] for key in ("batch", "adjustment") if key in opened},
        **({"pass": opened["pass"]} if opened.get("pass") == "as-left" else {}),
        "interval": opened["interval"],
        "rule": opened["rule"],
        "adjusted": opened.get("adjusted"),
        "rule_offers": rule_offers(opened, points),
        "session_check": session_check(events),
        "policy": opened["policy"],
        "seed": opened["seed"],
        "sections": opened["sections"],
        "complete": opened["complete"],
        "opened_at": utc_text(events[0].at),
        "closed_at": utc_text(closing.at) if closing else None,
        "outcome": outcome,
        "verdict": verdict_of_run(summary, unsure=provisional(events)) if outcome == "completed" else None,
        "verdict_so_far": summary.verdict,
        "exit_code": closing.body["exit_code"] if closing else None,
        "verdicts": counts,
        "failed": list(summary.failed),
        "not_tested": procedure.get("not_tested", []),
        "joint": statement,
        "joint_probability": statement["probability"] if statement else None,
    }
