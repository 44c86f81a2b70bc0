"""Role of a sensor of the room; its name begins X. because MII has no taxon for three quantities at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ._core import Instrument

__all__ = ["NAMES", "EnvironmentIndication", "MeasureEnvironment"]

NAMES: tuple[str, ...] = ("X.MeasureEnvironment",)


@dataclass(frozen=True, slots=True)
class EnvironmentIndication:
    """Conditions of the room at one moment."""

    raw: str
    temperature_c: float
    humidity_rh: float
    pressure_pa: float
    traffic_offset: int | None = None


@runtime_checkable
class MeasureEnvironment(Instrument, Protocol):
    """Measures temperature, relative humidity and pressure of the air."""

    def read_environment(self) -> EnvironmentIndication:
        """Return the three of one moment."""
        ...
