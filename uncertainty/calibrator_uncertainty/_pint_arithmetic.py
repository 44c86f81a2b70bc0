"""Sums, differences and multiples of uncertain pint quantities: quickly, and on the scales of the trade.

pint looks up every unit anew at each addition, which costs five times the addition itself; quantities of one
plain unit need none of that. And it takes dB and dBm through their linear values, and refuses kelvins added
to degC: levels differ by dB, 2 x 3 dB are 6 dB, 20 degC + 0.5 K are 20.5 degC. Quantities whose magnitude is
not ours are left to pint.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import UnitsError
from calibrator_uncertainty._pint_dimensions import teach_comparisons, told_at, told_of_scale
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Option, Quantity
from calibrator_uncertainty._unit_memory import factor_between, is_bare, unit_of_power, unit_of_product
from calibrator_uncertainty._units import LOGARITHMIC, Scale, as_ratio, made, parse_unit, quantity, scale_of

__all__ = ["teach_arithmetic"]

_KINDS = (UncertainArray, UncertainComplex)
_MAGNITUDES = frozenset({float, np.ndarray, *_KINDS})
_NUMBERS = (int, float, np.integer, np.floating, np.ndarray, *_KINDS)


def teach_arithmetic(quantity_class: Quantity) -> None:
    """Let pint's quantities ask us about +, -, * and / where a magnitude is ours."""
    for name, operation in (("__add__", operator.add), ("__sub__", operator.sub)):
        setattr(quantity_class, name, _sum(getattr(quantity_class, name), operation))
    for name, operation in (("__radd__", operator.add), ("__rsub__", _from)):
        setattr(quantity_class, name, _sum_with_number(getattr(quantity_class, name), operation))
    for name, operation in (("__mul__", operator.mul), ("__truediv__", operator.truediv)):
        setattr(quantity_class, name, _multiple(getattr(quantity_class, name), operation))
    quantity_class.__rmul__ = _multiple(quantity_class.__rmul__, operator.mul)
    quantity_class.__rtruediv__ = _quotient(quantity_class.__rtruediv__)
    quantity_class.__pow__ = _power(quantity_class.__pow__)
    quantity_class.__rpow__ = _told(quantity_class.__rpow__, "an exponent")
    for name in ("floordiv", "rfloordiv", "mod", "rmod", "divmod", "rdivmod"):
        known = getattr(quantity_class, f"__{name}__")
        setattr(quantity_class, f"__{name}__", _told(known, "a whole quotient or its rest"))
    teach_comparisons(quantity_class)
    for name in ("to", "to_base_units", "to_root_units"):
        setattr(quantity_class, name, _converted(getattr(quantity_class, name)))
    for name, operation in _IN_PLACE.items():
        setattr(quantity_class, name, _rebound(getattr(quantity_class, name), operation))


_IN_PLACE: dict[str, Callable[..., Any]] = {
    "__iadd__": operator.add,
    "__isub__": operator.sub,
    "__imul__": operator.mul,
    "__itruediv__": operator.truediv,
    "__ifloordiv__": operator.floordiv,
    "__imod__": operator.mod,
    "__ipow__": operator.pow,
}


def _converted(known: Callable[..., Any]) -> Callable[..., Any]:
    """Let a U that was issued keep its verdict where a factor brings it to another unit."""

    @wraps(known)
    def convert(self: Quantity, *unit: Option, **options: Option) -> Quantity:
        found = known(self, *unit, **options)
        again = getattr(self._magnitude, "_in_another_unit", None)
        if again is None:
            return found
        figure, mine = found._magnitude, float(self._magnitude)
        twice = known(made(type(self), 2.0 * mine, self._units), *unit, **options)._magnitude
        # not so where the unit has a zero of its own or is a logarithm
        linear = figure >= 0.0 and math.isclose(twice, 2.0 * figure, rel_tol=1e-12)
        return made(type(self), again(figure), found._units) if linear else found

    return convert


def _from(one: Numbers, other: Numbers) -> Numbers:
    """Return what is left of `other` without `one`."""
    return other - one


_NAMES: dict[Callable[..., Any], str] = {
    operator.add: "a sum",
    operator.sub: "a difference",
    _from: "a difference",
}


def _rebound(known: Callable[..., Any], operation: Callable[..., Any]) -> Callable[..., Any]:
    """Let += and its like give a new quantity: pint would change the one that other names still stand for."""

    def combine(self: Quantity, other: Numbers) -> Quantity:
        if type(self._magnitude) in _KINDS or type(getattr(other, "_magnitude", other)) in _KINDS:
            return operation(self, other)
        return known(self, other)

    return combine


