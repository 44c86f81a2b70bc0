"""What is said of the session check: in a plan, during a run and at its end (METROLOGY 24)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator.engine import Plan, PlannedCheckPoint

__all__ = ["CHECK_VERDICTS", "check_lines", "checked_line", "planned_check"]

Say = Callable[[str], str]

CHECK_VERDICTS: Mapping[bool | None, str] = {True: "in control", False: "out of control", None: "not judged"}
_STATES = {
    "passed": "the opening and the closing check of {standards} passed, by {check}",
    "failed": "the {phase} check of {standards} failed at {points}, by {check}",
    "not judged": "{standards} was checked by {check} and not judged at every point: too few recorded checks",
    "not made": "the check of {standards} was not made at both ends of the session",
}
NONE = "no session check was made: the bench has no check standard"


def planned_check(made: Plan, say: Say) -> Iterator[str]:
    """Yield what a plan says of the session check."""
    check = made.session_check
    if check is None:
        yield f"{say('session check')}: {say('none, for the bench has no check standard')}"
        return
    text = say("{check} on {standards}, before the first point and after the last")
    yield f"{say('session check')}: {text.format(check=check.title, standards=', '.join(check.standards))}"
    for point in check.points:
        yield f"  {point.id:<30} {_limits(point, say)}"


def _limits(point: PlannedCheckPoint, say: Say) -> str:
    if point.limit is None or point.reference is None:
        return point.source
    return f"{point.reference:.4g} ± {point.limit:.4g} {point.unit} ({say(point.basis)}: {point.source})"


def checked_line(body: Mapping[str, Any], say: Say) -> str:
    """Return the line of one phase in a running log, of the body of `session.checked`."""
    text = say("{phase} check of {standards}: {verdict}")
    verdict = say(CHECK_VERDICTS[body["passed"]])
    return text.format(phase=say(body["phase"]), standards=", ".join(body["standards"]), verdict=verdict)


def check_lines(run: Mapping[str, Any], say: Say) -> Iterator[str]:
    """Yield what is said of the session check of a run, of the run of `show --json`."""
    check = run["session_check"]
    if check is None:
        yield say(NONE)
        return
    failed = next((name for name in ("opening", "closing") if _passed(check[name]) is False), "closing")
    out = [p["id"] for p in (check[failed] or {"points": ()})["points"] if p["passed"] is False]
    yield say(_STATES[check["state"]]).format(
        standards=", ".join(check["standards"]),
        check=check["title"],
        phase=say(failed),
        points=", ".join(out),
    )
    if check["provisional"]:
        yield say(
            "PROVISIONAL: the standard may have changed during the session; the results do not stand yet"
        )


def _passed(phase: Mapping[str, Any] | None) -> bool | None:
    return None if phase is None else phase["passed"]
