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
from ._environment import NAMES as _ENVIRONMENT
from ._environment import EnvironmentIndication, MeasureEnvironment
from ._frequency import NAMES as _FREQUENCY
from ._frequency import Discipline, MeasureFrequency, ReferenceFrequency, SourceFrequency
from ._mass import NAMES as _MASS
from ._mass import MeasureMass
from ._power import NAMES as _POWER
from ._power import MeasureEnergy, MeasurePowerAC, PowerIndication, SourcePowerAC
from ._pressure import NAMES as _PRESSURE
from ._pressure import MeasurePressure, SourcePressure
from ._serials import same_serial
from ._simulated import NAMES as _SIMULATED
from ._simulated import SourceTemperatureSimulatedRTD, SourceTemperatureSimulatedThermocouple
from ._taxa import taxa_of
from ._thermal import NAMES as _THERMAL
from ._thermal import MeasureTemperature, SourceTemperature
from ._typed import Expecting

__all__ = [
    "ROLE_NAMES",
    "Discipline",
    "EnvironmentIndication",
    "Expecting",
    "Identity",
    "Indication",
    "Instrument",
    "MeasureCurrentAC",
    "MeasureCurrentDC",
    "MeasureEnergy",
    "MeasureEnvironment",
    "MeasureFrequency",
    "MeasureMass",
    "MeasurePowerAC",
    "MeasurePressure",
    "MeasureResistance",
    "MeasureTemperature",
    "MeasureVoltageAC",
    "MeasureVoltageDC",
    "Meter",
    "PowerIndication",
    "ReferenceFrequency",
    "Source",
    "SourceCurrentAC",
    "SourceCurrentDC",
    "SourceFrequency",
    "SourceLimits",
    "SourcePowerAC",
    "SourcePressure",
    "SourceResistance",
    "SourceState",
    "SourceTemperature",
    "SourceTemperatureSimulatedRTD",
    "SourceTemperatureSimulatedThermocouple",
    "SourceVoltageAC",
    "SourceVoltageDC",
    "same_serial",
    "taxa_of",
]

# Each domain adds its NAMES.
ROLE_NAMES: tuple[str, ...] = (
    *_ELECTRICAL,
    *_SIMULATED,
    *_FREQUENCY,
    *_PRESSURE,
    *_THERMAL,
    *_MASS,
    *_POWER,
    *_ENVIRONMENT,
)
