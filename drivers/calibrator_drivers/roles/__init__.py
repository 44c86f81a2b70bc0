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
    MeasureCurrentDC,
    MeasureResistance,
    MeasureVoltageDC,
    SourceCurrentDC,
    SourceResistance,
    SourceVoltageDC,
)

__all__ = [
    "ROLE_NAMES",
    "Identity",
    "Indication",
    "Instrument",
    "MeasureCurrentDC",
    "MeasureResistance",
    "MeasureVoltageDC",
    "Meter",
    "Source",
    "SourceCurrentDC",
    "SourceLimits",
    "SourceResistance",
    "SourceState",
    "SourceVoltageDC",
]

ROLE_NAMES: tuple[str, ...] = _ELECTRICAL  # each domain adds its NAMES
