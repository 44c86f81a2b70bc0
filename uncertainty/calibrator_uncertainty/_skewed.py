"""Shapes of positive and of bounded quantities: gamma, lognormal, Weibull, beta; mean 0, deviation 1.

Source: JCGM 101:2008, table 1 and 6.4.11 (gamma); M. Evans, N. Hastings, B. Peacock, Statistical
Distributions, Wiley (moments and quantiles of all four).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from calibrator_uncertainty._errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Beta", "Gamma", "Lognormal", "Weibull", "weibull_like"]

# Beyond these the shape is a normal, a spike or a tail without digits; figures of them would be rounding.
_GAMMA = (1e-3, 1e10)
_SIGMA = (1e-6, 5.0)
_WEIBULL = (0.2, 200.0)
_BETA = (1e-3, 1e8)


@dataclass(frozen=True, slots=True)
class Gamma:
    """Gamma of a shape: a sum of waiting times, or a rate of which counts are known."""

    shape: float
    name: ClassVar[str] = "gamma"

    def __post_init__(self) -> None:
        _within(self.shape, _GAMMA, "the shape of a gamma distribution")

    @property
    def skewness(self) -> float:
        """E[z³]."""
        return 2.0 / math.sqrt(self.shape)

    @property
    def kurtosis(self) -> float:
        """E[z⁴]."""
        return 3.0 + 6.0 / self.shape

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return (rng.standard_gamma(self.shape, count) - self.shape) / math.sqrt(self.shape)

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        import numpy as np
        from scipy.special import gammaincinv

        found: Floats = np.asarray(gammaincinv(self.shape, p), dtype=np.float64)
        return (found - self.shape) / math.sqrt(self.shape)


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A quantity whose logarithm is normal with the standard deviation `sigma`."""

    sigma: float
    name: ClassVar[str] = "lognormal"

    def __post_init__(self) -> None:
        _within(self.sigma, _SIGMA, "sigma of a lognormal distribution")

    @property
    def skewness(self) -> float:
        """E[z³]."""
        less = math.expm1(self.sigma**2)
        return (less + 3.0) * math.sqrt(less)

    @property
    def kurtosis(self) -> float:
        """E[z⁴]."""
        square = math.exp(self.sigma**2)
        return square**4 + 2.0 * square**3 + 3.0 * square**2 - 3.0

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return self._of_normal(rng.standard_normal(count))

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        from scipy.special import ndtri

        return self._of_normal(ndtri(p))

    def _of_normal(self, deviates: Floats) -> Floats:
        import numpy as np

        found: Floats = np.expm1(self.sigma * deviates - 0.5 * self.sigma**2)
        found /= math.sqrt(math.expm1(self.sigma**2))
        return found


@dataclass(frozen=True, slots=True)
class Weibull:
    """Weibull of a shape: a life, a strength, a speed of wind."""

    shape: float
    name: ClassVar[str] = "Weibull"

    def __post_init__(self) -> None:
        _within(self.shape, _WEIBULL, "the shape of a Weibull distribution")

    @property
    def mean(self) -> float:
        """Mean over scale."""
        return math.gamma(1.0 + 1.0 / self.shape)

    @property
    def deviation(self) -> float:
        """Standard deviation over scale."""
        return self.mean * math.sqrt(_relative_variance(self.shape))

    @property
    def skewness(self) -> float:
        """E[z³]."""
        one, two, three, _ = self._moments()
        return (three - 3.0 * one * two + 2.0 * one**3) / self.deviation**3

    @property
    def kurtosis(self) -> float:
        """E[z⁴]."""
        one, two, three, four = self._moments()
        return (four - 4.0 * one * three + 6.0 * one**2 * two - 3.0 * one**4) / self.deviation**4

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return (rng.weibull(self.shape, count) - self.mean) / self.deviation

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        import numpy as np

        found: Floats = (-np.log1p(-p)) ** (1.0 / self.shape)
        return (found - self.mean) / self.deviation

    def _moments(self) -> tuple[float, ...]:
        return tuple(math.gamma(1.0 + order / self.shape) for order in range(1, 5))


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta between two limits: a part, a yield, a position between stops."""

    alpha: float
    beta: float
    name: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        _within(self.alpha, _BETA, "alpha of a beta distribution")
        _within(self.beta, _BETA, "beta of a beta distribution")

    @property
    def mean(self) -> float:
        """Mean, of limits 0 and 1."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def deviation(self) -> float:
        """Standard deviation, of limits 0 and 1."""
        both = self.alpha + self.beta
        return math.sqrt(self.alpha / both * (self.beta / both) / (both + 1.0))

    @property
    def skewness(self) -> float:
        """E[z³]."""
        a, b, both = self.alpha, self.beta, self.alpha + self.beta
        return 2.0 * (b - a) * math.sqrt(both + 1.0) / ((both + 2.0) * math.sqrt(a) * math.sqrt(b))

    @property
    def kurtosis(self) -> float:
        """E[z⁴]."""
        a, b, both = self.alpha, self.beta, self.alpha + self.beta
        above = (a - b) ** 2 * (both + 1.0) - a * b * (both + 2.0)
        return 3.0 + 6.0 * above / (a * b * (both + 2.0) * (both + 3.0))

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return (rng.beta(self.alpha, self.beta, count) - self.mean) / self.deviation

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        import numpy as np
        from scipy.special import betaincinv

        found: Floats = np.asarray(betaincinv(self.alpha, self.beta, p), dtype=np.float64)
        return (found - self.mean) / self.deviation


def weibull_like(relative_u: float, name: str) -> Weibull:
    """Return the Weibull whose standard deviation is this part of its mean.

    Raises:
        InputError: a part that no shape from 0.2 to 200 has.
    """
    low, high = _WEIBULL
    asked = relative_u * relative_u
    if not _relative_variance(high) <= asked <= _relative_variance(low):
        raise InputError(
            f"{name} as a Weibull whose u is {relative_u:.3g} of its distance from `lower` has a shape "
            f"beyond {low:g} to {high:g}",
            way_out="Give `lower`, below which the quantity cannot be, or draws of it with from_samples().",
            code="shape",
        )
    for _ in range(200):
        middle = math.sqrt(low * high)
        if middle in {low, high}:
            break
        low, high = (middle, high) if _relative_variance(middle) > asked else (low, middle)
    return Weibull(high)


def _relative_variance(shape: float) -> float:
    """Return the variance of a Weibull over the square of its mean."""
    return math.expm1(math.lgamma(1.0 + 2.0 / shape) - 2.0 * math.lgamma(1.0 + 1.0 / shape))


def _within(figure: float, ends: tuple[float, float], what: str) -> None:
    if not (isinstance(figure, float | int) and ends[0] <= figure <= ends[1]):
        raise InputError(f"{what} is {figure!r}; it is from {ends[0]:g} to {ends[1]:g}", code="shape")
