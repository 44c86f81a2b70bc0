"""Units of the D-SI as units of ours: prefixes, powers and products are worked out, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

__all__ = ["Known", "known_unit"]

_TOKEN: Final = re.compile(r"\\([A-Za-z]+)(?:\{(-?\d+(?:\.\d+)?)\})?")
_PREFIXES: Final = {
    **{"quetta": 30, "ronna": 27, "yotta": 24, "zetta": 21, "exa": 18, "peta": 15, "tera": 12, "giga": 9},
    **{"mega": 6, "kilo": 3, "hecto": 2, "deca": 1, "deci": -1, "centi": -2, "milli": -3, "micro": -6},
    **{"nano": -9, "pico": -12, "femto": -15, "atto": -18, "zepto": -21, "yocto": -24},
}
# an angle is kept apart: radian per second is no hertz, but 1/(2 pi) of one
_BASE: Final = ("metre", "kilogram", "second", "ampere", "kelvin", "mole", "candela", "radian")
_Dims = tuple[int, ...]


def _dims(**powers: int) -> _Dims:
    return tuple(powers.get(name, 0) for name in _BASE)


# SI brochure, 9th edition, tables 2, 4 and 8: the dimension of a unit and its power of ten
_UNITS: Final[dict[str, tuple[_Dims, int]]] = {
    "one": (_dims(), 0),
    "percent": (_dims(), -2),
    "ppm": (_dims(), -6),
    **{name: (_dims(**{name: 1}), 0) for name in _BASE},
    "gram": (_dims(kilogram=1), -3),
    "tonne": (_dims(kilogram=1), 3),
    "litre": (_dims(metre=3), -3),
    "bar": (_dims(kilogram=1, metre=-1, second=-2), 5),
    "hertz": (_dims(second=-1), 0),
    "newton": (_dims(kilogram=1, metre=1, second=-2), 0),
    "pascal": (_dims(kilogram=1, metre=-1, second=-2), 0),
    "joule": (_dims(kilogram=1, metre=2, second=-2), 0),
    "watt": (_dims(kilogram=1, metre=2, second=-3), 0),
    "coulomb": (_dims(second=1, ampere=1), 0),
    "volt": (_dims(kilogram=1, metre=2, second=-3, ampere=-1), 0),
    "farad": (_dims(kilogram=-1, metre=-2, second=4, ampere=2), 0),
    "ohm": (_dims(kilogram=1, metre=2, second=-3, ampere=-2), 0),
    "siemens": (_dims(kilogram=-1, metre=-2, second=3, ampere=2), 0),
    "henry": (_dims(kilogram=1, metre=2, second=-2, ampere=-2), 0),
}
_NOT_PREFIXED: Final = frozenset({"kilogram", "percent", "ppm", "one"})
_ENERGY: Final = frozenset({"joule", "watt", "volt"})  # what tells an energy from a torque
_OURS: Final = {
    _UNITS[name][0]: unit
    for name, unit in {
        **{"one": "1", "metre": "m", "kilogram": "g", "second": "s", "ampere": "A", "kelvin": "K"},
        **{"hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J", "watt": "W", "volt": "V"},
        **{"farad": "F", "ohm": "ohm", "siemens": "S", "henry": "H"},
    }.items()
}


@dataclass(frozen=True, slots=True)
class Known:
    """A unit of ours and the power of ten that brings a value as written into it."""

    unit: str
    scale: int = 0

    def value(self, written: str) -> Decimal:
        """Return a written number in this unit, exact."""
        return Decimal(written).scaleb(self.scale)


def known_unit(written: str) -> Known | None:
    r"""Return the unit of ours that a D-SI unit is, None where it is none.

    Example:
        >>> known_unit(r"\milli\volt"), known_unit(r"\degreecelsius")
        (Known(unit='V', scale=-3), Known(unit='degC', scale=0))
        >>> known_unit(r"\kilogram\metre\tothe{2}\ampere\tothe{-2}\second\tothe{-3}")
        Known(unit='ohm', scale=0)
    >>> known_unit(r"\milli\gram"), known_unit(r"\kilogram"), known_unit(r"\kilo\watt\hour")
    (Known(unit='g', scale=-3), Known(unit='g', scale=3), Known(unit='Wh', scale=3))
    """
    text = written.strip()
    if text == r"\degreecelsius":
        return Known("degC")
    tokens = _TOKEN.findall(text)
    if not text or _TOKEN.sub("", text) or not _well_formed(tokens):
        return None
    energy = text.removesuffix(r"\watt\hour")
    if energy != text:  # 3600 J, which is no power of ten: kept as the trade's own unit
        power = _PREFIXES.get(energy.removeprefix("\\")) if energy else 0
        return None if power is None else Known("Wh", power)
    found = _product(tokens)
    if found is None or found[0] not in _OURS:
        return None
    unit = _OURS[found[0]]
    if unit == "J" and not _ENERGY & {name for name, _ in tokens}:
        return None  # newton metre and its like are a torque as well
    return Known(unit, found[1] + (3 if unit == "g" else 0))  # balances and weights are told in grams


def _well_formed(tokens: list[tuple[str, str]]) -> bool:
    r"""Say whether every unit stands as the D-SI orders: `\per`, one prefix, the unit, one power."""
    before = ""
    for name, power in tokens:
        kind = "prefix" if name in _PREFIXES else name if name in ("per", "tothe") else "unit"
        allowed = {
            "per": ("", "unit", "tothe"),
            "prefix": ("", "per", "unit", "tothe"),
            "unit": ("", "per", "prefix", "unit", "tothe"),
            "tothe": ("unit",),
        }[kind]
        if before not in allowed or bool(power) != (kind == "tothe"):
            return False
        if kind == "unit" and before == "prefix" and name in _NOT_PREFIXED:
            return False
        before = kind
    return before in ("unit", "tothe")


def _product(tokens: list[tuple[str, str]]) -> tuple[_Dims, int] | None:
    """Multiply out: `\\per` turns the sign of the unit that follows, `\tothe{n}` raises the one before."""
    dims, scale, prefix, sign = [0] * len(_BASE), 0, 0, 1
    for index, (name, _) in enumerate(tokens):
        if name in _PREFIXES:
            prefix += _PREFIXES[name]
        elif name == "per":
            sign = -1
        elif name in _UNITS:
            power = _power(tokens, index)
            if power is None:
                return None
            own, ten = _UNITS[name]
            dims = [total + sign * power * part for total, part in zip(dims, own, strict=True)]
            scale += sign * power * (ten + prefix)
            prefix, sign = 0, 1
        elif name != "tothe":
            return None
    return None if prefix else (tuple(dims), scale)


def _power(tokens: list[tuple[str, str]], index: int) -> int | None:
    """Return the whole power of the unit at `index`; None where it is a broken one."""
    if index + 1 == len(tokens) or tokens[index + 1][0] != "tothe":
        return 1
    written = tokens[index + 1][1]
    return int(written) if written.lstrip("-").isdigit() else None
