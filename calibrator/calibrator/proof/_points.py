"""One run of a proof: what was stated at every point, what was true, and the pull of every line."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from calibrator._errors import UsageError
from calibrator.evaluation import RunContent, arcsine_in, collect, rectangles_in
from calibrator.procedure import PointEvaluation, PointReferences, Procedure
from calibrator.proof._plug import Asked, Plug

if TYPE_CHECKING:
    from calibrator.record import Event
    from calibrator_uncertainty import Budget

__all__ = [
    "MODEL_AGREES",
    "Alter",
    "PointProof",
    "TakenAs",
    "WithoutFigure",
    "budgets_of",
    "lines_of",
    "prove_events",
    "score",
]

MODEL_AGREES = 1e-6
"""How far a model at the true inputs may lie from the truth, in u: rounding gives 1e-11, a sign 1e-3."""

Alter = Callable[[PointReferences], PointReferences]
"""Changes the figures of a point before it is evaluated again: a planted defect."""


@dataclass(frozen=True, slots=True)
class PointProof:
    """One point of one run.

    `pulls` holds (true - estimate)/u of each line as a normal score, `unmatched` the lines with an
    uncertainty for which the bench knows no truth, `gaps` what acts and has no line, with its size in u.
    """

    point: str
    section: str
    error: float
    truth: float
    u: float
    U: float
    dof: float
    limits: tuple[float, float] = (-math.inf, math.inf)
    pulls: Mapping[str, float] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()
    gaps: Mapping[str, float] = field(default_factory=dict)
    exact: tuple[str, ...] = ()  # lines that are known exactly, but for one that was forgotten
    model_off: float = 0.0  # |model at the true inputs - truth|/u; 0 where an input is not known
    rectangles: tuple[float, ...] = ()  # |c·u| of the two largest
    arcsine: float = 0.0  # |c·u| of the largest U-shaped one

    @property
    def z(self) -> float:
        """(stated - true)/u."""
        return (self.error - self.truth) / self.u

    @property
    def covered(self) -> bool:
        """Whether the truth lies within the stated error +/- U."""
        return abs(self.error - self.truth) <= self.U


class _Stated(NamedTuple):
    """What was stated of a point."""

    value: float
    u: float
    U: float
    dof: float
    rectangles: tuple[float, ...]
    arcsine: float


def prove_events(
    events: Sequence[Event],
    bench: object,
    plug: Plug,
    procedure: Procedure,
    *,
    seen: Mapping[int, Mapping[str, float]] | None = None,
    alter: Alter | None = None,
) -> list[PointProof]:
    """Set every number of a run's record against the bench's truth.

    `seen` is what the plug watched by the reading's place in the record. With `alter` the record is evaluated
    again with other figures; without it the recorded results are taken as they stand.

    Raises:
        UsageError: no budget can be evaluated without a line that is to be forgotten (code `needed-line`).
    """
    if not isinstance(alter, WithoutFigure):
        return _prove_events(events, bench, plug, procedure, seen=seen, alter=alter)
    from calibrator_uncertainty import UncertaintyError

    try:
        return _prove_events(events, bench, plug, procedure, seen=seen, alter=alter)
    except (UncertaintyError, ArithmeticError) as error:  # it is divided by, such as a span or a current
        raise UsageError(
            f"no budget of {procedure.info.id} can be evaluated without {alter.kind!r}: {error}",
            where="--without",
            way_out="Forget another line: this one cannot be forgotten unseen.",
            code="needed-line",
        ) from error


def _prove_events(
    events: Sequence[Event],
    bench: object,
    plug: Plug,
    procedure: Procedure,
    *,
    seen: Mapping[int, Mapping[str, float]] | None,
    alter: Alter | None,
) -> list[PointProof]:
    content = collect(events)
    if alter is not None:
        altered = {name: alter(item) for name, item in content.references.items()}
        content = RunContent(content.opened, altered, content.points)
    stated = {} if alter is not None else _recorded(events)
    forgotten = alter.kind if isinstance(alter, WithoutFigure) else ""
    wirings = {section.id: section.wiring for section in procedure.sections(content.opened["uut"]["table"])}
    read = {event.seq: event.body for event in events if event.kind == "reading"}
    found: list[PointProof] = []
    for section in content.sections:
        budgets = budgets_of(content, procedure, section)
        if forgotten:
            budgets = {name: _without_line(budget, forgotten) for name, budget in budgets.items()}
        points: dict[str, Asked] = {}
        for name in content.observed(section):
            points[name] = _asked(
                content,
                name,
                budgets.get(name),
                wiring=wirings.get(section, ""),
                read=read,
                seen=seen or {},
                points=points,
            )
        for name, budget in budgets.items():
            truths = plug.truths(bench, points[name])
            numbers = stated.get(name) or _evaluated(budget, content.opened["policy"])
            found.append(_proved(content.references[name], budget, truths, numbers, forgotten))
    return found


def lines_of(content: RunContent, procedure: Procedure) -> set[str]:
    """Return the names of every line of a run's budgets that has an uncertainty at some point."""
    budgets = (budgets_of(content, procedure, section) for section in content.sections)
    return {line.name for each in budgets for budget in each.values() for line in budget.inputs if line.u}


