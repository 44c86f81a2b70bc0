"""Stated inputs of meters that are served alone: `10 V`, `5 V 1 kHz`, `100 ohm`, `1 bar`."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from calibrator_sim._errors import BenchFileError, closest
from calibrator_sim.instruments import CATALOGUE

__all__ = ["input_nodes"]

_PART = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-zΩµμ°%]+)")
_PREFIXES = {"": 1.0, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9}
# Unit, domain, key of the node's figures, factor and offset to its unit.
_UNITS: Mapping[str, tuple[str, str, float, float]] = {
    "V": ("electrical", "voltage_v", 1.0, 0.0),
    "A": ("electrical", "current_a", 1.0, 0.0),
    "ohm": ("electrical", "resistance_ohm", 1.0, 0.0),
    "Ω": ("electrical", "resistance_ohm", 1.0, 0.0),
    "F": ("electrical", "capacitance_f", 1.0, 0.0),
    "Hz": ("electrical", "frequency_hz", 1.0, 0.0),
    "Pa": ("pressure", "pressure_pa", 1.0, 0.0),
    "bar": ("pressure", "pressure_pa", 1e5, 0.0),
    "degC": ("thermal", "temperature_c", 1.0, 0.0),
    "°C": ("thermal", "temperature_c", 1.0, 0.0),
    "K": ("thermal", "temperature_c", 1.0, -273.15),
    "g": ("mass", "mass_kg", 1e-3, 0.0),
    "W": ("power", "power_w", 1.0, 0.0),
}
_EXCLUSIVE = ("voltage_v", "current_a", "resistance_ohm")
_NEVER_NEGATIVE = ("resistance_ohm", "capacitance_f", "frequency_hz")
_TERMINALS = {"current_a": "aux-current"}
# Where the probe of a stated temperature is, a Pt100: the first channel.
_CHANNELS = {"fluke_1502a": "1", "fluke_1529": "1", "fluke_1586a": "101"}
_MAINS_V = 230.0


def input_nodes(text: str, models: Mapping[str, str]) -> dict[str, Any]:
    """Return `[simulation.nodes]` that apply a stated input to every instrument that can see it.

    Args:
        text: values with units, such as `5 V 1 kHz`.
        models: model of each instrument by its name.

    Raises:
        BenchFileError: the input cannot be read, or no instrument sees it.
    """
    domain, figures = _figures(text)
    nodes: dict[str, Any] = {}
    for name, model in models.items():
        load = CATALOGUE[model].loaded and "resistance_ohm" in figures
        if load or CATALOGUE[model].part(domain) not in ("", "source"):
            place = f"{name}:{_CHANNELS[model]}" if model in _CHANNELS else name
            nodes[f"input of {name}"] = {"domain": domain, "joins": [place], **figures}
    if not nodes:
        raise _bad(f'No instrument here sees "{text}"', "Serve a model that measures it.")
    return nodes


def _figures(text: str) -> tuple[str, dict[str, Any]]:
    """Return the domain of an input and the figures of its node."""
    found: dict[str, Any] = {}
    domain, at = "", 0
    while at < len(text.rstrip()):
        part = _PART.match(text, at)
        if part is None:
            raise _bad(f'"{text}" is no input', 'Write a value with its unit, such as "10 V" or "5 V 1 kHz".')
        at = part.end()
        here, key, value = _value(float(part.group(1)), part.group(2))
        if not math.isfinite(value):
            raise _bad(f'"{text}" is beyond every number', 'Write a value such as "10 V".')
        if value < 0.0 and key in _NEVER_NEGATIVE:
            raise _bad(f'"{text}" cannot be below nothing', "Write a value from 0 on.")
        if domain not in ("", here):
            raise _bad(f'"{text}" holds quantities of two kinds', "Write one input.")
        if key in found:
            raise _bad(f'"{text}" says the same quantity twice', "Write it once.")
        domain, found[key] = here, value
    if not found:
        raise _bad("The input is empty", 'Write one such as "10 V".')
    if sum(key in _EXCLUSIVE for key in found) > 1:
        raise _bad(f'"{text}" holds more than one of volts, amperes and ohms', "Write one of them.")
    if domain == "electrical" and not any(key in _EXCLUSIVE for key in found):
        raise _bad(f'"{text}" says nothing that stands at the terminals', 'Write one such as "5 V 1 kHz".')
    if domain == "mass":
        return domain, {"weights": [_weight(found["mass_kg"])]}
    if domain == "power":
        return domain, _mains(found["power_w"])
    if domain == "electrical":
        terminals = [_TERMINALS[key] for key in found if key in _TERMINALS]
        found["terminals"] = terminals[0] if terminals else "normal-input-sense"
        found["lead_resistance_ohm"] = found["emf_v"] = {"value": 0.0, "half_width": 0.0}
    return domain, found


def _weight(mass_kg: float) -> dict[str, Any]:
    if mass_kg <= 0.0:
        raise _bad("A balance sees a load above nothing", "Write a mass above 0 g.")
    return {"serial": "SIMINPUT", "nominal_g": mass_kg * 1e3, "class": "E1"}


def _mains(power_w: float) -> dict[str, Any]:
    """Return a steady load at the mains; what flows back has the power factor -1."""
    factor = math.copysign(1.0, power_w)
    amperes = abs(power_w) / _MAINS_V
    return {"voltage_v": _MAINS_V, "current_a": amperes, "power_factor": factor, "variation": 0.0}


def _value(number: float, unit: str) -> tuple[str, str, float]:
    for known, (domain, key, factor, offset) in _UNITS.items():
        prefix = unit.removesuffix(known) if unit.endswith(known) else None
        if prefix is not None and prefix in _PREFIXES:
            return domain, key, number * _PREFIXES[prefix] * factor + offset
    raise _bad(f'There is no unit "{unit}"', closest(unit, _UNITS))


def _bad(what: str, way_out: str) -> BenchFileError:
    return BenchFileError(what, where="the stated input", way_out=way_out, code="bad-value")
