"""Model of a meter's percentage error over a gate of whole pulses; as it stands for every use."""

from __future__ import annotations

__all__ = ["percentage_error"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def percentage_error(
    *, ratio: X, power: X, reference: X, integration: X, phase: X, tangent: X, percent: X
) -> X:
    """Return the error of the meter's energy in percent of the true one (IEC 62052-11, definition).

    `ratio` is the meter's energy over what the reference integrated in the same gate. The reference's power
    errs by `reference` at `power`, its integration by a share of the reading, and a phase error delta of it
    by delta tan(phi) of the power (to first order, delta below 0.003 rad).
    """
    shown_over_true = 1 + reference / power + integration - phase * tangent
    return percent * (ratio * shown_over_true - 1)
