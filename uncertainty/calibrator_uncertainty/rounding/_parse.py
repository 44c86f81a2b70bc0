"""Reading of results that are written in one of the usual ways."""

from __future__ import annotations

import re
from decimal import Decimal

from calibrator_uncertainty._errors import FormatError
from calibrator_uncertainty._plainly import check_text
from calibrator_uncertainty.rounding._result import RoundedResult

__all__ = ["parse_result"]

_SPACES = "\u0020\u00a0\u2009\u202f"
_RAISED = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
_PLAIN = str.maketrans(_RAISED + "\u2212\u207b", "0123456789--")
_NUMBER = rf"[-+\u2212]?\d(?:[\d{_SPACES}]*\d)?(?:[.,]\d(?:[\d{_SPACES}]*\d)?)?"
_POWER = (
    rf"(?:[eE](?P<e>[-+\u2212]?\d+)(?=$|[{_SPACES}])"
    rf"|[{_SPACES}]*[\u00d7\u00b7x*][{_SPACES}]*10(?:\^|\*\*)?(?P<ten>[-+\u2212\u207b]?[\d{_RAISED}]+))?"
)
_BRACKETS = re.compile(rf"^(?P<value>{_NUMBER})\((?P<u>\d+(?:[.,]\d+)?)\){_POWER}\s*(?P<unit>.*)$")
_PLUS_MINUS = re.compile(
    rf"^(?P<open>\()?\s*(?P<value>{_NUMBER})\s*(?:±|\+/-|\+-)\s*(?P<u>{_NUMBER})\s*(?(open)\)){_POWER}"
    rf"\s*(?P<unit>(?!\)).*)$"
)


def parse_result(text: str) -> RoundedResult:
    """Read `100.02147(70) g`, `(100.02147 ± 0.00070) g`, `10,3 ± 0,2`, `1.2(1)e-6 V`, `(1.2 ± 0.1) × 10⁻⁶ V`.

    A figure in brackets without a decimal sign counts last digits of the value. Point and comma are decimal
    signs, spaces group digits.

    Raises:
        FormatError: another form, or a negative uncertainty.

    Example:
        >>> parse_result("100,021 47(70) g")
        RoundedResult(value=Decimal('100.02147'), uncertainty=Decimal('0.00070'), unit='g')
    """
    check_text(text, "the result to read")
    stripped = text.strip()
    found = _BRACKETS.match(stripped)
    if found is not None:
        value, last = _decimal(found["value"]), _decimal(found["u"])
        exponent = value.as_tuple().exponent
        if "." not in found["u"] and "," not in found["u"] and isinstance(exponent, int):
            last = last.scaleb(exponent)
        power = _power(found)
        return RoundedResult(_unsigned(value.scaleb(power)), last.scaleb(power), found["unit"].strip())
    found = _PLUS_MINUS.match(stripped)
    if found is None or found["u"].startswith(("-", "\u2212")):
        raise FormatError(
            f"{text!r} is not a value with its uncertainty",
            way_out="Write 100.02147(70) g or (100.02147 ± 0.00070) g.",
            code="format",
        )
    power = _power(found)
    value, u = _decimal(found["value"]).scaleb(power), _decimal(found["u"]).scaleb(power)
    return RoundedResult(_unsigned(value), u, found["unit"].strip())


def _power(found: re.Match[str]) -> int:
    """Return the power of ten behind the figures, 0 where there is none."""
    return int((found["e"] or found["ten"] or "0").translate(_PLAIN))


def _unsigned(value: Decimal) -> Decimal:
    """Return a zero without sign, as results are written; any other value as it is."""
    return value.copy_abs() if value == 0 else value


def _decimal(text: str) -> Decimal:
    return Decimal(re.sub(rf"[{_SPACES}]", "", text).replace("\u2212", "-").replace(",", "."))
