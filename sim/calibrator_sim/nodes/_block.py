"""A block or bath: its temperature as a trajectory in closed form since its last change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from calibrator_sim.nodes._paths import approach, remember

__all__ = ["Block", "BlockModel", "BlockState"]

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BlockModel:
    """How a kind of block or bath moves; rates in K/min."""

    up: float
    down: float
    cold: float  # below 23 degC
    tau_s: float
    overshoot_k: float
    cool_tau_s: float  # with its heater off
    well_mm: float = 150.0


@dataclass(slots=True)
class BlockState:
    """What a snapshot must hold."""

    control: bool = False
    start_c: float = 23.0
    target_c: float = 23.0
    rate: float = 1.0  # K/s
    changed_ns: int = 0
    trail: list[float] = field(default_factory=lambda: [23.0])


class Block:
    """The metal of a well, or the fluid of a bath."""

    def __init__(self, model: BlockModel, room_c: float) -> None:
        self.model = model
        self.room_c = room_c
        self.state = BlockState(start_c=room_c, target_c=room_c, trail=[room_c])
        self._past: list[BlockState] = []  # what was before each change, so that truth can be asked for later

    def at(self, ns: int) -> BlockState:
        """Return the state that held at a moment."""
        if ns >= self.state.changed_ns:
            return self.state
        return next((state for state in reversed(self._past) if ns >= state.changed_ns), self.state)

    def level(self, ns: int) -> float:
        """Return the temperature at a moment, without ripple."""
        state = self.at(ns)
        elapsed = max(0.0, (ns - state.changed_ns) / _SECOND)
        if not state.control:
            fallen = math.exp(-elapsed / self.model.cool_tau_s)
            return self.room_c + (state.start_c - self.room_c) * fallen
        step = abs(state.target_c - state.start_c)
        beyond = min(self.model.overshoot_k, 0.02 * step)
        tau = self.model.tau_s
        return approach(elapsed, state.start_c, state.target_c, rate=state.rate, tau_s=tau, beyond=beyond)

    def go(self, ns: int, target_c: float, fastest: float | None) -> None:
        """Control towards a temperature, at most at `fastest` K/min."""
        self._turn(ns)
        state, model = self.state, self.model
        rate = model.up if target_c > state.start_c else model.down if target_c >= 23.0 else model.cold
        state.rate = (rate if fastest is None else min(rate, fastest)) / 60.0
        state.control, state.target_c = True, target_c

    def off(self, ns: int) -> None:
        """Switch heating and cooling off: it goes to the room's temperature."""
        self._turn(ns)
        self.state.control = False

    def trail(self, ns: int) -> list[float]:
        """Return the turning points of the temperature, the present one last."""
        return remember(self.at(ns).trail, self.level(ns))

    def reaches(self, ns: int, level_c: float) -> int | None:
        """Return when it rises above a temperature after `ns`, None where it does not."""
        high = ns + 86_400 * _SECOND
        if self.state.target_c <= level_c or self.level(high) <= level_c:
            return None
        low = ns
        while high - low > _SECOND // 1000:
            middle = (low + high) // 2
            low, high = (middle, high) if self.level(middle) <= level_c else (low, middle)
        return high

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {**asdict(self.state), "past": [asdict(state) for state in self._past]}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self._past = [_state(past) for past in state["past"]]
        self.state = _state({key: value for key, value in state.items() if key != "past"})

    def _turn(self, ns: int) -> None:
        reached, trail = self.level(ns), self.trail(ns)
        self._past.append(self.state)
        self.state = replace(self.state, trail=trail, start_c=reached, changed_ns=ns)


def _state(held: Mapping[str, Any]) -> BlockState:
    return BlockState(**{**held, "trail": list(held["trail"])})
