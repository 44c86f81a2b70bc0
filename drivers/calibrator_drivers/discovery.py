"""What answers: VISA resources, serial ports, instruments that announce themselves on the network.

Nothing is set anywhere. `*IDN?` is asked only where a message can do no harm: on interfaces of IEEE 488.2
(GPIB, USB, VXI-11, HiSLIP) and on ports announced as SCPI; never on a serial port, where anything may listen.
"""

from __future__ import annotations

import ipaddress
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ._errors import InstrumentError
from .clock import RealClock
from .transport import open_session

__all__ = ["SERVICES", "Found", "announced", "ask", "is_safe_to_ask", "serial_ports", "visa_resources"]

# Service types of LXI and IVI, and the resource that each announces.
SERVICES = {
    "_hislip._tcp.local.": "TCPIP::{host}::hislip0,{port}::INSTR",
    "_vxi-11._tcp.local.": "TCPIP::{host}::inst0::INSTR",
    "_scpi-raw._tcp.local.": "TCPIP::{host}::{port}::SOCKET",
}


@dataclass(frozen=True, slots=True)
class Found:
    """Something that may be an instrument."""

    resource: str
    way: str  # visa, serial, mdns
    description: str = ""
    identity: str = ""
    fault: str = ""  # why it did not tell who it is


def visa_resources(library: str = "") -> tuple[Found, ...]:
    """Return what the machine's VISA library lists; serial ports are left to `serial_ports`.

    Raises:
        InstrumentError: there is no VISA library.
    """
    import pyvisa

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # optional packages that pyvisa-py would like
        try:
            manager = pyvisa.ResourceManager(library)
            with _no_mdns_of_its_own():
                resources = manager.list_resources("?*")
        except (pyvisa.VisaIOError, OSError, ValueError) as error:
            raise InstrumentError(
                f"The VISA library lists nothing: {error}", way_out="See `calibrator doctor`."
            ) from error
    kept = (name for name in resources if not name.upper().startswith(("ASRL", "PRLGX-ASRL")))
    return tuple(Found(name, "visa") for name in kept)


@contextmanager
def _no_mdns_of_its_own() -> Iterator[None]:
    """Keep pyvisa-py 0.8.1 from listening to mDNS: its thread breaks when a service goes away meanwhile.

    `announced` listens, and to more kinds of service.
    """
    tcpip: Any = sys.modules.get("pyvisa_py.tcpip")
    before = getattr(tcpip, "zeroconf", None)
    if before is None:
        yield
        return
    tcpip.zeroconf = None
    try:
        yield
    finally:
        tcpip.zeroconf = before


def serial_ports() -> tuple[Found, ...]:
    """Return the machine's serial ports, with what their adaptor says about itself."""
    from serial.tools.list_ports import comports

    found = []
    for port in sorted(comports()):
        told = " ".join(part for part in (port.description, port.serial_number) if part and part != "n/a")
        found.append(Found(f"ASRL{port.device.removeprefix('COM')}::INSTR", "serial", told))
    return tuple(found)


def announced(wait_s: float = 2.0, interfaces: Sequence[str] = ()) -> tuple[Found, ...]:
    """Return what announces itself by mDNS within `wait_s`; `interfaces` are addresses, default all.

    Raises:
        InstrumentError: zeroconf is not installed (extra `mdns`), or the network cannot be listened to.
    """
    try:
        import zeroconf
    except ImportError as error:
        raise InstrumentError(
            "zeroconf is not installed", way_out="Install it with: pip install 'calibrator-lab[mdns]'"
        ) from error
    listener = _Listener()
    try:
        network = zeroconf.Zeroconf(interfaces=list(interfaces) or zeroconf.InterfaceChoice.All)
    except OSError as error:
        raise InstrumentError(
            f"The network cannot be listened to: {error}", way_out="Check the network connection."
        ) from error
    with network:
        browser = zeroconf.ServiceBrowser(network, list(SERVICES), listener)  # type: ignore[arg-type]
        RealClock().sleep(wait_s)
        browser.cancel()
        infos = [network.get_service_info(kind, name, 1000) for kind, name in listener.names]
    found = (_announced(info) for info in infos if info is not None)
    return tuple(sorted({item.resource: item for item in found}.values(), key=lambda item: item.resource))


class _Listener:
    """Collects what is announced; satisfies zeroconf's `ServiceListener`."""

    def __init__(self) -> None:
        self.names: list[tuple[str, str]] = []

    def add_service(self, _: object, kind: str, name: str) -> None:
        self.names.append((kind, name))

    def update_service(self, _: object, kind: str, name: str) -> None:
        """Nothing: it is asked at the end."""

    def remove_service(self, _: object, kind: str, name: str) -> None:
        if (kind, name) in self.names:
            self.names.remove((kind, name))


def _announced(info: Any) -> Found:  # noqa: ANN401 - zeroconf's ServiceInfo, an optional package
    addresses = sorted(info.parsed_addresses(), key=lambda text: ipaddress.ip_address(text).version)
    host = addresses[0] if addresses else info.server.rstrip(".")
    told = {key.decode(): (value or b"").decode("utf-8", "replace") for key, value in info.properties.items()}
    parts = (told.get(key, "") for key in ("Manufacturer", "Model", "SerialNumber", "FirmwareVersion"))
    resource = SERVICES[info.type].format(host=host, port=info.port)
    return Found(resource, "mdns", " ".join(part for part in parts if part) or info.name.partition(".")[0])


def is_safe_to_ask(found: Found) -> bool:
    """Say whether `*IDN?` can do no harm there."""
    text = found.resource.upper()
    if found.way == "mdns":
        return True
    return text.endswith("::INSTR") and text.startswith(("TCPIP", "USB", "GPIB"))


def ask(found: Iterable[Found], *, timeout_s: float = 2.0, library: str = "") -> tuple[Found, ...]:
    """Ask who answers, where that is safe."""
    return tuple(_asked(item, timeout_s, library) if is_safe_to_ask(item) else item for item in found)


def _asked(found: Found, timeout_s: float, library: str) -> Found:
    try:
        session = open_session(found.resource, timeout_s=timeout_s, name="discovery", library=library)
        try:
            return replace(found, identity=session.query("*IDN?"))
        finally:
            session.close()
    except InstrumentError as error:
        return replace(found, fault=error.what)
