"""Numbers: uncertainty budgets, Monte Carlo, conformity and rounding.

Importing this package costs next to nothing: numpy, scipy and pint arrive with the first name that
needs them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty._anova import Anova, anova, grouped
    from calibrator_uncertainty._arrays import array, array_of_readings
    from calibrator_uncertainty._bivariate import ComplexUncertainty, complex_uncertainty, uncertain_complex
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._budget_store import dump_budget, load_budget
    from calibrator_uncertainty._clause8 import Clause8, validate_first_order
    from calibrator_uncertainty._complex import UncertainComplex
    from calibrator_uncertainty._complex_arrays import complex_array
    from calibrator_uncertainty._conformity import Judgement, judge
    from calibrator_uncertainty._coverage import coverage_factor, effective_dof
    from calibrator_uncertainty._errors import (
        FormatError,
        InputError,
        ModelError,
        NotSupportedError,
        UncertaintyError,
        UnitsError,
    )
    from calibrator_uncertainty._gauge_study import GaugeStudy, MeanSquare, gauge_study
    from calibrator_uncertainty._inputs import (
        Input,
        arcsine,
        constant,
        from_half_width,
        normal,
        rectangular,
        student_t,
        trapezoidal,
        triangular,
    )
    from calibrator_uncertainty._integral import integral
    from calibrator_uncertainty._issued import ExpandedUncertainty, expanded_uncertainty
    from calibrator_uncertainty._joint import JointConformity, joint_conformity
    from calibrator_uncertainty._known import (
        between,
        certificate,
        exponential,
        from_histogram,
        from_samples,
        inexact_limits,
        specification,
    )
    from calibrator_uncertainty._montecarlo import MonteCarlo
    from calibrator_uncertainty._multivariate import Multivariate, Region
    from calibrator_uncertainty._of_quantity import budget_of
    from calibrator_uncertainty._peers import from_gtc, from_uncertainties, to_gtc, to_uncertainties
    from calibrator_uncertainty._positive import beta, gamma, lognormal, weibull
    from calibrator_uncertainty._quantity import (
        Component,
        components,
        correlated,
        correlation,
        covariance,
        degrees_of_freedom,
        estimate,
        simultaneous,
        standard_uncertainty,
        uncertain,
    )
    from calibrator_uncertainty._quasi import SobolIndex
    from calibrator_uncertainty._readings import (
        autocorrelated,
        bayesian,
        pooled,
        pooled_deviation,
        robust,
        type_a,
    )
    from calibrator_uncertainty._regions import RegionVerdict
    from calibrator_uncertainty._result import BudgetLine, BudgetResult, GroupShare
    from calibrator_uncertainty._rounding import plain, round_like, round_uncertainty
    from calibrator_uncertainty._second import SecondOrder
    from calibrator_uncertainty._sensitivity import Sensitivity, salib_indices
    from calibrator_uncertainty._shapes import Shape
    from calibrator_uncertainty._store import dumps, loads
    from calibrator_uncertainty._table import BudgetTable
    from calibrator_uncertainty._tape import UncertainArray
    from calibrator_uncertainty._user import implicit, wrapped
    from calibrator_uncertainty._whatif import Cut
    from calibrator_uncertainty.regression import (
        Curve,
        choose_degree,
        correlated_array,
        fit_columns,
        fit_curve,
        fit_line,
        fit_polynomial,
    )

__all__ = [
    "Anova",
    "Budget",
    "BudgetLine",
    "BudgetResult",
    "BudgetTable",
    "Clause8",
    "ComplexUncertainty",
    "Component",
    "Curve",
    "Cut",
    "ExpandedUncertainty",
    "FormatError",
    "GaugeStudy",
    "GroupShare",
    "Input",
    "InputError",
    "JointConformity",
    "Judgement",
    "MeanSquare",
    "ModelError",
    "MonteCarlo",
    "Multivariate",
    "NotSupportedError",
    "Region",
    "RegionVerdict",
    "SecondOrder",
    "Sensitivity",
    "Shape",
    "SobolIndex",
    "UncertainArray",
    "UncertainComplex",
    "UncertaintyError",
    "UnitsError",
    "anova",
    "arcsine",
    "array",
    "array_of_readings",
    "autocorrelated",
    "bayesian",
    "beta",
    "between",
    "budget_of",
    "certificate",
    "choose_degree",
    "complex_array",
    "complex_uncertainty",
    "components",
    "constant",
    "correlated",
    "correlated_array",
    "correlation",
    "covariance",
    "coverage_factor",
    "degrees_of_freedom",
    "dump_budget",
    "dumps",
    "effective_dof",
    "estimate",
    "expanded_uncertainty",
    "exponential",
    "fit_columns",
    "fit_curve",
    "fit_line",
    "fit_polynomial",
    "from_gtc",
    "from_half_width",
    "from_histogram",
    "from_samples",
    "from_uncertainties",
    "gamma",
    "gauge_study",
    "grouped",
    "implicit",
    "inexact_limits",
    "integral",
    "joint_conformity",
    "judge",
    "load_budget",
    "loads",
    "lognormal",
    "normal",
    "plain",
    "pooled",
    "pooled_deviation",
    "rectangular",
    "robust",
    "round_like",
    "round_uncertainty",
    "salib_indices",
    "simultaneous",
    "specification",
    "standard_uncertainty",
    "student_t",
    "to_gtc",
    "to_uncertainties",
    "trapezoidal",
    "triangular",
    "type_a",
    "uncertain",
    "uncertain_complex",
    "validate_first_order",
    "weibull",
    "wrapped",
]

_HOME = {
    "Anova": "_anova",
    "Budget": "_budget",
    "BudgetLine": "_result",
    "BudgetResult": "_result",
    "BudgetTable": "_table",
    "Clause8": "_clause8",
    "ComplexUncertainty": "_bivariate",
    "Component": "_quantity",
    "Curve": "regression",
    "Cut": "_whatif",
    "ExpandedUncertainty": "_issued",
    "FormatError": "_errors",
    "GaugeStudy": "_gauge_study",
    "GroupShare": "_result",
    "Input": "_inputs",
    "InputError": "_errors",
    "JointConformity": "_joint",
    "Judgement": "_conformity",
    "MeanSquare": "_gauge_study",
    "ModelError": "_errors",
    "MonteCarlo": "_montecarlo",
    "Multivariate": "_multivariate",
    "NotSupportedError": "_errors",
    "Region": "_multivariate",
    "RegionVerdict": "_regions",
    "SecondOrder": "_second",
    "Sensitivity": "_sensitivity",
    "Shape": "_shapes",
    "SobolIndex": "_quasi",
    "UncertainArray": "_tape",
    "UncertainComplex": "_complex",
    "UncertaintyError": "_errors",
    "UnitsError": "_errors",
    "anova": "_anova",
    "arcsine": "_inputs",
    "array": "_arrays",
    "array_of_readings": "_arrays",
    "autocorrelated": "_readings",
    "bayesian": "_readings",
    "beta": "_positive",
    "between": "_known",
    "budget_of": "_of_quantity",
    "certificate": "_known",
    "choose_degree": "regression",
    "complex_array": "_complex_arrays",
    "complex_uncertainty": "_bivariate",
    "components": "_quantity",
    "constant": "_inputs",
    "correlated": "_quantity",
    "correlated_array": "regression",
    "correlation": "_quantity",
    "covariance": "_quantity",
    "coverage_factor": "_coverage",
    "degrees_of_freedom": "_quantity",
    "dump_budget": "_budget_store",
    "dumps": "_store",
    "effective_dof": "_coverage",
    "estimate": "_quantity",
    "expanded_uncertainty": "_issued",
    "exponential": "_known",
    "fit_columns": "regression",
    "fit_curve": "regression",
    "fit_line": "regression",
    "fit_polynomial": "regression",
    "from_gtc": "_peers",
    "from_half_width": "_inputs",
    "from_histogram": "_known",
    "from_samples": "_known",
    "from_uncertainties": "_peers",
    "gamma": "_positive",
    "gauge_study": "_gauge_study",
    "grouped": "_anova",
    "implicit": "_user",
    "inexact_limits": "_known",
    "integral": "_integral",
    "joint_conformity": "_joint",
    "judge": "_conformity",
    "load_budget": "_budget_store",
    "loads": "_store",
    "lognormal": "_positive",
    "normal": "_inputs",
    "plain": "_rounding",
    "pooled": "_readings",
    "pooled_deviation": "_readings",
    "rectangular": "_inputs",
    "robust": "_readings",
    "round_like": "_rounding",
    "round_uncertainty": "_rounding",
    "salib_indices": "_sensitivity",
    "simultaneous": "_quantity",
    "specification": "_known",
    "standard_uncertainty": "_quantity",
    "student_t": "_inputs",
    "to_gtc": "_peers",
    "to_uncertainties": "_peers",
    "trapezoidal": "_inputs",
    "triangular": "_inputs",
    "type_a": "_readings",
    "uncertain": "_quantity",
    "uncertain_complex": "_bivariate",
    "validate_first_order": "_clause8",
    "weibull": "_positive",
    "wrapped": "_user",
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
