"""The temperature path: a block or bath, probes in its borings, and what they turn temperature into.

A block is a trajectory in closed form since its last change: a soak of hours costs as little as a second.
Formulas and magnitudes: docs/simulated-bench.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from calibrator_sim._read import Table
from calibrator_sim._thermometry import couple_c, platinum_c, pt100_ohm, thermocouple_v
from calibrator_sim.nodes._block import Block, BlockModel, BlockState
from calibrator_sim.nodes._paths import play
from calibrator_sim.nodes._probes import Drawn, Probe, Well, parse_probe

if TYPE_CHECKING:
    from calibrator_sim._config_types import Member, NodeConfig
    from calibrator_sim.instruments import World
    from calibrator_sim.instruments._heater import Heater
    from calibrator_sim.instruments._readout import Readout

__all__ = ["Block", "BlockModel", "BlockState", "Domain", "Drawn", "HeatSource", "Probe", "Well"]

_SECOND = 1_000_000_000
_LAG_S = 20.0  # of a probe's sensor
_SELF_HEATING_K_PER_W = 20.0  # 2 mK for 0.1 mW
_R0_TOLERANCE = 0.05 / 100.0  # of an uncharacterised Pt100 (class A at 0 degC is 0.06 ohm)
_PRT_LOOP_K = 0.01  # half the loop of an industrial Pt100 over a large swing
_PRT_PLAY_K = 50.0
_WIRES = 1e-3  # of the voltage: how far a thermocouple's wires are off their type
_PLACE = 5e-4  # of the voltage: how that changes with the place where the gradient falls on the wires


@runtime_checkable
class HeatSource(Protocol):
    """An instrument that sets the temperature of a node."""

    serial: str
    block: Block
    span_c: tuple[float, float]

    def true_block_c(self, ns: int) -> float:
        """Return the temperature at the bottom of the first boring, ripple included."""
        ...

    def figure(self, function: str, celsius: float) -> float:
        """Return a figure of its accuracy table, such as `block_axial_40mm`; 0 where it has none."""
        ...


@runtime_checkable
class Heated(Protocol):
    """A heat source whose display is known."""

    heater: Heater


_YEAR_NS = 31_557_600e9
_PT100_PER_K = 3.9e-3  # relative change of a Pt100's resistance near 0 degC
_ORDERED_C = (200.0, 600.0)  # between these the ordering of type K is felt


@runtime_checkable
class Reads(Protocol):
    """An instrument that reads probes and whose own errors are known."""

    readout: Readout


class Domain:
    """The thermal nodes of a bench."""

    KEYS: ClassVar[tuple[str, ...]] = ("probes", "temperature_c")

    def __init__(self, world: World) -> None:
        self._world = world
        # Instruments last as the bench does, so what each is to this domain is found out once.
        self._heating: dict[str, HeatSource | None] = {}
        self._heated: dict[str, Heated | None] = {}
        self._reading: dict[str, Reads | None] = {}

    @staticmethod
    def figures(entry: Table) -> Well:
        """Take the figures of a node."""
        probes = entry.table("probes")
        stated = "temperature_c" in entry.values
        return Well(
            {name: parse_probe(probes.table(name), name) for name in probes.values},
            entry.number("temperature_c", 23.0, low=-273.15, high=3000.0) if stated else None,
        )

    def sensor_c(self, readout: str, terminal: str, ns: int) -> tuple[Probe, float] | None:
        """Return the probe on a readout's terminal and the temperature of its sensor; None for none."""
        for node in self._world.connected(readout, "thermal"):
            for member in node.members:
                if member.instrument == readout and member.terminal == terminal:
                    probe = _probe_of(node, member)
                    return probe, self._at(node, probe, ns)
        return None

    def resistance_ohm(self, readout: str, terminal: str, current_a: float, ns: int) -> float:
        """Return the resistance that a readout's current finds; infinite without a Pt100."""
        found = self.sensor_c(readout, terminal, ns)
        if found is None or found[0].kind != "pt100":
            return math.inf
        probe, celsius = found
        draws, effects = self._world.draws, self._world.effects
        if probe.known is not None:
            off = self.drawn(probe)
            return pt100_ohm(celsius + off.certificate + off.drift + off.self_heating)
        spread = _R0_TOLERANCE * self._population(probe)
        r0 = 100.0 * (1.0 + effects.unit_error * spread * draws.uniform("r0", probe.serial))
        if probe.drift_k_per_year:
            years = ns / _YEAR_NS * draws.uniform("r0 drift", probe.serial)
            r0 *= 1.0 + effects.drift * _PT100_PER_K * probe.drift_k_per_year * years
        heat = self._heat_k(celsius, current_a)
        lag = effects.hysteresis * _PRT_LOOP_K * play(self._trail(readout, ns), _PRT_PLAY_K)
        return pt100_ohm(celsius + heat + lag * (0.5 + 0.5 * draws.unit("loop", probe.serial)), r0)

    def emf_v(self, readout: str, terminal: str, junction_c: float, ns: int) -> float:
        """Return the voltage of a thermocouple against its junction at the readout; NaN without one."""
        found = self.sensor_c(readout, terminal, ns)
        if found is None or found[0].kind == "pt100":
            return math.nan
        probe, celsius = found
        effects = self._world.effects
        if probe.ordered_k and _ORDERED_C[0] < celsius < _ORDERED_C[1]:
            share = (celsius - _ORDERED_C[0]) / (_ORDERED_C[1] - _ORDERED_C[0])
            celsius += effects.ordering * probe.ordered_k * math.sin(math.pi * share) ** 2
        wires = 1.0 + effects.unit_error * self.wires(probe) + effects.inhomogeneity * self.place(probe)
        return wires * (thermocouple_v(probe.kind, celsius) - thermocouple_v(probe.kind, junction_c))

    def wires(self, probe: Probe) -> float:
        """Return how far a thermocouple's wires are off their type, relative to the voltage."""
        spread = _WIRES * self._population(probe)
        return spread * self._world.draws.uniform("wires", probe.serial)

    def _population(self, probe: Probe) -> float:
        """Return how wide the population is that a probe comes from: 1 for one that is inside its class."""
        config = self._world.config
        for name, instrument in config.instruments.items():
            if instrument.serial == probe.serial and name in config.units:
                unit = config.units[name]
                return {"none": 0.0, "drawn": unit.width}.get(unit.error, 1.0)
        return 1.0

    def place(self, probe: Probe) -> float:
        """Return what the place of the gradient along the wires adds to that: one draw a depth."""
        depth = f"{probe.depth_mm:.9g}"
        return _PLACE * self._world.draws.uniform("place", probe.serial, depth)

    def drawn(self, probe: Probe) -> Drawn:
        """Return the drawn errors of a standard thermometer, as its budget states them (METROLOGY 26)."""
        known, draws, effects = probe.known, self._world.draws, self._world.effects
        if known is None:
            return Drawn()
        return Drawn(
            effects.standard_error * known.certificate_k * draws.normal("certificate", probe.serial),
            effects.standard_error * known.drift_k * draws.uniform("probe drift", probe.serial),
            effects.self_heating * known.self_heating_k * draws.uniform("self-heating", probe.serial),
        )

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return the true temperatures of a node: its block, the sensor of each probe; and their errors."""
        source = self._source(node)
        truth: dict[str, float] = {}
        if source is not None:
            truth["block_c"] = source.true_block_c(ns)
        if (heated := self._display(node)) is not None:
            truth["display_k"] = heated.heater.display_error_k(ns)
        for member in node.members:
            if member.instrument != node.source:
                name = "_".join(part for part in (member.instrument, member.terminal) if part)
                told = self._probe_truth(node, member, ns)
                truth.update({f"{name}_{key}": value for key, value in told.items()})
        return truth

    def _probe_truth(self, node: NodeConfig, member: Member, ns: int) -> dict[str, float]:
        """Return temperature and errors of a probe and of what reads it, by the documented names."""
        probe, source = _probe_of(node, member), self._source(node)
        celsius = self._at(node, probe, ns)
        error_k = self._error_k(member, probe, celsius, ns)
        told = {"c": celsius, "error_k": error_k}
        if source is not None:
            axial, radial = self._gradient(source, probe, celsius)
            told |= {"axial_k": axial, "radial_k": radial, "share": self._share(source, celsius, ns)}
            told["place_k"] = celsius - source.true_block_c(ns - round(_LAG_S * _SECOND))
        if probe.known is not None:
            told |= {f"{key}_k": value for key, value in asdict(self.drawn(probe)).items()}
        reader = self._reader(member.instrument)
        if reader is not None and not math.isnan(error_k):
            told["readout_k"] = reader.readout.error_k(probe.kind, celsius + error_k)
            if probe.kind == "pt100" and probe.known is None:
                told["heated_k"] = self._heat_k(celsius, 1e-3)
                told["second_current_k"] = reader.readout.second_current_k()
            if probe.kind != "pt100":
                told["junction_k"] = reader.readout.junction_error_k()
                told["place"] = self._world.effects.inhomogeneity * self.place(probe)
        return told

    def _heat_k(self, celsius: float, current_a: float) -> float:
        """Return by how much a current heats a platinum thermometer."""
        return self._world.effects.self_heating * _SELF_HEATING_K_PER_W * current_a**2 * pt100_ohm(celsius)

    def _error_k(self, member: Member, probe: Probe, celsius: float, ns: int) -> float:
        """Return how far a probe is off its standard curve where it is, at 1 mA or without its place."""
        if probe.kind == "pt100":
            ohm = self.resistance_ohm(member.instrument, member.terminal, 1e-3, ns)
            return math.nan if math.isinf(ohm) else platinum_c(ohm) - celsius
        own = self._world.effects.unit_error * self.wires(probe)
        cold = thermocouple_v(probe.kind, 25.0 + self._world.excess_c(ns))
        hot = thermocouple_v(probe.kind, celsius)
        return couple_c(probe.kind, hot + own * (hot - cold)) - celsius

    def save(self) -> dict[str, Any]:
        """Return nothing: the sources keep their blocks."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take nothing."""

    def _source(self, node: NodeConfig) -> HeatSource | None:
        if node.source not in self._heating:
            source = self._world.devices.get(node.source)
            self._heating[node.source] = source if isinstance(source, HeatSource) else None
        return self._heating[node.source]

    def _display(self, node: NodeConfig) -> Heated | None:
        if node.source not in self._heated:
            source = self._source(node)
            self._heated[node.source] = source if isinstance(source, Heated) else None
        return self._heated[node.source]

    def _reader(self, name: str) -> Reads | None:
        if name not in self._reading:
            device = self._world.devices.get(name)
            self._reading[name] = device if isinstance(device, Reads) else None
        return self._reading[name]

    def _trail(self, readout: str, ns: int) -> list[float]:
        for node in self._world.connected(readout, "thermal"):
            source = self._source(node)
            if source is not None:
                return source.block.trail(ns)
        return [23.0]

    def _at(self, node: NodeConfig, probe: Probe, ns: int) -> float:
        """Return the temperature of a sensor: block, gradients, load, stem, lag."""
        room_c = 23.0 + self._world.excess_c(ns)
        source = self._source(node)
        if source is None:
            assert isinstance(node.figures, Well)
            stated = node.figures.temperature_c
            return room_c if stated is None else stated
        celsius = source.true_block_c(ns - round(_LAG_S * _SECOND))
        away, share = celsius - room_c, self._share(source, celsius, ns)
        celsius += share * sum(self._gradient(source, probe, celsius))
        others = sum(member.instrument != node.source for member in node.members) - 1
        celsius -= (
            share * self._world.effects.block_load * source.figure("block_loading", celsius) * others / 3.0
        )
        stem = self._world.effects.immersion * math.exp(-probe.depth_mm / probe.stem_mm)
        return celsius - stem * away

    def _share(self, source: HeatSource, celsius: float, ns: int) -> float:
        """Return the distance from the room over that of the end of the span that is farthest from it."""
        room_c = 23.0 + self._world.excess_c(ns)
        return (celsius - room_c) / max(abs(end - room_c) for end in source.span_c)

    def _gradient(self, source: HeatSource, probe: Probe, celsius: float) -> tuple[float, float]:
        """Return what height and boring add, at the full span from the room."""
        draws, scale = self._world.draws, self._world.effects.gradient
        axial = source.figure("block_axial_40mm", celsius) * draws.uniform("axial", source.serial)
        radial = source.figure("block_radial", celsius) * draws.uniform("radial", source.serial, probe.bore)
        return scale * axial * probe.height_mm / 40.0, scale * (radial if probe.bore else 0.0)


def _probe_of(node: NodeConfig, member: Member) -> Probe:
    assert isinstance(node.figures, Well)
    key = f"{member.instrument}:{member.terminal}" if member.terminal else member.instrument
    return node.figures.probes.get(key) or Probe(f"SIM-{key}", "pt100", 150.0, 0.0, 0)
