"""Roles of electrical devices: direct and alternating volts and amperes, and resistance."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ._core import Meter, Source

NAMES: tuple[str, ...] = (
    "SourceVoltageDC",
    "SourceResistance",
    "SourceCurrentDC",
    "SourceVoltageAC",
    "SourceCurrentAC",
    "MeasureVoltageDC",
    "MeasureResistance",
    "MeasureCurrentDC",
    "MeasureVoltageAC",
    "MeasureCurrentAC",
)


@runtime_checkable
class SourceVoltageDC(Source, Protocol):
    """Sources a direct voltage (MII: Source.Voltage.DC)."""

    def stage_voltage_dc(self, voltage_v: float) -> None:
        """Programme `voltage_v` with the output in standby."""
        ...


@runtime_checkable
class SourceResistance(Source, Protocol):
    """Sources a resistance (MII: Source.Resistance)."""

    def stage_resistance(self, resistance_ohm: float, *, wires: int) -> None:
        """Programme `resistance_ohm` for 2 or 4 wires with the output in standby.

        Lead compensation is chosen by the driver where the instrument has it.
        """
        ...


@runtime_checkable
class SourceCurrentDC(Source, Protocol):
    """Sources a direct current (MII: Source.Current)."""

    def stage_current_dc(self, current_a: float) -> None:
        """Programme `current_a` with the output in standby."""
        ...


@runtime_checkable
class SourceVoltageAC(Source, Protocol):
    """Sources a sinusoidal voltage (MII: Source.Voltage.AC.Sinewave)."""

    def stage_voltage_ac(self, voltage_v: float, *, frequency_hz: float) -> None:
        """Programme `voltage_v` rms at `frequency_hz` with the output in standby."""
        ...


@runtime_checkable
class SourceCurrentAC(Source, Protocol):
    """Sources a sinusoidal current (MII: Source.Current.AC.Sinewave)."""

    def stage_current_ac(self, current_a: float, *, frequency_hz: float) -> None:
        """Programme `current_a` rms at `frequency_hz` with the output in standby."""
        ...


@runtime_checkable
class MeasureVoltageDC(Meter, Protocol):
    """Measures a direct voltage (MII: Measure.Voltage.DC)."""

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range and integration time; `high_impedance` asks for > 10 Gohm where the range has it."""
        ...


@runtime_checkable
class MeasureResistance(Meter, Protocol):
    """Measures a resistance (MII: Measure.Resistance)."""

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range, 2 or 4 wires, and integration time."""
        ...


@runtime_checkable
class MeasureCurrentDC(Meter, Protocol):
    """Measures a direct current (MII: Measure.Current.DC)."""

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range and integration time."""
        ...


@runtime_checkable
class MeasureVoltageAC(Meter, Protocol):
    """Measures the rms value of an alternating voltage (MII: Measure.Voltage.AC)."""

    def configure_voltage_ac(self, range_v: float, *, frequency_hz: float) -> None:
        """Fix range (V rms) and the filter that holds for signals from `frequency_hz` upwards."""
        ...


@runtime_checkable
class MeasureCurrentAC(Meter, Protocol):
    """Measures the rms value of an alternating current (MII: Measure.Current.AC.Sinewave)."""

    def configure_current_ac(self, range_a: float, *, frequency_hz: float) -> None:
        """Fix range (A rms) and the filter that holds for signals from `frequency_hz` upwards."""
        ...
