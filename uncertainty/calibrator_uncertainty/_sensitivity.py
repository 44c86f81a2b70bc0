"""Global sensitivity by SALib, for those who want its intervals and second-order indices.

`Budget.sobol_indices` needs no further package; this needs SALib (the extra `sensitivity`).
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._asked import check_generator, check_whole
from calibrator_uncertainty._doors import BUDGET, PROBABILITY, asks
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._quasi import _moving, _run

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget

__all__ = ["Sensitivity", "salib_indices"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Sobol indices by SALib, in the order of `names`.

    `first` and `total` are the parts of the variance that an input explains alone and with all others, each
    with the half-width of its interval at `probability`; `second` maps pairs of names to what both explain
    beyond their first-order parts.
    """

    names: tuple[str, ...]
    first: tuple[float, ...]
    first_half_width: tuple[float, ...]
    total: tuple[float, ...]
    total_half_width: tuple[float, ...]
    second: dict[tuple[str, str], float]
    probability: float
    runs: int


@asks(budget=BUDGET, probability=PROBABILITY)
def salib_indices(
    budget: Budget, rng: np.random.Generator, *, power: int = 11, probability: float = 0.95
) -> Sensitivity:
    """Return first, second and total Sobol indices with bootstrap intervals, from 2**`power`·(2n + 2) runs.

    A shared cause is one input, named by the first that has it.

    Args:
        budget: the budget.
        rng: seeded generator; from it SALib's seeds are drawn.
        power: of two, of points per input.
        probability: of the intervals.

    Raises:
        NotSupportedError: SALib is not installed, or correlated inputs, whose indices have no single meaning.
        InputError: a power outside 6 to 20, or no input with an uncertainty.

    Source: A. Saltelli et al., Comput. Phys. Commun. 181 (2010) 259; I. M. Sobol, Math. Comput. Simul. 55
    (2001) 271.
    """
    if any(block.explicit for block in budget._plan().blocks):
        raise NotSupportedError("Sobol indices of correlated inputs", where=budget.name, code="sobol")
    check_generator(rng)
    check_whole(power, "the power of two of the points", 1)
    if not 6 <= power <= 20:
        raise InputError(f"2**{power} points; the power lies between 6 and 20", code="draws")
    sample, analyze = _salib("SALib.sample.sobol").sample, _salib("SALib.analyze.sobol").analyze
    names = tuple(budget.inputs[place].name for place in _moving(budget))
    if not names:
        raise InputError("no input has an uncertainty", where=budget.name, code="no-inputs")
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    seeds = [int(seed) for seed in rng.integers(0, 2**31 - 1, 2)]
    pairs = len(names) > 1
    points = sample(problem, 2**power, calc_second_order=pairs, seed=seeds[0])
    # the ends of the unit interval are infinite quantiles
    drawn = _run(budget, np.clip(points, 2.0**-53, 1.0 - 2.0**-53))
    spread = float(drawn.std()) or 1.0
    found = analyze(
        problem,
        (drawn - drawn.mean()) / spread,
        calc_second_order=pairs,
        conf_level=probability,
        seed=seeds[1],
    )
    first, first_wide, total, total_wide = (
        tuple(float(one) for one in found[key]) for key in ("S1", "S1_conf", "ST", "ST_conf")
    )
    second = _pairs(names, found["S2"]) if pairs else {}
    return Sensitivity(names, first, first_wide, total, total_wide, second, probability, int(drawn.size))


def _pairs(names: tuple[str, ...], matrix: Any) -> dict[tuple[str, str], float]:  # noqa: ANN401 - of SALib
    table = np.asarray(matrix, dtype=np.float64)
    return {
        (one, other): float(table[i, j])
        for i, one in enumerate(names)
        for j, other in enumerate(names)
        if i < j and math.isfinite(table[i, j])
    }


def _salib(module: str) -> Any:  # noqa: ANN401 - it has no types
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as problem:
        raise NotSupportedError(
            "these indices are computed by SALib, which is not installed",
            way_out="pip install 'calibrator-lab[sensitivity]', or use Budget.sobol_indices.",
            code="salib",
        ) from problem
