"""Effects of the bench against lines of the budgets, by name (METROLOGY 28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calibrator.proof._plug import Plug
from calibrator.proof._runner import RunProof
from calibrator.proof._summary import Effects

__all__ = ["match_effects"]


def match_effects(
    runs: Sequence[RunProof], plug: Plug, scales: Mapping[str, float], *, complete: bool
) -> Effects:
    """Return what has no counterpart; `scales` are those of the bench, where 0 is switched off.

    That a line is in no budget is said of whole runs only.
    """
    gaps: dict[str, tuple[str, float]] = {}
    unmatched: dict[str, str] = {}
    lines: set[str] = set()
    for run in runs:
        for point in run.points:
            lines.update(point.pulls, point.unmatched, point.exact)
            for name, size in point.gaps.items():
                if name not in gaps or size > gaps[name][1]:
                    gaps[name] = point.point, size
            for name in point.unmatched:
                unmatched.setdefault(name, point.point)
    acting = [name for name, scale in scales.items() if scale]
    excused: Mapping[str, str] = getattr(plug, "NOT_SIMULATED", {})
    missing = {
        name: plug.EFFECTS[name]
        for name in acting
        if name in plug.EFFECTS and plug.EFFECTS[name] not in lines
    }
    return Effects(
        gaps,
        missing if complete else {},
        tuple(name for name in acting if name not in plug.EFFECTS and name not in plug.WITHOUT_A_LINE),
        {name: where for name, where in unmatched.items() if name not in excused},
        {name: plug.WITHOUT_A_LINE[name] for name in acting if name in plug.WITHOUT_A_LINE},
        {name: excused[name] for name in unmatched if name in excused},
    )
