"""Transports: sessions that stay in step and notice a lost peer at once, on any bus.

`open_session` chooses by the resource string (docs/transports.md lists the forms): a TCP socket, a serial
line, an instrument behind a Prologix gateway, and whatever else pyvisa can name.
"""

from __future__ import annotations

from calibrator_drivers.bus import bus_lock, bus_of
from calibrator_drivers.traffic import TrafficLog

from ._exchange import LinkSession
from ._link import Link, Step
from ._policy import Policy
from ._session import Session

__all__ = ["Link", "LinkSession", "Policy", "Session", "Step", "open_session"]


def open_session(
    resource: str,
    *,
    timeout_s: float = 5.0,
    terminator: str = "\n",
    traffic: TrafficLog | None = None,
    name: str = "",
    bus: str = "",
    policy: Policy | None = None,
) -> Session:
    """Open a session on a resource; `bus` names the wire it shares with others.

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
        policy=policy,
    )


def _link(resource: str, name: str) -> Link:
    if resource.upper().startswith("TCPIP") and resource.upper().endswith("::SOCKET"):
        from ._socket import SocketLink

        return SocketLink(resource, name=name)
    from ._visa import VisaLink

    return VisaLink(resource, name=name)
