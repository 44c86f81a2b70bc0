"""One lock a bus: instruments that share a wire speak one after the other.

Two threads on one session once got 200 of 600 replies wrong; the lock is held for a whole exchange.
"""

from __future__ import annotations

import re
from threading import Lock, RLock

__all__ = ["bus_lock", "bus_of"]

# Whoever opens a session on a bus in this process must meet the same lock, hence one table a process.
_LOCKS: dict[str, RLock] = {}
_GUARD = Lock()


# An instrument behind a LAN/GPIB gateway (VXI-11 device name gpib0,22) shares the gateway's board.
_GATEWAY = re.compile(r"(TCPIP\d*::[^:]+::[a-z]+\d*),\d+(?:,\d+)?(?:::INSTR)?", re.IGNORECASE)


def bus_of(resource: str) -> str:
    """Return the bus that a VISA resource lies on: the board for GPIB, the resource itself otherwise.

    Example:
        >>> bus_of("GPIB0::22::INSTR"), bus_of("TCPIP0::10.0.0.5::5025::SOCKET")
        ('GPIB0', 'TCPIP0::10.0.0.5::5025::SOCKET')
        >>> bus_of("TCPIP0::10.0.0.6::gpib0,22::INSTR")
        'TCPIP0::10.0.0.6::gpib0'
    """
    if (gateway := _GATEWAY.fullmatch(resource)) and "hislip" not in resource.lower():
        return gateway[1]
    head = resource.split("::", 1)[0].upper()
    return head if head.startswith("GPIB") else resource


def bus_lock(bus: str) -> RLock:
    """Return the lock of a bus, the same for every session on it."""
    with _GUARD:
        return _LOCKS.setdefault(bus, RLock())
