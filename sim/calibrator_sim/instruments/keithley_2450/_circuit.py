"""The circuit that a 2450 closes: source, limit, leads and load, and what each pair of terminals sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Load", "Point", "solve"]


@dataclass(frozen=True, slots=True)
class Load:
    """What is connected: a resistance behind leads; infinite where nothing is."""

    ohms: float = math.inf
    leads_ohm: float = 0.0
    emf_v: float = 0.0
    sensed: bool = False  # whether the sense leads reach the load


@dataclass(frozen=True, slots=True)
class Point:
    """Where the circuit stands."""

    terminal_v: float
    load_v: float
    amperes: float
    held: bool  # by the limit


def solve(source: str, level: float, limit: float, load: Load, *, remote: bool) -> Point:
    """Return the state of the circuit with `level` (V or A) sourced and the other quantity limited.

    `remote`: volts are held at the end of the sense leads, where these reach the load.
    """
    held_at_load = remote and load.sensed
    whole = load.ohms + load.leads_ohm
    if source == "VOLT":
        seen = load.ohms if held_at_load else whole
        amperes = _quotient(level - load.emf_v, seen)
        held = abs(amperes) > limit
        amperes = math.copysign(limit, amperes) if held else amperes
        if not held and math.isinf(whole):
            return Point(level, level, 0.0, held=False)
    else:
        amperes, held = level, False
        at_limit = load.ohms if held_at_load else whole
        if math.isinf(whole) or abs(level * at_limit + load.emf_v) > limit:
            held = level != 0.0
            volts = math.copysign(limit, level) if held else 0.0
            amperes = 0.0 if math.isinf(whole) or not held else (volts - load.emf_v) / at_limit
            if math.isinf(whole):
                return Point(volts, volts, 0.0, held)
    return Point(amperes * whole + load.emf_v, amperes * load.ohms + load.emf_v, amperes, held)


def _quotient(volts: float, ohms: float) -> float:
    if math.isinf(ohms) or volts == 0.0:
        return 0.0
    return volts / ohms if ohms else math.copysign(math.inf, volts)
