"""Comparisons: consensus values, degrees of equivalence, En, and outliers.

Results are uncertain quantities by laboratory. Whatever correlates them (a common standard, a common
correction) is taken from where they came from, and the consensus value stays correlated with each of them:
the uncertainty of a degree of equivalence needs no rule about who is in the reference value and who is not.

Example:
    >>> from calibrator_uncertainty import normal, uncertain
    >>> from calibrator_uncertainty.comparison import degrees_of_equivalence, weighted_mean
    >>> lab = {n: uncertain(normal(n, x, u, "mV")) for n, x, u in [("A", 10.1, 0.1), ("B", 9.9, 0.1)]}
    >>> kcrv = weighted_mean(lab)
    >>> f"{kcrv.reference.magnitude.value:.3f} mV, u = {kcrv.reference.magnitude.u:.3f} mV"
    '10.000 mV, u = 0.071 mV'
    >>> [round(one.en, 2) for one in degrees_of_equivalence(lab, kcrv)]
    [0.71, -0.71]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty.comparison._consensus import (
        Consensus,
        largest_consistent_subset,
        weighted_mean,
    )
    from calibrator_uncertainty.comparison._en import EnNumber, en_number
    from calibrator_uncertainty.comparison._equivalence import (
        Equivalence,
        PairEquivalence,
        bilateral_equivalence,
        degrees_of_equivalence,
    )
    from calibrator_uncertainty.comparison._median import MedianConsensus, MedianEquivalence, median
    from calibrator_uncertainty.comparison._outliers import (
        OutlierSearch,
        OutlierTest,
        cochran,
        cochran_search,
        grubbs,
        outlier_search,
    )
    from calibrator_uncertainty.comparison._random import dersimonian_laird, mandel_paule

__all__ = [
    "Consensus",
    "EnNumber",
    "Equivalence",
    "MedianConsensus",
    "MedianEquivalence",
    "OutlierSearch",
    "OutlierTest",
    "PairEquivalence",
    "bilateral_equivalence",
    "cochran",
    "cochran_search",
    "degrees_of_equivalence",
    "dersimonian_laird",
    "en_number",
    "grubbs",
    "largest_consistent_subset",
    "mandel_paule",
    "median",
    "outlier_search",
    "weighted_mean",
]

_HOME = {
    "Consensus": "_consensus",
    "Equivalence": "_equivalence",
    "MedianConsensus": "_median",
    "MedianEquivalence": "_median",
    "OutlierSearch": "_outliers",
    "OutlierTest": "_outliers",
    "PairEquivalence": "_equivalence",
    "bilateral_equivalence": "_equivalence",
    "cochran": "_outliers",
    "cochran_search": "_outliers",
    "degrees_of_equivalence": "_equivalence",
    "dersimonian_laird": "_random",
    "EnNumber": "_en",
    "en_number": "_en",
    "grubbs": "_outliers",
    "largest_consistent_subset": "_consensus",
    "mandel_paule": "_random",
    "median": "_median",
    "outlier_search": "_outliers",
    "weighted_mean": "_consensus",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562 hands on whatever the name is
    """Import the module that holds `name` when it is first asked for (PEP 562)."""
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
