"""Models of a balance; each is used as it stands for propagation and Monte Carlo.

Errors are those in the air and at the temperature of the moment (EURAMET cg-18: E = I - m_ref); what other
air does to a weighing in use is in the uncertainty of the weighing.
"""

from __future__ import annotations

__all__ = ["error_of_indication", "off_centre", "spread"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def error_of_indication(
    *,
    indication: X,
    rounding: X,
    zero: X,
    repeatability: X,
    weight: X,
    drift: X,
    buoyancy: X,
    convection: X,
) -> X:
    """Return the error of indication: what is shown less the conventional mass on the pan."""
    return indication + rounding - zero + repeatability - (weight + drift + buoyancy + convection)


def off_centre(*, indication: X, centre: X, rounding: X, zero: X, repeatability: X) -> X:
    """Return by how much a load off the centre shows more: the weight is in both."""
    return indication - centre + rounding + zero + repeatability


def spread(*, highest: X, lowest: X, rounding: X) -> X:
    """Return the largest difference of repeated placings of one load (OIML R 76-1)."""
    return highest - lowest + rounding
