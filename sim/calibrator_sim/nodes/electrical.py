"""The electrical path: terminals of a source, leads, terminals of a meter.

The equations are those of the procedure's models (docs/simulated-bench.md): what the
meter's terminals see, before its own error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, runtime_checkable

from calibrator_sim._read import Table

if TYPE_CHECKING:
    from calibrator_sim._config_types import NodeConfig
    from calibrator_sim.instruments import World

__all__ = [
    "DETACHED",
    "TERMINALS",
    "Burden",
    "Connection",
    "Domain",
    "Feed",
    "Leads",
    "Source",
    "absorbed",
    "alternating_current",
    "alternating_voltage",
    "compliance_voltage",
    "current",
    "of",
    "resistance",
    "voltage",
]

TERMINALS = (
    "open",
    "short-input-sense",
    "normal-input",
    "normal-input-reversed",
    "normal-input-sense",
    "normal-input-aux-sense",
    "aux-current",
    "a20-current",
    "tc-input",
)

_REVERSED = "normal-input-reversed"  # HI and LO swapped at the source: the EMF of the leads stays as it is
_NORMAL = ("normal-input", _REVERSED, "normal-input-sense", "normal-input-aux-sense")
_COMMON_MODE = 1e-7  # 140 dB, with 1 kohm in the lower lead (memory_medium)
_ABSORBING_OHM, _ABSORBING_S = 100.0e6, 1.0  # a metre of cable: a tail of 0.1 % and 1 s (memory_medium)
_SHORT_OHM = 0.002  # of the copper short between HI and LO, seen by two wires only


@dataclass(frozen=True, slots=True)
class Feed:
    """What a source presents at its terminals at one moment; all None means open terminals.

    Where `frequency_hz` is not 0, volts and amperes are rms values of a waveform with that `crest` factor.
    """

    voltage_v: float | None = None  # at `port`
    source_ohm: float = 0.0
    resistance_ohm: float | None = None  # at NORMAL
    sense_at_aux: bool = False  # four-wire compensation: the resistance is defined at AUX
    current_a: float | None = None  # at AUX, or at `port` 20A
    frequency_hz: float = 0.0
    crest: float = math.sqrt(2.0)
    offset_v: float = 0.0  # direct part of an alternating voltage
    port: str = ""  # "TC" or "20A" where the terminals are not NORMAL and AUX


DETACHED = Feed()


@dataclass(frozen=True, slots=True)
class Connection:
    """A wiring with its true values: what connects what, through which leads."""

    name: str
    terminals: str
    leads_ohm: float = 0.0
    emf_v: float = 0.0
    leakage_s: float = 0.0
    capacitance_f: float = 0.0
    common_v: float = 0.0  # what a direct voltage reads more by the voltage of both terminals to earth
    absorption: float = 0.0  # by which share 100 Mohm read low as a wiring is connected


def voltage(feed: Feed, connection: Connection, loading_s: float) -> float | None:
    """Return the voltage across the meter's HI and LO; None where they are open.

    Source and leads are loaded by the meter's conductance `loading_s`; the EMF is behind them.
    """
    if connection.terminals == "short-input-sense":
        return connection.emf_v
    if not _volts_reach(feed, connection):
        return None
    if feed.resistance_ohm is not None:
        return connection.emf_v + connection.common_v
    if feed.voltage_v is None:
        return None
    direct = feed.offset_v if feed.frequency_hz else feed.voltage_v
    divided = direct / (1.0 + (feed.source_ohm + connection.leads_ohm) * loading_s)
    if connection.terminals == _REVERSED:
        divided = -divided
    return divided + connection.emf_v + connection.common_v


def alternating_voltage(
    feed: Feed, connection: Connection, loading_s: float, loading_f: float
) -> float | None:
    """Return the rms voltage across HI and LO without its direct part; None where they are open.

    Conductance `loading_s` and capacitance `loading_f` (farad, the leads' with it) load source and leads.
    """
    if connection.terminals == "short-input-sense":
        return 0.0
    if not _volts_reach(feed, connection) or (feed.voltage_v is None and feed.resistance_ohm is None):
        return None
    if feed.voltage_v is None or not feed.frequency_hz:
        return 0.0
    ohms = feed.source_ohm + connection.leads_ohm
    reactive = 2.0 * math.pi * feed.frequency_hz * (loading_f + connection.capacitance_f) * ohms
    return feed.voltage_v / math.hypot(1.0 + ohms * loading_s, reactive)


def _volts_reach(feed: Feed, connection: Connection) -> bool:
    """Say whether the leads are on the terminals where the source's volts or ohms are."""
    if feed.port == "TC":
        return connection.terminals == "tc-input"
    return connection.terminals in _NORMAL


def resistance(feed: Feed, connection: Connection, *, wires: int, test_a: float) -> float:
    """Return the resistance that the meter's test current finds; infinite where its path is open.

    With four wires the sense pair must reach the plane where the source defines its resistance.
    """
    if connection.terminals == "short-input-sense":
        return (_SHORT_OHM if wires == 2 else 0.0) + connection.emf_v / test_a
    if connection.terminals not in _NORMAL:
        return math.inf
    if feed.voltage_v is not None and wires == 2:
        direct = feed.offset_v if feed.frequency_hz else feed.voltage_v
        return (direct + connection.emf_v) / test_a + feed.source_ohm + connection.leads_ohm
    if feed.resistance_ohm is None or (wires == 4 and not _sensed(feed, connection)):
        return math.inf
    seen = feed.resistance_ohm / (1.0 + feed.resistance_ohm * connection.leakage_s)
    return seen + connection.emf_v / test_a + (connection.leads_ohm if wires == 2 else 0.0)


def absorbed(connection: Connection, ohms: float, seconds: float) -> float:
    """Return by how much a resistance reads low, `seconds` after its wiring was connected."""
    if not connection.absorption or math.isinf(ohms):
        return 0.0
    return ohms * min(1.0, connection.absorption * ohms / _ABSORBING_OHM) * math.exp(-seconds / _ABSORBING_S)


def _sensed(feed: Feed, connection: Connection) -> bool:
    plane = "normal-input-aux-sense" if feed.sense_at_aux else "normal-input-sense"
    return connection.terminals == plane


def current(feed: Feed, connection: Connection) -> float:
    """Return the current into the meter's I terminal; 0 A where it is open."""
    if feed.frequency_hz:
        return 0.0
    return _amperes(feed, connection)


def alternating_current(feed: Feed, connection: Connection) -> float:
    """Return the rms current into the meter's I terminal; 0 A where it is open."""
    return _amperes(feed, connection) if feed.frequency_hz else 0.0


def _amperes(feed: Feed, connection: Connection) -> float:
    terminals = "a20-current" if feed.port == "20A" else "aux-current"
    if connection.terminals != terminals or feed.current_a is None:
        return 0.0
    return feed.current_a


def compliance_voltage(current_a: float, connection: Connection, shunt_ohm: float) -> float:
    """Return the voltage that a current source needs; infinite where the circuit is open."""
    if connection.terminals not in ("aux-current", "a20-current"):
        return math.inf if current_a else 0.0
    return abs(current_a) * (shunt_ohm + connection.leads_ohm)


@runtime_checkable
class Source(Protocol):
    """An instrument whose terminals present something."""

    def feed(self, ns: int) -> Feed:
        """Return what the terminals present at a moment."""
        ...


@cache  # asked at each reading, and a look at a protocol costs 15 us
def _is_source(kind: type) -> bool:
    return issubclass(kind, Source)


@runtime_checkable
class ManyOutputs(Protocol):
    """An instrument with several outputs; a node says which by `NAME:TERMINAL`."""

    def terminal_feed(self, terminal: str, ns: int) -> Feed:
        """Return what the terminals of an output present at a moment."""
        ...


@runtime_checkable
class Burden(Protocol):
    """An instrument that a current may flow through."""

    def shunt_ohm(self) -> float:
        """Return the resistance between its current terminals now."""
        ...


@dataclass(frozen=True, slots=True)
class Leads:
    """What a bench file says of a connection; true values are drawn from it."""

    terminals: str
    lead_ohm: tuple[float, float] = (0.05, 0.05)  # estimate and half-width of one lead
    emf_v: tuple[float, float] = (0.0, 1.0e-6)
    insulation_ohm: float = 1.0e12
    capacitance_f: float = 1.0e-10  # 1 m of cable
    applied: Feed | None = None  # an ideal source in place of an instrument
    pair: str = ""  # the pair of leads that several wirings use; "" has its own
    contact_ohm: float = 0.0  # half-width of what a connection's contacts have beyond its leads
    common_mode_v: float = 0.0  # of both terminals against earth
    absorption: float = 0.0  # of the insulation, as the share by which 100 Mohm read low at first
    change_v: float = 0.0  # half-width of the EMF that a connection has beyond that of its leads


NOTHING = Connection("", "open")
_APPLIED = ("voltage_v", "current_a", "resistance_ohm")
_OF_APPLIED = ("frequency_hz", "source_ohm", "crest", "offset_v")


def _usual_terminals(entry: Table) -> str:
    """Return the terminals where none are named: NORMAL for what is fed, AUX for a stated current."""
    if "artefact" in entry.values:
        return "short-input-sense"
    if "current_a" in entry.values:
        return "aux-current"
    return "normal-input-sense" if {"joins", "from"} & entry.values.keys() else "open"


class Domain:
    """Every electrical connection of a bench."""

    KEYS: ClassVar[tuple[str, ...]] = (
        "terminals",
        "lead_resistance_ohm",
        "emf_v",
        "insulation_ohm",
        "capacitance_f",
        "leads",
        "contact_ohm",
        "common_mode_v",
        "absorption",
        *_APPLIED,
        *_OF_APPLIED,
    )

    def __init__(self, world: World) -> None:
        self._world = world
        self._connections: dict[str, Connection] = {}

    @staticmethod
    def figures(entry: Table) -> Leads:
        """Take terminals and leads of a connection."""
        terminals = entry.choice("terminals", _usual_terminals(entry), TERMINALS)
        insulation, _ = entry.figure("insulation_ohm", 1.0e12, 0.0)
        if insulation <= 0.0:
            raise entry.bad("insulation_ohm", "a resistance above 0 ohm", insulation)
        volts, amperes, ohms = (entry.number(k, 0.0) if k in entry.values else None for k in _APPLIED)
        applied = Feed(
            voltage_v=volts,
            current_a=amperes,
            resistance_ohm=ohms,
            source_ohm=entry.number("source_ohm", 0.0, low=0.0),
            frequency_hz=entry.number("frequency_hz", 0.0, low=0.0),
            crest=entry.number("crest", DETACHED.crest, low=1.0),
            offset_v=entry.number("offset_v", 0.0),
        )
        stated = any(value is not None for value in (volts, amperes, ohms))
        return Leads(
            terminals,
            entry.figure("lead_resistance_ohm", 0.05, 0.05),
            entry.figure("emf_v", 0.0, 1.0e-6),
            insulation,
            entry.number("capacitance_f", 1.0e-10, low=0.0),
            applied if stated else None,
            entry.text("leads"),
            entry.number("contact_ohm", 0.0, low=0.0),
            entry.number("common_mode_v", 0.0),
            entry.number("absorption", 0.0, low=0.0),
            entry.table("figures").figure("emf_change", 0.0, 0.0)[1],
        )

    def feed(self, meter: str, ns: int) -> tuple[Feed, Connection]:
        """Return what a meter's leads brought to it at a moment."""
        self._world.trip_due()
        for node in self._world.connected(meter, "electrical"):
            applied = cast("Leads", node.figures).applied
            if node.source == meter and applied is None:
                continue
            if applied is not None and not node.source:
                return applied, self.connection(node)
            presented = self._presented(node, ns) or DETACHED
            # Beside a source a stated resistance is its load; a meter finds it where nothing drives it.
            return (applied or DETACHED) if presented is DETACHED else presented, self.connection(node)
        return DETACHED, NOTHING

    def _presented(self, node: NodeConfig, ns: int) -> Feed | None:
        """Return what a node's source presents; None where it has none that presents anything."""
        source = self._world.devices.get(node.source)
        terminal = next((m.terminal for m in node.members if m.instrument == node.source), "")
        if terminal and isinstance(source, ManyOutputs):
            return source.terminal_feed(terminal, ns)
        kind = cast("type", type(source))
        return cast("Source", source).feed(ns) if _is_source(kind) else None

    def shunt_ohm(self, source: str) -> tuple[Connection, float]:
        """Return the connection of a source and the burden that its current meets."""
        for node in self._world.connected(source, "electrical"):
            if node.source == source:
                burden = self._world.devices.get(node.meter)
                return self.connection(node), burden.shunt_ohm() if isinstance(burden, Burden) else 0.0
        return NOTHING, 0.0

    def load_ohm(self, source: str) -> tuple[Connection, float]:
        """Return the connection of a source and the resistance on it; infinite where no current can flow."""
        for node in self._world.connected(source, "electrical"):
            if node.source == source:
                connection, applied = self.connection(node), cast("Leads", node.figures).applied
                if applied is not None and applied.resistance_ohm is not None:
                    return connection, applied.resistance_ohm
                if connection.terminals == "aux-current":
                    return connection, self.shunt_ohm(source)[1]
                return connection, math.inf
        return NOTHING, math.inf

    def connection(self, node: NodeConfig) -> Connection:
        """Return a connection with its true values, drawn once each (contract of the procedure's budget)."""
        if node.name not in self._connections:
            self._connections[node.name] = self._draw(node.name, cast("Leads", node.figures))
        return self._connections[node.name]

    def truth(self, node: NodeConfig, ns: int) -> Mapping[str, float]:
        """Return what stands on a node: `voltage_v`, `current_a` or `resistance_ohm`, where there is one."""
        self._world.trip_due()
        feed = self._presented(node, ns) or cast("Leads", node.figures).applied or DETACHED
        found = {key: getattr(feed, key) for key in _APPLIED}
        if feed.frequency_hz:
            found["frequency_hz"] = feed.frequency_hz
        return {key: value for key, value in found.items() if value is not None}

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot: leads have none."""
        return {}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""

    def _draw(self, name: str, leads: Leads) -> Connection:
        effects, draws = self._world.effects, self._world.draws
        lead, lead_half = leads.lead_ohm
        emf, emf_half = leads.emf_v
        pair = leads.pair or name
        change = leads.change_v * draws.uniform("emf change", name) if leads.change_v else 0.0
        contact = leads.contact_ohm * draws.uniform("contact", name) if leads.contact_ohm else 0.0
        whole = effects.leads * 2.0 * (lead + lead_half * draws.uniform("leads", pair))
        return Connection(
            name,
            leads.terminals,
            leads_ohm=whole + effects.contact * contact,
            emf_v=effects.emf * (emf + emf_half * draws.uniform("emf", pair) + change),
            leakage_s=effects.leakage * draws.unit("leakage", pair) / leads.insulation_ohm,
            capacitance_f=effects.capacitance * leads.capacitance_f,
            absorption=effects.absorption * leads.absorption,
            common_v=effects.common_mode * leads.common_mode_v * _COMMON_MODE,
        )


def of(world: World) -> Domain:
    """Return the electrical connections of a bench."""
    return cast("Domain", world.domain("electrical"))
