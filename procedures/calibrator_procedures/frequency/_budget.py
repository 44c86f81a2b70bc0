"""Budgets of the frequency points: which recorded figure is which input of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.procedure import required_figure
from calibrator_procedures.frequency import _model

if TYPE_CHECKING:
    from calibrator.procedure import PointObservations, PointReferences
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
    """Return the mean indication; resolution enters once, as a floor under s/sqrt(n) (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    step = 2.0 * required_figure(references, "resolution").half_width
    values = [reading.value for reading in observed.readings]
    return type_a("indication", values, references.point.unit, floor_u=step / _SQRT12)


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
