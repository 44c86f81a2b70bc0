"""What a fit gives: parameters that are correlated quantities, and how good it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._rounding import plain, round_like, round_uncertainty
from calibrator_uncertainty._shapes import Normal, StudentT
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import quantity
from calibrator_uncertainty._variances import covariance
from calibrator_uncertainty.regression._quality import Goodness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Fit"]

PLAIN = 12  # decimals up to which a number is written without a power of ten


def _short(number: Decimal) -> str:
    exponent = number.as_tuple().exponent
    return plain(number) if isinstance(exponent, int) and abs(exponent) <= PLAIN else f"{number:E}"


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

    def __str__(self) -> str:
        width = max(len(name) for name in self.names)
        lines = [f"{name:<{width}} = {self._shown(place)}" for place, name in enumerate(self.names)]
        good = self.goodness
        if good.dof <= 0:
            lines.append("as many parameters as points: chi-square says nothing")
        elif good.stated:
            verdict = "accepted" if good.accepted else "refused"
            limit = f"95 % limit {good.chi_square_limit:.4g}"
            lines.append(f"chi-square {good.chi_square:.4g}, dof {good.dof}, {limit}: {verdict}")
        else:
            lines.append(f"u from the residuals: s = {good.residual_deviation:.4g}, dof {good.dof}")
        return "\n".join(lines)

    def _shown(self, place: int) -> str:
        one = self.vector[place]
        value, spread = float(one.value), float(one.u)
        unit = f"{self.units[place]:~}"
        if spread < 1e-14 * abs(value):  # points that lie on the curve but for rounding
            return f"{value:.15g} {unit}".rstrip() + f", u = {spread:.2g}"
        u = round_uncertainty(spread)
        return f"{_short(round_like(value, u))} {unit}".rstrip() + f", u = {_short(u)}"

    @property
    def parameters(self) -> dict[str, Quantity]:
        """The parameters by name."""
        return {name: self[name] for name in self.names}

    def budget_inputs(self, source: str = "fit") -> tuple[tuple[Input, ...], dict[tuple[str, str], float]]:
        """Return the parameters as inputs of a budget, and the correlations that go with them.

        A budget lists them beside its other inputs: `Budget(model, [*inputs, ...], correlations=found, ...)`.
        """
        matrix = self.correlation
        inputs = []
        for place, name in enumerate(self.names):
            one = self.vector[place]
            dof = float(one.dof)
            shape = Normal() if math.isinf(dof) else StudentT(dof)
            unit = f"{self.units[place]:D}".replace("µ", "u").replace("dimensionless", "")
            inputs.append(Input(name, float(one.value), unit, float(one.u), dof, shape, source))
        pairs = {
            (first, second): float(matrix[i, j])
            for i, first in enumerate(self.names)
            for j, second in enumerate(self.names[:i])
            if matrix[i, j] != 0.0
        }
        return tuple(inputs), pairs

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
