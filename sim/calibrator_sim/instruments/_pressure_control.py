"""The physics of a pressure controller: line, sensor, control, vent; what is common to all of them."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._error_curve import ErrorCurve
from calibrator_sim.instruments._status488 import StatusDevice
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes.pressure import Domain, Line
from calibrator_sim.scpi import ScpiError, Status

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["ControlSettings", "PressureControl"]

_FUNCTION = "pressure_gauge"
_TAU_S = 2.0
_NOISE = 5e-6  # of full scale, standard deviation of the controlled pressure
_TICK_NS = 100_000_000  # the control loop's own step: whoever looks within one sees the same pressure
_FASTEST_S = 5.0  # full scale at maximum slew
_OPEN_PA = 50.0  # left when a vent is complete
_BAROMETER = "barometer"  # the option that lets a gauge module show absolute pressure


@dataclass(slots=True)
class ControlSettings:
    """What a snapshot must hold beside the line."""

    unit: str = "MBAR"
    set_point_pa: float = 0.0
    control: bool = False
    mode: str = "ACT"
    isolation_open: bool = True
    slew_pa_s: float = 10e3
    slew_mode: str = "MAX"
    overshoot: bool = True
    band_percent: float = 0.01
    dwell_s: float = 2.0
    vent: bool = False
    settings_ns: int = 0  # when control or set-point last changed
    absolute: bool = False  # set-point and readings are above vacuum, by the barometer
    held_air_pa: float = 0.0  # the air when an absolute pressure began to be controlled


class PressureControl(StatusDevice):
    """A controller with one gauge range, that of its accuracy table; a model adds identity and commands."""

    identity = ""
    has_barometer = False
    terminal = ""  # of an instrument with several lines

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.world = world
        self.unit = unit
        self.status = Status()
        self.settings = ControlSettings()
        self.line = Line(_TAU_S)
        self.full_scale_pa = unit.table.span(_FUNCTION)[1]
        self._curve = ErrorCurve(unit, _FUNCTION)
        self._upset: Upset[float] = Upset(name, world)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it; options name its module and a barometer."""
        standard = StandardUnit.of(instrument, unit, world.config, world.draws)
        modules = [option for option in instrument.options if option != _BAROMETER]
        if modules:
            standard = replace(standard, state=replace(standard.state, option=modules[0]))
        made = cls(name, standard, world)
        made.has_barometer = made.has_barometer or _BAROMETER in instrument.options
        return made

    @cached_property
    def _domain(self) -> Domain:
        return cast("Domain", self.world.domain("pressure"))

    # Physics.

    def error_pa(self, gauge_pa: float) -> float:
        """Return true minus indicated pressure."""
        return self._curve.at(abs(gauge_pa))

    def true_pressure_pa(self, ns: int) -> float:
        """Return the gauge pressure at the port, control noise included."""
        pressure = self.line.pressure(ns)
        if self.line.state.mode != "control":
            return pressure
        pressure += self._air_fallen_pa(ns)
        # Its sensor is what it controls by: where that has drifted, the line is where the sensor agrees.
        pressure /= 1.0 + self.world.drift(self.name, ns)
        noise = self.world.draws.normal("control", self.serial, ns // _TICK_NS)
        return pressure + self.world.effects.noise * _NOISE * self.full_scale_pa * noise

    def sensed_pa(self, ns: int) -> float:
        """Return what the sensor reads."""
        true = self.true_pressure_pa(ns)
        return (true - self.error_pa(true)) * (1.0 + self.world.drift(self.name, ns))

    def reading_pa(self) -> float:
        """Return what a reply tells of the pressure in the line."""
        if self._upset.beyond():
            return 1.25 * self.full_scale_pa
        now = self.world.time_ns()
        return self._upset.shown(self.sensed_pa(now) + self.zero_pa(now))

    def zero_pa(self, ns: int) -> float:
        """Return what is shown at the pressure of the air: the barometer's reading on an absolute range."""
        return self.barometer_pa(ns) if self.settings.absolute else 0.0

    def refer(self, *, absolute: bool) -> None:
        """Show and control absolute or gauge pressure from now on; the set-point stays the same pressure.

        Raises:
            ScpiError: -221 while it controls, or without a barometer.
        """
        if absolute == self.settings.absolute:
            return
        if self.settings.control or not self.has_barometer:
            raise ScpiError(-221)
        now = self.world.time_ns()
        gauge_pa = self.settings.set_point_pa - self.zero_pa(now)
        self.settings.absolute = absolute
        self.settings.set_point_pa = gauge_pa + self.zero_pa(now)

    def holds(self, pressure_pa: float) -> bool:
        """Say whether a set-point of the reference in use lies within the range."""
        if self.settings.absolute:
            return 0.0 <= pressure_pa <= 1.05 * self.full_scale_pa + 100e3
        return -100e3 <= pressure_pa <= 1.05 * self.full_scale_pa

    def barometer_pa(self, ns: int) -> float:
        """Return what the barometer reads: within 10 Pa."""
        offset = 10.0 * self.world.effects.standard_error * self.world.draws.uniform("barometer", self.serial)
        return self._domain.air_pa(ns) + offset

    def vent_status(self, ns: int) -> int:
        """Return 0 idle, 1 in progress, 2 completed (old units keep it until control begins), 3 trapped."""
        if not self.settings.vent:
            return 0
        if abs(self.line.pressure(ns)) <= _OPEN_PA:
            return 2
        return 1 if self.settings.isolation_open else 3

    def in_limits(self, ns: int) -> bool:
        """Say whether the pressure has been within its band for the dwell time."""
        settings = self.settings
        if not settings.control or not settings.isolation_open:
            return False
        band = settings.band_percent / 100.0 * self.full_scale_pa
        since = ns - round(settings.dwell_s * 1e9)
        if since < settings.settings_ns:
            return False
        target = self.line.state.target_pa
        return all(abs(self.line.pressure(moment) - target) <= band for moment in (since, ns))

    def effort_percent(self, ns: int) -> float:
        """Return how hard the controller works: the leak, and the slope of the pressure."""
        if not self.settings.control:
            return 0.0
        slope = self.line.pressure(ns + _TICK_NS) - self.line.pressure(ns)
        leak = self._domain.leak_per_s(self.name, self.terminal) * self.line.pressure(ns)
        return max(-100.0, min(100.0, 100.0 * (slope * 10.0 + leak) * _FASTEST_S / self.full_scale_pa))

    # Controls.

    def slew(self) -> float:
        """Return the slew rate in use, Pa/s."""
        fastest = self.full_scale_pa / _FASTEST_S
        return fastest if self.settings.slew_mode == "MAX" else min(self.settings.slew_pa_s, fastest)

    def switch(self, *, control: bool) -> None:
        """Switch the controller on or off."""
        self.world.before_change()
        now, settings = self.world.time_ns(), self.settings
        self._catch_air(now)
        if control:
            settings.vent = False
            settings.control, settings.settings_ns = True, now
            self._drive(now)
        elif settings.control:
            settings.control, settings.settings_ns = False, now
            self._close(now)
        self.world.after_change()

    def vent(self, *, start: bool) -> None:
        """Start a vent, or abort the one under way."""
        self.world.before_change()
        now, settings = self.world.time_ns(), self.settings
        self._catch_air(now)
        if start:
            settings.control, settings.vent, settings.settings_ns = False, True, now
            self._drive(now)
        elif settings.vent:
            settings.vent = False
            if not settings.isolation_open or abs(self.line.pressure(now)) > _OPEN_PA:
                self._close(now)
            else:
                self.line.vented(now)
        self.world.after_change()

    def isolate(self, *, open_: bool) -> None:
        """Open or close the valve to the line: behind a closed one neither control nor vent reaches it."""
        if open_ == self.settings.isolation_open:
            return
        self.world.before_change()
        now = self.world.time_ns()
        self._catch_air(now)
        self.settings.isolation_open, self.settings.settings_ns = open_, now
        if not open_:
            self._close(now)
        elif self.settings.control or self.settings.vent:
            self._drive(now)
        self.world.after_change()

    def _drive(self, ns: int) -> None:
        """Let control or vent act on the line, as far as the valve lets them."""
        settings = self.settings
        if not settings.isolation_open:
            return
        if settings.vent:
            self.line.go(ns, 0.0, self.slew(), overshoot=False, mode="vent")
            return
        gauge_pa = settings.set_point_pa - self.zero_pa(ns)
        target = gauge_pa + self.error_pa(gauge_pa)
        settings.held_air_pa = self._domain.air_pa(ns)
        self.line.go(ns, target, self.slew(), overshoot=settings.overshoot, mode="control")

    def changed(self) -> None:
        """A set-point or rate changed: a controller that is on goes there now."""
        if self.settings.control:
            self.switch(control=True)

    def _air_fallen_pa(self, ns: int) -> float:
        """Return by how much the gauge pressure rises while an absolute one is held."""
        settings = self.settings
        if not (settings.absolute and settings.control and settings.isolation_open):
            return 0.0
        return settings.held_air_pa - self._domain.air_pa(ns)

    def _catch_air(self, ns: int) -> None:
        """Let the line be where the air has taken it, before something else acts on it."""
        fallen = self._air_fallen_pa(ns)
        self.line.state.start_pa += fallen
        self.line.state.target_pa += fallen
        self.settings.held_air_pa -= fallen

    def _close(self, ns: int) -> None:
        air, leak = self._domain.air_pa(ns), self._domain.leak_per_s(self.name, self.terminal)
        self.line.hold(ns, leak, air, self.world.effects.adiabatic)

    # The rest of a device.

    def operating(self) -> bool:
        """Say whether the controller is on."""
        return self.settings.control

    def trip(self) -> None:
        """Switch control off, as after a loss of supply."""
        self.switch(control=False)
        self.status.report(-330)

    def reset(self) -> None:
        """Do what `*RST` does: control off; the line keeps its pressure."""
        self.switch(control=False)
        kept = self.settings
        self.settings = ControlSettings(
            vent=kept.vent, isolation_open=kept.isolation_open, settings_ns=kept.settings_ns
        )

    def react(self) -> None:
        """Feel another manifold: a closed line leaks at its rate from now on."""
        if self.line.state.mode == "hold":
            now = self.world.time_ns()
            leak = self._domain.leak_per_s(self.name, self.terminal)
            if not math.isclose(leak, self.line.state.leak_per_s):
                self.line.hold(now, leak, self._domain.air_pa(now), self.world.effects.adiabatic)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "settings": asdict(self.settings),
            "line": self.line.save(),
            "status": self.status.save(),
            "last": self._upset.last,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.settings = ControlSettings(**state["settings"])
        self.line.load(state["line"])
        self._upset.last = state["last"]
        self.status.load(state["status"])
