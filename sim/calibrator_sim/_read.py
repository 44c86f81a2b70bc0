"""Reading of tables of a bench file with errors that name the key and the way out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from calibrator_sim._errors import BenchFileError, closest

__all__ = ["Table"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the bench file and the dotted key under which it stands."""

    values: Mapping[str, Any]
    key: str

    def at(self, name: str) -> str:
        """Return the dotted key of an entry."""
        return f"{self.key}.{name}" if self.key else name

    def allow(self, known: Collection[str]) -> None:
        """Refuse entries that nobody would read."""
        for name in self.values:
            if name not in known:
                raise BenchFileError(
                    f'The simulator does not know the key "{name}"',
                    where=self.at(name),
                    way_out=closest(name, known),
                    code="unknown-key",
                )

    def table(self, name: str) -> Table:
        """Return a table inside this one, empty where it is missing."""
        value = self.values.get(name, {})
        if not isinstance(value, Mapping):
            raise self.bad(name, "a table", value)
        return Table(value, self.at(name))

    def text(self, name: str, default: str = "") -> str:
        """Return a text."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise self.bad(name, "a text", value)
        return value

    def number(
        self, name: str, default: float, *, low: float = float("-inf"), high: float = float("inf")
    ) -> float:
        """Return a number between `low` and `high`."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            span = f" from {low:g} to {high:g}" if (low, high) != (float("-inf"), float("inf")) else ""
            raise self.bad(name, f"a number{span}", value)
        return float(value)

    def count(self, name: str, default: int, *, low: int) -> int:
        """Return a whole number from `low` on."""
        value = self.values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            raise self.bad(name, f"a whole number from {low} on", value)
        return value

    def choice(self, name: str, default: str, known: Collection[str]) -> str:
        """Return one of some words."""
        value = self.text(name, default)
        if value not in known:
            raise BenchFileError(
                f'"{value}" cannot stand here',
                where=self.at(name),
                way_out=closest(value, known),
                code="bad-value",
            )
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.values.get(name, ())
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise self.bad(name, "a list of texts", value)
        return tuple(value)

    def time(self, name: str) -> datetime | None:
        """Return a moment as UTC; a moment without offset is taken as UTC, None where it is missing."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError as error:
                raise self.bad(name, "a time such as 2026-11-23T08:00:00Z", value) from error
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        raise self.bad(name, "a time such as 2026-11-23T08:00:00Z", value)

    def figure(self, name: str, value: float, half_width: float) -> tuple[float, float]:
        """Return estimate and half-width of a figure that is a number or a table with both."""
        entry = self.values.get(name)
        if entry is None:
            return value, half_width
        if isinstance(entry, Mapping):
            inner = Table(entry, self.at(name))
            return inner.number("value", value), inner.number("half_width", half_width, low=0.0)
        return self.number(name, value), half_width

    def bad(self, name: str, wanted: str, value: object) -> BenchFileError:
        """Return the error of a value of the wrong kind."""
        return BenchFileError(
            f"Here stands {value!r}, wanted is {wanted}",
            where=self.at(name),
            way_out=f"Write {wanted}.",
            code="bad-value",
        )
