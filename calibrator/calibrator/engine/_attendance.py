"""Who answers the prompts of a job, and whether that is enough to begin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from calibrator._errors import RefusedError, UsageError
from calibrator.engine._answers import AnswersFile
from calibrator.engine._operators import Refusing, SimulatedOperator, refuse_unanswered
from calibrator.engine._types import Operator, Prompt, Scripted
from calibrator.standards import BenchFile, Lab

__all__ = ["check_attendance", "choose_operator", "is_attended"]


def choose_operator(
    operator: Operator | None, answers: Path | None, *, interactive: bool, virtual: bool
) -> Operator:
    """Return who answers: the file first, then the operator, on a bench in this process the simulated one."""
    if operator is not None and not interactive and not isinstance(operator, Scripted):
        operator = None
    if operator is None:
        operator = SimulatedOperator() if virtual else Refusing()
    if answers is None:
        return operator
    nobody = isinstance(operator, Refusing)
    return AnswersFile.load(answers, fallback=None if nobody else operator)


def is_attended(operator: Operator) -> bool:
    """Say whether a person is present."""
    if isinstance(operator, AnswersFile):
        return operator.fallback is not None and is_attended(operator.fallback)
    return not isinstance(operator, Scripted)


def check_attendance(
    operator: Operator,
    prompts: Sequence[Prompt],
    bench: BenchFile,
    lab: Lab,
    *,
    harmless: bool,
    now: datetime,
) -> None:
    """Refuse a job whose prompts nobody answers, or whose hazards a file would release (METROLOGY 4).

    `harmless`: every source of the bench is simulated by its own word; the run's mark is not enough, for one
    simulated meter makes a run simulated and its source no less real.

    Raises:
        UsageError: the person who stands behind an answers file is not in lab.toml.
        RefusedError: code `answers-missing` or `hazard-needs-person`, naming the prompts.
    """
    _check_signer(operator, lab)
    if not isinstance(operator, Scripted):
        return
    missing = operator.missing(prompts)
    if missing:
        raise refuse_unanswered(missing, getattr(operator, "name", "--non-interactive"))
    released = operator.releases(prompts)
    if harmless or not released:
        return
    interlock = bench.interlock
    today = now.astimezone(lab.zone).date()
    if interlock is None or interlock.until < today:
        ended = "" if interlock is None else f", and its interlock ended on {interlock.until}"
        raise RefusedError(
            f"a file may not release {', '.join(released)} on a bench with a live source{ended}",
            where=bench.path,
            way_out="Let a person present release it (leave the answer out), or declare the bench interlocked"
            " under [interlock] with by and until.",
            code="hazard-needs-person",
        )


def _check_signer(operator: Operator, lab: Lab) -> None:
    """Whoever stands behind an answers file is printed as a person: one of lab.toml's where it lists any."""
    if not isinstance(operator, AnswersFile) or not operator.by or not lab.persons:
        return
    if lab.person(operator.by) is None:
        known = ", ".join(person.id for person in lab.persons)
        raise UsageError(
            f"{operator.by!r} is no person of the laboratory",
            where=f"{operator.name}, key by",
            way_out=f"Write one of {known}, or add the person to {lab.path}.",
            code="unknown-person",
        )
