"""Roles of electrical simulation of temperature: thermocouple voltages and resistances."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ._core import Source

NAMES: tuple[str, ...] = ("SourceTemperatureSimulatedThermocouple", "SourceTemperatureSimulatedRTD")


@runtime_checkable
class SourceTemperatureSimulatedThermocouple(Source, Protocol):
    """Sources the voltage of a thermocouple (MII: Source.Temperature.Simulated.Thermocouple)."""

    def stage_thermocouple(self, temperature_c: float, *, type_: str, reference_c: float | None) -> None:
        """Programme a temperature (degC, ITS-90) of a thermocouple of `type_` ("K") in standby.

        `reference_c` is the temperature of the reference junction; None takes that of the terminals.
        """
        ...


@runtime_checkable
class SourceTemperatureSimulatedRTD(Source, Protocol):
    """Sources the resistance of a thermometer (MII: Source.Temperature.Simulated.RTD)."""

    def stage_rtd(self, temperature_c: float, *, type_: str, wires: int) -> None:
        """Programme a temperature (degC) of a resistance thermometer of `type_` ("PT385") in standby."""
        ...
