"""The physics of a 5522A's output: what its terminals give at a moment."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from calibrator_drivers.accuracy import AccuracyError
from calibrator_sim._thermometry import pt100_ohm, thermocouple_v
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments.fluke_5522a._entry import entered_hz
from calibrator_sim.instruments.fluke_5522a._faults import FaultError
from calibrator_sim.nodes import electrical
from calibrator_sim.nodes.electrical import DETACHED, Feed, compliance_voltage

__all__ = ["HAZARD_V", "UNITS", "WAVES", "Output", "OutputState"]

_SECOND = 1_000_000_000
HAZARD_V = 33.0
_TAU_S = 0.25
_DECAY_S = 0.002  # terminals after standby
_SETTLED = 0.01  # of the limit is left when the instrument says that it has settled
_RELAY_S = 0.1
_WIRE4_BELOW_OHM = 110e3
_AUX_MOST_A = 2.99999
_HOT_ABOVE_A = 11.0  # above, the output may be on for 60 - T/degC - I/A minutes of an hour
_SOURCE_OHM_BELOW_V = 0.33  # alternating ranges with 50 ohm (memory_high)
_SOURCE_OHM = 50.0
_CHANGES = 256  # of power that are remembered
_SLOW_CYCLES = 3.0  # an rms loop needs some cycles of a low frequency
UNITS = {
    "dcv": "V",
    "acv": "V",
    "dci": "A",
    "aci": "A",
    "res4w": "OHM",
    "temp_tc": "CEL",
    "temp_rtd": "CEL",
}
# Crest factor of a waveform, and peak to peak, as which one that is no sine is programmed, by its rms.
WAVES = {"SINE": (math.sqrt(2.0), 1.0), "TRI": (math.sqrt(3.0), 2.0 * math.sqrt(3.0)), "SQUARE": (1.0, 2.0)}
_COMPENSATED = ("res4w", "temp_rtd")
_RTDS = {"PT385": "PT385_100"}  # as the accuracy table names them


@dataclass(slots=True)
class OutputState:
    """What a snapshot must hold."""

    function: str = "dcv"  # a key of UNITS
    value: float = 0.0  # as programmed, in the function's unit
    frequency_hz: float = 0.0  # as programmed, 0 for what is direct
    operating: bool = False
    start: float = 0.0  # level at `changed_ns`
    target: float = 0.0  # true level that it goes to
    changed_ns: int = 0
    settled_ns: int = 0
    compensation: str = "NONE"
    limit_v: tuple[float, float] = (1020.0, -1020.0)
    limit_a: tuple[float, float] = (20.5, -20.5)
    sensor: str = "TC"
    couple: str = "K"
    reference_c: float | None = None  # None: the junction at the terminals
    rtd: str = "PT385"
    second_a: float | None = None  # programmed amperes of the second output, None for a single one
    factor: float = 1.0  # displacement power factor
    leads: bool = False
    offset_v: float = 0.0  # direct volts below a single sine
    wave: str = "SINE"  # a key of WAVES
    post: str = "AUX"  # terminals of currents to 2.99999 A, or A20
    locked: float = 0.0  # highest value of the range that is locked, 0 where it follows the value
    passed: list[tuple[int, float, float]] = field(default_factory=list)  # ns, J up to then, W from then


class Output:
    """The output stage of one calibrator."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self.state = OutputState()
        self._world = world

    def program(
        self, function: str, value: float, frequency_hz: float = 0.0, second_a: float | None = None
    ) -> None:
        """Set a value, and that of a second output; a change of function, or to above 33 V, drops to standby.

        Raises:
            FaultError: outside the entry limits or the instrument's ranges.
        """
        frequency_hz = entered_hz(frequency_hz)
        held = self.state.locked if function == self.state.function and second_a is None else 0.0
        value = self._checked(function, value, frequency_hz, range_high=held or None)
        if second_a is not None:
            second_a = self._checked("aci" if frequency_hz else "dci", second_a, frequency_hz)
        state = self.state
        self._world.before_change()
        crossing = UNITS[function] == "V" and abs(value) > HAZARD_V >= abs(state.value)
        other = function != state.function or (second_a is None) != (state.second_a is None)
        if state.operating and (other or crossing):
            self.standby()
        if function != state.function:
            state.start = state.target = 0.0
        state.function, state.value, state.frequency_hz = function, value, frequency_hz
        state.second_a, state.locked = second_a, held
        if second_a is None:
            state.factor, state.leads = 1.0, False
        if other or function != "acv":
            state.offset_v, state.wave = 0.0, "SINE"
        if function not in _COMPENSATED or (
            state.compensation == "WIRE4" and self.ohms() >= _WIRE4_BELOW_OHM
        ):
            state.compensation = "NONE"
        if state.operating:
            self._go(self._true_target(), self._tau_s())
        self._world.after_change()

    def lock(self, on: bool) -> None:
        """Hold the present range of direct volts or amperes, or let it follow the value again.

        Raises:
            FaultError: 502 where the range of another function is to be held.
        """
        state = self.state
        if on and (state.function not in ("dcv", "dci") or state.second_a is not None):
            raise FaultError(502)
        self._world.before_change()
        state.locked = self.unit.row(state.function, state.value).range_high if on else 0.0
        if state.operating:
            self._go(self._true_target(), self._tau_s())
        self._world.after_change()

    def range_high(self) -> float:
        """Return the highest value of the range in use."""
        state = self.state
        row = self.unit.row(state.function, state.value, state.frequency_hz, self.option())
        return state.locked or row.range_high

    def operate(self) -> None:
        """Connect the output."""
        state = self.state
        if state.operating:
            return
        self._world.before_change()
        self._go(self._true_target(), self._tau_s(), operating=True)
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
        if mode != "NONE" and (state.function not in _COMPENSATED or self.ohms() >= _WIRE4_BELOW_OHM):
            raise FaultError(539)
        self._world.before_change()
        state.compensation = mode

    def ohms(self) -> float:
        """Return the programmed resistance; of a simulated thermometer that at its temperature."""
        state = self.state
        return pt100_ohm(state.value) if state.function == "temp_rtd" else state.value

    def overloaded(self) -> bool:
        """Say whether the current finds no circuit, or one that needs more than the compliance voltage."""
        state = self.state
        if state.operating and state.second_a:
            connection, _ = electrical.of(self._world).shunt_ohm(self.name)
            return connection.terminals != "aux-current" and not self._world.connected(self.name, "power")
        if not state.operating or state.function not in ("dci", "aci"):
            return False
        connection, shunt = electrical.of(self._world).shunt_ohm(self.name)
        terminals = "a20-current" if self._port() else "aux-current"
        if connection.terminals != terminals:
            return state.value != 0.0
        compliance = self.unit.row("dci", state.value).compliance_v
        return compliance_voltage(state.value, connection, shunt) > (compliance or math.inf)

    def overheats_at_ns(self) -> int | None:
        """Return when a current above 11 A has been on for too long, None where it may stay."""
        state = self.state
        if not state.operating or UNITS[state.function] != "A" or abs(state.value) <= _HOT_ABOVE_A:
            return None
        celsius = 23.0 + self._world.excess_c(state.changed_ns)
        return state.changed_ns + round((60.0 - celsius - abs(state.value)) * 60.0 * _SECOND)

    def settled(self) -> bool:
        """Say whether nothing is pending: in standby, or close enough to the value."""
        return not self.state.operating or self._world.time_ns() >= self.state.settled_ns

    def level(self, ns: int) -> float:
        """Return the true value of the function at a moment since the last change."""
        state = self.state
        tau = (self._tau_s() if state.operating else _DECAY_S) * self._world.effects.settling
        elapsed = (ns - state.changed_ns) / _SECOND
        if elapsed < 0.0:
            return state.start
        rest = math.exp(-elapsed / tau) if tau else 0.0
        off = self._cold(ns) + self._world.drift(self.name, ns)
        return (state.target + (state.start - state.target) * rest) * (1.0 + off)

    def feed(self, ns: int) -> Feed:
        """Return what the terminals present."""
        state, level = self.state, self.level(ns)
        hot = self.overheats_at_ns()
        decayed = not state.operating and (state.function != "dcv" or abs(level) < 1e-6)
        if decayed or (hot is not None and ns >= hot):
            return DETACHED
        if state.function in ("res4w", "temp_rtd"):
            ohms = max(level, 0.0) if state.function == "res4w" else pt100_ohm(level)
            return Feed(resistance_ohm=ohms, sense_at_aux=state.compensation == "WIRE4")
        if state.function == "temp_tc":
            return Feed(voltage_v=self._couple_v(level, ns), port="TC")
        hertz = self.true_frequency_hz()
        if UNITS[state.function] == "A":
            return Feed(current_a=level, frequency_hz=hertz, port=self._port())
        crest, ratio = WAVES[state.wave]
        return Feed(
            voltage_v=level / ratio,
            current_a=self.second_a(),
            source_ohm=self.source_ohm(state.value, alternating=bool(hertz)),
            frequency_hz=hertz,
            crest=crest,
            offset_v=state.offset_v if state.operating else 0.0,
        )

    def shape(self, *, wave: str | None = None, offset_v: float | None = None) -> None:
        """Choose the waveform of a single alternating voltage, or the direct volts below a sine.

        Raises:
            FaultError: 502 where there is no such voltage, 1306 for more volts than the range has.
        """
        state = self.state
        if wave == "SINE" and state.function != "acv":
            return
        if state.function != "acv" or state.second_a is not None or (offset_v and state.wave != "SINE"):
            raise FaultError(502)
        if offset_v and abs(offset_v) > self.unit.row("acv", state.value, state.frequency_hz).range_high:
            raise FaultError(1306)
        self._world.before_change()
        if offset_v is not None:
            state.offset_v = offset_v
        if wave is not None:
            state.wave, state.offset_v = wave, 0.0
        if state.operating:
            self._go(self._true_target(), self._tau_s())
        self._world.after_change()

    def second_a(self) -> float | None:
        """Return the true amperes of the second output; None where there is none, or it is off."""
        state = self.state
        if state.second_a is None or not state.operating:
            return None
        return state.second_a + self.unit.error(
            "aci" if state.frequency_hz else "dci", state.second_a, state.frequency_hz
        )

    def displace(self, factor: float, *, leads: bool) -> None:
        """Set the displacement power factor.

        Raises:
            FaultError: 502 where there are not two alternating outputs, 1306 beyond 0 to 1.
        """
        state = self.state
        if state.second_a is None or not state.frequency_hz:
            raise FaultError(502)
        if not -1.0 <= factor <= 1.0:  # below 0 power flows back, which a phase above 90 deg asks for
            raise FaultError(1306)
        self._world.before_change()
        state.factor, state.leads = factor, leads
        self._note_power(self._world.time_ns())
        self._world.after_change()

    def watts(self) -> float:
        """Return the power that the two outputs give when they have settled."""
        state, amperes = self.state, self.second_a()
        return 0.0 if amperes is None else state.target * amperes * state.factor

    def passed_j(self, ns: int) -> float:
        """Return the energy up to a moment; the quarter second of settling counts as if it were none."""
        for begun, joules, watts in reversed(self.state.passed):
            if begun <= ns:
                return joules + watts * (ns - begun) / _SECOND
        return 0.0

    def _note_power(self, ns: int) -> None:
        state = self.state
        if state.passed or self.watts():
            state.passed.append((ns, self.passed_j(ns), self.watts()))
            del state.passed[:-_CHANGES]

    def true_frequency_hz(self) -> float:
        """Return the frequency that the output really has."""
        hertz = self.state.frequency_hz
        return hertz + self.unit.error("freq", hertz) if hertz else 0.0

    def source_ohm(self, volts: float, *, alternating: bool) -> float:
        """Return the output resistance of the range that gives a voltage."""
        if alternating:
            ohms = _SOURCE_OHM if abs(volts) < _SOURCE_OHM_BELOW_V else 0.0
        else:
            ohms = self.unit.row("dcv", volts).source_impedance_ohm or 0.0
        return ohms * self._world.effects.source_resistance

    def option(self) -> str:
        """Return the option of the accuracy table that the function in use needs."""
        state = self.state
        if state.function == "temp_tc":
            return state.couple
        return _RTDS[state.rtd] if state.function == "temp_rtd" else ""

    def _couple_v(self, celsius: float, ns: int) -> float:
        """Return the voltage of a thermocouple between its temperature and its reference junction."""
        state = self.state
        reference_c = state.reference_c
        if reference_c is None:
            reference_c = 23.0 + self._world.excess_c(ns)
        return thermocouple_v(state.couple, celsius) - thermocouple_v(state.couple, reference_c)

    def _port(self) -> str:
        high = self.state.post == "A20" or abs(self.state.value) > _AUX_MOST_A
        return "20A" if high else ""

    def _tau_s(self) -> float:
        hertz = self.state.frequency_hz
        return max(_TAU_S, _SLOW_CYCLES / hertz) if hertz else _TAU_S

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return asdict(self.state)

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        limits = {name: tuple(state[name]) for name in ("limit_v", "limit_a")}
        passed = [(int(ns), joules, watts) for ns, joules, watts in state.get("passed", [])]
        self.state = OutputState(**{**state, **limits, "passed": passed})

    def _checked(
        self, function: str, value: float, frequency_hz: float, *, range_high: float | None = None
    ) -> float:
        unit = UNITS[function]
        high, low = self.state.limit_v if unit == "V" else self.state.limit_a
        if unit in ("V", "A") and not low <= value <= high:
            raise FaultError(501)
        if value < 0.0 and (unit == "OHM" or function in ("acv", "aci")):
            raise FaultError(1306)
        option = {"temp_tc": self.state.couple, "temp_rtd": _RTDS[self.state.rtd]}.get(function, "")
        try:
            step = self.unit.row(function, value, frequency_hz, option, range_high=range_high).resolution
        except AccuracyError as error:
            raise FaultError(1306) from error
        if not step:
            return value
        # Dividing by a whole number keeps decimals clean: 0.1 stays 0.1.
        counts = round(value / step)
        return counts / round(1.0 / step) if step < 1.0 else counts * step

    def _true_target(self) -> float:
        state, (_, ratio) = self.state, WAVES[self.state.wave]
        held, value = state.locked or None, state.value / ratio
        error = self.unit.error(state.function, value, state.frequency_hz, self.option(), range_high=held)
        return state.value + ratio * error

    def _go(self, target: float, tau: float, *, operating: bool | None = None) -> None:
        """Leave the present level for another one."""
        state, now = self.state, self._world.time_ns()
        state.start = self.level(now)
        state.target, state.changed_ns = target, now
        if operating is not None:
            state.operating = operating
        self._note_power(now)
        step = abs(state.start - target)
        limit, _ = self.unit.limit(state.function, state.value, state.frequency_hz, self.option())
        rest = _SETTLED * limit
        seconds = tau * math.log(step / rest) if step > rest else 0.0
        state.settled_ns = now + round(
            self._world.effects.settling * max(seconds, _RELAY_S if operating else 0.0) * _SECOND
        )

    def _cold(self, ns: int) -> float:
        on = self.unit.unit.on_for_s + ns / _SECOND
        return self._world.effects.warm_up * 10e-6 * math.exp(-on / 300.0)
