"""Roles of electric power and energy; names beginning X. have no MII taxon (own_taxa.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ._core import Indication, Instrument, Meter, Source

__all__ = ["NAMES", "MeasureEnergy", "MeasurePowerAC", "PowerIndication", "SourcePowerAC"]

NAMES: tuple[str, ...] = ("X.MeasurePowerAC", "X.MeasureEnergy", "X.SourcePowerAC")


@dataclass(frozen=True, slots=True)
class PowerIndication:
    """One update of a power meter: what belongs to the same moment; None where it shows no number."""

    raw: str
    voltage_v: float | None
    current_a: float | None
    active_w: float | None
    apparent_va: float | None
    reactive_var: float | None
    power_factor: float | None
    frequency_hz: float | None
    overload: bool = False
    traffic_offset: int | None = None


@runtime_checkable
class MeasurePowerAC(Meter, Protocol):
    """Measures alternating power; `read` gives the active power in W."""

    def configure_power_ac(self, range_v: float, range_a: float, *, update_s: float) -> None:
        """Fix both ranges and the update rate."""
        ...

    def read_power(self) -> PowerIndication:
        """Return all quantities of one update."""
        ...


@runtime_checkable
class MeasureEnergy(Instrument, Protocol):
    """Counts energy between a start and a stop."""

    def prepare_energy(self) -> None:
        """Bring everything to where one message starts a count, so that a start is no later than a stop."""
        ...

    def start_energy(self) -> None:
        """Begin a count at zero; prepared first where it was not."""
        ...

    def stop_energy(self) -> None:
        """End the count; its energy stays to be read."""
        ...

    def read_energy(self) -> Indication:
        """Return the energy of the count (Wh), also while it goes on."""
        ...


@runtime_checkable
class SourcePowerAC(Source, Protocol):
    """Sources a sinusoidal voltage and current with a phase between them: a phantom load."""

    def stage_power_ac(
        self, voltage_v: float, current_a: float, *, frequency_hz: float, power_factor: float, leading: bool
    ) -> None:
        """Programme volts and amperes (rms) and their power factor with the output in standby."""
        ...
