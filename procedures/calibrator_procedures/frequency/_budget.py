"""Budgets of the frequency points: which recorded figure is which input of the model."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING

from calibrator.procedure import required_figure
from calibrator_procedures.frequency import _model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.procedure import PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = ["budget_of"]

_SQRT12 = 12.0**0.5


def budget_of(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the error at one frequency.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    point = references.point
    inputs = [_indication(references, observed), _reference(references)]
    if point.settings["unit"] == "counter":
        inputs.append(
            constant("nominal", float(point.nominal), point.unit, source="output of the oscillator")
        )
        return Budget(_model.counter_error, inputs, unit=point.unit, name=point.id)
    applied = observed.applied if observed.applied is not None else float(point.nominal)
    inputs.append(constant("applied", applied, point.unit, source="read back from the generator"))
    return Budget(_model.generator_error, inputs, unit=point.unit, name=point.id)


def _indication(references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean indication with the scatter about a straight line in time, n - 2 degrees of freedom.

    The error is stated for the middle of the readings, where ageing from the first to the last is nothing;
    taken for scatter it would be as much as a good counter's noise. The resolution enters once, as a floor
    (METROLOGY 14).
    """
    from calibrator_uncertainty import student_t, type_a

    floor = 2.0 * required_figure(references, "resolution").half_width / _SQRT12
    unit, readings = references.point.unit, observed.readings
    mean = math.fsum(reading.value for reading in readings) / len(readings)
    dof = len(readings) - 2
    u = math.sqrt(_residual(readings) / dof / len(readings))
    source = f"{len(readings)} readings, scatter about a straight line in time"
    if floor >= u:
        return type_a("indication", [mean], unit, floor_u=floor, source=source)
    return student_t("indication", mean, u, float(dof), unit, source=source)


def _residual(readings: Sequence[Reading]) -> float:
    """Return the sum of squares that a straight line through readings over their moments leaves."""
    count = len(readings)
    moments = [reading.monotonic_ns * 1e-9 for reading in readings]
    if moments[0] == moments[-1]:  # of a plan, whose readings have no moments
        moments = [float(index) for index in range(count)]
    middle, mean = math.fsum(moments) / count, math.fsum(reading.value for reading in readings) / count
    away = [moment - middle for moment in moments]
    off = [reading.value - mean for reading in readings]
    slope = math.fsum(map(operator.mul, away, off)) / math.fsum(each * each for each in away)
    return math.fsum((each - slope * at) ** 2 for at, each in zip(away, off, strict=True))


def _reference(references: PointReferences) -> Input:
    from calibrator_uncertainty import from_half_width

    figure = required_figure(references, "reference")
    return from_half_width(
        "reference",
        figure.estimate,
        figure.half_width,
        "",
        k=figure.k,
        treat_as=figure.treat_as,
        source=figure.source,
        shared=figure.shared or f"{references.standard_asset}:reference",
    )
