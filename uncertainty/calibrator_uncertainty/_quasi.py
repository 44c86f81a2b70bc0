"""Scrambled Sobol points: fewer draws where the model is smooth; and what each input contributes."""

from __future__ import annotations

import inspect
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._asked import check_generator, check_whole
from calibrator_uncertainty._copula import joint_of
from calibrator_uncertainty._draws import finite_or_refuse
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._histogram import Stream, symmetric_interval
from calibrator_uncertainty._montecarlo import MonteCarlo, check_probability, note_on, shapes_of
from calibrator_uncertainty._outside import refuse_outside
from calibrator_uncertainty._rounding import leading_place
from calibrator_uncertainty._shapes import Normal, quantile

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget

__all__ = ["SobolIndex", "quasi_monte_carlo", "sobol_indices"]

_REPLICATES = 8
_NORMAL = Normal()


def _engine(dimensions: int, rng: np.random.Generator) -> Any:  # noqa: ANN401 - scipy.stats arrives here only
    from scipy.stats import qmc

    # scipy 1.15 renamed seed
    name = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    sobol: Any = qmc.Sobol
    return sobol(dimensions, scramble=True, **{name: rng})


def _moving(budget: Budget) -> list[int]:
    """Return the inputs that have a column of their own; a shared cause has one for all its inputs."""
    seen: set[str] = set()
    places = []
    for place, one in enumerate(budget.inputs):
        if one.u == 0.0 or (one.shared and one.shared in seen):
            continue
        if one.shared:
            seen.add(one.shared)
        places.append(place)
    return places


def _columns(budget: Budget, points: np.ndarray) -> list[Any]:
    """Turn points of the unit cube into draws of the inputs."""
    places = _moving(budget)
    column = {place: number for number, place in enumerate(places)}
    first = {budget.inputs[place].shared: place for place in places if budget.inputs[place].shared}
    found: list[Any] = []
    shapes = shapes_of(budget.inputs)
    for place, one in enumerate(budget.inputs):
        if one.u == 0.0:
            found.append(float(one.estimate))
            continue
        own = column[first[one.shared] if one.shared else place]
        found.append(one.estimate + one.u * quantile(shapes[place], points[:, own]))
    for block in budget._plan().blocks:
        if not block.explicit:
            continue
        joint = joint_of(block, budget.inputs, budget.name)
        if math.isfinite(joint.dof):
            raise NotSupportedError("Sobol points of correlated t", way_out="Use monte_carlo.", code="sobol")
        normals = np.array([quantile(_NORMAL, points[:, column[place]]) for place in block.places])
        for place, deviates in zip(block.places, joint.of_normals(normals), strict=True):
            found[place] = budget.inputs[place].estimate + budget.inputs[place].u * deviates
    return found


def _run(budget: Budget, points: np.ndarray) -> np.ndarray:
    refuse_outside(budget, "Sobol points")
    columns = _columns(budget, points)
    drawn = np.broadcast_to(np.asarray(budget._sample(columns), dtype=np.float64), (len(points),))
    finite_or_refuse(budget, columns, drawn)
    return drawn


def quasi_monte_carlo(
    budget: Budget, rng: np.random.Generator, *, power: int, digits: int, probability: float
) -> MonteCarlo:
    """Propagate with eight scrambled nets of 2**`power` points (see `Budget.quasi_monte_carlo`)."""
    check_probability(probability)
    check_generator(rng)
    check_whole(power, "the power of two of the points", 1)
    check_whole(digits, "the number of digits", 1)
    if not 6 <= power <= 20:
        raise InputError(f"nets of 2**{power} points; the power lies between 6 and 20", code="draws")
    rows, stream = [], None
    for _ in range(_REPLICATES):
        points = _engine(len(_moving(budget)), rng).random_base2(power)
        drawn = _run(budget, points)
        low, high = symmetric_interval(drawn, probability)
        rows.append((float(drawn.mean()), float(drawn.std()), low, high))
        if stream is None:
            stream = Stream(drawn)
        else:
            stream.add(drawn)
    if stream is None:
        raise InputError("no replicates", code="draws")
    spread = np.array(rows).std(axis=0, ddof=1) / math.sqrt(_REPLICATES)
    tolerance = 0.5 * 10.0 ** leading_place(stream.u, digits) if stream.u > 0.0 else 0.0
    converged = bool(np.all(2.0 * spread <= tolerance))
    return MonteCarlo(
        name=budget.name,
        unit=budget.unit,
        value=stream.mean,
        u=stream.u,
        symmetric=stream.symmetric(probability),
        shortest=stream.shortest(probability),
        probability=probability,
        draws=stream.count,
        tolerance=tolerance,
        converged=converged,
        errors=(float(spread[0]), float(spread[1]), float(spread[2]), float(spread[3])),
        method="sobol",
        note=note_on(stream, budget, converged),
    )


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """Part of the variance that an input explains alone (`first`) and with all others (`total`).

    The errors are standard errors as of plain draws; those of the nets that are used are rarely as large.
    """

    name: str
    first: float
    total: float
    first_error: float
    total_error: float


def sobol_indices(budget: Budget, rng: np.random.Generator, *, power: int = 13) -> tuple[SobolIndex, ...]:
    """Return first-order and total Sobol indices of the inputs, from 2**`power`·(n + 2) runs of the model.

    A shared cause is one input, named by the first that has it.

    Raises:
        NotSupportedError: correlated inputs, for which the indices have no single meaning.

    Source: A. Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, table 2, estimators b and f.
    """
    check_generator(rng)
    check_whole(power, "the power of two of the points", 1)
    if any(block.explicit for block in budget._plan().blocks):
        raise NotSupportedError("Sobol indices of correlated inputs", where=budget.name, code="sobol")
    places = _moving(budget)
    count = len(places)
    points = _engine(2 * count, rng).random_base2(power)
    one, other = points[:, :count], points[:, count:]
    y_one, y_other = _run(budget, one), _run(budget, other)
    center = float(np.mean(np.concatenate((y_one, y_other))))
    y_one, y_other = y_one - center, y_other - center
    variance = float(np.var(np.concatenate((y_one, y_other))))
    found = []
    for number, place in enumerate(places):
        mixed = one.copy()
        mixed[:, number] = other[:, number]
        y_mixed = _run(budget, mixed) - center
        first = _part(y_other * (y_mixed - y_one), variance)
        total = _part((y_one - y_mixed) ** 2 / 2.0, variance)
        found.append(SobolIndex(budget.inputs[place].name, first[0], total[0], first[1], total[1]))
    return tuple(found)


def _part(terms: np.ndarray, variance: float) -> tuple[float, float]:
    """Return the mean of terms as a part of the variance, and its standard error."""
    if not variance:
        return 0.0, 0.0
    return float(np.mean(terms)) / variance, float(np.std(terms)) / math.sqrt(terms.size) / variance
