"""Addresses of the bench file: which protocol an instrument is served by, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["TRANSPORTS", "Address", "parse_address"]

TRANSPORTS = ("socket", "serial", "hislip", "vxi11", "prologix", "modbus", "modbus-rtu", "hart")
_FORMS = (
    ("socket", re.compile(r"TCPIP\d*::[^:]+::(?P<port>\d{1,5})::SOCKET", re.IGNORECASE)),
    (
        "hislip",
        re.compile(r"TCPIP\d*::[^:]+::(?P<unit>hislip\d+)(,(?P<port>\d{1,5}))?::INSTR", re.IGNORECASE),
    ),
    (
        "vxi11",
        re.compile(r"TCPIP\d*::[^:,]+(,(?P<port>\d{1,5}))?(::(?P<unit>inst\d+))?::INSTR", re.IGNORECASE),
    ),
    (
        "prologix",
        re.compile(r"PRLGX-TCPIP\d*::[^:]+::(?P<port>\d{1,5})::(?P<unit>\d{1,2})::INSTR", re.IGNORECASE),
    ),
    ("prologix", re.compile(r"GPIB\d*::(?P<unit>\d{1,2})::INSTR", re.IGNORECASE)),
    ("modbus", re.compile(r"MODBUS::[^:]+(::(?P<port>\d{1,5}))?::(?P<unit>\d{1,3})", re.IGNORECASE)),
)
_USUAL = {"hislip": 4880, "prologix": 1234, "modbus": 502}
_LAST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """How an instrument is reached; empty or 0 is what is usual for the instrument."""

    transport: str = ""
    port: int = 0
    unit: str = ""


def parse_address(resource: str) -> Address | None:
    """Return what a resource string names; None where the simulator cannot serve it.

    Example:
        >>> parse_address("TCPIP0::127.0.0.1::hislip0,4881::INSTR")
        Address(transport='hislip', port=4881, unit='hislip0')
    """
    for transport, form in _FORMS:
        match = form.fullmatch(resource.partition("?")[0])
        if match is None:
            continue
        found = match.groupdict()
        port = int(found.get("port") or _USUAL.get(transport, 0))
        if port > _LAST_PORT:
            return None
        if "GPIB" in resource.upper():
            port = 0
        return Address(transport, port, (found.get("unit") or "").lower())
    return None
