"""Models of a block: what its display is off, and how its places differ, in kelvins.

Each is used as it stands for the dimensional check, for propagation and for Monte Carlo.
"""

from __future__ import annotations

__all__ = ["display_error", "place_difference", "stability"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def display_error(
    *,
    difference: X,
    readout: X,
    certificate: X,
    drift: X,
    radial: X,
    axial: X,
    loading: X,
    hysteresis: X,
    fluctuation: X,
) -> X:
    """Return the error of the display in the measuring zone (EA-4/02 M:2022, S11: the same terms).

    `difference` is display minus standard as shown; what the standard shows too much makes it too small.
    """
    return difference + readout + certificate + drift + radial + axial + loading + hysteresis + fluctuation


def place_difference(*, difference: X, reference: X) -> X:
    """Return how far a place or direction is from the reference one: what both readings share cancels."""
    return difference - reference


def stability(*, spread: X) -> X:
    """Return twice the standard deviation of the standard's readings over half an hour."""
    return 2 * spread
