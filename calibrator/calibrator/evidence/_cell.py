"""The name of a cell of a certificate."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell by the id of its point and the name of its column."""

    point: str
    column: str

    def __str__(self) -> str:
        return f"{self.point}/{self.column}"
