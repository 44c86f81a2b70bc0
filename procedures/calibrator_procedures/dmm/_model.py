"""Models of the error of indication, E = I - true value at the meter's terminals.

Each is used as it stands for the dimensional check, for propagation and for Monte Carlo.
The UUT's own zero stays in its error (METROLOGY 15).
"""

from __future__ import annotations

import math

__all__ = [
    "alternating_voltage_error",
    "current_error",
    "frequency_error",
    "open_error",
    "resistance_error",
    "short_resistance_error",
    "short_voltage_error",
    "two_wire_error",
    "voltage_error",
]

X = float  # stands for whatever is propagated: a float, samples, a traced value, a pint quantity


def voltage_error(
    *, indication: X, applied: X, standard: X, source_resistance: X, leads: X, loading: X, emf: X
) -> X:
    """Return the error of a volts indication: the source is loaded by the meter, the leads add an EMF."""
    divider = 1 + (source_resistance + leads) * loading
    return indication - ((applied + standard) / divider + emf)


def alternating_voltage_error(
    *,
    indication: X,
    applied: X,
    standard: X,
    source_resistance: X,
    leads: X,
    input_conductance: X,
    capacitance: X,
    frequency: X,
) -> X:
    """Return the error of an rms indication: input and leads load the source by conductance and capacitance.

    The divider is 1 / |1 + R (G + j 2 pi f C)|, with R of source and leads.
    """
    ohms = source_resistance + leads
    reactive = 2 * math.pi * frequency * capacitance * ohms
    divider: X = ((1 + ohms * input_conductance) ** 2 + reactive**2) ** 0.5
    return indication - (applied + standard) / divider


def two_wire_error(
    *, indication: X, applied: X, standard: X, leakage: X, leads: X, emf: X, test_current: X
) -> X:
    """Return the error of a two-wire indication: both leads are in the path and are taken off."""
    resistance = applied + standard
    return indication - (resistance / (1 + resistance * leakage) + leads + emf / test_current)


def frequency_error(*, indication: X, applied: X, standard: X) -> X:
    """Return the error of a frequency indication, that of the meter's time base and gate."""
    return indication - (applied + standard)


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
