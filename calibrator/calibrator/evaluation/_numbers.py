"""Numbers as they are printed: decimals as text, never through binary rounding."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

__all__ = ["decimal_of_raw", "fixed", "plain", "probability", "shortest", "significant", "value_of_raw"]

# A probability from an uncertain value is not printed as 0 or 1: what is smaller still is printed as these.
LEAST_PROBABILITY = Decimal("1e-30")
LEAST_LACKING = Decimal("1e-16")  # beyond, a float is 1
_SHORT = 20  # characters of a reply's number
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def plain(value: Decimal) -> str:
    """Return a decimal without exponent and without a minus before zero."""
    text = format(value, "f")
    return text.removeprefix("-") if value == 0 else text


def fixed(value: float, places: int) -> str:
    """Return a float with a fixed number of decimal places, half to even; `inf` for infinity."""
    if not math.isfinite(value):
        return "inf" if value > 0 else "-inf" if value < 0 else "nan"
    return plain(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN))


def significant(value: float, digits: int) -> str:
    """Return a float to `digits` significant digits, half to even, without exponent; `inf` for infinity.

    Example:
        >>> significant(0.99996, 3), significant(-123.45, 4)
        ('1.00', '-123.4')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else fixed(value, 0)
    exact = Decimal(repr(float(value)))
    place = exact.adjusted() - digits + 1
    rounded = exact.quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_EVEN)
    if rounded.adjusted() > exact.adjusted():  # a carry such as 0.9996 -> 1.000 has one digit too many
        rounded = rounded.quantize(Decimal(1).scaleb(place + 1))
    return plain(rounded)


def probability(value: float, *, certain: bool) -> str:
    """Return a probability to 2 significant digits of it, or of what it lacks of 1, without exponent.

    Of a value that has an uncertainty (`certain` false) it is never printed as 0 or 1, but between 1e-30
    and 1 - 1e-16.

    Example:
        >>> probability(4.321e-10, certain=False), probability(0.99999994, certain=False)
        ('0.00000000043', '0.999999940')
    """
    if certain and value in (0.0, 1.0):
        return fixed(value, 0)
    if value <= 0.5:
        return plain(LEAST_PROBABILITY) if value < LEAST_PROBABILITY else significant(value, 2)
    lacking = max(1 - Decimal(value), LEAST_LACKING)
    place = Decimal(1).scaleb(lacking.adjusted() - 1)
    return plain(1 - lacking.quantize(place, rounding=ROUND_HALF_EVEN))


def shortest(value: float) -> str:
    """Return a float with the fewest digits that give it back.

    Example:
        >>> shortest(100.0), shortest(1e-7)
        ('100', '0.0000001')
    """
    if not math.isfinite(value):
        return fixed(value, 0)
    return plain(Decimal(repr(float(value)))).removesuffix(".0")


def decimal_of_raw(raw: str) -> Decimal | None:
    """Return the number that an instrument's reply begins with, digit by digit; None where it holds none."""
    found = _NUMBER.search(raw.strip())
    if found is None:
        return None
    try:
        return Decimal(found[0])
    except InvalidOperation:
        return None


def value_of_raw(raw: str) -> float | None:
    """Return the number that an instrument's reply begins with as a float; None where it holds none."""
    found = _NUMBER.search(raw.strip())
    if found is not None and len(found[0]) <= _SHORT:  # no decimal fails, and both are rounded once
        return float(found[0])
    exact = decimal_of_raw(raw)
    return None if exact is None else float(exact)
