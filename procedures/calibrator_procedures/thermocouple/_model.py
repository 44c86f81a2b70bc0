"""Models of a thermocouple beside a standard, in kelvins.

Each is used as it stands for the dimensional check, for propagation and for Monte Carlo.
"""

from __future__ import annotations

__all__ = ["place_difference", "thermocouple_error"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def thermocouple_error(
    *,
    difference: X,
    readout_uut: X,
    junction: X,
    junction_ratio: X,
    inhomogeneity: X,
    lever: X,
    readout_standard: X,
    certificate: X,
    drift: X,
    radial: X,
    axial: X,
    share: X,
) -> X:
    """Return the error of a thermocouple: what it shows too much that is not of readout, junction or place.

    An error of the reference junction counts by the ratio of the sensitivities there and at the measuring
    junction; the wires' inhomogeneity, relative to the voltage, by the voltage over the sensitivity.
    """
    wires = lever * inhomogeneity
    standard = readout_standard + certificate + drift
    return difference - readout_uut - junction_ratio * junction - wires + standard - share * (radial + axial)


def place_difference(*, difference: X, reference: X, axial_move: X, share: X) -> X:
    """Return how far the error goes with the depth: all but the slope along the block cancels."""
    return difference - reference - share * axial_move
