"""An edition's figures in the unit of a point: converted where the units differ, or refused."""

from __future__ import annotations

from decimal import Decimal

from calibrator._errors import UsageError
from calibrator.regulations._types import Edition

__all__ = ["scale_to"]

_WITHOUT_ZERO = frozenset({"degC", "degF"})  # whose zero is not that of other units: never scaled


def scale_to(edition: Edition, written: str, wanted: str) -> Decimal:
    """Return by what a figure of an edition in the unit `written` is multiplied to be in `wanted`.

    An empty unit of either is that of the other: the figure counts in what it is multiplied by.

    Raises:
        UsageError: one unit is not a multiple of the other (code `edition-unit`).
    """
    if not written or not wanted or written == wanted:
        return Decimal(1)
    import pint

    if not _WITHOUT_ZERO & {written, wanted}:
        try:
            registry = pint.get_application_registry()  # type: ignore[no-untyped-call]
            return Decimal(f"{registry.Quantity(1.0, written).m_as(wanted):.15g}")
        except (pint.DimensionalityError, pint.UndefinedUnitError):
            pass  # refused below, by the same sentence
    raise UsageError(
        f"{edition.number} states a figure in {written!r}, which is no multiple of {wanted!r}",
        where=edition.path,
        way_out=f"Write the figures of the edition in {wanted}, or the points of the table in {written}.",
        code="edition-unit",
    )
