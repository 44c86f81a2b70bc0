"""The results of a comparison: by laboratory, in one unit, with their covariance matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._nothing import refuse_where_flat
from calibrator_uncertainty._quantity import covariance, magnitude_of
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_unit, quantity

__all__ = ["Floats", "Results", "read_results"]

Floats = NDArray[np.float64]
# Correlation matrices nearer to singular than this give weights of rounding errors.
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class Results:
    """Results in one unit (None for bare numbers): names, uncertain values, estimates and covariances."""

    names: tuple[str, ...]
    held: tuple[UncertainArray, ...]
    values: Floats
    covariances: Floats
    unit: Quantity

    @property
    def u(self) -> Floats:
        """Standard uncertainties."""
        return np.sqrt(np.diag(self.covariances))

    def only(self, names: Iterable[str]) -> Results:
        """Return the results of some laboratories, in the order of these."""
        wanted = set(names)
        at = [i for i, name in enumerate(self.names) if name in wanted]
        return Results(
            tuple(self.names[i] for i in at),
            tuple(self.held[i] for i in at),
            self.values[at],
            self.covariances[np.ix_(at, at)],
            self.unit,
        )

    def wrap(self, magnitude: object, *, difference: bool = False) -> Quantity:
        """Return a float or uncertain value of these results as the caller's kind of quantity."""
        if self.unit is None:
            return magnitude
        return quantity(magnitude, difference_unit(self.unit) if difference else self.unit)


def read_results(results: Mapping[str, Quantity], *, least: int = 2) -> Results:
    """Bring results into the unit of the first.

    Raises:
        InputError: too few results, or one that is not a single value.
        NotSupportedError: one without uncertainty of ours.
        UnitsError: units that do not fit.
    """
    if len(results) < least:
        raise InputError(
            f"{len(results)} results were given; a comparison needs {least} or more", code="too-few"
        )
    unit = getattr(next(iter(results.values())), "units", None)
    held = tuple(_in_unit(name, result, unit) for name, result in results.items())
    joined: Quantity = np.stack(held)
    return Results(
        tuple(results),
        held,
        np.array([float(one._value) for one in held]),
        np.asarray(covariance(joined, joined), dtype=np.float64),
        unit,
    )


def _in_unit(name: str, result: Quantity, unit: Quantity) -> UncertainArray:
    if (unit is None) is hasattr(result, "_magnitude"):
        raise UnitsError(f"the result of {name} has a unit or not, unlike the first result", code="no-unit")
    if unit is not None:
        import pint

        try:
            result = result.to(unit)
        except pint.errors.DimensionalityError as problem:
            raise UnitsError(
                f"the result of {name} is in {result.units}, the first in {unit}", code="dimension"
            ) from problem
    magnitude = magnitude_of(result)
    if magnitude.shape:
        raise InputError(f"the result of {name} is an array; one value is compared at a time", code="shape")
    refuse_where_flat(magnitude)
    return magnitude


def weights_of(results: Results, added: float = 0.0) -> tuple[Floats, Floats]:
    """Return the weights of the best linear mean and the inverse covariance matrix.

    `added` is a between-laboratory variance that widens each result.

    Raises:
        InputError: a result without uncertainty, or results that repeat each other.

    Source: M. G. Cox, Metrologia 39 (2002) 589, 5; for correlated results Gauss-Markov.
    """
    matrix = results.covariances + added * np.eye(len(results.names))
    spread = np.sqrt(np.diag(matrix))
    for name, u in zip(results.names, spread, strict=True):
        if not u > 0.0:
            raise InputError(
                f"the result of {name} has no uncertainty, so it would outweigh all others",
                way_out="Give its standard uncertainty.",
                code="zero-u",
            )
    correlation = matrix / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        raise InputError(
            f"the results of {', '.join(results.names)} are fully correlated and fix no weights",
            way_out="Leave out the result that is made of the others.",
            code="singular",
        )
    inverse = np.linalg.inv(correlation) / np.outer(spread, spread)
    inverse = (inverse + inverse.T) / 2.0
    rows = inverse.sum(axis=1)
    return rows / rows.sum(), inverse


def chi_squared_of(results: Results, weights: Floats, inverse: Floats) -> float:
    """Return the observed chi-squared of the results about their weighted mean."""
    centred = results.values - results.values[0]
    residual = centred - float(weights @ centred)
    return float(residual @ inverse @ residual)