def budgets_of(content: RunContent, procedure: Procedure, section: str) -> dict[str, Budget]:
    """Return the budget of each point of a section that has one."""
    usable = [item.observations for item in content.observed(section).values() if not item.problem]
    evaluated = procedure.evaluate(content.section(section), usable, content.references)
    return {item.point: item.budget for item in evaluated if isinstance(item, PointEvaluation)}


def _without_line(budget: Budget, line: str) -> Budget:
    """Return a budget that takes a line for exact, wherever its figure comes from.

    Where it is the only one with an uncertainty it stays, and is named: without any there is no u.
    """
    from calibrator_uncertainty import constant

    uncertain = [one for one in budget.inputs if one.u]
    found = next((one for one in uncertain if one.name == line), None)
    if found is None or len(uncertain) == 1:
        return budget
    return budget.at(**{line: constant(line, found.estimate, found.unit, source="forgotten")})


def _recorded(events: Sequence[Event]) -> dict[str, _Stated]:
    """Return what the engine stated of each point."""
    found = {}
    for event in events:
        if event.kind == "section.evaluated":
            for result in event.body["results"]:
                exact = result["exact"]
                if exact:
                    value, u, expanded, dof = (
                        float.fromhex(exact[key]) for key in ("error", "u", "U", "dof")
                    )
                    found[result["id"]] = _Stated(
                        value, u, expanded, dof, rectangles_in(exact), arcsine_in(exact)
                    )
    return found


def _evaluated(budget: Budget, policy: str) -> _Stated:
    result = budget.evaluate(policy=policy)
    return _Stated(result.value, result.u, result.U, result.dof, result.rectangles, result.arcsine)


def _asked(
    content: RunContent,
    name: str,
    budget: Budget | None,  # None of a point that others are made of
    *,
    wiring: str,
    read: Mapping[int, Mapping[str, object]],
    seen: Mapping[int, Mapping[str, float]],
    points: Mapping[str, Asked],
) -> Asked:
    references, observed = content.references[name], content.points[name].observations
    point = references.point
    parts = {"uut": observed.readings, **observed.parts}
    return Asked(
        point.id,
        point.section,
        point.function,
        float(point.nominal),
        float(point.range),
        point.unit,
        point.settings,
        wiring,
        observed.applied,
        {part: [_ns(read[item.seq]) for item in items] for part, items in parts.items()},
        {part: [item.value for item in items] for part, items in parts.items()},
        {part: [seen.get(item.seq, {}) for item in items] for part, items in parts.items()},
        {one.name: one.estimate for one in budget.inputs} if budget is not None else {},
        points,
    )


def _ns(body: Mapping[str, object]) -> int:
    return int(str(body["monotonic_ns"]))


