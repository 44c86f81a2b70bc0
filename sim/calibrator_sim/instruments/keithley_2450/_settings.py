"""What a 2450 is set to, as `*RST` leaves it (reference manual 2450-901-01, ch. 6: defaults seen)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["RANGES", "TEST_A", "Measured", "Settings", "Sourced"]

RANGES = {
    "VOLT": (0.02, 0.2, 2.0, 20.0, 200.0),
    "CURR": (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0),
    "RES": (20.0, 200.0, 2e3, 2e4, 2e5, 2e6, 2e7, 2e8),
}
# Currents by which resistances are found, by range: those of the 2400 (seen), taken over from memory.
TEST_A = dict(zip(RANGES["RES"], (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-6, 1e-7), strict=True))


@dataclass(slots=True)
class Sourced:
    """One source function: its level, and the limit of the other quantity."""

    level: float = 0.0
    range_high: float = 0.0
    auto: bool = True
    limit: float = 0.0
    delay_s: float = 0.0
    delay_auto: bool = True
    user_s: list[float] = field(default_factory=lambda: [0.0] * 5)
    read_back: bool = True
    off: str = "NORM"
    high_capacitance: bool = False


@dataclass(slots=True)
class Measured:
    """One measured function."""

    range_high: float = 0.0
    auto: bool = True
    lowest: float = 0.0  # where the automatic range ends downwards
    nplc: float = 1.0
    four_wires: bool = False
    autozero: bool = True
    averaging: bool = False
    count: int = 10
    kind: str = "REP"
    relative: float = 0.0
    relative_on: bool = False
    user_s: list[float] = field(default_factory=lambda: [0.0] * 5)


def _sources() -> dict[str, Sourced]:
    return {"VOLT": Sourced(range_high=0.02, limit=1.05e-4), "CURR": Sourced(range_high=1e-8, limit=21.0)}


def _senses() -> dict[str, Measured]:
    first = {"VOLT": 20.0, "CURR": 1e-4, "RES": 2e5}
    return {name: Measured(high, lowest=RANGES[name][0]) for name, high in first.items()}


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back."""

    source: str = "VOLT"
    sources: dict[str, Sourced] = field(default_factory=_sources)
    protection: str = "NONE"
    sense: str = "CURR"
    senses: dict[str, Measured] = field(default_factory=_senses)
    count: int = 1
    rear: bool = False
    digits: int = 0  # of ASCII replies; 0: as many as the instrument likes
    output: bool = False

    def take(self, state: dict[str, Any]) -> None:
        """Take plain values, such as `dataclasses.asdict` makes."""
        for name, value in state.items():
            if name == "sources":
                self.sources = {key: Sourced(**each) for key, each in value.items()}
            elif name == "senses":
                self.senses = {key: Measured(**each) for key, each in value.items()}
            else:
                setattr(self, name, value)
