"""The coverage factor as a job's choice: k of 95 %, or k = 2 where that says nothing false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from calibrator._errors import UsageError
from calibrator.engine._types import Refusal
from calibrator.evaluation import ABOUT_95, COVERAGES, FIXED, RESTS_ON_U, covered_by

if TYPE_CHECKING:
    from calibrator.procedure import Point
    from calibrator_uncertainty import BudgetResult

__all__ = ["coverage_problems", "policy_of", "words_of"]


def policy_of(coverage: str) -> str:
    """Return the policy of U by what a job or lab.toml chose, p95 where nothing was.

    Raises:
        UsageError: code `unknown-coverage`.

    Example:
        >>> policy_of(""), policy_of("95%"), policy_of("k=2")
        ('p95', 'p95', 'k2')
    """
    known = {words.replace(" ", ""): policy for words, policy in COVERAGES.items()}
    found = known.get(coverage.replace(" ", "") or "95%")
    if found is None:
        raise UsageError(
            f"the coverage {coverage!r} is unknown",
            where="--coverage",
            way_out=f"Choose one of: {', '.join(COVERAGES)}.",
            code="unknown-coverage",
        )
    return found


def words_of(policy: str) -> str:
    """Return the words that chose a policy, "" where none do."""
    return next((words for words, known in COVERAGES.items() if known == policy), "")


def coverage_problems(
    policy: str, rule: str, points: Sequence[Point], expected: Mapping[str, BudgetResult]
) -> Iterator[Refusal]:
    """Yield where a chosen k = 2 makes a rule false that takes U for an interval of 95 %.

    Too few degrees of freedom cover less. What covers more, as where a rectangle rules, judges more carefully
    than was asked. What readings make of it is known afterwards; the document says what it covers.
    """
    if policy != FIXED or rule not in RESTS_ON_U:
        return
    least, _ = ABOUT_95
    found: dict[float, list[str]] = {}
    for point in points:
        result = expected.get(point.id)
        if result is None or point.supporting or not result.u > 0.0:
            continue
        covered = covered_by(result.U, result.u, result.dof, result.rectangles, result.arcsine)
        if round(covered, 4) < least:
            found.setdefault(round(100.0 * covered, 1), []).append(point.id)
    for percent, names in found.items():
        yield Refusal(
            "coverage-false",
            f"the factor k = 2 is expected to cover {percent:g} % there, by the effective degrees of freedom,"
            f" and the rule {rule} takes U for 95 %. Choose --coverage '95 %', or a --rule"
            " that does not rest on U, such as simple.",
            "--coverage",
            points=tuple(names),
        )
