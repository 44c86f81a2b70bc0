"""The deviation of a thermocouple's voltage from its reference function, with covariance."""

from __future__ import annotations

from collections.abc import Sequence

from calibrator.procedure import CurveEvaluation, ParametersEvaluation, Text, comparison
from calibrator_procedures.thermocouple._reference import sensitivity_uv

__all__ = ["deviation"]

X = float  # stands for whatever is propagated: a float or a traced value


def deviation(type_: str, points: Sequence[comparison.CurvePoint]) -> CurveEvaluation:
    """Return E(t) - E_ref(t) = a t + b t² in volts, which is 0 at 0 degC, with the points' covariance."""
    from calibrator_uncertainty import fit_curve

    def model(t: X, a: X, b: X) -> X:
        return a * t + b * t**2

    celsius = [point.celsius for point in points]
    volts = [
        point.error.uncertain().m_as("K") * (sensitivity_uv(type_, point.celsius) * 1e-6) for point in points
    ]
    fit = fit_curve(model, celsius, volts, {"a": 0.0, "b": 0.0}).fit
    return CurveEvaluation(
        ParametersEvaluation(
            "deviation",
            Text(
                f"Deviation from type {type_} (reference junction at 0 °C)",
                f"对 {type_} 型参考函数的偏差（参考端 0 °C）",
            ),
            ("a", "b"),
            tuple(float(fit[name].magnitude.value) for name in fit.names),
            ("V/delta_degC", "V/delta_degC**2"),
            tuple(tuple(float(value) for value in row) for row in fit.covariance),
            tuple(point.id for point in points),
        ),
        r"E(t) - E_{ref}(t) = a t + b t^2",
        "t",
        "degC",
        comparison.domain(points),
    )
