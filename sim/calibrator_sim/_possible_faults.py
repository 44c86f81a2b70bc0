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
# Wires that carry a request for service by themselves; on any other nobody would miss it.
_REQUESTING = ("hislip", "vxi11", "prologix")
# Wires on which an instrument makes no connection of its own that it could refuse.
_JOINED = {
    "serial": "a serial line refuses nobody",
    "modbus-rtu": "a serial line refuses nobody",
    "hart": "a loop refuses nobody",
    "prologix": "a gateway stands for all behind it",
}


def why_impossible(kind: str, instrument: InstrumentConfig) -> str:
    """Return why a kind of fault cannot strike an instrument, "" where it can."""
    entry = instrument.entry
    if not entry.home and not entry.silent:
        return "it only lies in the circuit"
    if not entry.home and kind != "drift":
        return "it shows nothing and has no output to switch"
    device = device_class(instrument.model)
    return _why_not(kind, device) or _why_not_on(kind, instrument.address.transport or _usual(device))


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


def _why_not_on(kind: str, transport: str) -> str:
    if kind == "lost-srq" and transport not in _REQUESTING:
        return f"it is served by {transport}, which carries no request for service"
    if kind == "refused" and transport in _JOINED:
        return f"it is served by {transport}, and {_JOINED[transport]}"
    return ""


def _usual(device: type) -> str:
    """Return the transport of a class of instruments for which none is chosen."""
    if hasattr(device, "registers"):
        return "modbus"
    return "hart" if hasattr(device, "hart") else "socket"
