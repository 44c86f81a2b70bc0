"""Budgets of a calibrator's points: which model, and which recorded figure is which input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.calibrator_dc import _model

if TYPE_CHECKING:
    from collections.abc import Callable

    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["budget_of"]

_SQRT12 = 12.0**0.5
_KINDS: dict[str, tuple[Callable[..., float], dict[str, str]]] = {
    "volts": (
        _model.voltage_error,
        {"meter": "V", "source_resistance": "ohm", "leads": "ohm", "loading": "S", "emf": "V"},
    ),
    "zero": (_model.zero_error, {"meter": "V", "emf": "V"}),
    "ohms": (_model.resistance_error, {"meter": "ohm", "leakage": "S"}),
}


def budget_of(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the error of the set value at one point.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    point = references.point
    model, figures = _KINDS[_kind(references)]
    applied = observed.applied if observed.applied is not None else float(point.nominal)
    inputs = [constant("applied", applied, point.unit, source="read back from the unit under test")]
    inputs.append(_indication(references, observed))
    inputs += [figure_input(references, kind, unit) for kind, unit in figures.items()]
    return Budget(model, inputs, unit=point.unit, name=point.id)


def _kind(references: PointReferences) -> str:
    point = references.point
    if point.function != "dcv":
        return "ohms"
    return "volts" if point.nominal else "zero"


def _indication(references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean indication; the meter's last digit enters once, as a floor (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    step = 2.0 * required_figure(references, "resolution").half_width
    values = [reading.value for reading in observed.readings]
    return type_a("indication", values, references.point.unit, floor_u=step / _SQRT12)
