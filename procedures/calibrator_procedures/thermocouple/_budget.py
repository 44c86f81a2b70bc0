"""Budgets of a thermocouple's points: which recorded figure is which input of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.procedure import comparison
from calibrator_procedures.thermocouple import _model
from calibrator_procedures.thermocouple._reference import emf_uv, sensitivity_uv

if TYPE_CHECKING:
    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["error_budget", "place_budget"]

_IN_KELVIN = ("readout_uut", "junction", "readout_standard", "certificate", "drift", "radial", "axial")


def error_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the thermocouple's error at one temperature.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    type_ = str(references.point.settings["type"])
    celsius, room_c = float(references.point.nominal), comparison.room_c(observed)
    slope = sensitivity_uv(type_, celsius)
    source = f"type {type_} by ITS-90"
    inputs = [
        _mean("difference", references, observed),
        *(comparison.standard_input(references, kind) for kind in _IN_KELVIN),
        comparison.standard_input(references, "inhomogeneity", ""),
        constant("junction_ratio", sensitivity_uv(type_, room_c) / slope, "", source=source),
        constant("lever", (emf_uv(type_, celsius) - emf_uv(type_, room_c)) / slope, "K", source=source),
        comparison.place_share(references, observed),
    ]
    return Budget(_model.thermocouple_error, inputs, unit="K", name=references.point.id)


def place_budget(
    references: PointReferences, observed: PointObservations, reference: PointObservations
) -> Budget:
    """Return the budget of the change with the depth at which the wires meet the gradient."""
    from calibrator_uncertainty import Budget

    inputs = [
        _mean("difference", references, observed),
        _mean("reference", references, reference),
        comparison.standard_input(references, "axial_move"),
        comparison.place_share(references, observed),
    ]
    return Budget(_model.place_difference, inputs, unit="K", name=references.point.id)


def _mean(name: str, references: PointReferences, observed: PointObservations) -> Input:
    return comparison.mean_input(name, comparison.differences(observed), references)
