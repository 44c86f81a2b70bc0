"""Specific risk: what one measured item tells about its own true value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._coverage import row_of
from calibrator_uncertainty._dominant import shaped_one
from calibrator_uncertainty._doors import LIMITS, NUMBER, PRIOR, asks, optional
from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, Limits, Zone, finite, positive
from calibrator_uncertainty.risk._priors import NormalPrior, Prior
from calibrator_uncertainty.risk._quadrature import Shares, around, error_cdf, error_logs

__all__ = [
    "SpecificRisk",
    "bent_of",
    "measured_of",
    "outside",
    "percent",
    "shares_of",
    "specific_risk",
    "spread_of",
]

NO_PRIOR = "no prior"


@dataclass(frozen=True, slots=True)
class SpecificRisk:
    """Where the true value of one measured item lies: probabilities that add up to 1.

    `pfa` is the specific probability of false accept if the item is accepted, `pfr` that of false reject if
    it is rejected. `prior` says "no prior", or which one was used; it is never a global risk.
    """

    below: float
    conformance: float
    above: float
    prior: str = NO_PRIOR

    @property
    def pfa(self) -> float:
        """Probability that the true value lies outside the limits."""
        return self.below + self.above

    @property
    def pfr(self) -> float:
        """Probability that the true value lies inside the limits."""
        return self.conformance

    def __str__(self) -> str:
        named = self.prior if self.prior == NO_PRIOR else f"prior: {self.prior}"
        return f"specific PFA {percent(self.pfa)} ({named})"


def percent(probability: float) -> str:
    """Return a probability in per cent to two significant digits, from halves to even."""
    from calibrator_uncertainty._rounding import plain, round_uncertainty

    return f"{plain(round_uncertainty(max(0.0, probability) * 100.0))} %"


@asks(limits=LIMITS, dof=NUMBER, prior=optional(PRIOR))
def specific_risk(
    measured: Quantity,
    limits: Limits,
    *,
    u: Quantity = None,
    dof: float = math.inf,
    rectangles: Iterable[Quantity] = (),
    arcsine: Quantity = None,
    prior: Prior | None = None,
) -> SpecificRisk:
    """Return the probabilities that the true value lies below, inside and above the limits.

    Args:
        measured: the measured value, or an uncertain quantity that brings its own u and dof.
        limits: tolerance limits, one- or two-sided.
        u: standard uncertainty of a plain value.
        dof: degrees of freedom of u; finite means a scaled t distribution.
        rectangles: |c·u| of the rectangular contributions to the u of a plain value, of which the two
            largest make the distribution of the true value, whatever part of u they are.
        arcsine: |c·u| of the largest U-shaped contribution to u, alike.
        prior: what was known about the item before, combined with the measurement by Bayes' rule.

    What else makes u, also a third rectangle, is the rest: normal, or with finite `dof` a t with those that
    Welch and Satterthwaite's formula leaves to it (fewer than 2.05 as 2.05). Where that are fewer than 1,
    which says that `dof` is not of the rest alone, the true value is distributed as t on the whole.

    Raises:
        InputError: figures that cannot be, several measured values, a prior that excludes the one.

    Source: JCGM 106:2012, 7.1-7.5 (conformance probability), 9.4 (specific risk), 6.3 (posterior).

    Example:
        >>> f"{specific_risk(13.6, Limits(12.5, 16.3), u=1.8).conformance:.2f}"
        '0.66'
    """
    frame = Frame.of_prior(prior, limits, measured, u)
    value, spread, freedom, shares = measured_of(measured, u, dof, frame, rectangles, arcsine)
    zone = frame.zone(limits)
    if prior is None:
        return _by_measurement(value, spread, freedom, zone, NO_PRIOR, shares)
    if isinstance(prior, NormalPrior) and math.isinf(freedom) and shares is None:
        # The product of two normal densities is a normal density (JCGM 106, A.4.3).
        total = math.hypot(prior.sd, spread)
        share = (prior.sd / total) ** 2 if total > 0.0 else 1.0
        centre = prior.mean + share * (value - prior.mean)
        return _by_measurement(
            centre, prior.sd * spread / total if total else 0.0, math.inf, zone, prior.name
        )
    return _by_quadrature(value, spread, freedom, zone, prior, shares)


def measured_of(  # noqa: PLR0917 - a value and what is known of it
    measured: Quantity,
    u: Quantity,
    dof: float,
    frame: Frame,
    rectangles: Iterable[Quantity] = (),
    arcsine: Quantity = None,
) -> tuple[float, float, float, Shares]:
    """Return value, u, degrees of freedom and the shapes of the error in the unit of the frame.

    Raises:
        InputError: no u where the value has none, two of them, or figures that cannot be.
    """
    held = getattr(measured, "_magnitude", measured)
    if getattr(held, "shape", ()) or isinstance(held, list | tuple):
        raise InputError(
            "there are several measured values, and a specific risk is that of one",
            way_out="Take an element, q[0], or conformance_probabilities() for all of them at once.",
            code="several",
        )
    if isinstance(held, UncertainArray):
        if u is not None:
            raise InputError("the measured value brings its own uncertainty; u is given twice", code="twice")
        from calibrator_uncertainty._issued import arcsine_of, rectangles_of
        from calibrator_uncertainty._quantity import estimate, standard_uncertainty

        value = finite(frame.number(estimate(measured), "the measured value"), "the measured value")
        spread = positive(frame.number(standard_uncertainty(measured), "u", difference=True), "u")
        own, dof = float(held.u), degrees(float(held.dof))
        parts = tuple(one / own for one in rectangles_of(held)) if own else ()
        return value, spread, dof, shaped_one(parts, arcsine_of(held) / own if own else 0.0, dof)
    if u is None:
        raise InputError(
            "a probability needs the standard uncertainty u of the measured value",
            way_out="Give u, or an uncertain quantity, which brings it, as result.uncertain() of a budget.",
            code="no-uncertainty",
        )
    value = finite(frame.number(measured, "the measured value"), "the measured value")
    spread = spread_of(u, frame)
    return value, spread, degrees(dof), shares_of(rectangles, spread, dof, frame, arcsine)


def shares_of(
    rectangles: Iterable[Quantity], u: float, dof: float, frame: Frame, arcsine: Quantity = 0.0
) -> Shares:
    """Return the shapes that these contributions to u make of an error.

    Raises:
        InputError: rectangles that are no row of |c·u|, or contributions that are larger than u together.
    """
    parts = [positive(rectangle_of(one, frame), "a rectangle") for one in row_of(rectangles)]
    if math.hypot(*parts) > u * (1.0 + 1e-9):
        raise InputError(
            f"the rectangles are {math.hypot(*parts):g} together, more than u = {u:g} that they are part of",
            way_out="Give |c·u| of each, its half-width divided by the square root of 3.",
            code="number",
        )
    bent = positive(bent_of(arcsine, frame), "the U-shaped contribution")
    if math.hypot(*parts, bent) > u * (1.0 + 1e-9):
        beside = f" beside rectangles of {math.hypot(*parts):g}" if parts else ""
        raise InputError(
            f"the U-shaped contribution is {bent:g}{beside}, more than u = {u:g} that it is part of",
            way_out="Give |c·u|, its half-width divided by the square root of 2.",
            code="number",
        )
    freedom = degrees(dof)
    return shaped_one(tuple(one / u for one in parts), bent / u, freedom) if u else None


def spread_of(u: Quantity, frame: Frame) -> float:
    """Return the standard uncertainty of a measurement as a float in the frame's unit.

    Raises:
        InputError: it is an uncertain quantity, or cannot be.
    """
    if isinstance(getattr(u, "_magnitude", u), UncertainArray):
        raise InputError(
            "u is an uncertain quantity; it is a standard uncertainty here",
            way_out="Give standard_uncertainty(q), and its dof, rectangles and arcsine where it has them.",
            code="uncertain",
        )
    return positive(frame.number(u, "u", difference=True), "u")


def degrees(dof: float) -> float:
    """Return degrees of freedom of at least 1.

    Raises:
        InputError: below 1 or NaN.
    """
    if math.isnan(dof) or dof < 1:
        raise InputError(f"dof = {dof}: degrees of freedom are 1 or more", code="dof")
    return dof


def rectangle_of(one: Quantity, frame: Frame, what: str = "a rectangle") -> float:
    """Return |c·u| of a rectangle in the frame's unit.

    Raises:
        InputError: it is no number.
        UnitsError: it has a unit beside plain figures, or another dimension.
    """
    if frame.unit is None and hasattr(one, "_magnitude"):
        raise UnitsError(
            f"{what} is in {one.units}, the other figures are plain numbers",
            way_out="Give every figure its unit, or none.",
            code="no-unit",
        )
    one_number(getattr(one, "_magnitude", one), what)
    return frame.number(one, what, difference=True)


def bent_of(arcsine: Quantity, frame: Frame) -> float:
    """Return |c·u| of a U-shaped contribution in the frame's unit, 0 where None or 0 says that there is none.

    Raises:
        InputError: it is no number.
        UnitsError: it has a unit beside plain figures, or another dimension.
    """
    if arcsine is None or (isinstance(arcsine, float | int) and arcsine == 0):
        return 0.0
    return rectangle_of(arcsine, frame, "the U-shaped contribution")


def outside(value: float, u: float, dof: float, zone: Zone, shares: Shares = None) -> tuple[float, float]:
    """Return the probabilities below and above the zone of a true value known as `value`, `u`, `dof`."""
    if u == 0.0:
        return float(value < zone.low), float(value > zone.high)
    below, above = error_cdf(np.array([(zone.low - value) / u, (value - zone.high) / u]), dof, shares)
    return float(below), float(above)


def _by_measurement(  # noqa: PLR0917 - what was measured, and against what
    value: float, u: float, dof: float, zone: Zone, name: str, shares: Shares = None
) -> SpecificRisk:
    below, above = outside(value, u, dof, zone, shares)
    return SpecificRisk(below, max(0.0, 1.0 - below - above), above, name)


def _by_quadrature(  # noqa: PLR0917 - what was measured, and against what
    value: float, u: float, dof: float, zone: Zone, prior: Prior, shares: Shares
) -> SpecificRisk:
    if u == 0.0:
        return _by_measurement(value, u, dof, zone, prior.name)
    breaks = [zone.low, zone.high, *around(value, u, heavy=math.isfinite(dof), shares=shares)]
    x, mass = prior.masses(breaks)
    held = mass > 0.0
    if not held.any():
        raise InputError(f"the prior {prior.name} has no probability", code="prior")
    x, mass = x[held], mass[held]
    with np.errstate(over="ignore"):  # far from the measured value nothing is likely
        logs = error_logs((x - value) / u, dof, shares)
    if not np.isfinite(logs.max()):
        raise InputError(
            f"beside u = {u:g} the prior ({prior.name}) and the measured value {value:g} cannot be combined",
            way_out="Leave the prior out: it adds nothing to so exact a measurement, or excludes it.",
            code="prior",
        )
    weight = mass * np.exp(logs - logs.max())
    total = float(weight.sum())
    below, above = float(weight[x < zone.low].sum()) / total, float(weight[x > zone.high].sum()) / total
    return SpecificRisk(below, max(0.0, 1.0 - below - above), above, prior.name)
