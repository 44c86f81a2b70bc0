"""The curve through the points: Callendar-Van Dusen or the deviation function of ITS-90, with covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from calibrator.procedure import CurveEvaluation, ParametersEvaluation, Text
from calibrator_procedures.thermometer._platinum import TRIPLE_POINT_C, A, B, resistance, w_reference

if TYPE_CHECKING:
    from calibrator_uncertainty import Budget, Curve

__all__ = ["CurvePoint", "callendar_van_dusen", "its90", "resistance_ratios"]

X = float  # stands for whatever is propagated: a float or a traced value
_R0 = 100.0
_NAMES = {"cvd": ("R_0", "A", "B"), "its90": ("R_{tpw}", "a", "b")}
_UNITS = {"cvd": ("ohm", "1/delta_degC", "1/delta_degC**2"), "its90": ("ohm", "1", "1")}


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A temperature by the standard, and the budget of the unit's error there."""

    id: str
    celsius: float  # mean of the standard's readings
    error: Budget  # K


def callendar_van_dusen(points: Sequence[CurvePoint]) -> tuple[CurveEvaluation, ParametersEvaluation]:
    """Return R(t) = R0 (1 + A t + B t²) with the points' covariance, and the ratios W that it gives.

    From 0 degC upwards. Source: IEC 60751:2022, 5.2.
    """
    from calibrator_uncertainty import fit_curve

    def model(t: X, r0: X, a: X, b: X) -> X:
        return r0 * (1.0 + a * t + b * t**2)

    celsius = [point.celsius for point in points]
    curve = fit_curve(model, celsius, _resistances(points), {"r0": _R0, "a": A, "b": B})
    title = Text("Callendar-Van Dusen coefficients, rising order", "Callendar-Van Dusen 系数（升温）")
    found = _evaluation("cvd", title, curve, points, r"R(t) = R_0 (1 + A t + B t^2)")
    return found, resistance_ratios(curve, points)


def its90(points: Sequence[CurvePoint]) -> CurveEvaluation:
    """Return W - W_r(t) = a (W - 1) + b (W - 1)² with R at the triple point of water; from 0 degC upwards.

    Source: Preston-Thomas, Metrologia 27 (1990) 3, 3.3.3: deviation function of ITS-90.
    """
    from calibrator_uncertainty import fit_curve

    reference = [w_reference(point.celsius) - 1.0 for point in points]
    curve = fit_curve(_deviating, reference, _resistances(points), {"r": _R0, "a": 0.0, "b": 0.0})
    title = Text("Deviation from the ITS-90 reference function", "ITS-90 偏差函数系数")
    formula = r"R(t) / R_{tpw} - W_r(t) = a (R(t) / R_{tpw} - 1) + b (R(t) / R_{tpw} - 1)^2"
    return _evaluation("its90", title, curve, points, formula)


def resistance_ratios(curve: Curve, points: Sequence[CurvePoint]) -> ParametersEvaluation:
    """Return W(t) = R(t)/R(0.01 degC) at whole temperatures near the points, by a curve of R0, A and B."""
    from calibrator_uncertainty import covariance

    a, b = curve["a"], curve["b"]
    water = 1.0 + a * TRIPLE_POINT_C + b * TRIPLE_POINT_C**2
    temperatures = [float(round(point.celsius)) for point in points]
    ratios = [(1.0 + a * t + b * t**2) / water for t in temperatures]
    return ParametersEvaluation(
        "w",
        Text("Resistance ratios W(t) = R(t)/R(0.01 °C)", "电阻比 W(t) = R(t)/R(0.01 °C)"),
        tuple(f"W({t:g})" for t in temperatures),
        tuple(float(ratio.magnitude.value) for ratio in ratios),
        ("1",) * len(ratios),
        tuple(tuple(float(covariance(one, other).m) for other in ratios) for one in ratios),
        tuple(point.id for point in points),
    )


def _resistances(points: Sequence[CurvePoint]) -> list[X]:
    """Return the unit's resistance (ohm) at each of the standard's temperatures; they share its errors."""
    errors = [point.error.uncertain().m_as("K") for point in points]
    return [resistance(point.celsius + error, _R0) for point, error in zip(points, errors, strict=True)]


def _deviating(reference: X, r: X, a: X, b: X) -> X:
    """Return R where W_r - 1 is `reference`: w = W - 1 solves w = reference + a w + b w²."""
    w = reference
    for _ in range(8):  # a is below 0.02 for a 385 thermometer: each turn gives two digits
        w = reference + a * w + b * w * w
    return r * (1.0 + w)


def _evaluation(
    id_: str, title: Text, curve: Curve, points: Sequence[CurvePoint], formula: str
) -> CurveEvaluation:
    fit = curve.fit
    return CurveEvaluation(
        ParametersEvaluation(
            id_,
            title,
            _NAMES[id_],
            tuple(float(fit[name].magnitude.value) for name in fit.names),
            _UNITS[id_],
            tuple(tuple(float(value) for value in row) for row in fit.covariance),
            tuple(point.id for point in points),
        ),
        formula,
        "t",
        "degC",
        _domain(points),
    )


def _domain(points: Sequence[CurvePoint]) -> tuple[float, float]:
    """Return where the curve holds, to a hundredth of a degree."""
    celsius = [point.celsius for point in points]
    return round(min(celsius), 2), round(max(celsius), 2)
