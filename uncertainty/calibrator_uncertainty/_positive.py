"""Quantities that cannot be negative, or lie between limits, by their moments or by their parameters."""

from __future__ import annotations

import math
from typing import TypeVar

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._shapes import Arcsine, Rectangular, Shape
from calibrator_uncertainty._skewed import Beta, Gamma, Lognormal, Weibull, weibull_like
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_in, figures_in

__all__ = ["beta", "gamma", "lognormal", "weibull"]

Kind = TypeVar("Kind", Beta, Gamma, Lognormal, Weibull)


def gamma(
    name: str,
    estimate: Quantity,
    u: Quantity,
    unit: str,
    *,
    shape: float | None = None,
    scale: Quantity = None,
    lower: Quantity = 0.0,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a gamma quantity from `lower` up, of a mean and u, or of a shape and a scale.

    Of a count q, about whose rate nothing else is known, the shape is q + 1 and the scale 1.

    Raises:
        InputError: neither or both of the two ways, a u that is not positive, a mean not above `lower`,
            parameters that are not positive.

    Source: JCGM 101:2008, 6.4.11 and table 1; M. Evans, N. Hastings, B. Peacock, Statistical Distributions.

    Example:
        >>> counted = gamma("n", None, None, "", shape=99 + 1, scale=1.0)
        >>> counted.estimate, counted.u
        (100.0, 10.0)
    """
    start = _figure(lower, unit, name, "lower")
    moments = _by_moments(name, (estimate, u), {"shape": shape, "scale": scale}, source)
    if moments:
        mean, spread = _moments(name, estimate, u, unit, start)
        kind = _shape(Gamma, name, (mean / spread) ** 2)
    else:
        kind, width = _shape(Gamma, name, shape), _positive(scale, unit, name, "scale")
        mean, spread = kind.shape * width, math.sqrt(kind.shape) * width
    return Input(name, start + mean, unit, spread, math.inf, kind, source, shared)


def lognormal(
    name: str,
    estimate: Quantity,
    u: Quantity,
    unit: str,
    *,
    median: Quantity = None,
    sigma: float | None = None,
    lower: Quantity = 0.0,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a lognormal quantity above `lower`, of a mean and u, or of a median and sigma of its logarithm.

    Raises:
        InputError: as `gamma`.

    Source: M. Evans, N. Hastings, B. Peacock, Statistical Distributions.

    Example:
        >>> round(lognormal("c", 10.0, 1.0, "mg").distribution.sigma, 4)
        0.0998
    """
    start = _figure(lower, unit, name, "lower")
    moments = _by_moments(name, (estimate, u), {"median": median, "sigma": sigma}, source)
    if moments:
        mean, spread = _moments(name, estimate, u, unit, start)
        kind = _shape(Lognormal, name, math.sqrt(math.log1p((spread / mean) ** 2)))
    else:
        kind = _shape(Lognormal, name, sigma)
        middle = _figure(median, unit, name, "median") - start
        if not middle > 0.0:
            raise InputError(
                f"the median of {name} is not above lower = {start:g}",
                way_out="Give a lower `lower`, or draws of the quantity with from_samples().",
                code="shape",
            )
        mean = middle * math.exp(0.5 * kind.sigma**2)
        spread = mean * math.sqrt(math.expm1(kind.sigma**2))
    return Input(name, start + mean, unit, spread, math.inf, kind, source, shared)


def weibull(
    name: str,
    estimate: Quantity,
    u: Quantity,
    unit: str,
    *,
    shape: float | None = None,
    scale: Quantity = None,
    lower: Quantity = 0.0,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a Weibull quantity from `lower` up, of a mean and u, or of a shape and a scale.

    Raises:
        InputError: as `gamma`; a shape below 0.2 or above 200.

    Source: M. Evans, N. Hastings, B. Peacock, Statistical Distributions.

    Example:
        >>> weibull("life", None, None, "h", shape=1.0, scale=500.0).estimate
        500.0
    """
    start = _figure(lower, unit, name, "lower")
    moments = _by_moments(name, (estimate, u), {"shape": shape, "scale": scale}, source)
    if moments:
        mean, spread = _moments(name, estimate, u, unit, start)
        kind = weibull_like(spread / mean, name)
    else:
        kind, width = _shape(Weibull, name, shape), _positive(scale, unit, name, "scale")
        mean, spread = kind.mean * width, kind.deviation * width
    return Input(name, start + mean, unit, spread, math.inf, kind, source, shared)


def beta(
    name: str,
    estimate: Quantity,
    u: Quantity,
    unit: str,
    *,
    lower: Quantity,
    upper: Quantity,
    alpha: float | None = None,
    beta: float | None = None,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a beta quantity between two limits, of a mean and u, or of alpha and beta.

    With both 1 it is a rectangle, with both 0.5 an arcsine, and is one in everything (k = 1.65 or 1.41).

    Raises:
        InputError: limits that cross, a mean outside them, a u that no beta between them has; else as
            `gamma`.

    Source: M. Evans, N. Hastings, B. Peacock, Statistical Distributions.

    Example:
        >>> beta("part", None, None, "", lower=0.0, upper=1.0, alpha=1.0, beta=3.0).estimate
        0.25
    """
    low, high = _figure(lower, unit, name, "lower"), _figure(upper, unit, name, "upper")
    if not -math.inf < low < high < math.inf:
        raise InputError(
            f"the lower limit of {name}, {low:g}, is not below the upper one, {high:g}", code="limits-crossed"
        )
    width = high - low
    if _by_moments(name, (estimate, u), {"alpha": alpha, "beta": beta}, source):
        mean, spread = _moments(name, estimate, u, unit, low)
        part = mean / width
        total = part * (1.0 - part) / (spread / width) ** 2 - 1.0
        if not (part < 1.0 and total > 0.0):
            raise InputError(
                f"no beta distribution between {low:g} and {high:g} has the mean {low + mean:g} and "
                f"u = {spread:g}, as {name} should",
                where=source,
                way_out="The mean lies between the limits, and u² is less than the product of its distances "
                "from both; what is distributed otherwise is given by draws with from_samples().",
                code="shape",
            )
        kind = _shape(Beta, name, part * total, (1.0 - part) * total)
    else:
        kind = _shape(Beta, name, alpha, beta)
        mean, spread = kind.mean * width, kind.deviation * width
    same: dict[Beta, Shape] = {Beta(1.0, 1.0): Rectangular(), Beta(0.5, 0.5): Arcsine()}
    return Input(name, low + mean, unit, spread, math.inf, same.get(kind, kind), source, shared)


def _by_moments(
    name: str, moments: tuple[Quantity, Quantity], others: dict[str, Quantity], source: str
) -> bool:
    """Tell whether an input is given by its estimate and u, refuse what is neither or both."""
    first = [one is not None for one in moments]
    second = [one is not None for one in others.values()]
    if all(first) and not any(second):
        return True
    if all(second) and not any(first):
        return False
    raise InputError(
        f"{name} is given neither by its estimate and u alone, nor by its {' and '.join(others)} alone",
        where=source,
        way_out=f"Give both of one pair; beside {' and '.join(others)} the estimate and u are None.",
        code="moments",
    )


def _moments(name: str, estimate: Quantity, u: Quantity, unit: str, start: float) -> tuple[float, float]:
    """Return the distance of the mean from the lower end, and u, both positive."""
    mean = _figure(estimate, unit, name, "estimate") - start
    if not 0.0 < mean < math.inf:
        raise InputError(
            f"the estimate of {name} is not above lower = {start:g}, where the quantity begins",
            way_out="Give `lower`, below which the quantity cannot be, or draws of it with from_samples().",
            code="shape",
        )
    return mean, _positive(u, unit, name, "u")


def _figure(value: Quantity, unit: str, name: str, what: str) -> float:
    return one_number(figures_in(value, unit, name), f"{what} of {name}")


def _positive(value: Quantity, unit: str, name: str, what: str) -> float:
    found = one_number(difference_in(value, unit, name), f"{what} of {name}")
    if not 0.0 < found < math.inf:
        raise InputError(
            f"{what} of {name} is {found}; it is positive",
            way_out="What has another distribution is given by draws of it with from_samples().",
            code="shape",
        )
    return found


def _shape(kind: type[Kind], name: str, *figures: object) -> Kind:
    """Return a shape of figures that are numbers."""
    return kind(*(one_number(one, f"a parameter of {name}") for one in figures))
