"""Shapes beyond the symmetric textbook ones: inexact limits, decay, histograms, samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._shapes import student_kurtosis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["BayesianT", "CurvilinearTrapezoid", "Exponential", "Histogram", "Samples"]


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential, shifted to mean 0: a non-negative quantity of which only the estimate is known.

    Source: JCGM 101:2008, 6.4.10.
    """

    name: ClassVar[str] = "exponential"
    kurtosis: ClassVar[float] = 9.0
    skewness: ClassVar[float] = 2.0

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        deviates = rng.standard_exponential(count)
        deviates -= 1.0
        return deviates

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        import numpy as np

        return -np.log1p(-p) - 1.0


@dataclass(frozen=True, slots=True)
class CurvilinearTrapezoid:
    """Rectangle with limits known to ±d; `ratio` is d over its half-width (JCGM 101:2008, 6.4.3)."""

    ratio: float
    name: ClassVar[str] = "curvilinear trapezoid"

    def __post_init__(self) -> None:
        if not 0.0 <= self.ratio < 1.0:
            raise InputError(
                f"limits inexact by {self.ratio} of the half-width; it is from 0 to below 1", code="shape"
            )

    @property
    def scale(self) -> float:
        """Half-width over standard deviation."""
        return 1.0 / math.sqrt(1.0 / 3.0 + self.ratio**2 / 9.0)

    @property
    def kurtosis(self) -> float:
        """E[z⁴], of a rectangle whose half-width is itself rectangular."""
        square = self.ratio**2
        return 0.2 * (1.0 + 2.0 * square + 0.2 * square * square) * self.scale**4

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates (JCGM 101:2008, 6.4.3.4)."""
        half = 1.0 + self.ratio * (2.0 * rng.random(count) - 1.0)
        half *= 2.0 * rng.random(count) - 1.0
        half *= self.scale
        return half


@dataclass(frozen=True, slots=True)
class BayesianT:
    """Student's t of standard deviation 1: the mean of readings about which nothing was known before."""

    dof: float
    name: ClassVar[str] = "t (Bayesian)"

    def __post_init__(self) -> None:
        if not self.dof > 2.0:
            raise InputError(
                "a t distribution has a standard deviation from 3 degrees of freedom", code="dof"
            )

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        deviates = rng.standard_t(self.dof, count)
        deviates *= math.sqrt((self.dof - 2.0) / self.dof)
        return deviates

    @property
    def kurtosis(self) -> float:
        """E[z⁴]; there is none up to four degrees of freedom."""
        return student_kurtosis(self.dof)

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        import numpy as np
        from scipy.special import stdtrit

        found: Floats = np.asarray(stdtrit(self.dof, p), dtype=np.float64)
        found *= math.sqrt((self.dof - 2.0) / self.dof)
        return found


@dataclass(frozen=True, eq=False)
class Samples:
    """Draws from another computation; drawn from again with replacement (JCGM 101:2008, 6.5)."""

    deviates: Floats = field(repr=False)
    name: ClassVar[str] = "samples"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return self.deviates[rng.integers(0, self.deviates.size, count)]

    @cached_property
    def kurtosis(self) -> float:
        """Fourth moment of the deviates."""
        return float((self.deviates**4).mean())

    @cached_property
    def skewness(self) -> float:
        """Third moment of the deviates."""
        return float((self.deviates**3).mean())

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`: steps, so that these are the samples and no others."""
        import numpy as np

        count = self.deviates.size
        ranks = np.ceil(np.asarray(p, dtype=np.float64) * count).astype(np.int64) - 1
        found: Floats = self._rising[np.clip(ranks, 0, count - 1)]
        return found

    @cached_property
    def _rising(self) -> Floats:
        import numpy as np

        return np.sort(self.deviates)


@dataclass(frozen=True, eq=False)
class Histogram:
    """Even within each bin; `edges` of deviates and the probability below each."""

    edges: Floats = field(repr=False)
    below: Floats = field(repr=False)
    name: ClassVar[str] = "histogram"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return self.quantile(rng.random(count))

    def quantile(self, p: Floats) -> Floats:
        """Return the deviates at probabilities `p`."""
        import numpy as np

        found: Floats = np.interp(p, self.below, self.edges)
        return found

    @cached_property
    def kurtosis(self) -> float:
        """Fourth moment of the deviates."""
        return self._moment(4)

    @cached_property
    def skewness(self) -> float:
        """Third moment of the deviates."""
        return self._moment(3)

    def _moment(self, order: int) -> float:
        import numpy as np

        powers = self.edges ** (order + 1)
        means = np.diff(powers) / ((order + 1) * np.diff(self.edges))
        return float(np.diff(self.below) @ means)
