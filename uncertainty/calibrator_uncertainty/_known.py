"""Type B evaluations: limits, certificates, specifications, histograms, draws of another computation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import numbers, one_number, row_of_numbers
from calibrator_uncertainty._coverage import student_factor
from calibrator_uncertainty._doors import FIGURE, NUMBER, asks, optional
from calibrator_uncertainty._empirical import CurvilinearTrapezoid, Exponential, Histogram, Samples
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input, from_half_width, normal, rectangular
from calibrator_uncertainty._units import difference_in, figures_in

__all__ = [
    "between",
    "certificate",
    "exponential",
    "from_histogram",
    "from_samples",
    "inexact_limits",
    "specification",
]


_PRINTED = 0.03  # how far k on a certificate may lie from the t that is meant
_MOST_DOF = 200  # beyond, k is within 1 % of the normal's


def between(
    name: str, lower: float, upper: float, unit: str, *, source: str = "", shared: str | None = None
) -> Input:
    """Return a quantity that lies anywhere between two limits (JCGM 100:2008, 4.3.7).

    Raises:
        InputError: the lower limit lies above the upper one.
    """
    lower, upper = (one_number(figures_in(one, unit, name), f"a limit of {name}") for one in (lower, upper))
    if not lower <= upper:
        raise InputError(
            f"the lower limit of {name}, {lower}, lies above the upper one, {upper}", code="limits-crossed"
        )
    return rectangular(name, (lower + upper) / 2.0, (upper - lower) / 2.0, unit, source=source, shared=shared)


def inexact_limits(
    name: str, lower: float, upper: float, inexact_by: float, unit: str, *, source: str = ""
) -> Input:
    """Return a quantity between limits that are themselves known to ± `inexact_by`: a curvilinear trapezoid.

    u² = (b - a)²/12 + d²/9.

    Raises:
        InputError: limits that cross, or are inexact by half their distance or more.

    Source: JCGM 101:2008, 6.4.3.
    """
    lower, upper = (one_number(figures_in(one, unit, name), f"a limit of {name}") for one in (lower, upper))
    inexact_by = one_number(
        difference_in(inexact_by, unit, name), f"what the limits of {name} are inexact by"
    )
    if not lower < upper:
        raise InputError(
            f"the lower limit of {name}, {lower}, is not below the upper one, {upper}", code="limits-crossed"
        )
    half = (upper - lower) / 2.0
    if not 0.0 <= inexact_by < half:
        raise InputError(
            f"the limits of {name} are inexact by {inexact_by}; it is from 0 to below {half}",
            where=source,
            code="shape",
        )
    shape = CurvilinearTrapezoid(inexact_by / half)
    return Input(name, (lower + upper) / 2.0, unit, half / shape.scale, math.inf, shape, source)


def exponential(name: str, estimate: float, unit: str, *, source: str = "") -> Input:
    """Return a non-negative quantity of which only the estimate is known: u = x (JCGM 101, 6.4.10).

    Raises:
        InputError: an estimate that is not positive.
    """
    estimate = one_number(figures_in(estimate, unit, name), f"the estimate of {name}")
    if not estimate > 0.0:
        raise InputError(
            f"the estimate of {name} is {estimate}; an exponential quantity is positive", code="shape"
        )
    return Input(name, float(estimate), unit, float(estimate), math.inf, Exponential(), source)


@asks(k=optional(NUMBER), probability=optional(NUMBER), dof=NUMBER)
def certificate(
    name: str,
    value: float,
    U: float,
    unit: str,
    *,
    k: float | None = None,
    probability: float | None = None,
    dof: float = math.inf,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return the value of a certificate: u = U/k, with k stated or t of a stated probability and dof.

    Where both k and the probability are stated, and k lies above the normal's, the degrees of freedom are
    those whose t it is (k = 2.87 at 95.45 % is t with 4).

    Raises:
        InputError: neither k nor a probability: an interval without them says nothing; or both, and they
            contradict each other.

    Source: JCGM 100:2008, 4.3.3-4.3.4.

    Example:
        >>> certificate("R", 10000.053, 0.005, "ohm", k=2).u
        0.0025
    """
    if k is None:
        if probability is None:
            raise InputError(
                f"the interval of {name} has neither k nor a probability",
                where=source,
                way_out="Read it from the certificate, or ask the laboratory.",
                code="no-probability",
            )
        k = student_factor(probability, dof)
    elif probability is not None:
        dof = _agreed(name, one_number(k, f"k of {name}"), probability, dof, source)
    return normal(name, value, U, unit, k=k, dof=dof, source=source, shared=shared)


