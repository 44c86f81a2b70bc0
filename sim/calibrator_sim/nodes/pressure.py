"""The pressure path: a controller's line, its manifold, gauges at their heights, and the air around.

A line is a trajectory in closed form since its last change, so that an hour costs as little as a second.
Formulas and magnitudes: docs/simulated-bench.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from calibrator_sim._read import Table
from calibrator_sim.nodes._paths import approach, arrival_s, remember

if TYPE_CHECKING:
    from calibrator_sim._config_types import NodeConfig
    from calibrator_sim.instruments import World

__all__ = ["Domain", "Line", "LineState", "Manifold", "PressureSource", "Sensor", "head_pa"]

_SECOND = 1_000_000_000
_G = 9.80665
_R = 8.314462618
_MOLAR = {"nitrogen": 0.0280134, "air": 0.0289652}
_LIQUID = {"oil": 914.0, "water": 998.2}  # kg/m3 at 20 degC: dioctyl sebacate (memory), water (seen)
_THERMAL_S = 10.0  # gas and walls of a manifold come to one temperature
_ADIABATIC = 0.015 * (1.0 - 1.0 / 1.4)  # of ln(p2/p1): walls take the rest of the heat at once (M)
_OVERSHOOT = 0.002  # of a step
_HALF_DAY_S = 43_200.0
_AIR_SWING_PA = 100.0  # 0.5 hPa an hour at the steepest


@dataclass(frozen=True, slots=True)
class Manifold:
    """The figures of a pressure node."""

    medium: str
    leak_per_min: tuple[float, float]  # fraction of the gauge pressure, estimate and half-width
    heights_m: Mapping[str, float]  # of an instrument's reference level above the source's
    pressure_pa: float = 0.0  # gauge, where no instrument sets it


@dataclass(slots=True)
class LineState:
    """What a snapshot must hold; gauge pressures in Pa."""

    mode: str = "vented"  # "vented", "control", "vent", "hold"
    start_pa: float = 0.0
    target_pa: float = 0.0
    slew: float = 1.0  # Pa/s
    overshoot: bool = False
    changed_ns: int = 0
    theta: float = 0.0  # relative excess of the gas's temperature at `changed_ns`
    leak_per_s: float = 0.0
    air_pa: float = 101_325.0
    trail: list[float] = field(default_factory=lambda: [0.0])  # turning points that are not forgotten


class Line:
    """The gas between a controller and what hangs on it; `tau_s` is how it closes in on a set-point."""

    def __init__(self, tau_s: float) -> None:
        self.state = LineState()
        self._tau_s = tau_s

    def pressure(self, ns: int) -> float:
        """Return the gauge pressure at the source's level."""
        state, elapsed = self.state, self.elapsed_s(ns)
        if state.mode == "hold":
            gas = (state.start_pa + state.air_pa) * self._cooled(elapsed)
            return (gas - state.air_pa) * math.exp(-state.leak_per_s * elapsed)
        return self._approach(elapsed)

    def elapsed_s(self, ns: int) -> float:
        """Return the seconds since the last change."""
        return max(0.0, (ns - self.state.changed_ns) / _SECOND)

    def go(self, ns: int, target_pa: float, slew: float, *, overshoot: bool, mode: str) -> None:
        """Control towards a pressure, or vent towards that of the air."""
        self._turn(ns)
        state = self.state
        state.mode, state.target_pa, state.slew, state.overshoot = mode, target_pa, slew, overshoot

    def hold(self, ns: int, leak_per_s: float, air_pa: float, adiabatic: float) -> None:
        """Close the line: it leaks, and gas that was compressed fast cools."""
        theta = self._theta(ns, air_pa) * adiabatic
        self._turn(ns)
        state = self.state
        state.mode, state.target_pa = "hold", state.start_pa
        state.leak_per_s, state.air_pa, state.theta = leak_per_s, air_pa, theta

    def vented(self, ns: int) -> None:
        """Open the line to the air."""
        self._turn(ns)
        self.state.mode, self.state.start_pa, self.state.target_pa = "vented", 0.0, 0.0
        self.state.trail = remember(self.state.trail, 0.0)

    def trail(self, ns: int) -> list[float]:
        """Return the turning points of the pressure, the present one last."""
        peaks = list(self.state.trail)
        if self.state.overshoot and self.state.mode == "control":
            moments = [self._arrival_s() + step * self._tau_s for step in range(2, 15)]
            farthest = max(moments, key=lambda moment: abs(self._approach(moment) - self.state.start_pa))
            if self.elapsed_s(ns) > farthest:
                peaks = remember(peaks, self._approach(farthest))
        return remember(peaks, self.pressure(ns))

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return asdict(self.state)

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.state = LineState(**{**state, "trail": list(state["trail"])})

    def _turn(self, ns: int) -> None:
        reached, trail = self.pressure(ns), self.trail(ns)
        self.state.trail, self.state.start_pa, self.state.changed_ns = trail, reached, ns

    def _arrival_s(self) -> float:
        state = self.state
        return arrival_s(state.start_pa, state.target_pa, state.slew, self._tau_s)

    def _approach(self, elapsed: float) -> float:
        state = self.state
        beyond = _OVERSHOOT * abs(state.target_pa - state.start_pa) if state.overshoot else 0.0
        return approach(
            elapsed, state.start_pa, state.target_pa, rate=state.slew, tau_s=self._tau_s, beyond=beyond
        )

    def _cooled(self, elapsed: float) -> float:
        theta = self.state.theta
        return (1.0 + theta * math.exp(-elapsed / _THERMAL_S)) / (1.0 + theta)

    def _theta(self, ns: int, air_pa: float) -> float:
        """Return how much warmer than the walls the gas is, relative, as the last movement left it."""
        state, elapsed = self.state, self.elapsed_s(ns)
        left = state.theta * math.exp(-elapsed / _THERMAL_S)
        moving = min(elapsed, self._arrival_s() + self._tau_s)
        if state.mode not in ("control", "vent") or moving <= 0.0:
            return left
        ratio = max(self.pressure(ns) + air_pa, 1.0) / max(state.start_pa + air_pa, 1.0)
        kept = _THERMAL_S / moving * (1.0 - math.exp(-moving / _THERMAL_S))
        return left + _ADIABATIC * math.log(ratio) * kept * math.exp(-(elapsed - moving) / _THERMAL_S)


