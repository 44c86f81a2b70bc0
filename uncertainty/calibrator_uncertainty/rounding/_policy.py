"""Policies by which an uncertainty is rounded."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Literal

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._plainly import check_digits
from calibrator_uncertainty.rounding._steps import Number, decimal_of, round_to_step

__all__ = ["Policy", "round_expanded", "trusted"]

Policy = Literal["nearest", "upward", "ea-4/02"]
_POLICIES = ("nearest", "upward", "ea-4/02")
_STEPS = (1, 2, 5)
# Digits of a float that arithmetic leaves intact: 0.1 + 0.2 is 0.3 before it is rounded upward.
_TRUSTED = 13
_LOSS = Decimal("0.05")


def round_expanded(
    uncertainty: Number, *, digits: int = 2, policy: Policy = "nearest", step: int = 1
) -> Decimal:
    """Round an uncertainty to significant digits by a policy; never to 0.

    Args:
        uncertainty: standard or expanded uncertainty.
        digits: significant digits.
        policy: `nearest` (halves to even), `upward`, or `ea-4/02`: nearest, but upward where that would make
            the uncertainty more than 5 % smaller.
        step: 1, 2 or 5 of the last digit; 2 and 5 need two digits or more.

    Raises:
        InputError: a negative, NaN or infinite uncertainty, an unknown policy or step, `digits` below 1.

    Source: JCGM 100:2008, 7.2.6; EA-4/02 M:2022, 6.3; GB/T 8170-2008, 3.4 for the steps.

    Example:
        >>> round_expanded(0.1049), round_expanded(0.1049, policy="upward")
        (Decimal('0.10'), Decimal('0.11'))
        >>> round_expanded(0.14, digits=1), round_expanded(0.14, digits=1, policy="ea-4/02")
        (Decimal('0.1'), Decimal('0.2'))
    """
    number = trusted(uncertainty, policy)
    _check(number, digits, policy, step)
    if number == 0:
        return Decimal(0)
    interval = Decimal((0, (step,), number.adjusted() - digits + 1))
    rounded = round_to_step(number, interval, direction="up" if policy == "upward" else "nearest")
    if rounded == 0 or (policy == "ea-4/02" and number - rounded > _LOSS * number):
        rounded = round_to_step(number, interval, direction="up")
    if rounded.adjusted() > number.adjusted():  # a carry, always to a power of ten: 9.96 is 10, not 10.0
        rounded = rounded.quantize(Decimal(1).scaleb(rounded.adjusted() - digits + 1))
    return rounded


def _check(number: Decimal, digits: int, policy: str, step: int) -> None:
    if number < 0:
        raise InputError(f"an uncertainty of {number} is negative", code="negative-u")
    check_digits(digits)
    if digits < 1:
        raise InputError(f"{digits} significant digits were asked for; at least 1 is needed", code="digits")
    if policy not in _POLICIES:
        raise InputError(
            f"the rounding policy {policy!r} is unknown",
            way_out=f"Use one of: {', '.join(_POLICIES)}.",
            code="policy",
        )
    if step not in _STEPS:
        raise InputError(f"a step of {step} in the last digit is not 1, 2 or 5", code="step")
    if step > 1 and digits < 2:
        raise InputError(
            f"one digit in steps of {step} would lose the uncertainty",
            way_out="Ask for two digits.",
            code="digits",
        )


def trusted(uncertainty: Number, policy: str) -> Decimal:
    """Return an uncertainty as a decimal, for rounding upward without what float arithmetic added."""
    number = decimal_of(uncertainty, "the uncertainty")
    if not isinstance(uncertainty, float) or policy == "nearest" or number == 0:
        return number
    with localcontext() as context:
        context.prec = 40
        return number.quantize(Decimal(1).scaleb(number.adjusted() - _TRUSTED + 1), rounding=ROUND_HALF_EVEN)
