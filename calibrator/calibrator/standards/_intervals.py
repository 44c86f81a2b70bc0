"""Which column of an accuracy table a standard may be used with, by the age of its certificate."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

__all__ = ["interval_of"]


class _Table(Protocol):
    def intervals(self, function: str) -> tuple[str, ...]:
        """Return the intervals of a function's rows."""
        ...


def interval_of(table: _Table, function: str, certificate_issued: date, on_date: date) -> str | None:
    """Return the shortest interval of `function`'s rows that covers the certificate's age (METROLOGY 12).

    None where the certificate is older than every interval, or not issued yet. "24h" is never chosen:
    it holds within 24 h of adjustment and ±1 °C, of which the date of a certificate says nothing.
    """
    if on_date < certificate_issued:
        return None
    offered = table.intervals(function)
    ends = {
        "90d": certificate_issued + timedelta(days=90),
        "1y": _years_later(certificate_issued, 1),
        "2y": _years_later(certificate_issued, 2),
    }
    return next((name for name, end in ends.items() if name in offered and on_date <= end), None)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)
