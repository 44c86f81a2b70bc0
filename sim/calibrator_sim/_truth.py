"""What the bench knows and no instrument tells: for tests and proofs only."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Inputs", "TrueOutput"]


@dataclass(frozen=True, slots=True)
class TrueOutput:
    """What a calibrator really gives at its terminals.

    `value` is the true value of the function in `unit`; `terminal_v` the voltage that a hand would feel.
    """

    function: str  # "dcv", "res4w", "dci"
    value: float
    unit: str
    operating: bool
    terminal_v: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """The drawn inputs of a point, in the names and units of the procedure's budget lines."""

    standard: float  # dX_standard at the point, in the point's unit
    z: float  # standard / standard uncertainty of its limit
    emf: float  # V
    leads: float  # ohm, both leads
    source_resistance: float  # ohm
    loading: float  # S, the meter's input conductance
    leakage: float  # S
    test_current: float  # A, 0 where none flows
    uut_error: float  # the measurand's truth, in the point's unit
