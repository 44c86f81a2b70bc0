"""Budgets of a comparison: which recorded figure is which input of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator_procedures.thermometer import _model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.procedure import Contribution, PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = ["MissingReferenceError", "change_budget", "differences", "error_budget"]

_SQRT12 = 12.0**0.5
_RECORDED_AS = {"certificate": "standard"}  # so that an unchecked one decides nothing live (METROLOGY 9)
LOW_A, SPAN_A = 0.004, 0.016  # IEC 60381-1: 4 to 20 mA
_ROOM_C = 23.0  # where nobody has measured the room
_FIGURES = ("readout_standard", "certificate", "drift", "self_heating", "radial", "axial")


class MissingReferenceError(ValueError):
    """A budget needs a figure that the references do not hold: nothing is silently zero."""

    code = "reference-missing"

    def __init__(self, point: str, kind: str) -> None:
        super().__init__(
            f"the budget of {point} needs the figure {kind!r}, which its references do not hold."
            f" Write it under figures of the wiring in the bench file, and fix the references again."
        )
        self.point = point
        self.kind = kind


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

    steps = [2.0 * _require(references, f"resolution_{part}").half_width for part in ("uut", "standard")]
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
        # what belongs to the standard or to the place is the same error at every temperature
        shared=figure.shared or f"{references.standard_asset}:{kind}",
    )


def _share(references: PointReferences, observed: PointObservations) -> Input:
    """Return the part of the full span's inhomogeneity that is there: it grows with the way from the room."""
    from calibrator_uncertainty import constant

    room_c = _ROOM_C if observed.temperature_c is None else observed.temperature_c
    span = _require(references, "full_span").estimate
    share = abs(float(references.point.nominal) - room_c) / span
    return constant("share", share, "", source="distance from the room over that of the span's end")


def _require(references: PointReferences, kind: str) -> Contribution:
    figure = references.contribution(_RECORDED_AS.get(kind, kind))
    if figure is None:
        raise MissingReferenceError(references.point.id, kind)
    return figure
