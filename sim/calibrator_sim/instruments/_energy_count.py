"""What every energy meter does on a power node: it counts with its own error, and gives pulses."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from calibrator_sim._units import MeterUnit
from calibrator_sim.nodes.electrical import DETACHED, Feed
from calibrator_sim.nodes.power import Domain

if TYPE_CHECKING:
    from calibrator_sim._config_types import NodeConfig
    from calibrator_sim.instruments._device import World

__all__ = ["EnergyCount"]

_SECOND = 1_000_000_000
_PULSE_V = 2.5  # rms of a square wave between 0 and 5 V


@dataclass(frozen=True, slots=True)
class EnergyCount:
    """The count of one meter: a function of time and of the node that it is joined to, no state.

    Args:
        name: of the meter on the bench.
        unit: its own error.
        world: what it is in.
        pulses_per_kwh: its constant.
        phase_rad: bound of the phase error between its voltage and its current.
    """

    name: str
    unit: MeterUnit
    world: World
    pulses_per_kwh: float
    phase_rad: float

    @property
    def domain(self) -> Domain:
        """The power nodes of the bench."""
        return cast("Domain", self.world.domain("power"))

    @property
    def node(self) -> NodeConfig | None:
        """The node that the meter is joined to now."""
        return self.domain.node_of(self.name)

    def gain(self, power_factor: float) -> float:
        """Return its relative error at a power factor: own gain, phase, and the room."""
        world, moment = self.world, self.world.time_ns()
        row = self.unit.curve("energy", 1e9, 50.0)
        own = row.gain + row.gain_per_c * world.excess_c(moment) + world.drift(self.name, moment)
        angle = math.acos(max(-1.0, min(1.0, power_factor)))
        shift = world.effects.phase * self.phase_rad * world.draws.uniform("phase", self.unit.config.serial)
        return own - shift * math.tan(angle) if abs(power_factor) > 1e-3 else own

    def counted_wh(self, ns: int) -> float:
        """Return what it has counted since the bench's start."""
        node = self.node
        if node is None:
            return 0.0
        factor = self.domain.mean(node, ns - _SECOND, ns).power_factor
        return self.domain.energy_j(node, ns) / 3600.0 * (1.0 + self.gain(factor))

    def pulses(self, ns: int) -> int:
        """Return how many pulses its output has given since the bench's start."""
        counted = self.counted_wh(ns) * 1e-3 * self.pulses_per_kwh
        whole, node = int(counted), self.node
        jitter_s = self.world.effects.jitter * self.unit.unit.pulse_jitter_s
        if not jitter_s or node is None:
            return whole
        watts = self.domain.mean(node, ns - _SECOND, ns).active_w
        per_s = watts * self.pulses_per_kwh / 3.6e6
        if per_s <= 0.0:
            return whole
        late_s = [jitter_s * self.world.draws.uniform("jitter", self.name, whole + i) for i in (0, 1)]
        if whole and counted - whole < late_s[0] * per_s:
            return whole - 1  # the last one is not there yet
        return whole + 1 if whole + 1 - counted <= -late_s[1] * per_s else whole

    def feed(self, ns: int) -> Feed:
        """Return what its pulse output gives to a counter: a square wave at the rate of its pulses."""
        node = self.node
        if node is None:
            return DETACHED
        true = self.domain.mean(node, ns - _SECOND, ns)
        watts = true.active_w * (1.0 + self.gain(true.power_factor))
        hertz = watts * self.pulses_per_kwh / 3.6e6
        return Feed(voltage_v=_PULSE_V, frequency_hz=hertz, crest=1.0, offset_v=_PULSE_V)

    def true_error(self, value: float, ns: int) -> float:
        """Return the error of an energy (Wh) at the power factor of its load, 1 where it has none."""
        node = self.node
        factor = 1.0 if node is None else self.domain.mean(node, ns - _SECOND, ns).power_factor
        return value * self.gain(factor)
