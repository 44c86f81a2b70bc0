"""Models of the error of a calibrator's setting, E = set value - true value at its terminals.

Each is used as it stands for the dimensional check, for propagation and for Monte Carlo. The calibrator's own
zero stays in its error; what polarity reversal removes is the meter's (METROLOGY 15).
"""

from __future__ import annotations

__all__ = ["one_way_error", "resistance_error", "transfer_error", "voltage_error", "zero_error"]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def voltage_error(
    *, applied: X, indication: X, meter: X, source_resistance: X, leads: X, loading: X, emf: X
) -> X:
    """Return the error of a set voltage: the meter loads the source through the leads, which add an EMF."""
    return applied - (indication - meter - emf) * (1 + (source_resistance + leads) * loading)


def zero_error(*, applied: X, indication: X, meter: X, emf: X) -> X:
    """Return the error of zero volts."""
    return applied - (indication - meter - emf)


def transfer_error(
    *,
    applied: X,
    certified: X,
    reference: X,
    difference: X,
    transfer: X,
    emf_change: X,
    leads: X,
    loading: X,
) -> X:
    """Return the error of a set voltage by comparison: the reference gives `certified` + `reference`.

    `difference` is what the meter shows of the unit less what it shows of the reference, each as half of what
    it shows with the leads as they are less what it shows with them swapped. What meter and leads take away
    is a share of the difference only.
    """
    seen = difference - transfer - emf_change
    return applied - (certified + reference + seen * (1 + leads * loading))


def resistance_error(*, applied: X, indication: X, meter: X, leakage: X) -> X:
    """Return the error of a set resistance: four-wire, offset-compensated; leakage lies across it."""
    seen = indication - meter
    return applied - seen / (1 - seen * leakage)


def one_way_error(*, applied: X, indication: X, meter: X, leakage: X, emf: X) -> X:
    """Return the same where the meter's current flows one way: `emf`, in ohm, is what the leads' EMF adds."""
    seen = indication - meter - emf
    return applied - seen / (1 - seen * leakage)
