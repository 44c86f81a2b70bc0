"""Transports: sessions that stay in step and notice a lost peer at once, on any bus.

`open_session` chooses by the resource string (docs/transports.md lists the forms): a TCP socket, a serial
line, an instrument behind a Prologix gateway, and whatever else pyvisa can name.
"""

from __future__ import annotations

from calibrator_drivers._errors import BadResource
from calibrator_drivers.bus import bus_lock, bus_of
from calibrator_drivers.traffic import TrafficLog

from ._address import Address, Line, parse_address, self_contained
from ._exchange import LinkSession
from ._frames import FrameSession
from ._link import Link, Step
from ._memory import BytePeer, MemoryLink, plug, unplug
from ._policy import Policy
from ._session import Session

__all__ = [
    "Address",
    "BytePeer",
    "FrameSession",
    "Line",
    "Link",
    "LinkSession",
    "Policy",
    "Session",
    "Step",
    "open_session",
    "parse_address",
    "plug",
    "self_contained",
    "unplug",
]


def open_session(
    resource: str,
    *,
    timeout_s: float = 5.0,
    terminator: str | None = None,
    traffic: TrafficLog | None = None,
    name: str = "",
    bus: str = "",
    line: Line | None = None,
    policy: Policy | None = None,
    library: str = "",
) -> Session:
    """Open a session on a resource.

    Args:
        resource: which instrument; options of a serial line may stand behind a question mark.
        timeout_s: of a reply, where a query names none of its own.
        terminator: ends messages and replies; default: the line's, which is a line feed.
        traffic: where every message is logged.
        name: the instrument's name in messages and in the log.
        bus: the wire that it shares with others, or the Prologix gateway of a GPIB resource.
        line: the serial line as the driver knows it; options of the resource go before it.
        policy: what happens when the connection is lost, and when errors are looked for.
        library: the VISA library, as `pyvisa.ResourceManager` takes it; "" is the machine's own.

    Raises:
        BadResource: the resource names no transport that carries messages.
        ConnectFailed: nothing answers there.
    """
    address = parse_address(resource, bus=bus)
    settings = address.line(line or Line())
    link = _link(address, settings, name, library)
    link.open()
    return LinkSession(
        link,
        name=name,
        resource=resource,
        terminator=settings.terminator if terminator is None else terminator,
        reply_terminator=settings.reply_terminator if terminator is None else terminator,
        timeout_s=timeout_s,
        lock=bus_lock(_bus(address, bus)),
        traffic=traffic,
        policy=policy,
    )


def _bus(address: Address, bus: str) -> str:
    """Return the wire that is locked for an exchange; who shares a port or gateway always shares its lock."""
    if address.kind == "prologix":
        from ._prologix import gateway_bus

        return gateway_bus(address)
    if address.kind == "serial":
        return f"serial {address.device}"
    return bus or bus_of(address.resource)


def _link(address: Address, line: Line, name: str, library: str) -> Link:
    if address.kind == "socket":
        from ._socket import SocketLink

        return SocketLink(address.resource, name=name)
    if address.kind == "memory":
        return MemoryLink(address.resource, name=name)
    if address.kind == "serial" and not library:
        from ._serial import SerialLink

        return SerialLink(address.device, line, name=name, resource=address.resource)
    if address.kind == "prologix":
        from ._prologix import PrologixLink

        return PrologixLink(address, name=name)
    if address.kind in ("modbus-tcp", "modbus-rtu", "hart"):
        raise BadResource(
            "This resource carries registers or command frames, not messages",
            instrument=name,
            resource=address.resource,
            way_out="Open it with open_modbus or open_hart, or through the driver of its model.",
        )
    from ._visa import VisaLink

    return VisaLink(address.resource, name=name, library=library)
