"""Guard bands: by the rules of named documents, and by a target risk."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calibrator_uncertainty._doors import LIMITS, NUMBER, PRIOR, TEXT, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._global import risk_of
from calibrator_uncertainty.risk._limits import ARITHMETIC, Frame, Limits, Zone, positive
from calibrator_uncertainty.risk._priors import Prior
from calibrator_uncertainty.risk._quadrature import Shares
from calibrator_uncertainty.risk._specific import degrees, outside, shares_of, spread_of

__all__ = [
    "GuardBand",
    "band_for",
    "guard_band",
    "guard_band_for_global_risk",
    "guard_band_for_specific_risk",
    "z540_method_6_multiplier",
]

Rule = Literal[
    "simple",
    "ilac-g8",
    "iso14253",
    "iso14253:2013",
    "3-sigma",
    "6-sigma",
    "uncritical",
    "z540.3-5",
    "z540.3-6",
    "rss",
    "rp-10",
]

NO_ACCEPTANCE_ZONE = "no acceptance zone"
_FINEST = 1e-15  # of u, or of the width: to what a width is found
_MOST = 500  # steps
_SCALE = 129  # widths at which a risk is looked at that may rise and fall


@dataclass(frozen=True, slots=True)
class GuardBand:
    """The width taken off inside each limit, and the acceptance limits that are left.

    `acceptance` is None, and `note` says so, where nothing is left. `basis` names the rule, or the target and
    whether it is a specific or a global risk, and of which prior.
    """

    width: Quantity
    acceptance: Limits | None
    basis: str
    note: str = ""


@asks(tur=NUMBER)
def z540_method_6_multiplier(tur: float) -> float:
    """Return M of the guard band M·U95 that keeps the global PFA at 2 % whatever the in-tolerance share.

    From a ratio of about 4.6 on no guard band is needed, and M is 0.

    Raises:
        InputError: a ratio that is not positive.

    Source: ANSI/NCSL Z540.3 handbook, method 6; M. Dobbert, "A guard-band strategy for managing
    false-accept risk", NCSLI Measure 3 (2008) no. 4: M = 1.04 - exp(0.38 ln TUR - 0.54).

    Example:
        >>> round(z540_method_6_multiplier(2.0), 3), z540_method_6_multiplier(5.0)
        (0.282, 0.0)
    """
    if not tur > 0.0:
        raise InputError(f"a test uncertainty ratio of {tur} is not positive", code="tur")
    return max(0.0, 1.04 - math.exp(0.38 * math.log(tur) - 0.54))


def _of_method_6(half: float, U: float) -> float:
    return U * z540_method_6_multiplier(half / U) if U > 0.0 else 0.0


def _of_squares(half: float, U: float) -> float:
    return half - math.sqrt((half - U) * (half + U)) if half > U else half


def _of_rp_10(half: float, U: float) -> float:
    return max(0.0, U - 0.25 * half)


# rule: (its source, width from half-width T and U, whether it needs the ratio T/U)
_RULES: dict[str, tuple[str, Callable[[float, float], float], bool]] = {
    "simple": ("ILAC-G8:09/2019, 4.2.1; JCGM 106:2012, 8.2.1", lambda half, U: 0.0, False),
    "ilac-g8": ("ILAC-G8:09/2019, 4.2.2, w = U", lambda half, U: U, False),
    "iso14253": ("ISO 14253-1:2017, w = 0.83 U (ILAC-G8, table 1)", lambda half, U: 0.83 * U, False),
    "iso14253:2013": ("ISO 14253-1:2013, w = U", lambda half, U: U, False),
    "3-sigma": ("ILAC-G8:09/2019, table 1, w = 1.5 U", lambda half, U: 1.5 * U, False),
    "6-sigma": ("ILAC-G8:09/2019, table 1, w = 3 U", lambda half, U: 3.0 * U, False),
    "uncritical": ("ILAC-G8:09/2019, table 1, w = -U", lambda half, U: -U, False),
    "z540.3-5": ("ANSI/NCSL Z540.3 handbook, method 5, w = U95", lambda half, U: U, False),
    "z540.3-6": ("ANSI/NCSL Z540.3 handbook, method 6, w = M U95", _of_method_6, True),
    "rss": ("root of squares, A = sqrt(T^2 - U95^2)", _of_squares, True),
    "rp-10": ("NCSL RP-10, A = T (1.25 - 1/TUR)", _of_rp_10, True),
}


@asks(rule=TEXT, limits=LIMITS)
def guard_band(rule: Rule, limits: Limits, U: Quantity) -> GuardBand:
    """Return the guard band that a named rule asks for.

    Args:
        rule: `simple`, `ilac-g8`, `iso14253` (2017; `iso14253:2013`), `3-sigma`, `6-sigma`, `uncritical`
            (rejects only what is surely outside), `z540.3-5`, `z540.3-6`, `rss` or `rp-10`.
        limits: tolerance limits; T is half of two-sided limits.
        U: expanded uncertainty at 95 %.

    Raises:
        InputError: an unknown rule, or one that needs T/U with one-sided limits.

    Example:
        >>> guard_band("rss", Limits(-1, 1), 0.6).acceptance
        Limits(lower=-0.8, upper=0.8)
    """
    if rule not in _RULES:
        raise InputError(
            f"the guard band {rule!r} is unknown", way_out=f"Use one of: {', '.join(_RULES)}.", code="rule"
        )
    source, width_of, needs_ratio = _RULES[rule]
    frame = Frame.of(limits, U)
    zone = frame.zone(limits)
    spread = positive(frame.number(U, "U", difference=True), "U")
    if needs_ratio and math.isinf(zone.half_width):
        raise InputError(
            f"the rule {rule} rests on the ratio T/U, which one-sided limits do not have",
            way_out="Use ilac-g8 or z540.3-5, or a guard band for a target risk.",
            code="one-sided",
        )
    return _made(frame, zone, width_of(zone.half_width, spread), source)


def _made(frame: Frame, zone: Zone, width: float, basis: str) -> GuardBand:
    accept = zone.shrunk(width)
    if width > 0.0 and accept.high - accept.low <= ARITHMETIC * zone.size:
        return GuardBand(frame.wrap(width, difference=True), None, basis, NO_ACCEPTANCE_ZONE)
    return GuardBand(frame.wrap(width, difference=True), frame.limits(accept), basis)


@asks(limits=LIMITS, target=NUMBER, dof=NUMBER)
def guard_band_for_specific_risk(
    limits: Limits,
    u: Quantity,
    target: float,
    *,
    dof: float = math.inf,
    rectangles: Iterable[Quantity] = (),
    arcsine: Quantity = None,
) -> GuardBand:
    """Return the smallest guard band at whose acceptance limits the specific PFA (no prior) is `target`.

    With two limits both tails count, so the band is never too small where u is large. Every value between
    the acceptance limits keeps the target; where the middle of the tolerance does not, as beside a U wider
    than it, there is no acceptance zone, though a value elsewhere might keep it.

    Args:
        limits: tolerance limits.
        u: standard uncertainty of the measurement.
        target: highest specific PFA of an accepted item, for example 0.05 (ISO 14253-1:2017 default).
        dof: degrees of freedom of u.
        rectangles: |c·u| of the rectangular contributions to u; the two largest count, as in `specific_risk`.
        arcsine: |c·u| of the largest U-shaped contribution.

    Raises:
        InputError: a target outside 0 to 0.5, figures that cannot be.

    Source: JCGM 106:2012, 8.3.3; ISO 14253-1:2017, 5.

    Example:
        >>> f"{guard_band_for_specific_risk(Limits(upper=10), 1.0, 0.05).width:.3f}"
        '1.645'
    """
    _check_target(target, 0.5)
    frame = Frame.of(limits, u)
    zone = frame.zone(limits)
    spread, freedom = spread_of(u, frame), degrees(dof)
    shares = shares_of(rectangles, spread, freedom, frame, arcsine)
    return band_for(frame, zone, spread, freedom, target, shares)


def band_for(  # noqa: PLR0917 - limits, what measures, and the target
    frame: Frame, zone: Zone, spread: float, freedom: float, target: float, shares: Shares
) -> GuardBand:
    """Return the guard band for a specific risk of floats in the frame's unit."""

    def risk(width: float) -> float:
        value = zone.high - width if math.isfinite(zone.high) else zone.low + width
        return sum(outside(value, spread, freedom, zone, shares))

    basis = f"specific PFA (no prior) at most {target * 100:g} % at the acceptance limit"
    limit = _widest(zone, spread, freedom, target, shares)
    if spread > 0.0 and risk(limit) > target:
        return GuardBand(frame.wrap(limit, difference=True), None, basis, NO_ACCEPTANCE_ZONE)
    least = _last_above(risk, limit, target) if shares is not None and shares.curved else 0.0
    width = _smallest(risk, limit, target, spread, least=least)
    return _made(frame, zone, width, basis)


