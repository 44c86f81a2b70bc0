"""Stability of a time base over a point's readings: mean relative deviation and Allan deviation."""

from __future__ import annotations

from calibrator.procedure import ParametersEvaluation, PointObservations, PointReferences, Text

__all__ = ["stability_of"]

LEAST_READINGS = 3  # an Allan deviation is made of differences of neighbours


def stability_of(references: PointReferences, observed: PointObservations) -> ParametersEvaluation | None:
    """Return mean relative deviation and Allan deviation of the readings of one point; None for too few.

    The Allan deviation is that from one reading to the next, each the mean over one gate, with the degrees of
    freedom of white frequency noise (W. J. Riley, NIST SP 1065 (2008), 5.2).
    """
    from calibrator_uncertainty.timeseries import allan_deviation

    values = [reading.value for reading in observed.readings]
    if len(values) < LEAST_READINGS:
        return None
    point = references.point
    nominal = float(point.nominal)
    deviations = [value / nominal - 1.0 for value in values]
    mean = sum(deviations) / len(deviations)
    found = allan_deviation(deviations, float(point.settings["gate_s"]), factors=[1])
    sigma = float(found.deviation.magnitude.value[0])
    scatter = sum((one - mean) ** 2 for one in deviations) / (len(deviations) - 1)
    label = f"{point.nominal:f} {point.unit}"
    return ParametersEvaluation(
        id=f"stability:{point.id}",
        title=Text(
            en=f"{label}: mean relative deviation of the readings, Allan deviation from reading to reading",
            zh=f"{label}：读数的平均相对偏差，相邻读数的阿伦偏差",
        ),
        names=("mean_deviation", "allan_deviation"),
        values=(mean, sigma),
        units=("", ""),
        covariance=((scatter / len(deviations), 0.0), (0.0, sigma**2 / (2.0 * found.dof[0]))),
        points=(point.id,),
    )
