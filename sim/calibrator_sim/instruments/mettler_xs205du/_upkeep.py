"""Display, keys, standby, adjustment and test of an XS205DU (MT-SICS 11780711; replies from memory)."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from calibrator_sim.instruments._balance import TICK_NS, Balance

if TYPE_CHECKING:
    from calibrator_sim.instruments._device import World

__all__ = ["Answer", "Upkeep"]

_SECOND = 1_000_000_000
_ADJUSTMENT_NS = 90 * _SECOND
_LOAD_NS = 60 * _SECOND  # of the person who puts the weight down, and who takes it off
_TEXT = re.compile(r'"([^"]*)"')
Answer = Generator[int | str, None, str]


class Upkeep:
    """What is not weighing; each method answers one command with its line or lines."""

    def __init__(self, balance: Balance, world: World) -> None:
        self._balance = balance
        self._world = world
        self.shown: str | None = None  # a text in place of the weight
        self.keys = 2
        self.on = True

    def show(self, rest: str) -> str:
        """Show a text in place of the weight (`D`)."""
        found = _TEXT.fullmatch(rest)
        if found is None:
            return "D L"
        self.shown = found[1]
        return "D A"

    def lock(self, rest: str) -> str:
        """Say what keys do (`K`): 1 as usual, 2 as usual and silent, 3 nothing but telling, 4 both."""
        if rest not in ("1", "2", "3", "4"):
            return "K L"
        self.keys = int(rest)
        return "K A"

    def inside(self, name: str, *, adjust: bool) -> Answer:
        """Adjust, or test, with the weight inside (`C1`, `C3`, `TST1`, `TST3`)."""
        yield f"{name} B"
        if not self._empty():
            return f"{name} I"
        yield self._now() + _ADJUSTMENT_NS
        off = self._balance.curve_g(self._balance.full_g, self._world.excess_c(self._now()))
        if not adjust:
            return f'{name} A "{off:10.5f} g"'
        self._world.before_change()
        self._balance.adjust(self._now())
        return f"{name} A"

    def outside(self, name: str, *, adjust: bool) -> Answer:
        """Adjust, or test, with a weight that a person puts down when asked (`C2`, `TST2`)."""
        yield f"{name} B"
        full = self._balance.full_g
        told = 0.0
        for wanted in (full, 0.0):
            yield f'{name} "{wanted:10.4f} g"'
            end = self._now() + _LOAD_NS
            while not self._lies(wanted):
                if self._now() >= end:
                    return f"{name} I"
                yield (self._now() // TICK_NS + 2) * TICK_NS
            if wanted:
                told = self._balance.net_g(self._now()) - wanted
        if not adjust:
            return f'{name} A "{told:10.5f} g"'
        self._world.before_change()
        self._balance.adjust(self._now())
        return f"{name} A"

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"shown": self.shown, "keys": self.keys, "on": self.on}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.shown, self.keys = state["shown"], state["keys"]
        self.on = state["on"]

    def _now(self) -> int:
        return self._world.time_ns()

    def _empty(self) -> bool:
        return abs(self._balance.net_g(self._now())) <= 0.02 * self._balance.full_g

    def _lies(self, wanted: float) -> bool:
        near = abs(self._balance.net_g(self._now()) - wanted) <= 0.02 * self._balance.full_g
        return near and self._balance.stable(self._now())
