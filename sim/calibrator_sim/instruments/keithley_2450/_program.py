"""What a 2450's trigger model does: a sweep, its readings at their times."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Program", "Sweep"]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Levels of a source function that are gone through, with a reading at each."""

    function: str
    levels: tuple[float, ...]
    delay_s: float
    abort: bool  # where the limit holds the output back
    buffer: str


@dataclass(slots=True)
class Program:
    """What is loaded, and how far it has come."""

    sweep: Sweep | None = None
    at: int = 0  # the next level
    due_ns: int = 0  # of its reading
    running: bool = False
