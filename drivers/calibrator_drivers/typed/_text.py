"""What a person types for an indication: a number as the display shows it, or that it shows overload."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Typed", "parse_typed"]

_NUMBER = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?")
_OVERLOAD = re.compile(r"[+-]?[O0]L|OVERLOAD|OVER|----?", re.IGNORECASE)
_MINUS = "\u2212"  # some keyboards


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed indication in the display's unit: value, decimals as typed, or overload."""

    text: str
    value: float
    decimals: int
    overload: bool = False


def parse_typed(text: str, unit: str) -> Typed:
    """Return what was typed; the display's unit may follow the number.

    Raises:
        ValueError: it is no number, or another unit follows it.

    Example:
        >>> parse_typed(" 5.003 V", "V")
        Typed(text='5.003 V', value=5.003, decimals=3, overload=False)
        >>> parse_typed("OL", "V").overload
        True
    """
    clean = text.strip().replace(_MINUS, "-")
    if _OVERLOAD.fullmatch(clean):
        return Typed(clean, 0.0, 0, overload=True)
    number = clean.removesuffix(unit).rstrip() if unit and clean.endswith(unit) else clean
    match = _NUMBER.fullmatch(number)
    if match is None:
        raise ValueError(f"it is no number in {unit}")
    sign, whole, fraction = match.groups()
    value = float(f"{sign}{whole}.{fraction or '0'}")
    return Typed(clean, value, len(fraction or ""))
