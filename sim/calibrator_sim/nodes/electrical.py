"""The electrical path: terminals of a source, leads, terminals of a meter.

The equations are those of the procedure's models (docs/simulated-bench.md): what the
meter's terminals see, before its own error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["DETACHED", "Connection", "Feed", "compliance_voltage", "current", "resistance", "voltage"]

_NORMAL = ("normal-input", "normal-input-sense", "normal-input-aux-sense")
_SHORT_OHM = 0.002  # of the copper short between HI and LO, seen by two wires only


@dataclass(frozen=True, slots=True)
class Feed:
    """What a source presents at its terminals at one moment; all None means open terminals."""

    voltage_v: float | None = None  # at NORMAL
    source_ohm: float = 0.0
    resistance_ohm: float | None = None  # at NORMAL
    sense_at_aux: bool = False  # four-wire compensation: the resistance is defined at AUX
    current_a: float | None = None  # at AUX


DETACHED = Feed()


@dataclass(frozen=True, slots=True)
class Connection:
    """A wiring with its true values: what connects what, through which leads."""

    name: str
    terminals: str
    leads_ohm: float = 0.0
    emf_v: float = 0.0
    leakage_s: float = 0.0


def voltage(feed: Feed, connection: Connection, loading_s: float) -> float | None:
    """Return the voltage across the meter's HI and LO; None where they are open.

    Source and leads are loaded by the meter's conductance `loading_s`; the EMF is behind them.
    """
    if connection.terminals == "short-input-sense":
        return connection.emf_v
    if connection.terminals not in _NORMAL:
        return None
    if feed.resistance_ohm is not None:
        return connection.emf_v
    if feed.voltage_v is None:
        return None
    divided = feed.voltage_v / (1.0 + (feed.source_ohm + connection.leads_ohm) * loading_s)
    return divided + connection.emf_v


def resistance(feed: Feed, connection: Connection, *, wires: int, test_a: float) -> float:
    """Return the resistance that the meter's test current finds; infinite where its path is open.

    With four wires the sense pair must reach the plane where the source defines its resistance.
    """
    if connection.terminals == "short-input-sense":
        return (_SHORT_OHM if wires == 2 else 0.0) + connection.emf_v / test_a
    if connection.terminals not in _NORMAL:
        return math.inf
    if feed.voltage_v is not None and wires == 2:
        return (feed.voltage_v + connection.emf_v) / test_a + feed.source_ohm + connection.leads_ohm
    if feed.resistance_ohm is None or (wires == 4 and not _sensed(feed, connection)):
        return math.inf
    seen = feed.resistance_ohm / (1.0 + feed.resistance_ohm * connection.leakage_s)
    return seen + connection.emf_v / test_a + (connection.leads_ohm if wires == 2 else 0.0)


def _sensed(feed: Feed, connection: Connection) -> bool:
    plane = "normal-input-aux-sense" if feed.sense_at_aux else "normal-input-sense"
    return connection.terminals == plane


def current(feed: Feed, connection: Connection) -> float:
    """Return the current into the meter's I terminal; 0 A where it is open."""
    if connection.terminals != "aux-current" or feed.current_a is None:
        return 0.0
    return feed.current_a


def compliance_voltage(current_a: float, connection: Connection, shunt_ohm: float) -> float:
    """Return the voltage that a current source needs at AUX; infinite where the circuit is open."""
    if connection.terminals != "aux-current":
        return math.inf if current_a else 0.0
    return abs(current_a) * (shunt_ohm + connection.leads_ohm)
