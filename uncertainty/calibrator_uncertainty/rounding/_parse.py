"""Reading of results that are written in one of the usual ways."""

from __future__ import annotations

import re
from decimal import Decimal

from calibrator_uncertainty._errors import FormatError
from calibrator_uncertainty.rounding._result import RoundedResult

__all__ = ["parse_result"]

_SPACES = "\u0020\u00a0\u2009\u202f"
_NUMBER = rf"[-+\u2212]?\d(?:[\d{_SPACES}]*\d)?(?:[.,]\d(?:[\d{_SPACES}]*\d)?)?"
_BRACKETS = re.compile(rf"^(?P<value>{_NUMBER})\((?P<u>\d+(?:[.,]\d+)?)\)\s*(?P<unit>.*)$")
_PLUS_MINUS = re.compile(
    rf"^(?P<open>\()?\s*(?P<value>{_NUMBER})\s*(?:±|\+/-|\+-)\s*(?P<u>{_NUMBER})\s*(?(open)\))\s*(?P<unit>(?!\)).*)$"
)


def parse_result(text: str) -> RoundedResult:
    """Read `100.02147(70) g`, `(100.02147 ± 0.00070) g`, `10,3 ± 0,2` and the like, digit for digit.

    A figure in brackets without a decimal sign counts last digits of the value. Point and comma are decimal
    signs, spaces group digits.

    Raises:
        FormatError: another form, or a negative uncertainty.

    Example:
        >>> parse_result("100,021 47(70) g")
        RoundedResult(value=Decimal('100.02147'), uncertainty=Decimal('0.00070'), unit='g')
    """
    stripped = text.strip()
    found = _BRACKETS.match(stripped)
    if found is not None:
        value, last = _decimal(found["value"]), _decimal(found["u"])
        exponent = value.as_tuple().exponent
        if "." not in found["u"] and "," not in found["u"] and isinstance(exponent, int):
            last = last.scaleb(exponent)
        return RoundedResult(value, last, found["unit"].strip())
    found = _PLUS_MINUS.match(stripped)
    if found is None or found["u"].startswith(("-", "\u2212")):
        raise FormatError(
            f"{text!r} is not a value with its uncertainty",
            way_out="Write 100.02147(70) g or (100.02147 ± 0.00070) g.",
            code="format",
        )
    return RoundedResult(_decimal(found["value"]), _decimal(found["u"]), found["unit"].strip())


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(rf"[{_SPACES}]", "", text).replace("\u2212", "-").replace(",", "."))
