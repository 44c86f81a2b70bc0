"""SI prefixes, applied to decimals by moving the point."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["best_prefix", "split_prefix"]

_BY_POWER = {
    -30: "q",
    -27: "r",
    -24: "y",
    -21: "z",
    -18: "a",
    -15: "f",
    -12: "p",
    -9: "n",
    -6: "µ",
    -3: "m",
    0: "",
    3: "k",
    6: "M",
    9: "G",
    12: "T",
    15: "P",
    18: "E",
    21: "Z",
    24: "Y",
    27: "R",
    30: "Q",
}
_BY_PREFIX = {prefix: power for power, prefix in _BY_POWER.items() if prefix}
# Keyboards, and pint from 0.26 on, write micro otherwise.
_BY_PREFIX |= {"u": -6, "μ": -6}
# Symbols that take a prefix (SI Brochure, 9th edition, tables 2, 4, 8), without the tonne: ft is a foot.
_UNITS = frozenset(
    (
        *("m", "g", "s", "A", "K", "mol", "cd", "rad", "sr", "Hz", "N", "Pa", "J", "W", "C", "V", "F"),
        *("\u03a9", "\u2126", "ohm", "S", "Wb", "T", "H", "lm", "lx", "Bq", "Gy", "Sv", "kat"),
        *("L", "l", "bar", "eV", "Da", "Wh", "VA"),
    )
)


def split_prefix(unit: str) -> tuple[int, str] | None:
    """Return the power of ten and the bare unit, None where the unit takes no prefix (degC, %, m²)."""
    if unit in _UNITS:
        return 0, unit
    if unit[:1] in _BY_PREFIX and unit[1:] in _UNITS:
        return _BY_PREFIX[unit[0]], unit[1:]
    return None


def best_prefix(size: Decimal, unit: str) -> tuple[int, str] | None:
    """Return the power by which the point moves to the left, and the unit, for a figure from 1 to below 1000.

    None where the unit takes no prefix or the figure is 0.
    """
    found = split_prefix(unit)
    if found is None or size == 0:
        return None
    power, bare = found
    wanted = min(30, max(-30, (size.adjusted() + power) // 3 * 3))
    return wanted - power, _BY_POWER[wanted] + bare
