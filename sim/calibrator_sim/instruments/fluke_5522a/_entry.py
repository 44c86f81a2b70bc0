"""What stands behind a keyword of the 5522A."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

__all__ = ["Entry", "Outcome"]

# A command returns its response, nothing, or yields the moments (ns) until which it is busy.
Outcome = str | None | Generator[int, None, str | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A command and how many parameters it takes."""

    run: Callable[..., Any]
    least: int = 0
    most: int = 0
