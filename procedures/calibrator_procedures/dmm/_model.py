"""Models of the error of indication, E = I - true value at the meter's terminals.

Each is used as it stands for the dimensional check, for propagation and for Monte Carlo.
The UUT's own zero stays in its error (METROLOGY 15).
"""

from __future__ import annotations

__all__ = [
    "current_error",
    "open_error",
    "resistance_error",
    "short_resistance_error",
    "short_voltage_error",
    "voltage_error",
]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def voltage_error(
    *, indication: X, applied: X, standard: X, source_resistance: X, leads: X, loading: X, emf: X
) -> X:
    """Return the error of a volts indication: the source is loaded by the meter, the leads add an EMF."""
    divider = 1 + (source_resistance + leads) * loading
    return indication - ((applied + standard) / divider + emf)


def resistance_error(*, indication: X, applied: X, standard: X, leakage: X, emf: X, test_current: X) -> X:
    """Return the error of a four-wire indication: leakage lies across the resistance, an EMF adds to I R."""
    resistance = applied + standard
    return indication - (resistance / (1 + resistance * leakage) + emf / test_current)


def current_error(*, indication: X, applied: X, standard: X) -> X:
    """Return the error of a current indication."""
    return indication - (applied + standard)


def short_voltage_error(*, indication: X, emf: X) -> X:
    """Return the error of a volts indication with the inputs shorted: the short has its own EMF."""
    return indication - emf


def short_resistance_error(*, indication: X, emf: X, test_current: X) -> X:
    """Return the error of a four-wire ohms indication with the inputs shorted."""
    return indication - emf / test_current


def open_error(*, indication: X) -> X:
    """Return the error of a current indication with the inputs open: no current flows."""
    return indication
