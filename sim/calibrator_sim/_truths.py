"""What is known of a bench in truth, as records; instruments answer with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

__all__ = [
    "AlternatingMeter",
    "Compares",
    "ElectricalMeter",
    "ElectricalSource",
    "Indicates",
    "Inputs",
    "SourcePoint",
    "TrueOutput",
]


@dataclass(frozen=True, slots=True)
class TrueOutput:
    """What a calibrator really gives at its terminals.

    `value` is the true value of the function in `unit`; `terminal_v` the voltage that a hand would feel.
    """

    function: str  # "dcv", "acv", "dci", "aci", "res4w", "temp_tc", "temp_rtd"
    value: float
    unit: str
    operating: bool
    terminal_v: float
    frequency_hz: float = 0.0


@dataclass(frozen=True, slots=True)
class SourcePoint:
    """The drawn truth of a source at a point, in the function's unit."""

    error: float
    z: float  # error / standard uncertainty of its limit
    source_ohm: float


@dataclass(frozen=True, slots=True)
class Inputs:
    """The drawn inputs of a point, in the names and units of the procedure's budget lines."""

    standard: float  # dX_standard at the point, in the point's unit; 0 where no source is connected
    z: float  # standard / standard uncertainty of its limit
    emf: float  # V
    leads: float  # ohm, both leads
    source_resistance: float  # ohm
    loading: float  # S, the meter's input conductance
    leakage: float  # S
    test_current: float  # A, 0 where none flows
    true_value: float  # at the meter's terminals, by the model equation, in the point's unit
    uut_error: float  # the measurand's truth: the error curve at `true_value`, in the point's unit


@runtime_checkable
class Indicates(Protocol):
    """An instrument with an error of indication."""

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error at a true value and moment, in the function's unit.

        Raises:
            UnknownTruthError: it has no such function or range.
        """
        ...


@runtime_checkable
class ElectricalMeter(Indicates, Protocol):
    """A meter whose loading and test current are known."""

    def loading_s(self, range_v: float, *, impedance_auto: bool) -> float:
        """Return the input conductance on a direct voltage range."""
        ...

    def test_current_a(self, range_ohm: float) -> float:
        """Return the current of a resistance range."""
        ...


@runtime_checkable
class Compares(Protocol):
    """A meter that may be known by its transfer specification, connection by connection."""

    def connection_error(self, function: str, range_high: float, value: float, connection: str) -> float:
        """Return what it reads otherwise on this connection; 0 where it is not a meter that compares."""
        ...


@runtime_checkable
class AlternatingMeter(Protocol):
    """A meter whose alternating input is known."""

    def true_error(
        self, function: str, range_high: float, value: float, ns: int, *, frequency_hz: float = 0.0
    ) -> float:
        """Return the error at a true value, frequency and moment, in the function's unit."""
        ...

    def alternating_load(self) -> tuple[float, float]:
        """Return conductance (S) and capacitance (F) of the alternating input."""
        ...


@runtime_checkable
class ElectricalSource(Protocol):
    """A calibrator whose output is known."""

    def true_output(self, ns: int) -> TrueOutput:
        """Return what the terminals really give."""
        ...

    def source_point(self, function: str, value: float, *, frequency_hz: float = 0.0) -> SourcePoint:
        """Return error, standardised error and output resistance at a point.

        Raises:
            UnknownTruthError: outside the instrument's ranges.
        """
        ...
