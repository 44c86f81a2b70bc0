"""Risk: false decisions, guard bands and decision rules (JCGM 106, ILAC-G8, Z540.3, JJF 1094).

Two kinds of probability live here and are never printed for each other. A *specific* one
(`specific_risk`) speaks of one measured item. A *global* one (`global_risk`) speaks of all items that a rule
will judge, and always names the prior, that is, how the true values are spread. What an instrument with many
points risks is a joint matter: `calibrator_uncertainty.joint_conformity`.

Figures may be plain numbers in one unit or pint quantities.

Example:
    >>> from calibrator_uncertainty.risk import Limits, global_risk, normal_prior, specific_risk
    >>> print(specific_risk(-5.47, Limits(upper=-5.40), u=0.05))
    specific PFA 8.1 % (no prior)
    >>> print(global_risk(Limits(-2, 2), 0.25, normal_prior(0, 1)))
    global PFA 0.80 %, PFR 1.5 % (prior: normal, mean 0, standard deviation 1)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty.risk._batch import conformance_probabilities
    from calibrator_uncertainty.risk._capability import (
        MeasurementCapability,
        ProcessCapability,
        measurement_capability,
        process_capability,
    )
    from calibrator_uncertainty.risk._decide import (
        Decision,
        decide_ilac_g8,
        decide_iso14253,
        decide_jjf1094,
    )
    from calibrator_uncertainty.risk._global import GlobalRisk, global_risk
    from calibrator_uncertainty.risk._guard import (
        GuardBand,
        guard_band,
        guard_band_for_global_risk,
        guard_band_for_specific_risk,
        z540_method_6_multiplier,
    )
    from calibrator_uncertainty.risk._limits import Limits
    from calibrator_uncertainty.risk._priors import (
        Prior,
        density_prior,
        empirical_prior,
        histogram_prior,
        normal_prior,
        uniform_prior,
    )
    from calibrator_uncertainty.risk._reliability import (
        in_tolerance_lower_bound,
        reliability_prior,
    )
    from calibrator_uncertainty.risk._specific import SpecificRisk, specific_risk

__all__ = [
    "Decision",
    "GlobalRisk",
    "GuardBand",
    "Limits",
    "MeasurementCapability",
    "Prior",
    "ProcessCapability",
    "SpecificRisk",
    "conformance_probabilities",
    "decide_ilac_g8",
    "decide_iso14253",
    "decide_jjf1094",
    "density_prior",
    "empirical_prior",
    "global_risk",
    "guard_band",
    "guard_band_for_global_risk",
    "guard_band_for_specific_risk",
    "histogram_prior",
    "in_tolerance_lower_bound",
    "measurement_capability",
    "normal_prior",
    "process_capability",
    "reliability_prior",
    "specific_risk",
    "uniform_prior",
    "z540_method_6_multiplier",
]

_HOME = {
    "Decision": "_decide",
    "GlobalRisk": "_global",
    "GuardBand": "_guard",
    "Limits": "_limits",
    "MeasurementCapability": "_capability",
    "Prior": "_priors",
    "ProcessCapability": "_capability",
    "SpecificRisk": "_specific",
    "conformance_probabilities": "_batch",
    "decide_ilac_g8": "_decide",
    "decide_iso14253": "_decide",
    "decide_jjf1094": "_decide",
    "density_prior": "_priors",
    "empirical_prior": "_priors",
    "global_risk": "_global",
    "guard_band": "_guard",
    "guard_band_for_global_risk": "_guard",
    "guard_band_for_specific_risk": "_guard",
    "histogram_prior": "_priors",
    "in_tolerance_lower_bound": "_reliability",
    "measurement_capability": "_capability",
    "normal_prior": "_priors",
    "process_capability": "_capability",
    "reliability_prior": "_reliability",
    "specific_risk": "_specific",
    "uniform_prior": "_priors",
    "z540_method_6_multiplier": "_guard",
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
