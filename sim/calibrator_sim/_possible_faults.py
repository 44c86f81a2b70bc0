"""Which faults an instrument can have: a script that nothing would show is refused when it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator_sim.instruments import device_class
from calibrator_sim.instruments._text import TextDevice

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig

__all__ = ["why_impossible"]

# What befalls a reading or an output; all other kinds befall messages.
_PHYSICAL = ("stuck", "over-range", "drift", "trip")


def why_impossible(kind: str, instrument: InstrumentConfig) -> str:
    """Return why a kind of fault cannot strike an instrument, "" where it can."""
    entry = instrument.entry
    if not entry.home and not entry.silent:
        return "it only lies in the circuit"
    if not entry.home and kind != "drift":
        return "it shows nothing and has no output to switch"
    return _why_not(kind, device_class(instrument.model))


def _why_not(kind: str, device: type) -> str:
    told = getattr(device, "identity_messages", ("*IDN?",))
    if kind not in _PHYSICAL and not told:
        return "nobody speaks to it"
    if kind in getattr(device, "without_faults", ()):
        return "it has nothing that could show it"
    if kind == "trip" and not hasattr(device, "trip"):
        return "it has no output to switch off"
    if kind == "lost-srq" and getattr(device, "service_mask", None) is TextDevice.service_mask:
        return "it never requests service"
    return ""
