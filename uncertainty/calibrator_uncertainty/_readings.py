"""Type A evaluations: the plain mean, pooled, Bayesian, autocorrelated, robust."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from calibrator_uncertainty._asked import one_number, row_of_numbers
from calibrator_uncertainty._doors import ROWS, asks
from calibrator_uncertainty._empirical import BayesianT
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._memory import memory_ratio, parts_differ
from calibrator_uncertainty._shapes import Normal, Rectangular, StudentT
from calibrator_uncertainty._units import difference_in, figures_in

__all__ = ["autocorrelated", "bayesian", "pooled", "pooled_deviation", "robust", "type_a"]

_LEAST_EFFECTIVE = 5.0


def _values(name: str, readings: Sequence[float], unit: str, least: int) -> np.ndarray:
    values = row_of_numbers(figures_in(readings, unit, name), f"the readings of {name}")
    if values.size < least:
        raise InputError(
            f"{name} has {values.size} reading(s); this evaluation needs {least}", code="readings"
        )
    if not np.isfinite(values).all():
        raise InputError(f"a reading of {name} is not finite", code="not-finite")
    return values


def _differing(name: str, readings: Sequence[float], unit: str, least: int) -> np.ndarray:
    """Return readings of which not all are the same."""
    values = _values(name, readings, unit, least)
    if values.min() == values.max():
        raise InputError(
            f"the {values.size} readings of {name} are equal, and tell nothing of their resolution: u = 0 is "
            "wrong",
            way_out="Use type_a with floor_u = d/√12 of the resolution d.",
            code="no-resolution",
        )
    return values


def type_a(
    name: str, readings: Sequence[float], unit: str, *, floor_u: float = 0.0, source: str = ""
) -> Input:
    """Return the mean of `readings` with s/√n, or with `floor_u` where that is larger.

    `floor_u` is the resolution's d/√12, which enters once (METROLOGY 14): where it is the larger, the
    input is rectangular with infinite degrees of freedom; else t with n - 1.

    Raises:
        InputError: no readings, one reading or equal ones without a floor, or a reading that is not finite.

    Source: JCGM 100:2008, 4.2.

    Example:
        >>> round(type_a("V", [1.0, 2.0, 3.0], "V").u, 6)
        0.57735
    """
    floor_u = one_number(difference_in(floor_u, unit, name), f"floor_u of {name}")
    if not 0.0 <= floor_u < math.inf:
        raise InputError(
            f"floor_u of {name} is {floor_u}; a standard uncertainty is never negative", code="negative-u"
        )
    values = row_of_numbers(figures_in(readings, unit, name), f"the readings of {name}").tolist()
    count = len(values)
    if not all(math.isfinite(value) for value in values):
        raise InputError(f"a reading of {name} is not finite", code="not-finite")
    if count == 0 or (count == 1 and floor_u <= 0):
        raise InputError(
            f"{name} has {count} reading(s); s needs two, or a resolution as floor",
            way_out="Take more readings or give floor_u.",
            code="readings",
        )
    mean, spread = _mean_and_spread(values)
    if spread == 0.0 and floor_u == 0.0:
        raise InputError(
            f"the {count} readings of {name} are equal, and their resolution was not stated: u = 0 is wrong",
            way_out="Give floor_u = d/√12 of the resolution d; an exact number is a constant().",
            code="no-resolution",
        )
    text = source or f"{count} readings"
    if floor_u >= spread:
        return Input(name, mean, unit, floor_u, math.inf, Rectangular(), text)
    return Input(name, mean, unit, spread, count - 1.0, StudentT(count - 1.0), text)


def _mean_and_spread(values: list[float]) -> tuple[float, float]:
    """Return mean and s/√n; figures whose squares would vanish or overflow are scaled by a power of two."""
    count, largest = len(values), max(abs(value) for value in values)
    scale = 1.0 if 1e-100 < largest < 1e100 or largest == 0.0 else math.ldexp(1.0, math.frexp(largest)[1] - 1)
    scaled = [value / scale for value in values]
    mean = math.fsum(scaled) / count
    if min(values) == max(values):  # the sum of three times 0.1 is not 0.3, and leaves a scatter of 1e-17
        return mean * scale, 0.0
    square = math.fsum((value - mean) ** 2 for value in scaled) / ((count - 1) * count)
    return mean * scale, math.sqrt(square) * scale


@asks(groups=ROWS)
def pooled_deviation(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the pooled standard deviation of several series of one process, and its degrees of freedom.

    Source: JCGM 100:2008, H.3.6 note, H.5.2.5; EA-4/02 M:2022, 3.2.2 c.

    Example:
        >>> pooled_deviation([[1.0, 2.0, 3.0], [5.0, 6.0, 7.0, 6.0]])
        (0.8944271909999159, 5.0)
    """
    squares, dof = [], 0
    for group in groups:
        values = _values("a series", group, "", 2)
        squares.append(math.fsum((values - values.mean()) ** 2))
        dof += values.size - 1
    if dof == 0:
        raise InputError("there is no series to pool", code="readings")
    return math.sqrt(math.fsum(squares) / dof), float(dof)


