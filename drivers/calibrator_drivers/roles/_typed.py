"""Roles of instruments that a person reads."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["Expecting"]


@runtime_checkable
class Expecting(Protocol):
    """An instrument whose reading is held against what is expected, because a person may slip."""

    def expect(self, value: float, half_width: float) -> None:
        """Say what is expected, in the function's unit: what is further away is looked at twice."""
        ...
