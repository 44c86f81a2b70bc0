"""Budgets of a calibrator's points: which model, and which recorded figure is which input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.calibrator_dc import _model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from calibrator.procedure import Point, PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = ["budget_of", "in_fours"]

_SQRT12 = 12.0**0.5
_KINDS: dict[str, tuple[Callable[..., float], dict[str, str]]] = {
    "volts": (
        _model.voltage_error,
        {"meter": "V", "source_resistance": "ohm", "leads": "ohm", "loading": "S", "emf": "V"},
    ),
    "zero": (_model.zero_error, {"meter": "V", "emf": "V"}),
    "ohms": (_model.resistance_error, {"meter": "ohm", "leakage": "S"}),
    "ohms one way": (_model.one_way_error, {"meter": "ohm", "leakage": "S", "emf": "ohm"}),
}

_COMPARED = {"reference": "V", "transfer": "V", "emf_change": "V", "leads": "ohm", "loading": "S"}


def budget_of(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the error of the set value at one point.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    if references.point.settings.get("transfer"):
        return _transfer(references, observed)
    point = references.point
    model, figures = _KINDS[_kind(references)]
    applied = observed.applied if observed.applied is not None else float(point.nominal)
    inputs = [constant("applied", applied, point.unit, source="read back from the unit under test")]
    inputs.append(_indication(references, observed))
    inputs += [figure_input(references, kind, unit) for kind, unit in figures.items()]
    return Budget(model, inputs, unit=point.unit, name=point.id)


def _transfer(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of a comparison: reference, unit, unit swapped, reference swapped."""
    from calibrator_uncertainty import Budget, constant, type_a

    point = references.point
    first, unit, swapped, last = in_fours(observed.readings)
    differences = [
        0.5 * ((own.value - back.value) - (its.value - its_back.value))
        for its, own, back, its_back in zip(first, unit, swapped, last, strict=True)
    ]
    step = 2.0 * required_figure(references, "resolution").half_width
    said = {name: set_value(block[0], point) for name, block in (("applied", unit), ("certified", first))}
    inputs = [
        constant("applied", said["applied"], point.unit, source="read back from the unit under test"),
        constant("certified", said["certified"], point.unit, source="read back from the reference"),
        # of four readings with the same step, each with the weight 1/2
        type_a("difference", differences, point.unit, floor_u=step / _SQRT12),
        *(figure_input(references, kind, unit) for kind, unit in _COMPARED.items()),
    ]
    return Budget(_model.transfer_error, inputs, unit=point.unit, name=point.id)


def in_fours(readings: Sequence[Reading]) -> tuple[Sequence[Reading], ...]:
    """Return the readings of the four connections of a comparison."""
    count = len(readings) // 4
    first, unit, swapped, last = (readings[number * count : (number + 1) * count] for number in range(4))
    return first, unit, swapped, last


def set_value(reading: Reading, point: Point) -> float:
    """Return what the source that was connected said it gave; the nominal value in a plan."""
    return float(point.nominal) if reading.applied is None else reading.applied


def _kind(references: PointReferences) -> str:
    point = references.point
    if point.function != "dcv":
        one_way = any(item.kind == "emf" for item in references.contributions)
        return "ohms one way" if one_way else "ohms"
    return "volts" if point.nominal else "zero"


def _indication(references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean indication; the meter's last digit enters once, as a floor (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    step = 2.0 * required_figure(references, "resolution").half_width
    values = [reading.value for reading in observed.readings]
    return type_a("indication", values, references.point.unit, floor_u=step / _SQRT12)
