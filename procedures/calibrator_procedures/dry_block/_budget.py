"""Budgets of a block's points: which recorded figure is which input of the model."""

from __future__ import annotations

import math
from statistics import stdev
from typing import TYPE_CHECKING

from calibrator.procedure import figure_input, required_figure
from calibrator_procedures.dry_block import _model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.procedure import PointObservations, PointReferences, Reading
    from calibrator_uncertainty import Budget, Input

__all__ = ["display_budget", "place_budget", "stability_budget"]

_SQRT12 = 12.0**0.5
_RECORDED_AS = {"certificate": "standard"}  # so that an unchecked one decides nothing live (METROLOGY 9)
_STANDARD = ("readout", "certificate", "drift")
_BLOCK = ("radial", "axial", "loading", "hysteresis", "fluctuation")


def display_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the display's error; raises `MissingReferenceError` where a figure is missing."""
    from calibrator_uncertainty import Budget

    shown = _differences(observed, sign=1.0)
    inputs = [_mean("difference", shown, references), *(_figure(references, k) for k in _STANDARD)]
    # maker's figures of the block itself are limits of what the second section verifies: rectangular (S11.5)
    inputs += [_limit(references, kind) for kind in _BLOCK]
    return Budget(_model.display_error, inputs, unit="K", name=references.point.id)


def place_budget(
    references: PointReferences,
    observed: PointObservations,
    reference: PointObservations,
    *,
    display: bool,
) -> Budget:
    """Return the budget of a difference from a reference place, or of the display from its rising value.

    A place is warmer where the standard shows more over the display; a display that moved shows more over
    the standard.
    """
    from calibrator_uncertainty import Budget

    sign = 1.0 if display else -1.0
    inputs = [
        _mean("difference", _differences(observed, sign=sign), references),
        _mean("reference", _differences(reference, sign=sign), references),
    ]
    return Budget(_model.place_difference, inputs, unit="K", name=references.point.id)


def stability_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of twice the standard deviation, whose own u is s/√(2(n - 1)) (JCGM 100, E.4.3).

    Each round has two readings within seconds: what they differ by is the readout's, and is taken out.
    """
    from calibrator_uncertainty import Budget, normal

    standard = observed.parts["standard"]
    rounds = len(standard) // 2
    apart = [standard[2 * index + 1].value - standard[2 * index].value for index in range(rounds)]
    noise = sum(value**2 for value in apart) / (4.0 * rounds)  # variance of the mean of two
    seen = stdev(_pair(standard, index) for index in range(rounds))
    least = 2.0 * required_figure(references, "resolution_standard").half_width / _SQRT12
    u = max(seen, least) / math.sqrt(2.0 * (rounds - 1))
    spread = math.sqrt(max(seen**2 - noise, 0.0))
    inputs = [normal("spread", spread, u, "K", dof=rounds - 1, source=f"{rounds} rounds of two readings")]
    return Budget(_model.stability, inputs, unit="K", name=references.point.id)


def _differences(observed: PointObservations, *, sign: float) -> list[float]:
    """Return display minus standard of each round S X X S (K), so that a slow drift cancels."""
    shown, standard = observed.readings, observed.parts["standard"]
    return [sign * (_pair(shown, index) - _pair(standard, index)) for index in range(len(shown) // 2)]


def _pair(readings: Sequence[Reading], index: int) -> float:
    return 0.5 * (readings[2 * index].value + readings[2 * index + 1].value)


def _mean(name: str, differences: Sequence[float], references: PointReferences) -> Input:
    """Return the mean difference; the resolutions of display and readout enter once (METROLOGY 14)."""
    from calibrator_uncertainty import type_a

    steps = [
        2.0 * required_figure(references, f"resolution_{part}").half_width for part in ("uut", "standard")
    ]
    return type_a(name, differences, "K", floor_u=math.hypot(*steps) / _SQRT12)


def _figure(references: PointReferences, kind: str) -> Input:
    """Return the input of a recorded figure: what belongs to the standard or its place is one error."""
    recorded_as = _RECORDED_AS.get(kind, "")
    return figure_input(references, kind, "K", recorded_as=recorded_as, of_standard=True)


def _limit(references: PointReferences, kind: str) -> Input:
    from calibrator_uncertainty import rectangular

    figure = required_figure(references, kind)
    return rectangular(kind, figure.estimate, figure.half_width, "K", source=figure.source)
