"""Resource strings: which transport they name, and the options behind a question mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from calibrator_drivers._errors import BadResource

from ._malformed import FORMS, refuse_malformed

__all__ = ["Address", "Line", "parse_address", "self_contained"]

Kind = Literal["socket", "memory", "serial", "prologix", "modbus-tcp", "modbus-rtu", "hart", "visa"]

_MEMORY = re.compile(r"MEMORY::.+::INSTR", re.IGNORECASE)
_SOCKET = re.compile(r"TCPIP\d*::.+::\d+::SOCKET", re.IGNORECASE)
_SERIAL = re.compile(r"ASRL(?P<device>.+)::INSTR", re.IGNORECASE)
_PROLOGIX = re.compile(
    r"PRLGX-(?P<way>TCPIP|ASRL)\d*::(?P<host>[^?]+?)(?:::(?P<port>\d+))?::(?P<pad>\d+)(?:,(?P<sad>\d+))?::INSTR",
    re.IGNORECASE,
)
_GATEWAY = re.compile(
    r"PRLGX-(?P<way>TCPIP|ASRL)\d*::(?P<host>[^?]+?)(?:::(?P<port>\d+))?::INTFC", re.IGNORECASE
)
_GPIB = re.compile(r"GPIB\d*::(?P<pad>\d+)(?:::(?P<sad>\d+))?::INSTR", re.IGNORECASE)
_MODBUS = re.compile(r"MODBUS::(?P<host>[^?]+?)(?:::(?P<port>\d+))?::(?P<unit>\d+)", re.IGNORECASE)
_MODBUS_RTU = re.compile(r"MODBUS-RTU::(?P<device>[^?]+)::(?P<unit>\d+)", re.IGNORECASE)
_HART = re.compile(r"HART::(?P<device>[^?]+)::(?P<unit>\d+)", re.IGNORECASE)

_PARITIES = {"N": "N", "E": "E", "O": "O", "NONE": "N", "EVEN": "E", "ODD": "O"}
_TERMINATORS = {"lf": "\n", "cr": "\r", "crlf": "\r\n"}
_NUMBERS = {"baud": range(1, 12_000_001), "bits": range(5, 9), "stop": range(1, 3)}


@dataclass(frozen=True, slots=True)
class Line:
    """A serial line and how messages end on it.

    `marker` is a query that an instrument always answers, by which a line that fell out of step is brought
    back into it, and `marker_reply` a regular expression that its reply alone begins with; without a marker
    the late reply is waited for. `abort` is sent first, such as Ctrl-C, which a 34401A and a 55xx take for
    a device clear.
    """

    baud: int = 9600
    bits: int = 8
    parity: str = "N"
    stop: int = 1
    flow: Literal["none", "rtscts", "xonxoff", "dsrdtr"] = "none"
    terminator: str = "\n"
    reply_terminator: str = "\n"
    marker: str = ""
    marker_reply: str = ""
    abort: bytes = b""


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed resource."""

    kind: Kind
    resource: str  # without options
    device: str = ""  # a serial device or pyserial URL, or a host
    port: int = 0
    unit: str = ""  # GPIB address, Modbus unit, HART polling address
    way: str = ""  # of a gateway: TCPIP or ASRL
    options: Mapping[str, str] = field(default_factory=dict)

    def line(self, default: Line) -> Line:
        """Return the line's settings: the driver's, changed by the options.

        Raises:
            BadResource: an option that is not known, or a value that is none of it.
        """
        line = default
        for key, value in self.options.items():
            line = _changed(line, key, value, self.resource)
        return line


def parse_address(resource: str, *, bus: str = "") -> Address:
    """Return what a resource string names; a GPIB resource whose bus is a Prologix gateway goes through it.

    Raises:
        BadResource: options that cannot be read, or a text that names no instrument.

    Example:
        >>> parse_address("ASRL/dev/ttyUSB0::INSTR?baud=2400").options
        {'baud': '2400'}
        >>> found = parse_address("GPIB0::22::INSTR", bus="PRLGX-TCPIP::192.0.2.7::1234::INTFC")
        >>> (found.kind, found.device, found.port, found.unit)
        ('prologix', '192.0.2.7', 1234, '22')
    """
    refuse_malformed(resource)
    text, options = _split(resource)
    if _SOCKET.fullmatch(text):
        return Address("socket", _in_capitals(text), options=options)
    if _MEMORY.fullmatch(text):
        return Address("memory", text, options=options)
    if found := _SERIAL.fullmatch(text):
        return Address("serial", text, _device(found["device"]), options=options)
    if found := _PROLOGIX.fullmatch(text):
        return _gateway(text, found, _unit(found), options)
    if (found := _GPIB.fullmatch(text)) and (gateway := _GATEWAY.fullmatch(bus)):
        return _gateway(text, gateway, _unit(found), options)
    return _frames(text, options) or Address("visa", _in_capitals(text), options=options)


