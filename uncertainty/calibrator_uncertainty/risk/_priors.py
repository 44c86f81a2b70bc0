"""Priors: what is known about the true values of the items before any of them is measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from calibrator_uncertainty._doors import CALLABLE, FIGURES, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, Zone, finite, positive
from calibrator_uncertainty.risk._quadrature import Floats, around, panels

__all__ = [
    "NormalPrior",
    "Prior",
    "density_prior",
    "empirical_prior",
    "histogram_prior",
    "normal_prior",
    "shown",
    "uniform_prior",
]

_RESOLVED = 1e-7  # share of the area of a density that the quadrature may miss


class Prior(Protocol):
    """How the true values of the judged items are spread; `name` is printed with every global risk."""

    @property
    def name(self) -> str:
        """What is printed beside a global risk."""

    @property
    def unit(self) -> Quantity:
        """The pint unit of the values, None for plain numbers."""

    def masses(self, breaks: Sequence[float]) -> tuple[Floats, Floats]:
        """Return points and the probabilities that they stand for, without a panel across a break."""

    def probability(self, zone: Zone) -> float:
        """Return the probability of a true value inside `zone`, its limits included."""


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """A normal prior; a standard deviation of 0 is one item."""

    mean: float
    sd: float
    unit: Quantity
    name: str

    def masses(self, breaks: Sequence[float]) -> tuple[Floats, Floats]:
        """Return nodes over nine standard deviations on both sides."""
        if self.sd == 0.0:
            return np.array([self.mean]), np.array([1.0])
        reach = 9.0 * self.sd
        x, w = panels(self.mean - reach, self.mean + reach, [*breaks, *around(self.mean, self.sd)])
        z = (x - self.mean) / self.sd
        return x, w * np.exp(-0.5 * z * z) / (self.sd * math.sqrt(2.0 * math.pi))

    def probability(self, zone: Zone) -> float:
        """Return the share of true values inside a zone."""
        if self.sd == 0.0:
            return 1.0 if zone.low <= self.mean <= zone.high else 0.0
        from scipy.special import ndtr

        return 1.0 - float(ndtr((zone.low - self.mean) / self.sd) + ndtr((self.mean - zone.high) / self.sd))


@dataclass(frozen=True, slots=True)
class _Points:
    values: Floats
    unit: Quantity
    name: str

    def masses(self, breaks: Sequence[float]) -> tuple[Floats, Floats]:
        return self.values, np.full(self.values.size, 1.0 / self.values.size)

    def probability(self, zone: Zone) -> float:
        return float(np.mean((self.values >= zone.low) & (self.values <= zone.high)))


@dataclass(frozen=True, slots=True)
class _Steps:
    edges: Floats
    weights: Floats
    unit: Quantity
    name: str

    def masses(self, breaks: Sequence[float]) -> tuple[Floats, Floats]:
        x, w = panels(float(self.edges[0]), float(self.edges[-1]), [*breaks, *self.edges.tolist()])
        place = np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, self.weights.size - 1)
        return x, w * (self.weights / np.diff(self.edges))[place]

    def probability(self, zone: Zone) -> float:
        low, high = (
            np.clip(self.edges[:-1], zone.low, zone.high),
            np.clip(self.edges[1:], zone.low, zone.high),
        )
        return float(np.sum(self.weights * (high - low) / np.diff(self.edges)))


@dataclass(frozen=True, slots=True)
class _Density:
    density: Callable[[Floats], Floats]
    low: float
    high: float
    total: float
    unit: Quantity
    name: str

    def masses(self, breaks: Sequence[float]) -> tuple[Floats, Floats]:
        x, w = panels(self.low, self.high, [*breaks, *np.linspace(self.low, self.high, 257).tolist()])
        return x, w * np.asarray(self.density(x), dtype=np.float64) / self.total

    def probability(self, zone: Zone) -> float:
        x, w = self.masses([zone.low, zone.high])
        return float(np.sum(w[(x >= zone.low) & (x <= zone.high)]))


def shown(number: float, frame: Frame) -> str:
    """Return a figure of a prior as its name holds it."""
    return f"{number:.4g}" if frame.unit is None else f"{number:.4g} {frame.unit:~P}"


def normal_prior(mean: Quantity, standard_deviation: Quantity, *, name: str = "") -> Prior:
    """Return a normal prior, for example of a production process.

    Raises:
        InputError: a negative or infinite standard deviation.

    Source: JCGM 106:2012, 7.2 and A.4.
    """
    frame = Frame.of(mean, standard_deviation)
    centre = finite(frame.number(mean, "the prior's mean"), "the prior's mean")
    what = "the prior's standard deviation"
    sd = positive(frame.number(standard_deviation, what, difference=True), what)
    return NormalPrior(
        centre,
        sd,
        frame.unit,
        name or f"normal, mean {shown(centre, frame)}, standard deviation {shown(sd, frame)}",
    )


def uniform_prior(lower: Quantity, upper: Quantity, *, name: str = "") -> Prior:
    """Return a prior with all values between two limits equally likely.

    Raises:
        InputError: limits that cross or meet.
    """
    frame = Frame.of(lower, upper)
    low = finite(frame.number(lower, "the prior's lower limit"), "the prior's lower limit")
    high = finite(frame.number(upper, "the prior's upper limit"), "the prior's upper limit")
    if low >= high:
        raise InputError(f"a uniform prior from {lower} to {upper} has no width", code="limits-crossed")
    text = name or f"uniform, {shown(low, frame)} to {shown(high, frame)}"
    return _Steps(np.array([low, high]), np.array([1.0]), frame.unit, text)


@asks(values=FIGURES)
def empirical_prior(values: Quantity, *, name: str = "") -> Prior:
    """Return a prior that holds just the values once found on items of this kind, each equally likely.

    Raises:
        InputError: fewer than two values, or one that is not finite.
    """
    frame = Frame.of(values)
    found = np.ravel(np.asarray(getattr(values, "_magnitude", values), dtype=np.float64))
    if found.size < 2 or not np.isfinite(found).all():
        raise InputError("an empirical prior needs two or more finite values", code="samples")
    return _Points(found, frame.unit, name or f"empirical, {found.size} values")


@asks(edges=FIGURES, counts=FIGURES)
def histogram_prior(edges: Quantity, counts: Sequence[float], *, name: str = "") -> Prior:
    """Return a prior from a histogram: uniform inside each bin.

    Raises:
        InputError: edges that do not rise, counts that are negative, all zero, or do not match the edges.
    """
    frame = Frame.of(edges)
    borders = np.asarray(getattr(edges, "_magnitude", edges), dtype=np.float64)
    weights = np.asarray(counts, dtype=np.float64)
    if borders.ndim != 1 or weights.shape != (borders.size - 1,):
        raise InputError(f"{borders.size} edges need one count less, not {weights.size}", code="histogram")
    if not (np.isfinite(borders).all() and (np.diff(borders) > 0).all()):
        raise InputError("the edges of a histogram are finite and rise", code="histogram")
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.sum() > 0):
        raise InputError("the counts of a histogram are not negative and not all zero", code="histogram")
    text = name or f"histogram, {weights.size} bins"
    return _Steps(borders, weights / weights.sum(), frame.unit, text)


@asks(density=CALLABLE)
def density_prior(
    density: Callable[[Floats], Floats], lower: Quantity, upper: Quantity, *, name: str
) -> Prior:
    """Return a prior of any density between two limits; it is brought to unit area.

    Args:
        density: takes an array of values (in the unit of `lower`), returns their densities.
        lower: where the density begins.
        upper: where it ends, beyond which nothing that counts is left.
        name: printed with every risk.

    Raises:
        InputError: no name, limits that cross, or a density that is negative or has no area.
    """
    frame = Frame.of(lower, upper)
    low, high = frame.number(lower, "the prior's lower limit"), frame.number(upper, "the prior's upper limit")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"a density from {lower} to {upper} has no finite width", code="limits-crossed")
    if not name:
        raise InputError("a prior that is printed needs a name", code="no-name")
    x, w = panels(low, high, np.linspace(low, high, 257).tolist())
    found = np.asarray(density(x), dtype=np.float64)
    total = float(np.sum(w * found)) if found.shape == x.shape else math.nan
    if not (np.all(found >= 0) and math.isfinite(total) and total > 0):
        raise InputError(
            f"the density {name!r} is negative, not finite or zero between its limits", code="density"
        )
    made = _Density(density, low, high, total, frame.unit, name)
    # A peak that falls between the nodes would change the area as soon as there are more of them.
    finer = float(np.sum(made.masses(np.linspace(low, high, 994).tolist())[1]))
    if abs(finer - 1.0) > _RESOLVED:
        raise InputError(
            f"the density {name!r} is too sharp, or jumps, between {lower} and {upper}",
            way_out="Narrow the limits to where it lives; a density with jumps is a histogram_prior.",
            code="density",
        )
    return made
