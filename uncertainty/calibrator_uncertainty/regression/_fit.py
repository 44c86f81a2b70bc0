"""What a fit gives: parameters that are correlated quantities, and how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._sweep import covariance
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import quantity
from calibrator_uncertainty.regression._quality import Goodness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Fit"]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Fitted parameters, by name: an ensemble of correlated uncertain quantities.

    `vector` holds their magnitudes, each in its own of `units`. `residuals` are observed minus fitted y, in
    y's unit; `standardised` are the errors of the data divided by u: chi-square is the sum of their squares.
    """

    names: tuple[str, ...]
    units: tuple[Quantity, ...]
    vector: UncertainArray
    goodness: Goodness
    residuals: Quantity
    standardised: Floats

    def __getitem__(self, name: str) -> Quantity:
        if name not in self.names:
            raise InputError(
                f"there is no parameter {name!r}",
                way_out=f"It has: {', '.join(self.names)}.",
                code="parameter",
            )
        place = self.names.index(name)
        return quantity(self.vector[place], self.units[place])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    @property
    def parameters(self) -> dict[str, Quantity]:
        """The parameters by name."""
        return {name: self[name] for name in self.names}

    @property
    def covariance(self) -> Floats:
        """Covariance matrix of the parameters, in products of their `units`."""
        return np.atleast_2d(np.asarray(covariance(self.vector, self.vector), dtype=np.float64))

    @property
    def correlation(self) -> Floats:
        """Correlation matrix of the parameters."""
        matrix = self.covariance
        u = np.sqrt(np.diag(matrix))
        u = np.where(u > 0.0, u, 1.0)
        found: Floats = np.clip(matrix / np.outer(u, u), -1.0, 1.0)
        return found
