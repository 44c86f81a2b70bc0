"""Replies of the 55xx calibrators, parsed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from calibrator_drivers.roles import SourceLimits

__all__ = ["Output", "parse_limits", "parse_output", "parse_range", "parse_reference", "word"]

_UNITS = {"V": "V", "A": "A", "OHM": "ohm", "CEL": "degC"}
_PREFIXES = {"": 1.0, "U": 1e-6, "M": 1e-3, "K": 1e3}
_LIMIT = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?)\s*(?:([UMK]?)([VA]))?", re.IGNORECASE)
_RANGE = re.compile(r"(\d+(?:[._]\d+)?)\s*([UMK]?)(V|A|OHM)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Output:
    """What `OUT?` says: amplitude and unit, second amplitude, frequency and the step that its digits tell."""

    amplitude: float
    unit: str
    second: float
    frequency_hz: float
    frequency_step_hz: float


def parse_output(reply: str) -> Output:
    """Parse the five fields of `OUT?`, such as `1.520000E+01,V,0E+00,0,0.00E+00`."""
    fields = [field.strip() for field in reply.split(",")]
    if len(fields) != 5:
        raise ValueError(f"{len(fields)} fields in place of 5")
    unit = fields[1].upper()
    frequency_hz, step_hz = float(fields[4]), _step(fields[4])
    found = Output(float(fields[0]), _UNITS.get(unit, unit), float(fields[2]), frequency_hz, step_hz)
    if not all(math.isfinite(number) for number in (found.amplitude, found.second, frequency_hz)):
        raise ValueError("a field is no finite number")
    return found


def _step(text: str) -> float:
    """Return the value of one count of the last digit that a number is printed with."""
    mantissa, _, exponent = text.upper().partition("E")
    decimals = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or "0") - decimals))


def parse_limits(reply: str) -> SourceLimits:
    """Return the limits that `LIMIT?` names: high V, low V, high A, low A, as two manuals of the family say.

    5502A Operators Manual, page 6-22 (blanks may stand behind the commas); 5520A Programmers Reference Guide,
    page 31 (floating, so an exponent may stand). Units behind the numbers, which the 57xx use in responses
    (5700A Series II Operators Manual, page 5-8), are remembered here, and tell volts from amperes.

    Raises:
        ValueError: another form.

    Example:
        >>> parse_limits("1020.0000,-1020.0000, 20.5000, -20.5000")
        SourceLimits(voltage_v=(-1020.0, 1020.0), current_a=(-20.5, 20.5), pressure_pa=None)
        >>> parse_limits("3.3E+01 V,-3.3E+01 V,500 MA,-500 MA")
        SourceLimits(voltage_v=(-33.0, 33.0), current_a=(-0.5, 0.5), pressure_pa=None)
    """
    fields = [_limit(field) for field in reply.split(",")]
    if len(fields) != 4:
        raise ValueError(f"{len(fields)} fields in place of 4")
    units = tuple(unit or wanted for (_, unit), wanted in zip(fields, "VVAA", strict=True))
    if units != ("V", "V", "A", "A"):
        raise ValueError(f"in {', '.join(units)} in place of V, V, A, A")
    high_v, low_v, high_a, low_a = (number for number, _ in fields)
    if not (low_v <= 0 <= high_v and low_a <= 0 <= high_a):
        raise ValueError("a high limit below zero, or a low one above")
    return SourceLimits((low_v, high_v), (low_a, high_a))


def _limit(field: str) -> tuple[float, str]:
    """Return a limit in its unit, and the unit where one stands."""
    found = _LIMIT.fullmatch(field.strip())
    if found is None:
        raise ValueError(f"{field.strip()!r} is no limit")
    number, prefix, unit = float(found.group(1)), (found.group(2) or "").upper(), found.group(3) or ""
    if not math.isfinite(number):
        raise ValueError("a limit is no finite number")
    return number * _PREFIXES[prefix], unit.upper()


def parse_range(reply: str) -> float | None:
    """Return the range that `RANGE?` names, None where the reply does not tell it.

    The reply's form is remembered with low confidence (a name or a number), so an unknown one is no error.

    Example:
        >>> parse_range("DC330MV,NONE"), parse_range("DC3_3V,NONE"), parse_range("3.299999E+01")
        (0.33, 3.3, 32.99999)
    """
    first = reply.split(",", 1)[0].strip()
    try:
        number = float(first)
    except ValueError:
        found = _RANGE.search(first)
    else:
        if not math.isfinite(number):
            raise ValueError("the range is no finite number")
        return number
    if found is None:
        return None
    digits, prefix, unit = found.group(1), found.group(2).upper(), found.group(3).upper()
    factor = 1e6 if (prefix, unit) == ("M", "OHM") else _PREFIXES[prefix]
    return float(digits.replace("_", ".")) * factor


def word(reply: str) -> str:
    """Return the first word of a reply, such as `SINE` of `SINE,NONE`.

    Raises:
        ValueError: there is none.
    """
    first = reply.split(",", 1)[0].strip().upper()
    if not first:
        raise ValueError("an empty reply")
    return first


def parse_reference(reply: str) -> float | None:
    """Return the temperature (degC) of a reference junction, None for the one at the terminals.

    Example:
        >>> parse_reference("EXT,2.34E+01,CEL"), parse_reference("INT,0.00E+00,CEL")
        (23.4, None)
    """
    fields = [field.strip().upper() for field in reply.split(",")]
    if fields[0] not in ("INT", "EXT"):
        raise ValueError("neither INT nor EXT")
    return float(fields[1]) if fields[0] == "EXT" else None