def head_pa(gauge_pa: float, air_pa: float, height_m: float, medium: str, kelvin: float) -> float:
    """Return what a column of gas or liquid takes away at a height (EURAMET cg-17: (rho - rho_air) g h).

    Example:
        >>> round(head_pa(700e3, 101_325.0, 0.1, "nitrogen", 293.15), 1)
        7.9
    """
    gas = _LIQUID.get(medium) or (gauge_pa + air_pa) * _MOLAR[medium] / (_R * kelvin)
    air = air_pa * _MOLAR["air"] / (_R * kelvin)
    return (gas - air) * _G * height_m


@runtime_checkable
class PressureSource(Protocol):
    """An instrument that sets the pressure of a node."""

    line: Line

    def true_pressure_pa(self, ns: int) -> float:
        """Return the gauge pressure at its port, control noise included."""
        ...

    def error_pa(self, gauge_pa: float) -> float:
        """Return true minus indicated pressure."""
        ...


@runtime_checkable
class Channels(Protocol):
    """An instrument with several lines; a node says which by `NAME:CHANNEL`, the first where it does not."""

    def channel(self, terminal: str) -> PressureSource:
        """Return what sets the pressure at a terminal."""
        ...


@runtime_checkable
class Sensor(Protocol):
    """An instrument on a pressure node whose own errors are known."""

    def sensed(self, ns: int) -> Mapping[str, float]:
        """Return the parts of its error at a moment, by name with unit."""
        ...


@dataclass(frozen=True, slots=True)
class _Role:
    """What an instrument is on a pressure node."""

    channels: Channels | None
    source: PressureSource | None
    sensor: Sensor | None