def pooled(
    name: str, readings: Sequence[float], unit: str, *, deviation: float, dof: float, source: str = ""
) -> Input:
    """Return the mean of few readings with the pooled standard deviation of the process: u = s_p/√n.

    Raises:
        InputError: no readings, or a deviation that is not positive.

    Source: EA-4/02 M:2022, 3.2.2 c; JCGM 100:2008, 4.2.4.
    """
    values = _values(name, readings, unit, 1)
    deviation = one_number(difference_in(deviation, unit, name), f"the pooled deviation of {name}")
    if not (math.isfinite(deviation) and deviation > 0.0):
        raise InputError(f"the pooled deviation of {name} is {deviation}; it is positive", code="negative-u")
    dof = one_number(dof, f"dof of {name}")
    text = source or f"{values.size} readings, pooled s with {dof:g} degrees of freedom"
    shape = Normal() if math.isinf(dof) else StudentT(dof)
    return Input(name, float(values.mean()), unit, deviation / math.sqrt(values.size), dof, shape, text)


def bayesian(name: str, readings: Sequence[float], unit: str, *, source: str = "") -> Input:
    """Return the mean with u = √((n-1)/(n-3))·s/√n and infinite dof, for at least four readings.

    Raises:
        InputError: fewer than four readings, or equal ones.

    Source: JCGM 101:2008, 6.4.9.4.
    """
    values = _differing(name, readings, unit, 4)
    count = values.size
    u = math.sqrt((count - 1.0) / (count - 3.0)) * float(values.std(ddof=1)) / math.sqrt(count)
    shape = BayesianT(count - 1.0)
    return Input(
        name, float(values.mean()), unit, u, math.inf, shape, source or f"{count} readings, Bayesian"
    )


def autocorrelated(
    name: str, readings: Sequence[float], unit: str, *, memory: float = 0.0, source: str = ""
) -> Input:
    """Return the mean of a series whose neighbours are alike, with its effective sample size.

    u² = s²/n_eff, dof are n_eff - 1. n/n_eff is the largest of a decay that begins as the first lags do,
    the sum of all positive pairs of lags, and the scatter of the means of blocks; negative correlation never
    makes u smaller. What moves more slowly than the series lasts cannot be told from its mean: no evaluation
    of the series alone has it, most such series are refused, and `source` says of the others that they were
    judged by themselves. Where a longer record has told the `memory`, the number of readings after which the
    correlation has fallen to 1/e, the series counts at most as that allows; where it shows a longer memory
    itself, that one counts, and `source` says so.

    Raises:
        InputError: equal readings, fewer than twenty, fewer than five effective ones, or halves or thirds
            that differ by more than that explains: the series is shorter than its memory, or drifts.

    Source: N. F. Zhang, Metrologia 43 (2006) S276; C. J. Geyer, Statistical Science 7 (1992) 473; JCGM
        100:2008, 4.2.7.
    """
    values = _differing(name, readings, unit, 20)
    count = values.size
    centred = values - values.mean()
    power = float(centred @ centred)
    known = one_number(memory, f"the memory of {name}")
    if not 0.0 <= known < math.inf:
        raise InputError(f"the memory of {name} is {memory}; it is a number of readings", code="memory")
    seen, told = memory_ratio(centred), 1.0 / math.tanh(0.5 / known) if known else 1.0
    ratio = max(seen, told)
    size = count / ratio
    if size < _LEAST_EFFECTIVE:
        raise InputError(
            f"the {count} readings of {name} are worth {size:.1f} independent ones: the series is too short",
            way_out="Read for a longer time; the same number more quickly says no more.",
            code="too-short",
        )
    if parts_differ(centred):
        raise InputError(
            f"the {count} readings of {name} drift: parts of them differ by more than their memory tells",
            way_out="Read for longer than what moves them, or fit a line in time and take its value.",
            code="drifts",
        )
    # s² of a correlated series is biased low by (n - n/n_eff)/(n - 1)
    variance = power / (count - 1) * (count - 1) / max(count - ratio, 1.0)
    u = math.sqrt(variance / size)
    dof = size - 1.0
    text = f"{source or f'{count} readings'}, {size:.1f} effective, {_by_which(known, seen, told)}"
    return Input(name, float(values.mean()), unit, u, dof, StudentT(dof), text)


def _by_which(known: float, seen: float, told: float) -> str:
    """Say which memory counted: that of the series, or the one that was known."""
    if not known:
        return "judged by the series alone"
    if told >= seen:
        return f"memory of {known:g} readings known"
    own = 0.5 / math.atanh(1.0 / seen)  # of the decay that repeats as much
    return f"memory of {own:.2g} readings seen in the series, which is longer than the {known:g} known"


def robust(name: str, readings: Sequence[float], unit: str, *, source: str = "") -> Input:
    """Return the robust mean of readings with possible outliers: x* ± 1.25·s*/√n of Algorithm A.

    Raises:
        InputError: fewer than three readings, or equal ones.

    Source: ISO 13528:2022, annex C.3.1 (Algorithm A) and 7.7.3.
    """
    values = _differing(name, readings, unit, 3)
    center = float(np.median(values))
    spread = 1.483 * float(np.median(np.abs(values - center)))
    if spread == 0.0:
        spread = float(values.std(ddof=1))
    for _ in range(200):
        held = np.clip(values, center - 1.5 * spread, center + 1.5 * spread)
        moved, wide = float(held.mean()), 1.134 * float(held.std(ddof=1))
        settled = (
            abs(moved - center) <= 1e-12 * max(abs(center), spread) and abs(wide - spread) <= 1e-12 * spread
        )
        center, spread = moved, wide
        if settled:
            break
    u = 1.25 * spread / math.sqrt(values.size)
    dof = values.size - 1.0
    return Input(name, center, unit, u, dof, StudentT(dof), source or f"{values.size} readings, Algorithm A")