def self_contained(resource: str, bus: str) -> str:
    """Return one string that says all: of a GPIB resource behind a gateway, the gateway too.

    Example:
        >>> self_contained("GPIB0::22::INSTR", "PRLGX-TCPIP::192.0.2.7::1234::INTFC")
        'PRLGX-TCPIP::192.0.2.7::1234::22::INSTR'
        >>> self_contained("GPIB0::22::INSTR", "rack 1")
        'GPIB0::22::INSTR'
    """
    gateway, found = _GATEWAY.fullmatch(bus), _GPIB.fullmatch(resource)
    if gateway is None or found is None:
        return resource
    unit = f"{found['pad']},{found['sad']}" if found["sad"] else found["pad"]
    return f"{bus[: -len('INTFC')]}{unit}::INSTR"


def _frames(text: str, options: dict[str, str]) -> Address | None:
    """Return the address of what carries no messages but registers or command frames."""
    if found := _MODBUS.fullmatch(text):
        return Address(
            "modbus-tcp", text, found["host"], int(found["port"] or 502), found["unit"], "", options
        )
    if found := _MODBUS_RTU.fullmatch(text):
        return Address("modbus-rtu", text, found["device"], 0, found["unit"], "", options)
    if found := _HART.fullmatch(text):
        return Address("hart", text, found["device"], 0, found["unit"], "", options)
    return None


def _split(resource: str) -> tuple[str, dict[str, str]]:
    """Cut the options off; a question mark within a pyserial URL is not theirs."""
    places = [at for at, letter in enumerate(resource) if letter == "?"]
    at = next((at for at in places if "::" in resource[:at] and "::" not in resource[at:]), -1)
    if at < 0:
        return resource, {}
    head, tail = resource[:at], resource[at + 1 :]  # a marker may end with a question mark of its own
    options: dict[str, str] = {}
    for part in tail.split("&"):
        key, equals, value = part.partition("=")
        if not equals:
            raise BadResource(f'The option "{part}" has no value', resource=resource, way_out=FORMS)
        options[key.lower()] = value
    return head, options


def _gateway(text: str, found: re.Match[str], unit: str, options: dict[str, str]) -> Address:
    way = found["way"].upper()
    return Address("prologix", text, found["host"], int(found["port"] or 1234), unit, way, options)


def _unit(found: re.Match[str]) -> str:
    return f"{found['pad']} {found['sad']}" if found["sad"] else found["pad"]


def _in_capitals(text: str) -> str:
    """Return a resource as pyvisa reads it: interface and class in capitals, names of hosts as they are."""
    head, *middle, tail = text.split("::") if "::" in text else (text, "")
    last = tail.upper() if tail.upper() in ("SOCKET", "INSTR", "RAW", "INTFC") else tail
    return "::".join((head.upper(), *middle, last)) if "::" in text else text


def _device(name: str) -> str:
    """Return what pyserial opens: `ASRL3` is COM3 on Windows and elsewhere the third port of the machine."""
    import sys

    return f"COM{name}" if sys.platform == "win32" and name.isdigit() else name


def _changed(line: Line, key: str, value: str, resource: str) -> Line:
    if key == "unit":  # tells two instruments on one line apart, and nothing else
        return line
    if key in _NUMBERS and value.isdigit() and len(value) < 9 and int(value) in _NUMBERS[key]:
        return replace(line, **{key: int(value)})  # type: ignore[arg-type] # a number field by _NUMBERS
    if key == "parity" and value.upper() in _PARITIES:
        return replace(line, parity=_PARITIES[value.upper()])
    if key == "flow" and value in ("none", "rtscts", "xonxoff", "dsrdtr"):
        return replace(line, flow=value)  # type: ignore[arg-type] # one of the literals
    if key in ("terminator", "reply") and value.lower() in _TERMINATORS:
        mark = _TERMINATORS[value.lower()]
        return replace(line, terminator=mark) if key == "terminator" else replace(line, reply_terminator=mark)
    if key == "marker":
        return replace(line, marker=value, marker_reply="")
    raise BadResource(
        f'"{key}={value}" is no option of a serial line',
        resource=resource,
        way_out="Known are baud, bits (5 to 8), parity (N, E, O), stop (1, 2), "
        "flow (none, rtscts, xonxoff, dsrdtr), terminator and reply (lf, cr, crlf), marker, unit.",
    )
