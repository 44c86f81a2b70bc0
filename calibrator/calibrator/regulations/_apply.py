"""What an edition asks for at one instrument: points, what is rounded and judged, until when it stands."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from calibrator._errors import UsageError
from calibrator.regulations._types import Edition

__all__ = ["Judged", "due_after", "judged_error", "points_at"]


@dataclass(frozen=True, slots=True)
class Judged:
    """An error as an edition has it written and judged."""

    raw: Decimal
    rounded: Decimal
    conforms: bool
    by: str  # "raw" or "rounded"


def points_at(
    edition: Edition, low: Decimal, high: Decimal, *, marks: Sequence[Decimal] = ()
) -> tuple[Decimal, ...] | None:
    """Return where an instrument from `low` to `high` is measured; None where the edition has no rule.

    `marks` are the numbered marks of a scale. Of a count the points are spread evenly, ends included where
    the edition says so. Values keep the unit of `low` and `high`; an edition's own values are in its unit.

    Example:
        >>> from calibrator.regulations import parse_edition
        >>> toml = '''
        ... id = "toy-1-2020"
        ... regulation = "toy-1"
        ... number = "TOY 1-2020"
        ... kind = "guide"
        ... title = { en = "Toy", zh = "玩具" }
        ... effective = 2020-01-01
        ... status = "unverified"
        ... known = "derived"
        ... source = "invented"
        ... points = { rule = "count", at_least = 3, ends = true, status = "derived", source = "" }
        ... '''
        >>> points_at(parse_edition(toml, "toy"), Decimal(0), Decimal(10))
        (Decimal('0'), Decimal('5'), Decimal('10'))
    """
    rule = edition.points
    if rule is None:
        return None
    span = high - low
    if rule.rule == "fractions":
        found = [low + share * span for share in rule.values]
    elif rule.rule == "values":
        found = [value for value in rule.values if low <= value <= high]
    elif rule.rule == "numbered-marks":
        found = [mark for mark in marks if low <= mark <= high]
    elif rule.ends:
        steps = max(1, rule.at_least - 1)
        found = [low + span * step / steps for step in range(steps + 1)]
    else:
        found = [low + span * (2 * step + 1) / (2 * rule.at_least) for step in range(rule.at_least)]
    ends = [low, high] if rule.ends else []
    return tuple(sorted({*found, *ends}))


def judged_error(
    edition: Edition,
    error: Decimal,
    limit: Decimal,
    *,
    interval: Decimal = Decimal(0),
    resolution: Decimal = Decimal(0),
) -> Judged:
    """Return an error as an edition has it written, and whether it conforms, raw or rounded.

    It is rounded to the nearest step, halves to the even multiple (GB/T 8170-2008, 3.2). An edition without
    a rounding rule judges what is there. `interval` is the scale interval; all in one unit.

    Raises:
        UsageError: the rounding step counts in something that is not given (code `no-step`).
    """
    rule = edition.rounding
    if rule is None:
        return Judged(error, error, abs(error) <= limit, "raw")
    from calibrator_uncertainty.rounding import round_to_step

    step = rule.step * {"scale-interval": interval, "mpe": limit, "resolution": resolution}[rule.of]
    if step <= 0:
        raise UsageError(
            f"{edition.id} rounds to {rule.step} of the {rule.of}, which is not given",
            where=edition.path,
            way_out=f"Give the {rule.of} of the instrument.",
            code="no-step",
        )
    rounded = round_to_step(error, step)
    judged = rounded if rule.judged == "rounded" else error
    return Judged(error, rounded, abs(judged) <= limit, rule.judged)


def due_after(edition: Edition, day: date) -> date | None:
    """Return the day on which the edition's interval from `day` ends; None where it states none.

    It is the same day of the month, or its last where that month is shorter.
    """
    if edition.interval is None:
        return None
    years, month = divmod(day.month - 1 + edition.interval.months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
