"""Roles: what a device does, in the style of the NCSLI MII taxonomy.

A procedure names roles and never models. A driver declares in its class
attribute `ROLES` the names of the roles it fills. Bare floats carry their SI
unit in their name; pint quantities live one floor above, in the bench façade.
One file a domain; each lists the names of its roles in `NAMES`.
"""

from __future__ import annotations

from ._core import Identity, Indication, Instrument, Meter, Source, SourceLimits, SourceState
from ._electrical import NAMES as _ELECTRICAL
from ._electrical import (
    MeasureCurrentAC,
    MeasureCurrentDC,
    MeasureResistance,
    MeasureVoltageAC,
    MeasureVoltageDC,
    SourceCurrentAC,
    SourceCurrentDC,
    SourceResistance,
    SourceVoltageAC,
    SourceVoltageDC,
)
from ._frequency import NAMES as _FREQUENCY
from ._frequency import Discipline, MeasureFrequency, ReferenceFrequency, SourceFrequency
from ._simulated import NAMES as _SIMULATED
from ._simulated import SourceTemperatureSimulatedRTD, SourceTemperatureSimulatedThermocouple

__all__ = [
    "ROLE_NAMES",
    "Discipline",
    "Identity",
    "Indication",
    "Instrument",
    "MeasureCurrentAC",
    "MeasureCurrentDC",
    "MeasureFrequency",
    "MeasureResistance",
    "MeasureVoltageAC",
    "MeasureVoltageDC",
    "Meter",
    "ReferenceFrequency",
    "Source",
    "SourceCurrentAC",
    "SourceCurrentDC",
    "SourceFrequency",
    "SourceLimits",
    "SourceResistance",
    "SourceState",
    "SourceTemperatureSimulatedRTD",
    "SourceTemperatureSimulatedThermocouple",
    "SourceVoltageAC",
    "SourceVoltageDC",
]

# Each domain adds its NAMES.
ROLE_NAMES: tuple[str, ...] = (*_ELECTRICAL, *_SIMULATED, *_FREQUENCY)
