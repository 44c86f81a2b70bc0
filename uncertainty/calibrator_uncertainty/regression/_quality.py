"""How well a curve fits: chi-square, residual scatter, information criteria."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Goodness", "information"]


@dataclass(frozen=True, slots=True)
class Goodness:
    """Goodness of fit of n points by p parameters.

    `chi_square` is the sum of squares of the errors divided by their stated u; where none was stated u is 1,
    it is the residual sum of squares in the square of y's unit and `p_value` is nan.
    """

    points: int
    parameters: int
    dof: int
    chi_square: float
    stated: bool

    @property
    def residual_deviation(self) -> float:
        """Square root of chi-square over dof: s of the residuals, or the Birge ratio where u is stated."""
        return math.sqrt(self.chi_square / self.dof) if self.dof > 0 else math.nan

    @property
    def p_value(self) -> float:
        """Probability of a chi-square at least this large when model and stated u are right."""
        from scipy.special import chdtrc

        if not self.stated or self.dof <= 0:
            return math.nan
        return float(chdtrc(self.dof, self.chi_square))

    @property
    def chi_square_limit(self) -> float:
        """The 95 % quantile of chi-square for this dof (ISO/TS 28037:2010, 6.2)."""
        from scipy.special import chdtri

        return float(chdtri(self.dof, 0.05)) if self.dof > 0 else math.nan

    @property
    def accepted(self) -> bool:
        """Whether chi-square lies below its 95 % quantile; always where no u was stated."""
        return not self.stated or self.dof <= 0 or self.chi_square <= self.chi_square_limit

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return information(self)[0]

    @property
    def aicc(self) -> float:
        """Akaike's criterion for few points (ISO/TS 28038:2018, clause 6); infinite for too few."""
        return information(self)[1]

    @property
    def bic(self) -> float:
        """Bayesian information criterion."""
        return information(self)[2]


def information(fit: Goodness) -> tuple[float, float, float]:
    """Return AIC, AICc and BIC; where u is not stated the scatter counts as one more parameter."""
    count = fit.parameters + (0 if fit.stated else 1)
    if fit.stated:
        misfit = fit.chi_square
    else:
        misfit = fit.points * math.log(fit.chi_square / fit.points) if fit.chi_square > 0.0 else -math.inf
    aic = misfit + 2.0 * count
    room = fit.points - count - 1
    aicc = aic + 2.0 * count * (count + 1) / room if room > 0 else math.inf
    return aic, aicc, misfit + count * math.log(fit.points)
