"""What the simulator takes from a bench file, as records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from calibrator_sim._address import Address
from calibrator_sim._effects import Effects
from calibrator_sim._fault_script import Fault
from calibrator_sim._points import Named
from calibrator_sim.instruments._catalogue import CATALOGUE, Entry

__all__ = ["BenchConfig", "InstrumentConfig", "Member", "NodeConfig", "RoomConfig", "UnitConfig"]


@dataclass(frozen=True, slots=True)
class InstrumentConfig:
    """An instrument of the bench file."""

    name: str
    model: str
    serial: str
    zeroed_at: datetime | None = None
    zeroed_temperature_c: float | None = None
    calibrated_at_c: float | None = None  # temperature of its certificate
    address: Address = field(default_factory=Address)  # of the file, kept when the bench is served
    options: tuple[str, ...] = ()  # installed hardware options

    @property
    def entry(self) -> Entry:
        """The model's line in the catalogue."""
        return CATALOGUE.get(self.model) or Entry(self.model, self.model, "passive", "", "")

    @property
    def kind(self) -> str:
        """What it is on the bench, such as calibrator, meter or artefact."""
        return self.entry.kind


@dataclass(frozen=True, slots=True)
class Member:
    """An instrument on a node; `terminal` where the bench file names one (`NAME:TERMINAL`)."""

    instrument: str
    terminal: str = ""


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """A node: instruments that are joined in one domain while a wiring is connected.

    `figures` are those of the domain, from which its true values are drawn.
    """

    name: str
    domain: str
    members: tuple[Member, ...]
    figures: object
    wiring: str = ""  # the wiring that makes it; empty: joined whatever is connected
    source: str = ""  # the instrument that sets the node's quantity, "" for none
    meter: str = ""  # the instrument that a wiring feeds ("to")

    def holds(self, instrument: str) -> bool:
        """Say whether an instrument is joined to the node."""
        return any(member.instrument == instrument for member in self.members)


@dataclass(frozen=True, slots=True)
class UnitConfig:
    """How the true error of an instrument is drawn."""

    error: str
    population: str = "two-term"
    width: float = 0.5
    outside: tuple[Named, ...] = ()
    z: float | None = None
    interval: str = "1y"
    on_for_s: float = 7200.0
    treat_as: str = ""  # overrides the row's: "normal_k" or "limit_rectangular"
    shunt_heating_ppm_per_w: float = 0.0
    pulse_jitter_s: float = 0.0  # half-width
    hysteresis_g: float = 0.0  # of a balance, between a load that grew and one that fell, at half of Max


@dataclass(frozen=True, slots=True)
class RoomConfig:
    """The true conditions of the room."""

    temperature_c: float = 23.0
    humidity_rh: float = 45.0
    ripple_c: float = 0.03
    ripple_period_s: float = 1800.0
    pressure_pa: float = 101_325.0


@dataclass(frozen=True, slots=True)
class BenchConfig:
    """Everything the simulator needs to know of a bench."""

    name: str
    seed: int
    start: datetime
    instruments: Mapping[str, InstrumentConfig]
    wirings: Mapping[str, NodeConfig]  # the node that a wiring of the file makes
    units: Mapping[str, UnitConfig]
    effects: Effects = field(default_factory=Effects)
    room: RoomConfig = field(default_factory=RoomConfig)
    faults: tuple[Fault, ...] = ()
    wiring: str = ""
    line_frequency_hz: float = 50.0
    nodes: Mapping[str, NodeConfig] = field(default_factory=dict)  # further ones, of any domain
