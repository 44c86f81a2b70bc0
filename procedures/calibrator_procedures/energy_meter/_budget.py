"""Budget of a meter's error at one load: which recorded figure is which input of the model."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.energy_meter._model import percentage_error

if TYPE_CHECKING:
    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["budget_of", "ratios"]

_WH_PER_KWH = 1000.0
_SQRT6 = 6.0**0.5
_FIGURES = {"integration": "", "phase": ""}


def ratios(references: PointReferences, observed: PointObservations) -> list[float]:
    """Return the meter's energy over the reference's, a number a gate: N/C against integrated Wh.

    The total's first edge opens the gate, so that N is one less than the total.
    """
    constant = float(references.point.settings["pulses_per_kwh"])
    counted, integrated = observed.readings, observed.parts.get("reference", ())
    return [
        (pulses.value - 1.0) / constant * _WH_PER_KWH / energy.value
        for pulses, energy in zip(counted, integrated, strict=False)
    ]


def budget_of(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the error at one load.

    Raises `MissingReferenceError` where the references lack a figure that the model needs.
    """
    from calibrator_uncertainty import Budget, constant

    seen = [reading.value for reading in observed.parts["factor"]]
    watts = fmean(reading.value for reading in observed.parts["power"])
    tangent = math.tan(math.acos(max(-1.0, min(1.0, fmean(seen)))))
    inputs = [_ratio(references, observed), _reference(references, watts)]
    inputs += [figure_input(references, kind, unit, of_standard=True) for kind, unit in _FIGURES.items()]
    inputs.append(constant("power", watts, "W", source="active power during the gates"))
    inputs.append(constant("tangent", tangent, "", source="tan phi of the power factor during the gates"))
    inputs.append(constant("percent", 100.0, "%", source="the error is stated in percent"))
    return Budget(percentage_error, inputs, unit="%", name=references.point.id)


def _ratio(references: PointReferences, observed: PointObservations) -> Input:
    """Return the mean ratio of the gates.

    Both ends of a gate are found by questions at even times after an edge, so that a gate errs by the
    difference of two lags, triangular within one interval: the floor under the scatter of few gates.
    """
    from calibrator_uncertainty import type_a

    settings = references.point.settings
    found = ratios(references, observed)
    watts = fmean(reading.value for reading in observed.parts["power"])
    gate_s = float(settings["pulses"]) / float(settings["pulses_per_kwh"]) * _WH_PER_KWH * 3600.0 / watts
    lag = float(settings["poll_s"]) / gate_s / _SQRT6
    return type_a("ratio", found, "", floor_u=lag / len(found) ** 0.5)


def _reference(references: PointReferences, watts: float) -> Input:
    """Return the error of the reference's power at the load of the gates (W).

    Its limit is a share of the reading and one of the range: on the line between both ends of the window.
    """
    from calibrator_uncertainty import from_half_width

    settings = references.point.settings
    low, high = (required_figure(references, f"reference_{end}") for end in ("low", "high"))
    low_w, high_w = float(settings["power_low_w"]), float(settings["power_high_w"])
    share = (watts - low_w) / (high_w - low_w)
    return from_half_width(
        "reference",
        low.estimate + share * (high.estimate - low.estimate),
        low.half_width + share * (high.half_width - low.half_width),
        "W",
        k=high.k,
        treat_as=high.treat_as,
        source=high.source,
        shared=high.shared or f"{references.standard_asset}:reference",
    )
