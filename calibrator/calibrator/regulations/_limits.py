"""The permissible error that an edition's coefficients give at a value."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from calibrator.regulations._scales import scale_to
from calibrator.regulations._types import Edition, MpeRow

__all__ = ["limit_at"]


def limit_at(
    edition: Edition,
    value: Decimal,
    *,
    item: str = "indication",
    accuracy_class: str = "",
    span: Decimal = Decimal(0),
    interval: Decimal = Decimal(0),
    unit: str = "",
) -> tuple[Decimal, MpeRow] | None:
    """Return half-width and line of the permissible error at `value`; None where no line holds there.

    `span` and `interval` (the scale interval e) are in the unit of `value`, as the half-width is; with `unit`
    that is named, and lines in another one are converted.

    Raises:
        UsageError: a line's unit is no multiple of `unit` (code `edition-unit`).

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
        ... mpe = [{ item = "indication", class = "1.6", of_span = "0.016", status = "derived", source = "" }]
        ... '''
        >>> limit_at(parse_edition(toml, "toy"), Decimal(5), accuracy_class="1.6", span=Decimal(10))[0]
        Decimal('0.160')
    """
    for row in edition.mpe:
        if (row.item, row.accuracy_class) != (item, accuracy_class):
            continue
        scale = scale_to(edition, row.unit, unit)
        if _holds(row, abs(value), interval if row.bounds == "intervals" else scale):
            terms = (
                row.constant * scale,
                row.of_value * abs(value),
                row.of_span * span,
                row.of_interval * interval,
            )
            return (_sum(terms) if row.combine == "sum" else max(terms)), row
    return None


def _sum(terms: Iterable[Decimal]) -> Decimal:
    """Add what is there; a zero brings no digits."""
    return sum((term for term in terms if term), Decimal(0))


def _holds(row: MpeRow, value: Decimal, scale: Decimal) -> bool:
    """Say whether a line holds at |value|; its bounds count in `scale`: scale intervals or its unit."""
    above = row.above is None or value > row.above * scale
    return above and (row.up_to is None or value <= row.up_to * scale)
