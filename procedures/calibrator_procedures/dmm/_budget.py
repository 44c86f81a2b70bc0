"""Budgets of the multimeter's points: which model, and which recorded figure is which input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.dmm import _model

if TYPE_CHECKING:
    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["budget_of"]

_SQRT12 = 12.0**0.5
# By function, and whether a source realises the value: the model, and the kinds of figures that it takes.
_MODELS: Mapping[tuple[str, bool], tuple[Callable[..., float], tuple[str, ...]]] = {
    ("dcv", True): (_model.voltage_error, ("standard", "source_resistance", "leads", "loading", "emf")),
    ("acv", True): (
        _model.alternating_voltage_error,
        ("standard", "source_resistance", "leads", "input_conductance", "capacitance", "frequency"),
    ),
    ("res4w", True): (_model.resistance_error, ("standard", "leakage", "emf", "test_current")),
    ("res2w", True): (_model.two_wire_error, ("standard", "leakage", "leads", "emf", "test_current")),
    ("dci", True): (_model.current_error, ("standard",)),
    ("aci", True): (_model.current_error, ("standard",)),
    ("freq", True): (_model.frequency_error, ("standard",)),
    ("dcv", False): (_model.short_voltage_error, ("emf",)),
    ("res4w", False): (_model.short_resistance_error, ("emf", "test_current")),
    ("dci", False): (_model.open_error, ()),
}


def budget_of(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the error of indication at one point.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget

    model, kinds = _model_of(references)
    inputs = [_indication(references, observed)]
    if references.point.standard == "source":
        inputs.append(_applied(references, observed))
    inputs += [figure_input(references, kind) for kind in kinds]
    return Budget(model, inputs, unit=references.point.unit, name=references.point.id)


def _model_of(references: PointReferences) -> tuple[Callable[..., float], tuple[str, ...]]:
    """Return the model of a point and the kinds of figures that it takes beside the indication."""
    point = references.point
    return _MODELS[point.function, point.standard == "source"]


def _indication(references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean indication; resolution enters once, as a floor under s/sqrt(n) (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    point = references.point
    resolution = required_figure(references, "resolution")
    return type_a(
        "indication",
        [reading.value for reading in observed.readings],
        point.unit,
        # half_width is half a count: d/sqrt(12)
        floor_u=2.0 * resolution.half_width / _SQRT12,
    )


def _applied(references: PointReferences, observed: PointObservations) -> Input:
    """Return the value read back from the source; what the source errs by is the input `standard`."""
    from calibrator_uncertainty import constant

    applied = observed.applied if observed.applied is not None else float(references.point.nominal)
    return constant("applied", applied, references.point.unit, source="read back from the source")
