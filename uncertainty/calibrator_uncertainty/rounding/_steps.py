"""Rounding to multiples of a step (修约间隔)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._rounding import to_decimal

__all__ = ["Direction", "Number", "decimal_of", "round_gbt8170", "round_to_step"]

Number = Decimal | float | int | str
Direction = Literal["nearest", "up", "down"]


def decimal_of(number: Number, what: str) -> Decimal:
    """Return a number as the decimal that it shows; text is taken as it stands.

    Raises:
        InputError: text that is no number, NaN or infinite.
    """
    if isinstance(number, int):
        return Decimal(number)
    if number is None or isinstance(number, complex):
        raise InputError(f"{what} is {number!r}, which is not a number", code="not-a-number")
    if not isinstance(number, str):
        return to_decimal(number, what)
    try:
        return to_decimal(Decimal(number.strip()), what)
    except ArithmeticError as problem:
        raise InputError(f"{what} is {number!r}, which is not a number", code="not-a-number") from problem


def round_to_step(number: Number, step: Number, *, direction: Direction = "nearest") -> Decimal:
    """Return the multiple of `step` that a number rounds to, written with the decimals of the step.

    Args:
        number: a float counts as its shortest decimal text.
        step: any positive number.
        direction: `nearest` (halves to the even multiple), `up` or `down` (away from, towards 0).

    Raises:
        InputError: a step that is not positive, figures that are no finite numbers.

    Example:
        >>> round_to_step(0.35, "0.1"), round_to_step(-0.04, "0.1"), round_to_step(7.3, 0.25)
        (Decimal('0.4'), Decimal('0.0'), Decimal('7.25'))
    """
    value, unit = decimal_of(number, "the number"), decimal_of(step, "the step")
    if unit <= 0:
        raise InputError(f"a step of {step} is not positive", code="step")
    if direction not in ("nearest", "up", "down"):
        raise InputError(
            f"the direction {direction!r} is unknown", way_out="Use nearest, up or down.", code="policy"
        )
    exponent = _exponent(unit)
    scale = min(exponent, _exponent(value))
    # Whole numbers of the finest digit: exact, whatever the step.
    width = _whole(unit, scale)
    multiples, rest = divmod(_whole(abs(value), scale), width)
    if direction == "up":
        multiples += rest > 0
    elif direction == "nearest":
        multiples += 2 * rest > width or (2 * rest == width and multiples % 2 == 1)
    size = Decimal((0, _digits(multiples * _whole(unit, exponent)), exponent))
    return -size if value < 0 and multiples else size


def round_gbt8170(number: Number, interval: Number) -> Decimal:
    """Round to an interval of 1, 2 or 5 times a power of ten, once, from the number as given.

    The rule is that of 奇进偶舍 (halves to the even multiple), of absolute values for negative numbers.

    Args:
        number: the number as it was measured or computed, never one that was rounded before.
        interval: 修约间隔: 0.1 for one decimal, 0.5 for half a unit (0.5单位修约), 20 for the 0.2 unit of the
            hundreds (0.2单位修约).

    Raises:
        InputError: another interval, figures that are no finite numbers.

    Source: GB/T 8170-2008, 3.2 to 3.4.

    Example:
        >>> round_gbt8170("60.28", "0.5"), round_gbt8170(830, 20), round_gbt8170("10.5002", 1)
        (Decimal('60.5'), Decimal('840'), Decimal('11'))
    """
    unit = decimal_of(interval, "the interval")
    if unit <= 0 or unit.normalize().as_tuple().digits not in ((1,), (2,), (5,)):
        raise InputError(
            f"an interval of {interval} is not 1, 2 or 5 times a power of ten",
            way_out="Use round_to_step for other steps.",
            code="step",
        )
    return round_to_step(number, unit)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0  # finite by now


def _whole(number: Decimal, scale: int) -> int:
    sign, digits, _ = number.as_tuple()
    whole = int("".join(map(str, digits)) + "0" * (_exponent(number) - scale))
    return -whole if sign else whole


def _digits(whole: int) -> tuple[int, ...]:
    return tuple(int(digit) for digit in str(whole))
