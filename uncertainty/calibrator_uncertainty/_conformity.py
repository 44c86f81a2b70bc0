"""Verdicts against limits, with guard bands and the specific probability of false accept."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._coverage import row_of
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._rules import FURTHER, Ruling, Verdict, rule_on
from calibrator_uncertainty._types import Quantity

__all__ = ["Judgement", "judge"]

RULES = ("guard-band-u", "guard-80", "simple", *FURTHER)
_WITHOUT_U = ("simple", "guard-80", "pfa-1", "pfa-2", "pfa-2.5", "pfa-5")  # may be given none
SHARE_80 = 0.2  # of half the tolerance, taken off inside each limit: 80 % of it is left
NO_ACCEPTANCE_ZONE = "no acceptance zone"
# A value that differs from a limit by less than the float arithmetic that made it lies on the limit.
_ARITHMETIC = 1e-12


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict at one point, all in the unit of `error`: quantities where quantities were given.

    `pfa` is specific (no prior): the probability, from this measurement alone, that the true value lies
    outside the limits. `acceptance_lower` and `acceptance_upper` are None where there is no such limit;
    `note` says where there is no acceptance zone.
    """

    verdict: Verdict
    rule: str
    guard_band: Quantity
    acceptance_lower: Quantity
    acceptance_upper: Quantity
    pfa: float
    note: str


def judge(  # noqa: PLR0917 - figures in the order in which a certificate gives them
    error: Quantity,
    U: Quantity,
    u: Quantity,
    dof: float,
    lower: Quantity,
    upper: Quantity,
    *,
    rule: str = "guard-band-u",
    rectangles: Iterable[Quantity] = (),
    arcsine: Quantity = None,
) -> Judgement:
    """Judge a measured value against its limits.

    `guard-band-u`: non-binary with w = U (pass inside the limits by U, conditional pass inside, conditional
    fail outside by up to U, fail beyond). `guard-80`: acceptance limits at 80 % of the tolerance, w = 0.2 T
    with T half the distance of the limits (pass, conditional pass inside the limits, fail); U decides
    nothing. `simple`: simple acceptance, w = 0, pass or fail. `guard-band-u-binary`: w = U, pass or fail.
    `pfa-1`, `pfa-2`, `pfa-2.5`, `pfa-5`: pass where the specific PFA is at most so many per cent, else fail.
    `iso14253`: pass and fail only where proved at 95 %, else undetermined. `rss` (A = sqrt(T² - U²)) and
    `z540.3-6` (w = M U): pass, conditional pass inside the limits, fail. `jjf1094`: compared directly where
    U <= T/3, else pass and fail only by U or more, undetermined between.

    Figures are plain numbers in one unit, or all of them quantities of pint.

    Args:
        error: the measured value (error of indication) that is judged.
        U: expanded uncertainty for the guard band.
        u: standard uncertainty for the probability.
        dof: effective degrees of freedom; infinite means a normal distribution, else a scaled t.
        lower: lower limit, or None where there is none.
        upper: upper limit, or None where there is none.
        rule: its name.
        rectangles: |c·u| of the rectangular contributions to u (`BudgetResult.rectangles`): the probability
            is that of the two largest and a rest, whatever part of u they are (`risk.specific_risk`).
        arcsine: |c·u| of the largest U-shaped one (`BudgetResult.arcsine`), alike.

    Raises:
        InputError: limits that cross, none at all, one alone for `guard-80`, `rss` and `z540.3-6`, or figures
            that cannot be.
        UnitsError: quantities and plain numbers, or another dimension.

    Source: ILAC-G8:09/2019, 4.2.1-4.2.3; JCGM 106:2012, 7.2-7.4, 9.4 (specific risk). `guard-80` is the rule
    of multimeter makers' service guides for units that are not adjusted at each interval.

    Example:
        >>> judge(0.0021, 0.0006, 0.0003, float("inf"), -0.0025, 0.0025).verdict
        'conditional pass'
    """
    if any(hasattr(one, "_magnitude") for one in (error, U, u, lower, upper)):
        return _in_units(error, U, u, dof, lower, upper, rule, row_of(rectangles), arcsine)
    error, U, u, dof = (
        one_number(one, name)
        for one, name in ((error, "error"), (U, "U"), (u, "u"), (dof, "the degrees of freedom"))
    )
    low = -math.inf if lower is None else float(lower)
    high = math.inf if upper is None else float(upper)
    _check(error, U, u, dof, low, high, rule)
    span = max(abs(x) for x in (error, low, high) if math.isfinite(x)) * _ARITHMETIC
    excess = max(error - high, low - error)  # how far outside; negative inside
    parts = row_of(rectangles)
    pfa = _probability_outside(error, u, dof, low, high, parts, arcsine)
    if rule in FURTHER:
        ruling = rule_on(
            rule,
            excess=excess,
            span=span,
            U=U,
            u=u,
            dof=dof,
            low=low,
            high=high,
            pfa=pfa,
            rectangles=parts,
            arcsine=arcsine,
        )
    else:
        ruling = _banded(rule, excess, span, _guard(rule, U, low, high), (high - low) / 2)
    guard = ruling.guard_band
    return Judgement(
        verdict=ruling.verdict,
        rule=rule,
        guard_band=guard,
        acceptance_lower=None if lower is None else low + guard,
        acceptance_upper=None if upper is None else high - guard,
        pfa=pfa,
        note=_why_nothing(rule, guard, (high - low) / 2) if ruling.empty else "",
    )


