"""Units that do not fit where two quantities meet: pint's error and one of this room in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from pint.errors import DimensionalityError, LogarithmicUnitCalculusError, OffsetUnitCalculusError

from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import UnitsError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity

__all__ = ["DimensionError", "OffsetError", "teach_comparisons", "told_at", "told_of_scale"]

_KINDS = (UncertainArray, UncertainComplex)


class DimensionError(UnitsError, DimensionalityError):
    """Two quantities of different dimensions that were added, compared or handed to one function."""

    code = "dimension"

    def __init__(self, doing: str, one: str, other: str) -> None:
        DimensionalityError.__init__(self, one, other)
        self.doing = doing
        given = sorted((one, other), key=lambda unit: unit == "dimensionless")
        if given[1] == "dimensionless":
            self.what = f"{doing}: {given[0]} meets a plain number"
            self.way_out = "Give the number its unit, or divide the quantity by one of its own unit."
        else:
            self.what = f"{doing}: {one} and {other} have different dimensions"
            self.way_out = "Check the units at this line; .to() converts within a dimension."
        self.where = ""
        self.args = (self.what,)

    def __reduce__(self) -> tuple[object, ...]:
        return DimensionError, (self.doing, str(self.units1), str(self.units2))


class OffsetError(UnitsError, OffsetUnitCalculusError):
    """A multiple, quotient or power of a temperature in degC, or of a level, whose zero is not nothing."""

    code = "temperatures"

    def __init__(self, doing: str, units: str) -> None:
        OffsetUnitCalculusError.__init__(self, units)
        self.doing, self.units = doing, units
        self.what = f"{doing} of {units} means nothing: its zero is not nothing"
        self.way_out = "Convert first: a temperature .to('kelvin'), a level .to('mW'); a difference is in K."
        self.where = ""
        self.args = (self.what,)

    def __reduce__(self) -> tuple[object, ...]:
        return OffsetError, (self.doing, self.units)


@contextmanager
def told_of_scale(doing: str, units: Quantity) -> Iterator[None]:
    """Tell pint's error of a unit with a zero of its own in the words of this room.

    Raises:
        OffsetError: a multiple, quotient or power of such a quantity.
    """
    try:
        yield
    except OffsetError:
        raise
    except (OffsetUnitCalculusError, LogarithmicUnitCalculusError) as problem:
        raise OffsetError(doing, f"{units}") from problem


@contextmanager
def told_at(doing: str) -> Iterator[None]:
    """Tell pint's error in the words of this room, with what was done.

    Raises:
        DimensionError: units that do not fit.
    """
    try:
        yield
    except DimensionError:
        raise
    except DimensionalityError as problem:
        raise DimensionError(doing, f"{problem.units1}", f"{problem.units2}") from problem


def teach_comparisons(quantity_class: Quantity) -> None:
    """Let pint's quantities compare ours, or say which units do not fit."""
    known: Callable[..., Any] = quantity_class.compare

    def compare(self: Quantity, other: Numbers, op: Callable[..., Any]) -> Numbers:
        if type(self._magnitude) not in _KINDS and type(getattr(other, "_magnitude", other)) not in _KINDS:
            return known(self, other, op)
        bare = isinstance(other, (int, float, np.number)) and other != 0 and not np.isnan(other)
        if bare and not self.dimensionless:  # pint says so too, without the unit
            raise DimensionError("a comparison", f"{self.units}", "dimensionless")
        with told_at("a comparison"):
            return known(self, other, op)

    quantity_class.compare = compare
