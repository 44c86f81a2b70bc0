"""Transports: sessions over pyvisa that stay in step and notice a lost peer at once.

`TCPIP::host::port::SOCKET` goes through pyvisa-py with its defects worked around (`_defects`); every
other resource goes through plain pyvisa behind the same interface.
"""

from __future__ import annotations

from calibrator_drivers.bus import bus_lock, bus_of
from calibrator_drivers.traffic import TrafficLog

from ._session import Link, LinkSession, Session

__all__ = ["Link", "LinkSession", "Session", "open_session"]


def open_session(
    resource: str,
    *,
    timeout_s: float = 5.0,
    terminator: str = "\n",
    traffic: TrafficLog | None = None,
    name: str = "",
    bus: str = "",
) -> Session:
    """Open a session on a VISA resource; `bus` names the wire it shares with others.

    Raises:
        ConnectFailed: nothing answers there.
    """
    link = _link(resource, name)
    link.open()
    return LinkSession(
        link,
        name=name,
        resource=resource,
        terminator=terminator,
        timeout_s=timeout_s,
        lock=bus_lock(bus or bus_of(resource)),
        traffic=traffic,
    )


def _link(resource: str, name: str) -> Link:
    if resource.upper().startswith("TCPIP") and resource.upper().endswith("::SOCKET"):
        from ._socket import SocketLink

        return SocketLink(resource, name=name)
    from ._visa import VisaLink

    return VisaLink(resource, name=name)
