"""How instruments, wirings and room hang together at each moment."""

from __future__ import annotations

import math
from collections.abc import Callable

from calibrator_drivers.accuracy import load_table
from calibrator_sim._config import BenchConfig, WiringConfig
from calibrator_sim._faults import FaultScript
from calibrator_sim._random import Draws
from calibrator_sim._units import MeterUnit, StandardUnit
from calibrator_sim.instruments.fluke_5522a import Fluke5522A
from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.nodes.electrical import DETACHED, Connection, Feed

__all__ = ["Network"]

_SECOND = 1_000_000_000
_NOTHING = Connection("", "open")
_TRIP = 1503


class Network:
    """The bench's physics; the world of its instruments."""

    def __init__(self, config: BenchConfig, time_ns: Callable[[], int], faults: FaultScript) -> None:
        self.config = config
        self.draws = Draws(config.seed)
        self.effects = config.effects
        self.line_frequency_hz = config.line_frequency_hz
        self.time_ns = time_ns
        self.wiring = ""
        self._faults = faults
        self._connections = {name: self._connection(w) for name, w in config.wirings.items()}
        self.calibrators: dict[str, Fluke5522A] = {}
        self.meters: dict[str, Keysight34401A] = {}
        for name, instrument in config.instruments.items():
            if instrument.kind == "calibrator":
                unit = StandardUnit.of(instrument, config.units[name], config, self.draws)
                self.calibrators[name] = Fluke5522A(name, unit, self)
            elif instrument.kind == "meter":
                table = load_table(instrument.model)
                meter = MeterUnit(instrument, config.units[name], table, self.draws, config)
                self.meters[name] = Keysight34401A(name, meter, self)

    @property
    def devices(self) -> dict[str, Fluke5522A | Keysight34401A]:
        """All instruments that have an address, in the file's order."""
        both: dict[str, Fluke5522A | Keysight34401A] = {**self.calibrators, **self.meters}
        return {name: both[name] for name in self.config.instruments if name in both}

    def connect(self, wiring: str) -> None:
        """Change the leads."""
        self.before_change()
        self.wiring = wiring
        self.after_change()

    def connection(self, wiring: str) -> Connection:
        """Return a wiring with its true values; the empty name is nothing connected."""
        return self._connections.get(wiring, _NOTHING)

    def excess_c(self, ns: int) -> float:
        """Return how far the room was from 23 degC at a moment."""
        room = self.config.room
        phase = 2.0 * math.pi * (ns / _SECOND / room.ripple_period_s + self.draws.unit("room"))
        return room.temperature_c - 23.0 + room.ripple_c * math.sin(phase)

    def feed(self, meter: str, ns: int) -> tuple[Feed, Connection]:
        """Return what a meter's leads brought to it at a moment."""
        self.trip_due()
        wiring = self.config.wirings.get(self.wiring)
        if wiring is None or wiring.meter != meter:
            return DETACHED, _NOTHING
        source = self.calibrators.get(wiring.source)
        return (source.output.feed(ns) if source else DETACHED), self._connections[wiring.name]

    def shunt_ohm(self, source: str) -> tuple[Connection, float]:
        """Return the connection of a source and the burden that its current meets."""
        wiring = self.config.wirings.get(self.wiring)
        if wiring is None or wiring.source != source:
            return _NOTHING, 0.0
        return self._connections[wiring.name], self.meters[wiring.meter].shunt_ohm()

    def before_change(self) -> None:
        """Let running measurements finish what lies in the past before something changes."""
        for meter in self.meters.values():
            meter.trigger.catch_up()

    def after_change(self) -> None:
        """Let sources react to what they now meet."""
        for calibrator in self.calibrators.values():
            calibrator.react()

    def stuck(self, meter: str) -> bool:
        """Say whether a fault keeps a meter at its last reading."""
        return self._faults.strike("stuck", meter) is not None

    def trip_due(self) -> None:
        """Let the script's trips happen whose time has come."""
        for name, calibrator in self.calibrators.items():
            if calibrator.output.state.operating and self._faults.strike("trip", name):
                calibrator.trip(_TRIP)

    def _connection(self, wiring: WiringConfig) -> Connection:
        """Draw the true values of a wiring, one draw each (contract of the procedure's budget)."""
        effects, draws = self.effects, self.draws
        lead, lead_half = wiring.lead_ohm
        emf, emf_half = wiring.emf_v
        return Connection(
            wiring.name,
            wiring.terminals,
            leads_ohm=effects.leads * 2.0 * (lead + lead_half * draws.uniform("leads", wiring.name)),
            emf_v=effects.emf * (emf + emf_half * draws.uniform("emf", wiring.name)),
            leakage_s=effects.leakage * draws.unit("leakage", wiring.name) / wiring.insulation_ohm,
        )
