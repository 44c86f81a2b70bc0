"""Budgets of a calibrator's points: which model, and which recorded figure is which input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator_procedures.calibrator_dc import _model

if TYPE_CHECKING:
    from collections.abc import Callable

    from calibrator.procedure import Contribution, PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["MissingReferenceError", "budget_of"]

_SQRT12 = 12.0**0.5
_KINDS: dict[str, tuple[Callable[..., float], dict[str, str]]] = {
    "volts": (
        _model.voltage_error,
        {"meter": "V", "source_resistance": "ohm", "leads": "ohm", "loading": "S", "emf": "V"},
    ),
    "zero": (_model.zero_error, {"meter": "V", "emf": "V"}),
    "ohms": (_model.resistance_error, {"meter": "ohm", "leakage": "S"}),
}


class MissingReferenceError(ValueError):
    """A budget needs a figure that the references do not hold: nothing is silently zero."""

    code = "reference-missing"

    def __init__(self, point: str, kind: str) -> None:
        super().__init__(
            f"the budget of {point} needs the figure {kind!r}, which its references do not hold."
            " Fix the references of the run again from the bench file and the accuracy tables."
        )
        self.point = point
        self.kind = kind


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
    inputs += [_figure(references, kind, unit) for kind, unit in figures.items()]
    return Budget(model, inputs, unit=point.unit, name=point.id)


def _kind(references: PointReferences) -> str:
    point = references.point
    if point.function != "dcv":
        return "ohms"
    return "volts" if point.nominal else "zero"


def _indication(references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean indication; the meter's last digit enters once, as a floor (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    step = 2.0 * _require(references, "resolution").half_width
    values = [reading.value for reading in observed.readings]
    return type_a("indication", values, references.point.unit, floor_u=step / _SQRT12)


def _figure(references: PointReferences, kind: str, unit: str) -> Input:
    """Return the input made of one recorded figure, exact where its half-width is zero."""
    from calibrator_uncertainty import constant, from_half_width

    figure = _require(references, kind)
    if figure.half_width == 0:
        return constant(kind, figure.estimate, unit, source=figure.source)
    return from_half_width(
        kind,
        figure.estimate,
        figure.half_width,
        unit,
        k=figure.k,
        treat_as=figure.treat_as,
        source=figure.source,
        shared=figure.shared or None,
    )


def _require(references: PointReferences, kind: str) -> Contribution:
    figure = references.contribution(kind)
    if figure is None:
        raise MissingReferenceError(references.point.id, kind)
    return figure
