"""The physics of a thermometer readout: current, resistance or voltage, and back to temperature."""

from __future__ import annotations

import math
from typing import Protocol, cast

from calibrator_sim._thermometry import SPANS_C, TYPES, couple_c, platinum_c, thermocouple_v
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._error_curve import ErrorCurve
from calibrator_sim.instruments._upset import Upset

__all__ = ["Readout"]

_CURRENT_A = 1e-3
_NOISE_K = {"pt100": 0.001, "tc": 0.02}
_JUNCTION_K = 0.1  # error of its own cold junction
_SECOND_K = 0.001  # how its error differs at another current than 1 mA


class Probes(Protocol):
    """What stands on the terminals, as the domain of the temperature path finds it."""

    def resistance_ohm(self, readout: str, terminal: str, current_a: float, ns: int) -> float:
        """Return the resistance that a readout's current finds; infinite without a Pt100."""
        ...

    def emf_v(self, readout: str, terminal: str, junction_c: float, ns: int) -> float:
        """Return the voltage of a thermocouple against its junction at the readout; NaN without one."""
        ...


class Readout:
    """What a readout makes of the probe on one of its terminals."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self._world = world
        couples = "temp_tc" in unit.table.functions()
        known = unit.table.options("temp_tc") if couples else ()
        self._curves = {
            kind: ErrorCurve(unit, "temp_tc", kind if kind in known else "") for kind in TYPES if couples
        }
        self._curves["pt100"] = ErrorCurve(unit, "temp_rtd")
        self.upset: Upset[float] = Upset(name, world)

    def celsius(self, terminal: str, probe: str, ns: int, *, current_a: float = _CURRENT_A) -> float | None:
        """Return what it shows for a probe of a kind; None where nothing of that kind is connected.

        `current_a` is what it sends through a platinum thermometer.
        """
        domain = cast("Probes", self._world.domain("thermal"))
        shown = (
            self._platinum(domain, terminal, ns, current_a)
            if probe == "pt100"
            else self._couple(domain, terminal, probe, ns)
        )
        if shown is None:
            return None
        noise = self._world.draws.normal("readout", self.unit.config.serial, terminal, ns)
        # the voltage scatters alike at any current, so that less of it is a wider scatter in kelvins
        scatter_k = _NOISE_K["pt100"] * _CURRENT_A / current_a if probe == "pt100" else _NOISE_K["tc"]
        shown += self.error_k(probe, shown) + self._world.effects.noise * scatter_k * noise
        if self.upset.beyond():
            return None
        return self.upset.shown(shown * (1.0 + self._world.drift(self.name, ns)))

    def _platinum(self, domain: Probes, terminal: str, ns: int, current_a: float) -> float | None:
        ohm = domain.resistance_ohm(self.name, terminal, current_a, ns)
        other = 0.0 if current_a == _CURRENT_A else self.second_current_k()
        return None if math.isinf(ohm) else platinum_c(ohm) + other

    def _couple(self, domain: Probes, terminal: str, kind: str, ns: int) -> float | None:
        room_c = 23.0 + self._world.excess_c(ns)
        junction_c = room_c + 2.0  # of its terminals
        volts = domain.emf_v(self.name, terminal, junction_c, ns)
        if math.isnan(volts):
            return None
        believed_c = junction_c + self.junction_error_k()
        whole = volts + thermocouple_v(kind, believed_c)
        low, high = SPANS_C[kind]
        if not thermocouple_v(kind, low) <= whole <= thermocouple_v(kind, high):
            return None
        return couple_c(kind, whole)

    def error_k(self, kind: str, celsius: float) -> float:
        """Return its own error (shown minus true) where it shows a temperature, of "pt100" or a type."""
        return self._curves[kind].at(celsius)

    def second_current_k(self) -> float:
        """Return how much more it shows at another current than 1 mA, beside what that heats."""
        drawn = self._world.draws.uniform("second current", self.unit.config.serial)
        return self._world.effects.standard_error * _SECOND_K * drawn

    def junction_error_k(self) -> float:
        """Return the error of its own cold junction, believed minus true."""
        drawn = self._world.draws.uniform("cold junction", self.unit.config.serial)
        return self._world.effects.cold_junction * _JUNCTION_K * drawn
