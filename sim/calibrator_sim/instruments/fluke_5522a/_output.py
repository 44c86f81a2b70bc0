"""The physics of a 5522A's output: what its terminals give at a moment."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from calibrator_drivers.accuracy import AccuracyError
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments.fluke_5522a._faults import FaultError
from calibrator_sim.nodes import electrical
from calibrator_sim.nodes.electrical import DETACHED, Feed, compliance_voltage

__all__ = ["HAZARD_V", "Output", "OutputState"]

_SECOND = 1_000_000_000
HAZARD_V = 33.0
_TAU_S = 0.25
_DECAY_S = 0.002  # terminals after standby
_SETTLED = 0.01  # of the limit is left when the instrument says that it has settled
_RELAY_S = 0.1
_WIRE4_BELOW_OHM = 110e3
_AUX_MOST_A = 2.99999


@dataclass(slots=True)
class OutputState:
    """What a snapshot must hold."""

    function: str = "dcv"  # "dcv", "dci", "res4w"
    value: float = 0.0  # as programmed, in the function's unit
    operating: bool = False
    start: float = 0.0  # level at `changed_ns`
    target: float = 0.0  # true level that it goes to
    changed_ns: int = 0
    settled_ns: int = 0
    compensation: str = "NONE"
    limit_v: tuple[float, float] = (1020.0, -1020.0)
    limit_a: tuple[float, float] = (20.5, -20.5)


class Output:
    """The output stage of one calibrator."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self.state = OutputState()
        self._world = world

    def program(self, function: str, value: float) -> None:
        """Set a value; a change of function or from below to above 33 V drops to standby first.

        Raises:
            FaultError: outside the entry limits or the instrument's ranges.
        """
        value = self._checked(function, value)
        state = self.state
        self._world.before_change()
        crossing = function == "dcv" and abs(value) > HAZARD_V >= abs(state.value)
        if state.operating and (function != state.function or crossing):
            self.standby()
        if function != state.function:
            state.start = state.target = 0.0
        state.function, state.value = function, value
        if function != "res4w" or (state.compensation == "WIRE4" and value >= _WIRE4_BELOW_OHM):
            state.compensation = "NONE"
        if state.operating:
            self._go(self._true_target(), _TAU_S)
        self._world.after_change()

    def operate(self) -> None:
        """Connect the output."""
        state = self.state
        if state.operating:
            return
        self._world.before_change()
        self._go(self._true_target(), _TAU_S, operating=True)
        self._world.after_change()

    def standby(self) -> None:
        """Disconnect the output; the terminals lose their voltage within milliseconds."""
        if not self.state.operating:
            return
        self._world.before_change()
        self._go(0.0, _DECAY_S, operating=False)
        self._world.after_change()

    def compensate(self, mode: str) -> None:
        """Choose lead compensation of resistance.

        Raises:
            FaultError: 539 where it does not exist (IEEE manual; only below 110 kohm).
        """
        state = self.state
        if mode != "NONE" and (state.function != "res4w" or state.value >= _WIRE4_BELOW_OHM):
            raise FaultError(539)
        self._world.before_change()
        state.compensation = mode

    def overloaded(self) -> bool:
        """Say whether the current finds no circuit, or one that needs more than the compliance voltage."""
        state = self.state
        if not state.operating or state.function != "dci" or abs(state.value) > _AUX_MOST_A:
            return False
        connection, shunt = electrical.of(self._world).shunt_ohm(self.name)
        compliance = self.unit.table.row("dci", state.value, interval=self.unit.unit.interval).compliance_v
        return compliance_voltage(state.value, connection, shunt) > (compliance or math.inf)

    def settled(self) -> bool:
        """Say whether nothing is pending: in standby, or close enough to the value."""
        return not self.state.operating or self._world.time_ns() >= self.state.settled_ns

    def level(self, ns: int) -> float:
        """Return the true value of the function at a moment since the last change."""
        state = self.state
        tau = (_TAU_S if state.operating else _DECAY_S) * self._world.effects.settling
        elapsed = (ns - state.changed_ns) / _SECOND
        if elapsed < 0.0:
            return state.start
        rest = math.exp(-elapsed / tau) if tau else 0.0
        return (state.target + (state.start - state.target) * rest) * (1.0 + self._cold(ns))

    def feed(self, ns: int) -> Feed:
        """Return what the terminals present."""
        state, level = self.state, self.level(ns)
        if not state.operating and (state.function != "dcv" or abs(level) < 1e-6):
            return DETACHED
        if state.function == "res4w":
            return Feed(resistance_ohm=max(level, 0.0), sense_at_aux=state.compensation == "WIRE4")
        if state.function == "dci":
            return Feed(current_a=level) if abs(state.value) <= _AUX_MOST_A else DETACHED
        return Feed(voltage_v=level, source_ohm=self.source_ohm(state.value))

    def source_ohm(self, volts: float) -> float:
        """Return the output resistance of the range that gives a voltage."""
        row = self.unit.table.row("dcv", volts, interval=self.unit.unit.interval)
        return (row.source_impedance_ohm or 0.0) * self._world.effects.source_resistance

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return asdict(self.state)

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        limits = {name: tuple(state[name]) for name in ("limit_v", "limit_a")}
        self.state = OutputState(**{**state, **limits})

    def _checked(self, function: str, value: float) -> float:
        high, low = self.state.limit_v if function == "dcv" else self.state.limit_a
        if function != "res4w" and not low <= value <= high:
            raise FaultError(501)
        if function == "res4w" and value < 0.0:
            raise FaultError(1306)
        try:
            step = self.unit.table.row(function, value, interval=self.unit.unit.interval).resolution
        except AccuracyError as error:
            raise FaultError(1306) from error
        if not step:
            return value
        # Dividing by a whole number keeps decimals clean: 0.1 stays 0.1.
        counts = round(value / step)
        return counts / round(1.0 / step) if step < 1.0 else counts * step

    def _true_target(self) -> float:
        return self.state.value + self.unit.error(self.state.function, self.state.value)

    def _go(self, target: float, tau: float, *, operating: bool | None = None) -> None:
        """Leave the present level for another one."""
        state, now = self.state, self._world.time_ns()
        state.start = self.level(now)
        state.target, state.changed_ns = target, now
        if operating is not None:
            state.operating = operating
        step = abs(state.start - target)
        rest = _SETTLED * self.unit.limit(state.function, state.value)[0]
        seconds = tau * math.log(step / rest) if step > rest else 0.0
        state.settled_ns = now + round(
            self._world.effects.settling * max(seconds, _RELAY_S if operating else 0.0) * _SECOND
        )

    def _cold(self, ns: int) -> float:
        on = self.unit.unit.on_for_s + ns / _SECOND
        return self._world.effects.warm_up * 10e-6 * math.exp(-on / 300.0)
