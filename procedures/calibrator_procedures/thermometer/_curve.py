"""The curve through the points: Callendar-Van Dusen or the deviation function of ITS-90, with covariance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from calibrator.procedure import CurveEvaluation, ParametersEvaluation, Text, comparison
from calibrator_procedures.thermometer._platinum import TRIPLE_POINT_C, A, B, resistance, w_reference

if TYPE_CHECKING:
    from calibrator.procedure import PointReferences
    from calibrator_uncertainty import Budget, Curve
    from calibrator_uncertainty._types import Quantity

__all__ = ["callendar_van_dusen", "ice_and_steam", "its90", "resistance_ratios", "self_heating", "unsteady"]

X = float  # stands for whatever is propagated: a float or a traced value
_R0 = 100.0
_STEAM_C = 100.0
_NAMES = {"cvd": ("R_0", "A", "B"), "its90": ("R_{tpw}", "a", "b")}
_UNITS = {"cvd": ("ohm", "1/delta_degC", "1/delta_degC**2"), "its90": ("ohm", "1", "1")}


def callendar_van_dusen(
    points: Sequence[comparison.CurvePoint], moved: Quantity
) -> tuple[CurveEvaluation | ParametersEvaluation, ...]:
    """Return R(t) = R0 (1 + A t + B t²) with the points' covariance, and what else it gives.

    These are the ratios W, and R(0 °C), R(100 °C) and alpha where the points enclose both temperatures.

    `moved` (K) is how far the first point may have gone meanwhile, of all points alike.
    From 0 degC upwards. Source: IEC 60751:2022, 5.2.
    """
    from calibrator_uncertainty import fit_curve

    def model(t: X, r0: X, a: X, b: X) -> X:
        return r0 * (1.0 + a * t + b * t**2)

    celsius = [point.celsius for point in points]
    curve = fit_curve(model, celsius, _resistances(points, moved), {"r0": _R0, "a": A, "b": B})
    title = Text("Callendar-Van Dusen coefficients, rising order", "Callendar-Van Dusen 系数（升温）")
    found = _evaluation("cvd", title, curve, points, r"R(t) = R_0 (1 + A t + B t^2)")
    ratios = resistance_ratios(lambda t: _ratio(curve, t), points)
    if min(celsius) - 1.0 <= 0.0 and max(celsius) >= _STEAM_C:
        return found, ratios, ice_and_steam(curve, points)
    return found, ratios


def its90(
    points: Sequence[comparison.CurvePoint], moved: Quantity
) -> tuple[CurveEvaluation, ParametersEvaluation]:
    """Return W - W_r(t) = a (W - 1) + b (W - 1)² with R at the triple point of water, and the ratios W.

    `moved` (K) is how far the first point may have gone meanwhile, of all points alike. From 0 degC upwards.

    Source: Preston-Thomas, Metrologia 27 (1990) 3, 3.3.3: deviation function of ITS-90.
    """
    from calibrator_uncertainty import fit_curve

    reference = [w_reference(point.celsius) - 1.0 for point in points]
    curve = fit_curve(_deviating, reference, _resistances(points, moved), {"r": _R0, "a": 0.0, "b": 0.0})
    title = Text("Deviation from the ITS-90 reference function", "ITS-90 偏差函数系数")
    formula = r"R(t) / R_{tpw} - W_r(t) = a (R(t) / R_{tpw} - 1) + b (R(t) / R_{tpw} - 1)^2"
    found = _evaluation("its90", title, curve, points, formula)
    a, b = curve["a"], curve["b"]
    return found, resistance_ratios(lambda t: _deviating(w_reference(t) - 1.0, 1.0, a, b), points)


def resistance_ratios(
    ratio: Callable[[float], Quantity], points: Sequence[comparison.CurvePoint]
) -> ParametersEvaluation:
    """Return W(t) = R(t)/R(0.01 degC), given as a function, at whole temperatures near the points."""
    temperatures = [float(round(point.celsius)) for point in points]
    return _together(
        "w",
        Text("Resistance ratios W(t) = R(t)/R(0.01 °C)", "电阻比 W(t) = R(t)/R(0.01 °C)"),
        {f"W({t:g})": (ratio(t), "1") for t in temperatures},
        [point.id for point in points],
    )


def ice_and_steam(curve: Curve, points: Sequence[comparison.CurvePoint]) -> ParametersEvaluation:
    """Return R(0 °C), R(100 °C) and alpha = (R(100) - R(0))/(100 °C R(0)) by a curve of R0, A and B.

    Source: JJG 229-2010 reports them (from memory; the text was not at hand).
    """
    r0, rise = curve["r0"], curve["a"] * _STEAM_C + curve["b"] * _STEAM_C**2
    return _together(
        "r0_r100",
        Text("Resistance at 0 °C and 100 °C, and mean coefficient", "0 °C 和 100 °C 电阻值及平均温度系数"),
        {
            "R(0)": (r0, "ohm"),
            "R(100)": (r0 * (1.0 + rise), "ohm"),
            r"\alpha": (rise / _STEAM_C, "1/delta_degC"),
        },
        [point.id for point in points],
    )


def unsteady(point: str, change_k: float, u_k: float, allowed_k: str) -> ParametersEvaluation:
    """Return what stands instead of a curve where the first point has gone too far at the end."""
    return ParametersEvaluation(
        "unsteady",
        Text(
            f"No curve: the first point changed by more than {allowed_k} K during the run",
            f"不给出曲线：首点在测量过程中的变化超过 {allowed_k} K",
        ),
        (r"\Delta t",),
        (change_k,),
        ("delta_degC",),
        ((u_k**2,),),
        (point,),
    )


def self_heating(found: Sequence[tuple[PointReferences, Budget]]) -> ParametersEvaluation:
    """Return what the first current heats at each temperature (K), with covariance."""
    current = f"{float(str(found[0][0].point.settings['current_a'])) * 1e3:g} mA"
    return _together(
        "self_heating",
        Text(f"Self-heating at {current}, by a second current", f"{current} 电流下的自热（由第二电流测得）"),
        {
            rf"\Delta t({float(references.point.nominal):g})": (budget.uncertain(), "delta_degC")
            for references, budget in found
        },
        [references.point.id for references, _ in found],
    )


def _ratio(curve: Curve, t: float) -> Quantity:
    a, b = curve["a"], curve["b"]
    return (1.0 + a * t + b * t**2) / (1.0 + a * TRIPLE_POINT_C + b * TRIPLE_POINT_C**2)


def _together(
    id_: str, title: Text, found: Mapping[str, tuple[Quantity, str]], points: Sequence[str]
) -> ParametersEvaluation:
    """Return parameters by their name, value and unit, with their covariance; `points` by their ids."""
    from calibrator_uncertainty import covariance

    values = [value for value, _ in found.values()]
    return ParametersEvaluation(
        id_,
        title,
        tuple(found),
        tuple(float(value.magnitude.value) for value in values),
        tuple(unit for _, unit in found.values()),
        tuple(tuple(float(covariance(one, other).m) for other in values) for one in values),
        tuple(points),
    )


def _resistances(points: Sequence[comparison.CurvePoint], moved: Quantity) -> list[X]:
    """Return the unit's resistance (ohm) at each of the standard's temperatures; they share its errors."""
    errors = [(point.error.uncertain() + moved).m_as("K") for point in points]
    return [resistance(point.celsius + error, _R0) for point, error in zip(points, errors, strict=True)]


def _deviating(reference: X, r: X, a: X, b: X) -> X:
    """Return R where W_r - 1 is `reference`: w = W - 1 solves w = reference + a w + b w²."""
    w = reference
    for _ in range(8):  # a is below 0.02 for a 385 thermometer: each turn gives two digits
        w = reference + a * w + b * w * w
    return r * (1.0 + w)


def _evaluation(
    id_: str, title: Text, curve: Curve, points: Sequence[comparison.CurvePoint], formula: str
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
        comparison.domain(points),
    )
