"""Numbers: uncertainty budgets, Monte Carlo, conformity and rounding.

Importing this package costs next to nothing: numpy, scipy and pint arrive with the first name that
needs them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._clause8 import Clause8, validate_first_order
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
        type_a,
    )
    from calibrator_uncertainty._joint import JointConformity, joint_conformity
    from calibrator_uncertainty._result import BudgetLine, BudgetResult
    from calibrator_uncertainty._rounding import plain, round_like, round_uncertainty
    from calibrator_uncertainty._shapes import Shape

__all__ = [
    "Budget",
    "BudgetLine",
    "BudgetResult",
    "Clause8",
    "FormatError",
    "Input",
    "InputError",
    "JointConformity",
    "Judgement",
    "ModelError",
    "NotSupportedError",
    "Shape",
    "UncertaintyError",
    "UnitsError",
    "arcsine",
    "constant",
    "coverage_factor",
    "effective_dof",
    "from_half_width",
    "joint_conformity",
    "judge",
    "normal",
    "plain",
    "rectangular",
    "round_like",
    "round_uncertainty",
    "student_t",
    "trapezoidal",
    "triangular",
    "type_a",
    "validate_first_order",
]

_HOME = {
    "Budget": "_budget",
    "BudgetLine": "_result",
    "BudgetResult": "_result",
    "Clause8": "_clause8",
    "FormatError": "_errors",
    "Input": "_inputs",
    "InputError": "_errors",
    "JointConformity": "_joint",
    "Judgement": "_conformity",
    "ModelError": "_errors",
    "NotSupportedError": "_errors",
    "Shape": "_shapes",
    "UncertaintyError": "_errors",
    "UnitsError": "_errors",
    "arcsine": "_inputs",
    "constant": "_inputs",
    "coverage_factor": "_coverage",
    "effective_dof": "_coverage",
    "from_half_width": "_inputs",
    "joint_conformity": "_joint",
    "judge": "_conformity",
    "normal": "_inputs",
    "plain": "_rounding",
    "rectangular": "_inputs",
    "round_like": "_rounding",
    "round_uncertainty": "_rounding",
    "student_t": "_inputs",
    "trapezoidal": "_inputs",
    "triangular": "_inputs",
    "type_a": "_inputs",
    "validate_first_order": "_clause8",
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
