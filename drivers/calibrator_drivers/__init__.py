"""Instruments: transports, roles, drivers and the accuracy of instruments.

Public doors are the sub-packages and modules `accuracy`, `clock`, `roles`, `transport`, `traffic`, `replay`,
`modbus`, `hart`, `discovery`, `registry`, `commands`, `dialect` and those of the makers; the names below are
loaded when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "AccuracyError": "_errors",
    "BadResource": "_errors",
    "ConnectFailed": "_errors",
    "ConnectionLost": "_errors",
    "DriversError": "_errors",
    "InstrumentError": "_errors",
    "InstrumentReportedError": "_errors",
    "OutOfLimits": "_errors",
    "ReadTimeout": "_errors",
    "ReadbackError": "_errors",
    "ReplayMismatch": "_errors",
    "SettlingTimeout": "_errors",
    "UnexpectedReply": "_errors",
    "UnknownDriver": "_errors",
    "WrongIdentity": "_errors",
    "TrafficLog": "traffic",
    "driver_classes": "registry",
    "open_instrument": "registry",
    "open_hart": "hart",
    "open_modbus": "modbus",
    "open_session": "transport",
    "replayed": "replay",
    "scripted": "replay",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - one list of names, kept in _HOMES


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Load a public name from its module when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
