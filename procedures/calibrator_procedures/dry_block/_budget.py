"""Budgets of a block's points: which recorded figure is which input of the model."""

from __future__ import annotations

import math
from statistics import stdev
from typing import TYPE_CHECKING

from calibrator.procedure import comparison, required_figure
from calibrator_procedures.dry_block import _model

if TYPE_CHECKING:
    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["display_budget", "place_budget", "stability_budget"]

_SQRT12 = 12.0**0.5
_STANDARD = ("readout", "certificate", "drift")
_BLOCK = ("radial", "axial", "loading", "hysteresis", "fluctuation")


def display_budget(references: PointReferences, observed: PointObservations) -> Budget:
    """Return the budget of the display's error; raises `MissingReferenceError` where a figure is missing."""
    from calibrator_uncertainty import Budget

    inputs = [comparison.mean_input("difference", comparison.differences(observed), references)]
    inputs += [comparison.standard_input(references, kind) for kind in _STANDARD]
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
        comparison.mean_input(name, comparison.differences(item, sign=sign), references)
        for name, item in (("difference", observed), ("reference", reference))
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
    seen = stdev(comparison.paired(standard))
    least = 2.0 * required_figure(references, "resolution_standard").half_width / _SQRT12
    u = max(seen, least) / math.sqrt(2.0 * (rounds - 1))
    spread = math.sqrt(max(seen**2 - noise, 0.0))
    inputs = [normal("spread", spread, u, "K", dof=rounds - 1, source=f"{rounds} rounds of two readings")]
    return Budget(_model.stability, inputs, unit="K", name=references.point.id)


def _limit(references: PointReferences, kind: str) -> Input:
    from calibrator_uncertainty import rectangular

    figure = required_figure(references, kind)
    return rectangular(kind, figure.estimate, figure.half_width, "K", source=figure.source)