def _sum(known: Callable[..., Any], operation: Callable[..., Any]) -> Callable[..., Any]:
    with_number = _sum_with_number(known, operation)

    def combine(self: Quantity, other: Quantity) -> Quantity:
        mine = self._magnitude
        if type(other) is not type(self):
            return with_number(self, other)
        theirs = other._magnitude
        if type(mine) not in _KINDS and type(theirs) not in _KINDS:
            return known(self, other)
        units = self._units
        if units is not other._units and type(theirs) in _MAGNITUDES:
            factor = factor_between(type(self), units, other._units)
            if factor is not None:
                step = theirs if units == other._units else theirs * factor
                return made(type(self), operation(mine, step), units)
        scale = scale_of(self)
        if scale is Scale.PLAIN and (units is other._units or units == other._units):
            return made(type(self), operation(mine, theirs), units)
        if scale is not Scale.PLAIN or scale_of(other) is not Scale.PLAIN:
            found = _on_scales(self, other, operation)
            if found is not None:
                return found
        with told_at(_NAMES[operation]):
            return known(self, other)

    return combine


def _sum_with_number(known: Callable[..., Any], operation: Callable[..., Any]) -> Callable[..., Any]:
    def combine(self: Quantity, other: Numbers) -> Quantity:
        if type(self._magnitude) in _KINDS:
            if (type(other) is float or type(other) is int) and is_bare(self._units):
                return made(type(self), operation(self._magnitude, other), self._units)
            _no_plain_number(self, other)
            with told_at(_NAMES[operation]):
                return known(self, other)
        return known(self, other)

    return combine


def _no_plain_number(level: Quantity, number: Numbers) -> None:
    """Refuse dB and a plain number; 0, with which sums begin, is none."""
    if scale_of(level) in LOGARITHMIC and not (isinstance(number, float | int) and number == 0):
        raise UnitsError(
            f"{level.units} and a plain number do not add",
            way_out="Give the number its dB, or convert the level: .to('') or .to('mW').",
            code="level",
        )


def _on_scales(one: Quantity, other: Quantity, operation: Callable[..., Any]) -> Quantity | None:
    """Add or subtract where a unit has a zero of its own; None where pint's own rule stands."""
    one, other = as_ratio(one), as_ratio(other)
    scales = scale_of(one), scale_of(other)
    if scales[0] in LOGARITHMIC and scales[1] in LOGARITHMIC:
        return _levels(one, other, scales, operation)
    if operation is operator.add and scales == (Scale.OFFSET, Scale.OFFSET):
        raise UnitsError(
            f"two temperatures in {one.units} and {other.units} do not add",
            way_out="Take numpy.mean of numpy.stack, or add a difference in K.",
            code="temperatures",
        )
    if Scale.OFFSET not in scales or Scale.PLAIN not in scales:
        return None
    offset, plain = (one, other) if scales[0] is Scale.OFFSET else (other, one)
    if (
        any(str(name).startswith("delta_") for name in plain._units)
        or plain.dimensionality != offset.dimensionality
    ):
        return None
    if operation is operator.add:  # kelvins that are added are a difference: nobody adds two temperatures
        step = plain.to(f"delta_{offset.units}")
        return made(type(one), offset._magnitude + step._magnitude, offset._units)
    if scales[0] is Scale.PLAIN:
        return None
    raise UnitsError(
        f"{one.units} - {other.units} may mean a difference or a temperature",
        way_out="Write delta_degC for a difference, or .to('degC') for a temperature.",
        code="kelvin",
    )


def _levels(
    one: Quantity, other: Quantity, scales: tuple[Scale, Scale], operation: Callable[..., Any]
) -> Quantity:
    """Add or subtract ratios in dB and levels such as dBm."""
    mine, theirs = one._magnitude, other._magnitude
    decibel = parse_unit("decibel")
    if scales == (Scale.RATIO, Scale.RATIO):
        return made(type(one), operation(mine, other.to(one.units)._magnitude), one._units)
    if scales == (Scale.LEVEL, Scale.RATIO):
        return made(type(one), operation(mine, other.to(decibel)._magnitude), one._units)
    if scales == (Scale.RATIO, Scale.LEVEL) and operation is operator.add:
        return made(type(one), one.to(decibel)._magnitude + theirs, other._units)
    if scales == (Scale.LEVEL, Scale.LEVEL) and operation is operator.sub:
        return made(type(one), mine - other.to(one.units)._magnitude, decibel._units)
    sign = "+" if operation is operator.add else "-"
    raise UnitsError(
        f"{one.units} {sign} {other.units} is neither a level nor a ratio",
        way_out="Add powers: .to('mW'); levels may be subtracted, and dB added to them.",
        code="level",
    )


