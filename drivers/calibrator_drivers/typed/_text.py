"""What a person types for an indication: a number as the display shows it, or that it shows overload."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Typed", "parse_typed", "plain"]

_NUMBER = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?")
_OVERLOAD = re.compile(r"[+-]?[O0]L|OVERLOAD|OVER|----?", re.IGNORECASE)
# What compatibility (NFKC) leaves: minus and dashes of some keyboards, ohm and mu as Greek, the degree.
_AS_SENT = str.maketrans(
    {
        "\u2212": "-",
        "\u2013": "-",
        "\u3002": ".",
        "\u3001": ",",
        "\u03a9": "ohm",
        "\u03bc": "u",
        "\u00b0": "deg",
    }
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed indication in the display's unit: value, decimals as typed, or overload."""

    text: str
    value: float
    decimals: int
    overload: bool = False


def plain(text: str) -> str:
    """Return what was typed in ASCII: full-width digits and the signs of units become what instruments use.

    What has no such form stays readable as its code point.

    Example:
        >>> plain(" \uff15\uff0e\uff10\uff10\uff13 k\u2126 ")
        '5.003 kohm'
    """
    compatible = unicodedata.normalize("NFKC", " ".join(text.split())).translate(_AS_SENT)
    return compatible.strip().encode("ascii", "backslashreplace").decode("ascii")


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
    clean = plain(text)
    if _OVERLOAD.fullmatch(clean):
        return Typed(clean, 0.0, 0, overload=True)
    match = _NUMBER.fullmatch(_without(clean, unit))
    if match is None:
        raise ValueError(f"it is no number in {unit}")
    sign, whole, fraction = match.groups()
    value = float(f"{sign}{whole}.{fraction or '0'}")
    return Typed(clean, value, len(fraction or ""))


def _without(text: str, unit: str) -> str:
    """Return a text without its unit; a small letter will do, but for m and M, which are two prefixes."""
    found = text[len(text) - len(unit) :] if unit else ""
    same = found.lower() == unit.lower() and (found[:1] == unit[:1] or len(unit) == 1 or unit[:1] not in "mM")
    return text[: len(text) - len(unit)].rstrip() if unit and same else text
