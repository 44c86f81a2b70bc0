"""The physics of an elastic pressure gauge: curve, hysteresis, creep, noise, resolution."""

from __future__ import annotations

import math
from functools import cached_property
from typing import cast

from calibrator_sim._units import MeterUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.nodes._paths import play
from calibrator_sim.nodes.pressure import Domain

__all__ = ["FUNCTION", "ElasticGauge"]

FUNCTION = "pressure_gauge"
_PLAY = 0.1  # of full scale: how far a reversal must go until the element has turned
_CREEP = 1e-4  # of a step, each decade of 10 s
_NOISE = 2e-6  # of full scale
_STICKS = 1e-3  # of full scale: a pointer before it is tapped, at most


class ElasticGauge:
    """What a sensor on a pressure node indicates."""

    def __init__(self, name: str, unit: MeterUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self.full_scale_pa = unit.table.span(FUNCTION)[1]
        self._world = world

    @cached_property
    def _domain(self) -> Domain:
        return cast("Domain", self._world.domain("pressure"))

    def pressure_pa(self, ns: int) -> float:
        """Return the true gauge pressure at its reference level."""
        return self._domain.gauge_pa(self.name, ns)

    def error_pa(self, gauge_pa: float, ns: int) -> float:
        """Return the error of its curve at a true pressure and moment, without hysteresis and creep."""
        seconds = ns / 1e9
        curve = self.unit.curve(FUNCTION, self.full_scale_pa)
        return curve.error(gauge_pa, seconds, self._world.excess_c(ns), 0.0)

    def hysteresis_pa(self, ns: int) -> float:
        """Return what its past adds: low on the way up, high on the way down, most in mid scale."""
        trail = self._domain.trail(self.name, ns)
        width = _PLAY * self.full_scale_pa
        share = max(0.0, min(1.0, trail[-1] / self.full_scale_pa))
        return self.hysteresis_most_pa() * math.sin(math.pi * share) * play(trail, width)

    def hysteresis_most_pa(self) -> float:
        """Return the half-width of its loop in mid scale: up to a third of its figure."""
        row = self.unit.row(FUNCTION, self.full_scale_pa)
        figure = row.coef_range_ppm * 1e-6 * self.full_scale_pa + row.floor
        drawn = self._world.draws.unit("hysteresis", self.unit.config.serial)
        return self._world.effects.hysteresis * figure / 3.0 * (0.5 + 0.5 * drawn)

    def sensed(self, ns: int) -> dict[str, float]:
        """Return the error of its curve, what lags behind, and what creeps, as truths of the node."""
        return {
            "error_pa": self.error_pa(self.pressure_pa(ns), ns),
            "lag_pa": self.hysteresis_pa(ns),
            "creep_pa": self.creep_pa(ns),
        }

    def creep_pa(self, ns: int) -> float:
        """Return what it went on to move since the last step."""
        elapsed, step = self._domain.step(self.name, ns)
        return self._world.effects.creep * _CREEP * step * math.log10(1.0 + elapsed / 10.0)

    def came(self, ns: int) -> tuple[int, float]:
        """Return the moment (ms) of the last change of its pressure, and how far that went (Pa)."""
        elapsed, step = self._domain.step(self.name, ns)
        return round(ns / 1e6 - elapsed * 1e3), step

    def sticks_pa(self, step_pa: float) -> float:
        """Return where a pointer stands that came by a step and was not tapped, from where it would rest."""
        if not step_pa:
            return 0.0
        drawn = 0.5 + 0.5 * self._world.draws.unit("friction", self.unit.config.serial)
        return -math.copysign(self._world.effects.friction * _STICKS * self.full_scale_pa * drawn, step_pa)

    def indicated_pa(self, ns: int, resolution_pa: float) -> float:
        """Return what it shows."""
        true = self.pressure_pa(ns)
        key = ("gauge", self.unit.config.serial, ns)
        noise = self._world.effects.noise * _NOISE * self.full_scale_pa * self._world.draws.normal(*key)
        drifted = self._world.drift(self.name, ns) * true
        shown = true + self.error_pa(true, ns) + self.hysteresis_pa(ns) + self.creep_pa(ns) + noise + drifted
        if not self._world.effects.quantisation or resolution_pa <= 0.0:
            return shown
        return round(shown / resolution_pa) * resolution_pa
