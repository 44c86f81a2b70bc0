"""One point's result as `show --json` prints it and `section.evaluated` records it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._capability import RAISED, Stated, stated
from calibrator.evaluation._coverage import FIXED, covered_by
from calibrator.evaluation._figures import FigureStatus, figure_status
from calibrator.evaluation._numbers import decimal_of_raw, fixed, plain, probability, shortest, significant
from calibrator.evaluation._rounding import Rounder, rounding_of

if TYPE_CHECKING:
    from decimal import Decimal

    from calibrator.evaluation._collect import ObservedPoint
    from calibrator.procedure import PointLimits, PointObservations, PointReferences, Reading, Rounded
    from calibrator_uncertainty import BudgetLine, BudgetResult, Clause8, Judgement

__all__ = ["NO_UNCERTAINTY", "judged_point", "numberless_point"]

PointObject = dict[str, Any]

UNVERIFIED = "unverified-figure"
NO_ACCEPTANCE_ZONE = "no-acceptance-zone"
GUARD_BAND_BELOW_U = "guard-band-below-u"
OVERLOAD = "overload"
NO_RESULT = "no-result"  # what it is made from was not measured
NO_UNCERTAINTY = "no-uncertainty"  # every first derivative is zero: U by the first order is not known
BY_RULE = "undetermined-by-rule"  # the rule knows a zone in which nothing is decided, such as 待定
# rules whose guard band is neither U nor a share of the limits
OWN_BANDS = frozenset({"iso14253", "rss", "z540.3-6", "pfa-1", "pfa-2", "pfa-2.5", "pfa-5"})


def judged_point(
    references: PointReferences,
    observed: ObservedPoint,
    result: BudgetResult,
    *,
    opened: Mapping[str, Any],
    clause8: Clause8 | None = None,
) -> PointObject:
    """Return the point object: error, U and verdict by the job's one rule, printed and exact.

    On a live bench a figure that is neither seen, checked nor confirmed leaves the verdict undetermined.
    """
    from calibrator_uncertainty import judge

    limits = references.limits
    lab = opened.get("lab") or {}
    known = stated(result, references.point, lab)
    as_edition = _as_edition(result.value, limits)

    def judged(error: float) -> Judgement:
        return judge(
            error,
            known.U,
            known.u,
            known.dof,
            limits.lower,
            limits.upper,
            rule=opened["rule"],
            rectangles=known.rectangles,
            arcsine=known.arcsine,
        )

    judgement = judged(result.value)
    if as_edition is not None and as_edition[0] != result.value:
        judgement = replace(judged(as_edition[0]), pfa=judgement.pfa)
    status = figure_status(references)
    write = rounding_of(lab)
    rounded = write.uncertainty(known.U)
    if known.floor is not None and rounded < known.floor:
        rounded = replace(write, policy="upward").uncertainty(known.floor)
        known = replace(known, notes=tuple(dict.fromkeys((*known.notes, RAISED))))
    return {
        **_head(references, observed, status),
        "error": plain(write.like(result.value, rounded) if as_edition is None else as_edition[1]),
        "u": significant(known.u, 3),
        "U": plain(rounded),
        "k": fixed(known.k, 2),
        **_coverage(known, result.policy),
        "dof": fixed(known.dof, 1),
        "guard_band": _guard_band(judgement, rounded, limits, write),
        "pfa": probability(judgement.pfa, certain=known.u == 0),
        "verdict": _verdict(judgement, status, opened["mode"]),
        "rule": judgement.rule,
        "policy": result.policy,
        "notes": [*_notes(judgement, status, known.U), *known.notes],
        "clause8": _clause8(clause8),
        "budget": [_line(line) for line in result.lines],
        "exact": _exact(result.value, known, judgement),
    }


def _coverage(known: Stated, policy: str) -> PointObject:
    """Return what a chosen k = 2 covers by degrees of freedom and shape; nothing where k is that of 95 %."""
    if policy != FIXED:
        return {}
    covered = covered_by(known.U, known.u, known.dof, known.rectangles, known.arcsine)
    return {"coverage": fixed(covered, 4)}


def _as_edition(error: float, limits: PointLimits) -> tuple[float, Decimal] | None:
    """Return the error that is judged and the error as written, where the edition of a regulation says how.

    Halves go to the even multiple (GB/T 8170-2008, 3.2). U and PFA stay those of the measured value.
    """
    from calibrator_uncertainty.rounding import round_to_step

    if limits.rounding is None:
        return None
    written = round_to_step(error, limits.rounding.step)
    return (float(written) if limits.rounding.judged == "rounded" else error), written


def _guard_band(judgement: Judgement, rounded: Decimal, limits: PointLimits, write: Rounder) -> str:
    """Return w as it is printed: that of U rounded like U, a share of the limits exactly."""
    if judgement.rule == "guard-80" and limits.half is not None:
        return plain((limits.half / 5).normalize())
    if judgement.rule in OWN_BANDS:
        return plain(write.uncertainty(judgement.guard_band)) if judgement.guard_band else "0"
    return plain(rounded) if judgement.guard_band else "0"


def numberless_point(
    references: PointReferences, observed: ObservedPoint, *, opened: Mapping[str, Any], why: str = NO_RESULT
) -> PointObject:
    """Return the point object of a point that gave no number, or none that anything is known about.

    An indication over the range is an error without bound, which fails; one that did not settle, or whose U
    is not known, is undetermined. `notes` says which it was.
    """
    status = figure_status(references)
    fails = observed.problem == OVERLOAD and (opened["mode"] != "live" or status.decides)
    return {
        **_head(references, observed, status),
        "error": "inf",
        "u": "0",
        "U": "0",
        "k": "0",
        "dof": "inf",
        "guard_band": "0",
        "pfa": "1",  # of no number: see the notes
        "verdict": "fail" if fails else "undetermined",
        "rule": opened["rule"],
        "policy": opened["policy"],
        "notes": [observed.problem or why, *([] if status.decides else [UNVERIFIED])],
        "clause8": None,
        "budget": [],
        "exact": {},
    }


def _head(references: PointReferences, observed: ObservedPoint, status: FigureStatus) -> PointObject:
    """Return what a point object says before any number was computed."""
    point, limits, seen = references.point, references.limits, observed.observations
    return {
        "id": point.id,
        "section": point.section,
        "function": point.function,
        "nominal": plain(point.nominal),
        "range": plain(point.range),
        "unit": point.unit,
        "readings": [_reading(item) for item in seen.readings],
        **_beside(seen),
        # half the tolerance; None, like the limit that there is not, where there is one on one side only
        "limit": _text(limits.half),
        "lower_limit": _text(limits.lower),
        "upper_limit": _text(limits.upper),
        "interval": limits.interval,
        **({} if limits.rounding is None else {"rounding": _rounding(limits.rounding)}),
        "figure_status": status.as_json(),
        "standard": references.standard_asset,
        "standard_title": references.standard_title,
        "attempt": seen.version,
        "attempts": observed.versions,
    }


def _rounding(rounding: Rounded) -> dict[str, str]:
    return {"step": plain(rounding.step), "judged": rounding.judged, "status": rounding.status}


def _beside(seen: PointObservations) -> PointObject:
    """Return the readings of the other parts and the answers, nothing where there are none."""
    parts = {part: [_reading(item) for item in readings] for part, readings in seen.parts.items()}
    answers = dict(seen.answers)
    return {**({"parts": parts} if parts else {}), **({"answers": answers} if answers else {})}


def _text(limit: Decimal | None) -> str | None:
    return None if limit is None else plain(limit)


def _reading(reading: Reading) -> str:
    """Return a reading with the digits that the instrument sent."""
    digits = decimal_of_raw(reading.raw)
    if digits is not None and float(digits) == reading.value:
        return plain(digits)
    return repr(reading.value)


def _verdict(judgement: Judgement, status: FigureStatus, mode: str) -> str:
    return "undetermined" if mode == "live" and not status.decides else judgement.verdict


def _notes(judgement: Judgement, status: FigureStatus, expanded: float) -> list[str]:
    notes = [NO_ACCEPTANCE_ZONE] if judgement.note else []
    if judgement.verdict == "undetermined":
        notes.append(BY_RULE)
    if judgement.rule == "guard-80" and judgement.guard_band < expanded:
        notes.append(GUARD_BAND_BELOW_U)  # a low ratio would have asked for w = U (METROLOGY 13)
    return notes if status.decides else [*notes, UNVERIFIED]


def _clause8(found: Clause8 | None) -> PointObject | None:
    """Return the verdict of JCGM 101:2008, clause 8, that stands beside U (METROLOGY 16)."""
    if found is None:
        return None
    return {
        "ok": found.ok,
        "low": significant(found.low, 4),
        "high": significant(found.high, 4),
        "delta": significant(found.delta, 2),
        "d_low": significant(found.d_low, 2),
        "d_high": significant(found.d_high, 2),
        "draws": found.draws,
    }


def _line(line: BudgetLine) -> PointObject:
    return {
        "name": line.name,
        "value": shortest(line.value),
        "unit": line.unit,
        "distribution": line.distribution,
        "u": significant(line.u, 3),
        "dof": fixed(line.dof, 0),
        "sensitivity": significant(line.sensitivity, 4),
        "contribution": significant(line.contribution, 3),
        "share": fixed(line.share, 4),
        "source": line.source,
        "shared": line.shared or "",
    }


def _exact(error: float, known: Stated, judgement: Judgement) -> dict[str, str]:
    numbers = {
        "error": error,
        "u": known.u,
        "U": known.U,
        "k": known.k,
        "dof": known.dof,
        "guard_band": judgement.guard_band,
        "pfa": judgement.pfa,
        **{f"rectangle_{place}": part for place, part in enumerate(known.rectangles, 1)},
        **({"arcsine": known.arcsine} if known.arcsine else {}),
    }
    return {name: float(value).hex() for name, value in numbers.items()}
