"""A result as it is written: value and uncertainty with one shared last digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._plainly import check_row
from calibrator_uncertainty._rounding import plain, round_like
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.rounding._policy import Policy, round_expanded, trusted
from calibrator_uncertainty.rounding._prefix import best_prefix
from calibrator_uncertainty.rounding._steps import Number, decimal_of, round_to_step

__all__ = ["RoundedResult", "express", "round_result", "round_together"]


@dataclass(frozen=True, slots=True)
class RoundedResult:
    """A value and its uncertainty, rounded to one shared last digit, with the symbol of their unit.

    `verdict` is what clause 8 of JCGM 101 says of U, where the quantity was at hand; `str()` tells it.
    """

    value: Decimal
    uncertainty: Decimal
    unit: str = ""
    verdict: str = field(default="", compare=False, repr=False)

    def plus_minus(self, *, decimal: str = ".", group: str = "") -> str:
        """Return `(100.02147 ± 0.00070) g`; for expanded uncertainties (JCGM 100:2008, 7.2.4).

        Args:
            decimal: the decimal sign, a point or a comma.
            group: put between groups of three digits, such as a thin space (ISO 80000-1:2022, 7.3).
        """
        text = f"{_written(self.value, decimal, group)} ± {_written(self.uncertainty, decimal, group)}"
        return f"({text}) {self.unit}" if self.unit else text

    def parenthesis(self, *, decimal: str = ".", group: str = "") -> str:
        """Return `100.02147(70) g`; the figure in brackets counts last digits (7.2.2, form 2)."""
        places = max(0, -_exponent(self.value))
        last = self.uncertainty.scaleb(places) if self.uncertainty else Decimal(0)
        text = f"{_written(self.value, decimal, group)}({plain(last.to_integral_value())})"
        return f"{text} {self.unit}" if self.unit else text

    def quantities(self) -> tuple[Quantity, Quantity]:
        """Return value and uncertainty as quantities of pint, with floats as magnitudes.

        Raises:
            UnitsError: `unit` is a text for writing that pint does not know.
        """
        from calibrator_uncertainty._units import difference_unit, parse_unit, quantity

        unit = parse_unit(self.unit)
        return quantity(float(self.value), unit), quantity(float(self.uncertainty), difference_unit(unit))

    def separate(self, symbol: str = "U", *, decimal: str = ".", group: str = "") -> str:
        """Return `100.02147 g, U = 0.00070 g` (JCGM 100:2008, 7.2.2, form 1)."""
        unit = f" {self.unit}" if self.unit else ""
        value, uncertainty = (_written(x, decimal, group) for x in (self.value, self.uncertainty))
        return f"{value}{unit}, {symbol} = {uncertainty}{unit}"

    def prefixed(self) -> RoundedResult:
        """Return the same result with the SI prefix that brings the value to 1 up to below 1000.

        A value of 0, or one that is smaller than its uncertainty, goes by the uncertainty. A unit that takes
        no prefix (degC, %, m²) stays as it is.
        """
        found = best_prefix(max(abs(self.value), self.uncertainty), self.unit)
        if found is None:
            return self
        power, unit = found
        return RoundedResult(self.value.scaleb(-power), self.uncertainty.scaleb(-power), unit, self.verdict)

    def __str__(self) -> str:
        return f"{self.plus_minus()}; {self.verdict}" if self.verdict else self.plus_minus()


def round_result(
    value: Number | Quantity,
    uncertainty: Number | Quantity,
    *,
    unit: str = "",
    digits: int = 2,
    policy: Policy = "nearest",
    step: int = 1,
) -> RoundedResult:
    """Round a value and its uncertainty to one shared last digit.

    Args:
        value: in `unit`, or a quantity.
        uncertainty: alike; 0 leaves the value as it is written.
        unit: its symbol, for writing; quantities are converted to it, without it to the unit of the value.
        digits: significant digits of the uncertainty.
        policy: `nearest`, `upward` or `ea-4/02`, see `round_expanded`.
        step: 1, 2 or 5 of the last digit of the uncertainty.

    Raises:
        InputError: figures that are no finite numbers, a negative uncertainty.
        UnitsError: a quantity beside a number, or of another dimension.

    Source: JCGM 100:2008, 7.2.6; EA-4/02 M:2022, 6.3.

    Example:
        >>> round_result(10.05762, 0.027, unit="Ω").plus_minus()
        '(10.058 ± 0.027) Ω'
    """
    (value,), (uncertainty,), unit = _figures((value,), (uncertainty,), unit)
    rounded = round_expanded(uncertainty, digits=digits, policy=policy, step=step)
    return RoundedResult(round_like(decimal_of(value, "the value"), rounded), rounded, unit)


def express(
    result: Quantity,
    *,
    coverage: str = "p95",
    digits: int = 2,
    policy: Policy = "nearest",
    step: int = 1,
) -> RoundedResult:
    """Return an uncertain quantity with its expanded uncertainty, rounded, in its own unit, and its verdict.

    The `verdict` says whether first order may be used for this U (JCGM 101:2008, clause 8).

    Args:
        result: an uncertain quantity (one value).
        coverage: coverage policy of U: `p95`, `k2`, ...
        digits: significant digits of U.
        policy: `nearest`, `upward` or `ea-4/02`.
        step: 1, 2 or 5 of the last digit of U.

    Raises:
        NotSupportedError: something without uncertainty, or an array.

    Example:
        >>> from calibrator_uncertainty import normal, uncertain
        >>> express(uncertain(normal("v", 10.00012345, 12.3e-6, "V")), coverage="k2").plus_minus()
        '(10.000123 ± 0.000025) V'
    """
    from calibrator_uncertainty._issued import clause8_of, expanded_uncertainty
    from calibrator_uncertainty._quantity import estimate

    value, expanded = estimate(result), expanded_uncertainty(result, policy=coverage)
    _, verdict = clause8_of(expanded)
    unit = ""
    if hasattr(result, "_magnitude"):
        unit = f"{result.units:~P}".replace("μ", "µ").replace("ΔdB", "dB")
        value, expanded = value._magnitude, expanded._magnitude
    rounded = round_result(float(value), float(expanded), unit=unit, digits=digits, policy=policy, step=step)
    return replace(rounded, verdict=verdict)


def round_together(
    values: Sequence[Number | Quantity],
    uncertainties: Sequence[Number | Quantity],
    *,
    unit: str = "",
    digits: int = 2,
    policy: Policy = "nearest",
) -> tuple[RoundedResult, ...]:
    """Round the rows of a table to one last digit, that of the smallest uncertainty: none loses digits.

    Numbers in `unit`, or quantities, as `round_result` takes them.

    Raises:
        UnitsError: quantities beside numbers, or of another dimension.
        InputError: sequences of different length, none at all, or an uncertainty of 0.

    Example:
        >>> [one.parenthesis() for one in round_together([1.23456, 10.5], [0.00123, 0.0456])]
        ['1.2346(12)', '10.5000(456)']
    """
    check_row(values, "the values")
    check_row(uncertainties, "the uncertainties")
    if len(values) != len(uncertainties) or len(values) == 0:
        raise InputError(
            f"{len(values)} values and {len(uncertainties)} uncertainties do not match", code="shape"
        )
    values, uncertainties, unit = _figures(values, uncertainties, unit)
    rounded = [round_expanded(u, digits=digits, policy=policy) for u in uncertainties]
    if 0 in rounded:
        raise InputError("an uncertainty of 0 fixes no last digit for the table", code="zero-u")
    step = Decimal(1).scaleb(min(_exponent(one) for one in rounded))
    return tuple(
        RoundedResult(
            round_like(decimal_of(value, "the value"), step),
            round_to_step(trusted(u, policy), step, direction="up" if policy == "upward" else "nearest"),
            unit,
        )
        for value, u in zip(values, uncertainties, strict=True)
    )


def _figures(
    values: Sequence[Number | Quantity], uncertainties: Sequence[Number | Quantity], unit: str
) -> tuple[list[Number], list[Number], str]:
    """Return numbers and the symbol of their unit; quantities are converted to one unit."""
    told = [hasattr(one, "_REGISTRY") for one in (*values, *uncertainties)]
    if not any(told):
        return list(values), list(uncertainties), unit
    if not all(told):
        raise UnitsError(
            "some of these figures are quantities, and some are plain numbers",
            way_out="Give every figure its unit, or none.",
            code="no-unit",
        )
    from calibrator_uncertainty._units import parse_unit

    first: Quantity = values[0]
    wanted = parse_unit(unit) if unit else first.units
    found = [_converted(one, wanted) for one in values]
    spreads = [_converted(one, wanted, difference=True) for one in uncertainties]
    return found, spreads, unit or f"{wanted:~P}".replace("μ", "µ").replace("ΔdB", "dB")


def _converted(one: Quantity, unit: Quantity, *, difference: bool = False) -> Number:
    """Return a figure in a unit; where that is its own no digit moves."""
    import pint

    from calibrator_uncertainty._tape import UncertainArray
    from calibrator_uncertainty._units import difference_unit, quantity

    held: Quantity = one._magnitude
    if isinstance(held, UncertainArray):
        raise InputError(
            "one of these figures is an uncertain quantity, which brings its own uncertainty",
            way_out="Use express(), or give estimate(q).",
            code="uncertain",
        )
    own, target = one.units, unit
    if difference:
        own, target = difference_unit(own), difference_unit(unit)
    if own == target:
        figure: Number = held
        return figure
    try:
        return float(quantity(float(held), own).to(target)._magnitude)
    except pint.errors.DimensionalityError as problem:
        raise UnitsError(
            f"{one} does not fit the unit {unit}",
            way_out="Give value and uncertainty in units of one dimension.",
            code="dimension",
        ) from problem


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0  # finite by construction


def _written(number: Decimal, decimal: str, group: str) -> str:
    sign, digits = ("-", plain(number.copy_abs())) if number < 0 else ("", plain(number.copy_abs()))
    whole, _, fraction = digits.partition(".")
    if group:
        first = len(whole) % 3 or 3
        whole = group.join([whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))])
        fraction = group.join(fraction[i : i + 3] for i in range(0, len(fraction), 3))
    return f"{sign}{whole}{decimal}{fraction}" if fraction else sign + whole
