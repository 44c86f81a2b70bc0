"""The mass path: weights on a pan, the air that carries them, and what a warm weight stirs up.

A wiring of this domain is what lies on the pan (`weights`, `position`); no wiring is an empty pan.
Formulas and magnitudes: docs/simulated-bench.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, runtime_checkable

from calibrator_sim._errors import BenchFileError
from calibrator_sim._read import Table

if TYPE_CHECKING:
    from calibrator_sim._config_types import NodeConfig
    from calibrator_sim.instruments import World
    from calibrator_sim.nodes.pressure import Domain as Pressure

__all__ = ["Domain", "Load", "Weighs", "Weight", "air_density", "conventional_to_indicated", "mpe_g"]

_REFERENCE_AIR, _REFERENCE_DENSITY = 1.2, 8000.0  # kg/m3: the conventions of OIML R 111 and D 28
_POSITIONS = ("centre", "front", "back", "left", "right")
_DISCHARGE_S = 600.0  # of a static charge
_CONVECTION_MG = 0.1  # 200 g and 2 K
# OIML R 111-1, maximum permissible errors in mg of E1, E2, F1, F2, M1 (remembered).
_CLASSES = ("E1", "E2", "F1", "F2", "M1")
_MPE_MG: Mapping[float, tuple[float, ...]] = {
    20000.0: (10.0, 30.0, 100.0, 300.0, 1000.0),
    10000.0: (5.0, 16.0, 50.0, 160.0, 500.0),
    5000.0: (2.5, 8.0, 25.0, 80.0, 250.0),
    2000.0: (1.0, 3.0, 10.0, 30.0, 100.0),
    1000.0: (0.5, 1.6, 5.0, 16.0, 50.0),
    500.0: (0.25, 0.8, 2.5, 8.0, 25.0),
    200.0: (0.1, 0.3, 1.0, 3.0, 10.0),
    100.0: (0.05, 0.16, 0.5, 1.6, 5.0),
    50.0: (0.03, 0.1, 0.3, 1.0, 3.0),
    20.0: (0.025, 0.08, 0.25, 0.8, 2.5),
    10.0: (0.02, 0.06, 0.2, 0.6, 2.0),
    5.0: (0.016, 0.05, 0.16, 0.5, 1.6),
    2.0: (0.012, 0.04, 0.12, 0.4, 1.2),
    1.0: (0.01, 0.03, 0.1, 0.3, 1.0),
    0.5: (0.008, 0.025, 0.08, 0.25, 0.8),
    0.2: (0.006, 0.02, 0.06, 0.2, 0.6),
    0.1: (0.005, 0.016, 0.05, 0.16, 0.5),
}


def mpe_g(nominal_g: float, accuracy_class: str) -> float:
    """Return the maximum permissible error of a weight; between nominals that of the next larger one.

    Example:
        >>> mpe_g(100.0, "E2")
        0.00016
    """
    nominal = min((mass for mass in _MPE_MG if mass >= nominal_g * (1 - 1e-9)), default=max(_MPE_MG))
    return _MPE_MG[nominal][_CLASSES.index(accuracy_class)] * 1e-3


def air_density(celsius: float, humidity_rh: float, pressure_pa: float) -> float:
    """Return the density of air in kg/m3 by the simplified formula of the CIPM (OIML R 111-1, E.3.1).

    Example:
        >>> round(air_density(20.0, 50.0, 101_325.0), 4)
        1.1993
    """
    vapour = 0.009 * humidity_rh * math.exp(0.061 * celsius)
    return (0.34848 * pressure_pa / 100.0 - vapour) / (273.15 + celsius)


def conventional_to_indicated(conventional_g: float, density: float, air: float) -> float:
    """Return what an ideal balance shows that was adjusted at 1.2 kg/m3 with weights of 8000 kg/m3."""
    mass = conventional_g * (1.0 - _REFERENCE_AIR / _REFERENCE_DENSITY) / (1.0 - _REFERENCE_AIR / density)
    return mass * (1.0 - air / density) / (1.0 - _REFERENCE_AIR / _REFERENCE_DENSITY)


@dataclass(frozen=True, slots=True)
class Weight:
    """A weight as an artefact; its true conventional mass is drawn within its class, by its serial."""

    serial: str
    nominal_g: float
    accuracy_class: str
    density: float  # kg/m3
    warmer_k: float  # than the air when it is put down
    evaporates_mg_min: float = 0.0
    charge_mg: float = 0.0  # what its static charge pulls when it is put down


@dataclass(frozen=True, slots=True)
class Load:
    """The figures of a mass node: what lies on the pan, and where."""

    weights: tuple[Weight, ...]
    position: str
    terminals: str = "open"  # nothing feeds a pan


@runtime_checkable
class Weighs(Protocol):
    """A balance whose own errors are known."""

    def weighed(self, load: Load, ns: int) -> Mapping[str, float]:
        """Return what it makes of a load at a moment, by name with unit."""
        ...


class Domain:
    """The pans of a bench."""

    KEYS: ClassVar[tuple[str, ...]] = ("weights", "position")

    def __init__(self, world: World) -> None:
        self._world = world

    @staticmethod
    def figures(entry: Table) -> Load:
        """Take what lies on the pan.

        Raises:
            BenchFileError: a weight without mass, or of an unknown class.
        """
        given = entry.values.get("weights", ())
        if not isinstance(given, (list, tuple)) or not all(isinstance(each, Mapping) for each in given):
            raise entry.bad("weights", 'a list of tables such as {serial = "W1", nominal_g = 100}', given)
        weights = [_weight(Table(each, f"{entry.at('weights')}[{i}]")) for i, each in enumerate(given)]
        return Load(tuple(weights), entry.choice("position", "centre", _POSITIONS))

    def load(self, state: dict[str, Any]) -> None:
        """Take nothing: the balances keep what they felt."""

    def save(self) -> dict[str, Any]:
        """Return nothing: the balances keep what they felt."""
        return {}

    def on_pan(self, balance: str) -> tuple[str, Load]:
        """Return the node and the load on a balance; an empty name and no weights for an empty pan."""
        for node in self._world.connected(balance, "mass"):
            return node.name, _load(node)
        return "", Load((), "centre")

    def conventional_g(self, weight: Weight) -> float:
        """Return the true conventional mass of a weight."""
        drawn = self._world.draws.uniform("weight", weight.serial, f"{weight.nominal_g:g}")
        return weight.nominal_g + self._world.effects.standard_error * drawn * mpe_g(
            weight.nominal_g, weight.accuracy_class
        )

    def air(self, ns: int) -> float:
        """Return the density of the air."""
        pressure = cast("Pressure", self._world.domain("pressure"))
        room = self._world.room(ns)
        return air_density(room["temperature_c"], room["humidity_rh"], pressure.air_pa(ns))

    def force_g(self, load: Load, placed_s: float, ns: int) -> float:
        """Return what an ideal balance shows for a load that was put down some seconds ago."""
        effects, air, total = self._world.effects, self.air(ns), 0.0
        for weight in load.weights:
            true = self.conventional_g(weight)
            carried = conventional_to_indicated(true, weight.density, air) - true
            warm = weight.warmer_k * math.exp(-placed_s / 1200.0)
            lifted = _CONVECTION_MG * 1e-3 * math.copysign(abs(warm / 2.0) ** 0.75, warm)
            total += true + effects.buoyancy * carried
            total -= effects.convection * lifted * (weight.nominal_g / 200.0) ** (2.0 / 3.0)
            total -= effects.evaporation * weight.evaporates_mg_min * 1e-3 * placed_s / 60.0
            total += effects.static * weight.charge_mg * 1e-3 * math.exp(-placed_s / _DISCHARGE_S)
        return total

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return the conventional mass on the pan, the density of the air, and how far its balance is off."""
        load = _load(node)
        mass = sum(self.conventional_g(weight) for weight in load.weights)
        truth = {"conventional_mass_g": mass, "air_density_kg_m3": self.air(ns)}
        for member in node.members:
            balance = self._world.devices.get(member.instrument)
            if isinstance(balance, Weighs):
                truth |= balance.weighed(load, ns)
        return truth


def _load(node: NodeConfig) -> Load:
    assert isinstance(node.figures, Load)
    return node.figures


def _weight(entry: Table) -> Weight:
    entry.allow(("serial", "nominal_g", "class", "density", "warmer_k", "evaporates_mg_min", "charge_mg"))
    nominal = entry.number("nominal_g", 0.0, low=0.0)
    if not nominal:
        raise BenchFileError(
            "A weight has no mass",
            where=entry.at("nominal_g"),
            way_out="Write nominal_g = 100.",
            code="bad-value",
        )
    return Weight(
        entry.text("serial", f"SIMW{nominal:g}"),
        nominal,
        entry.choice("class", "E2", _CLASSES),
        entry.number("density", 7950.0, low=1000.0, high=22_000.0),
        entry.number("warmer_k", 0.0, low=-20.0, high=20.0),
        entry.number("evaporates_mg_min", 0.0, low=0.0, high=100.0),
        entry.number("charge_mg", 0.0, low=-100.0, high=100.0),
    )
