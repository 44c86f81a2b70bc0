"""The physics of a well or bath as an instrument: display, control, cut-out, ripple."""

from __future__ import annotations

import math

from calibrator_drivers.accuracy import AccuracyError
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._error_curve import ErrorCurve
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes._block import Block, BlockModel, BlockState
from calibrator_sim.nodes._paths import play

__all__ = ["DISPLAY", "Heated", "Heater"]

DISPLAY = "block_display"
_SECOND = 1_000_000_000
_TICK_NS = 5 * _SECOND
_RIPPLE_S = 600.0
_PLAY_K = 20.0
_MOST_KEPT = 4096  # figures, and moments of one state


class Heater:
    """A block whose controller trusts its own sensor."""

    def __init__(self, unit: StandardUnit, world: World, model: BlockModel) -> None:
        self.unit = unit
        self.span_c = unit.table.span(DISPLAY)
        self.block = Block(model, world.config.room.temperature_c)
        self.world = world
        self._curve = ErrorCurve(unit, DISPLAY)
        self.tripped = False
        self.trip_ns: int | None = None
        self.upset: Upset[float] = Upset(unit.config.name, world)
        # The probes of a well and the truth of each ask for the same temperatures at the same moment.
        self._figures: dict[tuple[str, float], float] = {}
        self._known: dict[int, float] = {}
        self._known_of: BlockState = self.block.state

    def error_k(self, celsius: float) -> float:
        """Return true minus displayed temperature."""
        return self._curve.at(celsius)

    def figure(self, function: str, celsius: float) -> float:
        """Return a figure of the accuracy table; 0 where it has none."""
        low, high = self.span_c
        asked = (function, min(max(celsius, low), high))
        found = self._figures.get(asked)
        if found is None:
            if len(self._figures) >= _MOST_KEPT:
                self._figures.clear()
            found = self._figures[asked] = self._figure(*asked)
        return found

    def true_c(self, ns: int) -> float:
        """Return the true temperature at the bottom of the first boring."""
        self.observe(ns)
        if self._known_of is not self.block.state or len(self._known) >= _MOST_KEPT:
            self._known_of, self._known = self.block.state, {}
        found = self._known.get(ns)
        if found is None:
            found = self._known[ns] = self._level(ns) + self._ripple_k(ns) + self._loop_k(ns)
        return found

    def displayed_c(self, ns: int) -> float:
        """Return what its own sensor shows."""
        level = self._level(ns)
        if self.upset.beyond():
            return 1.25 * self.span_c[1]  # its sensor is open
        shown = level - self.error_k(level) + self._ripple_k(ns)
        return self.upset.shown(shown * (1.0 + self.world.drift(self.unit.config.name, ns)))

    def display_error_k(self, ns: int) -> float:
        """Return what its display shows less the true temperature, by the way it came."""
        return -self.error_k(self._level(ns)) - self._loop_k(ns)

    def go(self, set_point_c: float, fastest: float | None, cut_out_c: float) -> None:
        """Control towards a display of `set_point_c`; the cut-out trips when the display passes it."""
        now = self.world.time_ns()
        self.observe(now)
        self.block.go(now, set_point_c + self.error_k(set_point_c), fastest)
        self.trip_ns = self.block.reaches(now, cut_out_c + self.error_k(cut_out_c))

    def off(self) -> None:
        """Switch heating and cooling off."""
        now = self.world.time_ns()
        self.observe(now)
        self.block.off(now)
        self.trip_ns = None

    def observe(self, ns: int) -> None:
        """Let the cut-out act if its moment has passed."""
        if self.trip_ns is not None and ns >= self.trip_ns:
            self.block.off(self.trip_ns)
            self.tripped, self.trip_ns = True, None

    def steady(self, ns: int, band_k: float, seconds: float) -> bool:
        """Say whether it has been within a band of its target for some time."""
        state = self.block.state
        if not state.control or ns - state.changed_ns < seconds * _SECOND:
            return False
        moments = [ns - round(seconds * _SECOND * part / 6.0) for part in range(7)]
        return all(abs(self.block.level(moment) - state.target_c) <= band_k for moment in moments)

    def _figure(self, function: str, celsius: float) -> float:
        try:
            return self.unit.table.limit(function, celsius).half_width
        except AccuracyError:
            return 0.0

    def _level(self, ns: int) -> float:
        self.observe(ns)
        return self.block.level(ns)

    def _ripple_k(self, ns: int) -> float:
        if not self.block.at(ns).control:
            return 0.0
        draws, serial = self.world.draws, self.unit.config.serial
        amount = self.world.effects.noise * self.figure("block_stability", self.block.level(ns)) / 2.0
        phase = 2.0 * math.pi * (ns / _SECOND / _RIPPLE_S + draws.unit("ripple", serial))
        return amount * (0.7 * math.sin(phase) + 0.15 * draws.normal("block", serial, ns // _TICK_NS))

    def _loop_k(self, ns: int) -> float:
        """Return how far the block lags behind its sensor by the way it came."""
        figure = self.figure("block_hysteresis", self.block.level(ns))
        if not figure:
            return 0.0
        return self.world.effects.hysteresis * figure / 2.0 * play(self.block.trail(ns), _PLAY_K)


class Heated:
    """What a well and a bath tell of the block or fluid that their heater works on."""

    heater: Heater

    @property
    def block(self) -> Block:
        """The metal of a well, or the fluid of a bath."""
        return self.heater.block

    @property
    def span_c(self) -> tuple[float, float]:
        """The lowest and the highest temperature."""
        return self.heater.span_c

    def figure(self, function: str, celsius: float) -> float:
        """Return a figure of its accuracy table; 0 where it has none."""
        return self.heater.figure(function, celsius)

    def true_block_c(self, ns: int) -> float:
        """Return the temperature where it counts, ripple included: in the first boring, or the fluid."""
        return self.heater.true_c(ns)
