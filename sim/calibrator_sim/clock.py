"""Clocks of a simulated bench: virtual in process, scaled real time when served."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from calibrator_drivers.clock import RealClock

__all__ = ["ScaledClock", "VirtualClock"]


class VirtualClock:
    """Time that moves only when somebody lets it pass.

    It moves by `sleep` (the engine) and by `advance_to` (a server that has an
    operation behind it and is about to reply). Before it moves or is read from
    outside, the bench's `drain` runs: commands that were sent and have no reply
    are carried out at the moment at which they were sent, whatever the threads do.

    Example:
        >>> clock = VirtualClock(datetime(2026, 11, 23, 8, tzinfo=UTC))
        >>> clock.sleep(1.5)
        >>> clock.now().isoformat(), clock.monotonic_ns()
        ('2026-11-23T08:00:01.500000+00:00', 1500000000)
    """

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._ns = 0
        self._lock = threading.RLock()
        self._drain: Callable[[], None] | None = None

    @property
    def lock(self) -> threading.RLock:
        """The lock under which time moves and requests are carried out."""
        return self._lock

    def drain_with(self, drain: Callable[[], None] | None) -> None:
        """Set what carries out the commands in flight."""
        self._drain = drain

    def now(self) -> datetime:
        """Return the virtual time of day as an aware UTC datetime."""
        return self._start + timedelta(microseconds=self.monotonic_ns() // 1000)

    def monotonic_ns(self) -> int:
        """Return virtual nanoseconds since the bench was opened."""
        with self._lock:
            if self._drain is not None:
                self._drain()
            return self._ns

    def bench_ns(self) -> int:
        """Return the nanoseconds as the bench itself reads them: nothing is carried out."""
        return self._ns

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass at once (negative or zero: not at all)."""
        with self._lock:
            if self._drain is not None:
                self._drain()
            if seconds > 0:
                self._ns += round(seconds * 1e9)

    def advance_to(self, ns: int) -> None:
        """Move to `ns` if that lies ahead."""
        with self._lock:
            self._ns = max(self._ns, ns)

    def set(self, ns: int) -> None:
        """Go to `ns`, also backwards (restore of a snapshot only)."""
        with self._lock:
            self._ns = ns


class ScaledClock:
    """Real time from a fixed start, `speed` times as fast.

    Args:
        start: the time of day at the beginning.
        speed: seconds of the bench in one real second.
        base: the clock that is scaled.
    """

    def __init__(self, start: datetime, speed: float = 1.0, base: RealClock | None = None) -> None:
        self._start = start.astimezone(UTC)
        self._speed = speed
        self._base = base or RealClock()
        self._zero = self._base.monotonic_ns()
        self._offset_ns = 0
        self._lock = threading.RLock()

    @property
    def lock(self) -> threading.RLock:
        """The lock under which requests are carried out."""
        return self._lock

    @property
    def speed(self) -> float:
        """Seconds of the bench in one real second."""
        return self._speed

    def now(self) -> datetime:
        """Return the bench's time of day as an aware UTC datetime."""
        return self._start + timedelta(microseconds=self.monotonic_ns() // 1000)

    def monotonic_ns(self) -> int:
        """Return the bench's nanoseconds since it was opened."""
        return round((self._base.monotonic_ns() - self._zero) * self._speed) + self._offset_ns

    def bench_ns(self) -> int:
        """Return the nanoseconds as the bench itself reads them."""
        return self.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        """Wait in real time until `seconds` of the bench have passed."""
        self._base.sleep(seconds / self._speed)

    def set(self, ns: int) -> None:
        """Go to `ns` (restore of a snapshot only)."""
        self._offset_ns += ns - self.monotonic_ns()