_PARTS: dict[Callable[..., Any], str] = {operator.mul: "a multiple", operator.truediv: "a quotient"}


def _units_with_zero(self: Quantity, other: Numbers) -> Quantity:
    """Return the units of the operand whose zero is not nothing."""
    plain = scale_of(self) is Scale.PLAIN and hasattr(other, "_units")
    return other._units if plain else self._units


def _multiple(known: Callable[..., Any], operation: Callable[..., Any]) -> Callable[..., Any]:
    def combine(self: Quantity, other: Numbers) -> Quantity:
        theirs = getattr(other, "_magnitude", other)
        if type(self._magnitude) in _KINDS or type(theirs) in _KINDS:
            same = type(other) is type(self)
            if (same and type(theirs) in _MAGNITUDES) or type(other) is float or type(other) is int:
                units = unit_of_product(type(self), self._units, other._units if same else None, operation)
                if units is not None:
                    return made(type(self), operation(self._magnitude, theirs), units)
            found = _of_levels(self, other, operation)
            if found is not None:
                return found
            with told_of_scale(_PARTS[operation], _units_with_zero(self, other)):
                return as_ratio(known(self, other))
        return known(self, other)

    return combine


def _quotient(known: Callable[..., Any]) -> Callable[..., Any]:
    def combine(self: Quantity, other: Numbers) -> Quantity:
        if type(self._magnitude) in _KINDS and (type(other) is float or type(other) is int):
            units = unit_of_power(type(self), self._units, -1)
            if units is not None:
                return made(type(self), other / self._magnitude, units)
        if type(self._magnitude) in _KINDS:
            with told_of_scale("a quotient", self._units):
                return known(self, other)
        return known(self, other)

    return combine


def _told(known: Callable[..., Any], doing: str) -> Callable[..., Any]:
    """Let an operation of pint's tell units that do not fit in our words."""

    def combine(self: Quantity, other: Numbers) -> Quantity:
        if type(self._magnitude) in _KINDS or type(getattr(other, "_magnitude", other)) in _KINDS:
            with told_at(doing):
                return known(self, other)
        return known(self, other)

    return combine


def _power(known: Callable[..., Any]) -> Callable[..., Any]:
    def combine(self: Quantity, exponent: Numbers) -> Quantity:
        if type(self._magnitude) in _KINDS and (type(exponent) is float or type(exponent) is int):
            units = unit_of_power(type(self), self._units, exponent)
            if units is not None:
                return made(type(self), self._magnitude**exponent, units)
        if type(self._magnitude) in _KINDS:
            with told_of_scale("a power", self._units):
                return known(self, exponent)
        return known(self, exponent)

    return combine


def _difference(value: Quantity) -> Quantity:
    """Return a ratio in dB as the difference of levels that it is, to be divided; anything else as it is."""
    if scale_of(value) is not Scale.RATIO:
        return value
    return quantity(value.to("decibel")._magnitude, parse_unit("delta_decibel"))


def _of_levels(self: Quantity, other: Numbers, operation: Callable[..., Any]) -> Quantity | None:
    """Return a multiple of a ratio in dB; None where no operand is logarithmic."""
    scale = scale_of(self)
    number: Numbers = other
    if type(other) is type(self):
        theirs = scale_of(other)
        if scale not in LOGARITHMIC and theirs not in LOGARITHMIC:
            return None
        if scale is Scale.PLAIN and theirs is Scale.RATIO and operation is operator.mul:
            self, other, scale, theirs = other, self, theirs, scale
        if Scale.LEVEL not in (scale, theirs) and not (scale is theirs and operation is operator.mul):
            if theirs is not Scale.PLAIN or not other.dimensionless:  # dB/m of dB and m, 6 dB / 3 dB = 2
                return as_ratio(operation(_difference(self), _difference(other)))
        elif theirs is not Scale.PLAIN or not other.dimensionless:
            return None  # pint refuses it
        number = other.to("")._magnitude
    elif scale not in LOGARITHMIC or not isinstance(number, _NUMBERS):
        return None
    if scale is Scale.LEVEL:
        raise UnitsError(
            f"a level in {self.units} has no multiple",
            way_out="Multiply the power: .to('mW'); or add dB.",
            code="level",
        )
    return made(type(self), operation(self._magnitude, number), self._units)
