"""The physics of a thermometer readout: current, resistance or voltage, and back to temperature."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

from calibrator_sim._thermometry import pt100_ohm, thermocouple_v
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._error_curve import ErrorCurve
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes.thermal import Domain

__all__ = ["Readout"]

_CURRENT_A = 1e-3
_NOISE_K = {"pt100": 0.001, "tc": 0.02}
_JUNCTION_K = 0.1  # error of its own cold junction
_LOW_C, _HIGH_C = -200.0, 850.0
_COUPLE_C = {"B": (250.0, 1820.0), "E": (-200.0, 1000.0), "J": (-200.0, 1200.0), "K": (-200.0, 1372.0)} | {
    "N": (-200.0, 1300.0),
    "R": (-50.0, 1768.0),
    "S": (-50.0, 1768.0),
    "T": (-200.0, 400.0),
}


class Readout:
    """What a readout makes of the probe on one of its terminals."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.unit = unit
        self._world = world
        self._curves = {"pt100": ErrorCurve(unit, "temp_rtd"), "tc": ErrorCurve(unit, "temp_tc")}
        self.upset: Upset[float] = Upset(name, world)

    def celsius(self, terminal: str, probe: str, ns: int) -> float | None:
        """Return what it shows for a probe of a kind; None where nothing of that kind is connected."""
        domain = cast("Domain", self._world.domain("thermal"))
        shown = (
            self._platinum(domain, terminal, ns)
            if probe == "pt100"
            else self._couple(domain, terminal, probe, ns)
        )
        if shown is None:
            return None
        kind = "pt100" if probe == "pt100" else "tc"
        noise = self._world.draws.normal("readout", self.unit.config.serial, terminal, ns)
        shown += self._error(kind, shown) + self._world.effects.noise * _NOISE_K[kind] * noise
        if self.upset.beyond():
            return None
        return self.upset.shown(shown * (1.0 + self._world.drift(self.name, ns)))

    def _platinum(self, domain: Domain, terminal: str, ns: int) -> float | None:
        ohm = domain.resistance_ohm(self.name, terminal, _CURRENT_A, ns)
        return None if math.isinf(ohm) else _solve(pt100_ohm, ohm, _LOW_C, _HIGH_C)

    def _couple(self, domain: Domain, terminal: str, kind: str, ns: int) -> float | None:
        room_c = 23.0 + self._world.excess_c(ns)
        junction_c = room_c + 2.0  # of its terminals
        volts = domain.emf_v(self.name, terminal, junction_c, ns)
        if math.isnan(volts):
            return None
        drawn = self._world.draws.uniform("cold junction", self.unit.config.serial)
        believed_c = junction_c + self._world.effects.cold_junction * _JUNCTION_K * drawn
        whole = volts + thermocouple_v(kind, believed_c)
        low, high = _COUPLE_C[kind]
        if not thermocouple_v(kind, low) <= whole <= thermocouple_v(kind, high):
            return None
        return _solve(lambda celsius: thermocouple_v(kind, celsius), whole, low, high)

    def _error(self, kind: str, celsius: float) -> float:
        return self._curves[kind].at(celsius)


def _solve(curve: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Return where a rising curve has a value (bisection, 1e-7 K)."""
    while high - low > 1e-7:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if curve(middle) < wanted else (low, middle)
    return 0.5 * (low + high)