def _agreed(name: str, k: float, probability: float, dof: float, where: str) -> float:
    """Return the degrees of freedom that k and p tell, refuse a k that no distribution would give at p.

    k is that of t, or of a dominant rectangle (EA-4/02 M:2022, S9.14); printed figures are rounded, and 95 %
    often stands for 95.45 %. A k above the normal's, where no dof are told, is that of t with few of them
    (JCGM 100:2008, G.3.2 and table G.2).
    """
    expected = student_factor(probability, dof)
    if abs(k / expected - 1.0) <= _PRINTED or abs(k / (probability * math.sqrt(3.0)) - 1.0) <= 0.01:
        return dof
    if math.isinf(dof) and expected < k <= student_factor(probability, 1.0) * (1.0 + _PRINTED):
        return _dof_of(k, probability)
    raise InputError(
        f"the interval of {name} has k = {k:g}, but p = {probability:.4g} asks for {expected:.3g}",
        where=where,
        way_out="Read the certificate again; give k alone where its k is of another distribution.",
        code="contradiction",
    )


def _dof_of(k: float, probability: float) -> float:
    """Return the whole number of degrees of freedom whose t is nearest to k, or below where none is near."""
    most = 1
    while most < _MOST_DOF and student_factor(probability, most + 1.0) >= k:
        most += 1
    below = abs(student_factor(probability, most + 1.0) / k - 1.0)
    return (
        most + 1.0
        if below <= min(_PRINTED, abs(student_factor(probability, float(most)) / k - 1.0))
        else float(most)
    )


@asks(at=FIGURE, of_reading=FIGURE, of_range=FIGURE, range_value=FIGURE, floor=FIGURE)
def specification(
    name: str,
    estimate: float,
    unit: str,
    *,
    at: float,
    of_reading: float = 0.0,
    of_range: float = 0.0,
    range_value: float = 0.0,
    floor: float = 0.0,
    k: float = 0.0,
    treat_as: str = "limit_rectangular",
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return the error that a maker's specification allows at a reading.

    Half-width = |at|·of_reading + range_value·of_range + floor; the fractions are plain (12 ppm is 12e-6)
    or quantities, as every figure may be.

    Raises:
        InputError: a negative coefficient, of_range without range_value, or `normal_k` without k.
    """
    at, range_value = float(figures_in(at, unit, name)), float(figures_in(range_value, unit, name))
    floor = float(difference_in(floor, unit, name))
    of_reading, of_range = float(figures_in(of_reading, "", name)), float(figures_in(of_range, "", name))
    for what, figure in (("of_reading", of_reading), ("of_range", of_range), ("floor", floor)):
        if not (math.isfinite(figure) and figure >= 0.0):
            raise InputError(
                f"{what} of {name} is {figure}; a specification is not negative", where=source, code="limits"
            )
    if of_range > 0.0 and not (math.isfinite(range_value) and range_value != 0.0):
        raise InputError(
            f"of_range of {name} is {of_range:g} of a range of {range_value:g}",
            where=source,
            way_out="Give range_value, the full scale that the fraction refers to.",
            code="no-range",
        )
    if not (of_reading or of_range * range_value or floor):
        raise InputError(
            f"the specification of {name} allows no error at all",
            where=source,
            way_out="Give its terms of reading, of range and floor; an exact number is a constant().",
            code="no-terms",
        )
    half = abs(at) * of_reading + abs(range_value) * of_range + floor
    return from_half_width(name, estimate, half, unit, k=k, treat_as=treat_as, source=source, shared=shared)


def from_samples(name: str, values: Any, unit: str, *, source: str = "") -> Input:  # noqa: ANN401 - numpy
    """Return a quantity known by draws of another computation (JCGM 101:2008, 6.5).

    Raises:
        InputError: fewer than two draws, or one that is not finite.
    """
    drawn = row_of_numbers(figures_in(values, unit, name), f"the draws of {name}")
    if drawn.size < 2 or not np.isfinite(drawn).all():
        raise InputError(f"{name} needs at least two finite draws", code="readings")
    mean, u = float(drawn.mean()), float(drawn.std())
    deviates = (drawn - mean) / u if u > 0.0 else np.zeros_like(drawn)
    return Input(name, mean, unit, u, math.inf, Samples(deviates), source or f"{drawn.size} draws")


def from_histogram(name: str, edges: Any, counts: Any, unit: str, *, source: str = "") -> Input:  # noqa: ANN401
    """Return a quantity known by a histogram, even within each bin.

    Raises:
        InputError: edges that do not rise, counts that are negative or all zero, numbers that do not match.
    """
    x = numbers(figures_in(edges, unit, name), f"the edges of {name}")
    weight = numbers(figures_in(counts, "", name), f"the counts of {name}")
    fits = (
        x.ndim == 1 and weight.shape == (x.size - 1,) and np.isfinite(x).all() and np.isfinite(weight).all()
    )
    if not fits or np.any(np.diff(x) <= 0) or np.any(weight < 0) or weight.sum() <= 0:
        raise InputError(
            f"the histogram of {name} needs rising edges and one count less, none negative", code="shape"
        )
    share = weight / weight.sum()
    middle, width = (x[1:] + x[:-1]) / 2.0, np.diff(x)
    mean = float(share @ middle)
    u = math.sqrt(float(share @ ((middle - mean) ** 2 + width**2 / 12.0)))
    below = np.concatenate(([0.0], np.cumsum(share)))
    below[-1] = 1.0
    return Input(name, mean, unit, u, math.inf, Histogram((x - mean) / u, below), source)
