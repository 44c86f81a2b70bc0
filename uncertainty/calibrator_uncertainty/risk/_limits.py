"""Tolerance and acceptance limits, and the one unit in which a question of risk is computed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._types import Quantity

__all__ = ["Frame", "Limits", "Zone", "finite", "is_bare", "positive"]

# A figure that float arithmetic moved by less than this share of the largest figure has not moved.
ARITHMETIC = 1e-12


@dataclass(frozen=True, slots=True)
class Limits:
    """A lower and an upper limit of a quantity; None where there is none.

    Raises:
        InputError: limits that cross, are not finite, or are both missing.
        UnitsError: one has a unit and the other has not, or another dimension.

    Example:
        >>> Limits.around(1500, 0.2)
        Limits(lower=1499.8, upper=1500.2)
    """

    lower: Quantity = None
    upper: Quantity = None

    def __post_init__(self) -> None:
        if self.lower is None and self.upper is None:
            raise InputError("there is neither a lower nor an upper limit to judge against", code="no-limits")
        Frame.of(self.lower, self.upper).zone(self)

    @classmethod
    def around(cls, nominal: Quantity, half_width: Quantity) -> Limits:
        """Return limits at equal distances below and above `nominal`."""
        frame = Frame.of(nominal, half_width)
        centre = frame.number(nominal, "the nominal value")
        half = positive(frame.number(half_width, "the half-width", difference=True), "the half-width")
        return cls(frame.wrap(centre - half), frame.wrap(centre + half))

    def __str__(self) -> str:
        low = "" if self.lower is None else f"{self.lower:g} <= "
        high = "" if self.upper is None else f" <= {self.upper:g}"
        return f"{low}value{high}"


@dataclass(frozen=True, slots=True)
class Zone:
    """Limits as floats in one unit; an open side is infinite. It may be empty (`low` above `high`)."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the distance between the limits; infinite where one side is open."""
        return (self.high - self.low) / 2.0

    @property
    def size(self) -> float:
        """Largest finite limit by magnitude, against which arithmetic noise is measured."""
        return max((abs(x) for x in (self.low, self.high) if math.isfinite(x)), default=0.0)

    def shrunk(self, width: float) -> Zone:
        """Return the zone with a guard band of `width` inside each limit."""
        return Zone(self.low + width, self.high - width)


@dataclass(frozen=True, slots=True)
class Frame:
    """The unit of a question: None where plain numbers were given."""

    unit: Quantity

    @classmethod
    def of(cls, *figures: Quantity) -> Frame:
        """Return the frame of the first figure that has a unit (a quantity, limits or a prior)."""
        for unit in _units_of(figures):
            if unit is not None:
                return cls(unit)
        return cls(None)

    @classmethod
    def of_prior(cls, prior: Quantity, *figures: Quantity) -> Frame:
        """Return the frame of a prior (or None) and the figures that are held against it.

        Raises:
            UnitsError: the prior is of plain numbers, the figures are quantities.
        """
        frame = cls.of(prior, *figures)
        if prior is not None and prior.unit is None and frame.unit is not None:
            raise UnitsError(
                f"the prior ({prior.name}) is of plain numbers, the other figures are in {frame.unit}",
                way_out="Make the prior of quantities.",
                code="no-unit",
            )
        return frame

    def number(self, figure: Quantity, what: str, *, difference: bool = False) -> float:
        """Return a figure as a float in the frame's unit; `difference` marks an uncertainty or a width.

        Raises:
            UnitsError: a bare number beside quantities, or another dimension.
        """
        if self.unit is None:
            return float(figure)
        if not hasattr(figure, "_magnitude"):
            if is_bare(self.unit):
                return float(figure)
            raise UnitsError(
                f"{what} is the plain number {figure}, the other figures are in {self.unit}",
                way_out="Give every figure its unit, or none.",
                code="no-unit",
            )
        import pint

        from calibrator_uncertainty._units import difference_unit

        try:
            return float(figure.to(difference_unit(self.unit) if difference else self.unit)._magnitude)
        except pint.errors.DimensionalityError as problem:
            raise UnitsError(
                f"{what} is in {figure.units}, which does not fit {self.unit}", code="dimension"
            ) from problem

    def wrap(self, number: float, *, difference: bool = False) -> Quantity:
        """Return a float of this frame as what the caller deals in: a float or a quantity."""
        if self.unit is None:
            return number
        from calibrator_uncertainty._units import difference_unit, quantity

        return quantity(number, difference_unit(self.unit) if difference else self.unit)

    def zone(self, limits: Limits) -> Zone:
        """Return limits as floats.

        Raises:
            InputError: limits that cross or are not finite.
        """
        low = -math.inf if limits.lower is None else self.number(limits.lower, "the lower limit")
        high = math.inf if limits.upper is None else self.number(limits.upper, "the upper limit")
        for name, limit, given in (("lower", low, limits.lower), ("upper", high, limits.upper)):
            if given is not None and not math.isfinite(limit):
                raise InputError(
                    f"the {name} limit is {limit}", way_out="Use None for no limit.", code="not-finite"
                )
        if low > high:
            raise InputError(
                f"the lower limit {limits.lower} lies above the upper limit {limits.upper}",
                code="limits-crossed",
            )
        return Zone(low, high)

    def limits(self, zone: Zone) -> Limits | None:
        """Return a zone as limits, None where it is empty."""
        if zone.low > zone.high:
            return None
        return Limits(
            self.wrap(zone.low) if math.isfinite(zone.low) else None,
            self.wrap(zone.high) if math.isfinite(zone.high) else None,
        )


def is_bare(unit: Quantity) -> bool:
    """Tell whether a unit is that of plain numbers, which may then stand beside quantities (not ppm or %)."""
    return not len(unit._units)


def _units_of(figures: Iterable[Quantity]) -> Iterable[Quantity]:
    for figure in figures:
        if isinstance(figure, Limits):
            yield from _units_of((figure.lower, figure.upper))
        elif figure is None or isinstance(figure, float | int | Decimal):
            yield None
        elif hasattr(figure, "_magnitude"):
            yield figure.units
        else:
            yield getattr(figure, "unit", None)


def finite(number: float, what: str) -> float:
    """Return a finite number.

    Raises:
        InputError: NaN or infinite.
    """
    if not math.isfinite(number):
        raise InputError(f"{what} is {number}; a finite number is needed", code="not-finite")
    return number


def positive(number: float, what: str) -> float:
    """Return a number that is finite and not negative.

    Raises:
        InputError: NaN, infinite or negative.
    """
    if finite(number, what) < 0:
        raise InputError(f"{what} is {number}; it is never negative", code="negative-u")
    return number
