"""What a laboratory is accredited and authorised for, as `lab.toml` says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from calibrator.standards._table import Table

__all__ = ["Authority", "Capability", "parse_authority", "parse_scope"]


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the accredited scope: the smallest U (k = 2) from one value to another (CMC)."""

    function: str
    low: Decimal
    high: Decimal
    unit: str
    U: Decimal
    U_relative: Decimal  # of the value, on top

    def as_body(self) -> dict[str, Any]:
        """Return it as `run.opened` holds it."""
        return {
            "function": self.function,
            "from": self.low,
            "to": self.high,
            "unit": self.unit,
            "U": self.U,
            "U_relative": self.U_relative,
        }


@dataclass(frozen=True, slots=True)
class Authority:
    """By whose leave verifications are made: number, by whom, until when, for which regulations."""

    number: str
    by: str
    until: date
    regulations: tuple[str, ...]

    def as_body(self) -> dict[str, Any]:
        """Return it as `run.opened` holds it."""
        listed = list(self.regulations)
        return {"number": self.number, "by": self.by, "until": self.until, "regulations": listed}


def parse_scope(top: Table) -> tuple[Capability, ...]:
    """Take the `[[scope]]` tables of lab.toml.

    Raises:
        ConfigurationError: with file, line and key.
    """
    found = []
    for table in top.tables("scope"):
        table.allow("function", "from", "to", "unit", "U", "U_relative")
        low, high = table.decimal("from"), table.decimal("to")
        if high < low:
            raise table.error(
                "to", f"The scope ends at {high}, before it begins", "Exchange the two.", "scope"
            )
        smallest, share = (
            table.decimal("U", Decimal(0), low=0.0),
            table.decimal("U_relative", Decimal(0), low=0.0),
        )
        if not smallest and not share:
            raise table.error("U", "The scope states no U", "Write U, U_relative or both.", "scope")
        function, unit = table.text("function"), table.text("unit")
        found.append(Capability(function, low, high, unit, smallest, share))
    return tuple(found)


def parse_authority(top: Table) -> Authority | None:
    """Take the `[authority]` table of lab.toml.

    Raises:
        ConfigurationError: with file, line and key.
    """
    if not top.has("authority"):
        return None
    table = top.table("authority")
    table.allow("number", "by", "until", "regulations")
    return Authority(table.text("number"), table.text("by"), table.day("until"), table.texts("regulations"))
