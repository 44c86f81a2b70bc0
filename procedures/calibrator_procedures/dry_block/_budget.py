"""Budgets of a block's points: which recorded figure is which input of the model."""

from __future__ import annotations

import math
from statistics import fmean, variance
from typing import TYPE_CHECKING

from calibrator.procedure import comparison, required_figure
from calibrator_procedures.dry_block import _model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calibrator.procedure import PointObservations, PointReferences
    from calibrator_uncertainty import Budget, Input

__all__ = ["ROUND_OF_STABILITY", "display_budget", "place_budget", "stability_budget"]

# Four of the standard as quick as it converts, so that its noise can be told from the block's movement.
ROUND_OF_STABILITY = ("uut", "standard", "standard", "standard", "standard")
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
    """Return the budget of twice the standard deviation of the rounds' means, the readout's noise taken out.

    u is of the measurement, given how the block moved: s² of n means that carry a noise of variance v each
    scatters by (4 s² v + 2 v²)/(n - 1). Raises `MissingReferenceError` where there is no resolution.
    """
    from calibrator_uncertainty import Budget, normal

    standard = [reading.value for reading in observed.parts["standard"]]
    size = len(ROUND_OF_STABILITY) - 1
    rounds = [standard[at : at + size] for at in range(0, len(standard) - size + 1, size)]
    own = [2.0 * _apart(found, 1) - _apart(found, 2) for found in rounds]
    least = (2.0 * required_figure(references, "resolution_standard").half_width) ** 2 / 12.0
    square = max(variance([fmean(found) for found in rounds]) - max(fmean(own), least) / size, 0.0)
    # neighbours differ by a little more than the noise: on the safe side, and steadier than `own`
    noise = max(fmean(_apart(found, 1) for found in rounds), least) / size
    scatter = (4.0 * square * noise + 2.0 * noise**2) / (len(rounds) - 1)
    u_square = math.sqrt(scatter + variance(own) / len(rounds) / size**2)
    # of the root by its change over +/- u (JCGM 100:2008, 5.1.3, note 2): it also holds near zero
    u = 0.5 * (math.sqrt(square + u_square) - math.sqrt(max(square - u_square, 0.0)))
    # of a mean square of successive differences (von Neumann 1941): 2 (m - 1)²/(3 m - 4) a round of m
    dof = len(rounds) * 2.0 * (size - 1) ** 2 / (3 * size - 4)
    source = f"{len(rounds)} rounds of {size} readings"
    inputs = [normal("spread", math.sqrt(square), u, "K", dof=dof, source=source)]
    return Budget(_model.stability, inputs, unit="K", name=references.point.id)


def _apart(found: Sequence[float], steps: int) -> float:
    """Return half the mean square of what readings some steps apart differ by (K²): a semivariogram.

    At no distance in time it is the variance of the readout alone, its nugget: what the block moves between
    two readings grows with their distance, so that a straight line through one and two steps leads there.
    """
    return fmean([(found[at + steps] - found[at]) ** 2 for at in range(len(found) - steps)]) / 2.0


def _limit(references: PointReferences, kind: str) -> Input:
    from calibrator_uncertainty import rectangular

    figure = required_figure(references, kind)
    return rectangular(kind, figure.estimate, figure.half_width, "K", source=figure.source)
