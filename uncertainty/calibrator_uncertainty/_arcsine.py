"""The coverage factor where one U-shaped contribution dominates: a mismatch, a sinusoidal disturbance."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from calibrator_uncertainty._coverage import DOMINANCE, plainly_known, probability_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["arcsine_dominates", "arcsine_factor", "arcsine_factors"]

_ANGLES = 4000
_STEPS = 61


def arcsine_factor(policy: str, part: float, u: float, dof: float = math.inf) -> float | None:
    """Return k where a U-shaped contribution |c·u| dominates `u`, None where it does not.

    It dominates where the rest is at most 0.3 of it. The rest is taken as normal, and k is the quantile of
    the sum of both: 1.41 at 95 % without any rest, which is U = a (k = 1.96 would be 1.39 a). Where the
    effective `dof` of the sum are not practically infinite, k follows t (JCGM 100:2008, G.4).

    Source: JCGM 100:2008, 4.3.5 and G.1.4 (k from the distribution of the sum); JCGM 101:2008, 6.4.6. The
    limit of dominance is that of EA-4/02 M:2022, S9.14.

    Example:
        >>> arcsine_factor("p95", 1.0, 1.0), arcsine_factor("p95", 1.0, 2.0)
        (1.41, None)
    """
    if part < 0.9 * u:  # plainly not dominant (that begins at 0.958·u), without the cost of arrays
        return None
    found = float(arcsine_factors(policy, np.array([part]), np.array([u]), np.array([dof]))[0])
    return None if np.isnan(found) else found


def arcsine_dominates(part: float, u: float, dof: float) -> bool:
    """Tell whether a U-shaped contribution |c·u| makes the distribution of the sum, as it makes its k."""
    if part <= 0.0 or part < 0.9 * u:
        return False
    rest = math.sqrt(max(0.0, (u - part) * (u + part)))
    return rest <= DOMINANCE * part and bool(plainly_known(dof, rest / u))


def arcsine_factors(policy: str, part: Floats, u: Floats, dof: Floats) -> Floats:
    """Return k for arrays of points, NaN where the U-shaped contribution does not dominate."""
    found = np.full(u.shape, np.nan)
    if policy == "k2":
        return found
    rest = np.sqrt(np.maximum(0.0, (u - part) * (u + part)))
    dominant = (part > 0.0) & (rest <= DOMINANCE * part)
    with np.errstate(invalid="ignore", divide="ignore"):
        dominant &= plainly_known(dof, rest / u)
    if dominant.any():
        ratios, factors = _table(probability_of(policy))
        found[dominant] = np.round(np.interp(rest[dominant] / part[dominant], ratios, factors), 2)
    return found


@lru_cache(maxsize=16)
def _table(probability: float) -> tuple[Floats, Floats]:
    """Return k over the ratio of the rest to the U-shaped contribution."""
    from scipy.special import ndtr

    ratios = np.linspace(0.0, DOMINANCE, _STEPS)
    # √2·cos of an even angle is the distribution with standard deviation 1
    deviates = np.sqrt(2.0) * np.cos(np.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES)
    low, high = np.zeros(_STEPS), np.full(_STEPS, 8.0)
    for _ in range(48):
        middle = 0.5 * (low + high)
        with np.errstate(divide="ignore"):
            inside = 2.0 * ndtr((middle[:, None] - deviates) / ratios[:, None]).mean(axis=1) - 1.0
        too_low = inside < probability
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    factors = high / np.sqrt(1.0 + ratios**2)
    factors[0] = np.sqrt(2.0) * np.sin(0.5 * np.pi * probability)
    return ratios, factors
