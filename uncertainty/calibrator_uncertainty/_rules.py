"""Decision rules beyond w = U: by a share, by a risk, by squares, by what is proved, by JJF 1094."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from calibrator_uncertainty._errors import InputError

__all__ = ["FURTHER", "TARGETS", "Ruling", "rule_on"]

Verdict = Literal["pass", "conditional pass", "conditional fail", "fail", "undetermined"]

TARGETS = {"pfa-1": 0.01, "pfa-2": 0.02, "pfa-2.5": 0.025, "pfa-5": 0.05}
"""Rules that accept where the specific probability of false accept is at most so much."""

FURTHER = ("guard-band-u-binary", "iso14253", "jjf1094", "rss", "z540.3-6", *TARGETS)
_PROVED = 0.05  # ISO 14253-1:2017: conformity and nonconformity are proved at 95 %
_EXACT = 1e-9  # share of a probability that is float arithmetic


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule says: verdict, guard band, whether it leaves no acceptance zone."""

    verdict: Verdict
    guard_band: float
    empty: bool


def rule_on(
    rule: str,
    *,
    excess: float,
    span: float,
    U: float,
    u: float,
    dof: float,
    low: float,
    high: float,
    pfa: float,
    rectangles: tuple[float, ...] = (),
    arcsine: float | None = None,
) -> Ruling:
    """Return what one of the `FURTHER` rules says.

    Args:
        rule: its name.
        excess: how far outside the limits the value lies; negative inside.
        span: what float arithmetic may have moved it by.
        U: expanded uncertainty at 95 %.
        u: standard uncertainty.
        dof: its degrees of freedom.
        low: lower limit, may be infinite.
        high: upper limit, may be infinite.
        pfa: specific probability that the true value lies outside.
        rectangles: |c·u| of the rectangular contributions to u.
        arcsine: |c·u| of the largest U-shaped one.

    Raises:
        InputError: one-sided limits for a rule that rests on the ratio T/U.

    Source: ILAC-G8:09/2019, 4.2.2; ISO 14253-1:2017, 5 and 6; JJF 1094-2002, 5.3.1; JCGM 106:2012, 8.3.3;
    ANSI/NCSL Z540.3 handbook, method 6.
    """
    half = (high - low) / 2
    if rule == "jjf1094":
        return _jjf1094(excess, span, U, half, min(half, _size(low, high)))
    none_left = half - span <= U  # U >= T: no acceptance zone, whatever narrower band a rule would take
    if rule in TARGETS or rule == "iso14253":
        target = TARGETS.get(rule, _PROVED)
        width, empty = _by_risk(low, high, u, dof, target, rectangles, arcsine)
        empty = empty or none_left
        return Ruling(_by_probability(rule, pfa, target, empty=empty), width, empty)
    width = _width(rule, U, low, high)
    empty = none_left or (width > 0 and width >= half - span)
    inside = excess <= -width + span and not empty
    if inside:
        return Ruling("pass", width, empty)
    margin = rule != "guard-band-u-binary" and excess <= span
    return Ruling("conditional pass" if margin else "fail", width, empty)


def _size(low: float, high: float) -> float:
    return max(abs(limit) for limit in (low, high) if math.isfinite(limit))


def _by_probability(rule: str, pfa: float, target: float, *, empty: bool) -> Verdict:
    """Accept at most so much risk; what is proved neither way is undetermined where the rule knows that."""
    if pfa <= target * (1 + _EXACT) and not empty:
        return "pass"
    if rule == "iso14253" and 1 - pfa > target * (1 + _EXACT):
        return "undetermined"
    return "fail"


def _by_risk(  # noqa: PLR0917 - limits, what the value is known by, and the risk
    low: float,
    high: float,
    u: float,
    dof: float,
    target: float,
    rectangles: tuple[float, ...],
    arcsine: float | None,
) -> tuple[float, bool]:
    from calibrator_uncertainty.risk import Limits, guard_band_for_specific_risk

    limits = Limits(low if math.isfinite(low) else None, high if math.isfinite(high) else None)
    band = guard_band_for_specific_risk(limits, u, target, dof=dof, rectangles=rectangles, arcsine=arcsine)
    return float(band.width), band.acceptance is None


def _width(rule: str, U: float, low: float, high: float) -> float:
    if rule == "guard-band-u-binary":
        return U
    if math.isinf(high - low):
        raise InputError(
            f"the rule {rule} rests on the ratio T/U, which one-sided limits do not have",
            way_out="Use guard-band-u, or a rule of a target risk.",
            code="one-sided",
        )
    from calibrator_uncertainty.risk import Limits, guard_band

    return float(guard_band("rss" if rule == "rss" else "z540.3-6", Limits(low, high), U).width)


def _jjf1094(excess: float, span: float, U: float, half: float, mpev: float) -> Ruling:
    """Compare directly where U95 <= MPEV/3, else in three zones with 待定 between them."""
    direct = mpev / 3 + span >= U
    if direct:
        return Ruling("pass" if excess <= span else "fail", 0.0, empty=False)
    empty = half - span <= U
    if excess <= -U + span and not empty:
        return Ruling("pass", U, empty)
    return Ruling("fail" if excess >= U - span else "undetermined", U, empty)
