"""Global risk: how often a decision rule errs over all the items that it will judge."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from calibrator_uncertainty._doors import LIMITS, NUMBER, PRIOR, asks, optional
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, Limits, Zone
from calibrator_uncertainty.risk._priors import Prior
from calibrator_uncertainty.risk._quadrature import Floats, Shares, around, error_cdf
from calibrator_uncertainty.risk._specific import degrees, percent, shares_of, spread_of

__all__ = ["GlobalRisk", "global_risk", "risk_of"]


@dataclass(frozen=True, slots=True)
class GlobalRisk:
    """The four fates of an item that is yet to be measured; their probabilities add up to 1.

    `pfa` (accepted though outside) and `pfr` (rejected though inside) are the consumer's and the producer's
    risk of JCGM 106:2012, 9.5: shares of *all* items. `conditional_pfa` is the share among the accepted.
    `prior` names how the true values were taken to be spread.
    """

    pfa: float
    pfr: float
    true_accept: float
    true_reject: float
    prior: str

    @property
    def in_tolerance(self) -> float:
        """Probability that an item conforms, before it is measured."""
        return self.true_accept + self.pfr

    @property
    def accepted(self) -> float:
        """Probability that an item will be accepted (observed reliability)."""
        return self.true_accept + self.pfa

    @property
    def conditional_pfa(self) -> float:
        """Share of nonconforming items among the accepted; 0 where none is accepted."""
        return self.pfa / self.accepted if self.accepted > 0.0 else 0.0

    @property
    def conditional_pfr(self) -> float:
        """Share of conforming items among the rejected; 0 where none is rejected."""
        rejected = self.pfr + self.true_reject
        return self.pfr / rejected if rejected > 0.0 else 0.0

    def __str__(self) -> str:
        return f"global PFA {percent(self.pfa)}, PFR {percent(self.pfr)} (prior: {self.prior})"


@asks(limits=LIMITS, prior=PRIOR, acceptance=optional(LIMITS), dof=NUMBER)
def global_risk(
    limits: Limits,
    u: Quantity,
    prior: Prior,
    *,
    acceptance: Limits | None = None,
    guard_band: Quantity = None,
    dof: float = math.inf,
    rectangles: Iterable[Quantity] = (),
    arcsine: Quantity = None,
) -> GlobalRisk:
    """Return the global risks of accepting what is measured inside the acceptance limits.

    Args:
        limits: tolerance limits, one- or two-sided, symmetric or not.
        u: standard uncertainty of the measurement.
        prior: how the true values of the items are spread.
        acceptance: acceptance limits; without them, and without a guard band, the tolerance limits.
        guard_band: width taken off inside each limit; negative widens.
        dof: degrees of freedom of u; finite means errors of a scaled t distribution.
        rectangles: |c·u| of the rectangular contributions to u, of which the two largest make the
            distribution of the errors, as in `specific_risk`.
        arcsine: |c·u| of the largest U-shaped contribution to u, alike.

    Raises:
        InputError: figures that cannot be, or both an acceptance zone and a guard band.

    Source: JCGM 106:2012, 9.5 (equations 17-20).
    """
    frame = Frame.of_prior(prior, limits, u, acceptance, guard_band)
    zone = frame.zone(limits)
    spread = spread_of(u, frame)
    if acceptance is not None and guard_band is not None:
        raise InputError("an acceptance zone and a guard band are given; one of them is enough", code="twice")
    if acceptance is not None:
        accept = frame.zone(acceptance)
    else:
        width = 0.0 if guard_band is None else frame.number(guard_band, "the guard band", difference=True)
        if not math.isfinite(width):
            raise InputError(f"the guard band is {width}", code="not-finite")
        accept = zone.shrunk(width)
    return risk_of(
        zone, accept, spread, degrees(dof), prior, shares_of(rectangles, spread, dof, frame, arcsine)
    )


def risk_of(  # noqa: PLR0917 - limits, what measures, and what is measured
    zone: Zone, accept: Zone, u: float, dof: float, prior: Prior, shares: Shares = None
) -> GlobalRisk:
    """Return the global risks for floats in the prior's unit."""
    heavy = math.isfinite(dof)
    breaks = [b for b in (zone.low, zone.high) if math.isfinite(b)]
    for limit in (accept.low, accept.high):
        breaks += around(limit, u, heavy=heavy, shares=shares)
    x, mass = prior.masses(breaks)
    taken, left = _accepted(x, accept, u, dof, shares)
    inside = (x >= zone.low) & (x <= zone.high)
    fates = (
        float(np.sum((mass * taken)[~inside])),
        float(np.sum((mass * left)[inside])),
        float(np.sum((mass * taken)[inside])),
        float(np.sum((mass * left)[~inside])),
    )
    # What quadrature leaves of the area 1 is spread over the four, so that they add up to it.
    total = math.fsum(fates)
    pfa, pfr, true_accept, true_reject = (fate / total for fate in fates)
    return GlobalRisk(pfa, pfr, true_accept, true_reject, prior.name)


def _accepted(x: Floats, accept: Zone, u: float, dof: float, shares: Shares) -> tuple[Floats, Floats]:
    """Return the probabilities of acceptance and of rejection of items with the true values `x`."""
    if accept.low > accept.high:
        return np.zeros_like(x), np.ones_like(x)
    if u == 0.0:
        taken = ((x >= accept.low) & (x <= accept.high)).astype(np.float64)
        return taken, 1.0 - taken
    with np.errstate(over="ignore"):  # beside a vanishing u every distance is infinite, which is right
        low, high = (accept.low - x) / u, (accept.high - x) / u
    above_low, above_high = error_cdf(-low, dof, shares), error_cdf(-high, dof, shares)
    below_low, below_high = error_cdf(low, dof, shares), error_cdf(high, dof, shares)
    left = below_low + above_high
    # Of two nearly equal numbers near 1 the difference is taken from their complements.
    taken = np.where(low > 0.0, above_low - above_high, below_high - below_low)
    return np.clip(taken, 0.0, 1.0), np.clip(left, 0.0, 1.0)
