"""The verdict of a run from the verdicts of its points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["VERDICTS", "Summary", "summarize", "verdict_of_run"]

# From best to worst: the run's verdict is the worst of its points'.
VERDICTS = ("pass", "conditional pass", "undetermined", "conditional fail", "fail")


@dataclass(frozen=True, slots=True)
class Summary:
    """The verdict so far: ids of the points that did not simply pass, and what the process returns.

    `verdict` is empty where there are no points; `exit_code` is 0, 1 or 3.
    """

    verdict: str
    exit_code: int
    points: int
    failed: tuple[str, ...]
    conditional: tuple[str, ...]
    undetermined: tuple[str, ...]


def summarize(points: Iterable[Mapping[str, Any]]) -> Summary:
    """Return the verdict over point objects and its exit code: 0 all pass, 1 a fail, 3 otherwise."""
    verdicts = {str(point["id"]): str(point["verdict"]) for point in points}
    worst = max(verdicts.values(), key=VERDICTS.index, default="")
    failed = _with(verdicts, "fail")
    return Summary(
        verdict=worst,
        exit_code=1 if failed else 0 if worst == "pass" else 3,
        points=len(verdicts),
        failed=failed,
        conditional=_with(verdicts, "conditional pass", "conditional fail"),
        undetermined=_with(verdicts, "undetermined"),
    )


def verdict_of_run(summary: Summary, *, unsure: bool) -> str:
    """Return the run's verdict: that of its points; undetermined where points are missing or the session is
    provisional, unless one fails already.
    """
    return summary.verdict if not unsure or summary.failed else "undetermined"


def _with(verdicts: Mapping[str, str], *wanted: str) -> tuple[str, ...]:
    return tuple(name for name, verdict in verdicts.items() if verdict in wanted)
