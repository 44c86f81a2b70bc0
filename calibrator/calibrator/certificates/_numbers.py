"""Numbers as a document prints them: decimal prefixes, digits of the uncertainty, aligned decimals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from calibrator.certificates._model import Result

__all__ = [
    "NONE",
    "POLAR",
    "Printed",
    "Rounded",
    "aligned",
    "at_frequency",
    "load_name",
    "percent",
    "plus_minus",
    "printed",
    "rounded",
    "scaled_unit",
    "signed",
    "significant",
]

MINUS: Final = "\u2212"
_PREFIXES: Final = {9: "G", 6: "M", 3: "k", 0: "", -3: "m", -6: "µ", -9: "n", -12: "p"}
_SYMBOLS: Final = {"ohm": "Ω", "degC": "°C", "deg": "°"}
POLAR: Final = frozenset({"dcv", "dci"})  # quantities with a polarity, whose plus is said
# The prefixes that the trade takes, as powers of ten; a unit that is not here is printed as it is recorded.
_FROM_TO: Final = {
    **dict.fromkeys(("V", "A"), (-12, 0)),  # 1000 V is not 1 kV
    **dict.fromkeys(("ohm", "Ω", "F", "H", "W", "VA", "var", "J", "Wh", "Hz", "S", "N", "m"), (-12, 9)),
    **dict.fromkeys(("s", "K"), (-12, 0)),
    **{"g": (-9, 3), "Pa": (-6, 9), "bar": (-6, 0)},
}
NONE: Final = "–"


@dataclass(frozen=True, slots=True)
class Printed:
    """One result as text: nominal and indication in `value_unit`, error, U and limits in `error_unit`."""

    range: str
    nominal: str
    value_unit: str
    limit: str
    error_unit: str
    indication: str = NONE  # or the first of the two values that a difference is between
    reference: str = NONE  # or the second
    error: str = NONE
    expanded_uncertainty: str = NONE
    coverage_factor: str = NONE
    guard_band: str = NONE
    pfa: str = NONE


@dataclass(frozen=True, slots=True)
class Rounded:
    """The numbers of one result, rounded, all in the unit of the result."""

    error: Decimal
    expanded_uncertainty: Decimal
    indication: Decimal | None
    coverage_factor: Decimal | None
    guard_band: Decimal | None
    reference: Decimal | None = None
    pair: tuple[Decimal, Decimal] | None = None


def printed(result: Result) -> Printed:
    """Round a result for print: U to two significant digits, error and indication to the same place."""
    errors = _exponent(result.limit, result.unit)
    # a zero is read in the unit of its error: -0.20 µV and not -0.00000020 V
    values = _exponent(result.range, result.unit) if result.nominal else errors
    load = load_name(result)  # an error in percent at a load: its nominal value of zero says nothing
    head = Printed(
        range=(load or " ".join(scaled_unit(result.range, result.unit))) + at_frequency(result),
        nominal=NONE
        if load
        else signed(_shortest(result.nominal.scaleb(-values)), plus=result.function in POLAR),
        value_unit="" if load else _unit(result.unit, values),
        limit=plus_minus(
            *(
                None if limit is None else limit.scaleb(-errors)
                for limit in (result.limit_lower, result.limit_upper)
            )
        ),
        error_unit=_unit(result.unit, errors),
    )
    exact = rounded(result)
    if exact is None:
        return head
    first, second = exact.pair or (exact.indication, exact.reference)
    return replace(
        head,
        indication=_plain_or_none(first, values),
        reference=_plain_or_none(second, values),
        error=signed(exact.error.scaleb(-errors)),
        expanded_uncertainty=_digits(exact.expanded_uncertainty.scaleb(-errors)),
        coverage_factor=NONE if exact.coverage_factor is None else _digits(exact.coverage_factor),
        guard_band=NONE if exact.guard_band is None else _band(result, exact.guard_band.scaleb(-errors)),
        pfa=NONE if result.pfa is None else percent(result.pfa),
    )


def rounded(result: Result) -> Rounded | None:
    """Return the numbers of a result as every rendering states them, in its unit; None where it has none.

    Source: JCGM 100:2008, 7.2.6; the rounding itself is `calibrator_uncertainty`'s, in decimals.
    """
    from calibrator.evaluation import Rounder

    if result.error is None or result.expanded_uncertainty is None:
        return None
    write = Rounder(result.rounding, result.rounding_step)
    uncertainty = write.uncertainty(result.expanded_uncertainty)
    factor, band, beside = result.coverage_factor, result.guard_band, result.particulars
    pair = beside.pair
    return Rounded(
        error=_error(result, write.like(result.error, uncertainty)),
        expanded_uncertainty=uncertainty,
        indication=None if result.indication is None else write.like(result.indication, uncertainty),
        coverage_factor=None if factor is None else factor.quantize(Decimal("0.01")),
        guard_band=None if band is None else write.uncertainty(band),
        reference=None if beside.reference is None else write.like(beside.reference, uncertainty),
        pair=None if pair is None else (write.like(pair[0], uncertainty), write.like(pair[1], uncertainty)),
    )


def _error(result: Result, like_uncertainty: Decimal) -> Decimal:
    """Return the error as an edition has it written: to the last place of its step, not to that of U."""
    if result.edition_step is None or result.error is None:
        return like_uncertainty
    return result.error.quantize(result.edition_step.normalize())


def _band(result: Result, band: Decimal) -> str:
    """Return w; where an edition judges, none is a plain 0 and has no digits."""
    return "0" if result.edition_step is not None and not band else _digits(band)


def _plain_or_none(value: Decimal | None, exponent: int) -> str:
    return NONE if value is None else signed(value.scaleb(-exponent), plus=False)


def scaled_unit(value: Decimal, unit: str) -> tuple[str, str]:
    """Return a value as plain digits with the prefixed unit that suits it.

    Example:
        >>> scaled_unit(Decimal("0.1"), "V"), scaled_unit(Decimal("1000000"), "ohm")
        (('100', 'mV'), ('1', 'MΩ'))
    """
    exponent = _exponent(value, unit)
    return _plain(value, exponent), _unit(unit, exponent)


def at_frequency(result: Result) -> str:
    """Return ", 20 kHz" for an alternating quantity, nothing for any other."""
    return "" if result.frequency_hz is None else f", {' '.join(scaled_unit(result.frequency_hz, 'Hz'))}"


def load_name(result: Result) -> str:
    """Return the load at which an error in percent holds, since its nominal value is zero; else nothing."""
    read = {item.kind: item for item in result.particulars.beside}
    if result.unit != "%" or not {"power", "factor"} <= read.keys():
        return ""
    power = " ".join(scaled_unit(Decimal(significant(read["power"].value, 3)), "W"))
    return f"{power}, cos φ {significant(read['factor'].value, 2)}"


def signed(value: Decimal, *, plus: bool = True) -> str:
    """Return digits with a real minus sign, and a plus where the value is positive; never -0.

    Example:
        >>> signed(Decimal("-1.20")), signed(Decimal("0.3")), signed(Decimal("-0.0"))
        ('−1.20', '+0.3', '0.0')
    """
    digits = _digits(abs(value))
    if value == 0:
        return digits
    if value < 0:
        return MINUS + digits
    return f"+{digits}" if plus else digits


def plus_minus(lower: Decimal | None, upper: Decimal | None) -> str:
    """Return limits as ±T, or both where they are not symmetric, or the one that there is; trailing zeros go.

    Example:
        >>> plus_minus(Decimal("-2.0"), Decimal(5)), plus_minus(None, Decimal(5))
        ('−2 / +5', '≤ +5')
    """
    low, high = (None if limit is None else signed(_shortest(limit)) for limit in (lower, upper))
    if low is None or high is None:
        return f"≤ {high}" if low is None else f"≥ {low}"
    return f"±{high.lstrip('+')}" if lower is not None and -lower == upper else f"{low} / {high}"


def percent(probability: Decimal) -> str:
    """Return a probability in percent: two significant digits, bounded where they would say nothing.

    Example:
        >>> percent(Decimal("0.0123")), percent(Decimal("0.00000002")), percent(Decimal("0.99999"))
        ('1.2 %', '< 0.01 %', '> 99.9 %')
    """
    share = probability * 100
    if share < Decimal("0.01"):
        return "< 0.01 %"
    if share > Decimal("99.9"):
        return "> 99.9 %"
    place = share.adjusted() - 1
    rounded = share.quantize(Decimal(1).scaleb(min(place, 0) if share < 99 else -1))
    return f"{_digits(rounded)} %"


def aligned(column: list[str]) -> list[tuple[str, str]]:
    """Return each number with the invisible tail that brings all decimal points of a column into line.

    Example:
        >>> aligned(["1.25", "10"])
        [('1.25', ''), ('10', '.00')]
    """
    tails = [number.partition(".")[2] for number in column]
    longest = max((len(tail) for tail in tails), default=0)
    return [
        (number, "" if number == NONE else ("" if tail or not longest else ".") + "0" * (longest - len(tail)))
        for number, tail in zip(column, tails, strict=True)
    ]


def significant(value: Decimal, digits: int) -> str:
    """Return a value to so many significant digits, as plain text.

    Example:
        >>> significant(Decimal("1330.68"), 4), significant(Decimal("0.498651"), 4)
        ('1331', '0.4987')
    """
    rounded_value = value.quantize(Decimal(1).scaleb(value.adjusted() - digits + 1)) if value else value
    return signed(rounded_value, plus=False)


def _exponent(value: Decimal, unit: str) -> int:
    """Return the power of ten, relative to `unit`, of the prefix that brings a value between 1 and 1000."""
    own, base = _base(unit)
    if value == 0 or base not in _FROM_TO:
        return 0
    least, most = _FROM_TO[base]
    return max(min((value.adjusted() + own) // 3 * 3, most), least) - own


def _unit(unit: str, exponent: int) -> str:
    own, base = _base(unit)
    if not exponent:
        return _SYMBOLS.get(unit, _prefix(own) + _SYMBOLS.get(base, base) if own else unit)
    return _prefix(own + exponent) + _SYMBOLS.get(base, base)


def _prefix(exponent: int) -> str:
    return _PREFIXES[exponent]


def _base(unit: str) -> tuple[int, str]:
    """Return the power of ten of a unit's own prefix and the unit without it, such as 3 and "g" of "kg"."""
    if unit not in _FROM_TO and unit[1:] in _FROM_TO:
        for exponent, prefix in _PREFIXES.items():
            if prefix and unit[:1] == prefix:
                return exponent, unit[1:]
    return 0, unit


def _plain(value: Decimal, exponent: int) -> str:
    return _trimmed(value.scaleb(-exponent))


def _trimmed(value: Decimal) -> str:
    return _digits(_shortest(value))


def _shortest(value: Decimal) -> Decimal:
    return value.normalize() if value else Decimal(0)


def _digits(value: Decimal) -> str:
    return f"{value:f}"
