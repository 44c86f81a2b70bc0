"""The functions of points and parts, with the units of their readings and of the results made of them."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["FUNCTION_UNITS", "READING_UNITS", "RESULT_UNITS"]

READING_UNITS: Mapping[str, str] = {
    "dcv": "V",
    "acv": "V",
    "dci": "A",
    "aci": "A",
    "res2w": "ohm",
    "res4w": "ohm",
    "freq": "Hz",
    "pressure": "Pa",
    "temperature": "degC",
    "mass": "g",
    "loop": "A",
    "power": "W",
    "apparent_power": "V*A",
    "power_factor": "1",
    "line_voltage": "V",
    "line_current": "A",
    "line_frequency": "Hz",
    "energy": "Wh",
    "pulses": "1",
    "discipline": "1",
    "air_temperature": "degC",
    "air_humidity": "%",
    "air_pressure": "Pa",
}
"""The unit in which a part reads a function."""

FUNCTION_UNITS: Mapping[str, str] = {**READING_UNITS, "energy": "%"}
"""The unit in which results of a function are usually stated."""

# Further units of results: an error in % of a span, in the quantity that the unit stands for, or relative.
_FURTHER: Mapping[str, tuple[str, ...]] = {
    "dcv": ("degC",),
    "res4w": ("degC",),
    "freq": ("1",),
    "pressure": ("%",),
    "temperature": ("K", "ohm", "V", "1"),
    "mass": ("mg", "kg"),
    "loop": ("Pa", "degC", "%"),
    "power": ("%",),
    "energy": ("Wh",),
    "pulses": ("%", "Wh"),
}
RESULT_UNITS: Mapping[str, tuple[str, ...]] = {
    function: (unit, *_FURTHER.get(function, ())) for function, unit in FUNCTION_UNITS.items()
}
"""The units in which a point of a function may state its nominal value, limits and result."""
