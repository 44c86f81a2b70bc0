"""Allan deviation: the stability of a source or of a reading over time."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from calibrator_uncertainty._doors import FIGURE, TEXT, WHOLE, asks, each, optional
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._shapes import Normal
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import parse_unit, quantity
from calibrator_uncertainty.regression._data import read_series
from calibrator_uncertainty.timeseries._spectrum import interval_in_seconds

__all__ = ["AllanDeviation", "allan_deviation"]

Kind: TypeAlias = Literal["adev", "oadev", "mdev", "hdev", "ohdev", "totdev"]
Noise: TypeAlias = Literal["white_pm", "flicker_pm", "white_fm", "flicker_fm", "random_walk_fm"]


@dataclass(frozen=True, slots=True)
class AllanDeviation:
    """Deviations over averaging times; `deviation` is an uncertain row in the unit of the readings.

    The row carries the fewest of the degrees of freedom, and neighbouring averaging times as if they were
    independent, which they are not: read it one by one. `pairs` is the number of differences behind each,
    `dof` their equivalent degrees of freedom for the `noise` that was told, 1 at the least (those of u, and
    of chi-square intervals about the deviation).
    """

    tau: Quantity
    deviation: Quantity
    pairs: tuple[int, ...]
    dof: tuple[float, ...]
    kind: str


@asks(interval=FIGURE, factors=optional(each(WHOLE)), kind=TEXT, noise=TEXT)
def allan_deviation(
    values: Quantity,
    interval: Quantity,
    *,
    factors: Sequence[int] | None = None,
    kind: Kind = "oadev",
    noise: Noise = "white_fm",
) -> AllanDeviation:
    """Return Allan deviations of readings at even times.

    Args:
        values: readings (of frequency, voltage, ...), plain; gaps are not allowed.
        interval: between readings; a plain number is in seconds.
        factors: averaging times in intervals; by default 1, 2, 4, ... up to a quarter of the series.
        kind: `adev`, `oadev` (overlapping) or `mdev` (modified); `hdev`, `ohdev`, `totdev` by the package
            allantools (extra `allan`).
        noise: on which the degrees of freedom rest.

    Raises:
        NotSupportedError: readings with an uncertainty of their own, which would be lost.
        InputError: too few readings, a factor they do not cover, an unknown kind, allantools missing.

    Source: W. J. Riley, NIST SP 1065 (2008), 5.2 and 5.3; D. A. Howe et al., Proc. 35th FCS (1981) for dof.
    """
    row, step = read_series(values, "values"), interval_in_seconds(interval)
    if row.uncertain:
        raise NotSupportedError(
            "an Allan deviation of uncertain readings: it is that of their scatter, and knows no other u",
            way_out="Give their estimates, estimate(values); an error common to all readings does not show "
            "in it.",
            code="uncertain-readings",
        )
    count = row.values.size
    chosen = _factors(count, factors, kind)
    # Phase: running sum of the readings about their mean, N + 1 points.
    phase = np.concatenate(([0.0], np.cumsum(row.values - row.values.mean())))
    if noise not in DOF:
        raise InputError(f"the noise is {noise!r}", way_out=f"It is one of: {', '.join(DOF)}.", code="noise")
    built_in = _BUILT_IN.get(kind)
    found, pairs = built_in(phase, chosen) if built_in else _by_package(row.values, chosen, kind)
    dof = tuple(max(1.0, DOF[noise](phase.size, m)) for m in chosen)
    u = np.asarray(found) / np.sqrt(2.0 * np.asarray(dof))
    deviation = UncertainArray.leaf(np.asarray(found), u, min(dof), shape=Normal(), name=kind)
    return AllanDeviation(
        quantity(np.asarray(chosen) * step, parse_unit("s")),
        quantity(deviation, row.unit),
        tuple(pairs),
        dof,
        kind,
    )


def _factors(count: int, factors: Sequence[int] | None, kind: str) -> list[int]:
    if kind not in _BUILT_IN and kind not in ("hdev", "ohdev", "totdev"):
        raise InputError(f"the kind of deviation is {kind!r}", way_out="It is oadev, adev, mdev, hdev, ...")
    if count < 3:
        raise InputError(f"{count} readings; an Allan deviation needs 3", code="points")
    most = (count + 1) // 3 if kind == "mdev" else count // 2
    if factors is None:
        return [2**power for power in range(max(1, int(math.log2(max(count // 4, 1))) + 1))]
    if len(factors) == 0:
        raise InputError("no averaging factor is given", way_out="Leave factors out.", code="factor")
    for factor in factors:
        if not 1 <= factor <= most or int(factor) != factor:
            raise InputError(
                f"the averaging factor {factor} does not fit {count} readings; it is a whole number from 1 "
                f"to {most}",
                code="factor",
            )
    return [int(factor) for factor in factors]


def _adev(phase: np.ndarray, factors: list[int]) -> tuple[list[float], list[int]]:
    return _deviations(lambda m: _second(phase[::m], 1) / m, factors)


def _oadev(phase: np.ndarray, factors: list[int]) -> tuple[list[float], list[int]]:
    return _deviations(lambda m: _second(phase, m) / m, factors)


def _mdev(phase: np.ndarray, factors: list[int]) -> tuple[list[float], list[int]]:
    def differences(m: int) -> np.ndarray:
        means = np.convolve(phase, np.ones(m) / m, mode="valid")
        return _second(means, m) / m

    return _deviations(differences, factors)


def _deviations(
    differences: Callable[[int], np.ndarray], factors: list[int]
) -> tuple[list[float], list[int]]:
    rows = [differences(m) for m in factors]
    return [math.sqrt(float(np.mean(row**2)) / 2.0) for row in rows], [row.size for row in rows]


def _second(phase: np.ndarray, lag: int) -> np.ndarray:
    found: np.ndarray = phase[2 * lag :] - 2.0 * phase[lag:-lag] + phase[: -2 * lag]
    return found


_BUILT_IN = {"adev": _adev, "oadev": _oadev, "mdev": _mdev}


def _by_package(values: np.ndarray, factors: list[int], kind: str) -> tuple[list[float], list[int]]:
    try:
        allantools = importlib.import_module("allantools")  # an extra: not there for every type check
    except ImportError as problem:
        raise InputError(
            f"{kind} needs the package allantools",
            way_out="pip install allantools, or take adev, oadev or mdev.",
            code="missing-package",
        ) from problem
    taus, found, _, pairs = getattr(allantools, kind)(values, rate=1.0, data_type="freq", taus=factors)
    if [round(float(tau)) for tau in taus] != factors:
        raise InputError(f"{values.size} readings do not cover all of the factors {factors}", code="factor")
    return [float(one) for one in found], [int(one) for one in pairs]


def _flicker_pm(n: int, m: int) -> float:
    return math.exp(math.sqrt(math.log((n - 1) / (2 * m)) * math.log((2 * m + 1) * (n - 1) / 4)))


def _white_fm(n: int, m: int) -> float:
    return (3 * (n - 1) / (2 * m) - 2 * (n - 2) / n) * 4 * m * m / (4 * m * m + 5)


def _flicker_fm(n: int, m: int) -> float:
    return 2 * (n - 2) / (2.3 * n - 4.9) if m == 1 else 5 * n * n / (4 * m * (n + 3 * m))


def _random_walk_fm(n: int, m: int) -> float:
    return (n - 2) / m * ((n - 1) ** 2 - 3 * m * (n - 1) + 4 * m * m) / (n - 3) ** 2


# n phase points, averaging factor m
DOF: dict[str, Callable[[int, int], float]] = {
    "white_pm": lambda n, m: (n + 1) * (n - 2 * m) / (2 * (n - m)),
    "flicker_pm": _flicker_pm,
    "white_fm": _white_fm,
    "flicker_fm": _flicker_fm,
    "random_walk_fm": _random_walk_fm,
}