def _last_above(risk: Callable[[float], float], limit: float, target: float) -> float:
    """Return the widest band of a fine scale whose risk is above the target, 0 where none is.

    Beside a U the risk may rise with the width again: all that is accepted, not its edge alone, is to keep
    the target.
    """
    above = [width for width in np.linspace(0.0, limit, _SCALE).tolist() if risk(width) > target]
    return max(above, default=0.0)


def _widest(zone: Zone, u: float, dof: float, target: float, shares: Shares) -> float:
    if math.isfinite(zone.half_width):
        return zone.half_width
    if (
        shares is not None
    ):  # Cantelli: no error of unit variance lies beyond this with a probability above the target
        return u * math.sqrt(1.0 / target - 1.0) + 1e-300
    from scipy.special import ndtri, stdtrit

    z = -ndtri(target) if math.isinf(dof) else -stdtrit(dof, target)
    return float(z) * u * (1.0 + 1e-9) + 1e-300


@asks(limits=LIMITS, prior=PRIOR, target=NUMBER, dof=NUMBER)
def guard_band_for_global_risk(
    limits: Limits,
    u: Quantity,
    prior: Prior,
    target: float,
    *,
    conditional: bool = False,
    dof: float = math.inf,
    rectangles: Iterable[Quantity] = (),
    arcsine: Quantity = None,
) -> GuardBand:
    """Return the smallest guard band that keeps the global PFA at `target`; 0 where none is needed.

    Args:
        limits: tolerance limits.
        u: standard uncertainty of the measurement.
        prior: how the true values of the items are spread.
        target: highest global PFA, for example 0.02 (Z540.3, 5.3).
        conditional: hold the share among the accepted items instead of the share among all.
        dof: degrees of freedom of u.
        rectangles: |c·u| of the rectangular contributions to u; the two largest count, as in `specific_risk`.
        arcsine: |c·u| of the largest U-shaped contribution.

    Raises:
        InputError: a target outside 0 to 1, or one that no guard band reaches.

    Source: JCGM 106:2012, 9.5.3; ANSI/NCSL Z540.3-2006, 5.3 b.
    """
    _check_target(target, 1.0)
    frame = Frame.of_prior(prior, limits, u)
    zone = frame.zone(limits)
    spread, freedom = spread_of(u, frame), degrees(dof)
    shares = shares_of(rectangles, spread, freedom, frame, arcsine)

    def risk(width: float) -> float:
        found = risk_of(zone, zone.shrunk(width), spread, freedom, prior, shares)
        return found.conditional_pfa if conditional else found.pfa

    kind = "global PFA among the accepted" if conditional else "global PFA"
    basis = f"{kind} at most {target * 100:g} % (prior: {prior.name})"
    limit = zone.half_width if math.isfinite(zone.half_width) else _far_enough(risk, spread, target)
    if risk(limit * (1.0 - 1e-9)) > target:
        raise InputError(
            f"no guard band brings the {kind} to {target * 100:g} % with the prior {prior.name}",
            way_out="Measure better, or accept a higher risk.",
            code="target",
        )
    return _made(frame, zone, _smallest(risk, limit, target, spread), basis)


def _far_enough(risk: Callable[[float], float], u: float, target: float) -> float:
    width = u
    for _ in range(60):
        if risk(width) <= target:
            break
        width *= 2.0
    return width


def _smallest(
    risk: Callable[[float], float], limit: float, target: float, u: float, *, least: float = 0.0
) -> float:
    """Return the smallest width in [0, limit] whose risk, falling from `least` on, is at most `target`."""
    if u == 0.0 or risk(least) <= target:
        return least
    from scipy.optimize import brentq

    step = max(min(limit, u) * _FINEST, 5e-324)
    found = brentq(lambda one: risk(one) - target, least, limit, xtol=step, rtol=_FINEST, maxiter=_MOST)
    width = float(found)
    while width < limit and risk(width) > target:  # the root may lie a last digit short of what keeps it
        width = min(limit, width + step)
        step *= 2.0
    return width


def _check_target(target: float, most: float) -> None:
    if not 0.0 < target <= most:
        raise InputError(
            f"a target risk of {target} does not lie between 0 and {most:g}",
            way_out="Give a probability, 0.02 for 2 %.",
            code="probability",
        )
