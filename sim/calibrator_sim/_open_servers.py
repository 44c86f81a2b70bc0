"""Opens the servers of a bench: each instrument on its transport, one port where a protocol shares it."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from calibrator_drivers.clock import Clock
from calibrator_sim._address import Address
from calibrator_sim._errors import ServeError
from calibrator_sim.instruments import Device, HartDevice, ModbusDevice
from calibrator_sim.servers import Exchange, Served, Session, Stir, TcpHost

__all__ = ["Opened", "open_servers", "usual_transport"]


@dataclass(frozen=True, slots=True)
class Opened:
    """Where an instrument is reached; `bus` is the gateway's resource for an instrument on GPIB."""

    resource: str
    transport: str
    bus: str = ""

    @property
    def address(self) -> str:
        """The resource with its gateway in one, as `calibrator_drivers` takes it."""
        if not self.bus:
            return self.resource
        return f"{self.bus.removesuffix('INTFC')}{self.resource.split('::')[1]}::INSTR"


@dataclass(frozen=True, slots=True)
class _Site:
    """Where servers are opened."""

    host: TcpHost
    address: str  # that clients are told
    real: Clock


def open_servers(
    host: TcpHost,
    bind: str,
    real: Clock,
    instruments: Mapping[str, tuple[Served, Address]],
    *,
    portmapper: bool = False,
) -> dict[str, Opened]:
    """Open the servers of all instruments and return where each is reached, in their order.

    Raises:
        ServeError: an address cannot be bound, or an instrument does not speak a transport's protocol.
    """
    # An address that means "all of this machine" is none that a client could open.
    site = _Site(host, socket.gethostname() if bind in ("", "0.0.0.0") else bind, real)
    shared: dict[tuple[str, int], dict[str, tuple[Served, Address]]] = {}
    opened: dict[str, Opened] = {}
    for name, (served, address) in instruments.items():
        if address.transport in _SHARED:
            shared.setdefault((address.transport, address.port), {})[name] = (served, address)
        else:
            opened[name] = _OWN[address.transport](site, name, served, address)
    for (transport, port), group in shared.items():
        opened.update(_SHARED[transport](site, group, port, portmapper))
    return {name: opened[name] for name in instruments}


def usual_transport(device: Device) -> str:
    """Return the transport of an instrument for which none is chosen."""
    if isinstance(device, ModbusDevice):
        return "modbus"
    return "hart" if isinstance(device, HartDevice) else "socket"


def _raw(served: Served, _stir: Stir) -> Exchange | None:
    return None if served.replies.refuses(served.device) else Exchange(served)


def _line(served: Served, _stir: Stir) -> Exchange:
    from calibrator_sim.servers._controlled import Controlled, ControlledExchange

    if isinstance(served.device, Controlled):
        return ControlledExchange(served, served.device)
    return Exchange(served, served.device.serial_line.framing)


def _socket(site: _Site, name: str, served: Served, address: Address) -> Opened:
    port = site.host.listen(name, partial(_raw, served), address.port)
    return Opened(f"TCPIP0::{site.address}::{port}::SOCKET", "socket")


def _serial(site: _Site, name: str, served: Served, address: Address) -> Opened:
    """Serve on a line in the instrument's own protocol, and say which."""
    if isinstance(served.device, ModbusDevice):
        return _modbus_rtu(site, name, served, address)
    if isinstance(served.device, HartDevice):
        return _hart(site, name, served, address)
    device = _serial_device(site, name, served, address, partial(_line, served))
    served.device.on_serial_line()
    return Opened(f"ASRL{device}::INSTR", "serial")


def _serial_device(
    site: _Site, name: str, served: Served, address: Address, factory: Callable[[Stir], Session | None]
) -> str:
    """Open a pseudo-terminal, or where there is none a TCP port for pyserial's `socket://`."""
    if sys.platform == "win32" or address.port:
        return f"socket://{site.address}:{site.host.listen(name, factory, address.port)}"
    from calibrator_sim.servers._channels import open_pty

    channel, path = open_pty(served.device.serial_line.baud)
    site.host.attach(channel, factory)
    return path


def _modbus(site: _Site, name: str, served: Served, address: Address) -> Opened:
    from calibrator_sim.servers._modbus import ModbusTcpSession

    device = served.device
    if not isinstance(device, ModbusDevice):
        raise _speechless(name, "modbus")
    registers, unit = device.registers(), device.unit_id

    def begin(_stir: Stir) -> ModbusTcpSession | None:
        refused = served.replies.refuses(device)
        return None if refused else ModbusTcpSession(served, registers, unit)

    port = site.host.listen(name, begin, address.port)
    return Opened(f"MODBUS::{site.address}::{port}::{unit}", "modbus")


