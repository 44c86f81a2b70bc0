"""The data of a curve: values in one unit, with what is known of their errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._asked import numbers, shown
from calibrator_uncertainty._doors import FIGURES, NUMBER, asks, is_row
from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._leaves import new_uid
from calibrator_uncertainty._quantity import covariance_in, factor_of
from calibrator_uncertainty._shapes import Normal, StudentT
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._unit_memory import is_bare
from calibrator_uncertainty._units import difference_unit, figures_in, parse_unit, quantity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Series", "asked_in", "correlated_array", "ensemble", "plain_in", "read_series", "sparse"]


@dataclass(frozen=True, slots=True)
class Series:
    """A row of numbers in one unit; `errors` is the uncertain row, None where nothing is known of it."""

    name: str
    values: Floats
    unit: Quantity
    errors: UncertainArray | None

    @property
    def uncertain(self) -> bool:
        """Whether any of the values has a standard uncertainty above zero."""
        return self.errors is not None and bool(np.any(np.asarray(self.errors.u) > 0.0))


def sparse(matrix: Floats) -> Numbers:
    """Return a matrix in the form in which the tape keeps derivatives between arrays."""
    from scipy.sparse import csr_array

    return csr_array(np.atleast_2d(matrix))


def ensemble(
    values: Floats, factor: Floats, dof: float, name: str, *, group: str | None = None
) -> UncertainArray:
    """Return values estimated together, with covariance `factor` factorᵀ and `dof` in common."""
    count = factor.shape[1]
    if count == 0:
        return UncertainArray(values)
    shape = Normal() if math.isinf(dof) else StudentT(dof)
    errors = UncertainArray.leaf(
        np.zeros(count),
        np.ones(count),
        dof,
        shape=shape,
        name=name,
        group=group or f"{new_uid()}.{name}",
    )
    step = Linear("correlated", values, (np.zeros(count),), (sparse(factor),))
    return UncertainArray(values, step, (errors,))


@asks(estimates=FIGURES, covariance=FIGURES, dof=NUMBER)
def correlated_array(
    estimates: Quantity, covariance: Quantity, unit: str, *, dof: float = math.inf, name: str = "series"
) -> Quantity:
    """Return a row of quantities with their covariance matrix, such as a certificate's or a noise model's.

    Args:
        estimates: the values in `unit`.
        covariance: their covariance matrix in the square of `unit` (of temperatures in degC: kelvins).
        unit: of the values.
        dof: degrees of freedom that they have in common.
        name: the word for budgets and messages.

    Raises:
        InputError: a matrix of another size, not symmetric or not positive semidefinite.

    Source: JCGM 100:2008, 5.2; JCGM 102:2011, 3.10.
    """
    values = _floats(figures_in(estimates, unit, name), name)
    rows = list(covariance) if is_row(covariance) else [covariance]
    shape = (len(rows), *sorted({len(row) if is_row(row) else 1 for row in rows}))
    if shape != (values.size, values.size):
        raise InputError(
            f"the covariance matrix of {name} is {shape}; {values.size} values need "
            f"{values.size} x {values.size}",
            code="shape",
        )
    given = covariance_in(covariance, [unit] * values.size, name)
    matrix = numbers(given, f"the covariance matrix of {name}")
    return quantity(ensemble(values, factor_of(matrix, name), dof, name), parse_unit(unit, name))


def read_series(values: Quantity, name: str, u: Quantity = None) -> Series:
    """Read a row of quantities, plain or uncertain, or plain numbers without a unit.

    Args:
        values: a quantity array, a sequence of quantities (which may be correlated) or plain numbers.
        name: `x` or `y`, for messages.
        u: standard uncertainty of plain values, one for all or one each; independent of each other.

    Raises:
        InputError: not a row of finite numbers, an uncertainty given twice, negative, or of another length.
    """
    unit, magnitude = _split(values, name)
    if isinstance(magnitude, UncertainArray):
        if u is not None:
            raise InputError(
                f"{name} is already uncertain and u_{name} is given too",
                way_out=f"Leave u_{name} out, or add the second effect to {name}.",
                code="u-twice",
            )
        bare = np.asarray(magnitude.value, dtype=np.float64)
        _check(bare, name)
        return Series(name, bare, unit, magnitude)
    bare = _floats(magnitude, name)
    if u is None:
        return Series(name, bare, unit, None)
    spread = np.asarray(plain_in(u, difference_unit(unit), f"u_{name}"), dtype=np.float64)
    if spread.shape not in ((), bare.shape):
        raise InputError(f"u_{name} has shape {spread.shape}; {name} has {bare.shape}", code="shape")
    if not (np.isfinite(spread).all() and (spread >= 0.0).all()):
        raise InputError(f"u_{name} is finite and not negative", code="negative-u")
    leaf = UncertainArray.leaf(bare, np.broadcast_to(spread, bare.shape).copy(), name=name)
    return Series(name, bare, unit, leaf)


def asked_in(value: Quantity, unit: Quantity, name: str) -> Quantity:
    """Return the magnitude in `unit` of what a curve is asked at; several may be a list.

    Raises:
        UnitsError: another dimension, or a plain number where the points have a unit.
        InputError: no numbers.
    """
    if isinstance(value, list | tuple) and len(value):
        given, value = _split(value, name)
        if not is_bare(given._units):
            return plain_in(quantity(value, given), unit, name)
    if not hasattr(value, "_REGISTRY") and not is_bare(unit._units):
        raise UnitsError(
            f"{name} is {shown(value)}, which has no unit; the points are in {unit}",
            way_out=f"Give it its unit: Quantity({name}, '{unit}').",
            code="no-unit",
        )
    found = plain_in(value, unit, name)
    return found if isinstance(found, UncertainArray) else numbers(found, name)


def plain_in(value: Quantity, unit: Quantity, name: str) -> Quantity:
    """Return the magnitude of a value in `unit`; a bare number is taken to be in it already.

    Raises:
        UnitsError: another dimension.
    """
    if isinstance(value, list | tuple) and any(hasattr(one, "_REGISTRY") for one in value):
        return [plain_in(one, unit, name) for one in value]
    if not hasattr(value, "_REGISTRY"):
        return value
    import pint

    try:
        return value.to(unit)._magnitude
    except pint.errors.DimensionalityError as problem:
        raise UnitsError(
            f"{name} is in {value.units} where {unit} is asked for",
            where=name,
            way_out="Give it in a unit of that dimension.",
            code="dimension",
        ) from problem


def _split(values: Quantity, name: str) -> tuple[Quantity, Quantity]:
    if hasattr(values, "_REGISTRY"):
        return values.units, values._magnitude
    if isinstance(values, UncertainArray):
        return parse_unit(""), values
    if isinstance(values, Sequence) and any(hasattr(one, "_REGISTRY") for one in values):
        unit = next(one.units for one in values if hasattr(one, "_REGISTRY"))
        parts = [plain_in(_required(one, name), unit, name) for one in values]
        if any(isinstance(one, UncertainArray) for one in parts):
            return unit, np.stack(parts)
        return unit, np.asarray(parts)
    if isinstance(values, Sequence) and any(isinstance(one, UncertainArray) for one in values):
        return parse_unit(""), np.stack(values)
    return parse_unit(""), values


def _required(one: Quantity, name: str) -> Quantity:
    if not hasattr(one, "_REGISTRY"):
        raise InputError(
            f"{name} mixes quantities and the plain number {one!r}",
            way_out="Give each its unit.",
            code="units",
        )
    return one


def _floats(values: Quantity, name: str) -> Floats:
    bare = numbers(values, name)
    _check(bare, name)
    return bare


def _check(bare: Floats, name: str) -> None:
    if bare.ndim != 1 or bare.size == 0:
        raise InputError(
            f"{name} has shape {bare.shape}; a curve needs a row of numbers", code="shape", where=name
        )
    wrong = np.flatnonzero(~np.isfinite(bare))
    if wrong.size:
        raise InputError(
            f"{name}[{wrong[0]}] is {bare[wrong[0]]}; every value is finite",
            way_out="Leave the point out, and say why.",
            code="not-finite",
        )
