"""Rounding of results in decimals, never in binary floats."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._plainly import check_digits
from calibrator_uncertainty._types import Numbers

__all__ = ["plain", "round_like", "round_uncertainty"]

_PRECISION = 60  # digits kept while rounding; any float needs at most 17 and an exponent


def to_decimal(value: float | Decimal, what: str) -> Decimal:
    """Return the decimal that a float shows (its `repr`), which is what a person has seen."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    except (TypeError, ValueError) as problem:
        raise InputError(f"{what} is {value!r}, which is not a number", code="not-a-number") from problem
    if not number.is_finite():
        raise InputError(
            f"{what} is {value}, which cannot be rounded",
            way_out="Look for the reading or input that is not a finite number.",
            code="not-finite",
        )
    return number


def round_uncertainty(expanded: float | Decimal, digits: int = 2) -> Decimal:
    """Round an uncertainty to `digits` significant digits, half to even.

    A carry keeps the number of digits: 9.96 becomes 10, not 10.0. The exponent of the result is the place
    that the value is rounded to by `round_like`; print it with `plain`.

    Raises:
        InputError: negative, NaN or infinite uncertainty, or `digits` below 1.

    Source: JCGM 100:2008, 7.2.6; EA-4/02 M:2022, 6.3.

    Example:
        >>> round_uncertainty(0.0035499), round_uncertainty(9.96), round_uncertainty(0.35, 1)
        (Decimal('0.0035'), Decimal('10'), Decimal('0.4'))
    """
    number = to_decimal(expanded, "the uncertainty")
    if number < 0:
        raise InputError(f"an uncertainty of {number} is negative", code="negative-u")
    check_digits(digits)
    if digits < 1:
        raise InputError(f"{digits} significant digits were asked for; at least 1 is needed", code="digits")
    if number == 0:
        return Decimal(0)
    with localcontext() as context:
        context.prec = _PRECISION
        place = number.adjusted() - digits + 1
        rounded = number.quantize(Decimal(1).scaleb(place), rounding=ROUND_HALF_EVEN)
        if rounded.adjusted() > number.adjusted():  # a carry such as 9.96 -> 10.0
            rounded = rounded.quantize(Decimal(1).scaleb(place + 1), rounding=ROUND_HALF_EVEN)
    return rounded


def round_like(value: float | Decimal, rounded_uncertainty: Decimal) -> Decimal:
    """Round a value to the last digit of its rounded uncertainty, half to even, never to -0.

    An uncertainty of 0 leaves the value as it is written.

    Source: JCGM 100:2008, 7.2.6.

    Example:
        >>> round_like(-0.00004, Decimal("0.0035")), round_like(9.99996, Decimal("0.0035"))
        (Decimal('0.0000'), Decimal('10.0000'))
    """
    number = to_decimal(value, "the value")
    _check_decimal(rounded_uncertainty, "the rounded uncertainty")
    if rounded_uncertainty != 0:
        with localcontext() as context:
            exponent = rounded_uncertainty.as_tuple().exponent
            if not isinstance(exponent, int):
                raise InputError(
                    f"an uncertainty of {rounded_uncertainty} cannot fix a place", code="not-finite"
                )
            context.prec = max(_PRECISION, number.adjusted() - exponent + 2)
            number = number.quantize(Decimal((0, (1,), exponent)), rounding=ROUND_HALF_EVEN)
    return number.copy_abs() if number == 0 else number


def plain(number: Decimal) -> str:
    """Return a decimal as digits without an exponent.

    Example:
        >>> plain(Decimal("1.2E+2"))
        '120'
    """
    _check_decimal(number, "the number")
    return f"{number:f}"


def _check_decimal(number: object, what: str) -> None:
    if not isinstance(number, Decimal):
        raise InputError(
            f"{what} is {number!r}, which is no Decimal",
            way_out="Round it first with round_uncertainty().",
            code="not-a-number",
        )


def leading_place(u: float, digits: int) -> int:
    """Return the power of ten of the last of `digits` significant digits of `u` (positive, finite)."""
    return math.floor(math.log10(u)) - digits + 1


def show(value: Numbers, u: Numbers, spec: str) -> str:
    """Return value ± u for people: two digits of u, or both by a format `spec`; arrays as two rows."""
    if not isinstance(value, float) or not isinstance(u, float):
        return f"{value} ± {u}"
    if spec:
        return f"{format(value, spec)} ± {format(u, spec)}"
    if not (math.isfinite(value) and math.isfinite(u)):
        return f"{value} ± {u}"
    rounded = round_uncertainty(u)
    return f"{plain(round_like(value, rounded))} ± {plain(rounded)}"
