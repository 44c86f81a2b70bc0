"""The unit of what a curve gives, from its formula and the units of its coefficients."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, cast

from calibrator.certificates._formulas import formula
from calibrator.certificates._model import Curve

__all__ = ["output_unit"]

_FACTOR: Final = re.compile(r"([*/]?)\s*([A-Za-zΩ°µ%]\w*|1)(?:\*\*|\^)?(-?\d+)?")
_KELVIN: Final = {"degC": "K", "delta_degC": "K"}


def output_unit(curve: Curve) -> str:
    """Return the unit of a curve's values, such as "ohm"; empty where it has none, or it does not follow."""
    found = formula(curve.formula, (*curve.names, curve.input))
    if found is None:
        return ""
    units = zip((*curve.names, curve.input), (*curve.units, curve.input_unit), strict=True)
    try:
        given = {name: _Unit(_powers(unit)) for name, unit in units}
        # a formula is made of operators alone, so that it takes units where it takes numbers
        made = found(cast("dict[str, float]", given))
    except (TypeError, ValueError):
        return ""
    return made.text if isinstance(made, _Unit) else ""


def _powers(unit: str) -> dict[str, int]:
    found: dict[str, int] = {}
    at = 0
    for match in _FACTOR.finditer(unit):
        if match.start() != at:
            raise ValueError(unit)
        at, name = match.end(), _KELVIN.get(match[2], match[2])
        if name != "1":
            found[name] = found.get(name, 0) + int(match[3] or 1) * (-1 if match[1] == "/" else 1)
    if at != len(unit):
        raise ValueError(unit)
    return {name: power for name, power in found.items() if power}


@dataclass(frozen=True, slots=True)
class _Unit:
    """A product of powers of units, which adds only to its like."""

    powers: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        above = [_power(name, power) for name, power in self.powers.items() if power > 0]
        below = [_power(name, -power) for name, power in self.powers.items() if power < 0]
        return "/".join(["*".join(above) or "1", *below]) if self.powers else ""

    def __add__(self, other: object) -> _Unit:
        if _of(other).powers != self.powers:
            raise ValueError(f"{self.text} and {_of(other).text} do not add")
        return self

    __radd__ = __sub__ = __rsub__ = __add__

    def __neg__(self) -> _Unit:
        return self

    def __mul__(self, other: object) -> _Unit:
        found, their = dict(self.powers), _of(other).powers
        for name, power in their.items():
            found[name] = found.get(name, 0) + power
        return _Unit({name: power for name, power in found.items() if power})

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> _Unit:
        return self * _of(other) ** -1

    def __rtruediv__(self, other: object) -> _Unit:
        return _of(other) / self

    def __pow__(self, power: object) -> _Unit:
        if not isinstance(power, int | float) or power != int(power):
            raise TypeError("a unit has whole powers")
        return _Unit({name: own * int(power) for name, own in self.powers.items()})


def _of(value: object) -> _Unit:
    if isinstance(value, _Unit):
        return value
    if isinstance(value, int | float):
        return _Unit()
    raise TypeError(type(value).__name__)


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}**{power}"