def _why_nothing(rule: str, guard: float, half: float) -> str:
    """Return why nothing is accepted; the band of z540.3-6 alone would leave a zone where U is above T."""
    if rule == "z540.3-6" and guard < half:
        return (
            f"{NO_ACCEPTANCE_ZONE}: U is not below the tolerance, though the band M U alone would leave one"
        )
    return NO_ACCEPTANCE_ZONE


def _in_units(  # noqa: PLR0917 - as judge() takes them
    error: Quantity,
    U: Quantity,
    u: Quantity,
    dof: float,
    lower: Quantity,
    upper: Quantity,
    rule: str,
    rectangles: Iterable[Quantity],
    arcsine: Quantity,
) -> Judgement:
    """Judge quantities in the unit of the error."""
    from calibrator_uncertainty.risk._limits import Frame
    from calibrator_uncertainty.risk._specific import bent_of, rectangle_of

    frame = Frame.of(error, lower, upper, U, u)
    low, high = (
        None if one is None else frame.number(one, what)
        for one, what in ((lower, "the lower limit"), (upper, "the upper limit"))
    )
    expanded, standard = (frame.number(one, name, difference=True) for one, name in ((U, "U"), (u, "u")))
    parts = [rectangle_of(one, frame) for one in rectangles]
    bent = bent_of(arcsine, frame)
    found = judge(
        frame.number(error, "the error"),
        expanded,
        standard,
        dof,
        low,
        high,
        rule=rule,
        rectangles=parts,
        arcsine=bent,
    )
    accepted = (found.acceptance_lower, found.acceptance_upper)
    ends = [None if one is None else frame.wrap(one) for one in accepted]
    return replace(
        found,
        guard_band=frame.wrap(found.guard_band, difference=True),
        acceptance_lower=ends[0],
        acceptance_upper=ends[1],
    )


def _banded(rule: str, excess: float, span: float, guard: float, half: float) -> Ruling:
    """Return what a rule says that takes one band off inside each limit."""
    verdict = _verdict(excess, guard, span)
    if rule == "guard-80" and verdict == "conditional fail":
        verdict = "fail"  # the rule keeps a margin inside the limits and forgives nothing outside them
    empty = guard > 0 and guard >= half - span
    if empty and verdict == "pass":  # on the one point where the two acceptance limits meet
        verdict = "conditional pass"
    return Ruling(verdict, guard, empty)


def _guard(rule: str, U: float, low: float, high: float) -> float:
    if rule == "guard-80":
        return SHARE_80 * (high - low) / 2
    return U if rule == "guard-band-u" else 0.0


def _verdict(excess: float, guard: float, span: float) -> Verdict:
    if guard == 0.0:
        return "pass" if excess <= span else "fail"
    if excess <= -guard + span:
        return "pass"
    if excess <= span:
        return "conditional pass"
    return "conditional fail" if excess <= guard + span else "fail"


def _probability_outside(  # noqa: PLR0917 - a value, what it is known by, and its limits
    error: float,
    u: float,
    dof: float,
    low: float,
    high: float,
    rectangles: tuple[float, ...],
    arcsine: float | None,
) -> float:
    if u == 0.0:
        return 0.0 if low <= error <= high else 1.0
    if rectangles or arcsine is not None:
        from calibrator_uncertainty.risk import Limits, specific_risk

        limits = Limits(*(limit if math.isfinite(limit) else None for limit in (low, high)))
        return specific_risk(error, limits, u=u, dof=dof, rectangles=rectangles, arcsine=arcsine).pfa
    from scipy.special import ndtr, stdtr

    below = (low - error) / u
    above = (error - high) / u
    if math.isinf(dof):
        return float(ndtr(below) + ndtr(above))
    return float(stdtr(dof, below) + stdtr(dof, above))


def _check(  # noqa: PLR0917
    error: float, U: float, u: float, dof: float, low: float, high: float, rule: str
) -> None:
    if rule not in RULES:
        raise InputError(
            f"the decision rule {rule!r} is unknown", way_out=f"Use one of: {', '.join(RULES)}.", code="rule"
        )
    for name, figure in (("error", error), ("U", U), ("u", u)):
        if not math.isfinite(figure):
            raise InputError(f"{name} is {figure}; a verdict needs a finite number", code="not-finite")
    if U < 0 or u < 0:
        raise InputError(f"U = {U} and u = {u}: an uncertainty is never negative", code="negative-u")
    if u * (1.0 - 1e-9) > U and not (U == 0.0 and rule in _WITHOUT_U):
        raise InputError(
            f"U = {U} is below u = {u}: an expanded uncertainty is k times u",
            way_out="Give U first, then u.",
            code="small-u",
        )
    if math.isnan(dof) or dof < 1:
        raise InputError(f"dof = {dof}: degrees of freedom are 1 or more", code="dof")
    if math.isnan(low) or math.isnan(high) or low > high:
        raise InputError(f"the lower limit {low} lies above the upper limit {high}", code="limits-crossed")
    if math.isinf(low) and math.isinf(high):
        raise InputError("there is neither a lower nor an upper limit to judge against", code="no-limits")
    if rule == "guard-80" and (math.isinf(low) or math.isinf(high)):
        raise InputError(
            "80 % of a tolerance needs two limits, and there is one",
            way_out="Use guard-band-u or simple.",
            code="one-sided",
        )
