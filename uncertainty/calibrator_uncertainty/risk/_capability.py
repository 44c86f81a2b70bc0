"""What a measurement, and what a process, is capable of against limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

from calibrator_uncertainty._doors import LIMITS, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.risk._limits import Frame, Limits, finite, positive
from calibrator_uncertainty.risk._priors import normal_prior

__all__ = ["MeasurementCapability", "ProcessCapability", "measurement_capability", "process_capability"]


@dataclass(frozen=True, slots=True)
class MeasurementCapability:
    """Ratios of a tolerance to the uncertainty of the test.

    `tur` is the test uncertainty ratio T/U95, `cm` the measurement capability index (TU - TL)/(4u).
    """

    tur: float
    cm: float


@dataclass(frozen=True, slots=True)
class ProcessCapability:
    """Capability of a process: `cp` and `cpk` of the true values, `observed_cp` as the test shows it.

    `in_tolerance` is the share of true values inside the limits; `cp` is infinite with one-sided limits.
    """

    cp: float
    cpk: float
    observed_cp: float
    in_tolerance: float


@asks(limits=LIMITS)
def measurement_capability(
    limits: Limits, u: Quantity, *, U: Quantity = None, k: float = 2.0
) -> MeasurementCapability:
    """Return the ratios of two-sided limits to the uncertainty of a test.

    Args:
        limits: tolerance limits, two-sided.
        u: standard uncertainty of the measurement.
        U: expanded uncertainty at 95 %; k·u without it.
        k: coverage factor where U is not given.

    Raises:
        InputError: one-sided limits, or an uncertainty that is not positive.

    Source: JCGM 106:2012, 7.6.3 (Cm); ANSI/NCSL Z540.3-2006 (TUR).

    Example:
        >>> measurement_capability(Limits(-1, 1), 0.125)
        MeasurementCapability(tur=4.0, cm=4.0)
    """
    frame = Frame.of(limits, u, U)
    half = frame.zone(limits).half_width
    spread = positive(frame.number(u, "u", difference=True), "u")
    expanded = k * spread if U is None else positive(frame.number(U, "U", difference=True), "U")
    if math.isinf(half):
        raise InputError("one-sided limits have no width to compare an uncertainty with", code="one-sided")
    if spread == 0.0 or expanded == 0.0:
        raise InputError("a capability needs an uncertainty above 0", code="zero-u")
    return MeasurementCapability(half / expanded, half / (2.0 * spread))


@asks(limits=LIMITS)
def process_capability(
    limits: Limits, mean: Quantity, standard_deviation: Quantity, *, u: Quantity = None
) -> ProcessCapability:
    """Return the capability of a normal process, true and as seen through a test of uncertainty `u`.

    Raises:
        InputError: a standard deviation that is not positive, figures that cannot be.

    Source: ISO 22514-2; JCGM 106:2012, 9.5 for the share in tolerance.

    Example:
        >>> found = process_capability(Limits(9, 11), 10, 0.4)
        >>> f"{found.cpk:.4f}, {1 - found.in_tolerance:.5f}"
        '0.8333, 0.01242'
    """
    frame = Frame.of(limits, mean, standard_deviation, u)
    zone = frame.zone(limits)
    centre = finite(frame.number(mean, "the mean"), "the mean")
    what = "the standard deviation"
    sd = positive(frame.number(standard_deviation, what, difference=True), what)
    if sd == 0.0:
        raise InputError("a process without spread has no capability index", code="zero-u")
    spread = 0.0 if u is None else positive(frame.number(u, "u", difference=True), "u")
    near = min(zone.high - centre, centre - zone.low)
    return ProcessCapability(
        cp=zone.half_width / (3.0 * sd),
        cpk=near / (3.0 * sd),
        observed_cp=zone.half_width / (3.0 * math.hypot(sd, spread)),
        in_tolerance=normal_prior(centre, sd).probability(zone),
    )
