"""En numbers of plain figures or quantities, with what is known of the U that they rest on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._issued import clause8_of
from calibrator_uncertainty._quantity import estimate
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_in, figures_in

if TYPE_CHECKING:
    from calibrator_uncertainty._clause8 import Clause8

__all__ = ["EnNumber", "en_number"]


class EnNumber(float):
    """En as a float that can be asked for the verdicts of clause 8 on both U in it.

    Source: ISO 13528:2022, 9.6; JCGM 101:2008, clause 8.

    Example:
        >>> from calibrator_uncertainty.comparison import en_number
        >>> en_number(10.5, 0.4, 10.0, 0.3, in_reference=False).verdicts
        (None, None)
    """

    __slots__ = ("_both",)

    _both: tuple[Quantity, Quantity]

    def __new__(cls, figure: float, both: tuple[Quantity, Quantity]) -> EnNumber:
        """Return the figure with U of the result and of the reference value."""
        made = super().__new__(cls, figure)
        made._both = both
        return made

    @property
    def verdicts(self) -> tuple[Clause8 | None, Clause8 | None]:
        """Whether first order may be used for U of the result and of the reference; None where not known."""
        return clause8_of(self._both[0])[0], clause8_of(self._both[1])[0]

    @property
    def clause8_text(self) -> str:
        """Both verdicts in a line."""
        result, reference = (clause8_of(one)[1] for one in self._both)
        return f"U of the result: {result}; U of the reference value: {reference}"

    def __copy__(self) -> EnNumber:
        return self

    def __deepcopy__(self, memo: object) -> EnNumber:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return EnNumber, (float(self), self._both)


def en_number(
    value: Quantity,
    U: Quantity,
    reference: Quantity,
    U_reference: Quantity,
    *,
    in_reference: bool,
) -> EnNumber:
    """Return En of plain figures in one unit, or of four quantities.

    Where a U is one that was issued here, the number says its verdict of clause 8 (`clause8_text`).

    Args:
        value: the participant's result.
        U: its expanded uncertainty (k = 2).
        reference: the assigned value.
        U_reference: its expanded uncertainty.
        in_reference: True where this result is part of the weighted mean that is the reference value: then
            the denominator is sqrt(U² - U_ref²), else sqrt(U² + U_ref²). No default, because a wrong one
            makes En too small.

    Raises:
        UnitsError: quantities of different dimensions.
        InputError: figures that cannot be, quantities among plain numbers, or a member that is more certain
            than the mean it is part of.

    Source: ISO 13528:2022, 9.6; ISO/IEC 17043:2023, annex B; M. G. Cox, Metrologia 39 (2002) 589, 5.3.

    Example:
        >>> en_number(10.5, 0.5, 10.0, 0.3, in_reference=True)
        1.25
        >>> en_number(10.5, 0.4, 10.0, 0.3, in_reference=False)
        1.0
    """
    held = (U, U_reference)
    value, U, reference, U_reference = _four(value, U, reference, U_reference)
    for name, figure in (
        ("the result", value),
        ("U", U),
        ("the reference value", reference),
        ("U_reference", U_reference),
    ):
        if not math.isfinite(figure):
            raise InputError(f"{name} is {figure}; En needs finite numbers", code="not-finite")
    if U < 0.0 or U_reference < 0.0:
        raise InputError(
            f"U = {U} and U_reference = {U_reference}: neither is ever negative", code="negative-u"
        )
    square = (U - U_reference) * (U + U_reference) if in_reference else U * U + U_reference * U_reference
    if square <= 0.0:
        raise InputError(
            f"U = {U} of a member is not above U_reference = {U_reference} of the mean that it is part of"
            if in_reference
            else "neither the result nor the reference value has an uncertainty",
            way_out="Check whether the result is part of the reference value." if in_reference else "",
            code="zero-u",
        )
    return EnNumber(float(value - reference) / math.sqrt(square), held)


def _four(value: Quantity, U: Quantity, reference: Quantity, U_reference: Quantity) -> list[float]:
    """Return the figures of an En number in the unit of the result."""
    given = (value, U, reference, U_reference)
    if len({hasattr(one, "_REGISTRY") for one in given}) > 1:
        raise InputError(
            "some figures of En have units and others have none",
            way_out="Give four quantities, or four numbers in one unit.",
            code="no-unit",
        )
    unit = str(value.units) if hasattr(value, "_REGISTRY") else ""
    names = ("the result", "U", "the reference value", "U_reference")
    convert = (figures_in, difference_in, figures_in, difference_in)
    return [
        one_number(make(_bare(one), unit, name), name)
        for make, one, name in zip(convert, given, names, strict=True)
    ]


def _bare(one: Quantity) -> Quantity:
    magnitude = getattr(one, "_magnitude", one)
    return estimate(one) if isinstance(magnitude, UncertainArray) else one
