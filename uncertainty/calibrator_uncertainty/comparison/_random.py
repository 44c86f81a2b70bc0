"""Random-effects consensus: results that scatter more than they state get a common added variance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from calibrator_uncertainty._doors import MAPPING, NUMBER, asks
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty.comparison._consensus import LEVEL, Consensus, chi_squared_tail, combine
from calibrator_uncertainty.comparison._results import Results, chi_squared_of, read_results, weights_of

__all__ = ["dersimonian_laird", "mandel_paule"]

_HALVINGS = 200


@asks(results=MAPPING, level=NUMBER)
def mandel_paule(results: Mapping[str, Quantity], *, level: float = LEVEL) -> Consensus:
    """Return the consensus in which chi-squared equals its degrees of freedom.

    The between-laboratory variance is 0 where the results agree within their uncertainties already. The
    reference value holds each laboratory's own deviation of that size as a separate input; the results
    themselves do not, so the degrees of equivalence compare them as they were stated, unless they are asked
    for with the deviation between laboratories.

    Raises:
        InputError: fewer than two results, or one without uncertainty.

    Source: R. C. Paule, J. Mandel, J. Res. NBS 87 (1982) 377.
    """
    everything = read_results(results)
    target = len(everything.names) - 1.0
    low, high = 0.0, float(np.var(everything.values, ddof=1)) + float(np.max(everything.u) ** 2)
    if _chi_squared(everything, 0.0) <= target:
        return _consensus("Mandel-Paule", everything, 0.0, level)
    while _chi_squared(everything, high) > target:
        high *= 2.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        low, high = (middle, high) if _chi_squared(everything, middle) > target else (low, middle)
    return _consensus("Mandel-Paule", everything, high, level)


@asks(results=MAPPING, level=NUMBER)
def dersimonian_laird(results: Mapping[str, Quantity], *, level: float = LEVEL) -> Consensus:
    """Return the consensus with the between-laboratory variance by moments, in one step.

    Raises:
        InputError: fewer than two results, or one without uncertainty.

    Source: R. DerSimonian, N. Laird, Control. Clin. Trials 7 (1986) 177; for correlated results the same
    moment equation with the full inverse covariance matrix.
    """
    everything = read_results(results)
    weights, inverse = weights_of(everything)
    rows = inverse.sum(axis=1)
    # E[chi-squared] = n - 1 + variance x trace of the projected inverse matrix
    trace = float(np.trace(inverse) - rows @ rows / rows.sum())
    excess = chi_squared_of(everything, weights, inverse) - (len(everything.names) - 1.0)
    return _consensus("DerSimonian-Laird", everything, max(0.0, excess / trace), level)


def _chi_squared(results: Results, variance: float) -> float:
    return chi_squared_of(results, *weights_of(results, variance))


def _consensus(method: str, results: Results, variance: float, level: float) -> Consensus:
    weights, _ = weights_of(results, variance)
    between = math.sqrt(variance)
    effects = tuple(
        UncertainArray.leaf(0.0, between, name=f"between laboratories: {name}", source=method)
        for name in (results.names if variance > 0.0 else ())
    )
    chi_squared = _chi_squared(results, 0.0)
    dof = len(results.names) - 1
    return Consensus(
        method=method,
        reference=results.wrap(combine(results.held, weights, effects)),
        weights=dict(zip(results.names, map(float, weights), strict=True)),
        excluded=(),
        chi_squared=chi_squared,
        dof=dof,
        probability=chi_squared_tail(chi_squared, dof),
        level=level,
        between=results.wrap(between, difference=True),
        effects={
            name: results.wrap(one, difference=True)
            for name, one in zip(results.names, effects, strict=variance > 0.0)
        },
    )
