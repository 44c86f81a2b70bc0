"""Time as the product sees it: nothing else may read or wait for time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

__all__ = ["Clock", "Deadline", "RealClock"]


@runtime_checkable
class Clock(Protocol):
    """What tells the time and waits; a simulated bench brings its own."""

    def now(self) -> datetime:
        """Return the time of day as an aware UTC datetime."""
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds that never go back while the process runs."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of this clock's time (negative or zero: not at all)."""
        ...


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a clock after which waiting has lasted too long.

    Example:
        >>> deadline = Deadline.after(RealClock(), 60.0)
        >>> deadline.passed()
        False
    """

    clock: Clock
    at_ns: int

    @classmethod
    def after(cls, clock: Clock, seconds: float) -> Deadline:
        """Return the deadline that lies `seconds` ahead on `clock`."""
        return cls(clock, clock.monotonic_ns() + round(seconds * 1e9))

    def remaining_s(self) -> float:
        """Return the seconds left, never negative."""
        return max(0.0, (self.at_ns - self.clock.monotonic_ns()) / 1e9)

    def passed(self) -> bool:
        """Say whether the moment has come."""
        return self.clock.monotonic_ns() >= self.at_ns


class RealClock:
    """The machine's own clock; the one place that may ask it."""

    def now(self) -> datetime:
        """Return the time of day as an aware UTC datetime."""
        return datetime.now(UTC)  # noqa: TID251 - the one place

    # Without a call of ours in between: every message on a wire asks for both.
    monotonic_ns = staticmethod(time.monotonic_ns)  # noqa: TID251 - the one place
    utc_ns = staticmethod(time.time_ns)  # nanoseconds since 1970 of `now()`

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        if seconds > 0:
            time.sleep(seconds)  # noqa: TID251 - the one place
