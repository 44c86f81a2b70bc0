"""Resource strings that cannot be meant, refused before a driver of pyvisa makes something else of them."""

from __future__ import annotations

import re

from calibrator_drivers._errors import BadResource

__all__ = ["FORMS", "refuse_malformed"]

FORMS = (
    "Write TCPIP::host::port::SOCKET, ASRL/dev/ttyUSB0::INSTR?baud=9600, GPIB0::22::INSTR, "
    "PRLGX-TCPIP::host::1234::22::INSTR, MODBUS::host::502::1 or another form of docs/transports.md."
)
_LAST_PORT, _LAST_GPIB, _LAST_MODBUS, _LAST_HART = 65535, 30, 255, 63
_BARE_HOST = re.compile(r"(?P<host>[\w.-]+\.[\w.-]+):(?P<port>\d+)", re.ASCII)
_BARE_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
_COM = re.compile(r"COM(?P<number>\d+)", re.IGNORECASE | re.ASCII)
_SUB = re.compile(r"(?P<kind>hislip|inst|gpib|vicp)\d*(?:,(?P<port>[^,]*))?", re.IGNORECASE)
_URL = re.compile(r"(?P<scheme>socket|rfc2217)://(?P<rest>[^/?]*)", re.IGNORECASE)
_SIX = re.compile(r"\[|(?:[0-9a-f]*:){2,}", re.IGNORECASE)


def refuse_malformed(resource: str) -> None:
    """Return if the text may name an instrument; what only the machine's VISA can know is left to it.

    Raises:
        BadResource: a port, address or unit out of its range, an IPv6 address, or no resource at all.
    """
    text = resource.partition("?")[0] if "::" in resource.partition("?")[0] else resource
    if not text.strip() or not text.isprintable():
        raise _bad(f"{resource!r} names no instrument", resource)
    head, *parts = text.split("::")
    kind = head.rstrip("0123456789").upper()
    if not parts:
        _bare(text, kind)
    elif kind == "TCPIP":
        _network(text, parts)
    elif kind in ("PRLGX-TCPIP", "PRLGX-ASRL"):
        _gateway(text, parts, serial=kind.endswith("ASRL"))
    elif kind == "GPIB" and parts[-1].upper() == "INSTR":
        _within(text, "GPIB address", parts[0], 0, _LAST_GPIB)
    elif kind == "MODBUS":
        _host(text, parts[0])
        if len(parts) == 3:
            _within(text, "port", parts[1], 1, _LAST_PORT)
        _within(text, "unit", parts[-1] if len(parts) > 1 else "", 0, _LAST_MODBUS)
    elif kind in ("MODBUS-RTU", "HART"):
        _url(text, parts[0])
        _within(text, "unit", parts[-1], 0, _LAST_HART if kind == "HART" else _LAST_MODBUS)
    elif head.upper().startswith("ASRL"):
        _url(text, head[4:])


def _bare(text: str, kind: str) -> None:
    """Refuse what people write in place of a resource, and say how to write it; an alias is VISA's own."""
    if found := _BARE_HOST.fullmatch(text):
        raise _bad(
            f'"{text}" is no resource', text, f"Write TCPIP::{found['host']}::{found['port']}::SOCKET."
        )
    if _BARE_ADDRESS.fullmatch(text):
        raise _bad(
            f'"{text}" is no resource', text, f"Write TCPIP::{text}::INSTR, or with its port {FORMS[6:]}"
        )
    if found := _COM.fullmatch(text):
        raise _bad(f'"{text}" is no resource', text, f"Write ASRL{found['number']}::INSTR.")
    if text.startswith("/dev/"):
        raise _bad(f'"{text}" is no resource', text, f"Write ASRL{text}::INSTR.")
    if kind in ("TCPIP", "GPIB", "USB", "ASRL", "MODBUS", "HART", "PRLGX-TCPIP", "PRLGX-ASRL"):
        raise _bad(f'"{text}" says by which way, and no instrument', text)


def _network(text: str, parts: list[str]) -> None:
    last = parts[-1].upper()
    if last == "SOCKET":
        if len(parts) == 2:
            raise _bad(f'"{text}" names no port', text, "Write TCPIP::host::port::SOCKET.")
        _host(text, "::".join(parts[:-2]))
        _within(text, "port", parts[-2], 1, _LAST_PORT)
    elif last == "INSTR":
        _host(text, "::".join(parts[:-2] if len(parts) > 2 else parts[:-1]))
        found = _SUB.fullmatch(parts[-2])
        if found and found["kind"].lower() == "hislip" and found["port"] is not None:
            _within(text, "port", found["port"], 1, _LAST_PORT)


def _gateway(text: str, parts: list[str], *, serial: bool) -> None:
    if parts[-1].upper() not in ("INSTR", "INTFC"):
        return
    behind = parts[1:-1]
    if not serial:
        _host(text, parts[0])
    if parts[-1].upper() == "INSTR":
        _within(text, "GPIB address", behind.pop().partition(",")[0] if behind else "", 0, _LAST_GPIB)
    if behind and not serial:
        _within(text, "port", behind[0], 1, _LAST_PORT)


def _url(text: str, device: str) -> None:
    """Refuse a serial device without a name, or a pyserial URL without a port."""
    if not device:
        raise _bad(f'"{text}" names no serial line', text, "Write ASRL3::INSTR or ASRL/dev/ttyUSB0::INSTR.")
    if found := _URL.match(device):
        host, _, port = found["rest"].rpartition(":")
        _host(text, host or found["rest"])
        _within(text, "port", port if host else "", 1, _LAST_PORT)


def _host(text: str, host: str) -> None:
    if not host:
        raise _bad(f'"{text}" names no host', text)
    if _SIX.search(host):
        way_out = "Write the host's name or its IPv4 address: pyvisa reads no IPv6 address."
        raise _bad(f'"{host}" is an IPv6 address', text, way_out)


def _within(text: str, what: str, given: str, low: int, high: int) -> None:
    if given.isascii() and given.isdigit() and len(given) <= 9 and low <= int(given) <= high:
        return
    told = f'The {what} "{given}" is none' if given else f'"{text}" names no {what}'
    raise _bad(told, text, f"A {what} is a whole number from {low} to {high}.")


def _bad(what: str, resource: str, way_out: str = FORMS) -> BadResource:
    return BadResource(what, resource=resource, way_out=way_out)
