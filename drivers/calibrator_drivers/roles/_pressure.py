"""Roles of the pressure domain (MII: several of Source.Pressure and Measure.Pressure, taxa.toml)."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ._core import Meter, Source

__all__ = ["NAMES", "MeasurePressure", "SourcePressure"]

NAMES: tuple[str, ...] = ("SourcePressure", "MeasurePressure")


@runtime_checkable
class SourcePressure(Source, Protocol):
    """Sources a pressure; standby holds what is in the line, only venting makes it safe."""

    def stage_pressure(self, pressure_pa: float) -> None:
        """Programme a gauge pressure with the controller off; the line keeps its pressure meanwhile."""
        ...

    def set_slew(self, slew_pa_per_s: float) -> None:
        """Set the rate of every later change, venting included: what the weakest part of the line allows."""
        ...

    def line_pressure_pa(self) -> float:
        """Return the gauge pressure that the source reads in the line now."""
        ...


@runtime_checkable
class MeasurePressure(Meter, Protocol):
    """Measures a pressure."""

    def configure_pressure(self, range_pa: float, *, absolute: bool) -> None:
        """Fix range and mode; `absolute` counts from vacuum, else from the air around the instrument."""
        ...
