"""Shapes of distributions: what one standard uncertainty of an input looks like when it is drawn.

A shape is standardised: mean 0 and standard deviation 1 (scale 1 for Student's t, whose standard deviation
is larger). An input is `estimate + u * deviate`, so that two inputs which share one physical error share
the deviate and keep their own u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._plainly import as_float

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Arcsine", "Constant", "Normal", "Rectangular", "Shape", "StudentT", "Trapezoidal", "Triangular"]

SQRT3 = math.sqrt(3.0)
SQRT6 = math.sqrt(6.0)
SQRT2 = math.sqrt(2.0)


@runtime_checkable
class Shape(Protocol):
    """A standardised distribution."""

    @property
    def name(self) -> str:
        """The word that a budget shows."""
        ...

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """No spread at all: an exact number."""

    name: ClassVar[str] = "constant"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Return zeros."""
        import numpy as np

        return np.zeros(count)


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal (JCGM 101:2008, 6.4.7)."""

    name: ClassVar[str] = "normal"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        return rng.standard_normal(count)


@dataclass(frozen=True, slots=True)
class Rectangular:
    """Rectangular, half-width √3 (JCGM 101:2008, 6.4.2)."""

    name: ClassVar[str] = "rectangular"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        deviates = rng.random(count)
        deviates -= 0.5
        deviates *= 2.0 * SQRT3
        return deviates


@dataclass(frozen=True, slots=True)
class Triangular:
    """Triangular, half-width √6 (JCGM 101:2008, 6.4.5)."""

    name: ClassVar[str] = "triangular"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        deviates = rng.random(count)
        deviates += rng.random(count)
        deviates -= 1.0
        deviates *= SQRT6
        return deviates


@dataclass(frozen=True, slots=True)
class Trapezoidal:
    """Symmetric trapezoid; `beta` is top over base, 0 a triangle, 1 a rectangle (JCGM 101:2008, 6.4.4)."""

    beta: float
    name: ClassVar[str] = "trapezoidal"

    def __post_init__(self) -> None:
        if not 0.0 <= as_float(self.beta, "beta of a trapezoid") <= 1.0:
            raise InputError(f"beta of a trapezoid is {self.beta}; it lies between 0 and 1", code="shape")

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        deviates = rng.random(count)
        deviates -= 0.5
        deviates *= 1.0 + self.beta
        second = rng.random(count)
        second -= 0.5
        second *= 1.0 - self.beta
        deviates += second
        deviates *= SQRT6 / math.sqrt(1.0 + self.beta**2)
        return deviates


@dataclass(frozen=True, slots=True)
class Arcsine:
    """U-shaped, half-width √2: a quantity that swings as a sine (JCGM 101:2008, 6.4.6)."""

    name: ClassVar[str] = "arcsine"

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates."""
        import numpy as np

        return SQRT2 * np.sin(2.0 * math.pi * rng.random(count))


@dataclass(frozen=True, slots=True)
class StudentT:
    """Student's t of scale 1: the mean of few readings (JCGM 101:2008, 6.4.9.4)."""

    dof: float
    name: ClassVar[str] = "t"

    def __post_init__(self) -> None:
        if not as_float(self.dof, "dof of a t") >= 1.0:
            raise InputError(f"t with {self.dof} degrees of freedom; there must be 1 or more", code="dof")

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw `count` deviates of scale 1 (their standard deviation is √(ν/(ν-2)))."""
        return rng.standard_t(self.dof, count)


NAMED: dict[str, Shape] = {
    "constant": Constant(),
    "normal": Normal(),
    "rectangular": Rectangular(),
    "triangular": Triangular(),
    "arcsine": Arcsine(),
}


def kurtosis(shape: Shape) -> float:
    """Return E[z⁴]/E[z²]² of a shape.

    Raises:
        InputError: t with four degrees of freedom or less, which has none; a shape that does not say it.
    """
    if isinstance(shape, Trapezoidal):
        # Sum of two independent rectangles of half-widths 1 + beta and 1 - beta.
        one, other = (1.0 + shape.beta) ** 2, (1.0 - shape.beta) ** 2
        return 3.0 - 1.2 * (one * one + other * other) / (one + other) ** 2
    if isinstance(shape, StudentT):
        return student_kurtosis(shape.dof)
    known = {"constant": 3.0, "normal": 3.0, "rectangular": 1.8, "triangular": 2.4, "arcsine": 1.5}
    found = known.get(shape.name, getattr(shape, "kurtosis", None))
    if found is None:
        raise InputError(
            f"the shape {shape.name!r} does not say its kurtosis",
            way_out="Give it the attributes kurtosis and skewness, or use Monte Carlo.",
            code="moments",
        )
    return float(found)


def student_kurtosis(dof: float) -> float:
    """Return the kurtosis of t.

    Raises:
        InputError: four degrees of freedom or less, for which there is none.
    """
    if dof <= 4.0:
        raise InputError(
            f"t with {dof:g} degrees of freedom has no finite fourth moment",
            way_out="Use Monte Carlo.",
            code="moments",
        )
    return 3.0 + 6.0 / (dof - 4.0)


def skewness(shape: Shape) -> float:
    """Return E[z³]/E[z²]^1.5 of a shape; 0 where it is symmetric, as all are that do not say it."""
    return float(getattr(shape, "skewness", 0.0))


def quantile(shape: Shape, p: Floats) -> Floats:
    """Return the deviates of a shape at probabilities `p`.

    Raises:
        InputError: a shape that has no quantile function.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    if isinstance(shape, Normal):
        normal: Floats = ndtri(p)
        return normal
    if isinstance(shape, Rectangular):
        return (2.0 * p - 1.0) * SQRT3
    if isinstance(shape, Arcsine):
        return -SQRT2 * np.cos(math.pi * p)
    if isinstance(shape, StudentT):
        student: Floats = np.asarray(stdtrit(shape.dof, p), dtype=np.float64)
        return student
    if isinstance(shape, Triangular | Trapezoidal):
        beta = shape.beta if isinstance(shape, Trapezoidal) else 0.0
        return _trapezoid_quantile(beta, p)
    own = getattr(shape, "quantile", None)
    if own is None:
        raise InputError(
            f"the shape {shape.name!r} has no quantile function", way_out="Use monte_carlo.", code="shape"
        )
    found: Floats = own(p)
    return found


def _trapezoid_quantile(beta: float, p: Floats) -> Floats:
    import numpy as np

    side = np.minimum(p, 1.0 - p)
    slope = (1.0 - beta) / (2.0 * (1.0 + beta))  # probability below the top
    on_slope = -1.0 + np.sqrt(np.maximum(0.0, 2.0 * side * (1.0 - beta) * (1.0 + beta)))
    on_top = -beta + (side - slope) * (1.0 + beta)
    low = np.where(side < slope, on_slope, on_top)
    half = SQRT6 / math.sqrt(1.0 + beta**2)
    found: Floats = half * np.where(p < 0.5, low, -low)
    return found
