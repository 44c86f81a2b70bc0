"""Decision rules that a document names, with the specific risk of each decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from calibrator_uncertainty._conformity import judge
from calibrator_uncertainty._doors import LIMITS, NUMBER, POSITIVE, asks
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._guard import GuardBand, band_for, guard_band
from calibrator_uncertainty.risk._limits import ARITHMETIC, Frame, Limits, Zone, finite, positive
from calibrator_uncertainty.risk._quadrature import Shares
from calibrator_uncertainty.risk._specific import SpecificRisk, measured_of, outside

__all__ = ["Decision", "decide_ilac_g8", "decide_iso14253", "decide_jjf1094"]

Verdict = Literal[
    "pass",
    "conditional pass",
    "conditional fail",
    "fail",
    "conforms",
    "does not conform",
    "undetermined",
]
_CHINESE = {
    "pass": "合格",
    "conforms": "合格",
    "fail": "不合格",
    "does not conform": "不合格",
    "undetermined": "待定",
    "conditional pass": "有条件合格",
    "conditional fail": "有条件不合格",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, the rule that gave it, its guard band, and the specific risk (no prior) of this item."""

    verdict: Verdict
    rule: str
    band: GuardBand
    risk: SpecificRisk

    @property
    def verdict_zh(self) -> str:
        """The verdict in Chinese, 待定 for undetermined."""
        return _CHINESE[self.verdict]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.rule}; {self.risk}"


@asks(limits=LIMITS, k=POSITIVE)
def decide_ilac_g8(
    measured: Quantity,
    limits: Limits,
    U: Quantity,
    *,
    u: Quantity = None,
    binary: bool = True,
    k: float = 2.0,
) -> Decision:
    """Decide by a guard band w = U: pass or fail, or with the two conditional zones beside the limits.

    Args:
        measured: the measured value, or an uncertain quantity that brings its own u.
        limits: tolerance limits.
        U: expanded uncertainty.
        u: standard uncertainty of a plain value; U/k without it.
        binary: True for pass and fail only.
        k: coverage factor of U.

    Raises:
        InputError: limits that cross, figures that cannot be.

    Source: ILAC-G8:09/2019, 4.2.2 (binary with guard band) and 4.2.3 (non-binary with guard band).
    """
    frame = Frame.of(limits, measured, U, u)
    zone = frame.zone(limits)
    expanded = positive(frame.number(U, "U", difference=True), "U")
    value, spread, dof, shares = _measured(measured, u, expanded / k, frame)
    found = judge(value, expanded, spread, dof, zone.low, zone.high)
    verdict: Verdict = found.verdict
    if binary and verdict != "pass":
        verdict = "fail"
    rule = "ILAC-G8:09/2019, 4.2.2 binary, w = U" if binary else "ILAC-G8:09/2019, 4.2.3 non-binary, w = U"
    return Decision(verdict, rule, guard_band("ilac-g8", limits, U), _risk(value, spread, dof, zone, shares))


@asks(limits=LIMITS, probability=NUMBER)
def decide_iso14253(
    measured: Quantity, limits: Limits, *, u: Quantity = None, probability: float = 0.95
) -> Decision:
    """Decide conformity and nonconformity only where they are proved; between them nothing is proved.

    Conformity is proved where the conformance probability reaches `probability`, nonconformity where the
    probability to lie outside does.

    Args:
        measured: the measured value, or an uncertain quantity that brings its own u.
        limits: specification limits.
        u: standard uncertainty of a plain value.
        probability: limit of both probabilities.

    Raises:
        InputError: figures that cannot be.

    Source: ISO 14253-1:2017, clause 5 and 6 (default probability limit 95 %).

    Example:
        >>> decide_iso14253(9.9, Limits(0, 10), u=0.1).verdict
        'undetermined'
    """
    frame = Frame.of(limits, measured, u)
    zone = frame.zone(limits)
    value, spread, dof, shares = measured_of(measured, u, float("inf"), frame)
    risk = _risk(value, spread, dof, zone, shares)
    band = band_for(frame, zone, spread, dof, 1.0 - probability, shares)
    verdict: Verdict = "undetermined"
    if risk.pfa <= (1.0 - probability) * (1.0 + 1e-9):
        verdict = "conforms"
    elif risk.conformance <= (1.0 - probability) * (1.0 + 1e-9):
        verdict = "does not conform"
    return Decision(verdict, f"ISO 14253-1:2017, probability limit {probability * 100:g} %", band, risk)


@asks(limits=LIMITS, k=POSITIVE)
def decide_jjf1094(
    measured: Quantity, limits: Limits, U95: Quantity, *, u: Quantity = None, k: float = 2.0
) -> Decision:
    """Decide an error of indication by JJF 1094: compared directly where U95 <= MPEV/3, else in three zones.

    With a larger U95 an error inside the limits by U95 or more conforms, outside by U95 or more does not
    conform, and between them it is undetermined (待定).

    Args:
        measured: the error of indication, or an uncertain quantity that brings its own u.
        limits: maximum permissible errors; MPEV is half their distance, or a lone limit itself.
        U95: expanded uncertainty at 95 % of the error of indication.
        u: standard uncertainty of a plain value, for the risk; U95/k without it.
        k: coverage factor of U95.

    Raises:
        InputError: limits that cross, figures that cannot be.

    Source: JJF 1094-2002, 5.3.1.4 to 5.3.1.6.

    Example:
        >>> decide_jjf1094(0.95, Limits(-1, 1), 0.4).verdict_zh
        '待定'
    """
    frame = Frame.of(limits, measured, U95, u)
    zone = frame.zone(limits)
    expanded = positive(frame.number(U95, "U95", difference=True), "U95")
    value, spread, dof, shares = _measured(measured, u, expanded / k, frame)
    mpev = min(zone.half_width, zone.size)
    noise = ARITHMETIC * max(zone.size, abs(value))
    excess = max(value - zone.high, zone.low - value)  # how far outside; negative inside
    direct = expanded <= mpev / 3.0 + ARITHMETIC * mpev
    verdict: Verdict
    if direct:
        verdict = "conforms" if excess <= noise else "does not conform"
    elif excess <= -expanded + noise:
        verdict = "conforms"
    else:
        verdict = "does not conform" if excess >= expanded - noise else "undetermined"
    way = "U95 <= MPEV/3, compared directly" if direct else "U95 > MPEV/3, three zones"
    band = guard_band("simple" if direct else "ilac-g8", limits, U95)
    basis = GuardBand(band.width, band.acceptance, "JJF 1094-2002, 5.3.1", band.note)
    return Decision(verdict, f"JJF 1094-2002, 5.3.1: {way}", basis, _risk(value, spread, dof, zone, shares))


def _measured(
    measured: Quantity, u: Quantity, default: float, frame: Frame
) -> tuple[float, float, float, Shares]:
    from calibrator_uncertainty._tape import UncertainArray

    if u is None and not isinstance(getattr(measured, "_magnitude", measured), UncertainArray):
        value = finite(frame.number(measured, "the measured value"), "the measured value")
        return value, default, float("inf"), None
    return measured_of(measured, u, float("inf"), frame)


def _risk(value: float, u: float, dof: float, zone: Zone, shares: Shares) -> SpecificRisk:
    below, above = outside(value, u, dof, zone, shares)
    return SpecificRisk(below, max(0.0, 1.0 - below - above), above)
