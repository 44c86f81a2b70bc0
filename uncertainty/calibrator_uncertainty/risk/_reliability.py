"""Priors from the share of instruments that came back in tolerance."""

from __future__ import annotations

import math

from calibrator_uncertainty._doors import LIMITS, NUMBER, WHOLE, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, Limits, Zone, finite, positive
from calibrator_uncertainty.risk._priors import NormalPrior, Prior, shown

__all__ = ["in_tolerance_lower_bound", "reliability_prior"]


@asks(observed=NUMBER, limits=LIMITS)
def reliability_prior(
    observed: float, limits: Limits, *, u: Quantity = None, mean: Quantity = None, name: str = ""
) -> Prior:
    """Return the normal prior of instruments of which the share `observed` was found in tolerance.

    The observed spread holds the measurement error too: with `u` it is taken out, so that the prior is that
    of the true values. The mean is the middle of two-sided limits unless it is given.

    Args:
        observed: share found inside the limits, between 0 and 1 (end-of-period reliability).
        limits: the limits that they were held against.
        u: standard uncertainty of those measurements; without it `observed` is taken as the true share.
        mean: mean of the true values; needed with one-sided limits.
        name: printed instead of the description.

    Raises:
        InputError: a share that cannot be, a mean outside the limits, or more spread in the measurement than
            was observed at all.

    Source: Z540.3 handbook, method 2 (measurement reliability); JCGM 106:2012, 9.5.2.

    Example:
        >>> reliability_prior(0.95, Limits(-1, 1)).name
        'normal from an observed reliability of 95 %, mean 0, standard deviation 0.5102'
    """
    if not 0.0 < observed < 1.0:
        raise InputError(
            f"a reliability of {observed} does not lie between 0 and 1",
            way_out="For no failures at all use in_tolerance_lower_bound(passed, tested).",
            code="probability",
        )
    frame = Frame.of(limits, u, mean)
    zone = frame.zone(limits)
    spread = 0.0 if u is None else positive(frame.number(u, "u", difference=True), "u")
    centre = _centre(zone) if mean is None else finite(frame.number(mean, "the mean"), "the mean")
    if not zone.low < centre < zone.high:
        raise InputError(f"the mean {centre} of the prior lies outside the limits", code="mean")
    total = _spread_for(observed, zone, centre)
    if total <= spread:
        raise InputError(
            f"an observed reliability of {observed} needs a spread of {total:.3g}, "
            f"less than the measurement's own u = {spread:.3g}",
            way_out="Check u, or the share: such instruments could not have passed as often.",
            code="spread",
        )
    sd = math.sqrt((total - spread) * (total + spread))
    text = name or (
        f"normal from an observed reliability of {observed * 100:.4g} %, "
        f"mean {shown(centre, frame)}, standard deviation {shown(sd, frame)}"
    )
    return NormalPrior(centre, sd, frame.unit, text)


def _centre(zone: Zone) -> float:
    if math.isinf(zone.half_width):
        raise InputError(
            "with one-sided limits a reliability alone fixes no prior",
            way_out="Give the mean of the true values.",
            code="one-sided",
        )
    return (zone.low + zone.high) / 2.0


def _spread_for(observed: float, zone: Zone, centre: float) -> float:
    """Return the standard deviation that puts the share `observed` inside the zone; bisection in its log."""
    low_exponent, high_exponent = -30.0, 30.0
    scale = min(x for x in (zone.high - centre, centre - zone.low) if math.isfinite(x))
    one_sided = math.isinf(zone.half_width)
    if one_sided and observed <= 0.5:
        raise InputError(
            f"with the mean inside one limit at least half are in tolerance, not {observed}",
            code="probability",
        )
    for _ in range(200):
        middle = (low_exponent + high_exponent) / 2.0
        share = NormalPrior(centre, scale * math.exp(middle), None, "").probability(zone)
        if share > observed:
            low_exponent = middle
        else:
            high_exponent = middle
    return scale * math.exp((low_exponent + high_exponent) / 2.0)


@asks(passed=WHOLE, tested=WHOLE, confidence=NUMBER)
def in_tolerance_lower_bound(passed: int, tested: int, *, confidence: float = 0.95) -> float:
    """Return the reliability that counts exclude to be lower, at a one-sided confidence.

    Raises:
        InputError: counts that cannot be, or a confidence outside 0 to 1.

    Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404.

    Example:
        >>> round(in_tolerance_lower_bound(59, 59), 3)
        0.95
    """
    if not 0 <= passed <= tested or tested < 1:
        raise InputError(f"{passed} of {tested} in tolerance cannot be", code="counts")
    if not 0.0 < confidence < 1.0:
        raise InputError(f"a confidence of {confidence} does not lie between 0 and 1", code="probability")
    if passed == 0:
        return 0.0
    from scipy.special import betaincinv

    return float(betaincinv(passed, tested - passed + 1, 1.0 - confidence))
