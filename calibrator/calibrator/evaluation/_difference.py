"""What recomputation hands out: one place where the record and its recomputation differ."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the record and its recomputation differ, with the versions then and now."""

    point: str
    field: str  # path in the point; "reading N", "proof N", "closing.KEY", "traffic FILE", "versions.NAME"
    recorded: str
    recomputed: str

    def __str__(self) -> str:
        place = f"{self.point} {self.field}".strip()
        return f"{place}: recorded {self.recorded}, recomputed {self.recomputed}"
