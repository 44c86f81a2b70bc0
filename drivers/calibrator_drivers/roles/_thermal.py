"""Roles of the temperature domain (MII: Source.Temperature, Measure.Temperature)."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ._core import Meter, Source

__all__ = ["NAMES", "MeasureTemperature", "SourceTemperature"]

NAMES: tuple[str, ...] = ("SourceTemperature", "MeasureTemperature")


@runtime_checkable
class SourceTemperature(Source, Protocol):
    """Sources a temperature; after standby it stays hot and is safe below 50 °C only."""

    def stage_temperature(self, temperature_c: float) -> None:
        """Programme a temperature (°C) with heating and cooling off."""
        ...

    def temperature_c(self) -> float:
        """Return the temperature that the source itself reads now (°C)."""
        ...

    def touchable(self) -> bool:
        """Say whether the source has read below 50 °C with its heater off."""
        ...


@runtime_checkable
class MeasureTemperature(Meter, Protocol):
    """Measures a temperature through a probe on one of its channels."""

    def configure_temperature(self, channel: int, *, probe: str) -> None:
        """Choose a channel and its kind of probe: "pt100", "K", "S", ..."""
        ...