class Domain:
    """The pressure nodes of a bench."""

    KEYS: ClassVar[tuple[str, ...]] = ("medium", "leak_per_min", "heights_m", "pressure_pa")

    def __init__(self, world: World) -> None:
        self._world = world
        self._roles: dict[str, _Role] = {}

    @staticmethod
    def figures(entry: Table) -> Manifold:
        """Take the figures of a node."""
        heights = entry.table("heights_m")
        return Manifold(
            entry.choice("medium", "nitrogen", (*_MOLAR, *_LIQUID)),
            entry.figure("leak_per_min", 0.0002, 0.0001),
            {name: heights.number(name, 0.0, low=-100.0, high=100.0) for name in heights.values},
            entry.number("pressure_pa", 0.0, low=-101_325.0, high=1e9),
        )

    def air_pa(self, ns: int) -> float:
        """Return the pressure of the air."""
        world = self._world
        phase = 2.0 * math.pi * (ns / _SECOND / _HALF_DAY_S + world.draws.unit("air"))
        swing = world.effects.barometer * _AIR_SWING_PA * math.sin(phase)
        return world.room(ns)["pressure_pa"] + swing

    def leak_per_s(self, source: str, terminal: str = "") -> float:
        """Return the leak rate of a source's line as it is connected now."""
        for node in self._world.connected(source, "pressure"):
            if terminal and _terminal(node, source) != terminal:
                continue
            manifold = _manifold(node)
            value, half = manifold.leak_per_min
            drawn = value + half * self._world.draws.uniform("leak", node.name)
            return self._world.effects.line_leak * max(0.0, drawn) / 60.0
        return 0.0

    def gauge_pa(self, name: str, ns: int) -> float:
        """Return the gauge pressure at an instrument's reference level; 0 where it is open to the air."""
        for node in self._world.connected(name, "pressure"):
            if (source := self._source(node)) is not None:
                return self._at(name, node, source.true_pressure_pa(ns), ns)
            return self._at(name, node, _manifold(node).pressure_pa, ns)
        return 0.0

    def trail(self, name: str, ns: int) -> list[float]:
        """Return the turning points of the pressure that an instrument has felt."""
        for node in self._world.connected(name, "pressure"):
            if (source := self._source(node)) is not None:
                return source.line.trail(ns)
            return [_manifold(node).pressure_pa]
        return [0.0]

    def step(self, name: str, ns: int) -> tuple[float, float]:
        """Return seconds since the last change of an instrument's pressure, and how far it went (Pa)."""
        for node in self._world.connected(name, "pressure"):
            if (source := self._source(node)) is not None:
                state = source.line.state
                return source.line.elapsed_s(ns), source.line.pressure(ns) - state.start_pa
        return 0.0, 0.0

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return the true pressures of a node, and how far its controller and its sensors are off."""
        air = self.air_pa(ns)
        source = self._source(node)
        gauge = _manifold(node).pressure_pa if source is None else source.true_pressure_pa(ns)
        truth = {"gauge_pressure_pa": gauge, "absolute_pressure_pa": gauge + air, "air_pressure_pa": air}
        if source is not None:
            truth[f"{node.source}_error_pa"] = source.error_pa(gauge)
        for name in (member.instrument for member in node.members if member.instrument != node.source):
            truth[f"{name}_gauge_pressure_pa"] = self._at(name, node, gauge, ns)
            if (sensor := self._role(name).sensor) is not None:
                truth |= {f"{name}_{key}": value for key, value in sensor.sensed(ns).items()}
        return truth

    def save(self) -> dict[str, Any]:
        """Return nothing: the sources keep their lines."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take nothing."""

    def _source(self, node: NodeConfig) -> PressureSource | None:
        role = self._role(node.source)
        return role.source if role.channels is None else role.channels.channel(_terminal(node, node.source))

    def _role(self, name: str) -> _Role:
        """Return what an instrument is to this domain, found out once: instruments last as the bench does."""
        role = self._roles.get(name)
        if role is None:
            device = self._world.devices.get(name)
            role = self._roles[name] = _Role(
                device if isinstance(device, Channels) else None,
                device if isinstance(device, PressureSource) else None,
                device if isinstance(device, Sensor) else None,
            )
        return role

    def _at(self, name: str, node: NodeConfig, gauge_pa: float, ns: int) -> float:
        manifold = _manifold(node)
        height = manifold.heights_m.get(name, 0.0)
        if not height:
            return gauge_pa
        kelvin = 296.15 + self._world.excess_c(ns)
        column = head_pa(gauge_pa, self.air_pa(ns), height, manifold.medium, kelvin)
        return gauge_pa - self._world.effects.head * column


def _terminal(node: NodeConfig, instrument: str) -> str:
    found = next((member.terminal for member in node.members if member.instrument == instrument), "")
    return found or "1"


def _manifold(node: NodeConfig) -> Manifold:
    assert isinstance(node.figures, Manifold)
    return node.figures