def _modbus_rtu(site: _Site, name: str, served: Served, address: Address) -> Opened:
    from calibrator_sim.servers._modbus import ModbusRtuSession

    device = served.device
    if not isinstance(device, ModbusDevice):
        raise _speechless(name, "modbus-rtu")
    registers, unit = device.registers(), device.unit_id
    path = _serial_device(
        site, name, served, address, lambda _stir: ModbusRtuSession(served, registers, unit)
    )
    return Opened(f"MODBUS-RTU::{path}::{unit}", "modbus-rtu")


def _hart(site: _Site, name: str, served: Served, address: Address) -> Opened:
    from calibrator_sim.servers._hart import HartSession

    device = served.device
    if not isinstance(device, HartDevice):
        raise _speechless(name, "hart")
    slave = device.hart()
    path = _serial_device(site, name, served, address, lambda _stir: HartSession(served, slave))
    return Opened(f"HART::{path}::{slave.polling_address}", "hart")


def _speechless(name: str, transport: str) -> ServeError:
    return ServeError(
        f'"{name}" does not speak the protocol of "{transport}"',
        where=f"instruments.{name}",
        way_out="Serve it by one that it has, such as socket or serial.",
    )


Group = Mapping[str, tuple[Served, Address]]


def _numbered(group: Group, prefix: str) -> Iterator[tuple[str, str, Served]]:
    """Yield name, unit and instrument; units are those of the addresses, else the next free ones."""
    taken = {address.unit for _, address in group.values() if address.unit}
    free = (f"{prefix}{number}" for number in range(len(group) + len(taken)))
    for name, (served, address) in group.items():
        yield name, address.unit or next(unit for unit in free if unit not in taken), served


def _hislip(site: _Site, group: Group, port: int, _portmapper: bool) -> dict[str, Opened]:
    from calibrator_sim.servers._hislip import HislipServer

    units = {unit: (name, served) for name, unit, served in _numbered(group, "hislip")}
    server = HislipServer({unit: served for unit, (_, served) in units.items()})
    port = site.host.listen(", ".join(group), server.channel, port)
    return {
        name: Opened(f"TCPIP0::{site.address}::{unit},{port}::INSTR", "hislip")
        for unit, (name, _) in units.items()
    }


def _vxi11(site: _Site, group: Group, port: int, portmapper: bool) -> dict[str, Opened]:
    from calibrator_sim.servers._vxi11 import CORE, Gateway

    units = {unit: (name, served) for name, unit, served in _numbered(group, "inst")}
    gateway = Gateway({unit: served for unit, (_, served) in units.items()}, site.host.attach)
    gateway.abort_port = site.host.listen(", ".join(group), gateway.aborting)
    port = site.host.listen(", ".join(group), gateway.core, port)
    if portmapper:
        _map(site, {(CORE, 1): port})
    return {
        name: Opened(f"TCPIP0::{site.address},{port}::{unit}::INSTR", "vxi11")
        for unit, (name, _) in units.items()
    }


def _map(site: _Site, ports: dict[tuple[int, int], int]) -> None:
    """Tell clients that ask on port 111 where the core channel is."""
    from calibrator_sim.servers._portmap import PORT, DatagramChannel, Portmapper

    mapper = Portmapper(socket.gethostbyname(site.address), ports)
    try:
        channel = DatagramChannel(site.address, PORT)
    except OSError as error:
        raise ServeError(
            f"Port {PORT} of {site.address} cannot be served: {error.strerror or error}",
            where="the portmapper",
            way_out="It needs the right to ports below 1024; or name the port in the resource "
            '("TCPIP0::HOST,PORT::inst0::INSTR"), which needs no portmapper.',
        ) from error
    site.host.listen("the portmapper", mapper.stream, PORT)
    site.host.attach(channel, mapper.datagrams)


def _prologix(site: _Site, group: Group, port: int, _portmapper: bool) -> dict[str, Opened]:
    from calibrator_sim.servers._prologix import Controller

    taken: dict[int, str] = {}
    for name, (served, address) in group.items():
        wanted = int(address.unit or served.device.gpib_address)
        free = wanted
        if not wanted or wanted in taken:
            free = next((number for number in range(1, _LAST_GPIB + 1) if number not in taken), 0)
        if not free:
            raise ServeError(
                f"A GPIB gateway has {_LAST_GPIB} addresses, {len(group)} instruments are too many for it",
                where=f"instrument {name}",
                way_out="Serve some by another transport, or by a second process.",
            )
        taken[free] = name
    controller = Controller({number: group[name][0] for number, name in taken.items()}, site.real)
    port = site.host.listen(", ".join(group), controller.session, port)
    bus = f"PRLGX-TCPIP0::{site.address}::{port}::INTFC"
    return {name: Opened(f"GPIB0::{number}::INSTR", "prologix", bus) for number, name in taken.items()}


_LAST_GPIB = 30
_OWN = {"socket": _socket, "serial": _serial, "modbus": _modbus, "modbus-rtu": _modbus_rtu, "hart": _hart}
_SHARED = {"hislip": _hislip, "vxi11": _vxi11, "prologix": _prologix}