def _proved(
    references: PointReferences,
    budget: Budget,
    truths: Mapping[str, float],
    stated: _Stated,
    forgotten: str = "",
) -> PointProof:
    value, u, expanded, dof, rectangles, bent = stated
    truth = truths["result"]
    lines = {one.name: one for one in budget.inputs}
    known = {name: true for name, true in truths.items() if name != "result"}
    uncertain = {name: one for name, one in lines.items() if one.u}
    pulls = {
        name: score((known[name] - one.estimate) / one.u, one.dof)
        for name, one in uncertain.items()
        if name in known
    }
    unmatched = tuple(name for name in uncertain if name not in known)
    values = {name: known.get(name, one.estimate) for name, one in lines.items()}
    off = 0.0 if unmatched else max(0.0, abs(float(budget.model(**values)) - truth) - _rounding(values)) / u
    limits = references.limits
    gaps = _gaps(budget, known, uncertain, off, u)
    if forgotten in pulls:  # the only line, which stayed: all of u is what it allows for
        gaps[forgotten] = abs(pulls[forgotten])
    return PointProof(
        references.point.id,
        references.point.section,
        value,
        truth,
        u,
        expanded,
        dof,
        (_bound(limits.lower, -math.inf), _bound(limits.upper, math.inf)),
        pulls,
        unmatched,
        gaps,
        tuple(name for name in lines if name not in uncertain and name != forgotten),
        off,
        rectangles,
        bent,
    )


def _rounding(values: Mapping[str, float]) -> float:
    """Return what the last bits of the largest value may come to in the model, such as of 10 MHz."""
    return 16.0 * sys.float_info.epsilon * max(map(abs, values.values()))


def _gaps(
    budget: Budget, known: Mapping[str, float], uncertain: Mapping[str, object], off: float, u: float
) -> dict[str, float]:
    """Return what acts and has no line with an uncertainty, each with its size in u where that shows."""
    lines = {one.name: one.estimate for one in budget.inputs}
    gaps = {}
    for name, true in known.items():
        if name in uncertain or (name in lines and true == lines[name]):
            continue
        size = off
        if name in lines:
            size = abs(float(budget.model(**{**lines, name: true})) - float(budget.model(**lines))) / u
        if name not in lines or size > MODEL_AGREES:
            gaps[name] = size
    return gaps


def _bound(limit: object, default: float) -> float:
    return default if limit is None else float(str(limit))


def score(pull: float, dof: float) -> float:
    """Return a pull as a normal score: one that follows t with `dof` has an rms above 1 of its own.

    Example:
        >>> round(score(2.776445, 4.0), 4)
        1.96
    """
    from scipy.special import ndtri, stdtr

    if math.isinf(dof):
        return pull
    return math.copysign(float(-ndtri(stdtr(dof, -abs(pull)))), pull)


@dataclass(frozen=True, slots=True)
class WithoutFigure:
    """A planted defect: a line is forgotten; a figure's estimate and half-width become zero."""

    kind: str

    def __str__(self) -> str:
        return f"the line {self.kind!r} is forgotten"

    def __call__(self, references: PointReferences) -> PointReferences:
        """Return the references without it."""
        kept = tuple(
            replace(item, estimate=0.0, half_width=0.0) if item.kind == self.kind else item
            for item in references.contributions
        )
        return replace(references, contributions=kept)


@dataclass(frozen=True, slots=True)
class TakenAs:
    """A planted defect: the figures of a kind are taken for another distribution, or scaled."""

    kind: str
    treat_as: str = ""
    k: float = 0.0
    factor: float = 1.0

    def __str__(self) -> str:
        how = [self.treat_as, f"k = {self.k:g}" if self.k else "", f"times {self.factor:g}"]
        return f"the figure {self.kind!r} is taken as {', '.join(filter(None, how))}"

    def __call__(self, references: PointReferences) -> PointReferences:
        """Return the references with the figures changed."""
        changed = tuple(
            replace(
                item,
                treat_as=self.treat_as or item.treat_as,
                k=self.k or item.k,
                half_width=item.half_width * self.factor,
            )
            if item.kind == self.kind
            else item
            for item in references.contributions
        )
        return replace(references, contributions=changed)
