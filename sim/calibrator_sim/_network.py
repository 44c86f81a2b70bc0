"""How instruments, nodes and room hang together at each moment: the world of the instruments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from calibrator_sim._config import BenchConfig, NodeConfig
from calibrator_sim._defects import Defects
from calibrator_sim._fault_script import Fault
from calibrator_sim._faults import FaultScript
from calibrator_sim._random import Draws
from calibrator_sim.instruments import Device, Outputs, device_class
from calibrator_sim.nodes import Domain, domain_class

__all__ = ["Network"]

_SECOND = 1_000_000_000


class Network:
    """The bench's instruments and what joins them; it knows no single model."""

    def __init__(
        self,
        config: BenchConfig,
        time_ns: Callable[[], int],
        faults: FaultScript,
        defects: Defects | None = None,
    ) -> None:
        self.config = config
        self.draws = Draws(config.seed)
        self.effects = config.effects
        self._room_turns = self.draws.unit("room")
        self.line_frequency_hz = config.line_frequency_hz
        self.time_ns = time_ns
        self.wiring = ""
        self.wired_ns = 0
        self._faults = faults
        self._defects = defects or Defects()
        self._domains: dict[str, Domain] = {}
        self._joined: dict[tuple[str, str, str], tuple[NodeConfig, ...]] = {}
        self._devices: dict[str, Device] = {
            name: device_class(instrument.model).build(name, instrument, config.units[name], self)
            for name, instrument in config.instruments.items()
            if instrument.entry.home or instrument.entry.silent
        }

    @property
    def devices(self) -> Mapping[str, Device]:
        """All instruments that act, in the file's order; not all have an address."""
        return self._devices

    def connect(self, wiring: str) -> None:
        """Change the leads."""
        self.before_change()
        self.wiring, self.wired_ns = wiring, self.time_ns()
        self.after_change()

    def connected(self, name: str, domain: str = "") -> tuple[NodeConfig, ...]:
        """Return the nodes that an instrument is joined to now, of one domain or of all."""
        key = (self.wiring, name, domain)
        if key not in self._joined:
            nodes = (*self.config.wirings.values(), *self.config.nodes.values())
            self._joined[key] = tuple(
                node
                for node in nodes
                if node.wiring in ("", self.wiring) and node.holds(name) and domain in ("", node.domain)
            )
        return self._joined[key]

    def peers(self, name: str, node: NodeConfig, part: str = "") -> tuple[Device, ...]:
        """Return the other instruments on a node, or those that are a `source`, a `meter`, … there."""
        instruments = self.config.instruments
        return tuple(
            self._devices[member.instrument]
            for member in node.members
            if member.instrument != name
            and member.instrument in self._devices
            and part in ("", instruments[member.instrument].entry.part(node.domain))
        )

    def domain(self, name: str) -> Domain:
        """Return the physics of a domain, made when it is first asked for."""
        if name not in self._domains:
            self._domains[name] = domain_class(name)(self)
        return self._domains[name]

    def excess_c(self, ns: int) -> float:
        """Return how far the room was from 23 degC at a moment."""
        room = self.config.room
        phase = 2.0 * math.pi * (ns / _SECOND / room.ripple_period_s + self._room_turns)
        return room.temperature_c - 23.0 + room.ripple_c * math.sin(phase)

    def room(self, ns: int) -> Mapping[str, float]:
        """Return the true room at a moment: `temperature_c`, `humidity_rh`, `pressure_pa`."""
        room = self.config.room
        return {
            "temperature_c": 23.0 + self.excess_c(ns),
            "humidity_rh": room.humidity_rh,
            "pressure_pa": room.pressure_pa,
        }

    def before_change(self) -> None:
        """Let running measurements finish what lies in the past before something changes."""
        self._each(lambda device: device.catch_up())

    def after_change(self) -> None:
        """Let every instrument react to what it now meets."""
        self._each(lambda device: device.react())

    def _each(self, act: Callable[[Device], None]) -> None:
        """Let every instrument do something; a defect of one twin is not the others'."""
        for name, device in self._devices.items():
            try:
                act(device)
            except Exception as defect:  # noqa: BLE001 - whatever it is, it is noted with the twin's name
                self._defects.note(name, defect)

    def stuck(self, name: str) -> bool:
        """Say whether a fault keeps an instrument at its last reading."""
        return self._faults.strike("stuck", name) is not None

    def over_range(self, name: str) -> bool:
        """Say whether a fault makes an instrument show an overload."""
        return self._faults.strike("over-range", name) is not None

    def drift(self, name: str, ns: int) -> float:
        """Return by which fraction of its value a fault puts an instrument off at a moment."""
        return self._faults.drift(name, ns)

    def strike(self, kind: str, name: str) -> Fault | None:
        """Return the fault of a kind that strikes an instrument now, and count it."""
        return self._faults.strike(kind, name)

    def trip_due(self) -> None:
        """Let the script's trips happen whose time has come."""
        if not self._faults.any("trip"):
            return
        for name, device in self._devices.items():
            if isinstance(device, Outputs) and device.operating() and self._faults.strike("trip", name):
                device.trip()

    def save(self) -> dict[str, Any]:
        """Return the state of instruments and nodes for a snapshot."""
        domains = {name: state for name, domain in self._domains.items() if (state := domain.save())}
        return {
            "wiring": self.wiring,
            "wired_ns": self.wired_ns,
            "instruments": {name: device.save() for name, device in self._devices.items()},
            **({"domains": domains} if domains else {}),
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.wiring, self.wired_ns = state["wiring"], state.get("wired_ns", 0)
        for name, domain in state.get("domains", {}).items():
            self.domain(name).load(domain)
        for name, device in self._devices.items():
            device.load(state["instruments"][name])
