"""The command language of the 5522A: keywords, comma-separated parameters, `;` between commands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from calibrator_sim.instruments.fluke_5522a._faults import FaultError
from calibrator_sim.scpi import block_length

__all__ = ["Call", "Quantity", "parse_call", "quantity", "split_calls", "whole"]

_HEADER = re.compile(r"(\*?[A-Z_][A-Z0-9_]*\??)(?:\s+(.*))?\Z", re.DOTALL)
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E([+-]?\d+))?)\s*([A-Z]+)?\Z")
_LARGEST_EXPONENT = 20
_LONGEST = 80
_SHORT = 64  # characters of a text that is remembered taken apart
# In the 55xx M is milli for volts and amperes, mega for hertz and ohms (5500A programmer's guide).
_UNITS = {
    **{"UV": ("V", 1e-6), "MV": ("V", 1e-3), "V": ("V", 1.0), "KV": ("V", 1e3)},
    **{"UA": ("A", 1e-6), "MA": ("A", 1e-3), "A": ("A", 1.0)},
    **{"OHM": ("OHM", 1.0), "KOHM": ("OHM", 1e3), "MOHM": ("OHM", 1e6)},
    **{"HZ": ("HZ", 1.0), "KHZ": ("HZ", 1e3), "MHZ": ("HZ", 1e6)},
    "CEL": ("CEL", 1.0),
    "DEG": ("DEG", 1.0),
    **dict.fromkeys(("PCT", "PPM", "DBM", "PF", "NF", "UF", "MF", "F", "FAR"), ("", 1.0)),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A command with its parameters as text."""

    name: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; the unit is empty where none was given."""

    value: float
    unit: str


def split_calls(message: str) -> list[str]:
    """Return the commands of a message; a block or string keeps its semicolons."""
    if '"' not in message and "#" not in message:
        return [part for raw in message.split(";") if (part := raw.strip())]
    parts, quote, start, i = [], False, 0, 0
    while i < len(message):
        char = message[i]
        if char == '"':
            quote = not quote
        elif char == "#" and not quote and (length := block_length(message, i)) is not None:
            i += length - 1
        elif char == ";" and not quote:
            parts.append(message[start:i])
            start = i + 1
        i += 1
    parts.append(message[start:])
    return [part for raw in parts if (part := raw.strip())]


def parse_call(text: str) -> Call:
    """Take a command apart.

    Raises:
        FaultError: bad syntax or character.
    """
    return _short_call(text) if len(text) <= _SHORT else _call(text)


@lru_cache(maxsize=512)
def _short_call(text: str) -> Call:
    return _call(text)


def _call(text: str) -> Call:
    if not text.isascii():
        raise FaultError(1322)
    match = _HEADER.match(text.upper() if "#" not in text else _upper_head(text))
    if match is None:
        raise FaultError(1300)
    rest = (match.group(2) or "").strip()
    if not rest:
        return Call(match.group(1), ())
    parameters = (rest,) if rest.startswith("#") else tuple(part.strip() for part in rest.split(","))
    if any(not part for part in parameters):
        raise FaultError(1304)
    if any(len(part) > _LONGEST and not part.startswith("#") for part in parameters):
        raise FaultError(1329)
    return Call(match.group(1), parameters)


def _upper_head(text: str) -> str:
    head, mark, rest = text.partition("#")
    return head.upper() + mark + rest


def quantity(text: str) -> Quantity:
    """Read a number with an optional unit.

    Raises:
        FaultError: not a number, too large an exponent, an unknown unit.
    """
    match = _QUANTITY.match(text)
    if match is None:
        raise FaultError(1304)
    digits, exponent, unit = match.groups()
    if exponent and abs(int(exponent)) > _LARGEST_EXPONENT:
        raise FaultError(1324)
    if unit is None:
        return Quantity(float(digits), "")
    if unit not in _UNITS:
        raise FaultError(1305)
    name, factor = _UNITS[unit]
    if not name:
        raise FaultError(502)  # relative entries, farads and degrees Fahrenheit are not on this bench
    # Decimal text keeps 100 MV at 0.1 V and not at a neighbour of it.
    return Quantity(float(f"{float(digits) * factor:.15g}"), name)


def whole(text: str, most: int) -> int:
    """Read a register mask.

    Raises:
        FaultError: not a number from 0 to `most`.
    """
    number = quantity(text)
    if number.unit or not 0 <= number.value <= most:
        raise FaultError(1306)
    return round(number.value)
