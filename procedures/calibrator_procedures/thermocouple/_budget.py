"""Budgets of a thermocouple's points: which recorded figure is which input of the model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.thermocouple import _model
from calibrator_procedures.thermocouple._reference import emf_uv, sensitivity_uv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.procedure import PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = ["error_budget", "place_budget"]

_SQRT12 = 12.0**0.5
_RECORDED_AS = {"certificate": "standard"}  # so that an unchecked one decides nothing live (METROLOGY 9)
_ROOM_C = 23.0  # where nobody has measured the room
_IN_KELVIN = ("readout_uut", "junction", "readout_standard", "certificate", "drift", "radial", "axial")


def error_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the thermocouple's error at one temperature.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    type_ = str(references.point.settings["type"])
    celsius, room_c = float(references.point.nominal), _room(observed)
    slope = sensitivity_uv(type_, celsius)
    source = f"type {type_} by ITS-90"
    inputs = [
        _mean("difference", references, observed),
        *(_figure(references, kind, "K") for kind in _IN_KELVIN),
        _figure(references, "inhomogeneity", ""),
        constant("junction_ratio", sensitivity_uv(type_, room_c) / slope, "", source=source),
        constant("lever", (emf_uv(type_, celsius) - emf_uv(type_, room_c)) / slope, "K", source=source),
        _share(references, observed),
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
        _figure(references, "axial_move", "K"),
        _share(references, observed),
    ]
    return Budget(_model.place_difference, inputs, unit="K", name=references.point.id)


def _share(references: PointReferences, observed: PointObservations) -> Input:
    """Return the part of the full span's inhomogeneity that is there: it grows with the way from the room."""
    from calibrator_uncertainty import constant

    share = (
        abs(float(references.point.nominal) - _room(observed))
        / required_figure(references, "full_span").estimate
    )
    return constant("share", share, "", source="distance from the room over that of the span's end")


def _room(observed: PointObservations) -> float:
    return _ROOM_C if observed.temperature_c is None else observed.temperature_c


def _differences(observed: PointObservations) -> list[float]:
    """Return unit minus standard of each round S X X S (K), so that a slow drift cancels."""
    unit, standard = observed.readings, observed.parts["standard"]
    return [_pair(unit, index) - _pair(standard, index) for index in range(len(unit) // 2)]


def _pair(readings: Sequence[Reading], index: int) -> float:
    return 0.5 * (readings[2 * index].value + readings[2 * index + 1].value)


def _mean(name: str, references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean difference; the resolutions of both readouts enter once (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    steps = [
        2.0 * required_figure(references, f"resolution_{part}").half_width for part in ("uut", "standard")
    ]
    return type_a(name, _differences(observed), "K", floor_u=math.hypot(*steps) / _SQRT12)


def _figure(references: PointReferences, kind: str, unit: str) -> Input:
    """Return the input of a recorded figure: what belongs to the standard or its place is one error."""
    recorded_as = _RECORDED_AS.get(kind, "")
    return figure_input(references, kind, unit, recorded_as=recorded_as, of_standard=True)
