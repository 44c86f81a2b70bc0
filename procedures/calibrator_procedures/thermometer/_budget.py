"""Budgets of a comparison: which recorded figure is which input of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.procedure import comparison
from calibrator_procedures.thermometer import _model

if TYPE_CHECKING:
    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["change_budget", "differences", "error_budget", "heating_budget", "stability_budget"]

LOW_A, SPAN_A = 0.004, 0.016  # IEC 60381-1: 4 to 20 mA
_FIGURES = ("readout_standard", "certificate", "drift", "self_heating", "radial", "axial")


def error_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the unit's error at one temperature.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget

    inputs = [_difference("difference", references, observed), comparison.place_share(references, observed)]
    inputs += [comparison.standard_input(references, kind) for kind in _FIGURES]
    slope = _per_ampere(references)
    if slope is None:
        inputs.append(comparison.standard_input(references, "readout_uut"))
        if "second_a" in references.point.settings:
            inputs += _second(references, observed)
            return Budget(_model.zero_current_error, inputs, unit="K", name=references.point.id)
        return Budget(_model.comparison_error, inputs, unit="K", name=references.point.id)
    inputs += [comparison.standard_input(references, "meter", "A"), slope]
    return Budget(_model.transmitter_error, inputs, unit="K", name=references.point.id)


def heating_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of what the first current heats, from the readings at two currents."""
    from calibrator_uncertainty import Budget

    inputs = [_difference("difference", references, observed), *_second(references, observed)]
    return Budget(_model.self_heating, inputs, unit="K", name=references.point.id)


def stability_budget(change_k: float, point: str) -> Budget:
    """Return what a curve owes to the change of the first point: the unit was anywhere between both ends."""
    from calibrator_uncertainty import Budget, constant, rectangular

    source = f"change of the first point at the end, {point}"
    half = abs(change_k)
    moved = rectangular("moved", 0.0, half, "K", source=source) if half else constant("moved", 0.0, "K")
    return Budget(_model.moved, [moved], unit="K", name=point)


def change_budget(
    references: PointReferences, observed: PointObservations, earlier: PointObservations
) -> Budget:
    """Return the budget of the change of the unit since an earlier visit of the same temperature."""
    from calibrator_uncertainty import Budget

    inputs = [
        _difference("difference", references, observed),
        _difference("earlier", references, earlier),
    ]
    return Budget(_model.change, inputs, unit="K", name=references.point.id)


def differences(references: PointReferences, observed: PointObservations) -> list[float]:
    """Return unit minus standard of each round (K): a round is S X X S, so that a slow drift cancels."""
    unit = observed.readings
    standard = observed.parts["standard"][: len(unit)]  # what follows is that of the second current
    slope = _per_ampere(references)
    if slope is None:
        return comparison.symmetric(unit, standard)
    low_c = float(str(references.point.settings.get("low_c", "0")))
    pairs = zip(comparison.paired(unit), comparison.paired(standard), strict=True)
    return [low_c + (loop - LOW_A) * slope.estimate - celsius for loop, celsius in pairs]


def _difference(name: str, references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean difference at the first current."""
    slope = _per_ampere(references)
    per_unit = 1.0 if slope is None else slope.estimate
    return comparison.mean_input(name, differences(references, observed), references, per_unit=per_unit)


def _second(references: PointReferences, observed: PointObservations) -> list[Input]:
    """Return the mean difference at the second current, and what leads from there to none."""
    from calibrator_uncertainty import constant

    settings, second = references.point.settings, observed.parts["second"]
    found = comparison.symmetric(second, observed.parts["standard"][len(observed.readings) :])
    first_a, second_a = float(str(settings["current_a"])), float(str(settings["second_a"]))
    beyond = first_a**2 / (first_a**2 - second_a**2)
    return [
        comparison.mean_input("second", found, references),
        comparison.standard_input(references, "second_current"),
        constant("beyond", beyond, "", source=f"currents of {first_a * 1e3:g} and {second_a * 1e3:g} mA"),
    ]


def _per_ampere(references: PointReferences) -> Input | None:
    """Return a transmitter's span over 16 mA (K/A); None for a thermometer that a readout reads."""
    from calibrator_uncertainty import constant

    settings = references.point.settings
    if "loop_a" not in settings:
        return None
    span = float(str(settings["high_c"])) - float(str(settings["low_c"]))
    return constant("per_ampere", span / SPAN_A, "K/A", source="span of the transmitter over 16 mA")
