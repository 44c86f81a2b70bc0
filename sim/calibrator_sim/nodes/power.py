"""The power path: a mains, a load that lives, and the energy that passes.

Power is a constant with sines and steps upon it, so that energy is known in closed form (sines) and by a sum
over steps of twenty seconds. Formulas and magnitudes: docs/simulated-bench.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from calibrator_sim._read import Table

if TYPE_CHECKING:
    from calibrator_sim._config_types import NodeConfig
    from calibrator_sim.instruments import World

__all__ = ["Domain", "Line", "Moment", "PowerSource"]

_SECOND = 1_000_000_000
_SINES = ((37.0, 0.5), (211.0, 0.7))  # period in s, share of the variation
_STEP_S = 20.0
_STEP_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of a power node: mains and load."""

    voltage_v: float
    current_a: float
    power_factor: float
    frequency_hz: float
    variation: float  # standard deviation of the power, relative


@dataclass(frozen=True, slots=True)
class Moment:
    """Means over an interval, as meters form them."""

    voltage_v: float
    current_a: float
    active_w: float
    power_factor: float
    frequency_hz: float

    @property
    def apparent_va(self) -> float:
        """Volts times amperes."""
        return self.voltage_v * self.current_a


@runtime_checkable
class PowerSource(Protocol):
    """An instrument that gives volts and amperes to a node, in place of mains and load."""

    def power(self, ns: int) -> tuple[float, float, float, float]:
        """Return volts, amperes, power factor and hertz at a moment."""
        ...

    def passed_j(self, ns: int) -> float:
        """Return the energy that it has given up to a moment."""
        ...


class Domain:
    """The power nodes of a bench."""

    KEYS: ClassVar[tuple[str, ...]] = ("voltage_v", "current_a", "power_factor", "frequency_hz", "variation")

    def __init__(self, world: World) -> None:
        self._world = world
        # draws that are asked for thousands of times a run: caches, no state
        self._sums: dict[str, list[float]] = {}  # of the steps before each one
        self._heights: dict[str, list[float]] = {}
        self._phases: dict[str, tuple[float, ...]] = {}

    @staticmethod
    def figures(entry: Table) -> Line:
        """Take the figures of a node."""
        return Line(
            entry.number("voltage_v", 230.0, low=0.0, high=1000.0),
            entry.number("current_a", 5.0, low=0.0, high=10_000.0),
            entry.number("power_factor", 1.0, low=-1.0, high=1.0),
            entry.number("frequency_hz", 50.0, low=1.0, high=1000.0),
            entry.number("variation", 0.005, low=0.0, high=0.3),
        )

    def node_of(self, meter: str) -> NodeConfig | None:
        """Return the node that a meter is joined to now."""
        return next(iter(self._world.connected(meter, "power")), None)

    def energy_j(self, node: NodeConfig, ns: int) -> float:
        """Return the energy that has passed since the bench's start."""
        if (source := self._source(node)) is not None:
            return source.passed_j(ns)
        line = _line(node)
        seconds = ns / _SECOND
        wobble = (
            self._sines(node.name, seconds) - self._sines(node.name, 0.0) + self._steps(node.name, seconds)
        )
        variation = self._world.effects.load_variation * line.variation
        return line.voltage_v * line.current_a * line.power_factor * (seconds + variation * wobble)

    def mean(self, node: NodeConfig, start_ns: int, end_ns: int) -> Moment:
        """Return the means over an interval; with no length, over its last millisecond."""
        line, source = _line(node), self._source(node)
        begin = min(start_ns, end_ns - _SECOND // 1000)
        watts = (self.energy_j(node, end_ns) - self.energy_j(node, begin)) / ((end_ns - begin) / _SECOND)
        if source is not None:
            volts, amperes, factor, hertz = source.power(end_ns)
            return Moment(volts, amperes, watts, factor, hertz)
        factor = line.power_factor
        volts = line.voltage_v
        amperes = watts / (volts * factor) if volts and factor else line.current_a
        wander = 0.01 * math.sin(2.0 * math.pi * end_ns / _SECOND / 313.0)
        return Moment(volts, amperes, watts, factor, line.frequency_hz + wander)

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return the true quantities of a node, means over the last second, and its energy."""
        found = self.mean(node, ns - _SECOND, ns)
        return {
            "voltage_v": found.voltage_v,
            "current_a": found.current_a,
            "active_w": found.active_w,
            "power_factor": found.power_factor,
            "energy_wh": self.energy_j(node, ns) / 3600.0,
        }

    def _source(self, node: NodeConfig) -> PowerSource | None:
        device = self._world.devices.get(node.source)
        if device is None:
            return None
        return device if isinstance(device, PowerSource) else None

    def save(self) -> dict[str, Any]:
        """Return nothing: a load is a function of time."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take nothing."""

    def _sines(self, name: str, seconds: float) -> float:
        """Return the integral of the sines of a load."""
        if (phases := self._phases.get(name)) is None:
            drawn = [self._world.draws.unit("load", name, period) for period, _ in _SINES]
            phases = self._phases[name] = tuple(2.0 * math.pi * each for each in drawn)
        total = 0.0
        for (period, share), phase in zip(_SINES, phases, strict=True):
            omega = 2.0 * math.pi / period
            total -= math.sqrt(2.0) * share / omega * math.cos(omega * seconds + phase)
        return total

    def _steps(self, name: str, seconds: float) -> float:
        """Return the integral of the steps of a load since the start."""
        sums = self._sums.setdefault(name, [0.0])
        whole = max(0, int(seconds // _STEP_S))
        while len(sums) <= whole:
            sums.append(sums[-1] + self._height(name, len(sums) - 1) * _STEP_S)
        return sums[whole] + self._height(name, whole) * (seconds - whole * _STEP_S)

    def _height(self, name: str, step: int) -> float:
        heights = self._heights.setdefault(name, [])
        while len(heights) <= step:
            heights.append(_STEP_SHARE * self._world.draws.normal("load step", name, len(heights)))
        return heights[step]


def _line(node: NodeConfig) -> Line:
    assert isinstance(node.figures, Line)
    return node.figures
