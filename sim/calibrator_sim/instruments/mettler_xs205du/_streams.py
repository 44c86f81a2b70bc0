"""What an XS205DU sends without being asked each time: `SIR`, `SR`, `SNR` (MT-SICS 11780711; from memory)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from calibrator_sim.instruments._balance import Balance

__all__ = ["Streams"]

_SECOND = 1_000_000_000
_SHARE, _STEPS = 0.125, 30  # of the last value, and scale intervals at least: a change that is told


class Streams:
    """The stream that runs: which command began it, and what it told last."""

    def __init__(self, balance: Balance, time_ns: Callable[[], int]) -> None:
        self._balance = balance
        self._time_ns = time_ns
        self.kind = ""
        self.rate = 10.0  # values a second (`UPD`)
        self._told_g = 0.0
        self._least_g: float | None = None
        self._moved = False
        self._due_ns = 0

    @property
    def due_ns(self) -> int | None:
        """When it looks next; None where nothing is sent."""
        return self._due_ns if self.kind else None

    @property
    def _period_ns(self) -> int:
        return round(_SECOND / self.rate)

    def begin(self, kind: str, least_g: float | None = None) -> None:
        """Begin a stream; the value of now has just been told."""
        now = self._time_ns()
        self.kind, self._least_g, self._moved = kind, least_g, False
        self._told_g, self._due_ns = self._balance.net_g(now), now + self._period_ns

    def end(self) -> None:
        """Send nothing any more."""
        self.kind = ""

    def state_to_tell(self) -> str:
        """Return `S` or `D` where a value is to be told now, and nothing where none is."""
        now = self._time_ns()
        self._due_ns = now + self._period_ns
        stable, value = self._balance.stable(now), self._balance.net_g(now)
        if self.kind == "SIR":
            return "S" if stable else "D"
        if not self._moved:
            self._moved = abs(value - self._told_g) >= self._least(value)
            return "D" if self._moved and self.kind == "SR" and not stable else ""
        if not stable:
            return ""
        self._moved, self._told_g = False, value
        return "S"

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "kind": self.kind,
            "rate": self.rate,
            "told_g": self._told_g,
            "least_g": self._least_g,
            "moved": self._moved,
            "due_ns": self._due_ns,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.kind, self.rate = state["kind"], state["rate"]
        self._told_g, self._least_g = state["told_g"], state["least_g"]
        self._moved, self._due_ns = state["moved"], state["due_ns"]

    def _least(self, value: float) -> float:
        if self._least_g is not None:
            return self._least_g
        return max(_SHARE * abs(self._told_g), _STEPS * self._balance.step_g(abs(value)))
