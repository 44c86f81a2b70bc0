"""What an edition asks for at one instrument: points, what is rounded and judged, until when it stands."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from calibrator._errors import UsageError
from calibrator.regulations._scales import scale_to
from calibrator.regulations._types import Edition

__all__ = ["PointsHeld", "due_after", "points_at", "points_held", "step_of"]


@dataclass(frozen=True, slots=True)
class PointsHeld:
    """How the points of a table stand to the rule of an edition."""

    missing: tuple[Decimal, ...]  # that the edition has and nobody measures
    beyond: tuple[Decimal, ...]  # that the edition does not have


def points_at(
    edition: Edition, low: Decimal, high: Decimal, *, marks: Sequence[Decimal] = (), unit: str = ""
) -> tuple[Decimal, ...] | None:
    """Return where an instrument from `low` to `high` is measured; None where the edition has no rule.

    `marks` are the numbered marks of a scale. Of a count the points are spread evenly, ends included where
    the edition says so. Values keep the unit of `low` and `high`; where `unit` names that, an edition's own
    values are converted into it.

    Raises:
        UsageError: the unit of the edition's values is no multiple of `unit` (code `edition-unit`).

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
        scale = scale_to(edition, rule.unit, unit)
        found = [value * scale for value in rule.values if low <= value * scale <= high]
    elif rule.rule == "numbered-marks":
        found = [mark for mark in marks if low <= mark <= high]
    elif rule.ends:
        steps = max(1, rule.at_least - 1)
        found = [low + span * step / steps for step in range(steps + 1)]
    else:
        found = [low + span * (2 * step + 1) / (2 * rule.at_least) for step in range(rule.at_least)]
    ends = [low, high] if rule.ends else []
    return tuple(sorted({*found, *ends}))


def step_of(
    edition: Edition,
    limit: Decimal,
    *,
    interval: Decimal = Decimal(0),
    resolution: Decimal = Decimal(0),
    accuracy_class: str = "",
) -> Decimal | None:
    """Return the step to which an edition has an error written; None where it has no rule.

    `limit` is half the tolerance, `interval` the scale interval; all in one unit. Of a class the
    step counts in its figure, "0.5S" in 0.5, which then is in that unit too (of an error in percent).

    Raises:
        UsageError: the step counts in something that is not given (code `no-step`).
    """
    rule = edition.rounding
    if rule is None:
        return None
    figure = re.match(r"\d+(\.\d+)?", accuracy_class)
    of_class = Decimal(0) if figure is None else Decimal(figure[0])
    of = {"scale-interval": interval, "mpe": limit, "resolution": resolution, "class": of_class}
    step = rule.step * of[rule.of]
    if step <= 0:
        raise UsageError(
            f"{edition.id} rounds to {rule.step} of the {rule.of}, which is not given",
            where=edition.path,
            way_out=f"Give the {rule.of} of the instrument.",
            code="no-step",
        )
    return step


def due_after(months: int, day: date) -> date:
    """Return the day on which so many months from `day` end.

    It is the same day of the month, or its last where that month is shorter.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def points_held(
    edition: Edition,
    low: Decimal,
    high: Decimal,
    measured: Iterable[Decimal],
    *,
    marks: Sequence[Decimal] = (),
    unit: str = "",
) -> PointsHeld:
    """Hold the measured points against the edition's rule; without one nothing is missing.

    Of a count the ends are missing where they are not measured, and the evenly spread points are where there
    are too few.
    """
    wanted, have = points_at(edition, low, high, marks=marks, unit=unit), set(measured)
    rule = edition.points
    if wanted is None or rule is None:
        return PointsHeld((), ())
    if rule.rule == "count":
        ends = {low, high} if rule.ends else set()
        missing = set(wanted) - have if len(have) < rule.at_least else ends - have
        return PointsHeld(tuple(sorted(missing)), ())
    return PointsHeld(tuple(sorted(set(wanted) - have)), tuple(sorted(have - set(wanted))))
