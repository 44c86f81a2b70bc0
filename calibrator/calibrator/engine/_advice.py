"""What a person does where a safe state is not confirmed: another thing for each quantity (METROLOGY 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

__all__ = ["ADVICE", "Kind", "advice_on", "kind_of"]

Kind = Literal["electrical", "power", "pressure", "heat"]

# By how urgent it is. A controller that is switched off vents nothing, a block without mains stays hot.
ADVICE: Mapping[Kind, str] = {
    "pressure": (
        "Relieve the pressure by hand at the vent valve until a gauge on the line reads zero, and undo no"
        " fitting before: a line that is switched off or cut off keeps its pressure"
    ),
    "power": (
        "Open no current circuit and short no voltage circuit; switch the power source off at its mains"
        " switch"
    ),
    "electrical": "Switch the source off at its mains switch",
    "heat": (
        "Do not touch block, bath or probes; switch the heater off at its mains switch and let it cool below"
        " 50 degC"
    ),
}
_ROLES: Mapping[str, Kind] = {
    "SourcePressure": "pressure",
    "SourceTemperature": "heat",
    "SourcePowerAC": "power",
}


def kind_of(roles: Iterable[str]) -> Kind:
    """Return what an instrument of these roles leaves behind where it cannot be made safe."""
    return next((_ROLES[role] for role in roles if role in _ROLES), "electrical")


def advice_on(kinds: Sequence[str]) -> str:
    """Return what to do about sources of these kinds, the most urgent first, with full stops."""
    return " ".join(f"{ADVICE[kind]}." for kind in ADVICE if kind in kinds)
