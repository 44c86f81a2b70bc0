"""Models of the frequency error; each serves the dimensional check, propagation and Monte Carlo as it stands.

`reference` is the fractional deviation of the disciplined oscillator from nominal.
"""

from __future__ import annotations

__all__ = ["counter_error", "generator_error"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def counter_error(*, indication: X, nominal: X, reference: X) -> X:
    """Return the error of a counter that counts the oscillator by its own time base: E = I - f."""
    return indication - nominal * (1 + reference)


def generator_error(*, applied: X, indication: X, reference: X) -> X:
    """Return the error of a generator's setting: what it is set to less what it really gives.

    The counter takes the oscillator for its time base, so that it shows f/(1 + reference).
    """
    return applied - indication * (1 + reference)
