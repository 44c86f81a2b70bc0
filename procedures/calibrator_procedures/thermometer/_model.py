"""Models of a comparison: the unit's error where the standard says what the temperature is, in kelvins.

Each is used as it stands for the dimensional check, for propagation and for Monte Carlo.
"""

from __future__ import annotations

__all__ = ["change", "comparison_error", "moved", "self_heating", "transmitter_error", "zero_current_error"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def comparison_error(
    *,
    difference: X,
    readout_uut: X,
    readout_standard: X,
    certificate: X,
    drift: X,
    self_heating: X,
    radial: X,
    axial: X,
    share: X,
) -> X:
    """Return the unit's error: unit minus standard as shown, less what readouts, standard and place add."""
    standard = readout_standard + certificate + drift + self_heating
    return difference - readout_uut + standard - share * (radial + axial)


def zero_current_error(
    *,
    difference: X,
    second: X,
    second_current: X,
    beyond: X,
    readout_uut: X,
    readout_standard: X,
    certificate: X,
    drift: X,
    self_heating: X,
    radial: X,
    axial: X,
    share: X,
) -> X:
    """Return the unit's error without a current: that at the first current less what it heats."""
    heated = beyond * (difference - second + second_current)
    standard = readout_standard + certificate + drift + self_heating
    return difference - heated - readout_uut + standard - share * (radial + axial)


def self_heating(*, difference: X, second: X, second_current: X, beyond: X) -> X:
    """Return what the first current heats: it goes with the square, `beyond` is I₁²/(I₁² - I₂²).

    `second` is unit minus standard at the second current, where the readout shows `second_current` more.
    """
    return beyond * (difference - second + second_current)


def transmitter_error(
    *,
    difference: X,
    meter: X,
    per_ampere: X,
    readout_standard: X,
    certificate: X,
    drift: X,
    self_heating: X,
    radial: X,
    axial: X,
    share: X,
) -> X:
    """Return the error of a transmitter whose loop current a meter reads; `per_ampere` is span over 16 mA."""
    standard = readout_standard + certificate + drift + self_heating
    return difference - per_ampere * meter + standard - share * (radial + axial)


def change(*, difference: X, earlier: X) -> X:
    """Return how far the unit went between two visits of a temperature: what the visits share cancels."""
    return difference - earlier


def moved(*, moved: X) -> X:
    """Return how far the unit may have gone while its curve was measured, of all points alike."""
    return moved
