"""The engine: plans, runs, resumes and makes safe.

A job goes through preflight, steps and closing; every step is recorded before
its outcome is used. Names load lazily, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.engine._advice import advice_on
    from calibrator.engine._answers import AnswersFile
    from calibrator.engine._api import make_safe, plan, resume, resume_passes, run, run_here, run_passes
    from calibrator.engine._exits import combine_exit_codes
    from calibrator.engine._operators import Refusing, SimulatedOperator
    from calibrator.engine._stop import StopSignal
    from calibrator.engine._types import (
        Answer,
        Deviation,
        Hazard,
        Job,
        Operator,
        Outcome,
        Plan,
        PlannedCheck,
        PlannedCheckPoint,
        PlannedOffer,
        PlannedPoint,
        Progress,
        Prompt,
        Refusal,
        Review,
        ReviewDecision,
        ReviewFlag,
        SafeReport,
        SafeSource,
        Scripted,
    )

_WHERE = {
    "Answer": "_types",
    "AnswersFile": "_answers",
    "Deviation": "_types",
    "Hazard": "_types",
    "Job": "_types",
    "Operator": "_types",
    "Outcome": "_types",
    "Plan": "_types",
    "PlannedCheck": "_types",
    "PlannedCheckPoint": "_types",
    "PlannedOffer": "_types",
    "PlannedPoint": "_types",
    "Progress": "_types",
    "Prompt": "_types",
    "Refusal": "_types",
    "Refusing": "_operators",
    "Review": "_types",
    "ReviewDecision": "_types",
    "ReviewFlag": "_types",
    "SafeReport": "_types",
    "SafeSource": "_types",
    "Scripted": "_types",
    "SimulatedOperator": "_operators",
    "StopSignal": "_stop",
    "advice_on": "_advice",
    "combine_exit_codes": "_exits",
    "make_safe": "_api",
    "plan": "_api",
    "resume": "_api",
    "resume_passes": "_api",
    "run": "_api",
    "run_here": "_api",
    "run_passes": "_api",
}

__all__ = [
    "Answer",
    "AnswersFile",
    "Deviation",
    "Hazard",
    "Job",
    "Operator",
    "Outcome",
    "Plan",
    "PlannedCheck",
    "PlannedCheckPoint",
    "PlannedOffer",
    "PlannedPoint",
    "Progress",
    "Prompt",
    "Refusal",
    "Refusing",
    "Review",
    "ReviewDecision",
    "ReviewFlag",
    "SafeReport",
    "SafeSource",
    "Scripted",
    "SimulatedOperator",
    "StopSignal",
    "advice_on",
    "combine_exit_codes",
    "make_safe",
    "plan",
    "resume",
    "resume_passes",
    "run",
    "run_here",
    "run_passes",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    module = _WHERE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{module}"), name)
    return value
