"""Budgets of a comparison: which recorded figure is which input of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.thermometer import _model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.procedure import PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = ["change_budget", "differences", "error_budget"]

_SQRT12 = 12.0**0.5
_RECORDED_AS = {"certificate": "standard"}  # so that an unchecked one decides nothing live (METROLOGY 9)
LOW_A, SPAN_A = 0.004, 0.016  # IEC 60381-1: 4 to 20 mA
_ROOM_C = 23.0  # where nobody has measured the room
_FIGURES = ("readout_standard", "certificate", "drift", "self_heating", "radial", "axial")


def error_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the unit's error at one temperature.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget

    inputs = [_difference("difference", references, observed), _share(references, observed)]
    inputs += [_figure(references, kind) for kind in _FIGURES]
    slope = _per_ampere(references)
    if slope is None:
        inputs.append(_figure(references, "readout_uut"))
        return Budget(_model.comparison_error, inputs, unit="K", name=references.point.id)
    inputs += [_figure(references, "meter", "A"), slope]
    return Budget(_model.transmitter_error, inputs, unit="K", name=references.point.id)


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
    unit, standard = observed.readings, observed.parts["standard"]
    slope = _per_ampere(references)
    low_c = float(str(references.point.settings.get("low_c", "0")))
    found = []
    for index in range(len(unit) // 2):
        shown = _pair(unit, index)
        if slope is not None:
            shown = low_c + (shown - LOW_A) * slope.estimate
        found.append(shown - _pair(standard, index))
    return found


def _pair(readings: Sequence[Reading], index: int) -> float:
    return 0.5 * (readings[2 * index].value + readings[2 * index + 1].value)


def _difference(name: str, references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean difference; the resolution of both readouts enters once, as a floor (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    steps = [
        2.0 * required_figure(references, f"resolution_{part}").half_width for part in ("uut", "standard")
    ]
    slope = _per_ampere(references)
    if slope is not None:
        steps[0] *= slope.estimate
    floor = (steps[0] ** 2 + steps[1] ** 2) ** 0.5 / _SQRT12
    return type_a(name, differences(references, observed), "K", floor_u=floor)


def _per_ampere(references: PointReferences) -> Input | None:
    """Return a transmitter's span over 16 mA (K/A); None for a thermometer that a readout reads."""
    from calibrator_uncertainty import constant

    settings = references.point.settings
    if "loop_a" not in settings:
        return None
    span = float(str(settings["high_c"])) - float(str(settings["low_c"]))
    return constant("per_ampere", span / SPAN_A, "K/A", source="span of the transmitter over 16 mA")


def _figure(references: PointReferences, kind: str, unit: str = "K") -> Input:
    """Return the input of a recorded figure: what belongs to the standard or its place is one error."""
    recorded_as = _RECORDED_AS.get(kind, "")
    return figure_input(references, kind, unit, recorded_as=recorded_as, of_standard=True)


def _share(references: PointReferences, observed: PointObservations) -> Input:
    """Return the part of the full span's inhomogeneity that is there: it grows with the way from the room."""
    from calibrator_uncertainty import constant

    room_c = _ROOM_C if observed.temperature_c is None else observed.temperature_c
    span = required_figure(references, "full_span").estimate
    share = abs(float(references.point.nominal) - room_c) / span
    return constant("share", share, "", source="distance from the room over that of the span's end")
